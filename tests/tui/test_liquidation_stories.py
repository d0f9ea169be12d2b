"""Liquidations told on every venue: the figures are the engine's, and the words fit what the venue did."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from engine import Session, Setup, parse
from engine.account import Mode
from engine.events import (
    Deleveraged,
    Event,
    HandedOver,
    LiquidationStarted,
    LossSocialised,
    MarginRestored,
    PenaltyCharged,
    ProfitSettled,
    ShortfallPaid,
    TakenOver,
)
from engine.liquidation.alternatives import alternatives_of
from engine.liquidation.terms import judged_by
from engine.rulebooks.base import Overrides, OwnGauge
from tests.engine.liquidated import EVERY, SIDES, liquidated
from tests.tui.desks import NARROW, WIDE, desk_of, falling_tape, frames, new_session, playing, strips_of, type_command
from tests.tui.strip_text import assert_golden
from tui.dialogs.explain import ExplainDialog
from tui.dialogs.liquidation import LiquidationDialog
from tui.playing.chart_lines import marks_of
from tui.playing.liquidations import chart_lines, chart_marks, headline, liquidations_in, lost, taken, why
from tui.playing.lost_pools import LostPools
from tui.playing.pausing import gravest
from tui.playing.play import REPORTED
from tui.start import NewSession
from tui.widgets.figures import money
from tui.words.liquidation_alternatives import would_have_changed

D = Decimal
TICK = D("0.01")
AT = {"step": 5, "time": 1_704_067_500_000}


def started(**changes: object) -> LiquidationStarted:
    """The beginning of a liquidation of 10 ETH in the cross pool at 1,800."""
    fields: dict[str, object] = {
        "pool": "cross",
        "symbol": "ETH",
        "price": D(1800),
        "raw_price": D("1800.004"),
        "equity": D("180.4131"),
        "requirement": D("180.4139"),
        "balance": D(2000),
        "size": D(10),
        "entry_price": D(1990),
        "leverage": 10,
        **AT,
        **changes,
    }
    return LiquidationStarted(**fields)  # type: ignore[arg-type]


def handed(size: str, left: str, later: int = 0) -> HandedOver:
    """A part taken at 5 % below the mark, so many steps later."""
    price = D("1710")
    when = {"step": AT["step"] + later, "time": AT["time"] + later * 60_000}
    sides = {"symbol": "ETH", "pool": "cross", "taker": "liquidator", "side": "sell"}
    realised = (price - 1990) * D(size)
    return HandedOver(
        **when,
        **sides,
        size=D(size),
        price=price,
        mark=D(1800),
        realised=realised,
        position=D(left),  # type: ignore[arg-type]
    )


@EVERY
@SIDES
def test_what_is_told_is_what_happened(venue: str, mode: Mode, overrides: Overrides, side: str) -> None:
    game = liquidated(venue, mode, overrides, side)
    stories = liquidations_in(game.events)
    for place, story in enumerate(stories[:4]):
        result = story.result
        assert lost(story)[0].startswith(f"{money(result.lost)} of its margin")
        whole = sum(each.result.lost for each in stories[: place + 1])
        if place:
            assert lost(story, stories[:place])[-1].endswith(f"before of this pool: {money(whole)}.")
        assert (taken(story)[-1] == "What is left of the pool stands again.") is result.restored
        assert (taken(story)[-1] == "The venue waits, and goes on with the rest.") is result.under_way
        assert story.covers(story.start.step)
        assert story.covers(story.steps[-1].step)
        assert chart_lines(story)
        assert chart_marks(story)
    judged = judged_by(game.session, game.start)
    first = why(stories[0], TICK, judged)
    assert judged is not None
    assert first[0].lower().startswith(judged.credit.lower())
    assert (judged.requirement in ("debt", "borrowed", "weighted liabilities")) is (" required" not in first[0])
    named = [line for line in first if "liquidation below" in line or "liquidation above" in line]
    assert (judged.gauge is not None) is bool(named)
    alternatives = alternatives_of(game.session, game.start)
    told = would_have_changed(stories[0], alternatives, TICK, lends=game.session.rulebook.lends("ETH"))
    assert any(line.startswith("25 % more") for line in told)
    assert not any("None" in line for line in (*first, *told, *lost(stories[0]), *taken(stories[0])))


def test_amounts_that_differ_are_written_apart() -> None:
    (story,) = liquidations_in([started()])
    assert why(story, TICK)[0].startswith("Equity 180.413 fell below the 180.414 required")
    (same,) = liquidations_in([started(requirement=D("180.4131"))])
    assert why(same, TICK)[0].startswith("Equity 180.41")


def test_a_liquidation_over_several_moments_is_one() -> None:
    events: list[Event] = [
        started(),
        handed("4", "6"),
        PenaltyCharged(**AT, pool="cross", symbol="ETH", amount=D(7), fund="treasury"),
        handed("3", "3", later=2),
        handed("3", "0", later=3),
    ]
    under_way, over = liquidations_in(events[:3]), liquidations_in(events)
    told = [headline(story) for story in (*under_way, *over)]
    assert told == ["Being liquidated: cross pool", "Liquidated: cross pool"]
    (story,) = over
    assert story.result.lost == 2800 + 7
    assert story.result.bonus == 900
    assert lost(story)[0] == (
        "2,807.00 of its margin, of it 1,900.00 by the price, 900.00 to liquidators and 7.00 in penalties."
    )
    told = taken(story)
    assert told[0] == (
        "The liquidator took long 4 ETH at 1,710.00, 5.00 % below the mark, a gain of 360.00; realised −1,120.00."
    )
    assert "All of it from 00:05:00 to 00:08:00 UTC." in told
    assert "The treasury took 7.00." in told
    assert [mark.kind for mark in chart_marks(story)] == ["liquidation", "handover", "handover"]
    assert story.covers(6)
    assert not story.covers(9)


def test_two_liquidations_of_a_pool_are_two() -> None:
    stood = MarginRestored(**AT, pool="cross", equity=D(900), requirement=D(500), unrealised=D("-1140"))
    again = started(step=9, time=AT["time"] + 240_000, size=D(6), balance=D(880))
    first, second = liquidations_in([started(), handed("4", "6"), stood, again, handed("6", "0", later=4)])
    assert first.result.restored
    assert not second.partial
    assert lost(first)[-1] == "What stands has −1,140.00 unrealised, which is not counted here."
    assert lost(second, [first])[-1] == "With the one before of this pool: 2,800.00."


def test_what_nobody_could_pay_falls_on_others() -> None:
    mine: dict[str, object] = {**AT, "pool": "cross"}
    events: list[Event] = [
        started(),
        handed("10", "0"),
        ShortfallPaid(**mine, amount=D(800), fund="insurance fund", unpaid=D(0)),  # type: ignore[arg-type]
        LossSocialised(**mine, amount=D(300), bearer="depositors"),  # type: ignore[arg-type]
    ]
    (story,) = liquidations_in(events)
    assert taken(story)[-1] == (
        "The pool ended 800.00 below zero: the insurance fund paid 500.00, and 300.00 falls on depositors."
    )
    assert story.result.lost == 2000, "no more than there was"
    assert [mark.kind for mark in marks_of(events, "ETH")] == ["liquidation", "handover", "socialised"]
    assert [mark.kind for mark in marks_of(events, "SOL")] == ["socialised"], "the cross pool is everywhere"
    pools = LostPools()
    pools.happened(events)
    assert [(gone.key, gone.symbols) for gone in pools.gone()] == [("cross", ("ETH",))]


def test_others_closed_against_the_pool_itself() -> None:
    closed = Deleveraged(
        **{**AT, "actor": "other short"},  # type: ignore[arg-type]
        symbol="ETH",
        trader="other short",
        size=D(10),
        price=D(1800),
        rank=D(1),
        pool="cross",
        realised=D(-1900),
        position=D(0),
    )
    (story,) = liquidations_in([started(), closed])
    assert not story.partial
    assert story.result.lost == 1900
    assert taken(story) == ["1 winning position closed against it (ADL): other short."]
    assert [mark.kind for mark in marks_of([closed], "ETH")] == ["handover"]
    pools = LostPools()
    pools.happened([closed])
    assert [gone.key for gone in pools.gone()] == ["cross"]


def test_profit_that_was_made_collateral_and_a_fund_that_added() -> None:
    settled = ProfitSettled(**AT, symbol="ETH", pool="cross", amount=D(250))  # type: ignore[arg-type]
    added = PenaltyCharged(**AT, pool="cross", symbol="ETH", amount=D(-90), fund="insurance fund")  # type: ignore[arg-type]
    (story,) = liquidations_in([started(), settled, added])
    assert lost(story)[0] == (
        "Nothing so far: what was closed brought 340.00, −250.00 by the price and less 90.00 that a fund added."
    )
    assert story.result.lost == -340
    assert "The insurance fund added 90.00." in taken(story)
    assert "250.00 of open profit was made collateral." in taken(story)


def test_a_funds_own_shortfall_is_the_liquidations() -> None:
    """Told by the fund's own account, right behind what it took over."""
    fund: dict[str, object] = {**AT, "actor": "vault", "pool": "cross"}
    events: list[Event] = [
        started(pool="iso:ETH"),
        TakenOver(
            **AT,  # type: ignore[arg-type]
            pool="iso:ETH",
            symbol="ETH",
            size=D(10),
            price=D(1700),
            lost=D(-900),
            fund="vault",
            fund_after=D(-900),
            balance=D(2000),
        ),
        ShortfallPaid(**fund, amount=D(900), fund="vault", unpaid=D(900)),  # type: ignore[arg-type]
    ]
    (story,) = liquidations_in(events)
    assert story.result.unpaid == 900
    assert story.result.lost == 2000
    assert story.result.given_up == 0


