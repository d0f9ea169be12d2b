"""The steps that venues compose liquidations of, and what accrues by pool, on a venue made for this test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

import pytest

from engine import rulebooks
from engine.account import Mode, Pool
from engine.commands.grammar import parse
from engine.events import (
    Deleveraged,
    Event,
    Filled,
    HandedOver,
    InterestPaid,
    LiquidationStarted,
    LossSocialised,
    MarginRestored,
    PenaltyCharged,
    ShortfallPaid,
)
from engine.formula import Const, Price, Scaled, Sum
from engine.margin import Health
from engine.rulebooks import hyperliquid
from engine.rulebooks.base import (
    Accrual,
    Charge,
    Deleverage,
    Failing,
    HandOver,
    InsuranceDelta,
    Level,
    Overrides,
    Reduce,
    Refusal,
    Role,
    Step,
    Wait,
)
from engine.rules.venue import Venue
from engine.session import Session
from engine.setup import Setup
from engine.tape import Tape
from tests.engine.tapes import START, tape_of

Program = Callable[[Failing, "Staged"], Step | None]


class Staged(Venue):
    """10 % of notional to stay, and a liquidation that each test writes itself."""

    card = replace(hyperliquid.Hyperliquid.card, name="staged")
    keeps = "10 % of notional"
    modes: ClassVar[tuple[Mode, ...]] = ("cross", "isolated")
    insurer = "fund"
    bearer = "depositors"
    program: ClassVar[Program]
    capital: ClassVar[Decimal] = Decimal(1_000)

    @property
    def funds(self) -> Mapping[str, Decimal]:
        return {self.insurer: self.capital}

    def fee_rate(self, role: Role) -> Decimal:
        return Decimal("0.001")

    def largest_leverage(self, symbol: str, notional: Decimal) -> int:
        return 9

    def health(self, pool: Pool, collateral: Decimal, level: Level) -> Health:
        share = Decimal("0.2") if level == "liquidation_end" else Decimal("0.1")
        parts = [Scaled(key, share * abs(p.size), Price(p.symbol)) for key, p in sorted(pool.positions.items())]
        nothing = Sum("nothing", (Const("0", Decimal(0)),))
        return Health(pool.equity(collateral), nothing if level == "backstop" else Sum("required", tuple(parts)))

    def next_step(self, failing: Failing) -> Step | None:
        return type(self).program(failing, self)


class Accruing(Staged):
    """And 0.01 % an hour of what the pool is worth, for the pool; 0.02 % of each position's notional."""

    accrues = "by pool"

    def accruals(
        self,
        pool: Pool,
        collateral: Decimal,
        marks: Mapping[str, Decimal],
        premiums: Mapping[str, Decimal | None],
    ) -> tuple[Accrual, ...]:
        rows = [
            Accrual(key, p.symbol, "borrow fee", Decimal("0.0002"), p.notional(marks[p.symbol]), -_share(p, marks))
            for key, p in sorted(pool.positions.items())
        ]
        if collateral and pool.positions:
            rate = Decimal("0.0001")
            rows.append(Accrual(None, "USD", "interest", rate, collateral, collateral * rate))
        return tuple(rows)


def _share(position: Any, marks: Mapping[str, Decimal]) -> Decimal:
    return Decimal("0.0002") * position.notional(marks[position.symbol])


@pytest.fixture(autouse=True)
def _venues(monkeypatch: pytest.MonkeyPatch) -> None:
    def staged(overrides: Overrides) -> Staged:
        return Staged()

    def accruing(overrides: Overrides) -> Accruing:
        return Accruing()

    monkeypatch.setattr(rulebooks, "VENUES", {**rulebooks.VENUES, "staged": staged, "accruing": accruing})


