"""A liquidation is a moment: what is told of it, of isolated and cross pools, whole and in part."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine import Session, Setup, parse
from engine.events import Event, Filled, LiquidationStarted
from engine.liquidation.alternatives import alternatives_of
from engine.liquidation.terms import liquidation_terms
from tests.tui.desks import (
    NARROW,
    WIDE,
    desk_of,
    falling_tape,
    frames,
    hopeless_session,
    new_session,
    playing,
    screen_text,
    strips_of,
    type_command,
)
from tests.tui.strip_text import assert_golden
from tui.dialogs.explain import ExplainDialog
from tui.dialogs.liquidation import LiquidationDialog
from tui.dialogs.wiped_out import WipedOutDialog
from tui.playing.liquidations import Liquidation, headline, liquidations_in, lost, taken, why
from tui.widgets.events_log import EventsLog
from tui.words.liquidation_alternatives import would_have_changed

D = Decimal
TICK = D("0.01")


def fallen(
    *texts: str, fall: tuple[int, ...] | None = None, gaps: frozenset[int] = frozenset()
) -> tuple[Session, list[Event]]:
    """A session at the end of its fall, and what happened."""
    session = Session(Setup(balance=D(1000)), falling_tape(fall, gaps) if fall else falling_tape())
    for text in texts:
        session.do(parse(text))
    return session, [*session.advance(len(session.tape) - 1)]


def only(events: list[Event]) -> Liquidation:
    (story,) = liquidations_in(events)
    return story


def test_an_isolated_pool() -> None:
    session, events = fallen("buy 2.4 ETH 10x iso")
    story = only(events)
    start = next(event for event in events if isinstance(event, LiquidationStarted))
    fill = next(event for event in events if isinstance(event, Filled))
    assert headline(story) == "Liquidated: isolated ETH pool"
    assert "required by long 2.4 ETH from 2,000.28, 10x, at 1,836.99." in why(story, TICK)[0]
    assert f"{start.equity:.2f} fell below the {start.requirement:.2f}" in why(story, TICK)[0]
    assert "Bankruptcy" in why(story, TICK)[1]
    assert f", of it {-fill.realised:.2f} by the price and {fill.fee:.2f} in trading fees; the wallet" in lost(story)[0]
    assert "The book took long 2.4 ETH at 1,836.74" in taken(story)[0]
    told = alternatives_of(session, start)
    changed = " ".join(would_have_changed(story, told, TICK))
    for words in (
        f"25 % more margin (+{told.more_margin[0].amount}, the wallet had it): liquidation at",
        "or 5x instead of 10x: liquidation at",
        "A stop halfway, at 1,918.64: a loss of",
        f"instead of {story.result.lost:.2f}",
        "Cross, with the wallet as it was: liquidation at",
        "more at stake",
    ):
        assert words in changed
    assert "saved" not in changed
    assert not story.partial


def test_a_cross_pool_is_told_what_isolated_could_have_lost() -> None:
    session, events = fallen("buy 2.4 ETH 10x cross", fall=(2000, 1990, 1500, 1200))
    story = only(events)
    told = alternatives_of(session, story.start)
    (line,) = (each for each in would_have_changed(story, told, TICK) if each.startswith("Isolated"))
    assert line == f"Isolated: only its initial margin could go, 480.07 of the {story.result.lost:.2f} lost."


def test_what_was_lost_is_what_the_account_lost() -> None:
    session, events = fallen("buy 2.4 ETH 10x iso")
    story = only(events)
    opened = D("2.4") * D("2000.28")
    fee_in = session.tally.fees - story.result.fees
    assert abs((1000 - session.view().equity) - (story.result.lost + fee_in)) < TICK
    assert opened > story.result.lost


def test_a_pool_of_several_positions_names_each() -> None:
    _, events = fallen("buy 3 ETH 10x cross", "buy 10 SOL 5x cross", fall=(2000, 1990, 1690, 1690), gaps=frozenset({2}))
    story = only(events)
    told = taken(story)
    assert headline(story).endswith("cross pool")
    assert any("ETH" in line for line in told)
    assert story.symbol == "ETH"
    assert "margin" in lost(story)[0]


def test_a_hole_says_who_pays() -> None:
    _, events = fallen("buy 4.5 ETH 10x iso", fall=(2000, 1990, 1500, 1500), gaps=frozenset({2}))
    story = only(events)
    told = " ".join(taken(story))
    assert "took over" in told or "below zero" in told


def test_a_part_is_a_smaller_notice() -> None:
    _, events = fallen("buy 4 ETH 10x cross", "sell 1 SOL 5x cross")
    story = liquidations_in(events)[0]
    assert story.partial
    assert headline(story) == "Partly liquidated: cross pool"
    assert "stands again" in taken(story)[-1]


def test_the_terms_of_that_moment_add_up() -> None:
    session, events = fallen("buy 2.4 ETH 10x iso")
    start = only(events).start
    equity, requirement, missing = liquidation_terms(session, start)
    assert equity.terms[0].value == start.equity
    assert requirement.terms[0].value == start.requirement
    assert missing.value == missing.terms[0].value == start.requirement - start.equity


def test_what_others_suffer_is_not_told() -> None:
    _, events = fallen("buy 2.4 ETH 10x iso")

    others = [replace(event, actor="ghost") for event in events]
    assert liquidations_in(others) == []
    assert liquidations_in([]) == []


async def to_the_liquidation(pilot: Any, *texts: str) -> None:
    for text in texts:
        await type_command(pilot, text)
    await type_command(pilot, "@ liquidation")
    await frames(pilot, 40, 0)


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])
async def test_looks(isocross_home: Path, size: tuple[int, int]) -> None:
    async with playing(isocross_home, new_session(), size) as pilot:
        await to_the_liquidation(pilot, "buy 2.4 ETH 10x iso")
        assert isinstance(pilot.app.screen, LiquidationDialog)
        await pilot.pause()
        await pilot.pause()
        text = screen_text(pilot)
        for words in (
            "✗ Liquidated",
            "✕ LIQUIDATED",
            "why",
            "lost",
            "taken by",
            "what would have changed it",
            "Enter goes on",
        ):
            assert words in text
        box = pilot.app.screen.query_one(".dialog").region
        rows = strips_of(pilot)[box.y : box.bottom]
        assert_golden(f"liquidation-{size[0]}x{size[1]}", [row.crop(box.x, box.right) for row in rows])
        await pilot.press("w")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ExplainDialog)
        assert "requirement − equity" in screen_text(pilot)
        await pilot.press("escape", "enter")
        await pilot.pause()
        assert pilot.app.screen is desk_of(pilot)


@pytest.mark.slow
async def test_the_tape_goes_on_after_it(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await to_the_liquidation(pilot, "buy 2.4 ETH 10x iso")
        await pilot.press("enter", "space")
        assert desk_of(pilot).play.running


@pytest.mark.slow
async def test_a_wipe_out_is_asked_about_after_it_was_told(isocross_home: Path) -> None:
    async with playing(isocross_home, hopeless_session()) as pilot:
        await type_command(pilot, "buy 100% ETH 25x cross")
        await pilot.press("space")
        await frames(pilot, 20)
        assert isinstance(pilot.app.screen, LiquidationDialog)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, WipedOutDialog)


@pytest.mark.slow
async def test_who_wants_no_pause_is_not_stopped(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        desk_of(pilot).play.pausing = frozenset()
        await type_command(pilot, "buy 2.4 ETH 10x iso")
        await pilot.press("space")
        await frames(pilot, 60)
        assert desk_of(pilot).play.view().liquidations == 1
        assert not isinstance(pilot.app.screen, LiquidationDialog)


@pytest.mark.slow
async def test_the_log_tells_it_again(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await to_the_liquidation(pilot, "buy 2.4 ETH 10x iso")
        await pilot.press("enter")
        session = desk_of(pilot).play.recorder.id
    async with playing(isocross_home, session) as pilot:
        log = desk_of(pilot).query_one(EventsLog)
        log.redraw()
        log.focus()
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, LiquidationDialog)
        assert pilot.app.screen.story.start.entry_price == D("2000.28")
        await pilot.press("enter")
        await pilot.click(EventsLog, offset=(12, 1))
        await pilot.pause()
        assert isinstance(pilot.app.screen, LiquidationDialog)
