"""The pools panel: bars that fill towards liquidation, at two widths and in every state."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Session, Setup, parse
from engine.looking.views import PoolView, PositionView
from engine.rulebooks import VENUES, rulebook_of
from engine.rulebooks.base import OwnGauge
from tests.tui.examples import NOW, one_cross, pool, position, two_isolated, view, wave
from tests.tui.strip_text import OneWidget, assert_golden, text_of
from tui.messages import FigureOpened
from tui.themes import DEFAULT_PALETTE
from tui.widgets.bars import bar, gauge_row, used
from tui.widgets.figure_spots import Figure, moved, spots_of
from tui.widgets.pool_rows import Gone, panel_rows
from tui.widgets.pools import PoolsPanel

D = Decimal


@pytest.mark.parametrize("width", [56, 36])
@pytest.mark.parametrize(("name", "pools"), [("isolated", two_isolated()), ("cross", one_cross())])
def test_it_looks_so(name: str, pools: tuple, width: int) -> None:
    assert_golden(f"pools-{name}-{width}", panel_rows(view(pools), (), width, 20, DEFAULT_PALETTE))


def test_what_is_lost_is_said() -> None:
    gone = (Gone("iso:ETH", ("ETH",), NOW),)
    wiped = view((), state="wiped out", liquidations=2)
    assert_golden("pools-wiped-out-56", panel_rows(wiped, gone, 56, 20, DEFAULT_PALETTE))
    assert_golden("pools-wiped-out-36", panel_rows(wiped, gone, 36, 20, DEFAULT_PALETTE))


def test_rows_are_left_out_before_anything_scrolls() -> None:
    lengths = [len(panel_rows(view(), (), 56, height, DEFAULT_PALETTE)) for height in (20, 10, 9, 8, 2)]
    assert lengths == [11, 10, 8, 8, 7]


@pytest.mark.parametrize(
    ("gauge", "said"),
    [
        (None, "none used"),
        (D(0), "0 % used"),
        (D("0.4999"), "49 % used"),
        (D("0.5"), "50 % used !"),
        (D("0.80"), "80 % used ⚠"),
        (D("0.9999"), "99 % used ⚠⚠"),
        (D("1.2"), "120 % used ⚠⚠"),
        (D("12345"), ">900 % used ⚠⚠"),
        (D("-3"), ">900 % used ⚠⚠"),
        (D("NaN"), ">900 % used ⚠⚠"),
        (D("Infinity"), ">900 % used ⚠⚠"),
    ],
)
def test_the_band_is_said_in_words(gauge: Decimal | None, said: str) -> None:
    assert used(gauge) == said
    for width in (5, 20, 60):
        assert sum(len(text) for text, _ in gauge_row(gauge, width, DEFAULT_PALETTE)) <= max(width, len(said))


@given(st.floats(-1, 2), st.integers(0, 80))
def test_a_bar_is_full_only_when_it_is(ratio: float, width: int) -> None:
    style = DEFAULT_PALETTE.text
    text = "".join(text for text, _ in bar(ratio, width, style, style))
    assert len(text) == width
    assert (text == "█" * width) == (ratio >= 1 or width == 0)


@given(
    st.decimals(-(10**12), 10**12, places=6),
    st.decimals(D("1e-9"), 10**9, places=9),
    st.integers(1, 80),
    st.integers(1, 30),
    st.booleans(),
)
def test_no_figure_is_too_long(money: Decimal, price: Decimal, width: int, height: int, crossed: bool) -> None:
    held = position(size=D("-0.00000001"), entry_price=price, unrealised=money, liquidation_price=price)
    pools = (pool("cross" if crossed else "iso:ETH", held, equity=money, cushion=-money, gauge=None),)
    for row in panel_rows(view(pools), (), width, height, DEFAULT_PALETTE):
        assert row.cell_length == width
        assert len(row.text) == width
        assert " nan" not in row.text.lower()


async def test_only_the_rows_that_changed_are_repainted() -> None:
    panel = PoolsPanel()
    app = OneWidget(panel)
    async with app.run_test(size=(56, 20)) as pilot:
        panel.show(view())
        await pilot.pause()
        assert panel.title_text() == "Pools"
        assert panel.subtitle_text() == "equity 9,201.05"
        app.repainted.clear()
        panel.show(view())
        assert app.repainted == []
        panel.show(view(two_isolated("0.9216")))
        assert app.repainted == [1]


async def test_a_liquidated_pool_is_shown_until_it_lives_again() -> None:
    panel = PoolsPanel()
    app = OneWidget(panel)
    gone = (Gone("iso:ETH", ("ETH",), NOW),)
    async with app.run_test(size=(56, 24)):
        panel.show(view(two_isolated()[1:], step=11, liquidations=1), gone)
        assert "ISO ETH ✕ LIQUIDATED" in app.text()
        panel.show(view(step=12, liquidations=1), gone)
        assert "LIQUIDATED" not in app.text()


async def test_many_pools_scroll() -> None:
    pools = tuple(pool(f"iso:ETH{place}", position(pool=f"iso:ETH{place}")) for place in range(9))
    panel = PoolsPanel()
    app = OneWidget(panel)
    async with app.run_test(size=(40, 10)) as pilot:
        panel.show(view(pools))
        panel.focus()
        assert "▼ 20 more rows" in app.text()
        assert "WALLET" not in app.text()
        await pilot.press("end")
        assert "WALLET" in app.text()
        assert "more rows" not in app.text()
        await pilot.press("home")
        assert panel.top == 0
        for _ in range(14):
            await pilot.press("down")
        assert panel.top > 0
        assert panel.cursor is not None
        assert panel.cursor.pool == "iso:ETH4"


async def test_a_real_session_is_shown() -> None:
    session = Session(Setup(balance=D(2000)), wave())
    panel = PoolsPanel()
    app = OneWidget(panel)
    async with app.run_test(size=(56, 20)):
        panel.show(session.view())
        assert "WALLET  2,000.00 free" in app.text()
        session.do(parse("buy $10000 ETH 10x iso"))
        panel.show(session.view())
        assert "ISO ETH +4.1" in app.text()
        assert "to go" in app.text()
        session.advance(len(wave()) - 1)
        panel.show(session.view())
        assert " nan" not in app.text().lower()


def test_symbols_are_letters_and_nothing_else() -> None:
    strange = position("\x1b[31m[b]X")
    known = view().markets[0]
    rows = panel_rows(
        view((pool("iso:X", strange),), markets=(_renamed(known, strange.symbol),)), (), 56, 20, DEFAULT_PALETTE
    )
    assert "\x1b" not in text_of(rows)
    assert "[b]X" in text_of(rows)


def _renamed(market: object, symbol: str) -> object:
    from dataclasses import replace

    return replace(market, symbol=symbol)  # type: ignore[type-var]


class Listening(OneWidget):
    def __init__(self, panel: PoolsPanel) -> None:
        super().__init__(panel)
        self.heard: list[FigureOpened] = []

    def on_figure_opened(self, message: FigureOpened) -> None:
        self.heard.append(message)


@pytest.mark.parametrize("pools", [two_isolated(), one_cross()], ids=["isolated", "cross"])
@pytest.mark.parametrize("width", [56, 36])
def test_every_figure_that_opens_is_one_of_the_engines(pools: tuple, width: int) -> None:
    rows = panel_rows(view(pools), (), width, 30, DEFAULT_PALETTE)
    found = {(spot.figure.name, spot.figure.position is not None) for spot in spots_of(rows)}
    assert found >= {("unrealised", False), ("gauge", False), ("liquidation_price", True), ("free", False)}
    assert {name for name, _ in found} <= {each.name for each in (*fields(PoolView), *fields(PositionView))}
    for spot in spots_of(rows):
        assert rows[spot.row].text[spot.start : spot.end].strip() == rows[spot.row].text[spot.start : spot.end]


@pytest.mark.parametrize("pools", [two_isolated(), one_cross()], ids=["isolated", "cross"])
def test_the_arrows_reach_every_figure(pools: tuple) -> None:
    spots = spots_of(panel_rows(view(pools), (), 56, 30, DEFAULT_PALETTE))
    reached, at = [], moved(spots, None, 1, 0)
    for _ in spots:
        reached.append(at)
        at = moved(spots, at, 1, 0)
    assert reached == [spot.figure for spot in spots]
    assert moved(spots, at, 1, 0) == at == spots[-1].figure
    down = moved(spots, None, 0, 1)
    for _ in spots:
        down = moved(spots, down, 0, 1)
    assert down == spots[-1].figure


async def test_the_cursor_opens_a_figure() -> None:
    panel = PoolsPanel()
    app = Listening(panel)
    async with app.run_test(size=(56, 20)) as pilot:
        panel.show(view())
        panel.focus()
        await pilot.press("down", "down", "enter")
        assert [(each.pool, each.name, each.position) for each in app.heard] == [("iso:ETH", "requirement", None)]
        await pilot.press("down", "enter")
        assert app.heard[-1].name in ("liquidation_price", "cushion")


async def test_a_click_opens_a_figure() -> None:
    panel = PoolsPanel()
    app = Listening(panel)
    async with app.run_test(size=(56, 20)) as pilot:
        panel.show(view())
        await pilot.pause()
        await pilot.click(PoolsPanel, offset=(4, 3))
        assert [(each.pool, each.name, each.position) for each in app.heard] == [
            ("iso:ETH", "liquidation_price", "ETH")
        ]
        await pilot.click(PoolsPanel, offset=(30, 4))
        assert len(app.heard) == 1


def test_two_positions_in_one_market_are_told_apart() -> None:
    both = (
        pool("iso:ETH", position()),
        pool("cross", position(pool="cross", mode="cross", size=D("-2")), position("SOL", "cross", mode="cross")),
    )
    text = text_of(panel_rows(view(both), (), 56, 30, DEFAULT_PALETTE))
    assert "ISO ETH +4.1350 @ 2,418.00" in text
    assert "ETH −2 @ 2,418.00" in text
    figures = {spot.figure for spot in spots_of(panel_rows(view(both), (), 56, 30, DEFAULT_PALETTE))}
    assert {Figure("iso:ETH", "liquidation_price", "ETH"), Figure("cross", "liquidation_price", "ETH")} <= figures


def with_own_gauge(name: str, value: str, limit: str, rises: bool, gauge: str = "0.9016") -> PoolView:
    """The ETH pool on a venue that says it in a way of its own."""
    return pool("cross", position(pool="cross"), gauge=D(gauge), own_gauge=OwnGauge(name, D(value), D(limit), rises))


@pytest.mark.parametrize(
    ("own", "said"),
    [
        (("health factor", "1.0838", "1", False), "health factor 1.08  falls to 1"),
        (("health factor", "1.0000041", "1", False), "health factor 1.000004  falls to 1"),
        (("leverage", "45.128", "99.5", True), "leverage 45.13  rises to 99.50"),
        (("account liquidity", "12345.678", "0", False), "account liquidity 12,345.68  falls to 0"),
        (("funds until liquidation", "-0.004", "0", False), "funds until liquidation −0.004  falls to 0"),
    ],
)
def test_the_venues_own_gauge_stands_beside_the_bar(own: tuple, said: str) -> None:
    pools = (with_own_gauge(*own),)
    rows = panel_rows(view(pools), (), 56, 30, DEFAULT_PALETTE)
    text = text_of(rows).splitlines()
    assert text[2].strip() == said
    assert Figure("cross", "own_gauge") in {spot.figure for spot in spots_of(rows)}
    assert len(panel_rows(view(pools), (), 56, 30, DEFAULT_PALETTE)) == 1 + len(
        panel_rows(view((replace(pools[0], own_gauge=None),)), (), 56, 30, DEFAULT_PALETTE)
    )
    for width in (56, 36, 20, 9, 3):
        for height in range(1, 12):
            for row in panel_rows(view(pools), (), width, height, DEFAULT_PALETTE):
                assert row.cell_length == width


@pytest.mark.parametrize("venue", [name for name in VENUES if "cross" in rulebook_of(name).modes])
def test_every_figure_of_every_venues_pool_opens(venue: str) -> None:
    session = Session(Setup(venue, "cross", balance=D(10_000), funding=False), wave())
    session.do(parse("buy $15000 ETH 2x"))
    (held,) = [each for each in session.view().pools if each.positions]
    opened = {(each.figure, each.position) for each in session.explain(held.key)}
    rows = panel_rows(session.view(), (), 56, 40, DEFAULT_PALETTE)
    figures = [spot.figure for spot in spots_of(rows) if spot.figure.pool == held.key]
    assert figures
    for figure in figures:
        assert {(figure.name, figure.position), (figure.name, None)} & opened
    assert (held.own_gauge is not None) is ("own_gauge" in {figure.name for figure in figures})
