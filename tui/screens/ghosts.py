"""Ghosts: your session and its ghosts side by side. Time passes here as at the desk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Label

from engine.events import LiquidationStarted, MarginCalled
from engine.sentences import sentence
from saves import SaveError
from tui.keys.texts import spelled
from tui.playing.best_run import BestRun
from tui.playing.frame_clock import FRAMES_A_SECOND, speed_changed
from tui.playing.ghosts import STILL_SECONDS
from tui.playing.play import Fault, Frame
from tui.screens.ghost_choices import GhostChoices
from tui.widgets.equity_line import YOU
from tui.widgets.figures import date_and_time
from tui.widgets.ghost_chart import EquityPath, GhostChart
from tui.widgets.ghost_table import GhostTable
from tui.widgets.ghost_words import GhostWords
from tui.widgets.key_bar import Key, KeyBar, keys_from
from tui.words.ghost_rows import YOUR_TONE, best_told, ghost_paths, ghost_rows, told, your_row
from tui.words.notice import notice, spoken

if TYPE_CHECKING:
    from tui.screens.desk_ghosts import DeskGhosts

TITLE = "isocross · ghosts: your commands in other accounts"
WIDE = 100
SAMPLES = 400
FIGURES_EVERY = 0.2
"""Seconds between two looks at the accounts while time runs."""
NONE_YET = (
    "There is no ghost: {ghosts.mode} adds one in another margin mode, {ghosts.venue} at another venue, "
    "{ghosts.leverage} at another leverage. It gets every command that you gave, and those that you will give."
)


class GhostsScreen(GhostChoices):
    """Equity lines, gauges, and what became of each account.

    Args:
        desk: the session's desk, where time passes.
        now: real seconds.
        ticking: whether frames come by themselves.
        said: what is to be said first.
    """

    CSS_PATH = "ghosts.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "mode", "a ghost in another margin mode of the venue", id="ghosts.mode"),
        Binding("v", "venue", "a ghost at another venue", id="ghosts.venue"),
        Binding("l", "leverage", "a ghost at another leverage", id="ghosts.leverage"),
        Binding("b", "best_run", "your best run of the scenario, beside you", id="ghosts.best"),
        Binding("x,delete", "remove", "remove the chosen ghost", id="ghosts.remove"),
        Binding("down,tab", "choose(1)", "next ghost", id="ghosts.down"),
        Binding("up,shift+tab", "choose(-1)", "ghost before", id="ghosts.up"),
        Binding("pagedown", "scroll(1)", "further commands that it missed", id="ghosts.page_down"),
        Binding("pageup", "scroll(-1)", "earlier commands that it missed", id="ghosts.page_up"),
        Binding("space", "run", "let time run, or pause", id="ghosts.run"),
        Binding("less_than_sign", "speed(-1)", "slower", id="ghosts.slower"),
        Binding("greater_than_sign", "speed(1)", "faster", id="ghosts.faster"),
        Binding("full_stop", "step", "one step of the tape", id="ghosts.step"),
        Binding("question_mark,f1", "app.show_help('ghosts')", "help", id="ghosts.help"),
        Binding("escape,q,g", "leave", "back to the desk; the ghosts follow on", id="ghosts.leave"),
    ]

    def __init__(self, desk: DeskGhosts, now: Callable[[], float], ticking: bool, said: str = "") -> None:
        super().__init__()
        self._desk, self._now, self._ticking, self._said = desk, now, ticking, said
        self.play = desk.play
        self._told_of = -1
        self._before, self._drawn = now(), -FIGURES_EVERY
        self._called: MarginCalled | None = None
        self._liquidated: LiquidationStarted | None = None

    def compose(self) -> ComposeResult:
        yield Label("isocross · ghosts", id="ghosts-title")
        yield GhostChart(id="ghosts-chart")
        yield GhostTable(id="ghosts-table")
        yield GhostWords(id="ghosts-words")
        yield Label("", id="ghosts-says")
        yield KeyBar(_keys(self._desk.scenario_id is not None))

    def on_mount(self) -> None:
        self._recall()
        self.say(self._said)
        self.call_after_refresh(self.draw)
        if self._ticking:
            self.set_interval(1 / FRAMES_A_SECOND, self.tick)

    def on_resize(self) -> None:
        self.call_after_refresh(self.draw)

    def on_screen_resume(self) -> None:
        self.call_after_refresh(self.draw)

    def _recall(self) -> None:
        """The session's own first call and liquidation so far."""
        try:
            self._note(self.play.recorder.events({MarginCalled.kind, LiquidationStarted.kind}))
        except SaveError as error:
            self.say(spoken(f"your own calls and liquidations can’t be read: {error}"), "warning")

    def _note(self, events: Sequence[object]) -> None:
        for event in events:
            if isinstance(event, MarginCalled) and self._called is None:
                self._called = event
            elif isinstance(event, LiquidationStarted) and self._liquidated is None:
                self._liquidated = event

    # -- time

    def tick(self) -> None:
        """A frame of real time."""
        now = self._now()
        seconds, self._before = now - self._before, now
        if self.app.screen is self:
            self.frame(seconds)

    def frame(self, seconds: float) -> None:
        """Let `seconds` of real time pass, and show what came of it when the figures are old enough."""
        play = self.play
        behind = play.ghosts.behind
        if play.running:
            self._passed(self._desk.pass_behind(seconds))
        elif behind:
            play.ghosts.follow(STILL_SECONDS)
        elif self._drawn < 0:
            return
        self._drawn += seconds
        if self._drawn >= FIGURES_EVERY or not (play.running or play.ghosts.behind):
            self.draw()

    def _passed(self, frame: Frame | None) -> None:
        if frame is None:
            self.draw()
            return
        self._note(frame.events)
        self._drawn = max(self._drawn, 0.0)
        if frame.paused_by is not None:
            self.say(spoken(f"paused: {sentence(frame.paused_by)}"), "warning")
        elif frame.finished:
            self.say("The tape ends here." if self.play.at_end else "")

    def action_run(self) -> None:
        self._by_desk(self._desk.action_run)

    def action_step(self) -> None:
        before = self.play.session.step
        self._by_desk(self._desk.action_step)
        if self.play.session.step > before:
            self._recall()

    def action_speed(self, by: int) -> None:
        self.say(speed_changed(self.play.clock, by))
        self.draw()

    def _by_desk(self, act: Callable[[], None]) -> None:
        """What the desk does, and says to it."""
        self._desk.say("")
        act()
        self.say(self._desk.said)
        self.draw()

    # -- which is chosen

    def action_choose(self, by: int) -> None:
        count = len(self.play.ghosts.following)
        if count:
            self.chosen = (self.chosen + by) % count
            self.draw()

    @on(GhostTable.Chosen)
    def _clicked(self, event: GhostTable.Chosen) -> None:
        self.chosen = event.place
        self.draw()

    def action_scroll(self, by: int) -> None:
        self.query_one(GhostWords).action_scroll_pages(by)

    # -- showing

    def say(self, text: str, tone: str = "plain") -> None:
        """Say something in the notice line."""
        line = self.query_one("#ghosts-says", Label)
        line.update(notice(text, tone))
        line.display = bool(text)

    def draw(self) -> None:
        """Show every account as it is now."""
        if not self.is_attached:
            return
        play, self._drawn = self.play, 0.0 if self.play.running else -FIGURES_EVERY
        try:
            view = play.view()
        except Fault as fault:
            self.say(str(fault), "danger")
            return
        for news in play.ghosts.news():
            self.say(news, "danger")
        setup, tape, following = play.session.setup, play.session.tape, play.ghosts.following
        self.chosen = min(self.chosen, max(len(following) - 1, 0))
        name = f"you: {setup.venue} {setup.mode}"
        rows = [your_row(name, view, self._called, self._liquidated, tape), *ghost_rows(play.ghosts, view, tape)]
        self.query_one(GhostTable).show(rows, self.chosen)
        self._chart(view.step, float(view.equity))
        self._words()
        pace = play.clock.text(play.running) if play.goal is None else "▶▶"
        words = TITLE if self.size.width >= WIDE else TITLE.partition(":")[0]
        now = Content.styled(f"   {date_and_time(view.time)} UTC   {pace}", "not bold $iso-dim")
        self.query_one("#ghosts-title", Label).update(Content(words) + now)

    def _chart(self, step: int, equity: float) -> None:
        play = self.play
        samples = play.recorder.equity_samples(SAMPLES)
        died = self._liquidated.step if self._liquidated else None
        yours = EquityPath("you", YOU, YOUR_TONE, np.append(samples.equity, equity), died)
        times = play.session.tape.times
        chart = self.query_one(GhostChart)
        chart.show(
            np.append(samples.step, step),
            [yours, *ghost_paths(play.ghosts, samples.step)],
            (int(times[0]), int(times[step])),
        )
        chart.caption("Equity")

    def _words(self) -> None:
        ghosts, words = self.play.ghosts, self.query_one(GhostWords)
        if not ghosts.following:
            words.show([(spelled(self, NONE_YET), "text")], anew=True)
            words.caption("")
            return
        each, anew = ghosts.following[self.chosen], self._told_of != self.chosen
        self._told_of = self.chosen
        if isinstance(each, BestRun):
            words.show(list(best_told(each)), anew=anew)
            words.caption(f"{each.name.capitalize()}: what it did so far")
        else:
            words.show(list(told(each.ghost, each.name)), anew=anew)
            words.caption(f"The ghost {each.name}: what it could not follow")

    def action_best_run(self) -> None:
        if self.play.ghosts.has_best:
            self.say("Your best run is there already.", "warning")
        else:
            self._let_in(self._desk.best_run())

    def action_leave(self) -> None:
        self.dismiss()


def _keys(scenario: bool) -> tuple[Key, ...]:
    key = keys_from(GhostsScreen.BINDINGS)
    return (
        key("mode", "ghosts.mode"),
        key("venue", "ghosts.venue"),
        key("leverage", "ghosts.leverage"),
        *((key("best run", "ghosts.best"),) if scenario else ()),
        key("remove", "ghosts.remove"),
        key("run", "ghosts.run"),
        key("speed", "ghosts.slower", "ghosts.faster"),
        key("step", "ghosts.step"),
        key("choose", "ghosts.up", "ghosts.down"),
        key("back", "ghosts.leave"),
        key("help", "ghosts.help"),
    )
