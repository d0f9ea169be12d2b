"""Which ghosts there are: keys that add and remove them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from textual.screen import Screen

from engine.account_kind import Kind, at_leverage, at_other_venues, in_other_modes, own_kind
from engine.commands.command import CommandError
from engine.commands.grammar import parse
from engine.numbers import ZERO
from engine.record import Given
from saves import SaveError
from saves.ghosts import MOST_GHOSTS as MOST
from tui.dialogs.ghost_kind import GhostKindDialog
from tui.forms.ticket import LEVERAGES
from tui.keys.texts import spelled
from tui.playing.best_run import BestRun
from tui.playing.play import Play


class GhostChoices(Screen[None]):
    """Adds and removes ghosts of a session.

    Attributes:
        play: the session.
        chosen: the place of the ghost that is looked at.
    """

    play: Play
    chosen = 0

    @abstractmethod
    def say(self, text: str, tone: str = "plain") -> None:
        """Say something in the notice line."""

    @abstractmethod
    def draw(self) -> None:
        """Show every account as it is now."""

    def action_mode(self) -> None:
        setup, kinds = self.play.session.setup, in_other_modes(self.play.session.setup)
        if not self._modes_were_said():
            kinds = kinds[:-1]  # all in the session's own mode: that is what it is
        self._ask("A ghost in another mode", [(each, each.beside(setup)) for each in kinds])

    def _modes_were_said(self) -> bool:
        """Whether some commands say another mode than the set-up does."""
        try:
            commands = [Given(each.step, parse(each.text)) for each in self.play.recorder.commands()]
        except (SaveError, CommandError):
            return True
        return own_kind(self.play.session.setup, commands).as_given

    def action_venue(self) -> None:
        setup = self.play.session.setup
        self._ask("A ghost at another venue", [(each, each.beside(setup)) for each in at_other_venues(setup)])

    def action_leverage(self) -> None:
        session = self.play.session
        most = max(session.rulebook.largest_leverage(symbol, ZERO) for symbol in session.tape.by_symbol)
        choices = sorted({each for each in LEVERAGES if each < most} | {most})
        kinds = [(at_leverage(session.setup, each), f"{each}x") for each in choices]
        self._ask("A ghost at another leverage", kinds)

    def _ask(self, title: str, kinds: Sequence[tuple[Kind, str]]) -> None:
        """Let the player choose one that is not there yet; of one, none is asked."""
        there = self.play.ghosts.kinds
        left = [(kind, name) for kind, name in kinds if kind not in there]
        if len(there) >= MOST:
            self.say(spelled(self, f"There are {MOST} ghosts already: {{ghosts.remove}} removes one."), "warning")
        elif not left:
            self.say("There is no other than those that are here.", "warning")
        elif len(left) == 1:
            self._add(left[0][0])
        else:
            self.app.push_screen(GhostKindDialog(title, left), self._add)

    def _add(self, kind: Kind | None) -> None:
        if kind is None:
            return
        ghosts = self.play.ghosts
        wrong = ghosts.add(kind)
        if wrong is None:
            self.chosen = len(ghosts.kinds) - 1
            ghosts.follow()
        self.say(wrong or f"The ghost {ghosts.name(kind)} follows.", "warning" if wrong else "good")
        self.draw()

    def action_remove(self) -> None:
        ghosts = self.play.ghosts
        if ghosts.following:
            chosen = ghosts.following[self.chosen]
            if isinstance(chosen, BestRun):
                ghosts.let_in(None)
                self.say(f"{chosen.name.capitalize()} is gone.")
            else:
                ghosts.remove(chosen.kind)
                self.say(f"The ghost {chosen.name} is gone.")
            self.draw()

    def _let_in(self, best: BestRun | str) -> None:
        """Let the best run follow, or say why there is none."""
        ghosts = self.play.ghosts
        if isinstance(best, str):
            self.say(best, "warning")
            return
        ghosts.let_in(best)
        ghosts.follow()
        self.chosen = len(ghosts.following) - 1
        self.say(f"{best.name.capitalize()} follows.", "good")
        self.draw()
