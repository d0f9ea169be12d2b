"""The desk: one session on the screen. Panels show; this wires them to the session and to time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Label

from engine.commands import CommandError, End, parse
from engine.events import Event
from engine.rulebooks.base import Refusal
from engine.sentences import sentence
from saves import SaveError
from tui.dialogs.result import ResultDialog
from tui.dialogs.wiped_out import WipedOutDialog
from tui.frame_clock import FRAMES_A_SECOND
from tui.looks import Looked
from tui.messages import CommandLeft, CommandTyped, TicketDropped, TicketSent
from tui.notice import notice, spoken
from tui.play import DECISIVE, Fault, Frame, Goal, Play
from tui.preview import look, target, what
from tui.screens.desk_acts import DeskActs
from tui.screens.desk_draw import DeskDrawing
from tui.screens.desk_keys import COMMAND_KEYS, DESK_BINDINGS, DESK_KEYS, NARROW_KEYS, TICKET_KEYS
from tui.widgets.chart import CandleChart
from tui.widgets.command_line import CommandLine
from tui.widgets.equity_line import EquityLine
from tui.widgets.events_log import EventsLog
from tui.widgets.key_bar import Key, KeyBar
from tui.widgets.pools import PoolsPanel
from tui.widgets.positions import PositionsPanel
from tui.widgets.status_bar import StatusBar
from tui.widgets.ticket import Ticket

SHOWN_EVENTS = 200
"""Earlier events that a continued session shows."""
NARROW = 120
SMALLEST = (80, 24)


class DeskScreen(DeskActs):
    """One session being played.

    Args:
        play: the session.
        clock: real seconds.
        ticking: whether frames come by themselves; a test calls `frame` instead.
    """

    CSS_PATH = "desk.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (NARROW, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (36, "-tall")]
    BINDINGS: ClassVar[list[BindingType]] = DESK_BINDINGS

    @dataclass
    class Left(Message):
        """The player goes home."""

    def __init__(self, play: Play, clock: Callable[[], float], ticking: bool = True) -> None:
        super().__init__()
        self.play = play
        self.symbol = next(iter(self.tape.by_symbol))
        self._clock, self._ticking = clock, ticking
        self._before = clock()
        self._drawing = DeskDrawing(self)
        self._saved = True

    def compose(self) -> ComposeResult:
        yield StatusBar(id="desk-status")
        with Horizontal(id="desk-main"):
            with Vertical(id="desk-left"):
                yield CandleChart(id="desk-chart")
                yield EquityLine(id="desk-equity")
            with Vertical(id="desk-right"):
                yield PoolsPanel(id="desk-pools")
                yield PositionsPanel(id="desk-positions")
                yield Ticket(self.look, id="desk-ticket")
        yield EventsLog(id="desk-events")
        yield Label("", id="desk-notice")
        yield CommandLine(lambda text: what(self.play, text, self.symbol), id="desk-command")
        yield KeyBar(DESK_KEYS, id="desk-keys")

    def on_mount(self) -> None:
        self.add_class(f"-pane-{self._pane}")
        self.say("Time stands still: space lets it run. b buys, s sells, ? explains the keys.")
        self._recall()
        self.call_after_refresh(self._first)
        if self._ticking:
            self.set_interval(1 / FRAMES_A_SECOND, self._tick)

    def _recall(self) -> None:
        """Show what happened before. A damaged row of the log is no reason not to play on."""
        try:
            self._drawing.happened(self.play.recorder.events(last=SHOWN_EVENTS))
        except SaveError as error:
            self.say(spoken(f"earlier events can’t be shown: {error}"), "warning")

    def _first(self) -> None:
        self.draw()
        self._look_after()

    # -- time

    def _tick(self) -> None:
        now = self._clock()
        seconds, self._before = now - self._before, now
        if self.play.running and self.app.screen is self:
            self.frame(seconds)

    def frame(self, seconds: float) -> None:
        """Let `seconds` of real time pass and draw what came of it."""
        self.passed(seconds)

    def passed(self, seconds: float | None) -> None:
        try:
            frame = self.play.step() if seconds is None else self.play.frame(seconds)
        except Fault as fault:
            self.say(str(fault), "danger")
            self.draw()
            return
        if frame.events or frame.finished or seconds is None:
            self._came(frame)
        else:
            self._drawn(lambda: self._drawing.frame(seconds, frame.moved))

    def _came(self, frame: Frame) -> None:
        self._drawing.happened(frame.events)
        if frame.paused_by is not None:
            self._say_why(frame.paused_by)
        elif frame.finished and self.play.at_end:
            self.say("The tape ends here.")
        self.draw()
        self._look_after(frame.finished)

    def _say_why(self, event: Event) -> None:
        """Say that the tape was paused, and by what."""
        goes_on = " Space goes on." if self.play.session.state == "running" else ""
        tone = "danger" if event.kind in DECISIVE else "warning"
        self.say(spoken(f"paused: {sentence(event)}") + goes_on, tone)

    def _look_after(self, finished: bool = False) -> None:
        """Ask what must be asked: after a wipe-out, at the end of the tape, when the session is over."""
        session = self.play.session
        try:
            if session.state == "wiped out":
                self.app.push_screen(WipedOutDialog(self.play.view(), session.setup.balance), self._rescued)
            elif session.state == "ended" or (finished and self.play.at_end):
                self.app.push_screen(ResultDialog(self.play.view()), self._over)
        except Fault as fault:
            self.say(str(fault), "danger")

    def _rescued(self, command: object) -> None:
        if command is not None:
            self.give(str(command))
        else:
            self.say("Wiped out. “: deposit 1000” goes on, “: end” ends the session.", "danger")

    def _over(self, home: bool | None) -> None:
        if home:
            if self.play.session.state != "ended":
                self.give(str(End()), asking=False)
            self.action_leave()

    # -- commands

    def look(self, text: str) -> Looked:
        """What a command would do."""
        return look(self.play, text)

    def give(self, text: str, *, asking: bool = True) -> bool:
        wrong = self._carry_out(text)
        if wrong is not None:
            self.say(wrong, "danger")
        elif asking:
            self._look_after()
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
        self.say(_told(result), "good")
        self.draw()
        return None

    def on_command_typed(self, message: CommandTyped) -> None:
        if not message.text:
            self._close_command()
        elif message.text.startswith("@"):
            self._move(message.text)
        else:
            self._remember(message.text)
            if self.give(message.text):
                self._close_command()
            else:
                # The notice says it in full.
                self.query_one(CommandLine).say(Content(""))

    def _move(self, text: str) -> None:
        found = target(self.play, text)
        if isinstance(found, str):
            self.say(found, "danger")
            return
        self._remember(text)
        self._close_command()
        if self._may_run():
            beyond = "; the tape ends before that" if found.beyond else ""
            self.run_to(Goal(found.step, found.stop_on), f"Running {text.removeprefix('@').strip()}{beyond} …")

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
        self._look_after()

    def on_ticket_dropped(self, message: TicketDropped) -> None:
        self.say("")
        self._let_go("ticket")

    def _let_go(self, hold: str) -> None:
        """Something that held time is closed."""
        self.play.holds.discard(hold)
        self.set_class("ticket" in self.play.holds, "-ticket")
        self.set_focus(None)
        self.draw()

    def on_positions_panel_selected(self, message: PositionsPanel.Selected) -> None:
        self.choose_market(message.symbol)

    # -- showing

    def say(self, text: str, tone: str = "plain") -> None:
        line = self.query_one("#desk-notice", Label)
        line.update(notice(text, tone))
        line.display = bool(text)

    def draw(self) -> None:
        self._drawn(self._drawing.draw)
        self.query_one(KeyBar).show(self._keys())

    def _drawn(self, draw: Callable[[], None]) -> None:
        try:
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
            self.say("The terminal is too small to show everything: 80 × 24 is enough.", "warning")
        self.call_after_refresh(self.draw)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # The ticket or the `:` line has every key and click for itself; nothing behind it acts.
        return action == "help" or not self.play.holds

    def action_help(self) -> None:
        self.app.action_show_help("desk")  # type: ignore[attr-defined]

    def action_leave(self) -> None:
        self.play.stop()
        self.post_message(self.Left())


def _told(events: tuple[Event, ...]) -> str:
    return " ".join(spoken(sentence(event)) for event in events[:2])
