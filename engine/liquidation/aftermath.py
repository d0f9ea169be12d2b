"""What a liquidation came to, from its events: all that the venue did to a pool between its start and its end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.account import YOU
from engine.events import (
    ClearanceCharged,
    Deleveraged,
    Event,
    Filled,
    HandedOver,
    LiquidationStarted,
    LossSocialised,
    MarginRestored,
    OrderCancelled,
    PenaltyCharged,
    ProfitSettled,
    ShortfallPaid,
    TakenOver,
)
from engine.liquidation.held import held_at
from engine.numbers import EXACT, ZERO, exactly

STEPS: tuple[type[Event], ...] = (
    LiquidationStarted,
    Filled,
    HandedOver,
    ProfitSettled,
    ClearanceCharged,
    PenaltyCharged,
    TakenOver,
    Deleveraged,
    ShortfallPaid,
    LossSocialised,
    OrderCancelled,
    MarginRestored,
)
"""What a liquidation is told by."""

_OF_A_POOL = (
    HandedOver,
    ProfitSettled,
    ClearanceCharged,
    PenaltyCharged,
    TakenOver,
    ShortfallPaid,
    LossSocialised,
    MarginRestored,
)


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What a liquidation cost. Money in quote units.

    `lost` is what left the pool's collateral for good, and nothing else: the sum over several liquidations of a pool is
    what they took together. It is `by_price` + `bonus` + `fees` + `clearance` + `penalties` + `given_up`.

    Attributes:
        by_price: what prices had taken of the positions that were closed; below zero where these had won.
        bonus: what liquidators gained: hand-overs below the mark for what was held, above it for what was owed.
        fees, clearance, penalties: trading fees, clearance fees, and what else funds, keepers or the treasury took.
        given_up: equity that went to a fund together with the positions.
        unrealised: the profit of what stands afterwards, which is not in `lost`; None where nothing stands, or where an
            older version told it.
        traded: what was closed on the book, base units; `handed_over` what liquidators took.
        taken_by: the fund that took the rest over, if one did.
        deleveraged: how many others were closed.
        shortfall: by how much the pool ended below zero; of it `unpaid` what nobody paid, and `socialised` what fell
            on `bearer`.
        restored: whether the rest of the pool stands; `under_way`: whether the venue waits, and goes on later.
        until: ms UTC of its last event.
    """

    lost: Decimal
    by_price: Decimal
    bonus: Decimal
    fees: Decimal
    clearance: Decimal
    penalties: Decimal
    given_up: Decimal
    unrealised: Decimal | None
    traded: Decimal
    handed_over: Decimal
    taken_by: str | None
    deleveraged: int
    shortfall: Decimal
    unpaid: Decimal
    socialised: Decimal
    bearer: str | None
    restored: bool
    under_way: bool
    until: int


@dataclass(slots=True)
class Course:
    """One liquidation of a pool: how it began, and all that followed of it, however long the venue waited in between.

    `left` counts the positions that were not gone yet; None where an older version told it.
    """

    start: LiquidationStarted
    steps: list[Event]
    left: int | None
    again: bool = False

    @property
    def last(self) -> Event:
        """Its latest event."""
        return self.steps[-1] if self.steps else self.start


def courses(events: Iterable[Event]) -> list[Course]:
    """The player's liquidations among events, in the order in which they began; each with its own events."""
    found, latest, acting = list[Course](), dict[str, Course](), None
    for event in events:
        if isinstance(event, LiquidationStarted):
            if event.actor != YOU:
                continue
            if event.pool in latest:
                latest[event.pool].again = True
            held = held_at(event)
            acting = Course(event, [], None if held is None else len(held.pool.positions))
            latest[event.pool] = acting
            found.append(acting)
            continue
        course = _course_of(event, latest, acting)
        if course is not None:
            acting = course
            course.steps.append(event)
        _count_off(event, latest)
    return found


def _course_of(event: Event, latest: dict[str, Course], acting: Course | None) -> Course | None:
    """The liquidation that an event belongs to. A fund's own shortfall, and others who are closed, follow or precede
    what the venue does to the pool at that moment."""
    now = acting is not None and (acting.last.step, acting.last.time) == (event.step, event.time)
    if isinstance(event, Deleveraged):
        return latest.get(event.pool) if event.pool is not None else acting if now else None
    if isinstance(event, ShortfallPaid | LossSocialised) and event.actor != YOU:
        return acting if now and acting is not None and _taken_by(acting.steps) == event.actor else None
    if event.actor != YOU:
        return None
    if isinstance(event, OrderCancelled):
        return acting if now and acting is not None and acting.start.pool == event.pool else None
    if isinstance(event, _OF_A_POOL) or (isinstance(event, Filled) and event.reason == "liquidation"):
        return latest.get(event.pool)
    return None


