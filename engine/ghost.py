"""The ghost: the player's own commands in another kind of account, at the same vertices of the same tape.

What was typed is kept but for what the ghost is a ghost of: the words that say a mode, or the leverage. Sizes are those
that the player's orders came to. More leverage than a venue gives is lowered to its largest, which `lowered` says; any
other command that the account can't follow is left out, and `missed` says why. Nothing is made up.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.account_kind import Kind, Moded
from engine.commands.command import Cancel, Close, Command, Leverage, Place, SetMode
from engine.events import Event, LiquidationStarted, MarginCalled, WipedOut
from engine.numbers import EXACT, ZERO, exactly
from engine.orders import admission
from engine.record import Given, Record
from engine.resolving import CHUNK, given_again
from engine.rulebooks.base import Refusal, SetupError
from engine.segment import at_vertex
from engine.session import Session
from engine.setup import Setup
from engine.state.checks import LARGEST_LEVERAGE
from engine.tape import Tape

__all__ = ["Ghost", "Kind", "Lowered", "Missed", "Moded", "equity_of", "ghost_of", "play_ghost", "without_modes"]


@dataclass(frozen=True, slots=True)
class Lowered:
    """More leverage than the venue gives, and what was played instead."""

    symbol: str
    asked: int
    played: int

    def __str__(self) -> str:
        return f"{self.asked}x → {self.played}x"


@dataclass(frozen=True, slots=True)
class Missed:
    """A command that the ghost could not follow: when (ms UTC), and why. `in_part`: it closed all that there was, which
    was less."""

    given: Given
    time: int
    reason: str
    in_part: bool = False


class Ghost:
    """One session in another kind of account.

    Attributes:
        kind: what it is a ghost of.
        session: its own session; change it through the ghost only.
        missed: commands that it could not follow, oldest first.
        lowered: leverages that were lowered to the venue's largest.
        called, liquidated, wiped_out: the first of each; None without any.

    Args:
        setup, tape: of the player's session. What is `set` there belongs to its venue: others are as they are.
        samples: how many samples of its equity are kept at most, at equal steps of the tape; 0: none.

    Raises:
        SetupError: when the venue can't be played on this tape.
    """

    def __init__(self, kind: Kind, setup: Setup, tape: Tape, samples: int = 0) -> None:
        own = setup.overrides if kind.venue == setup.venue else ()
        overrides = (*own, *kind.overrides)
        if not 0 <= kind.leverage <= LARGEST_LEVERAGE:
            raise SetupError(f"{kind.leverage}x is no leverage", f"1x to {LARGEST_LEVERAGE}x")
        self.kind = kind
        self.session = Session(replace(setup, venue=kind.venue, mode=kind.mode, overrides=overrides), tape)
        self.missed: list[Missed] = []
        self.lowered: list[Lowered] = []
        self.called: MarginCalled | None = None
        self.liquidated: LiquidationStarted | None = None
        self.wiped_out: WipedOut | None = None
        self._renamed: dict[str, str] = {}
        self._cell = -(-len(tape) // samples) if samples else 0
        self._sampled_at = [0] if samples else []
        self._samples = [float(equity_of(self.session))] if samples else []

    # -- what became of it

    @property
    def called_at(self) -> int | None:
        """Time of the first margin call, ms UTC; None without any."""
        return self.called.time if self.called else None

    @property
    def liquidated_at(self) -> int | None:
        """Time of the first liquidation, ms UTC; None without any."""
        return self.liquidated.time if self.liquidated else None

    @property
    def wiped_out_at(self) -> int | None:
        """Time of the first wipe-out, ms UTC; None without any."""
        return self.wiped_out.time if self.wiped_out else None

    def equity_at(self, steps: Sequence[int]) -> list[float]:
        """The equity in quote units, for drawing, as it was sampled last at each of these vertices or before it."""
        return [self._samples[bisect_right(self._sampled_at, step) - 1] for step in steps]

    # -- following

    def do(self, given: Given) -> tuple[Event, ...]:
        """Give the player's command; the ghost stands at its vertex already. What can't be followed is noted."""
        command = self._own(given)
        if command is None:
            return ()
        number = max(given.number, self.session.commands + 1)
        answer = self.session.do(command, number)
        if isinstance(answer, Refusal):
            answer = self._lower(command, answer, number)
        if isinstance(answer, Refusal) and isinstance(command, Close):
            answer = self._close_what_is_open(given, command, answer, number)
        if isinstance(answer, Refusal):
            self.missed.append(Missed(given, self.session.time, answer.reason))
            return ()
        if number != given.number > 0:
            self._renamed[f"c{given.number}"] = f"c{number}"
        return self._noted(answer)

    def advance(self, until: int, stop_on: frozenset[str] = frozenset()) -> tuple[Event, ...]:
        """Let time pass up to vertex `until`, as `Session.advance` does."""
        if not self._cell:
            return self._noted(self.session.advance(until, stop_on))
        happened: list[Event] = []
        for target in self._stations(until):
            came = self.session.advance(target, stop_on)
            happened += self._noted(came)
            if self.session.step < target:
                break
            if target % self._cell == 0 and self._sampled_at[-1] < target:
                self._sampled_at.append(target)
                self._samples.append(float(equity_of(self.session)))
            if any(event.kind in stop_on for event in came):
                break
        return tuple(happened)

    def _stations(self, until: int) -> Iterator[int]:
        """The vertices on the way at which a sample is due, and `until`."""
        until = min(until, len(self.session.tape) - 1)
        yield from range((self.session.step // self._cell + 1) * self._cell, until, self._cell)
        yield until

    def _noted(self, events: tuple[Event, ...]) -> tuple[Event, ...]:
        for event in events:
            match event:
                case MarginCalled() if self.called is None:
                    self.called = event
                case LiquidationStarted() if self.liquidated is None:
                    self.liquidated = event
                case WipedOut() if self.wiped_out is None:
                    self.wiped_out = event
        return events

    # -- what it is given

    def _own(self, given: Given) -> Command | None:
        """The command as this account gets it; None for one that says only what the ghost overrides."""
        command: Command | None = given.command
        if self.kind.leverage:
            command = _at_leverage(given.command, self.kind.leverage)
        if not self.kind.as_given and command is not None:
            command = without_modes(command)
        if isinstance(command, Place) and given.open_leverage and self._leverage_by_itself(command) == command.leverage:
            return replace(command, leverage=None)
        if isinstance(command, Cancel) and self._renamed:
            order, dot, leg = command.target.partition(".")
            return Cancel(self._renamed.get(order.lower(), order) + dot + leg)
        return command

    def _leverage_by_itself(self, command: Place) -> int:
        """What the order would be opened at if it said no leverage."""
        exchange, account = self.session.exchange, self.session.account
        mode = admission.mode_for(exchange, account, command.symbol, command.mode)
        return admission.leverage_for(exchange, account, command.symbol, None, mode)

    def _lower(self, command: Command, refused: Refusal, number: int) -> tuple[Event, ...] | Refusal:
        """The command once more with the largest leverage that the venue gives, where it asked for more."""
        lower = self._at_most(command)
        if lower is None:
            return refused
        answer = self.session.do(lower, number)
        if isinstance(answer, Refusal):
            return Refusal(f"{lower.leverage}x at most, and there {answer.reason}", answer.would_work)
        self.lowered.append(Lowered(lower.symbol, _asked(command), _asked(lower)))
        return answer

    def _at_most(self, command: Command) -> Place | Leverage | None:
        """The command with the largest leverage that the venue gives; None where that is none, or no less."""
        session = self.session
        if not isinstance(command, Place | Leverage) or command.symbol not in session.tape.by_symbol:
            return None
        symbol = command.symbol
        mark = session.path.price(symbol, "mark", session.step)
        held = sum((position.size for _, position in session.account.positions_in(symbol)), ZERO)
        added = ZERO
        if isinstance(command, Place):
            size = {"base": EXACT.multiply(command.size.amount, mark), "quote": command.size.amount}
            added = size.get(command.size.unit, ZERO) * (1 if command.side == "buy" else -1)
        most = session.rulebook.largest_leverage(symbol, abs(EXACT.multiply(held, mark) + added))
        return replace(command, leverage=most) if 0 < most < _asked(command) else None

    def _close_what_is_open(
        self, given: Given, command: Close, refused: Refusal, number: int
    ) -> tuple[Event, ...] | Refusal:
        """All of a position of which the player closed more than there is here: the venue takes no more either."""
        size, session = command.size, self.session
        held = [abs(position.size) for _, position in session.account.positions_in(command.symbol)]
        if size is None or size.unit == "percent" or not held:
            return refused
        price = session.path.price(command.symbol, "last", session.step) if size.unit == "quote" else 1
        if size.amount <= EXACT.multiply(max(held), Decimal(price)):
            return refused
        answer = self.session.do(replace(command, size=None), number)
        if isinstance(answer, Refusal):
            return refused
        self.missed.append(Missed(given, self.session.time, f"{refused.reason}: all of it was closed", in_part=True))
        return answer


def play_ghost(
    ghost: Ghost,
    commands: Sequence[Given],
    until: int,
    stopped: Callable[[], bool] = lambda: False,
    stop_on: frozenset[str] = frozenset(),
    chunk: int = CHUNK,
) -> Iterator[tuple[Event, ...]]:
    """Give every command at its vertex and go on to vertex `until`; what happened, as it happens. `stopped` is asked
    after every `chunk` of vertices at the latest, and once it says so, no more happens."""
    for each in commands:
        yield from _advanced(ghost, each.step, stopped, stop_on, chunk)
        if stopped():
            return
        yield ghost.do(each)
    yield from _advanced(ghost, until, stopped, stop_on, chunk)


def ghost_of(
    record: Record,
    kind: Kind,
    stopped: Callable[[], bool] = lambda: False,
    until: int | None = None,
    progress: Callable[[float], None] = lambda _: None,
    samples: int = 0,
) -> Ghost:
    """A ghost of what was played so far, or up to vertex `until`. What the commands came to is found out first.

    Args:
        stopped: asked now and then whether it is enough; the ghost is where it came to then.
        progress: told how much is done, 0 to 1.

    Raises:
        SetupError: when the venue can't be played on this tape.
    """
    until = record.until if until is None else min(until, record.until)
    ghost = Ghost(kind, record.setup, record.tape, samples)
    commands = given_again(record.setup, record.tape, [each for each in record.commands if each.step <= until])
    for _ in play_ghost(ghost, commands, until, stopped):
        progress(ghost.session.step / max(until, 1))
    return ghost


def _advanced(
    ghost: Ghost, until: int, stopped: Callable[[], bool], stop_on: frozenset[str], chunk: int
) -> Iterator[tuple[Event, ...]]:
    session = ghost.session
    while session.step < until and session.state != "ended" and not stopped():
        yield ghost.advance(min(until, session.step + chunk), stop_on)


@exactly
def equity_of(session: Session) -> Decimal:
    """The equity of all pools together, in quote units: what `Session.view` says, for a twentieth of its cost."""
    marks, account = at_vertex(session.path, session.step).marks, session.account
    balances = ((pool, session.world.balance(pool)) for pool in account.pools.values())
    return sum((pool.equity(balance).exact(marks) for pool, balance in balances), ZERO)


def without_modes(command: Command) -> Command | None:
    """The command in whatever mode the account is; None for one that only says a mode."""
    if isinstance(command, SetMode):
        return None
    return replace(command, mode=None) if isinstance(command, Moded) else command


def _at_leverage(command: Command, leverage: int) -> Command:
    if isinstance(command, Place) and not command.reduce_only:
        return replace(command, leverage=leverage)
    return replace(command, leverage=leverage) if isinstance(command, Leverage) else command


def _asked(command: Command) -> int:
    """The leverage that a command says; 0 where it says none."""
    return command.leverage or 0 if isinstance(command, Place | Leverage) else 0
