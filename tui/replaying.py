"""How the app opens replays and the forks made in them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual.app import App

from saves import Library
from saves.home import home_folder
from tui.dialogs.opening import OpeningDialog, Opens, opened
from tui.faults import log_fault
from tui.keys.texts import key_for, spelled
from tui.start import SeenAgain
from tui.words.notice import spoken

if TYPE_CHECKING:
    from saves.forks import Forked
    from saves.replay import Replay
    from tui.playing.playback import Playback
    from tui.screens.desk_replay import DeskReplay
    from tui.screens.home import HomeScreen
    from tui.screens.replay import ReplayScreen
    from tui.screens.replay_forks import ReplayForks

READING, FORKING = "Reading the session", "Forking: the rest plays out"
NOW = "This is where you are: {replay.last_landmark} goes back to what happened last, {replay.start} to the start."
FORK = "“{name}” where it forks: {replay.run} plays on, {replay.next_landmark} goes to what happened next."


class Replaying(App[None]):
    """The app's part that has to do with replays. The app itself opens desks."""

    library: Library
    _clock: Callable[[], float]
    _ticking: bool

    def on_home_screen_viewed(self, message: HomeScreen.Viewed) -> None:
        self.open_replay(SeenAgain(message.session))

    def on_desk_replay_replayed(self, message: DeskReplay.Replayed) -> None:
        self.open_replay(SeenAgain(message.session, at_end=True, greeting=NOW))

    def open_replay(self, wanted: SeenAgain) -> None:
        """Show a saved session again, over what is on the screen."""

        def opens(tell: Callable[[float], None] | None) -> Replay:
            return self.library.replay(wanted.session, tell)

        self._opened_by(READING, opens, self._is_saved_large(wanted.session), partial(self._see, wanted))

    def _opened_by(self, title: str, opens: Opens, large: bool, then: Callable[[object], None]) -> None:
        if large:
            self.push_screen(OpeningDialog(title, opens), then)
        else:
            then(opened(opens))

    def _see(self, wanted: SeenAgain, replay: Replay | str | None) -> None:
        """Show a replay, or say why it can't be shown."""
        if replay is None or isinstance(replay, str):
            self.say_on_screen(f"✗ {replay}")
            return
        from tui.playing.playback import Playback
        from tui.screens.replay import ReplayScreen

        playback = Playback(replay, partial(self._replay_fault, replay), self._clock)
        wrong = _began(playback, wanted)
        greeting = None if wanted.greeting is None else spelled(self.screen, wanted.greeting)
        self.push_screen(ReplayScreen(playback, self._clock, self._ticking, wrong or greeting))

    def on_replay_screen_left(self, message: ReplayScreen.Left) -> None:
        self._leave_replay()

    def _leave_replay(self) -> None:
        from tui.screens.replay import ReplayScreen

        screen = self.screen
        if isinstance(screen, ReplayScreen):
            self.pop_screen()

    # -- forks

    def on_replay_forks_forking(self, message: ReplayForks.Forking) -> None:
        def opens(tell: Callable[[float], None] | None) -> Forked:
            return self.library.fork(message.session, message.point, message.name, message.change, tell)

        large = self._is_saved_large(message.session)
        self._opened_by(FORKING, opens, large, partial(self._forked, message))

    def _forked(self, asked: ReplayForks.Forking, forked: Forked | str | None) -> None:
        """Tell what could not be given again, and then open the fork."""
        if forked is None or isinstance(forked, str):
            self.say_on_screen(f"✗ {forked}")
            return
        if not forked.left_out:
            self._open_fork(asked, forked, wanted=True)
            return
        from tui.dialogs.forked import ForkedDialog

        opens = "opens its replay" if asked.watch else "opens its desk"
        dialog = ForkedDialog(asked.name, forked.left_out, opens)
        self.push_screen(dialog, lambda wanted: self._open_fork(asked, forked, wanted=bool(wanted)))

    def _open_fork(self, asked: ReplayForks.Forking, forked: Forked, *, wanted: bool) -> None:
        if not wanted:
            self.say_on_screen(f"“{asked.name}” is among the saves.")
        elif asked.watch:
            self._leave_replay()
            self.open_replay(SeenAgain(forked.id, forked.point.step, forked.point.commands, greeting=FORK))
        else:
            self._leave_replay()
            self.open_session(forked.id)

    def say_on_screen(self, text: str) -> None:
        """Say something in the screen that is seen."""
        say = getattr(self.screen, "say", None)
        if callable(say):
            self.screen.call_after_refresh(say, text)

    def _replay_fault(self, replay: Replay, error: Exception) -> str:
        when = f"replay of session {replay.id} at step {replay.session.step}"
        told = log_fault(home_folder(), error, when)
        return f"{told} The save is as it was: {key_for(self, 'replay.leave')} leaves the replay."

    def open_session(self, session: str) -> None:
        """Leave what is played, and continue another saved session."""
        raise NotImplementedError

    def _is_saved_large(self, session: str) -> bool:
        raise NotImplementedError


def _began(playback: Playback, wanted: SeenAgain) -> str | None:
    """Go to the moment that is wanted; answers what is wrong with it."""
    from tui.playing.play import Fault
    from tui.playing.replay_moves import sought

    try:
        playback.seek(0, 0)
        moment = sought(wanted.at, playback) if wanted.at is not None else None
        if isinstance(moment, str):
            return f"✗ {spoken(moment)}"
        if moment is not None:
            playback.seek(moment.step, moment.commands)
        elif wanted.step is not None:
            playback.seek(wanted.step, wanted.commands)
        elif wanted.at_end:
            playback.seek(playback.end.step)
    except Fault as fault:
        return f"✗ {fault}"
    return None