def _count_off(event: Event, latest: dict[str, Course]) -> None:
    """Count the positions that are gone, also those that the player closed while the venue waited."""
    if not isinstance(event, Filled | HandedOver | Deleveraged | TakenOver) or event.pool not in latest:
        return
    course = latest[event.pool]
    if course.left and (isinstance(event, TakenOver) or event.position == 0):
        course.left -= 1


def _taken_by(steps: Sequence[Event]) -> str | None:
    return next((step.fund for step in reversed(steps) if isinstance(step, TakenOver)), None)


def aftermath(events: Sequence[Event], pool: str) -> Aftermath | None:
    """What the last liquidation of that pool among `events` came to; None where there is none."""
    of_it = [course for course in courses(events) if course.start.pool == pool]
    return outcome_of(of_it[-1]) if of_it else None


@exactly
def outcome_of(course: Course) -> Aftermath:
    """What one liquidation came to."""
    steps = course.steps
    takeover = next((step for step in steps if isinstance(step, TakenOver)), None)
    restored = next((step for step in steps if isinstance(step, MarginRestored)), None)
    short = [step for step in steps if isinstance(step, ShortfallPaid)]
    socialised = [step for step in steps if isinstance(step, LossSocialised)]
    own_hole = sum((step.amount for step in short if step.actor == YOU), ZERO)
    realised, costs = _realised(steps), _Costs.of(steps)
    with_it = ZERO if takeover is None else _balance_at(course, takeover)
    given_up = max(ZERO, takeover.lost) if takeover is not None else ZERO
    lost = with_it - realised + costs.charged - own_hole
    return Aftermath(
        lost=lost,
        by_price=lost - costs.charged - costs.bonus - given_up,
        bonus=costs.bonus,
        fees=costs.fees,
        clearance=costs.clearance,
        penalties=costs.penalties,
        given_up=given_up,
        unrealised=restored.unrealised if restored is not None else None,
        traded=sum((step.size for step in steps if isinstance(step, Filled)), ZERO),
        handed_over=sum((step.size for step in steps if isinstance(step, HandedOver)), ZERO),
        taken_by=_taken_by(steps),
        deleveraged=sum(isinstance(step, Deleveraged) for step in steps),
        shortfall=sum((step.amount for step in short), ZERO),
        unpaid=sum((step.unpaid for step in short), ZERO),
        socialised=sum((step.amount for step in socialised), ZERO),
        bearer=socialised[-1].bearer if socialised else None,
        restored=restored is not None,
        under_way=restored is None and bool(course.left) and not course.again,
        until=course.last.time,
    )


def _realised(steps: Iterable[Event]) -> Decimal:
    """The profit that closing turned into collateral."""
    total = ZERO
    for step in steps:
        if isinstance(step, Filled | HandedOver):
            total += step.realised
        elif isinstance(step, ProfitSettled):
            total += step.amount
        elif isinstance(step, Deleveraged):
            total += step.realised or ZERO
    return total


@dataclass(frozen=True, slots=True)
class _Costs:
    """What a liquidation charged, and what it gave away below the mark."""

    fees: Decimal
    clearance: Decimal
    penalties: Decimal
    bonus: Decimal

    @classmethod
    def of(cls, steps: Sequence[Event]) -> _Costs:
        return cls(
            fees=sum((step.fee for step in steps if isinstance(step, Filled)), ZERO),
            clearance=sum((step.amount for step in steps if isinstance(step, ClearanceCharged)), ZERO),
            penalties=sum((step.amount for step in steps if isinstance(step, PenaltyCharged)), ZERO),
            bonus=sum((bonus_of(step) for step in steps if isinstance(step, HandedOver)), ZERO),
        )

    @property
    def charged(self) -> Decimal:
        return self.fees + self.clearance + self.penalties


def bonus_of(step: HandedOver) -> Decimal:
    """What a liquidator gained at the mark, quote units."""
    gain = EXACT.multiply(step.mark - step.price, step.size)
    return gain if step.side == "sell" else -gain


def _balance_at(course: Course, takeover: TakenOver) -> Decimal:
    """The collateral that went over: said by the event, else what was there less what went before."""
    if takeover.balance is not None:
        return takeover.balance
    start, before = course.start, course.steps[: course.steps.index(takeover)]
    there = start.equity if start.balance is None else start.balance
    return there + _realised(before) - _Costs.of(before).charged