def test_a_debts_words() -> None:
    game = liquidated("aave_v3", "cross", (), "buy")
    story = liquidations_in(game.events)[0]
    judged = judged_by(game.session, game.start)
    assert judged is not None
    first, second, *_ = why(story, TICK, judged)
    assert first.startswith("Collateral at its liquidation threshold ")
    assert " fell below the debt of " in first
    assert isinstance(judged.gauge, OwnGauge)
    assert second.startswith("Health factor 0.99999")
    assert second.endswith(": liquidation below 1.")
    told = would_have_changed(story, alternatives_of(game.session, game.start), TICK, lends=True)
    assert any("more collateral" in line for line in told)
    assert not any("Isolated" in line for line in told)


def on_aave() -> NewSession:
    """The fall, on a venue that lends."""
    setup = Setup("aave_v3", "cross", balance=D(1000), funding=False)
    return NewSession(setup, falling_tape(), "Test game")


@pytest.mark.slow
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])
async def test_a_lending_venue_looks_so(isocross_home: Path, size: tuple[int, int]) -> None:
    async with playing(isocross_home, on_aave(), size) as pilot:
        await type_command(pilot, "buy $4000 ETH 4x")
        await type_command(pilot, "@ liquidation")
        await frames(pilot, 40, 0)
        assert isinstance(pilot.app.screen, LiquidationDialog)
        await pilot.pause()
        await pilot.pause()
        box = pilot.app.screen.query_one(".dialog").region
        rows = strips_of(pilot)[box.y : box.bottom]
        assert_golden(f"liquidation-lending-{size[0]}x{size[1]}", [row.crop(box.x, box.right) for row in rows])


