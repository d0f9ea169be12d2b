"""The application: it opens screens and hands them what they need. Nothing else happens here."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.signal import Signal

from saves import Library, SaveError
from saves.home import home_folder
from tui.ahead import PLAYING, SAVING, TELLING, import_all, look_ahead_from_home
from tui.ascii_glyphs import AsciiGlyphs
from tui.dialogs.opening import OpeningDialog, Opens, opened
from tui.faults import log_fault
from tui.keys.pastes import guard_pastes
from tui.keys.texts import key_for, spelled
from tui.replaying import Replaying
from tui.scenarios.scenario_sessions import ScenarioSessions
from tui.settings import Settings
from tui.settings.described import described
from tui.settings.reading import read_settings
from tui.start import OPENING, BeginScenario, Coming, NewSession, SeenAgain, quick_session
from tui.themes import other_ground, register_themes, variable_defaults

if TYPE_CHECKING:
    # What a session needs is imported when there is one to play, or while Home is looked at: Home is there at once.
    from textual.command import Provider

    from engine.tape import Tape
    from saves import Recorder
    from tui.scenarios.found import Found
    from tui.screens.desk import DeskScreen
    from tui.screens.home import HomeScreen

LARGE = 500_000
"""Prices; above it, writing or reading a session takes longer than a player should look at a frozen screen."""

HANGUP_SECONDS = 2.0
"""How often it is asked whether anybody is still there to play."""

__all__ = ["IsocrossApp", "NewSession"]


def _game_commands() -> type[Provider]:
    """What the palette offers. The palette, the help and the settings are imported when they are first opened."""
    from tui.keys.palette import GameCommands

    return GameCommands


def _scenario_commands() -> type[Provider]:
    from tui.keys.palette_scenarios import ScenarioCommands

    return ScenarioCommands


def _is_large(tape: Tape) -> bool:
    return len(tape) * len(tape.markets) > LARGE


class IsocrossApp(ScenarioSessions, Replaying, App[None]):
    """isocross in the terminal.

    Args:
        library: where sessions are kept; used from this thread only.
        start: a session or a scenario to begin, a session to see again, or the id of one to continue, instead of Home.
        clock: real seconds.
        ticking: whether a desk lets frames come by themselves.
        ascii_terminal: whether the terminal is likely to show nothing but ASCII.
        gone: whether the terminal has gone away; asked every few seconds.

    Attributes:
        settings: the player's; `settings_changed` is published when there are others.
        problems: what could not be taken from the settings file.
        unsaved: why the last session was not saved to its end; None where all of them were.
    """

    TITLE = "isocross"
    COMMANDS = {_game_commands, _scenario_commands}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+p", "command_palette", "palette: everything by its words", priority=True, id="app.palette"),
        Binding("f2", "settings", "settings", id="app.settings"),
        Binding("ctrl+q", "quit", "leave the program; everything is saved", priority=True, id="app.quit"),
    ]

    def __init__(
        self,
        library: Library,
        start: NewSession | Coming | SeenAgain | BeginScenario | str | None = None,
        clock: Callable[[], float] = monotonic,
        ticking: bool = True,
        ascii_terminal: bool = False,
        gone: Callable[[], bool] | None = None,
    ) -> None:
        guard_pastes()
        self._ascii = AsciiGlyphs(enabled=False)
        super().__init__()
        register_themes(self)
        self._ascii_terminal = ascii_terminal
        self.settings_changed: Signal[Settings] = Signal(self, "settings")
        self.settings, self.problems = read_settings(home_folder())
        self._in_file = self.settings
        self._follow(self.settings)
        self.library, self._start = library, start
        self._clock, self._ticking, self._gone = clock, ticking, gone
        self._home: HomeScreen | None = None
        self._recorder: Recorder | None = None
        self.unsaved: str | None = None
        self._note: str | None = None

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults(self)

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), self._ascii] if self._ascii.enabled else super().get_line_filters()

    def _follow(self, settings: Settings) -> None:
        """Do what the settings say."""
        self.settings = settings
        self.theme = settings.theme
        self._ascii.enabled = settings.ascii == "on" or (settings.ascii == "auto" and self._ascii_terminal)
        self.animation_level = "none" if settings.reduced_motion else "full"
        self.set_keymap(settings.keys)

    def change_settings(self, settings: Settings) -> str | None:
        """Follow other settings from now on and keep what is new in them. Answers what must be known of the file.

        What another game wrote there meanwhile is followed, too.
        """
        from tui.settings.writing import keep_change

        kept = keep_change(home_folder(), self._in_file, settings)
        if kept.written:
            self._in_file = kept.settings
        self._show(kept.settings)
        if self.problems:
            self.problems = read_settings(home_folder()).problems
        return kept.told

    def _show(self, settings: Settings) -> None:
        self._follow(settings)
        for screen in self.screen_stack:
            for widget in screen.walk_children():
                widget.refresh()
        self.settings_changed.publish(settings)

    def _look_again(self) -> None:
        """Follow what another game wrote into the settings file."""
        read = read_settings(home_folder())
        if read.settings != self._in_file and not read.problems and self.settings == self._in_file:
            self._in_file = read.settings
            self._show(read.settings)

    def on_mount(self) -> None:
        if self._gone is not None:
            self.set_interval(HANGUP_SECONDS, self._leave_if_gone)
        if isinstance(self._start, Coming):
            self._await(self._start)
        else:
            self._show_home()
        if isinstance(self._start, NewSession):
            self._begin(self._start)
        elif isinstance(self._start, SeenAgain):
            self.open_replay(self._start)
        elif isinstance(self._start, BeginScenario):
            self.begin_scenario(self._start.found)
        elif isinstance(self._start, str):
            self._resume(self._start)
        if self.problems and self._start is not None:
            self.notify(self._problems_told(), severity="warning", timeout=10, markup=False)

    def _show_home(self) -> None:
        """Show Home where nothing lies over it; a session that was asked for is on the screen without it."""
        if self._home is None:
            from tui.screens.home import HomeScreen

            self._home = HomeScreen(self.library)
            self.push_screen(self._home)
            self._home.call_after_refresh(self._painted, look_ahead_from_home)
            if self.problems:
                self._say(self._problems_told())

    def _painted(self, ahead: Callable[[], None], then: Callable[[], None] | None = None) -> None:
        """The first picture is on the screen: look ahead in a thread, and then do something."""
        gc.enable()

        def work() -> None:
            ahead()
            if then is not None:
                self.call_later(then)

        self.run_worker(work, thread=True)

    def _leave_if_gone(self) -> None:
        if self._gone is not None and self._gone():
            self.exit()

    def _problems_told(self) -> str:
        """What could not be taken from the settings file: said at home, and over a desk that opens at once."""
        others, key = len(self.problems) - 1, key_for(self, "app.settings")
        more = f" ({others} more: {key} opens the settings)" if others else ""
        return f"✗ {self.problems[0]}{more}"

    def on_home_screen_resumed(self, message: HomeScreen.Resumed) -> None:
        self._resume(message.session)

    def on_home_screen_new(self, message: HomeScreen.New) -> None:
        from tui.screens.new import NewScreen

        self.push_screen(NewScreen(self._next_seed()), self._begin)

    def on_home_screen_quick(self, message: HomeScreen.Quick) -> None:
        self._say("Making prices …")
        self.screen.call_after_refresh(self._quick)

    def _quick(self) -> None:
        self._begin(quick_session(self._next_seed()))

    def on_desk_screen_left(self, message: DeskScreen.Left) -> None:
        self.pop_screen()
        self._close()
        self._show_home()

    def on_unmount(self) -> None:
        self._close()

    def action_show_help(self, topic: str) -> None:
        """Explain the panel that has the focus, and then all the rest; `topic` where no page is about it."""
        from tui.screens.help import HelpScreen
        from tui.words.help_pages import page_of, page_titled

        focused = self.screen.focused
        page = page_of(focused.ancestors_with_self) if focused is not None else None
        self.push_screen(HelpScreen(page or page_titled(topic)))

    def action_other_theme(self) -> None:
        """Wear the same colours on the other ground: light for dark."""
        self.keep_settings(described("theme").put, other_ground(self.theme))

    def action_help_quit(self) -> None:
        """Ctrl+C: say how one leaves, where Textual would show a toast over what is read."""
        told = spelled(self.screen, "{app.quit} leaves the program.")
        for screen in reversed(self.screen_stack):
            say = getattr(screen, "say", None)
            if callable(say):
                say(told)
                return

    def action_settings(self) -> None:
        """Open the settings."""
        from tui.screens.settings import SettingsScreen

        if not any(isinstance(screen, SettingsScreen) for screen in self.screen_stack):
            self._look_again()
            self.push_screen(SettingsScreen())

    def keep_settings(self, put: Callable[[Settings, str], Settings], value: str) -> None:
        """Change one setting, and say it only where it could not be kept."""
        told = self.change_settings(put(self.settings, value))
        if told is not None:
            self.notify(told, severity="warning", markup=False)

    def open_session(self, session: str) -> None:
        """Leave what is played, and continue another saved session."""
        self._leave_for_home()
        self._resume(session)

    def start_scenario(self, found: Found) -> None:
        """Leave what is played, and begin a scenario."""
        self._leave_for_home()
        self.begin_scenario(found)

    def _leave_for_home(self) -> None:
        while len(self.screen_stack) > 1 and self.screen is not self._home:
            self.pop_screen()
        self._close()
        self._show_home()

    def _next_seed(self) -> int:
        """A seed that the last sessions did not have."""
        try:
            return len(self.library.sessions()) + 1
        except SaveError:
            return 1

    def _await(self, coming: Coming) -> None:
        """Make a session, and import what it needs, behind a dialog that is painted first."""

        def opens(tell: Callable[[float], None] | None) -> Recorder:
            import_all(*PLAYING)
            made = coming.make()
            if isinstance(made, str):
                return self.library.resume(made, tell)
            # What is quickly written is painted before that.
            return self._created(made, tell, write=_is_large(made.tape))

        self.push_screen(OpeningDialog(coming.what, opens), self._play)

    def _created(self, new: NewSession, tell: Callable[[float], None] | None, write: bool = True) -> Recorder:
        from engine.session import Session

        self._note = new.note
        return self.library.create(Session(new.setup, new.tape), new.name, tell, write)

    def _begin(self, new: NewSession | None) -> None:
        if new is not None:
            self._open(lambda tell: self._created(new, tell), _is_large(new.tape))

    def _resume(self, session: str) -> None:
        self._open(lambda tell: self.library.resume(session, tell), self._is_saved_large(session))

    def _is_saved_large(self, session: str) -> bool:
        try:
            return any(
                each.id == session and each.steps * len(each.symbols) > LARGE for each in self.library.sessions()
            )
        except SaveError:
            return False

    def _open(self, opens: Opens, large: bool) -> None:
        if large:
            self.push_screen(OpeningDialog(OPENING, opens), self._play)
        else:
            self._play(opened(opens))

    def _play(self, recorder: Recorder | str | None) -> None:
        """Open a session's desk, or say at home why it can't be."""
        if recorder is None or isinstance(recorder, str):
            self._show_home()
            self._say(f"✗ {recorder}")
            return
        from tui.playing.play import Play
        from tui.screens.desk import DeskScreen

        self._recorder = recorder
        self._say("")
        note, self._note = self._note, None
        lesson = self.scenario_desk(recorder)
        desk = lesson or DeskScreen(Play(recorder, self._fault, self._clock), self._clock, self._ticking, note)
        self.push_screen(desk)

        def save() -> None:
            """Write a new session: with a command or a second of the tape it would be, too."""
            if recorder is self._recorder and recorder.unwritten:
                recorder.save()
                desk.draw()

        def painted() -> None:
            self._painted(partial(import_all, *(SAVING if recorder.unwritten else ()), *TELLING), save)

        desk.call_after_refresh(desk.call_after_refresh, painted)

    def _close(self) -> None:
        recorder, self._recorder = self._recorder, None
        if recorder is None:
            return
        recorder.close()
        if not recorder.saved:
            self.unsaved = str(recorder.trouble)
            self._say(f"✗ Not everything was saved: {recorder.trouble}")

    def _say(self, text: str) -> None:
        if self._home is not None:
            self._home.call_after_refresh(self._home.say, text)

    def _handle_exception(self, error: Exception) -> None:
        # Textual shows a failure of the screen and stops; the log keeps it.
        self._fault(error)
        super()._handle_exception(error)

    def _fault(self, error: Exception) -> str:
        recorder = self._recorder
        when = f"session {recorder.id} at step {recorder.session.step}" if recorder else "no session"
        told = log_fault(home_folder(), error, when)
        return f"{told} The save is as it was before: {key_for(self, 'desk.leave')} goes home, continue from there."
