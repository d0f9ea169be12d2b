"""How the app opens the ladder of scenarios, and sessions that are attempts at one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.app import App

from saves import Library, SaveError
from saves.names import cleaned_name, free_name
from tui.dialogs.opening import opened

if TYPE_CHECKING:
    from engine.commands.command import Command
    from engine.events import Event
    from engine.rulebooks.base import Refusal
    from engine.scenarios.attempt import Attempt
    from saves import Recorder
    from saves.attempts import Attempted
    from saves.landmarks import Point
    from tui.scenarios.found import Found
    from tui.scenarios.scenario_play import ScenarioPlay
    from tui.screens.scenario_desk import ScenarioDesk
    from tui.screens.scenarios import ScenariosScreen


@dataclass(frozen=True)
class Begun:
    """An attempt whose desk is opened next.

    Attributes:
        found: the scenario.
        attempt: its session, as far as it has come.
        stored: what is kept of it.
        unkept: why nothing could be; None where it was.
    """

    found: Found
    attempt: Attempt
    stored: Attempted
    unkept: str | None = None


class ScenarioSessions(App[None]):
    """The app's part that has to do with scenarios. The app itself opens desks."""

    library: Library
    _clock: Callable[[], float]
    _ticking: bool
    _recorder: Recorder | None
    _begun: Begun | None = None
    _checkpoint: Point | None = None
    _played: ScenarioPlay | None = None

    def action_scenarios(self) -> None:
        """Open the ladder."""
        from tui.screens.scenarios import ScenariosScreen

        if not any(isinstance(screen, ScenariosScreen) for screen in self.screen_stack):
            self.push_screen(ScenariosScreen(self.library))

    def on_scenarios_screen_chosen(self, message: ScenariosScreen.Chosen) -> None:
        self.pop_screen()
        self.begin_scenario(message.found)

    # -- beginning

    def begin_scenario(self, found: Found) -> None:
        """Begin a session of a scenario, or say why there can be none."""
        from engine.rulebooks.base import SetupError
        from engine.scenarios.attempt import Attempt
        from engine.scenarios.errors import ScenarioError
        from tui.prices.source import SourceError
        from tui.scenarios.found import check_id

        try:
            check_id(found)
            attempt = Attempt(found.scenario, found.tape)
        except (ScenarioError, SourceError, SetupError) as error:
            self._say(f"✗ {error}")
            return
        self._play(opened(lambda tell: self._attempted(found, attempt)))

    def _attempted(self, found: Found, attempt: Attempt) -> Recorder:
        """A new session that is an attempt; its given book is taken. Raises SaveError."""
        from engine.scenarios.challenge import take_book

        ranked, unkept = self._ranked_now(found)
        self._end_ranked(found)
        recorder = self.library.create(attempt.session, self._free_name(_name_of(found, ranked)))

        def do(command: Command) -> tuple[Event, ...] | Refusal:
            answer = recorder.do(command)
            attempt.answered(command, answer)
            return answer

        refused = [f"“{line.text}” is refused: {refusal}" for line, refusal in take_book(attempt, do)]
        stored, why = self._kept(recorder.id, found, ranked)
        self._begun = Begun(found, attempt, stored, unkept or why)
        if refused:
            self._say(f"✗ The given book is not complete: {refused[0]}")
        return recorder

    def _ranked_now(self, found: Found) -> tuple[bool, str | None]:
        """Whether an attempt that begins now is the day's ranked one; why that can't be known."""
        if found.group != "daily":
            return False, None
        try:
            attempts = self.library.attempts
            return found.name == attempts.today().isoformat() and not attempts.has_ranked(found.scenario.id), None
        except SaveError as error:
            return False, str(error)

    def _end_ranked(self, found: Found) -> None:
        """Whoever begins to practise a daily ends its ranked attempt where it is: practice shows what is to come.

        Raises:
            SaveError: when another program plays the ranked attempt.
        """
        if found.group != "daily":
            return
        from engine.commands.command import End
        from saves import SessionInUse

        try:
            attempts = self.library.attempts.of_scenario(found.scenario.id)
            session = next((each.session for each in attempts if each.ranked and each.outcome is None), None)
            if session is None:
                return
            with self.library.resume(session) as recorder:
                begun = self._resumed_attempt(recorder)
                if begun is not None:
                    self._scenario_play(recorder, begun).do(End())
        except SessionInUse:
            raise
        except SaveError:
            return  # its session is gone: nobody goes on with it

    def _kept(self, session: str, found: Found, ranked: bool) -> tuple[Attempted, str | None]:
        """What is kept of an attempt that begins; why nothing could be."""
        from saves.attempts import Attempted

        try:
            attempts = self.library.attempts
            attempts.begin(session, found.scenario.id, ranked)
            if (stored := attempts.of(session)) is not None:
                return stored, None
            return Attempted(session, found.scenario.id, "", False), "it is not in the library"
        except SaveError as error:
            return Attempted(session, found.scenario.id, "", False), str(error)

    def _free_name(self, title: str) -> str:
        taken = {each.name.casefold() for each in self.library.sessions()}
        return free_name(cleaned_name(title), lambda name: name.casefold() in taken)

    # -- the desk

    def scenario_desk(self, recorder: Recorder) -> ScenarioDesk | None:
        """The desk of a session that is an attempt at a scenario; None for any other."""
        begun, self._begun = self._begun, None
        checkpoint, self._checkpoint = self._checkpoint, None
        begun = begun or self._resumed_attempt(recorder)
        if begun is None:
            return None
        from tui.screens.scenario_desk import ScenarioDesk

        play = self._scenario_play(recorder, begun)
        play.checkpoint, play.unkept = checkpoint, play.unkept or begun.unkept
        self._played = play
        return ScenarioDesk(play, self._clock, self._ticking, begun.found)

    def _scenario_play(self, recorder: Recorder, begun: Begun) -> ScenarioPlay:
        from tui.scenarios.scenario_play import ScenarioPlay

        attempts = self.library.attempts
        return ScenarioPlay(recorder, self._fault, self._clock, begun.attempt, attempts, begun.stored)

    def _resumed_attempt(self, recorder: Recorder) -> Begun | None:
        """The attempt that a saved session is: its commands again, and those that were refused."""
        if recorder.unwritten:
            return None
        try:
            stored = self.library.attempts.of(recorder.id)
            if stored is None:
                return None
            from tui.scenarios.found import with_id
            from tui.scenarios.resumed import resumed_attempt

            found = with_id(stored.scenario)
            attempt = None if found is None else resumed_attempt(found.scenario, self.library, recorder, stored)
        except SaveError:
            return None
        return None if found is None or attempt is None else Begun(found, attempt, stored)

    # -- what a scenario's desk asks for

    def on_scenario_desk_restarted(self, message: ScenarioDesk.Restarted) -> None:
        """Begin a scenario from a desk: the same one again, which takes the place of the attempt, or the next."""
        session = self._leave_scenario()
        self._discard(session, message.found)
        self.begin_scenario(message.found)

    def on_scenario_desk_went_back(self, message: ScenarioDesk.WentBack) -> None:
        """Go on from a checkpoint: a fork of the session there, which takes its place unless that counts."""
        played, point, session = self._played, message.point, message.session
        refusals = 0 if played is None else played.refusals_at_checkpoint
        self._leave_scenario()
        try:
            self._end_ranked(message.found)
            forked = self.library.fork(session, point, self._free_name(_name_of(message.found, False)))
            self.library.attempts.forked(forked.id, session, refusals)
        except SaveError as error:
            self._say(f"✗ {error}")
            return
        self._discard(session, message.found)
        self._checkpoint = point
        self._resume(forked.id)

    def on_scenario_desk_left_for_ladder(self, message: ScenarioDesk.LeftForLadder) -> None:
        self._leave_scenario()
        self.action_scenarios()

    def _discard(self, session: str, found: Found) -> None:
        """Remove the session of an attempt that the player begins again: ten restarts are not to leave ten saves at
        home. The best stays, for it can be a ghost; so does a ranked one."""
        try:
            attempts = self.library.attempts
            attempt = attempts.of(session)
            if attempt is not None and attempt.scenario == found.scenario.id and attempts.give_up(session):
                self.library.delete(session)
        except SaveError as error:
            self._say(f"✗ {error}")

    def _leave_scenario(self) -> str:
        """Leave the desk for Home; the id of the session that was played."""
        session = "" if self._recorder is None else self._recorder.id
        self._played = None
        self.pop_screen()
        self._close()
        self._show_home()
        return session


def _name_of(found: Found, ranked: bool) -> str:
    """What a scenario's sessions are called."""
    return f"{found.title}, practice" if found.group == "daily" and not ranked else found.title
