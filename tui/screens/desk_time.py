"""How time passes at the desk: frames, the keys that move it, and what is said when it stops."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable

from engine.events import Event
from engine.sentences import sentence
from tui.command_text.preview import target
from tui.keys.texts import key_for, spelled
from tui.playing.frame_clock import speed_changed
from tui.playing.pausing import ALWAYS, described, next_choice
from tui.playing.play import REPORTED, Fault, Frame
from tui.playing.runs import Goal
from tui.screens.desk_acts import DeskActs
from tui.screens.desk_draw import DeskDrawing
from tui.settings import settings_of
from tui.widgets.figures import date_and_time
from tui.widgets.run_row import RunRow
from tui.words.notice import spoken

RISKLESS = (
    "Nothing is open and no order waits, so nothing can happen: {desk.buy} buys, {desk.sell} sells, "
    "{desk.run} lets time run."
)
ENDED = "The tape ends here: there are no prices after this. “{desk.command} end” closes the session."
OVER = "This session has ended: {desk.leave} goes home."
CALM_FRAME = 0.2
"""Seconds from one paint to the next where the player wants little motion."""

ROW_AFTER = 0.3
"""Seconds after which a run says how far it is: what is over sooner would only flicker."""


class DeskTime(DeskActs):
    """The desk's time. The desk itself adds the panels and what is asked after a wipe-out or at the end."""

    _drawing: DeskDrawing
    _clock: Callable[[], float]
    _before: float

    @abstractmethod
    def drawn(self, draw: Callable[[], None]) -> None:
        """Draw, and say what is wrong where that fails; say it when saving stops or goes on."""

    @abstractmethod
    def look_after(self, finished: bool = False) -> None:
        """Ask what must be asked: after a wipe-out, at the end of the tape, when the session is over."""

    @abstractmethod
    def tell_liquidations(self, events: Iterable[Event]) -> None:
        """Tell the liquidations among events that stopped time, if there are any."""

    # -- frames

    def tick(self) -> None:
        """A frame of real time."""
        now = self._clock()
        play = self.play
        if settings_of(self.app).reduced_motion and now - self._before < CALM_FRAME and not play.flat_out:
            return
        seconds, self._before = now - self._before, now
        if play.running and self.app.screen is self:
            self.frame(seconds)
        elif not play.recorder.saved and play.recorder.retry():
            self.drawn(self.draw)

    def frame(self, seconds: float) -> None:
        """Let `seconds` of real time pass and draw what came of it."""
        self.passed(seconds)

    def passed(self, seconds: float | None) -> None:
        """Let a frame of `seconds` pass; None: one step of the tape."""
        began = self.play.progress
        try:
            frame = self.play.step() if seconds is None else self.play.frame(seconds)
        except Fault as fault:
            self._show_run()
            self.say(str(fault), "danger")
            self.draw()
            return
        self._drawing.happened(frame.events)
        stopped = frame.paused_by is not None or frame.finished or frame.arrived
        if seconds is None or stopped:
            self._show_run()
            self._say_what(frame, arrived=began is not None)
            self.draw()
            self.look_after(frame.finished)
            if "liquidation" in self.play.pausing or self.play.session.state != "running":
                self.tell_liquidations(frame.events)
        elif frame.events and not self.play.flat_out:
            self.draw()
        else:
            self.drawn(lambda: self._drawing.frame(seconds, frame.moved))
            self._show_run()

    def _show_run(self) -> None:
        """Say how far a run is, or no longer."""
        progress, row = self.play.progress, self.query_one(RunRow)
        if progress is not None and progress.seconds < ROW_AFTER:
            return
        if progress is not None or row.display:
            if not row.display:
                self.say("")
            row.show(progress, self.play.session.time)

    def _say_what(self, frame: Frame, arrived: bool) -> None:
        """Say why time stopped, in a sentence, and what happened on the way there."""
        passed = "" if frame.passed is None else frame.passed.told
        tone = "warning" if frame.passed is not None and (frame.passed.calls or frame.passed.liquidations) else "plain"
        if frame.paused_by is not None:
            self._say_why(frame.paused_by)
        elif frame.finished and self.play.at_end:
            self.say(f"The tape ends here. {passed}".rstrip(), tone)
        elif frame.arrived and arrived:
            self.say(f"It is {date_and_time(self.play.session.time)} UTC. {passed}".rstrip(), tone)

    def _say_why(self, event: Event) -> None:
        """Say that the tape was paused, and by what."""
        goes_on = spelled(self, " {desk.run} goes on.") if self.play.session.state == "running" else ""
        tone = "danger" if event.kind in ALWAYS | {"liquidation"} else "warning" if event.kind == "call" else "plain"
        self.say(spoken(f"paused: {sentence(event)}") + goes_on, tone)

    # -- keys

    def action_run(self) -> None:
        """Let time run, or pause it."""
        play = self.play
        if play.clock.running or play.goal is not None:
            self.stop_time()
        elif self._may_run():
            play.clock.run()
            self.say("")
            self.draw()

    def stop_time(self) -> None:
        """Let time stand still, because the player says so."""
        run = self.play.progress
        self.play.stop()
        self._show_run()
        self.say("Paused." if run is None else f"Stopped at {date_and_time(self.play.session.time)} UTC.")
        self.draw()

    def _may_run(self) -> bool:
        """Whether time can pass; says why it can't."""
        state = self.play.session.state
        if self.play.broken:
            self.say(spelled(self, "The program failed inside: {desk.leave} goes home, continue from there."), "danger")
        elif self.play.at_end:
            self.say(spelled(self, ENDED))
        elif state == "ended":
            self.say(spelled(self, OVER))
        else:
            return True
        return False

    def action_speed(self, by: int) -> None:
        self.say(speed_changed(self.play.clock, by))
        self.draw()

    def action_step(self) -> None:
        if self._may_run():
            self.passed(None)

    def action_next_event(self) -> None:
        if self._may_run() and self._may_wait():
            self.run_to(Goal(len(self.tape) - 1, REPORTED), "Running to the next event …")

    def _may_wait(self) -> bool:
        """Whether anything can happen; says that nothing can."""
        view = self._view()
        if view.positions or view.orders:
            return True
        self.say(spelled(self, RISKLESS))
        return False

    def action_run_to_time(self) -> None:
        """Ask where to run, at the `:` line."""
        if self._may_run():
            self.action_command("@ ")

    def move_time(self, text: str) -> bool:
        """Begin the run that a text with `@` in front asks for; whether there is one."""
        found = target(self.play, text)
        if isinstance(found, str):
            self.say(found, "danger")
            return False
        if not self._may_run() or (found.stop_on and not self._may_wait()):
            return False
        beyond = "; the tape ends before that" if found.beyond else ""
        self.run_to(Goal(found.step, found.stop_on), f"Running {text.removeprefix('@').strip()}{beyond} …")
        return True

    def run_to(self, goal: Goal, words: str) -> None:
        """Begin a run; the frames carry it on."""
        self.play.run_to(goal)
        self.say(f"{words} ({key_for(self, 'desk.run')} stops)")
        self.draw()

    def action_auto_pause(self) -> None:
        """Choose what pauses the tape."""
        self.play.pausing = next_choice(self.play.pausing)
        said = f"{described(self.play.pausing)} For this game; {key_for(self, 'app.settings')} sets it for all."
        self.say(said, "plain" if "liquidation" in self.play.pausing else "warning")

    def action_quiet(self) -> None:
        """Put away what was said; stop a run before that."""
        if self.play.goal is not None:
            self.stop_time()
        else:
            super().action_quiet()
