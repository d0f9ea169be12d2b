"""The desk while a lesson is played: a panel more, and its keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message

from engine.scenarios.attempt import HINTS
from saves.landmarks import Point
from tui.keys.texts import key_for, spelled
from tui.scenarios.scenario_play import ScenarioPlay
from tui.screens.desk import DeskScreen
from tui.screens.desk_keys import DESK_KEYS, NARROW_KEYS
from tui.widgets.key_bar import Key, keys_from
from tui.widgets.scenario_panel import ScenarioPanel

if TYPE_CHECKING:
    from tui.scenarios.found import Found

STEP_DONE = "✓ Step {} of {} is done. {{desk.pane}} shows the next one where it isn’t seen."


class ScenarioDesk(DeskScreen):
    """The desk of a lesson.

    Args:
        play: the lesson's session.
        clock, ticking: as for the desk.
        found: the lesson.
    """

    CSS_PATH = ["desk.tcss", "scenario_desk.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "hint", "the next hint of the lesson’s step", id="scenario.hint"),
        Binding("R", "restart", "begin the lesson again", id="scenario.restart"),
        Binding("C", "checkpoint", "remember this moment of the lesson", id="scenario.checkpoint"),
        Binding("B", "back", "back to the moment remembered", id="scenario.back"),
        Binding("f", "lesson", "the lesson’s panel", id="scenario.show"),
    ]
    play: ScenarioPlay
    _pane = "scenario"

    @dataclass
    class Restarted(Message):
        """The lesson is to begin again."""

        found: Found

    @dataclass
    class WentBack(Message):
        """The lesson is to go on from a moment."""

        found: Found
        session: str
        point: Point

    class LeftForLadder(Message):
        """The player wants another lesson."""

    def __init__(self, play: ScenarioPlay, clock: Callable[[], float], ticking: bool, found: Found) -> None:
        super().__init__(play, clock, ticking)
        self.found = found
        self._shown_done = play.attempt.done

    def compose_charts(self) -> ComposeResult:
        yield from super().compose_charts()
        yield ScenarioPanel(id="desk-scenario")

    def panes(self) -> tuple[str, ...]:
        first, *others = super().panes()
        return (first, "scenario", *others)

    def draw(self) -> None:
        super().draw()
        self._show_lesson()

    def _show_lesson(self) -> None:
        panel, keys = self.query_one(ScenarioPanel), (key_for(self, "desk.command"), key_for(self, "scenario.hint"))
        panel.show(self.found.scenario.title, self.play.attempt.progress(), *keys)

    def _keys(self) -> tuple[Key, ...]:
        keys = super()._keys()
        return (*SCENARIO_KEYS, *keys) if keys in (DESK_KEYS, NARROW_KEYS) else keys

    # -- what happens

    def passed(self, seconds: float | None) -> None:
        super().passed(seconds)
        self._tell_step()

    def _carry_out(self, text: str) -> str | None:
        wrong = super()._carry_out(text)
        self._tell_step()
        return wrong

    def _tell_step(self) -> None:
        """Say that a step is done, once; tell the end after the last."""
        attempt = self.play.attempt
        if attempt.done == self._shown_done:
            return
        self._shown_done = attempt.done
        self.draw()
        self.query_one(ScenarioPanel).scroll_home(animate=False)
        if attempt.result is not None:
            self.call_after_refresh(self._tell_end)
        else:
            self.say(spelled(self, STEP_DONE.format(attempt.done, len(attempt.scenario.steps))), "good")

    def _tell_end(self) -> None:
        from tui.dialogs.scenario_done import ScenarioDoneDialog

        if self.play.unkept is not None:
            self.say(f"The stars could not be kept: {self.play.unkept}", "danger")
        self.app.push_screen(ScenarioDoneDialog(self.play), self._after_end)

    def _after_end(self, wanted: str | None) -> None:
        if wanted == "again":
            self.action_restart()
        elif wanted == "ladder":
            self.play.stop()
            self.post_message(self.LeftForLadder())

    def look_after(self, finished: bool = False) -> None:
        """The end of the tape is the lesson's own matter where its last step was just done."""
        if self.play.attempt.result is None or self.play.session.state == "wiped out":
            super().look_after(finished)

    # -- keys

    def action_hint(self) -> None:
        if self.play.attempt.hint() is None:
            self.say("There is no further hint." if self.play.attempt.result is None else "Every step is done.")
        else:
            given = len(self.play.attempt.progress().hints)
            self.say(f"Hint {given} of {HINTS} stands in the lesson’s panel.")
        self.action_scenario()
        self._show_lesson()

    def action_scenario(self) -> None:
        self._to_pane("scenario")

    def action_restart(self) -> None:
        self.play.stop()
        self.post_message(self.Restarted(self.found))

    def action_checkpoint(self) -> None:
        self.play.checkpoint = self.play.here
        self.say(spelled(self, "Remembered: {scenario.back} comes back to this moment."), "good")

    def action_back(self) -> None:
        if self.play.checkpoint is None:
            self.say(spelled(self, "Nothing is remembered yet: {scenario.checkpoint} remembers a moment."), "warning")
            return
        self.play.stop()
        self.post_message(self.WentBack(self.found, self.play.recorder.id, self.play.checkpoint))


_lesson = keys_from(ScenarioDesk.BINDINGS)
SCENARIO_KEYS = (_lesson("hint", "scenario.hint"), _lesson("restart", "scenario.restart"))
