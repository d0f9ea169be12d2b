"""The replay: a saved session as it was at any moment, in the panels of the desk. Nothing later is seen."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.signal import Signal
from textual.widget import Widget
from textual.widgets import Label

from tui.keys.texts import spelled
from tui.messages import CommandLeft, CommandTyped, CommandWanted, PanelShown
from tui.playing.frame_clock import FRAMES_A_SECOND
from tui.playing.play import Fault
from tui.playing.playback import Playback
from tui.playing.replay_moves import completed, what
from tui.screens.desk_charts import NARROW, DeskCharts
from tui.screens.desk_dialogs import DeskDialogs
from tui.screens.desk_draw import DeskDrawing
from tui.screens.desk_opening import DeskOpening
from tui.screens.desk_post_mortem import DeskPostMortem
from tui.screens.desk_report import DeskReport
from tui.screens.replay_forks import ReplayForks
from tui.screens.replay_keys import LINE_KEYS, NARROW_KEYS, REPLAY_BINDINGS, REPLAY_KEYS
from tui.screens.session_screen import SessionScreen
from tui.settings import Settings, settings_of
from tui.widgets.command_line import CommandLine
from tui.widgets.equity_line import EquityLine
from tui.widgets.events_log import EventsLog
from tui.widgets.kept_lines import Across, Down, KeptLines
from tui.widgets.key_bar import Key, KeyBar
from tui.widgets.pools import PoolsPanel
from tui.widgets.positions import PositionsPanel
from tui.widgets.status_bar import StatusBar
from tui.widgets.timeline import Timeline
from tui.widgets.watch_list import WatchList
from tui.words.notice import notice

GREETING = (
    "“{name}” again. {replay.run} plays, {replay.back} {replay.on} or the timeline seek, "
    "{replay.next_landmark} goes to what happened next, {replay.fork} plays on from here."
)
NO_TRADING = "This is a replay: {replay.fork} forks here, and then you can trade."


class SeenPositions(PositionsPanel):
    """Positions as they were: nothing is typed for them."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "type_for"


