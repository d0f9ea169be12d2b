"""What the panels of a desk show: a session that is played, or one that is seen again."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Protocol, TypeVar

from engine.events import Event
from engine.looking.views import View
from engine.session import Session
from saves import EquityLine, RecordedCommand
from tui.playing.frame_clock import FrameClock
from tui.playing.runs import Goal

T = TypeVar("T")


class Recorded(Protocol):
    """What can be read of a session's record, up to the moment shown: a recorder's reading face, and a replay's."""

    @property
    def id(self) -> str:
        """The session's id in the library."""

    @property
    def name(self) -> str:
        """What the session is called."""

    @property
    def saved(self) -> bool:
        """Whether everything is on disk."""

    def events(self, kinds: Collection[str] | None = None, last: int | None = None) -> tuple[Event, ...]:
        """The events so far, oldest first."""

    def commands(self) -> tuple[RecordedCommand, ...]:
        """The commands so far, oldest first."""

    def equity_samples(self, limit: int) -> EquityLine:
        """At most `limit` samples of the equity so far."""


class ShownSession(Protocol):
    """A session, and how time passes in it."""

    clock: FrameClock
    holds: set[str]

    @property
    def session(self) -> Session:
        """The session at the moment shown."""

    @property
    def recorder(self) -> Recorded:
        """Its record up to that moment."""

    @property
    def running(self) -> bool:
        """Whether time passes."""

    @property
    def flat_out(self) -> bool:
        """Whether it passes too fast to show every frame."""

    @property
    def goal(self) -> Goal | None:
        """Where a run is going; None without one."""

    def view(self) -> View:
        """The session at that moment. Raises Fault."""

    def ask(self, question: Callable[[Session], T]) -> T:
        """Ask the session something that changes nothing. Raises Fault."""

    def stop(self) -> None:
        """Let time stand still."""
