"""A prop desk's rules: a target, the most to lose on a day and from the best, and how many days to trade.

All amounts are shares of the balance that the desk lends. The account's worth is what it began with and its profit
since: money that the player puts in is no profit. It is looked at after every vertex at which something happened, after
every command, and at the end of every UTC day: the first vertex at or after 00:00. What it does between is not looked
at, so that the verdict is a function of the record alone, however it was played. At such a moment the account is broken
by the first of

- the daily loss: worth <= worth at the last end of a day − daily_loss × balance;
- the trailing drawdown: worth <= the highest worth at any such moment so far − trailing_drawdown × balance.

It is passed when at the end, unbroken, worth >= balance × (1 + target) and there were fills by the player's own orders
on at least `minimum_days` UTC days.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from engine.events import Event, Filled
from engine.numbers import EXACT
from engine.record import Record
from engine.session import ANY_EVENT, Session

DAY = 86_400_000
Rule = Literal["daily loss", "trailing drawdown"]


@dataclass(frozen=True, slots=True)
class PropDeskRules:
    """`target`, `daily_loss` and `trailing_drawdown` are fractions of the balance; `minimum_days` UTC days."""

    target: Decimal
    daily_loss: Decimal
    trailing_drawdown: Decimal
    minimum_days: int


@dataclass(frozen=True, slots=True)
class Broken:
    """A broken rule: the vertex, its time in ms UTC, what the account was worth, and the worth it had to stay above."""

    rule: Rule
    step: int
    time: int
    worth: Decimal
    floor: Decimal


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a desk says.

    Attributes:
        broken: the first rule that was; None where none.
        worth, target: at the end, and what it takes, quote units.
        days, minimum_days: UTC days with a fill, and how many it takes.
        floors: what the account has to be worth more than, by each rule, now.
    """

    broken: Broken | None
    worth: Decimal
    target: Decimal
    days: int
    minimum_days: int
    floors: tuple[tuple[Rule, Decimal], ...]

    @property
    def passed(self) -> bool:
        """Whether the desk would keep this trader."""
        return not self.missing

    @property
    def missing(self) -> tuple[str, ...]:
        """Why not, a sentence each."""
        said = list[str]()
        if self.broken is not None:
            worth, floor = self.broken.worth, self.broken.floor
            said.append(f"the {self.broken.rule} was too much: worth {worth:,.2f}, and {floor:,.2f} is where it ends")
        if self.worth < self.target:
            said.append(f"{self.worth:,.2f} is below the target of {self.target:,.2f}")
        if self.days < self.minimum_days:
            said.append(f"traded on {self.days} day{'' if self.days == 1 else 's'}; it takes {self.minimum_days}")
        return tuple(said)


class PropDesk:
    """Watches a session from its beginning. Who plays it calls `look` at the moments that the rules name, and at no
    others: `next_look` is the latest vertex to stop at when nothing happens before."""

    def __init__(self, rules: PropDeskRules, session: Session) -> None:
        self.rules, self.session = rules, session
        self._balance = session.setup.balance
        self._highest = self._yesterday = self._balance
        self._day = session.time // DAY
        self._traded = set[int]()
        self._broken: Broken | None = None

    @property
    def next_look(self) -> int:
        """The first vertex of the next UTC day; past the tape when there is none."""
        return self.session.tape.first_step((self._day + 1) * DAY)

    @property
    def broken(self) -> bool:
        """Whether a rule was broken."""
        return self._broken is not None

    def copy(self, session: Session) -> PropDesk:
        """A desk of its own that has seen the same, of a session in the same state."""
        twin = PropDesk.__new__(PropDesk)
        twin.__dict__.update(self.__dict__)
        twin.session, twin._traded = session, set(self._traded)
        return twin

    def look(self, events: Iterable[Event]) -> None:
        """The session came so far, and this happened since the last look."""
        for event in events:
            if isinstance(event, Filled) and event.reason != "liquidation":
                self._traded.add(event.time // DAY)
        worth = self._worth()
        self._highest = max(self._highest, worth)
        for rule, floor in self._floors():
            if self._broken is None and worth <= floor:
                self._broken = Broken(rule, self.session.step, self.session.time, worth, floor)
        if self.session.time // DAY > self._day:
            self._day, self._yesterday = self.session.time // DAY, worth

    def verdict(self) -> Verdict:
        """What the desk says now."""
        return Verdict(
            broken=self._broken,
            worth=self._worth(),
            target=EXACT.multiply(self._balance, 1 + self.rules.target),
            days=len(self._traded),
            minimum_days=self.rules.minimum_days,
            floors=self._floors(),
        )

    def _floors(self) -> tuple[tuple[Rule, Decimal], ...]:
        """The worth at which each rule breaks."""
        rules = self.rules
        return (
            ("daily loss", self._yesterday - EXACT.multiply(rules.daily_loss, self._balance)),
            ("trailing drawdown", self._highest - EXACT.multiply(rules.trailing_drawdown, self._balance)),
        )

    def _worth(self) -> Decimal:
        view = self.session.view()
        return self._balance + view.equity + view.withdrawals - view.deposits


def judged(rules: PropDeskRules, record: Record) -> Verdict:
    """What a desk says of a session: it is played once.

    Raises:
        SetupError: when its set-up can't be played.
    """
    session = record.start()
    desk = PropDesk(rules, session)
    for given in record.commands:
        _advance(desk, given.step)
        answer = session.do(given.command, given.number or None)
        desk.look(answer if isinstance(answer, tuple) else ())
    _advance(desk, record.until)
    return desk.verdict()


def _advance(desk: PropDesk, until: int) -> None:
    session = desk.session
    while session.step < until and session.state != "ended":
        events = session.advance(min(until, desk.next_look), frozenset((ANY_EVENT,)))
        if events or session.step >= desk.next_look:
            desk.look(events)