class ReplayScreen(KeptLines, DeskOpening, DeskCharts, DeskDialogs, DeskPostMortem, DeskReport, ReplayForks):
    """One session, seen again.

    Args:
        playback: the session, at the moment to begin with.
        clock: real seconds.
        ticking: whether frames come by themselves; a test calls `frame` instead.
        greeting: said first; None: what the keys are.
    """

    CSS_PATH = ["desk.tcss", "replay.tcss"]
    AUTO_FOCUS = ""
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (NARROW, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (36, "-tall")]
    BINDINGS: ClassVar[list[BindingType]] = REPLAY_BINDINGS

    seen_again = True
    where_to_begin = ""
    play: Playback

    @dataclass
    class Left(Message):
        """The replay is over for now."""

    def __init__(
        self, playback: Playback, clock: Callable[[], float], ticking: bool = True, greeting: str | None = None
    ) -> None:
        super().__init__()
        self.play = playback
        self.symbol = next(iter(self.tape.by_symbol))
        self._clock, self._ticking = clock, ticking
        self._before = clock()
        self._drawing = DeskDrawing(self)
        self._uncovered, self._one_row = False, False
        self._greeting = greeting
        self._behind: Widget | None = None

    def compose(self) -> ComposeResult:
        self.dress(self._pane, self._watches)
        yield StatusBar(id="desk-status")
        with Across(id="desk-main"):
            with Down(id="desk-left"):
                yield from self.compose_charts()
                yield EquityLine(id="desk-equity")
            with Down(id="desk-right"):
                yield WatchList(len(self.tape.by_symbol), id="desk-watch")
                yield PoolsPanel(id="desk-pools")
                yield SeenPositions(id="desk-positions")
        yield EventsLog(id="desk-events")
        yield Timeline(id="replay-timeline")
        yield Label("", id="desk-notice")
        yield CommandLine(lambda text: what(text, self.play), completed, id="desk-command")
        yield KeyBar(REPLAY_KEYS, id="desk-keys")

    def on_mount(self) -> None:
        greeting = spelled(self, GREETING) if self._greeting is None else self._greeting
        self.say(greeting.replace("{name}", self.play.recorder.name))
        self.begin_timeline()
        self._begin_anew()
        self.call_after_refresh(self._first)
        self._followed = settings_of(self.app)
        self.play.pausing = frozenset(self._followed.auto_pause)
        if isinstance(changed := getattr(self.app, "settings_changed", None), Signal):
            changed.subscribe(self, self._settings_changed)
        if self._ticking:
            self.set_interval(1 / FRAMES_A_SECOND, self.tick)

    def _begin_anew(self) -> None:
        try:
            self.take(self.play.anew())
        except Fault as fault:
            self.say(str(fault), "danger")

    def _settings_changed(self, settings: Settings) -> None:
        if settings.auto_pause != self._followed.auto_pause:
            self.play.pausing = frozenset(settings.auto_pause)
        self._followed = settings
        self.draw()

    def _first(self) -> None:
        self.draw()
        self.uncover()
        # As at the desk: what is there now stays, and is not looked at again and again when garbage is collected.
        gc.freeze()

    def on_unmount(self) -> None:
        gc.unfreeze()
        if any(isinstance(each, SessionScreen) and each is not self for each in self.app.screen_stack):
            gc.freeze()  # the desk that it was opened from

    # -- the line

    def action_seek_time(self) -> None:
        """Ask where to go, at the line."""
        self._behind = self.focused
        self.play.holds.add("command")
        self.query_one(CommandLine).open("@ ")
        self.say("")
        self.draw()

    def on_command_typed(self, message: CommandTyped) -> None:
        text = message.text.strip()
        if not text.removeprefix("@").strip():
            self._close_line()
        elif self.move_time(text):
            self.query_one(CommandLine).input.remember(text)
            self._close_line()
        else:
            # The notice says it in full.
            self.query_one(CommandLine).say(Content(""))

    def on_command_left(self, message: CommandLeft) -> None:
        self._close_line()

    def _close_line(self) -> None:
        self.query_one(CommandLine).close()
        self.play.holds.discard("command")
        behind = self._behind
        self.set_focus(behind if behind is not None and behind.focusable else None)
        self.draw()

    def on_command_wanted(self, message: CommandWanted) -> None:
        self.say(spelled(self, NO_TRADING))

    # -- showing

    def on_positions_panel_selected(self, message: PositionsPanel.Selected) -> None:
        self.choose_market(message.symbol)

    def on_panel_shown(self, message: PanelShown) -> None:
        """Draw again for panels that were hidden until now: once, for all that come to light together."""
        if not self._uncovered:
            self._uncovered = True
            self.call_later(self._draw_uncovered)

    def _draw_uncovered(self) -> None:
        self._uncovered = False
        self.draw()

    def say(self, text: str, tone: str = "plain") -> None:
        line = self.query_one("#desk-notice", Label)
        # A row of its own that stays: nothing moves while one seeks, but where more is said than a row holds.
        one_row = cell_len(text) < line.size.width - 4
        line.update(notice(text, tone), layout=not (one_row and self._one_row))
        self._one_row = one_row

    def draw(self) -> None:
        self.drawn(self._draw_all)
        self.query_one(KeyBar).show(self._keys())

    def _draw_all(self) -> None:
        self._drawing.draw()
        self.draw_timeline()

    def draw_charts(self) -> None:
        self.drawn(self._drawing.charts)

    def drawn(self, draw: Callable[[], None]) -> None:
        try:
            with self.painting():
                draw()
        except Fault as fault:
            self.say(str(fault), "danger")

    def _keys(self) -> tuple[Key, ...]:
        if "command" in self.play.holds:
            return LINE_KEYS
        return REPLAY_KEYS if self.size.width >= NARROW else NARROW_KEYS

    def on_resize(self) -> None:
        self.call_after_refresh(self.draw)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # The line has every key and click for itself; nothing behind it acts.
        return action == "help" or not self.play.holds

    def action_help(self) -> None:
        self.app.action_show_help("replay")  # type: ignore[attr-defined]

    def action_leave(self) -> None:
        self.play.stop()
        self.post_message(self.Left())
