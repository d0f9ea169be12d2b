"""Drift played: margin by size, buffer, parts that grow with time, insurance by tier, interest. Figures by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.account import CROSS, Pool, Position
from engine.commands.grammar import parse
from engine.events import (
    Event,
    Filled,
    HandedOver,
    InterestPaid,
    LiquidationStarted,
    LossSocialised,
    MarginRestored,
    OrderCancelled,
    PenaltyCharged,
    ShortfallPaid,
)
from engine.rulebooks import rulebook_of
from engine.rulebooks.base import Refusal, SetupError
from engine.rulebooks.drift_v2 import Drift, borrow_rate, hourly_funding
from engine.rules.size_premium import high_leverage_ratio, size_discount, size_premium
from engine.rules.throttled import base_to_cover, share_to_free
from engine.session import Session
from engine.setup import Setup
from engine.tape import Tape
from tests.engine.tapes import tape_of

QUIET = {"slippage": False, "fees": False, "funding": False}
AT_ONCE = ("duration", "0")


def played(
    tape: Tape, *commands: str, overrides: tuple[tuple[str, ...], ...] = (), balance: int = 100_000, **changed: Any
) -> tuple[Session, list[Event]]:
    """A session that was given `commands` and ran to the end of its tape: in one leap as in single steps."""
    setup = Setup(venue="drift_v2", balance=Decimal(balance), mode="cross", overrides=overrides, **{**QUIET, **changed})
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


def test_all_at_once_up_to_the_buffer() -> None:
    """1 BTC on 10,000 at 94,000: 4000 < 4700. With the buffer 7 % = 6580 are wanted, and 2 % of the loss count
    against it: 4000 − 120 leaves 2700 short. Liquidator 1 %, insurance
    min(1 %, 0.95 × (7 % − 1 % − 2700 ÷ 94,000)) = 1 %: 2700 ÷ (94,000 × 5 %) = 0.5744680…, rounded up."""
    overrides = (AT_ONCE,)
    tape = tape_of({"BTC": [100_000, 94_000]}, gaps=[1])
    session, events = played(tape, "buy 1 BTC 10x", balance=10_000, overrides=overrides)
    (start,), (taken,), (penalty,) = (only(events, kind) for kind in (LiquidationStarted, HandedOver, PenaltyCharged))
    assert (start.equity, start.requirement) == (4000, 4700)
    assert (taken.size, taken.price) == (Decimal("0.574469"), 93_060)
    assert penalty.fund == "insurance tier a"
    assert penalty.amount == 540
    assert only(events, MarginRestored)
    assert session.exchange.world.balance(session.exchange.world.account(penalty.fund).wallet) == 100_000_540


def test_parts_grow_with_the_slots() -> None:
    """20 % at once and a tenth every 15 slots (6 s): nine parts in 48 s, then all 2700 are freed."""
    tape = tape_of({"BTC": [100_000, 94_000, 94_000, 94_000]}, gaps=[1])
    _, events = played(tape, "buy 1 BTC 10x", balance=10_000)
    (start,), taken, (restored,) = (only(events, kind) for kind in (LiquidationStarted, HandedOver, MarginRestored))
    assert [each.time - start.time for each in taken] == [6000 * place for place in range(9)]
    assert taken[0].size == Decimal("0.114894")  # 20 % of 2700 ÷ 4700
    assert restored.time - start.time == 48_000


def test_a_recovery_ends_it() -> None:
    """Between two parts the price rises above maintenance with the buffer: nothing more is taken."""
    tape = tape_of({"BTC": [100_000, 94_000, 100_000]}, gaps=[1, 2], seconds=5)
    _, events = played(tape, "buy 1 BTC 10x", balance=10_000)
    assert len(only(events, HandedOver)) == 1
    tape = tape_of({"BTC": [100_000, 94_000, 100_000, 100_000]}, gaps=[1, 2], seconds=5)
    _, events = played(tape, "buy 1 BTC 10x", balance=10_000)
    assert len(only(events, HandedOver)) == 1
    assert only(events, MarginRestored)


def test_above_maintenance_below_the_buffer_it_goes_on() -> None:
    """At 96,500 a BTC on 10,000 would stand (6500 > 4825) although it is short of the buffer (6755)."""
    _, events = played(tape_of({"BTC": [100_000, 96_500]}, gaps=[1]), "buy 1 BTC 10x", balance=10_000)
    assert not only(events, LiquidationStarted)
    tape = tape_of({"BTC": [100_000, 94_000, 96_500, 96_500]}, gaps=[1, 2], seconds=5)
    _, events = played(tape, "buy 1 BTC 10x", balance=10_000)
    assert [each.mark for each in only(events, HandedOver)] == [94_000, 96_500]


def test_orders_are_cancelled_first() -> None:
    tape = tape_of({"BTC": [100_000, 94_000]}, gaps=[1])
    _, events = played(tape, "buy 1 BTC 10x", "sell 1 BTC at 120000", balance=10_000)
    told = [type(each) for each in events if each.kind != "call"]
    assert told[:3] == [LiquidationStarted, OrderCancelled, HandedOver]


def test_small_positions_and_small_shortages_go_at_once() -> None:
    """$49 of ETH goes whole. 0.01 BTC at 94,000 is 27 short: below $50 all of it is freed."""
    tape = tape_of({"ETH": [50, 47]}, gaps=[1])
    _, events = played(tape, "buy 1 ETH 10x", balance=5)
    (taken,) = only(events, HandedOver)
    assert (taken.size, taken.position) == (1, 0)
    tape = tape_of({"BTC": [100_000, 94_000]}, gaps=[1])
    _, events = played(tape, "buy 0.01 BTC 10x", balance=100)
    assert len(only(events, HandedOver)) == 1
    assert only(events, MarginRestored)


def test_the_fee_rises_after_1500_slots() -> None:
    """A halt of 20 minutes after the first part: the next comes 1206 s later, 3015 slots, at 1 % + 0.3015 %."""
    tape = tape_of({"BTC": [100_000, 94_000, 94_000, 94_000]}, gaps=[1, 2, 3], seconds=1200, halts={"BTC": [2]})
    _, events = played(tape, "buy 1 BTC 10x", balance=10_000)
    first, second = only(events, HandedOver)
    assert (first.price, second.price) == (93_060, Decimal("92776.59"))
    assert second.time - first.time == 3015 * 400


def test_below_zero_the_tier_pays_and_then_open_interest() -> None:
    """10 ETH on 2600 at 1500: −2400, and 1 % of 15,000 for the liquidator; nothing is left for insurance to charge."""
    tape = tape_of({"ETH": [2000, 1500, 1500, 1500]}, gaps=[1])
    overrides = (("insurance-fund", "A", "1000"),)
    session, events = played(tape, "buy 10 ETH 10x", balance=2600, overrides=overrides)
    assert not only(events, PenaltyCharged)
    (short,), (borne,) = only(events, ShortfallPaid), only(events, LossSocialised)
    assert (short.amount, short.fund) == (2550, "insurance tier a")
    assert (borne.amount, borne.bearer) == (1550, "open interest")
    assert session.view().equity == 0


def test_speculative_markets_are_not_insured() -> None:
    tape = tape_of({"WIF": [10, 5, 5, 5]}, gaps=[1])
    _, events = played(tape, "buy 1000 WIF 4x iso", balance=2600)
    (short,), (borne,) = only(events, ShortfallPaid), only(events, LossSocialised)
    assert short.fund == "insurance tier speculative"
    assert borne.amount == short.amount


def test_a_cross_pool_is_insured_by_the_market_that_it_ends_with() -> None:
    tape = tape_of({"WIF": [10, 5, 5, 5]}, gaps=[1])
    _, events = played(tape, "buy 1000 WIF 4x", balance=2600)
    (short,) = only(events, ShortfallPaid)
    assert short.fund == "insurance tier speculative"


def test_a_debt_in_coins_falls_on_depositors() -> None:
    tape = tape_of({"SOL-SPOT": [100, 200, 200]}, gaps=[1])
    overrides = (("insurance-fund", "A", "0"), AT_ONCE)
    _, events = played(tape, "sell 400 SOL-SPOT 3x", balance=15_000, overrides=overrides)
    assert only(events, LossSocialised)[0].bearer == "depositors"


def test_coins_are_supplied_and_borrowed() -> None:
    """100 SOL count 8000 of their 10,000: 8000 USDC can be owed."""
    tape = tape_of({"SOL-SPOT": [100, 100]})
    session = Session(Setup(venue="drift_v2", mode="cross", balance=Decimal(1000), **QUIET), tape)
    for text in ("supply 100 SOL", "withdraw 1000 USDC", "borrow 7000 USDC"):
        answer = session.do(parse(text))
        assert not isinstance(answer, Refusal), str(answer)
    assert isinstance(session.do(parse("borrow 1001 USDC")), Refusal)
    session.advance(1)
    assert session.view().conserved


def test_a_pool_is_insured_by_its_worst_market() -> None:
    venue, pool = Drift(), Pool(CROSS, "you/cross")
    assert venue.insurer_of(pool) == "insurance tier a"
    for symbol, fund in (("BTC", "a"), ("LINK", "c"), ("WIF", "speculative")):
        pool.keep(Position(symbol, Decimal(1)))
        assert venue.insurer_of(pool) == f"insurance tier {fund}"


def test_coins_are_sold_below_and_bought_back_above_the_mark() -> None:
    """Held SOL go at mark ÷ 1.05, owed SOL at mark ÷ 0.95. 400 SOL at 66 on 15,000: 1400 < 10 % of 26,400. The 25,000
    borrowed count 2 % more: 0.9 × 26,400 − 1.02 × 25,000 = −1740; a coin frees 1.02 × 66 ÷ 1.05 − 0.9 × 66 = 4.7142…"""
    tape = tape_of({"SOL-SPOT": [100, 66]}, gaps=[1])
    _, events = played(tape, "buy 400 SOL-SPOT 3x", balance=15_000, overrides=(AT_ONCE,))
    (taken,) = only(events, HandedOver)
    assert (taken.price, taken.side) == (Decimal("62.85"), "sell")
    assert abs(taken.size - Decimal(1740) / Decimal("4.714285714")) < Decimal("0.01")
    tape = tape_of({"SOL-SPOT": [100, 127]}, gaps=[1])
    _, events = played(tape, "sell 400 SOL-SPOT 3x", balance=15_000, overrides=(AT_ONCE,))
    assert only(events, HandedOver)[0].price == Decimal("133.69")
    assert only(events, MarginRestored)


def test_the_size_premium() -> None:
    """4/5 of 10 % + 0.00045 × √size: BTC needs more than 10 % from (0.02 ÷ 0.00045)² = 1975 BTC on."""
    venue = Drift()
    assert venue.ratio("BTC", Decimal(1975), "initial") == Decimal("0.1")
    assert venue.ratio("BTC", Decimal(10_000), "initial") == Decimal("0.125")
    assert venue.ratio("BTC", Decimal(10_000), "fill") == Decimal("0.105")
    assert size_premium(Decimal(200_000), Decimal("0.00055"), Decimal("1.1")).quantize(Decimal("1e-4")) == Decimal(
        "1.1260"
    )
    assert size_discount(Decimal(10_000), Decimal("0.01"), Decimal("0.9")) == Decimal("0.55")
    assert size_discount(Decimal(4), Decimal(0), Decimal("0.9")) == Decimal("0.9")


def test_high_leverage_mode() -> None:
    """1 % for small sizes; half-way between the floor of 8 % and 10 % it is half-way between 1 % and 10 %."""
    venue = rulebook_of("drift_v2", (("margin", "high-leverage"),))
    assert isinstance(venue, Drift)
    assert venue.largest_leverage("BTC", Decimal(0)) == 100
    assert venue.largest_leverage("WIF", Decimal(0)) == 4
    assert venue.ratio("BTC", Decimal(0), "maintenance") == Decimal("0.006")
    ten, one = Decimal("0.1"), Decimal("0.01")
    assert high_leverage_ratio(ten, Decimal("0.09"), one) == Decimal("0.055")
    assert high_leverage_ratio(ten, ten, one) == one
    assert high_leverage_ratio(ten, Decimal("0.2"), one) == Decimal("0.2")
    assert venue.variants["high-leverage"] == (("margin", "high-leverage"),)
    assert venue.ratio("BTC", Decimal(1), "initial") == Decimal("0.012025")  # 8 % + 0.045 % is 2.25 % of the way
    tape = tape_of({"BTC": [100_000, 99_300]}, gaps=[1])
    _, events = played(tape, "buy 1 BTC 80x", balance=1250, overrides=(("margin", "high-leverage"), AT_ONCE))
    (taken,) = only(events, HandedOver)
    assert taken.price == Decimal("98823.36")  # 0.8 × 0.6 % below the mark


def test_open_profit_opens_little_and_stays_whole() -> None:
    venue, marks = Drift(), {"BTC": Decimal(110)}
    pool = Pool(CROSS, "you/cross", {"BTC": Position("BTC", Decimal(100), Decimal(10_000), 10)})
    counted = {
        level: venue.health(pool, Decimal(50), level).credit.exact(marks)  # type: ignore[arg-type]
        for level in ("order", "withdraw", "maintenance")
    }
    assert counted == {"order": 150, "withdraw": 150, "maintenance": 1050}
    marks = {"BTC": Decimal(99)}
    assert venue.health(pool, Decimal(50), "order").credit.exact(marks) == -50


def test_health_bends_the_right_way() -> None:
    venue, marks = Drift(), {"BTC": Decimal(100), "SOL-SPOT": Decimal(50)}
    pool = Pool(CROSS, "you/cross", {"BTC": Position("BTC", Decimal(-1), Decimal(-90)),
                                     "SOL-SPOT": Position("SOL-SPOT", Decimal(3), Decimal(150))})  # fmt: skip
    for level in ("order", "withdraw", "maintenance", "liquidation_end", "backstop"):
        health = venue.health(pool, Decimal(500), level)  # type: ignore[arg-type]
        assert health.margin.curvature in ("linear", "concave")
        more = venue.health(pool, Decimal(501), level)  # type: ignore[arg-type]
        assert more.credit.exact(marks) - health.credit.exact(marks) == 1
    totals, health = venue.totals(pool, Decimal(500), "maintenance"), venue.health(pool, Decimal(500), "maintenance")
    assert (totals.collateral - totals.requirement).exact(marks) == health.margin.exact(marks)
    gauge = venue.own_gauge(pool, Decimal(500), marks)
    assert gauge is not None
    assert (gauge.name, gauge.value) == ("health", 98)  # 100 × (1 − 5 ÷ 475)


def test_funding_is_offset_and_clamped_by_tier() -> None:
    day = Decimal(24)
    assert hourly_funding(Decimal(0), "a") * day == Decimal("0.0002")
    assert round(hourly_funding(Decimal("0.04"), "b") * day * 33, 20) == 1
    assert round(hourly_funding(Decimal("-0.9"), "speculative") * day * 10, 20) == -1


def test_interest_rises_ever_faster() -> None:
    terms = (Decimal("0.8"), Decimal("0.1"), Decimal(1))
    rates = [borrow_rate(Decimal(used), *terms) for used in ("0", "0.4", "0.8", "0.85", "0.9", "0.95", "0.99", "1")]
    assert rates == [Decimal(each) for each in ("0", "0.05", "0.1", "0.145", "0.235", "0.37", "0.55", "1")]


def test_funding_and_interest_come_due_by_the_hour() -> None:
    tape = tape_of({"BTC": [100_000] * 2, "SOL-SPOT": [100] * 2}, seconds=3600)
    overrides = (("utilisation", "80%"),)
    commands = ("buy 0.1 BTC 10x", "buy 400 SOL-SPOT 3x")
    _, events = played(tape, *commands, balance=22_480, overrides=overrides, funding=True)
    paid = {each.symbol: each.amount for each in only(events, InterestPaid)}
    assert paid == {
        "BTC": Decimal("-0.083334"),  # 10,000 ÷ 5000 ÷ 24
        "SOL-SPOT": Decimal("0.365296"),  # 40,000 × 8 % ÷ 8760
        "USDC": Decimal("-0.2"),  # 17,520 × 10 % ÷ 8760
    }


def test_makers_get_a_rebate() -> None:
    tape = tape_of({"BTC": [100_000, 99_000]})
    session, events = played(tape, "buy 0.1 BTC at 99500 10x", fees=True)
    (fill,) = only(events, Filled)
    assert fill.fee == Decimal("-1.99")
    assert session.view().wallet == Decimal("100001.99")


def test_coins_cannot_be_isolated_and_a_market_has_one_mode() -> None:
    tape = tape_of({"SOL-SPOT": [100, 100], "SOL": [100, 100]})
    session = Session(Setup(venue="drift_v2", mode="cross", balance=Decimal(10_000), **QUIET), tape)
    refusal = session.do(parse("buy 1 SOL-SPOT 2x iso"))
    assert isinstance(refusal, Refusal)
    assert "isolates perpetuals only" in str(refusal)
    assert not isinstance(session.do(parse("buy 1 SOL 2x iso")), Refusal)
    refusal = session.do(parse("buy 1 SOL 2x cross"))
    assert isinstance(refusal, Refusal)
    assert "one mode a market" in str(refusal)


def test_shares_and_sizes_at_their_edges() -> None:
    assert share_to_free(Decimal(100), Decimal(0), 0, Decimal("0.2"), 150) == Decimal("0.2")
    assert share_to_free(Decimal(80), Decimal(20), 15, Decimal("0.2"), 150) == Decimal("0.125")
    assert share_to_free(Decimal(80), Decimal(20), 0, Decimal("0.2"), 150) == 0
    assert share_to_free(Decimal(80), Decimal(20), 900, Decimal("0.2"), 150) == 1
    assert base_to_cover(Decimal(1), Decimal("0.05"), Decimal("0.05"), Decimal(0), Decimal(100)) is None


@pytest.mark.parametrize(
    ("override", "level", "requirement"),
    [
        (("perp", "BTC", "30%", "15%"), "maintenance", 15),
        (("perp", "BTC", "30%", "15%"), "withdraw", 30),
        (("maintenance", "12%"), "withdraw", 12),
        (("buffer", "3%"), "liquidation_end", 8),
    ],
)
def test_ratios_can_be_set(override: tuple[str, ...], level: Any, requirement: int) -> None:
    pool = Pool(CROSS, "you/cross", {"BTC": Position("BTC", Decimal(1), Decimal(100))})
    health = rulebook_of("drift_v2", (override,)).health(pool, Decimal(0), level)
    assert health.requirement.exact({"BTC": Decimal(100)}) == requirement


def test_a_flat_rate_holds_for_coins_and_any_size() -> None:
    venue = rulebook_of("drift_v2", (("maintenance", "30%"),))
    assert isinstance(venue, Drift)
    assert venue.weights("SOL-SPOT", Decimal(1), "maintenance").of(Decimal(1)) == Decimal("0.7")
    assert venue.weights("SOL-SPOT", Decimal(-1), "initial").of(Decimal(-1)) == Decimal("1.3")
    assert venue.ratio("BTC", Decimal(10**9), "maintenance") == Decimal("0.3")


@pytest.mark.parametrize(
    "override",
    [
        ("perp", "BTC", "5%", "10%"),
        ("margin", "portfolio"),
        ("duration", "256"),
        ("duration", "soon"),
        ("insurance-fund", "Z", "1"),
        ("liquidator-fee", "BTC", "5%"),
        ("depth", "1"),
    ],
)
def test_bad_parameters_are_refused(override: tuple[str, ...]) -> None:
    with pytest.raises(SetupError):
        rulebook_of("drift_v2", (override,))


def test_the_card_says_what_is_not_known() -> None:
    card = Drift().card
    assert (card.name, card.dated) == ("drift_v2", "2026-11-22")
    assert any("150 slots and 20 %" in line for line in card.unsure)