@pytest.mark.slow
async def test_a_pool_of_several_positions_says_why(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await type_command(pilot, "buy 4 ETH 10x cross")
        await type_command(pilot, "buy 1 SOL 5x cross")
        await type_command(pilot, "@ liquidation")
        await frames(pilot, 80, 0)
        assert isinstance(pilot.app.screen, LiquidationDialog)
        assert pilot.app.screen.story.start.symbol is None
        await pilot.press("w")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ExplainDialog)
        await pilot.press("escape", "enter")
        assert pilot.app.screen is desk_of(pilot)


def test_a_session_ends_where_its_stories_do() -> None:
    """What all stories took is what is missing: a session of two isolated pools, which fall together."""
    session = Session(Setup(balance=D(1000), funding=False), falling_tape())
    for text in ("buy 2 ETH 10x iso", "buy 1 SOL 2x iso"):
        session.do(parse(text))
    before = sum(session.world.balance(pool) for pool in session.account.pools.values())
    stories = liquidations_in(session.advance(len(session.tape) - 1))
    after = sum(session.world.balance(pool) for pool in session.account.pools.values())
    assert sum(story.result.lost for story in stories) == before - after


def test_what_a_liquidator_takes_is_the_liquidations() -> None:
    """It pauses who pauses on liquidations, and a run to the next event stops at it."""
    assert gravest([handed("4", "6")], frozenset({"fill"})) is None
    assert gravest([handed("4", "6"), started()], frozenset({"liquidation"})) == started()
    assert {"handover", "socialised", "takeover", "restored"} <= REPORTED
