"""The desk: one session on the screen. Panels show; this wires them to the session and to time."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.signal import Signal
from textual.widgets import Label

from engine.commands.command import CommandError, End
from engine.commands.grammar import parse
from engine.rulebooks.base import Refusal
from saves import SaveError
from tui.command_text.looks import Looked
from tui.command_text.preview import completed, look, sized_by_risk, what
from tui.keys.texts import spelled
from tui.messages import CommandLeft, CommandTyped, PanelShown, TicketDropped, TicketSent
from tui.playing.frame_clock import FRAMES_A_SECOND
from tui.playing.play import Fault, Play
from tui.screens.desk_charts import NARROW, DeskCharts
from tui.screens.desk_dialogs import DeskDialogs
from tui.screens.desk_draw import DeskDrawing
from tui.screens.desk_ghosts import DeskGhosts
from tui.screens.desk_keys import COMMAND_KEYS, DESK_BINDINGS, DESK_KEYS, NARROW_KEYS, TICKET_KEYS
from tui.screens.desk_one_key import OneKeyMode
from tui.screens.desk_opening import DeskOpening
from tui.screens.desk_post_mortem import DeskPostMortem
from tui.screens.desk_replay import DeskReplay
from tui.screens.desk_report import DeskReport
from tui.screens.desk_rivals import DeskRivals
from tui.screens.desk_time import OVER
from tui.settings import Settings, settings_of
from tui.widgets.command_line import CommandLine
from tui.widgets.direct_paint import DirectPainting
from tui.widgets.equity_line import EquityLine
from tui.widgets.events_log import EventsLog
from tui.widgets.kept_lines import Across, Down, KeptLines
from tui.widgets.key_bar import Key, KeyBar
from tui.widgets.pools import PoolsPanel
from tui.widgets.positions import PositionsPanel
from tui.widgets.rivals_board import RivalsBoard
from tui.widgets.run_row import RunRow
from tui.widgets.status_bar import StatusBar
from tui.widgets.ticket import Ticket
from tui.widgets.watch_list import WatchList
from tui.words.notice import notice, spoken
from tui.words.telling import told

SHOWN_EVENTS = 200
"""Earlier events that a continued session shows."""
SMALLEST = (80, 24)
GREETING = (
    "Time stands still: {desk.run} lets it run. {desk.buy} buys, {desk.sell} sells, {desk.help} explains the keys."
)
TOO_SMALL = "The terminal is too small to show everything: 80 × 24 is enough."
DEAD = "Wiped out. “{desk.command} deposit 1000” goes on, “{desk.command} end” ends the session."


class DeskScreen(
    KeptLines,
    DirectPainting,
    DeskOpening,
    DeskRivals,
    DeskCharts,
    DeskReplay,
    DeskPostMortem,
    DeskReport,
    DeskDialogs,
    DeskGhosts,
):
    """One session being played.

    Args:
        play: the session.
        clock: real seconds.
        ticking: whether frames come by themselves; a test calls `frame` instead.
        note: what the player must know of the prices.
    """

    CSS_PATH = "desk.tcss"
    AUTO_FOCUS = ""
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (NARROW, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (36, "-tall")]
    BINDINGS: ClassVar[list[BindingType]] = DESK_BINDINGS

    @dataclass
    class Left(Message):
        """The player goes home."""

    def __init__(self, play: Play, clock: Callable[[], float], ticking: bool = True, note: str | None = None) -> None:
        super().__init__()
        self.play = play
        self.symbol = next(iter(self.tape.by_symbol))
        self._clock, self._ticking = clock, ticking
        self._before = clock()
        self._drawing = DeskDrawing(self)
        self.one_key = OneKeyMode(self)
        self._saved = True
        self._one_row = False
        self._uncovered = False
        self._note = note

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
                yield PositionsPanel(id="desk-positions")
                yield Ticket(self.look, self.sized_by_risk, id="desk-ticket")
        with Across(id="desk-bottom"):
            yield EventsLog(id="desk-events")
            yield RivalsBoard(id="desk-rivals")
        yield RunRow(id="desk-run")
        yield Label("", id="desk-notice")
        yield CommandLine(self.what, lambda text: completed(self.play, text), id="desk-command")
        yield KeyBar(DESK_KEYS, id="desk-keys")

    def on_mount(self) -> None:
        greeting = spelled(self, OVER if self.play.session.state == "ended" else GREETING)
        if self._note is None:
            self.say(greeting)
        else:
            self.say(f"{spoken(self._note)} {greeting}", "warning")
        self._recall()
        self.call_after_refresh(self._first)
        self._followed = settings_of(self.app)
        self.play.pausing = frozenset(self._followed.auto_pause)
        if isinstance(changed := getattr(self.app, "settings_changed", None), Signal):
            changed.subscribe(self, self._settings_changed)
        if self._ticking:
            self.set_interval(1 / FRAMES_A_SECOND, self.tick)

    def _recall(self) -> None:
        """Show what happened before. A damaged row of the log is no reason not to play on."""
        try:
            self._drawing.happened(self.play.recorder.events(last=SHOWN_EVENTS))
        except SaveError as error:
            self.say(spoken(f"earlier events can’t be shown: {error}"), "warning")

    def _settings_changed(self, settings: Settings) -> None:
        if not settings.one_key:
            self.one_key.disarm()
        if settings.auto_pause != self._followed.auto_pause:
            self.play.pausing = frozenset(settings.auto_pause)
        self._followed = settings
        self.draw()

    def _first(self) -> None:
        self.draw()
        self.uncover()
        self.look_after()
        # What is there now stays for the session: collecting garbage need not look at it again and again.
        gc.freeze()

    def on_unmount(self) -> None:
        gc.unfreeze()

    # -- asking

    def look_after(self, finished: bool = False) -> None:
        """Ask what must be asked: after a wipe-out, at the end of the tape, when the session is over."""
        session = self.play.session
        if session.state != "running":
            self.one_key.disarm()
        try:
            if session.state == "wiped out":
                from tui.dialogs.wiped_out import WipedOutDialog

                self.app.push_screen(WipedOutDialog(self.play.view(), session.setup.balance), self._rescued)
            elif session.state == "ended" or (finished and self.play.at_end):
                from tui.dialogs.result import ResultDialog

                self.app.push_screen(ResultDialog(self.play.view(), self.action_report), self._over)
        except Fault as fault:
            self.say(str(fault), "danger")

    def _rescued(self, command: object) -> None:
        if command is not None:
            self.give(str(command))
        else:
            self.say(spelled(self, DEAD), "danger")

    def _over(self, home: bool | None) -> None:
        if home:
            if self.play.session.state != "ended":
                self.give(str(End()), asking=False)
            self.action_leave()

    # -- commands

    def look(self, text: str) -> Looked:
        """What a command would do."""
        return look(self.play, text, settings_of(self.app))

    def sized_by_risk(self, text: str, share: Decimal) -> Decimal | str:
        """How much an order may trade for its stop to cost `share` of equity, or why it can't."""
        return sized_by_risk(self.play, text, share)

    def what(self, text: str) -> Content:
        """What a text at the `:` line would do, in words."""
        return what(self.play, text, self.symbol)

    def give(self, text: str, *, asking: bool = True) -> bool:
        wrong = self._carry_out(text)
        if wrong is not None:
            self.say(wrong, "danger")
        elif asking:
            self.look_after()
        return wrong is None

    def _carry_out(self, text: str) -> str | None:
        """Give a command and show what it did; answers why it was refused."""
        try:
            result = self.play.do(parse(text))
        except (CommandError, Fault) as error:
            return str(error)
        if isinstance(result, Refusal):
            return spoken(f"refused: {result}")
        self._drawing.happened(result)
        self.say(" ".join(spoken(each) for each in told(result, "cancelled")), "good")
        self.draw()
        self.tell_liquidations(result)
        return None

    def on_command_typed(self, message: CommandTyped) -> None:
        if not message.text:
            self._close_command()
        elif message.text.startswith("@"):
            if self.move_time(message.text):
                self._remember(message.text)
                self._close_command()
        else:
            self._remember(message.text)
            if self.give(message.text):
                self._close_command()
            else:
                # The notice says it in full.
                self.query_one(CommandLine).say(Content(""))

    def _remember(self, text: str) -> None:
        self.query_one(CommandLine).input.remember(text)

    def on_command_left(self, message: CommandLeft) -> None:
        self._close_command()

    def _close_command(self) -> None:
        self.query_one(CommandLine).close()
        self._let_go("command")

    def on_ticket_sent(self, message: TicketSent) -> None:
        ticket = self.query_one(Ticket)
        wrong = self._carry_out(message.text)
        if wrong is not None:
            ticket.refused(wrong)
            return
        ticket.close()
        self._let_go("ticket")
        self.look_after()

    def on_ticket_dropped(self, message: TicketDropped) -> None:
        self.say("")
        self._let_go("ticket")

    def _let_go(self, hold: str) -> None:
        """Something that held time is closed."""
        self.play.holds.discard(hold)
        self.set_class("ticket" in self.play.holds, "-ticket")
        if not self.play.holds:
            behind = self._behind  # the ticket hides some panels until the screen is laid out anew
            self.set_focus(behind if behind is not None and behind.focusable else None)
        self.draw()

    def on_positions_panel_selected(self, message: PositionsPanel.Selected) -> None:
        self.choose_market(message.symbol)

    # -- showing

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
        # What takes one row instead of one row moves nothing else: to lay the screen out anew takes a frame's time.
        one_row = bool(text) and cell_len(text) < line.size.width - 4
        line.update(notice(text, tone), layout=not (one_row and self._one_row))
        self._one_row = one_row
        line.display = bool(text)

    def draw(self) -> None:
        self.drawn(self._drawing.draw)
        self.query_one(KeyBar).show(self._keys())

    def draw_charts(self) -> None:
        self.drawn(self._drawing.charts)

    def drawn(self, draw: Callable[[], None]) -> None:
        try:
            with self.painting():
                draw()
        except Fault as fault:
            self.say(str(fault), "danger")
        self._tell_saving()

    def _tell_saving(self) -> None:
        """Say it once when the disk begins to refuse, and once when it takes everything again."""
        recorder = self.play.recorder
        if recorder.saved != self._saved:
            self._saved = recorder.saved
            if self._saved:
                self.say("Saved again: everything is on disk.", "good")
            else:
                self.say(spoken(f"not saved: {recorder.trouble}") + " The game goes on.", "danger")

    def _keys(self) -> tuple[Key, ...]:
        if "ticket" in self.play.holds:
            return TICKET_KEYS
        if "command" in self.play.holds:
            return COMMAND_KEYS
        return DESK_KEYS if self.size.width >= NARROW else NARROW_KEYS

    def on_resize(self) -> None:
        if self.size.width < SMALLEST[0] or self.size.height < SMALLEST[1]:
            self.say(TOO_SMALL, "warning")
        elif TOO_SMALL in str(self.query_one("#desk-notice", Label).content):
            self.say("")
        self.call_after_refresh(self.draw)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # The ticket or the `:` line has every key and click for itself; nothing behind it acts.
        return action == "help" or not self.play.holds

    def action_help(self) -> None:
        self.app.action_show_help("desk")  # type: ignore[attr-defined]

    def action_leave(self) -> None:
        self.one_key.disarm()
        self.play.stop()
        self.post_message(self.Left())
