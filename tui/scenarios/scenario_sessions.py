"""How the app opens the ladder of lessons, and sessions that are attempts at one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.app import App

from saves import Library, SaveError
from tui.dialogs.opening import opened

if TYPE_CHECKING:
    from engine.scenarios.attempt import Attempt
    from engine.scenarios.stars import Stars
    from saves import Recorder
    from tui.scenarios.found import Found
    from tui.screens.scenario_desk import ScenarioDesk
    from tui.screens.scenarios import ScenariosScreen

LONGEST_NAME = 80
MOST_NAMES = 1000


class ScenarioSessions(App[None]):
    """The app's part that has to do with lessons. The app itself opens desks."""

    library: Library
    _clock: Callable[[], float]
    _ticking: bool
    _recorder: Recorder | None
    _begun: tuple[Found, Attempt] | None = None

    def action_scenarios(self) -> None:
        """Open the ladder."""
        from tui.screens.scenarios import ScenariosScreen

        if not any(isinstance(screen, ScenariosScreen) for screen in self.screen_stack):
            self.push_screen(ScenariosScreen(self.library))

    def on_scenarios_screen_chosen(self, message: ScenariosScreen.Chosen) -> None:
        self.pop_screen()
        self.begin_scenario(message.found)

    def begin_scenario(self, found: Found) -> None:
        """Begin a session of a lesson, or say why there can be none."""
        from engine.rulebooks.base import SetupError
        from engine.scenarios.attempt import Attempt
        from engine.scenarios.errors import ScenarioError
        from tui.prices.source import SourceError

        try:
            attempt = Attempt(found.scenario, found.tape)
        except (ScenarioError, SourceError, SetupError) as error:
            self._say(f"✗ {error}")
            return
        self._begun = (found, attempt)
        self._play(opened(lambda tell: self._attempted(found, attempt)))

    def _attempted(self, found: Found, attempt: Attempt) -> Recorder:
        recorder = self.library.create(attempt.session, self._free_name(title_of(found)))
        if self.library.writable:
            self.library.attempts.begin(recorder.id, found.scenario.id)
        return recorder

    def _free_name(self, title: str) -> str:
        taken = {each.name.casefold() for each in self.library.sessions()}
        names = [title[:LONGEST_NAME]]
        names += [f"{title[: LONGEST_NAME - 6]}, {number}" for number in range(2, MOST_NAMES)]
        return next(name for name in names if name.casefold() not in taken)

    def scenario_desk(self, recorder: Recorder) -> ScenarioDesk | None:
        """The desk of a session that is an attempt at a lesson; None for any other."""
        begun, self._begun = self._begun, None
        attempted = begun or self._resumed_attempt(recorder)
        if attempted is None:
            return None
        from tui.scenarios.scenario_play import ScenarioPlay
        from tui.screens.scenario_desk import ScenarioDesk

        found, attempt = attempted

        def earned(stars: Stars) -> None:
            self.library.attempts.earn(recorder.id, stars.count)

        play = ScenarioPlay(recorder, self._fault, self._clock, attempt, earned)
        return ScenarioDesk(play, self._clock, self._ticking, found)

    def _resumed_attempt(self, recorder: Recorder) -> tuple[Found, Attempt] | None:
        """The attempt that a saved session is: its commands again."""
        if recorder.unwritten:
            return None
        try:
            scenario = self.library.attempts.scenario_of(recorder.id)
            if scenario is None:
                return None
            from engine.scenarios.attempt import Attempt
            from tui.scenarios.found import own_scenarios, shipped

            known = [*shipped(), *own_scenarios()[0]]
            found = next((each for each in known if each.scenario.id == scenario), None)
            if found is None:
                return None
            attempt = Attempt.replayed(found.scenario, self.library.record(recorder.id))
        except SaveError:
            return None
        if attempt.session.state_hash() != recorder.session.state_hash():
            return None  # the file of the scenario is another one by now: the session is played as any other
        attempt.session = recorder.session
        return found, attempt

    # -- what a lesson's desk asks for

    def on_scenario_desk_restarted(self, message: ScenarioDesk.Restarted) -> None:
        self._leave_scenario()
        self.begin_scenario(message.found)

    def on_scenario_desk_went_back(self, message: ScenarioDesk.WentBack) -> None:
        """Go on from a checkpoint: a fork of the session there."""
        self._leave_scenario()
        try:
            name = self._free_name(title_of(message.found))
            forked = self.library.fork(message.session, message.point, name)
            self.library.attempts.begin(forked.id, message.found.scenario.id)
        except SaveError as error:
            self._say(f"✗ {error}")
            return
        self._resume(forked.id)

    def on_scenario_desk_left_for_ladder(self, message: ScenarioDesk.LeftForLadder) -> None:
        self._leave_scenario()
        self.action_scenarios()

    def _leave_scenario(self) -> None:
        self.pop_screen()
        self._close()
        self._show_home()


def title_of(found: Found) -> str:
    """What a lesson's sessions are called."""
    return f"Lesson {found.name}: {found.scenario.title}" if found.name.isdigit() else found.scenario.title
