"""What the desk and the replay have in common: one session in panels, with a market in front."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from textual.screen import Screen

from engine.looking.views import View
from engine.tape import Tape
from tui.playing.play import Fault
from tui.playing.shown_session import ShownSession
from tui.widgets.equity_line import GhostLine


class SessionScreen(Screen[None]):
    """A screen that shows one session.

    Attributes:
        play: the session.
        symbol: the market in front.
        armed: whether single keys trade at once.
        seen_again: whether it is a replay: what is shown has happened before.
    """

    DEFAULT_CLASSES = "session"

    play: ShownSession
    symbol: str
    armed = False
    seen_again: ClassVar[bool] = False

    @abstractmethod
    def say(self, text: str, tone: str = "plain") -> None:
        """Say something in the notice line."""

    @abstractmethod
    def draw(self) -> None:
        """Draw everything as it is now."""

    @property
    def tape(self) -> Tape:
        """The session's prices."""
        return self.play.session.tape

    def ghost_lines(self, view: View, steps: NDArray[np.int64]) -> Sequence[GhostLine]:
        """The equity of accounts that follow the session, at these vertices and now; none in a replay."""
        return ()

    def draw_beside(self, view: View) -> None:
        """Draw those who play beside the session; nobody does in a replay."""

    def _view(self) -> View:
        try:
            return self.play.view()
        except Fault as fault:
            self.say(str(fault), "danger")
            return self.play.view()

    def action_market(self, by: int) -> None:
        symbols = list(self.tape.by_symbol)
        self.choose_market(symbols[(symbols.index(self.symbol) + by) % len(symbols)])

    def action_market_at(self, place: int) -> None:
        symbols = list(self.tape.by_symbol)
        if place <= len(symbols):
            self.choose_market(symbols[place - 1])

    def choose_market(self, symbol: str) -> None:
        """Show another market."""
        self.symbol = symbol
        self.draw()

    def action_quiet(self) -> None:
        self.say("")
