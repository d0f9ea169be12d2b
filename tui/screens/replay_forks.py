"""Forks: from a moment of a replay, play on as a new session, or see what a changed command makes of the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from saves import SaveError
from saves.names import checked_name
from tui.forms.fork import Beginning, Wanted, Which, fork_name
from tui.screens.replay_time import ReplayTime
from tui.widgets.figures import date_and_time

if TYPE_CHECKING:
    from saves.forks import Change
    from saves.replay import Landmark, Point


class ReplayForks(ReplayTime):
    """A replay's forks."""

    @dataclass
    class Forking(Message):
        """A fork is to be made.

        Attributes:
            session: the id of the parent.
            point: the moment.
            name: of the fork.
            change: what is different; None where the session is only played on.
            watch: whether the fork is to be opened as a replay.
        """

        session: str
        point: Point
        name: str
        change: Change | None
        watch: bool

    def action_fork(self) -> None:
        """Ask what is to be different, and fork."""
        from tui.dialogs.fork import ForkDialog

        self.play.stop()
        self.draw()
        replay, point = self.play.recorder, self.play.point
        where = f"“{replay.name}” at {date_and_time(self.play.session.time)} UTC, step {point.step:,}"
        last, coming = self.beside()
        beside: list[tuple[Which, Landmark | None]] = [("next", coming), ("last", last)]
        if last is not None and last.point.step == point.step:
            beside.reverse()  # who has just gone to a command means that one
        commands = [Beginning(which, each.point.commands, each.text) for which, each in beside if each is not None]
        dialog = ForkDialog(where, commands, self._free_name(), self._wrong_name, self._refused)
        self.app.push_screen(dialog, self._fork)

    def _names(self) -> list[str]:
        try:
            return [each.name for each in self.app.library.sessions()]  # type: ignore[attr-defined]
        except SaveError:
            return []

    def _free_name(self) -> str:
        return fork_name(self.play.recorder.name, self._names())

    def _wrong_name(self, name: str) -> str | None:
        """Why a fork can't be called so."""
        try:
            wanted = checked_name(name)
        except SaveError as error:
            return str(error)
        taken = wanted.casefold() in (each.casefold() for each in self._names())
        return "there is a save called that already; choose another name" if taken else None

    def _refused(self, number: int, text: str) -> str | None:
        """Why a command can't stand in the place of command `number`: it is tried there, on a copy of the session."""
        from saves.forks import Change, changed

        replay, point = self.play.recorder, self.play.point
        try:
            changed(replay, Change(number, text))
        except SaveError as error:
            return str(error)
        finally:
            replay.seek(point.step, point.commands)
        return None

    def _fork(self, wanted: Wanted | None) -> None:
        if wanted is None:
            return
        from saves.forks import Change

        change = None if wanted.number is None else Change(wanted.number, wanted.text)
        replay = self.play.recorder
        self.post_message(self.Forking(replay.id, replay.point, wanted.name, change, wanted.watch))
