"""The desk while a scenario is played: a panel more, and its keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message

from engine.scenarios.attempt import HINTS
from engine.scenarios.conditions.words import goal_lines
from saves.landmarks import Point
from tui.keys.texts import key_for, spelled
from tui.playing.play import Fault
from tui.scenarios.scenario_play import ScenarioPlay
from tui.screens.desk import DeskScreen
from tui.screens.desk_keys import DESK_BINDINGS, DESK_KEYS, HELP, NARROW_KEYS, QUIT
from tui.widgets.chart import CandleChart
from tui.widgets.key_bar import Key, keys_from
from tui.widgets.scenario_panel import ScenarioPanel
from tui.widgets.scenario_rows import ShownStep, StepKeys
from tui.words.notice import spoken

if TYPE_CHECKING:
    from tui.scenarios.found import Found

GREETING = "Do what ▸ says. “{desk.command}” opens the line to type at, “{scenario.hint}” gives a hint."
RANKED = "This attempt is the ranked one of the day: there is one. " + GREETING
PRACTICE = "This is practice: the ranked attempt of the day was begun before. " + GREETING
FINISHED = "This attempt is over: {scenario.show} tells its end again, {scenario.restart} begins anew."
BACK_AGAIN = "Back at the moment that you remembered. {scenario.back} comes here again."
STEP_DONE = "Step {} of {} is done. Time stands still: read what comes next."
ANSWER_FIRST = "Time waits for your answer: “{desk.command} note”, and the number. {scenario.hint} gives a hint."
AT_END = (
    "The tape ends here. The step may still be done by a command; {scenario.back} goes back to a checkpoint, "
    "{scenario.restart} begins anew."
)
NO_OTHER_HINT = "There is no further hint: type what the third one says."
SEEN_EVERY = 0.25
"""Seconds of a run from one look at the goal to the next on the screen; it is judged at every step of the tape."""


class ScenarioDesk(DeskScreen):
    """The desk of a scenario.

    Args:
        play: the scenario's session.
        clock, ticking: as for the desk.
        found: the scenario.
    """

    CSS_PATH = ["desk.tcss", "scenario_desk.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "hint", "the next hint of the scenario’s step", id="scenario.hint"),
        Binding("R", "restart", "begin the scenario again", id="scenario.restart"),
        Binding("C", "checkpoint", "remember this moment of the scenario", id="scenario.checkpoint"),
        Binding("B", "back", "back to the moment remembered", id="scenario.back"),
        Binding("f", "scenario", "the scenario’s panel; when it is over, its end", id="scenario.show"),
    ]
    play: ScenarioPlay
    _pane = "scenario"

    @dataclass
    class Restarted(Message):
        """This scenario is to begin again, or another one after it."""

        found: Found

    @dataclass
    class WentBack(Message):
        """The scenario is to go on from a moment."""

        found: Found
        session: str
        point: Point

    class LeftForLadder(Message):
        """The player wants to choose another scenario."""

    def __init__(self, play: ScenarioPlay, clock: Callable[[], float], ticking: bool, found: Found) -> None:
        super().__init__(play, clock, ticking)
        self.found = found
        self._shown_done = play.attempt.done
        self._shown_over = play.over
        self._just_done: int | None = None
        self._end_is_due = False
        self._unseen = 0.0
        self.add_class(f"-{found.group}")

    @property
    def scenario_id(self) -> str | None:
        """The id of the scenario: its best runs can be ghosts."""
        return self.found.scenario.id

    def compose_charts(self) -> ComposeResult:
        for widget in super().compose_charts():
            if isinstance(widget, CandleChart):
                widget.untold = self.found.untold
            yield widget
        yield ScenarioPanel(id="desk-scenario")

    def panes(self) -> tuple[str, ...]:
        first, *others = super().panes()
        return ("scenario", first, *others) if self._narrow else (first, "scenario", *others)

    def _first(self) -> None:
        super()._first()
        if self.play.session.state != "ended":
            self.say(spelled(self, self._greeting()))
        self.set_focus(self.query_one(ScenarioPanel) if self._narrow else None)
        if self.found.group in ("challenge", "daily"):
            self.show_rivals()

    def _greeting(self) -> str:
        if self._shown_over:
            return FINISHED
        if self.play.checkpoint is not None:
            return BACK_AGAIN
        if self.found.group == "daily":
            return RANKED if self.play.ranked else PRACTICE
        return GREETING

    # -- showing

    def draw(self) -> None:
        super().draw()
        self._show_step()

    def _show_step(self) -> None:
        attempt = self.play.attempt
        try:
            view = self.play.view()
        except Fault as fault:
            self.say(str(fault), "danger")
            return
        progress = attempt.progress()
        step = attempt.scenario.steps[progress.number - 1]
        shown = ShownStep(
            self.found.title,
            progress,
            goal_lines(step.goal, attempt.situation(view)),
            self._just_done,
            attempt.verdict,
            view,
        )
        named = ("desk.command", "scenario.hint", "scenario.restart", "scenario.show")
        self.query_one(ScenarioPanel).show(shown, StepKeys(*(key_for(self, each) for each in named)))
        self._unseen = 0.0

    def _keys(self) -> tuple[Key, ...]:
        keys = super()._keys()
        if keys == DESK_KEYS:
            return SCENARIO_KEYS
        return NARROW_SCENARIO_KEYS if keys == NARROW_KEYS else keys

    # -- what happens

    def passed(self, seconds: float | None) -> None:
        super().passed(seconds)
        self._unseen += SEEN_EVERY if seconds is None else seconds
        if not self._tell_step() and self._unseen >= SEEN_EVERY:
            self._show_step()

    def _carry_out(self, text: str) -> str | None:
        self._just_done = None
        wrong = super()._carry_out(text)
        self._tell_step()
        return wrong

    def _tell_step(self) -> bool:
        """Say that a step is done, once, and tell the end when it is over; whether there was something to tell."""
        attempt = self.play.attempt
        over = self.play.over and not self._shown_over
        if attempt.done == self._shown_done and not over:
            return False
        self._just_done = attempt.done if attempt.done > self._shown_done else None
        self._shown_done, self._shown_over = attempt.done, self.play.over
        if self._narrow and self._pane != "scenario" and not self._shown_over:
            self._to_pane("scenario")
        self.draw()
        self.query_one(ScenarioPanel).scroll_home(animate=False)
        if over:
            self._end_is_due = True
            self.call_after_refresh(self._tell_due_end)
        else:
            self.say(STEP_DONE.format(attempt.done, len(attempt.scenario.steps)), "good")
        return True

    def on_screen_resume(self) -> None:
        self.call_after_refresh(self._tell_due_end)

    def _tell_due_end(self) -> None:
        """Tell the end as soon as nothing else is told: a liquidation comes first."""
        if self._end_is_due and self.app.screen is self:
            self._end_is_due = False
            self._tell_end()

    def _tell_end(self) -> None:
        from tui.dialogs.scenario_done import ScenarioDoneDialog

        if self.play.unkept is not None:
            self.say(spoken(f"the stars could not be kept: {self.play.unkept}"), "danger")
        self.app.push_screen(
            ScenarioDoneDialog(self.play, self.found, next_after(self.found) is not None), self._after_end
        )

    def _after_end(self, wanted: object) -> None:
        if wanted == "again":
            self.action_restart()
        elif wanted == "next":
            self._begin(next_after(self.found) or self.found)
        elif wanted == "post-mortem":
            self.action_post_mortem()
        elif wanted == "ladder":
            self.play.stop()
            self.post_message(self.LeftForLadder())

    def look_after(self, finished: bool = False) -> None:
        """The end is the scenario's own matter; what is played after it is asked for nothing."""
        if self.play.over:
            return
        if self.play.at_end and self.play.session.state == "running":
            if finished:
                self.say(spelled(self, AT_END), "warning")
        else:
            super().look_after(finished)

    # -- keys

    def action_run(self) -> None:
        if self._waits_for_a_note():
            return
        super().action_run()
        if self.play.running:
            self._just_done = None
            if self._narrow and self._pane == "scenario":
                self._to_pane("desk")

    def action_step(self) -> None:
        if not self._waits_for_a_note():
            super().action_step()

    def action_next_event(self) -> None:
        if not self._waits_for_a_note():
            super().action_next_event()

    def move_time(self, text: str) -> bool:
        return not self._waits_for_a_note() and super().move_time(text)

    def _waits_for_a_note(self) -> bool:
        """Time stands still until a number that the step asks for is written down; whether that is so now, said."""
        waits = self.play.attempt.asks_for_a_note
        if waits:
            self.say(spelled(self, ANSWER_FIRST), "warning")
        return waits

    def action_hint(self) -> None:
        attempt = self.play.attempt
        if self.play.over:
            self.say(spelled(self, FINISHED))
        elif self.play.hint() is None:
            self.say(NO_OTHER_HINT)
        else:
            self.say(f"Hint {len(attempt.progress().hints)} of {HINTS}.")
        self._show_step()
        if self._narrow and self._pane not in ("scenario", "desk"):
            self._to_pane("scenario")

    def action_help(self) -> None:
        self.app.action_show_help("scenario")  # type: ignore[attr-defined]

    def action_scenario(self) -> None:
        if self._shown_over:
            self._tell_end()
        else:
            self._to_pane("scenario")

    def action_restart(self) -> None:
        self._begin(self.found)

    def _begin(self, found: Found) -> None:
        self.play.stop()
        self.post_message(self.Restarted(found))

    def action_checkpoint(self) -> None:
        self.play.checkpoint = self.play.here
        self.say(spelled(self, "Remembered: {scenario.back} comes back to this moment."), "good")

    def action_back(self) -> None:
        if self.play.checkpoint is None:
            self.say(spelled(self, "Nothing is remembered yet: {scenario.checkpoint} remembers a moment."), "warning")
            return
        self.play.stop()
        self.post_message(self.WentBack(self.found, self.play.recorder.id, self.play.checkpoint))


