"""The ghosts at the desk: a key shows them, their equity stands beside yours, and they follow while time passes."""

from __future__ import annotations

from collections.abc import Sequence

from textual.widgets import Label

from engine.account_kind import in_other_modes
from engine.looking.views import View
from tui.playing.best_run import BestRun, best_run
from tui.playing.ghosts import STILL_SECONDS
from tui.playing.play import Fault, Frame
from tui.screens.desk_time import DeskTime
from tui.widgets.equity_line import GhostLine
from tui.words.ghost_rows import Steps, ghost_lines

NO_SCENARIO = "Only a scenario has a best run: a lesson, a challenge or the daily."


class DeskGhosts(DeskTime):
    """The desk's way to the ghosts, and what it shows of them itself."""

    _ticking: bool
    _asked_best = False

    def tick(self) -> None:
        """A frame: while time stands still, ghosts that are behind come after. What was dropped is said."""
        super().tick()
        ghosts = self.play.ghosts
        if self.app.screen is not self or not (ghosts.behind or ghosts.has_news):
            return
        if not self.play.running:
            ghosts.follow(STILL_SECONDS)
            if not ghosts.behind:
                self.draw()
        for news in ghosts.news():
            self.say(news, "danger")

    def ghost_lines(self, view: View, steps: Steps) -> Sequence[GhostLine]:
        """The equity of the ghosts, as the line of the session's own equity has it."""
        return tuple(ghost_lines(self.play.ghosts, view, steps))

    @property
    def scenario_id(self) -> str | None:
        """The id of the scenario that is played; None in a session of the player's own."""
        return None

    def best_run(self) -> BestRun | str:
        """The best run so far of the scenario that is played; or why there is none to set beside it."""
        scenario, recorder = self.scenario_id, self.play.recorder
        if scenario is None:
            return NO_SCENARIO
        return best_run(self.app.library, scenario, self.play.session, recorder.id)  # type: ignore[attr-defined]

    @property
    def said(self) -> str:
        """What stands in the notice line."""
        return str(self.query_one("#desk-notice", Label).content)

    def action_ghosts(self) -> None:
        """Show the ghosts; the first time, add that in the other margin mode where the venue has one, and in a scenario
        the best run so far."""
        from tui.screens.ghosts import GhostsScreen

        self.one_key.disarm()
        ghosts, setup, said = self.play.ghosts, self.play.session.setup, ""
        other = in_other_modes(setup)[0]
        if not ghosts.kinds and other.mode != setup.mode:
            said = ghosts.add(other) or f"The same commands in {other.mode} margin."
        best = NO_SCENARIO if self._asked_best else self.best_run()
        self._asked_best = True
        if not isinstance(best, str):
            ghosts.let_in(best)
            said = f"{said} {best.name.capitalize()} follows.".lstrip()
        ghosts.follow()
        self.app.push_screen(GhostsScreen(self, self._clock, self._ticking, said), lambda _: self.draw())

    def pass_behind(self, seconds: float) -> Frame | None:
        """Let a frame pass while another screen is looked at; None where the program failed inside."""
        began = self.play.progress
        try:
            frame = self.play.frame(seconds)
        except Fault as fault:
            self.say(str(fault), "danger")
            return None
        self._drawing.happened(frame.events)
        if frame.paused_by is not None or frame.finished or frame.arrived:
            self._say_what(frame, arrived=began is not None)
            self.draw()
            self.look_after(frame.finished)
            if "liquidation" in self.play.pausing or self.play.session.state != "running":
                self.tell_liquidations(frame.events)
        return frame
