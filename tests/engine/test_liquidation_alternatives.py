"""What is said to have changed a liquidation would have: each is played again with it."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_CEILING, Decimal

import pytest

from engine.commands.grammar import parse
from engine.events import Event, Filled, LiquidationStarted, MarginRestored
from engine.liquidation.aftermath import aftermath, courses, outcome_of
from engine.liquidation.alternatives import Alternatives, alternatives_of
from engine.numbers import plain, to_grid
from engine.rulebooks.base import Refusal
from engine.session import Session
from engine.setup import Setup
from engine.tape import Tape
from saves.records import event_from, event_text
from tests.engine.tapes import tape_of

D = Decimal
FALL = tape_of({"ETH": [2000, 1700], "SOL": [100, 100]})
RISE = tape_of({"ETH": [2000, 2300], "SOL": [100, 100]})
GAP = tape_of({"ETH": [2000, 1700], "SOL": [100, 100]}, gaps=[1])
LATE_GAP = tape_of({"ETH": [2000, 1960, 1990, 1900, 1700], "SOL": [100] * 5}, gaps=[4])
DEEP = tape_of({"ETH": [2000, 1500], "SOL": [100, 100]})


def played(
    venue: str, tape: Tape, *commands: str, balance: int = 5000, fees: bool = True
) -> tuple[Session, list[Event]]:
    session = Session(Setup(venue, balance=Decimal(balance), fees=fees, funding=False), tape)
    for text in commands:
        answer = session.do(parse(text))
        assert not isinstance(answer, Refusal), str(answer)
    return session, list(session.advance(len(tape)))


def opened(venue: str, tape: Tape, *commands: str, balance: int = 5000) -> tuple[Session, list[Event]]:
    """The same without time going on."""
    session = Session(Setup(venue, balance=Decimal(balance), funding=False), tape)
    for text in commands:
        answer = session.do(parse(text))
        assert not isinstance(answer, Refusal), str(answer)
    return session, []


def liquidated(venue: str, tape: Tape, *commands: str, balance: int = 5000) -> tuple[LiquidationStarted, Alternatives]:
    session, events = played(venue, tape, *commands, balance=balance)
    start = next(event for event in events if isinstance(event, LiquidationStarted))
    return start, alternatives_of(session, start)


VENUES = pytest.mark.parametrize("venue", ["hyperliquid", "binance"])


@VENUES
@pytest.mark.parametrize("open_text", ["buy 5 ETH 10x iso", "buy 5 ETH 25x iso", "sell 5 ETH 10x iso"])
def test_more_margin_moves_the_liquidation_there(venue: str, open_text: str) -> None:
    start, told = liquidated(venue, RISE if open_text.startswith("sell") else FALL, open_text)
    assert [more.share for more in told.more_margin] == [D("0.25"), 1]
    assert start.balance is not None
    for more in told.more_margin:
        assert 0 <= more.amount - start.balance * more.share < D("0.01")
        session, _ = opened(venue, FALL, open_text, f"margin ETH +{more.amount}")
        assert session.view().positions[0].liquidation_price == more.liquidation
        assert more.had == more.amount, "5,000 were there"


def test_the_wallet_had_only_a_part_of_it() -> None:
    start, told = liquidated("hyperliquid", FALL, "buy 5 ETH 10x iso", balance=1500)
    quarter, whole = told.more_margin
    assert quarter.had == quarter.amount
    assert whole.had == start.wallet_free
    assert whole.had is not None
    assert whole.had < whole.amount


@VENUES
@pytest.mark.parametrize("leverage", [10, 25])
def test_less_leverage_moves_the_liquidation_there(venue: str, leverage: int) -> None:
    _, told = liquidated(venue, FALL, f"buy 5 ETH {leverage}x iso")
    less = told.less_leverage
    assert less is not None
    assert less.leverage == leverage // 2
    assert abs(less.opened - leverage) < D("0.01")
    session, _ = opened(venue, FALL, f"buy 5 ETH {less.leverage}x iso")
    assert session.view().positions[0].liquidation_price == less.liquidation


def test_a_setting_posts_nothing() -> None:
    """Opened 10x, set to 20x later: half of what it was opened with is 5x."""
    _, told = liquidated("hyperliquid", FALL, "buy 5 ETH 10x iso", "leverage ETH 20x")
    assert told.less_leverage is not None
    assert told.less_leverage.leverage == 5


@VENUES
@pytest.mark.parametrize("tape", ["travelled", "gapped", "late gap"])
@pytest.mark.parametrize("mode", ["iso", "cross"])
def test_a_stop_halfway_loses_that_much(venue: str, tape: str, mode: str) -> None:
    prices = {"travelled": FALL, "gapped": GAP, "late gap": LATE_GAP}[tape]
    open_text = f"buy 5 ETH 10x {mode}"
    _, told = liquidated(venue, prices, open_text, balance=1100)
    stop = told.stop
    assert stop is not None
    assert stop.jumped is (tape == "gapped" or (tape == "late gap" and stop.price < 1900))
    _, events = played(venue, prices, open_text, f"sell 5 ETH stop {plain(stop.price)} reduce", balance=1100)
    (fill,) = (event for event in events if isinstance(event, Filled))
    assert (fill.price, fill.fee - fill.realised) == (stop.fill, stop.lost)
    assert "liquidation" not in [event.kind for event in events]


@VENUES
def test_one_pool_with_the_wallet_is_liquidated_there(venue: str) -> None:
    start, told = liquidated(venue, FALL, "buy 5 ETH 10x iso", "buy 1 SOL 5x cross", balance=2000)
    assert told.cross is not None
    assert told.cross.liquidation is not None
    session, _ = opened(venue, FALL, "buy 5 ETH 10x cross", "buy 1 SOL 5x cross", balance=2000)
    held = next(each for each in session.view().positions if each.symbol == "ETH")
    assert held.liquidation_price == told.cross.liquidation
    alone, _ = opened(venue, FALL, "buy 5 ETH 10x iso", "buy 1 SOL 5x cross", balance=2000)
    assert told.cross.stake == start.wallet_equity == alone.view().pools[0].equity


def test_where_the_wallet_is_empty_cross_changes_nothing() -> None:
    _, told = liquidated("hyperliquid", FALL, "buy 100% ETH 10x iso", balance=1000)
    assert told.cross is None


@VENUES
def test_isolated_loses_no_more_than_that(venue: str) -> None:
    start, told = liquidated(venue, DEEP, "buy 5 ETH 10x cross", balance=2000)
    margin = told.isolated_margin
    assert margin is not None
    assert (told.less_leverage, told.cross) == (None, None)
    session, _ = played(venue, DEEP, "buy 5 ETH 10x iso", balance=2000)
    fee = 10 * margin * session.rulebook.fee_rate("taker")
    assert 2000 - session.view().equity <= margin + fee
    assert start.equity < 2000 - margin, "cross lost more"


def test_what_the_price_jumped_over_as_well_is_left_out() -> None:
    _, told = liquidated("hyperliquid", GAP, "buy 5 ETH 25x iso")
    assert [more.share for more in told.more_margin] == []


def test_a_cross_pool_of_two_positions_is_judged_by_the_one_that_lost_most() -> None:
    """Over a gap more than a little is missing: with it, or with less of ETH, the pool would have stood at 1,700."""
    start, told = liquidated("binance", GAP, "buy 5 ETH 10x cross", "buy 5 SOL 10x cross", balance=1100)
    assert start.symbol is None
    assert told.symbol == "ETH"
    assert (told.stop, told.isolated_margin, told.less_leverage) == (None, None, None)
    assert told.missing is not None
    assert told.missing.amount == to_grid(start.requirement - start.equity, D("0.01"), ROUND_CEILING)
    assert told.smaller is not None
    for share, kinds in ((told.smaller.share, set()), (told.smaller.share + D("0.05"), {"liquidation"})):
        commands = (f"buy {plain(5 * share)} ETH 10x cross", "buy 5 SOL 10x cross")
        _, events = played("binance", GAP, *commands, balance=1100)
        assert {event.kind for event in events} & {"liquidation"} == kinds


@pytest.mark.parametrize(
    ("venue", "commands", "balance"),
    [
        ("hyperliquid", ("buy 5 ETH 10x iso",), 5000),
        ("hyperliquid", ("buy 90 ETH 10x iso",), 30_000),
        ("hyperliquid", ("buy 5 ETH 10x cross", "sell 10 SOL 5x cross"), 1300),
        ("binance", ("buy 5 ETH 10x iso",), 5000),
        ("binance", ("buy 5 ETH 10x cross",), 1100),
    ],
)
@pytest.mark.parametrize("tape", [FALL, GAP], ids=["travelled", "gapped"])
def test_what_it_cost_is_what_is_missing_afterwards(
    venue: str, commands: tuple[str, ...], balance: int, tape: Tape
) -> None:
    session, events = played(venue, tape, *commands, balance=balance)
    first = next(event for event in events if isinstance(event, LiquidationStarted))
    assert first.balance is not None
    place = max(place for place, event in enumerate(events) if isinstance(event, LiquidationStarted))
    start, after = events[place], aftermath(events[place:], first.pool)
    assert isinstance(start, LiquidationStarted)
    assert start.balance is not None
    assert after is not None
    left = start.balance - after.lost
    if after.restored:
        (restored,) = (event for event in events[place:] if isinstance(event, MarginRestored))
        assert after.unrealised == restored.unrealised
        assert left + restored.unrealised == restored.equity
        assert session.view().positions
    elif after.taken_by:
        assert left == 0
    else:
        fills = [event for event in events[place:] if isinstance(event, Filled) and event.reason == "liquidation"]
        back = -sum(fill.posted for fill in fills) if start.pool != "cross" else session.view().wallet
        assert left == back


def test_an_event_that_an_older_version_told_still_says_what_was_missing() -> None:
    start, _ = liquidated("hyperliquid", FALL, "buy 5 ETH 10x iso")
    later = ("balance", "size", "entry_price", "leverage", "bankruptcy_price", "last_price")
    text = event_text(start)
    for name in (*later, "wallet_free", "wallet_cushion", "wallet_equity", "funding"):
        head, _, rest = text.partition(f',"{name}":')
        text = head + rest[len(rest.split(",")[0].split("}")[0]) :]
    old = event_from("liquidation", start.step, "2024-01-01T00:00:00Z", text)
    assert isinstance(old, LiquidationStarted)
    assert (old.balance, old.leverage, old.wallet_free, old.funding) == (None, None, None, None)
    assert event_text(old).count("funding") == 0, "it reads as it did"
    session, _ = played("hyperliquid", FALL)
    assert alternatives_of(session, old) == Alternatives()
    assert event_from("liquidation", start.step, "2024-01-01T00:00:00Z", event_text(start)).figures()["size"] == "5"


def test_the_sum_over_several_liquidations_of_a_pool_is_what_they_took() -> None:
    """The first of them leaves a remainder that is under water, which only the second one makes a loss."""
    session, events = played("hyperliquid", DEEP, "buy 70 ETH 10x cross", balance=15_000)
    outcomes = [outcome_of(course) for course in courses(events)]
    assert len(outcomes) == 2
    first, last = outcomes
    assert first.restored
    assert first.unrealised is not None
    assert first.unrealised < 0
    paid_in = D(15_000) - session.tally.fees + sum(each.fees for each in outcomes)  # less what opening cost
    assert first.lost + last.lost == paid_in - session.view().equity
    assert first.lost < -first.unrealised


def test_a_save_that_cannot_be_read_is_as_good_as_an_old_one() -> None:
    start, _ = liquidated("binance", GAP, "buy 5 ETH 10x cross", "buy 5 SOL 10x cross", balance=1100)
    assert start.positions is not None
    for text in ("", "ETH", "ETH 1 2 3 4 x", "ETH:x 1 2 3 4 5"):
        session, _ = played("binance", FALL)
        assert alternatives_of(session, replace(start, positions=text)) == Alternatives()