def played(
    tape: Tape, *commands: str, program: Program, venue: str = "staged", mode: Mode = "isolated", **changed: Any
) -> tuple[Session, list[Event]]:
    """A session that was given `commands` and ran to the end of its tape: in one leap as in single steps."""
    Staged.program = staticmethod(program)  # type: ignore[assignment]
    setup = Setup(venue, mode, Decimal(100_000), **{"slippage": False, "fees": False, "funding": False, **changed})
    session, stepping = Session(setup, tape), Session(setup, tape)
    for text in commands:
        answer = session.do(parse(text))
        assert not isinstance(answer, Refusal), str(answer)
        stepping.do(parse(text))
    events, stepped = list(session.advance(len(tape))), list[Event]()
    while stepping.step < len(tape) - 1:
        stepped += stepping.advance(stepping.step + 1)
        restored = Session.restore(setup, tape, stepping.snapshot())
        assert restored.snapshot() == stepping.snapshot()
    assert events == stepped
    assert session.state_hash() == stepping.state_hash()
    assert session.view().conserved
    return session, events


def only(events: list[Event], kind: type) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def _half_to_a_liquidator(failing: Failing, venue: Staged) -> Step | None:
    """A half at 5 % below the mark, a tenth of that gain to the treasury, until 20 % of notional are covered."""
    pool, marks = failing.pool, failing.marks
    level: Level = "liquidation_end" if failing.done else "maintenance"
    if venue.health(pool, failing.collateral, level).safe(marks):
        return None
    (position,) = pool.positions.values()
    price = marks[position.symbol] * (1 - position.side * Decimal("0.05"))
    return HandOver(position.key, abs(position.size) / 2, price, (Charge("treasury", Decimal(7)),))


def test_a_liquidator_takes_parts_below_the_mark_until_the_end_level_is_reached() -> None:
    """10 ETH at 2000 with 4,000: 16,000 + 0.1 × 10 P = 10 P at P = 1777.78. Equity 1777.70; 5 at 1688.88 cost 444.45
    and 7: 1326.25 of 8888.85, 14.9 %; 2.5 more cost 222.22 and 7: 1097.02 of 4444.43, 24.7 %."""
    session, events = played(tape_of({"ETH": [2000, 1777, 1777]}), "buy 10 ETH 5x iso", program=_half_to_a_liquidator)
    first, second = only(events, HandedOver)
    assert (first.size, first.price, first.mark) == (5, Decimal("1688.88"), Decimal("1777.77"))
    assert (second.size, second.position, second.taker) == (Decimal("2.5"), Decimal("2.5"), "liquidator")
    assert [each.amount for each in only(events, PenaltyCharged)] == [7, 7]
    assert only(events, MarginRestored)
    world = session.world
    assert world.balance(world.account("treasury").wallet) == 14
    assert world.balance(world.account("liquidator").wallet) == Decimal("7.5") * Decimal("88.89")


def test_what_a_hand_over_leaves_below_zero_is_paid_by_the_fund_and_then_socialised() -> None:
    """10 ETH at 2000 with 4,000, over a gap to 1400: sold whole at 1330 for −6,700, less 4,000: 2,700 and 7 missing."""

    def whole(failing: Failing, venue: Staged) -> Step | None:
        (position,) = failing.pool.positions.values()
        price = failing.marks["ETH"] * Decimal("0.95")
        return HandOver(position.key, abs(position.size), price, (Charge("treasury", Decimal(7)),))

    session, events = played(tape_of({"ETH": [2000, 1400, 1400]}, gaps=[1]), "buy 10 ETH 5x iso", program=whole)
    (shortfall,), (loss,) = only(events, ShortfallPaid), only(events, LossSocialised)
    assert (shortfall.amount, shortfall.fund, shortfall.unpaid) == (2_707, "fund", 0)
    assert (loss.amount, loss.bearer) == (1_707, "depositors")
    assert session.view().equity == 96_000


