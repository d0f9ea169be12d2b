"""What the desk opens over itself: the terms of a figure, and a liquidation told as a moment."""

from __future__ import annotations

from collections.abc import Iterable

from engine.commands.command import CommandError
from engine.commands.grammar import parse
from engine.events import Event, LiquidationStarted
from engine.liquidation.aftermath import STEPS
from saves import SaveError
from tui.keys.texts import spelled
from tui.messages import FigureOpened, LiquidationOpened
from tui.playing.play import Fault
from tui.screens.session_screen import SessionScreen
from tui.widgets.figure_spots import Figure
from tui.widgets.pools import PoolsPanel
from tui.words.notice import spoken

TOLD_KINDS = frozenset(each.kind for each in STEPS)
"""What a liquidation is made of."""
NOTHING_TO_COMPARE = "No command was given yet: there is nothing to compare."
NOTHING_TO_EXPLAIN = "Nothing is open: there is no figure to explain."


class DeskDialogs(SessionScreen):
    """The dialogs about figures, of the desk and of the replay. Time stands still meanwhile: they lie over it."""

    where_to_begin = "{desk.buy} buys, {desk.sell} sells."
    """Said where nothing is open yet."""

    def on_figure_opened(self, message: FigureOpened) -> None:
        self.explain(Figure(message.pool, message.name, message.position))

    def action_why(self) -> None:
        """Open the figure under the cursor, or the gauge of the pool of the market on the chart; of several pools, or
        where that market has none, of the one that is nearest to its liquidation."""
        panel = self.query_one(PoolsPanel)
        if panel.has_focus and panel.cursor is not None:
            self.explain(panel.cursor)
            return
        pools = [pool for pool in self._view().pools if pool.positions]
        if not pools:
            self.say(spelled(self, f"{NOTHING_TO_EXPLAIN} {self.where_to_begin}".rstrip()))
            return
        here = [pool for pool in pools if any(each.symbol == self.symbol for each in pool.positions)]
        worst = max(here or pools, key=lambda pool: pool.gauge if pool.gauge is not None else 0)
        self.explain(Figure(worst.key, "gauge"))

    def explain(self, figure: Figure) -> None:
        """Open a figure into its terms."""
        from tui.dialogs.explain import ExplainDialog

        play = self.play
        try:
            pools = [pool.key for pool in play.view().pools]
            play.ask(lambda session: session.explain(figure.pool))
        except Fault as fault:
            self.say(str(fault), "danger")
            return
        self.app.push_screen(ExplainDialog(lambda pool: play.ask(lambda session: session.explain(pool)), pools, figure))

    def action_compare(self) -> None:
        """Play the commands so far again under every kind of account."""
        from engine.record import Given
        from tui.screens.compare import CompareScreen

        session = self.play.session
        try:
            commands = [Given(each.step, parse(each.text)) for each in self.play.recorder.commands()]
        except (SaveError, CommandError) as error:
            self.say(spoken(f"the commands so far can’t be read: {error}"), "danger")
            return
        if not commands:
            self.say(spelled(self, f"{NOTHING_TO_COMPARE} {self.where_to_begin}".rstrip()))
            return
        self.play.stop()
        self.app.push_screen(CompareScreen(session.setup, session.tape, commands, session.step))

    def tell_liquidations(self, events: Iterable[Event], at: int | None = None) -> None:
        """Tell the liquidations among events that stopped time, if there are any; of them those under way at vertex
        `at`, where one is given."""
        events = list(events)
        if not any(isinstance(event, LiquidationStarted) for event in events):
            return
        from tui.dialogs.liquidation import LiquidationDialog
        from tui.playing.liquidations import liquidations_in

        stories = [each for each in liquidations_in(events) if at is None or each.covers(at)]
        if stories:
            self.app.push_screen(LiquidationDialog(self.play, stories))

    def on_liquidation_opened(self, message: LiquidationOpened) -> None:
        """Tell one again that happened before."""
        try:
            events = self.play.recorder.events(TOLD_KINDS)
        except SaveError as error:
            self.say(spoken(f"that liquidation can’t be read: {error}"), "danger")
            return
        self.tell_liquidations(events, message.step)
