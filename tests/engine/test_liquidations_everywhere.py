"""Every venue played into a liquidation, in each of its modes: what it is said to have cost is what the ledger lost,
and what is said to have changed it would have. Each is played again with it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.account import CROSS, Mode
from engine.commands.grammar import parse
from engine.events import Deleveraged, Filled, LiquidationStarted, LossSocialised, ShortfallPaid
from engine.liquidation.aftermath import aftermath, courses, outcome_of
from engine.liquidation.alternatives import alternatives_of
from engine.liquidation.held import held_at
from engine.liquidation.terms import judged_by, liquidation_terms
from engine.numbers import EXACT, plain
from engine.rulebooks import VENUES, rulebook_of
from engine.rulebooks.base import Overrides, Refusal
from engine.session import Session
from engine.setup import Setup
from saves.records import event_from, event_text
from tests.engine.liquidated import EVERY, LONGS_AND_SLOWLY_SHORTS, SIDES, TICK, Played, liquidated, played, trend
from tests.engine.tapes import tape_of
from tests.engine.venues import every_account

D = Decimal


@pytest.mark.parametrize("venue", VENUES)
def test_every_venue_liquidates(venue: str) -> None:
    accounts = [each for each in every_account() if each[0] == venue]
    games = [played(*account, side) for account in accounts for side in ("buy", "sell")]
    assert any(game is not None and courses(game.events) for game in games)


@EVERY
@SIDES
def test_what_all_liquidations_lost_is_what_the_ledger_lost(
    venue: str, mode: Mode, overrides: Overrides, side: str
) -> None:
    game = liquidated(venue, mode, overrides, side)
    held = [sum(s.world.balance(pool) for pool in s.account.pools.values()) for s in (game.opened, game.session)]
    outcomes = [outcome_of(course) for course in courses(game.events)]
    assert sum(each.lost for each in outcomes) == held[0] - held[1]
    for each in outcomes:
        parts = (each.by_price, each.bonus, each.fees, each.clearance, each.penalties, each.given_up)
        assert sum(parts) == each.lost
        assert not (each.restored and each.under_way)
    view = game.session.view()
    waits = any(pool.acts_at for pool in game.session.account.pools.values())
    assert outcomes[-1].under_way is (waits and bool(view.positions))
    if outcomes[-1].restored:
        assert view.positions


GAP = tape_of({"ETH": [2000, 1990, 1200, 1180, 1170]}, gaps=[2])
POORER = {
    "dydx_v4": (("insurance-fund", "0"),),
    "dydx_v3": (("insurance-fund", "0"),),
    "vertex": (("insurance-fund", "0"),),
}


@EVERY
@pytest.mark.parametrize("poor", [False, True], ids=["insured", "uninsured"])
def test_over_a_gap_no_more_is_lost_than_there_was(venue: str, mode: Mode, overrides: Overrides, poor: bool) -> None:
    """The hole is others': funds, winners, or nobody; the player's part of it is the collateral."""
    if poor and venue not in POORER:
        return
    session = Session(
        Setup(venue, mode, D(10_000), funding=False, overrides=(*overrides, *(POORER[venue] if poor else ()))), GAP
    )
    leverage = min(session.rulebook.largest_leverage("ETH", D(30_000)), 8)
    for share in ("95%", "80%", "60%"):
        if not isinstance(session.do(parse(f"buy {share} ETH {leverage}x")), Refusal):
            break
    start = sum(session.world.balance(pool) for pool in session.account.pools.values())
    events = session.advance(len(GAP))
    outcomes = [outcome_of(course) for course in courses(events)]
    left = sum(session.world.balance(pool) for pool in session.account.pools.values())
    assert sum(each.lost for each in outcomes) == start - left
    short = [event for event in events if isinstance(event, ShortfallPaid)]
    assert sum(each.shortfall for each in outcomes) == sum(event.amount for event in short)
    assert sum(each.unpaid for each in outcomes) == sum(event.unpaid for event in short)
    borne = sum(event.amount for event in events if isinstance(event, LossSocialised))
    assert sum(each.socialised for each in outcomes) == borne
    others = [event for event in events if isinstance(event, Deleveraged)]
    assert sum(each.deleveraged for each in outcomes) == len(others)
    if poor:
        assert others or borne
    for each in outcomes:
        parts = (each.by_price, each.bonus, each.fees, each.clearance, each.penalties, each.given_up)
        assert sum(parts) == each.lost


@EVERY
@SIDES
def test_every_event_of_it_has_its_place(venue: str, mode: Mode, overrides: Overrides, side: str) -> None:
    game = liquidated(venue, mode, overrides, side)
    told = [event for course in courses(game.events) for event in (course.start, *course.steps)]
    apart = {"fill", "call", "end", "wiped_out"}
    missed = [event for event in game.events if event not in told and event.kind not in apart | {"interest"}]
    assert missed == []
    fills = [event for event in game.events if isinstance(event, Filled) and event.reason == "liquidation"]
    assert all(fill in told for fill in fills)
    last = courses(game.events)[-1]
    assert outcome_of(last) == aftermath(game.events, last.start.pool)
    for course in courses(game.events)[:3]:
        assert (
            event_from("liquidation", course.start.step, "2024-01-01T00:00:00Z", event_text(course.start)) is not None
        )


@EVERY
@SIDES
def test_its_terms_are_those_of_that_moment(venue: str, mode: Mode, overrides: Overrides, side: str) -> None:
    game = liquidated(venue, mode, overrides, side)
    start = game.start
    credit, requirement, missing = liquidation_terms(game.session, start)
    assert credit.terms[0].value == start.equity
    assert requirement.terms[0].value == start.requirement
    assert missing.value == EXACT.subtract(start.requirement, start.equity)
    judged = judged_by(game.session, start)
    assert judged is not None
    assert credit.terms[0].label == judged.credit
    if judged.gauge is not None:
        past = judged.gauge.value - judged.gauge.liquidation
        assert past >= 0 if judged.gauge.rises else past <= 0


def _first_start(session: Session) -> LiquidationStarted | None:
    events = session.advance(len(session.tape))
    return next((event for event in events if isinstance(event, LiquidationStarted)), None)


def _further(start: LiquidationStarted | None, than: LiquidationStarted) -> bool:
    """Whether a liquidation, if there is one, came at a worse price."""
    if start is None:
        return True
    assert start.price is not None
    assert than.price is not None
    return start.price < than.price if (than.size or 0) > 0 else start.price > than.price


@EVERY
@LONGS_AND_SLOWLY_SHORTS
def test_what_was_missing_keeps_it_standing_there(venue: str, mode: Mode, overrides: Overrides, side: str) -> None:
    game = liquidated(venue, mode, overrides, side)
    missing = game.alternatives.missing
    assert missing is not None
    assert _further(_first_start(game.with_more(missing.amount)), game.start)
    less = _first_start(game.with_more(missing.amount - TICK))
    assert less is not None
    assert not _further(less, game.start), "a cent less is too little"
    if game.start.pool == CROSS:
        assert missing.had is None


@EVERY
@LONGS_AND_SLOWLY_SHORTS
def test_more_margin_moves_the_liquidation_there(venue: str, mode: Mode, overrides: Overrides, side: str) -> None:
    game = liquidated(venue, mode, overrides, side)
    assert [more.share for more in game.alternatives.more_margin] == [D("0.25"), 1]
    for more in game.alternatives.more_margin:
        session = game.with_more(more.amount)
        (position,) = session.view().positions
        assert position.liquidation_price == more.liquidation


@EVERY
@LONGS_AND_SLOWLY_SHORTS
def test_half_the_leverage_moves_it_there(venue: str, mode: Mode, overrides: Overrides, side: str) -> None:
    game = liquidated(venue, mode, overrides, side, costs=False)
    less, rulebook = game.alternatives.less_leverage, game.session.rulebook
    if less is None:
        assert mode == "cross"
        assert not rulebook.lends("ETH")
        return
    (position,) = game.opened.view().positions
    size = plain(abs(less.size if less.size is not None else position.size))
    more = [] if mode == "cross" else ["deposit 20000"]
    session = game.again(*more, f"{side} {size} ETH {less.leverage}x")
    (again,) = session.view().positions
    if less.liquidation is None or again.liquidation_price is None:
        assert again.liquidation_price == less.liquidation
    else:
        assert abs(again.liquidation_price - less.liquidation) <= 5 * TICK


@EVERY
@LONGS_AND_SLOWLY_SHORTS
def test_with_a_smaller_position_it_stands(venue: str, mode: Mode, overrides: Overrides, side: str) -> None:
    game = liquidated(venue, mode, overrides, side)
    smaller = game.alternatives.smaller
    assert (smaller is None) is (mode == "isolated")
    if smaller is None:
        return
    text = game.commands[0].split()
    session = game.again(f"{side} {plain(abs(smaller.size))} ETH {text[-1]}")
    assert _further(_first_start(session), game.start)


@EVERY
@LONGS_AND_SLOWLY_SHORTS
@pytest.mark.parametrize("costs", [True, False], ids=["costs", "free"])
def test_a_stop_halfway_loses_that_much(venue: str, mode: Mode, overrides: Overrides, side: str, costs: bool) -> None:
    game = liquidated(venue, mode, overrides, side, costs)
    stop = game.alternatives.stop
    assert stop is not None
    size, other = game.commands[0].split()[1], "sell" if side == "buy" else "buy"
    session = game.again(*game.commands, f"{other} {size} ETH stop {plain(stop.price)} reduce")
    events = session.advance(len(game.tape))
    (fill,) = (event for event in events if isinstance(event, Filled))
    assert fill.price == stop.fill
    assert abs(fill.fee - fill.realised - stop.lost) < D("0.00001"), "but for the rounding of money"
    assert not courses(events)


BOTH = [venue for venue in VENUES if set(rulebook_of(venue).modes) == {"cross", "isolated"}]


@pytest.mark.parametrize("venue", BOTH)
@SIDES
def test_one_pool_with_the_wallet_is_liquidated_there(venue: str, side: str) -> None:
    game = liquidated(venue, "isolated", (), side)
    cross = game.alternatives.cross
    assert cross is not None
    (position,) = game.again(*game.commands, mode="cross").view().positions
    assert position.liquidation_price == cross.liquidation


@pytest.mark.parametrize("venue", BOTH)
@SIDES
def test_isolated_loses_no_more_than_its_margin(venue: str, side: str) -> None:
    game = liquidated(venue, "cross", (), side)
    margin = game.alternatives.isolated_margin
    assert margin is not None
    session = game.again(*game.commands, mode="isolated")
    fee = 10_000 - session.view().equity
    session.advance(len(game.tape))
    assert 10_000 - session.view().equity <= margin + fee + TICK


@pytest.mark.parametrize("venue", [venue for venue in VENUES if venue not in BOTH])
@SIDES
def test_a_mode_that_a_venue_has_not_is_no_alternative(venue: str, side: str) -> None:
    told = liquidated(venue, rulebook_of(venue).modes[0], (), side).alternatives
    assert (told.isolated_margin, told.cross) == (None, None)


@EVERY
@LONGS_AND_SLOWLY_SHORTS
def test_what_would_have_kept_it_until_now(venue: str, mode: Mode, overrides: Overrides, side: str) -> None:
    game = liquidated(venue, mode, overrides, side, costs=False)
    start = game.start
    kept = game.alternatives.kept
    if kept is None:
        assert game.session.time - start.time < 3_600_000
        return
    ends = start.time + kept.hours * 3_600_000
    after = _first_start(game.with_more(kept.amount))
    assert after is None or after.time >= ends
    before = _first_start(game.with_more(kept.amount - TICK))
    assert before is not None
    assert before.time <= ends + 60_000, "judged at the vertices"
    back = Session.restore(game.setup, game.tape, game.session.snapshot())
    back.step = start.step
    assert alternatives_of(back, start).kept is None, "nobody knows yet"


@pytest.mark.parametrize("venue", VENUES)
def test_a_cross_pool_of_several_positions(venue: str) -> None:
    """Alternatives, terms and a story of it too: they are judged again as they stood."""
    if "cross" not in rulebook_of(venue).modes:
        return
    setup = Setup(venue, "cross", D(10_000), slippage=False, fees=False, funding=False)
    tape = trend(True)
    game = next(found for found in (played(venue, "cross", (), side, costs=False) for side in ("buy", "sell")) if found)
    text = game.commands[0].split()
    size = plain((D(text[1]) * D("0.8")).quantize(D("0.01")))
    commands = (f"buy {size} ETH {text[-1]}", "buy 2 SOL 2x")
    session = Session(setup, tape)
    for command in commands:
        answer = session.do(parse(command))
        assert not isinstance(answer, Refusal), str(answer)
    events = session.advance(len(tape))
    if not courses(events):
        pytest.skip("what it lends is never called in")
    start = courses(events)[0].start
    assert start.symbol is None
    held = held_at(start)
    assert held is not None
    assert held.pool.positions.keys() == {"ETH", "SOL"}
    assert liquidation_terms(session, start)[0].value == start.equity
    story = Played(setup, tape, commands, session, session, events)
    told = story.alternatives
    assert told.symbol == "ETH"
    assert told.missing is not None
    after = _first_start(story.with_more(told.missing.amount))
    assert after is None or after.time >= start.time
    assert after is None or after.figures()["positions"] != start.figures()["positions"]
    for more in told.more_margin:
        again = story.with_more(more.amount)
        position = next(each for each in again.view().positions if each.symbol == "ETH")
        assert position.liquidation_price == more.liquidation
    assert told.smaller is not None
    less = story.again(f"buy {plain(told.smaller.size)} ETH {text[-1]}", commands[1])
    later = _first_start(less)
    assert later is None or later.time > start.time


def test_a_hedge_makes_it_stand() -> None:
    game = liquidated("binance", "cross", (), "buy")
    hedge = game.alternatives.hedge
    assert hedge is not None
    text = game.commands[0].split()
    session = game.again("hedge on", *game.commands, f"sell {plain(abs(hedge.size))} ETH {text[-1]}")
    after = _first_start(session)
    assert after is None or after.time > game.start.time
    assert liquidated("hyperliquid", "cross", (), "buy").alternatives.hedge is None


@EVERY
def test_what_accrued_is_in_its_terms(venue: str, mode: Mode, overrides: Overrides) -> None:
    """After hours of funding, interest or borrow fees: GMX's requirement goes by what has been taken so far."""
    tape = tape_of({"ETH": [2000 - 8 * place for place in range(60)]}, seconds=3600)
    session = Session(Setup(venue, mode, D(10_000), overrides=overrides), tape)
    leverage = min(session.rulebook.largest_leverage("ETH", D(30_000)), 8)
    for share in ("95%", "80%", "60%"):
        if not isinstance(session.do(parse(f"buy {share} ETH {leverage}x")), Refusal):
            break
    found = courses(session.advance(len(tape)))
    for course in found[:2]:
        start = course.start
        credit, requirement, missing = liquidation_terms(session, start)
        assert (credit.terms[0].value, requirement.terms[0].value) == (start.equity, start.requirement)
        told = alternatives_of(session, start).missing
        assert told is not None
        assert missing.value is not None
        assert venue != "gmx_v1" or 0 <= told.amount - missing.value < D("0.02")
    assert found or session.rulebook.lends("ETH")
