"""The ghosts of a session that is played: each gets the player's commands, and time passes in it as in the session.
The best run so far may follow like one of them, with its own commands.

A ghost may be added at any time. It then comes after from the start, a little in every frame, and is there when it has
reached the session. Nothing that goes wrong in a ghost reaches the session: the ghost is dropped, and that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal

from engine.account_kind import Kind
from engine.commands.command import Command
from engine.commands.grammar import parse
from engine.events import Event
from engine.ghost import Ghost, equity_of
from engine.record import Given
from engine.resolving import given, resolving
from engine.rulebooks.base import SetupError
from engine.session import Session
from saves import Recorder
from saves.ghosts import MOST_GHOSTS as MOST

SAMPLES = 2_000
"""Equity samples of a ghost at most: as many as a session itself takes."""
JOIN_SECONDS = 0.008
"""Of a frame, for ghosts that come after: a quarter of what a frame may take."""
STILL_SECONDS = 0.02
"""The same while time stands still."""
JOIN_CHUNK = 2_000
"""Vertices after which it is looked whether that is over."""


class FollowingGhost:
    """A ghost on its way behind the session.

    Attributes:
        ghost: the other session; `kind` what it is a ghost of, `name` what it is called beside the session.
        joined: whether it is where the session is.
    """

    def __init__(self, kind: Kind, session: Session) -> None:
        self.kind, self.joined = kind, False
        self.name = kind.beside(session.setup)
        self.ghost = Ghost(kind, session.setup, session.tape, SAMPLES)
        self._place = 0

    def go_on(self, commands: Sequence[Given], until: int, chunk: int) -> bool:
        """Give the next command where it is due, else go on by `chunk` vertices at most; whether there is more."""
        session = self.ghost.session
        due = commands[self._place] if self._place < len(commands) else None
        if due is not None and due.step > until:
            due = None  # of a run that was played further than the session
        target = due.step if due else until
        if session.step < target and session.state != "ended":
            self.ghost.advance(min(target, session.step + chunk))
        elif due:
            self.ghost.do(due)
            self._place += 1
        else:
            return False
        return True

    @property
    def over_at(self) -> int | None:
        """The time at which it ended by itself, ms UTC: a ghost goes on as long as the session does."""
        return None

    @property
    def equity(self) -> Decimal:
        """What it is worth now, quote units."""
        return equity_of(self.ghost.session)


class Ghosts:
    """The ghosts of a session.

    Args:
        recorder: keeps the session; which ghosts it has is saved with it, and they are played again.
        log: told of an internal error in a ghost; answers with a sentence for the player.
        now: real seconds.
    """

    def __init__(self, recorder: Recorder, log: Callable[[Exception, str], str], now: Callable[[], float]) -> None:
        self._recorder, self._log, self._now = recorder, log, now
        self._wanted: list[Kind] = list(recorder.ghosts)
        self._following: list[FollowingGhost] = []
        self._best: FollowingGhost | None = None
        self._commands: list[Given] | None = None
        self._later: list[Given] = []
        self._resolving: Iterator[Given | None] | None = None
        self._news: list[str] = []

    # -- which there are

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What there are ghosts of, in the order in which they were added."""
        return (*(each.kind for each in self._following), *self._wanted)

    @property
    def following(self) -> tuple[FollowingGhost, ...]:
        """The ghosts, in that order, and after them the best run where it was let in."""
        return (*self._following, *self._best_runs)

    @property
    def _best_runs(self) -> tuple[FollowingGhost, ...]:
        return () if self._best is None else (self._best,)

    @property
    def has_best(self) -> bool:
        """Whether the best run follows."""
        return self._best is not None

    def let_in(self, best: FollowingGhost | None) -> None:
        """Let the best run so far follow, or no longer. It is not saved with the session: the library knows it."""
        self._best = best

    @property
    def behind(self) -> bool:
        """Whether one has not reached the session yet."""
        return bool(self._wanted) or any(not each.joined for each in self.following)

    def add(self, kind: Kind) -> str | None:
        """Begin to follow in that kind of account; answers why it can't be done."""
        if kind in self.kinds:
            return "That ghost is there already."
        if len(self.kinds) >= MOST:
            return f"There are {MOST} ghosts already: remove one first."
        try:
            with self._guarded(kind):
                self._following.append(FollowingGhost(kind, self._session))
        except SetupError as error:
            return f"{kind.venue} can’t be played here: {error}."
        self._save()
        return None

    def remove(self, kind: Kind) -> None:
        """Follow no longer in that kind of account."""
        self._following = [each for each in self._following if each.kind != kind]
        self._wanted = [each for each in self._wanted if each != kind]
        self._save()
        if not self.kinds:
            self._commands, self._resolving, self._later = None, None, []

    @property
    def has_news(self) -> bool:
        """Whether something must be said."""
        return bool(self._news)

    def news(self) -> list[str]:
        """What must be said of ghosts that were dropped; each is answered once."""
        news, self._news = self._news, []
        return news

    def _save(self) -> None:
        self._recorder.set_ghosts(self.kinds)

    @property
    def _session(self) -> Session:
        return self._recorder.session

    # -- following

    def did(self, command: Command, events: Sequence[Event]) -> None:
        """The session accepted a command just now: those that are there get it, too."""
        if self._commands is None:
            return
        each = given(self._session, events, command)
        (self._later if self._resolving is not None else self._commands).append(each)
        self.follow()

    def follow(self, seconds: float = JOIN_SECONDS) -> None:
        """Come to where the session is; those that come after, nearer by what can be done in so many seconds."""
        until = self._session.step
        for each in [each for each in self.following if each.joined]:
            with self._guarded(each):
                while each.go_on(self._commands or (), until, until + 1):
                    pass
        if self.behind:
            end = self._now() + seconds
            while self._join(until) and self._now() < end:
                pass

    def catch_up(self) -> None:
        """Come to where the session is, however long that takes."""
        while self._join(self._session.step):
            pass

    def _join(self, until: int) -> bool:
        """A little of what is missing; whether there is more."""
        if self._wanted:
            self._begin(self._wanted.pop(0))
            return True
        if not self.behind:
            return False
        if self._best is not None and not self._best.joined:
            self._come_nearer(self._best, until)
            return True
        if self._commands is None:
            with self._guarded(None):
                self._read_commands()
            return True
        if self._resolving is not None:
            with self._guarded(None):
                self._resolve(self._resolving)
            return True
        self._come_nearer(next(each for each in self._following if not each.joined), until)
        return True

    def _come_nearer(self, each: FollowingGhost, until: int) -> None:
        with self._guarded(each):
            each.joined = not each.go_on(self._commands or (), until, JOIN_CHUNK)

    def _begin(self, kind: Kind) -> None:
        """Begin a ghost that the session had when it was saved."""
        try:
            with self._guarded(kind):
                self._following.append(FollowingGhost(kind, self._session))
        except SetupError as error:
            self._news.append(f"The ghost {self.name(kind)} can’t be played any more: {error}.")

    def _read_commands(self) -> None:
        session = self._session
        typed = [Given(each.step, parse(each.text), each.number) for each in self._recorder.commands()]
        self._commands, self._later = [], []
        self._resolving = resolving(Session(session.setup, session.tape), typed, 0, JOIN_CHUNK)

    def _resolve(self, commands: Iterator[Given | None]) -> None:
        """What one more of the commands so far came to."""
        assert self._commands is not None
        for each in commands:
            if each is not None:
                self._commands.append(each)
            return
        self._commands += self._later
        self._resolving, self._later = None, []

    def name(self, kind: Kind) -> str:
        """What a ghost is called beside this session."""
        return kind.beside(self._session.setup)

    @contextmanager
    def _guarded(self, which: FollowingGhost | Kind | None) -> Iterator[None]:
        """A ghost in which the program fails is dropped; all that get the player's commands, where that is `None`."""
        try:
            yield
        except SetupError:
            raise
        except Exception as error:
            is_best = which is not None and which is self._best
            kind = which.kind if isinstance(which, FollowingGhost) else which
            dropped = () if is_best else self.kinds if kind is None else (kind,)
            names = "the best run" if is_best else f"the ghost {', '.join(self.name(each) for each in dropped)}"
            self._best = None if is_best else self._best
            told = self._log(error, f"{names} of session {self._recorder.id} at step {self._session.step}")
            for each in dropped:
                self.remove(each)
            self._news.append(f"{names[0].upper()}{names[1:]} is dropped. {told} Your session goes on.")
