"""The application: it opens screens and hands them what they need. Nothing else happens here."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from textual.app import App

from saves import Library, Recorder, SaveError
from saves.home import home_folder
from tui.dialogs.opening import OpeningDialog, Opens, opened
from tui.faults import log_fault
from tui.pastes import guard_pastes
from tui.play import Play
from tui.prices import Made, PricesError, make_tape
from tui.screens.desk import DeskScreen
from tui.screens.help import HelpScreen
from tui.screens.home import HomeScreen
from tui.screens.new import NewScreen
from tui.start import QUICK_SETUP, NewSession, quick_prices
from tui.themes import THEMES, register_themes, variable_defaults

LARGE = 500_000
"""Prices; above it, writing or reading a session takes longer than a player should look at a frozen screen."""

__all__ = ["IsocrossApp", "NewSession"]


class IsocrossApp(App[None]):
    """isocross in the terminal.

    Args:
        library: where sessions are kept; used from this thread only.
        start: a session to begin, or the id of one to continue, instead of Home.
        clock: real seconds.
        ticking: whether a desk lets frames come by themselves.

    Attributes:
        unsaved: why the last session was not saved to its end; None where all of them were.
    """

    TITLE = "isocross"
    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self,
        library: Library,
        start: NewSession | str | None = None,
        clock: Callable[[], float] = monotonic,
        ticking: bool = True,
    ) -> None:
        guard_pastes()
        super().__init__()
        register_themes(self)
        self._library, self._start = library, start
        self._clock, self._ticking = clock, ticking
        self._recorder: Recorder | None = None
        self.unsaved: str | None = None

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults(self)

    def on_mount(self) -> None:
        home = HomeScreen(self._library)
        self.push_screen(home)
        if isinstance(self._start, NewSession):
            self._begin(self._start)
        elif self._start is not None:
            self._resume(self._start)

    def on_home_screen_resumed(self, message: HomeScreen.Resumed) -> None:
        self._resume(message.session)

    def on_home_screen_new(self, message: HomeScreen.New) -> None:
        self.push_screen(NewScreen(self._next_seed()), self._begin)

    def on_home_screen_quick(self, message: HomeScreen.Quick) -> None:
        self._say("Making prices …")
        self.screen.call_after_refresh(self._quick)

    def _quick(self) -> None:
        try:
            made: Made = make_tape(quick_prices(self._next_seed()), lambda done, what: None)
        except PricesError as error:
            self._say(f"✗ {error}")
        else:
            self._begin(NewSession(QUICK_SETUP, made.tape))

    def on_desk_screen_left(self, message: DeskScreen.Left) -> None:
        self.pop_screen()
        self._close()

    def on_unmount(self) -> None:
        self._close()

    def action_show_help(self, topic: str) -> None:
        """Explain the keys and words."""
        self.push_screen(HelpScreen(topic))

    def action_other_theme(self) -> None:
        """Wear the next of the game's themes."""
        names = [theme.name for theme in THEMES]
        self.theme = names[(names.index(self.theme) + 1) % len(names)] if self.theme in names else names[0]

    def _next_seed(self) -> int:
        """A seed that the last sessions did not have."""
        try:
            return len(self._library.sessions()) + 1
        except SaveError:
            return 1

    def _begin(self, new: NewSession | None) -> None:
        if new is not None:
            from engine.session import Session

            large = len(new.tape) * len(new.tape.markets) > LARGE
            self._open(lambda tell: self._library.create(Session(new.setup, new.tape), new.name, tell), large)

    def _resume(self, session: str) -> None:
        self._open(lambda tell: self._library.resume(session, tell), self._is_large(session))

    def _is_large(self, session: str) -> bool:
        try:
            return any(
                each.id == session and each.steps * len(each.symbols) > LARGE for each in self._library.sessions()
            )
        except SaveError:
            return False

    def _open(self, opens: Opens, large: bool) -> None:
        if large:
            self.push_screen(OpeningDialog("Opening the session", opens), self._play)
        else:
            self._play(opened(opens))

    def _play(self, recorder: Recorder | str | None) -> None:
        """Open a session's desk, or say at home why it can't be."""
        if not isinstance(recorder, Recorder):
            self._say(f"✗ {recorder}")
            return
        self._recorder = recorder
        self._say("")
        self.push_screen(DeskScreen(Play(recorder, self._fault, self._clock), self._clock, self._ticking))

    def _close(self) -> None:
        recorder, self._recorder = self._recorder, None
        if recorder is None:
            return
        recorder.close()
        if not recorder.saved:
            self.unsaved = str(recorder.trouble)
            self._say(f"✗ Not everything was saved: {recorder.trouble}")

    def _say(self, text: str) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, HomeScreen):
                screen.call_after_refresh(screen.say, text)

    def _handle_exception(self, error: Exception) -> None:
        # Textual shows a failure of the screen and stops; the log keeps it.
        self._fault(error)
        super()._handle_exception(error)

    def _fault(self, error: Exception) -> str:
        recorder = self._recorder
        when = f"session {recorder.id} at step {recorder.session.step}" if recorder else "no session"
        told = log_fault(home_folder(), error, when)
        return f"{told} The save is as it was before: q goes home, continue from there."
