"""One rival: a session of their own, a strategy, and what they did last."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from engine.account import YOU
from engine.commands.command import Close, Command, Place
from engine.events import Event, Filled, LiquidationStarted, MarginCalled, WipedOut
from engine.looking.views import View
from engine.record import Given, Record
from engine.resolving import given
from engine.rivals.sight import Sight
from engine.rivals.strategies import STRATEGIES, Memory, remembered
from engine.rulebooks.base import Refusal
from engine.session import Session
from engine.setup import Setup
from engine.tape import Tape

HOUR = 3_600_000
REMEMBERED = 500
"""Events that a rival keeps to be told: who bets everything every hour has many."""
TOLD = Filled | MarginCalled | LiquidationStarted | WipedOut


@dataclass(frozen=True, slots=True)
class Act:
    """What a rival did, or what happened to them: the vertex, the time in ms UTC, and the words."""

    step: int
    time: int
    text: str


class Rival:
    """A rival on a tape. They decide at its first vertex and then at the first vertex of every hour (UTC).

    Args:
        name: as the board says it.
        strategy: one of `STRATEGIES`.

    Attributes:
        commands: what they gave so far, for a record.
        last: what they did last; None before anything.
        happened: their trades, calls and liquidations, the oldest first; the last `REMEMBERED` of them.

    Raises:
        KeyError: when there is no such strategy.
        SetupError: when the set-up can't be played.
    """

    def __init__(self, name: str, strategy: str, setup: Setup, tape: Tape) -> None:
        self.name, self.strategy = name, strategy
        self._decide = STRATEGIES[strategy]
        self.session, self.commands = Session(setup, tape), list[Given]()
        self.last: Act | None = None
        self.happened = deque[Event](maxlen=REMEMBERED)
        self._memory = Memory()
        self._due = 0

    def advance(self, until: int) -> None:
        """Play on to vertex `until`, which is played whole: decisions that fall on it are made."""
        session = self.session
        while session.state != "ended":
            if session.step == self._due:
                self._act()
            if session.step >= until:
                return
            self._tell(session.advance(min(until, self._due)))

    def _act(self) -> None:
        session = self.session
        sight = Sight(session)
        if sight.running:
            commands, memory = self._decide(sight, self._memory)
            self._memory = remembered(sight, memory)
            for command in commands:
                self._do(command)
        following = (session.time // HOUR + 1) * HOUR
        self._due = max(session.step + 1, session.tape.first_step(following))

    def _do(self, command: Command) -> None:
        answer = self.session.do(command)
        if isinstance(answer, Refusal):
            self.last = self.last or Act(self.session.step, self.session.time, f"refused: {_given(command)}")
            return
        self.commands.append(given(self.session, answer, command))
        self.last = Act(self.session.step, self.session.time, _given(command))
        self._tell(answer)

    def _tell(self, events: tuple[Event, ...]) -> None:
        for event in events:
            if isinstance(event, TOLD) and event.actor == YOU:
                self.happened.append(event)
            words = _words(event)
            if words:
                self.last = Act(event.step, event.time, words)

    @property
    def decides_now(self) -> bool:
        """Whether a decision falls on the vertex that they are at, and was not made yet."""
        return self.session.step == self._due

    def view(self) -> View:
        """Their account now."""
        return self.session.view()

    def record(self) -> Record:
        """Their session as commands on the tape."""
        return Record(self.session.setup, self.session.tape, tuple(self.commands), self.session.step)


def _given(command: Command) -> str:
    match command:
        case Place(side=side, symbol=symbol, leverage=leverage):
            return f"{side} {symbol} {leverage}x"
        case Close(symbol=symbol):
            return f"close {symbol}"
    return str(command)


def _words(event: Event) -> str:
    match event:
        case WipedOut():
            return "wiped out"
        case LiquidationStarted():
            return f"liquidated{f' in {event.symbol}' if event.symbol else ''}"
        case MarginCalled():
            return "margin call"
    return "stopped out" if getattr(event, "reason", "") == "stop" and event.kind == "fill" else ""