def next_after(found: Found) -> Found | None:
    """The next one of its group; None after the last, and for those that are in no order."""
    from tui.scenarios.found import challenges, lessons

    group = {"lesson": lessons, "challenge": challenges}.get(found.group)
    known = group() if group else []
    place = next((at for at, each in enumerate(known) if each.scenario.id == found.scenario.id), len(known))
    return known[place + 1] if place + 1 < len(known) else None


_scenario = keys_from([*DESK_BINDINGS, *ScenarioDesk.BINDINGS])
SCENARIO_KEYS = (
    _scenario("hint", "scenario.hint"),
    _scenario("type", "desk.command"),
    _scenario("run", "desk.run"),
    replace(_scenario("restart", "scenario.restart"), stays=True),
    _scenario("checkpoint, back to it", "scenario.checkpoint", "scenario.back"),
    *(key for key in DESK_KEYS if key.bindings[0].id not in ("desk.command", "desk.run")),
)
NARROW_SCENARIO_KEYS = (
    _scenario("hint", "scenario.hint"),
    _scenario("type", "desk.command"),
    _scenario("run", "desk.run"),
    _scenario("panel", "desk.pane"),
    _scenario("restart", "scenario.restart"),
    _scenario("go back", "scenario.checkpoint", "scenario.back"),
    QUIT,
    HELP,
)