def test_a_procedure_waits_in_real_time_inside_a_segment() -> None:
    """A tenth every two seconds, of a price that falls 100 in a minute-long segment, then the rest."""

    def in_parts(failing: Failing, venue: Staged) -> Step | None:
        (position,) = failing.pool.positions.values()
        count = int(failing.phase or 0)
        if failing.done:
            return Wait(failing.time + 2_000, str(count + 1))
        return Reduce(position.key, Decimal(1) if count == 3 else Decimal("0.1"))

    _, events = played(tape_of({"ETH": [2000, 1800, 1700, 1700]}), "buy 10 ETH 5x iso", program=in_parts)
    fills = only(events, Filled)
    (start,) = only(events, LiquidationStarted)
    assert [fill.time - start.time for fill in fills] == [0, 2_000, 4_000, 6_000]
    assert [fill.size for fill in fills] == [1, Decimal("0.9"), Decimal("0.81"), Decimal("7.29")]
    prices = [fill.price for fill in fills]
    assert prices == sorted(prices, reverse=True)
    assert len(set(prices)) == 4


def test_a_wait_ends_where_the_pool_has_recovered() -> None:
    def patient(failing: Failing, venue: Staged) -> Step | None:
        if venue.health(failing.pool, failing.collateral, "maintenance").safe(failing.marks):
            return None
        return Wait(failing.time + 90_000, "patience")

    tape = tape_of({"ETH": [2000, 1770, 1950, 1950, 1950]})
    session, events = played(tape, "buy 10 ETH 5x iso", program=patient)
    (start,), (restored,) = only(events, LiquidationStarted), only(events, MarginRestored)
    assert restored.time - start.time == 90_000
    (pool,) = (pool for key, pool in session.account.pools.items() if key != "cross")
    assert (pool.acts_at, pool.phase, pool.since) == (0, "", 0)


def test_insurance_takes_what_is_better_than_bankruptcy_and_adds_what_is_worse() -> None:
    """10 ETH at 2000 with 4,000 go at 1777.77; bankruptcy said to be 1770: 77.70 better, at most 1 % of 17,777.70."""
    better = InsuranceDelta("fund", Decimal(1770), Decimal("0.001"))

    def program(failing: Failing, venue: Staged) -> Step | None:
        return None if failing.done else Reduce("ETH", Decimal(1), insurance=better)

    _, events = played(tape_of({"ETH": [2000, 1777]}), "buy 10 ETH 5x iso", program=program, fees=True)
    (charged,) = only(events, PenaltyCharged)
    assert charged.amount == Decimal("17.7777")
    assert only(events, Filled)[-1].fee == 0

    better = InsuranceDelta("fund", Decimal(1800), Decimal("0.001"))
    _, events = played(tape_of({"ETH": [2000, 1777]}), "buy 10 ETH 5x iso", program=program)
    (charged,) = only(events, PenaltyCharged)
    assert charged.amount == Decimal("-222.3")

    better = InsuranceDelta("fund", Decimal(1900), Decimal("0.001"))
    _, events = played(tape_of({"ETH": [2000, 1777]}), "buy 10 ETH 5x iso", program=program)
    assert not only(events, PenaltyCharged)
    assert len(only(events, LiquidationStarted)) == 1


def test_others_are_closed_directly() -> None:
    def program(failing: Failing, venue: Staged) -> Step | None:
        return None if failing.done else Deleverage("ETH", Decimal(1700))

    _, events = played(tape_of({"ETH": [2000, 1700]}), "buy 10 ETH 5x iso", program=program)
    (closed,) = only(events, Deleveraged)
    assert (closed.size, closed.price, closed.trader) == (10, 1700, "other short 10x ETH")


def test_what_is_due_goes_by_pool() -> None:
    """Two hours of 20 ETH in cross: 0.02 % of 40,000 and 0.01 % of what the wallet holds, at each full hour."""

    def none(failing: Failing, venue: Staged) -> Step | None:
        return None

    tape = tape_of({"ETH": [2000] * 130})
    session, events = played(tape, "buy 20 ETH 5x cross", program=none, venue="accruing", mode="cross", funding=True)
    paid = only(events, InterestPaid)
    assert [(each.time - START, each.accrual, each.amount) for each in paid] == [
        (3_600_000, "borrow fee", -8),
        (3_600_000, "interest", 10),
        (7_200_000, "borrow fee", -8),
        (7_200_000, "interest", Decimal("10.0002")),
    ]
    assert session.view().funding == Decimal("4.0002")
    (position,) = session.view().positions
    assert position.funding == -16
