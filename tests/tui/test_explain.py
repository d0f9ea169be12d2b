"""Why: every figure of a pool opens into its terms, and they are the engine's."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Session, Setup, parse
from engine.formula import Term
from engine.looking.views import Explanation
from tests.tui.desks import NARROW, WIDE, desk_of, falling_tape, new_session, playing, screen_text, type_command
from tests.tui.strip_text import assert_golden, text_of
from tui.dialogs.explain import ExplainDialog
from tui.themes import DEFAULT_PALETTE
from tui.widgets.explained import explained_rows, shown
from tui.widgets.figure_spots import spots_of
from tui.widgets.pool_rows import panel_rows
from tui.widgets.pools import PoolsPanel

D = Decimal
TRADES = ("buy 2.4 ETH 10x iso", "sell $500 SOL 5x cross")


def held() -> Session:
    """An isolated long and a short in the cross pool."""
    session = Session(Setup(balance=D(1000)), falling_tape())
    for trade in TRADES:
        session.do(parse(trade))
    session.advance(4)
    return session


def explanation(figure: str, pool: str = "iso:ETH") -> Explanation:
    """One figure of a pool of that session."""
    return next(each for each in held().explain(pool) if each.figure == figure)


@pytest.mark.parametrize("width", [106, 70, 44])
@pytest.mark.parametrize("figure", ["requirement", "gauge", "liquidation_price"])
def test_it_looks_so(figure: str, width: int) -> None:
    assert_golden(f"explained-{figure}-{width}", explained_rows(explanation(figure), width, DEFAULT_PALETTE))


@pytest.mark.parametrize("pool", ["iso:ETH", "cross"])
def test_every_figure_of_the_panel_opens(pool: str) -> None:
    session = held()
    opened = {(each.figure, each.position) for each in session.explain(pool)}
    rows = panel_rows(session.view(), (), 56, 40, DEFAULT_PALETTE)
    figures = [spot.figure for spot in spots_of(rows) if spot.figure.pool == pool]
    assert figures
    for figure in figures:
        assert {(figure.name, figure.position), (figure.name, None)} & opened


def test_what_is_shown_is_what_the_view_shows() -> None:
    session = held()
    for pool in session.view().pools:
        for each in session.explain(pool.key):
            text = text_of(explained_rows(each, 120, DEFAULT_PALETTE))
            assert shown(each.value, each.unit) in text.splitlines()[1]
            if each.position is None and each.figure != "unrealised":
                assert each.value == getattr(pool, each.figure)


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.text(max_size=30), st.decimals(-(10**15), 10**15)), min_size=1, max_size=9
    ),
    st.integers(20, 120),
)
def test_no_row_is_too_long(terms: list[tuple[int, str, Decimal]], width: int) -> None:
    rows = tuple(
        Term(depth, label, value, label, value if depth % 2 else None, value if depth % 3 else None, value)
        for depth, label, value in terms
    )
    for row in explained_rows(Explanation("x", rows, "equity", None, None, "money"), width, DEFAULT_PALETTE):
        assert row.cell_length == width


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (None, "price", "–"),
        (D("0.9016"), "share", "90.16 %"),
        (D("45.12"), "times", "45.1x"),
        (D("1800.2524999"), "price", "1,800.2525"),
        (D("-2.40"), "size", "−2.4"),
        (D("-4800.67"), "money", "−4,800.67"),
    ],
)
def test_values_are_written_as_their_unit_is(value: Decimal | None, unit: Any, said: str) -> None:
    assert shown(value, unit) == said


def dialog_of(pilot: Any) -> ExplainDialog:
    """The open dialog."""
    assert isinstance(pilot.app.screen, ExplainDialog)
    return pilot.app.screen


async def trade(pilot: Any) -> None:
    for text in TRADES:
        await type_command(pilot, text)


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])
async def test_why_opens_the_worst_pool(isocross_home: Path, size: tuple[int, int]) -> None:
    async with playing(isocross_home, new_session(), size) as pilot:
        await trade(pilot)
        await pilot.press("p")
        await pilot.pause()
        text = screen_text(pilot)
        assert "Why: the ETH pool" in text
        for word in ("gauge", "notional", "rate", "value", "ETH maintenance", "collateral"):
            assert word in text
        gauge = next(pool.gauge for pool in desk_of(pilot).play.view().pools if pool.key == "iso:ETH")
        assert gauge is not None
        assert f"{gauge * 100:.2f} %" in text
        await pilot.press("right")
        await pilot.pause()
        assert "Effective leverage" in screen_text(pilot)
        await pilot.press("tab")
        await pilot.pause()
        assert "Why: the cross pool" in screen_text(pilot)
        await pilot.press("escape")
        assert not isinstance(pilot.app.screen, ExplainDialog)


async def test_a_figure_under_the_cursor_opens(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await trade(pilot)
        desk_of(pilot).query_one(PoolsPanel).focus()
        await pilot.pause()
        await pilot.press("down", "down", "down", "enter")
        await pilot.pause()
        cursor = desk_of(pilot).query_one(PoolsPanel).cursor
        assert cursor is not None
        one = dialog_of(pilot)._figures[dialog_of(pilot)._place]
        assert one.figure == cursor.name
        await pilot.press("enter")
        assert not isinstance(pilot.app.screen, ExplainDialog)
        await pilot.press("p")
        assert isinstance(pilot.app.screen, ExplainDialog)


@pytest.mark.slow
async def test_time_stands_still_and_nothing_changes(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await trade(pilot)
        before = desk_of(pilot).play.session.state_hash()
        await pilot.press("space", "p", *["right"] * 12, "tab", *["down"] * 5)
        desk_of(pilot).tick()
        assert desk_of(pilot).play.session.state_hash() == before
        await pilot.press("escape")


async def test_without_a_position_it_says_so(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pilot.press("p")
        assert "no figure to explain" in screen_text(pilot)


@pytest.mark.slow
async def test_the_pool_of_the_market_on_the_chart_comes_first(isocross_home: Path) -> None:
    """The isolated ETH pool is nearer to its liquidation; on SOL, whose pool is cross, it is not what is meant."""
    async with playing(isocross_home, new_session()) as pilot:
        await type_command(pilot, "buy 1 ETH 20x iso")
        await type_command(pilot, "buy 1 SOL 2x cross")
        for symbol, title in (("SOL", "cross pool"), ("ETH", "ETH pool")):
            desk_of(pilot).choose_market(symbol)
            await pilot.press("p")
            await pilot.pause()
            assert isinstance(pilot.app.screen, ExplainDialog)
            assert f"Why: the {title}" in screen_text(pilot) or f"Why: {title}" in screen_text(pilot)
            await pilot.press("escape")


def test_the_tier_that_applies_is_marked() -> None:
    session = Session(Setup("binance", balance=Decimal(100_000)), falling_tape())
    session.do(parse("buy 60 ETH 5x iso"))
    told = next(each for each in session.explain("iso:ETH") if each.figure == "requirement")
    rows = ["".join(segment.text for segment in row) for row in explained_rows(told, 106, DEFAULT_PALETTE)]
    (marked,) = [row for row in rows if "▸" in row]
    tier = next(term for term in told.terms if term.applies and term.label.startswith("tier from"))
    assert tier.label in marked
    assert any("the largest tier" in row for row in rows)
