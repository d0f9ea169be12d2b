"""Vertex played: health by weights, spreads, hand-overs, who pays, interest and funding. Figures by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.account import CROSS, Pool, Position
from engine.commands.grammar import parse
from engine.events import (
    Event,
    HandedOver,
    InterestPaid,
    LiquidationStarted,
    LossSocialised,
    MarginRestored,
    ShortfallPaid,
)
from engine.events import PenaltyCharged as Penalty
from engine.rulebooks import rulebook_of
from engine.rulebooks.base import Refusal, SetupError
from engine.rulebooks.vertex import Vertex
from engine.session import Session
from engine.setup import Setup
from engine.tape import Tape
from tests.engine.tapes import tape_of

QUIET = {"slippage": False, "fees": False, "funding": False}


def played(
    tape: Tape, *commands: str, overrides: tuple[tuple[str, ...], ...] = (), balance: int = 100_000, **changed: Any
) -> tuple[Session, list[Event]]:
    """A session that was given `commands` and ran to the end of its tape: in one leap as in single steps."""
    setup = Setup(venue="vertex", balance=Decimal(balance), mode="cross", overrides=overrides, **{**QUIET, **changed})
    session, stepping = Session(setup, tape), Session(setup, tape)
    for text in commands:
        answer = session.do(parse(text))
        assert not isinstance(answer, Refusal), str(answer)
        stepping.do(parse(text))
    events = list(session.advance(len(tape)))
    while stepping.step < len(tape) - 1:
        stepping.advance(stepping.step + 1)
    assert session.state_hash() == stepping.state_hash()
    assert session.view().conserved
    return session, events


def only(events: list[Event], kind: type) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def test_a_perpetual_goes_until_initial_health_is_zero() -> None:
    """1 BTC at 100,000 on 6300: 6300 + P − 100,000 meets 0.03 P at 96,597.938. At 96,597.93 equity is 2897.93 and
    4829.8965 are required at first: 1931.9665 are missing. A BTC frees 0.05 P and costs the discount of 0.006 P:
    1931.9665 ÷ 4250.30892 = 0.454547…; insurance gets half of the discount, 0.003 P a BTC, the liquidator the other."""
    session, events = played(tape_of({"BTC": [100_000, 95_000]}), "buy 1 BTC 16x", balance=6300)
    (start,), (taken,), (penalty,) = (only(events, kind) for kind in (LiquidationStarted, HandedOver, Penalty))
    assert (start.price, start.equity, start.requirement) == (
        Decimal("96597.93"),
        Decimal("2897.93"),
        Decimal("2897.9379"),
    )
    assert (taken.size, taken.price, taken.taker) == (Decimal("0.454547"), Decimal("96308.13"), "liquidator")
    assert (penalty.amount, penalty.fund) == (Decimal("131.724989"), "insurance fund")
    (restored,) = only(events, MarginRestored)
    assert abs(restored.equity - Decimal("0.545453") * Decimal("96597.93") * Decimal("0.05")) < Decimal("0.01")
    assert session.view().insurance == 1_000_000 + penalty.amount


def test_a_short_is_bought_back_above_the_mark() -> None:
    """1 BTC short on 6300: 6300 + 100,000 − P meets 0.03 P at 106,300 ÷ 1.03 = 103,203.883. The liquidator sells it
    back at 0.3 % above the mark, rounded up."""
    _, events = played(tape_of({"BTC": [100_000, 105_000]}), "sell 1 BTC 16x", balance=6300)
    (start,), (taken,) = only(events, LiquidationStarted), only(events, HandedOver)
    assert start.price == Decimal("103203.89")
    assert (taken.side, taken.price) == ("buy", Decimal("103513.51"))


def test_a_coin_against_its_perpetual_needs_a_fifth() -> None:
    """Long coin 95,000, short perpetual 99,000: 5 % and 3 %, less (95,000 + 99,000) × (0.994 − 0.96)."""
    tape = tape_of({"BTC-SPOT": [100_000, 95_000], "BTC": [100_000, 99_000]})
    session, events = played(tape, "buy 1 BTC-SPOT 10x", "sell 1 BTC 10x", balance=10_000)
    assert not only(events, LiquidationStarted)
    assert session.view().pools[0].requirement == 4750 + 2970 - 6596


def test_without_the_spread_the_same_legs_fail() -> None:
    tape = tape_of({"BTC-SPOT": [100_000, 95_000], "ETH": [100_000, 99_000]})
    _, events = played(tape, "buy 1 BTC-SPOT 10x", "sell 1 ETH 20x", balance=15_100)
    assert not only(events, LiquidationStarted)
    _, events = played(tape_of({"BTC-SPOT": [100_000, 91_000], "ETH": [100_000, 99_000]}), "buy 1 BTC-SPOT 10x",
                       "sell 1 ETH 20x", balance=15_100)  # fmt: skip
    assert only(events, LiquidationStarted)


def test_a_spread_goes_leg_by_leg() -> None:
    """95,000 and 105,000 on 11,000: equity 1000. Initially 9500 + 5250 − 200,000 × 0.065 = 1750 are required; a unit
    frees 1750 and costs 0.12 % of 95,000 = 114: 750 ÷ 1636 = 0.458435…"""
    tape = tape_of({"BTC-SPOT": [100_000, 95_000], "BTC": [100_000, 105_000]}, gaps=[1])
    session, events = played(tape, "buy 1 BTC-SPOT 10x", "sell 1 BTC 10x", balance=11_000)
    perp, coin = only(events, HandedOver)
    assert (perp.symbol, perp.size, perp.price) == ("BTC", Decimal("0.458435"), 105_000)
    assert (coin.symbol, coin.size, coin.price) == ("BTC-SPOT", Decimal("0.458435"), 94_943)
    (penalty,) = only(events, Penalty)
    assert penalty.symbol == "BTC-SPOT"
    positions = session.account.wallet.positions
    assert positions["BTC"].size == -positions["BTC-SPOT"].size == Decimal("-0.541565")


def test_a_spread_that_owes_its_coin_goes_after_perpetuals() -> None:
    """Short coin, long perpetual, and 10 ETH: the ETH are taken first, whole; then as much of the spread as it needs,
    its coin bought back 1 ÷ 25 of 5 % above the mark, half of which goes to insurance."""
    tape = tape_of({"BTC-SPOT": [100_000, 102_000], "BTC": [100_000, 94_000], "ETH": [2000, 1900]}, gaps=[1])
    _, events = played(tape, "sell 1 BTC-SPOT 10x", "buy 1 BTC 10x", "buy 10 ETH 20x", balance=11_000)
    taken = only(events, HandedOver)
    assert [each.symbol for each in taken] == ["ETH", "BTC", "BTC-SPOT"]
    assert (taken[0].size, taken[0].price) == (10, Decimal("1894.30"))
    assert (taken[2].size, taken[2].price) == (taken[1].size, 102_102)
    assert only(events, MarginRestored)


def test_coins_that_are_owed_go_last() -> None:
    """10,000 and 0.5 BTC owed at 100,000, 5 ETH held: at 117,000 and 1000 the ETH go first, though they need less."""
    tape = tape_of({"BTC-SPOT": [100_000, 117_000], "ETH-SPOT": [2000, 1700]}, gaps=[1])
    _, events = played(tape, "sell 0.5 BTC-SPOT 5x", "buy 5 ETH-SPOT 5x", balance=12_100)
    taken = only(events, HandedOver)
    assert [(each.symbol, each.side) for each in taken] == [("ETH-SPOT", "sell"), ("BTC-SPOT", "buy")]


def test_what_insurance_cannot_pay_falls_on_open_interest() -> None:
    """At 80,000 the account is paid 79,520: 6300 − 20,480 = −14,180. The fund has 1000 and gets 240,
    half of the discount."""
    session, events = played(
        tape_of({"BTC": [100_000, 80_000]}, gaps=[1]),
        "buy 1 BTC 16x",
        balance=6300,
        overrides=(("insurance-fund", "1000"),),
    )
    (short,), (borne,) = only(events, ShortfallPaid), only(events, LossSocialised)
    assert (short.amount, short.unpaid) == (14_180, 0)
    assert (borne.amount, borne.bearer) == (12_940, "open interest")
    assert session.view().equity == 0


def test_an_isolated_account_beside_the_cross_account() -> None:
    """The isolated one fails at 94,000, where the cross one stands: they are two accounts."""
    tape = tape_of({"BTC": [100_000, 94_000]}, gaps=[1])
    session, events = played(tape, "buy 1 BTC 16x", "buy 1 BTC 20x iso", balance=30_000)
    (start,) = only(events, LiquidationStarted)
    assert start.pool == "iso:BTC"
    assert session.account.wallet.positions["BTC"].size == 1


def test_coins_cannot_be_isolated_and_ten_accounts_are_the_most() -> None:
    symbols = [f"C{number}" for number in range(11)]
    tape = tape_of({**{symbol: [100, 100] for symbol in symbols}, "BTC-SPOT": [100, 100]})
    session = Session(Setup(venue="vertex", mode="cross", balance=Decimal(10_000), **QUIET), tape)
    refusal = session.do(parse("buy 1 BTC-SPOT 2x iso"))
    assert isinstance(refusal, Refusal)
    assert "isolates perpetuals only" in str(refusal)
    for symbol in symbols[:10]:
        assert not isinstance(session.do(parse(f"buy 1 {symbol} 2x iso")), Refusal)
    refusal = session.do(parse("buy 1 C10 2x iso"))
    assert isinstance(refusal, Refusal)
    assert "10 isolated accounts" in str(refusal)
    assert not isinstance(session.do(parse("buy 1 C9 2x iso")), Refusal)


def test_a_chosen_leverage_holds_for_perpetuals_outside_of_spreads() -> None:
    """At 2x a perpetual needs half of its value, a coin what its weight says; against each other 2 × 1 %."""
    venue, marks = Vertex(), {"BTC-SPOT": Decimal(100), "BTC": Decimal(100)}
    pool = Pool(CROSS, "you/cross", {"BTC": Position("BTC", Decimal(-1), Decimal(-100), 2)})

    def required(level: Any) -> Decimal:
        return venue.health(pool, Decimal(0), level).requirement.exact(marks)

    assert (required("order"), required("withdraw"), required("maintenance")) == (50, 5, 3)
    assert venue.initial_margin(pool.positions["BTC"], Decimal(100)) == 50
    pool.keep(Position("BTC-SPOT", Decimal(1), Decimal(100), 2))
    assert required("order") == 2
    pool.keep(Position("BTC-SPOT", Decimal("0.5"), Decimal(50), 2))
    assert required("order") == 26
    pool.keep(Position("BTC"))
    assert required("order") == 5


def test_interest_and_funding_come_due_together() -> None:
    """80 % used: 5 % a year on what is borrowed, compounded each second; 80 % × 80 % of it on what is held. A premium
    of 5 % counts as 2 % a day."""
    tape = tape_of(
        {"BTC": [100_000] * 2, "BTC-SPOT": [100_000] * 2}, seconds=3600, premiums={"BTC": [50_000_000, 50_000_000]}
    )
    session, events = played(
        tape,
        "buy 0.5 BTC-SPOT 5x",
        "buy 0.1 BTC 10x",
        balance=30_000,
        funding=True,
        overrides=(("utilisation", "80%"),),
    )
    paid = {(each.symbol, each.accrual): each for each in only(events, InterestPaid)}
    assert paid["BTC", "funding"].notional == 10_000
    assert paid["BTC", "funding"].amount == Decimal("-8.333334")  # 10,000 × 2 % ÷ 24
    assert paid["USDC", "interest"].notional == 20_000
    assert paid["USDC", "interest"].amount == Decimal("-0.114156")  # 20,000 × 0.00000570777884…, rounded up
    assert paid["BTC-SPOT", "interest"].amount == Decimal("0.182648")  # 50,000 × 0.64 × that, rounded down
    assert session.account.wallet.positions["BTC"].funding == Decimal("-8.333334")


def test_nothing_is_due_on_quote_money_alone_at_no_utilisation() -> None:
    tape = tape_of({"BTC": [100, 100]}, seconds=3600)
    _, events = played(tape, "buy 1 BTC 2x", funding=True, overrides=(("utilisation", "0%"),))
    assert not only(events, InterestPaid)


@pytest.mark.parametrize(
    ("override", "level", "requirement"),
    [
        (("weights", "BTC", "80%", "90%"), "maintenance", 10),
        (("weights", "BTC-SPOT", "80%", "90%"), "maintenance", 3),
        (("maintenance", "2%"), "maintenance", 2),
        (("maintenance", "BTC", "20%"), "withdraw", 20),
    ],
)
def test_weights_can_be_set(override: tuple[str, ...], level: Any, requirement: int) -> None:
    venue = rulebook_of("vertex", (override,))
    pool = Pool(CROSS, "you/cross", {"BTC": Position("BTC", Decimal(1), Decimal(100))})
    assert venue.health(pool, Decimal(0), level).requirement.exact({"BTC": Decimal(100)}) == requirement


@pytest.mark.parametrize(
    "override",
    [("weights", "BTC", "99%", "90%"), ("weights", "BTC", "100%", "100%"), ("weights", "BTC"), ("depth", "1")],
)
def test_bad_parameters_are_refused(override: tuple[str, ...]) -> None:
    with pytest.raises(SetupError):
        rulebook_of("vertex", (override,))


def test_health_is_told_term_by_term_and_bends_the_right_way() -> None:
    venue, marks = Vertex(), {"BTC-SPOT": Decimal(100), "BTC": Decimal(100)}
    pool = Pool(CROSS, "you/cross", {"BTC-SPOT": Position("BTC-SPOT", Decimal(2), Decimal(200)),
                                     "BTC": Position("BTC", Decimal(-1), Decimal(-100))})  # fmt: skip
    for level in ("order", "withdraw", "maintenance", "liquidation_end", "backstop"):
        health = venue.health(pool, Decimal(50), level)  # type: ignore[arg-type]
        assert health.margin.curvature in ("linear", "concave")
        more = venue.health(pool, Decimal(51), level)  # type: ignore[arg-type]
        assert more.credit.exact(marks) - health.credit.exact(marks) == 1
        assert more.requirement.exact(marks) == health.requirement.exact(marks)
    rows = venue.health(pool, Decimal(50), "maintenance").requirement.terms(marks)
    assert [row.label for row in rows][:4] == [
        "maintenance requirement",
        "BTC at weight 1.03",
        "BTC-SPOT at weight 0.95",
        "credit for the BTC spread",
    ]


def test_the_card_says_what_is_not_known() -> None:
    card = Vertex().card
    assert any("not found" in line and "weights" in line for line in card.unsure)
    assert card.name == "vertex"
    assert card.dated == "2026-11-22"
    gauge = Vertex().own_gauge(Pool(CROSS, "you/cross"), Decimal(10), {})
    assert gauge is not None
    assert (gauge.value, gauge.liquidation, gauge.rises) == (10, 0, False)


def test_coins_are_supplied_and_borrowed() -> None:
    """1 BTC supplied at 100 counts 90: with 10 USDC, 100 USDC can leave, of which 90 are owed."""
    session = Session(
        Setup(venue="vertex", mode="cross", balance=Decimal(10), **QUIET), tape_of({"BTC-SPOT": [100, 100]})
    )
    for text in ("supply 1 BTC", "withdraw 10 USDC", "borrow 80 USDC"):
        answer = session.do(parse(text))
        assert not isinstance(answer, Refusal), str(answer)
    assert isinstance(session.do(parse("borrow 11 USDC")), Refusal)
    session.advance(1)
    assert session.view().conserved


def test_a_debt_in_coins_falls_on_depositors() -> None:
    tape = tape_of({"BTC-SPOT": [100_000, 200_000]}, gaps=[1])
    _, events = played(tape, "sell 1 BTC-SPOT 5x", balance=25_000, overrides=(("insurance-fund", "0"),))
    assert only(events, LossSocialised)[0].bearer == "depositors"
