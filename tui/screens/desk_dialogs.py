"""What the desk opens over itself: the terms of a figure, and a liquidation told as a moment."""

from __future__ import annotations

from collections.abc import Iterable

from engine.events import (
    ClearanceCharged,
    Deleveraged,
    Event,
    Filled,
    LiquidationStarted,
    MarginRestored,
    OrderCancelled,
    ShortfallPaid,
    TakenOver,
)
from saves import SaveError
from tui.dialogs.explain import ExplainDialog
from tui.dialogs.liquidation import LiquidationDialog
from tui.key_texts import spelled
from tui.liquidations import liquidations_in
from tui.messages import CommandWanted, FigureOpened, LiquidationOpened
from tui.notice import spoken
from tui.play import Fault
from tui.screens.desk_acts import DeskActs
from tui.widgets.figure_spots import Figure
from tui.widgets.pools import PoolsPanel

STEPS: tuple[type[Event], ...] = (
    LiquidationStarted,
    Filled,
    ClearanceCharged,
    TakenOver,
    Deleveraged,
    ShortfallPaid,
    OrderCancelled,
    MarginRestored,
)
TOLD_KINDS = frozenset(each.kind for each in STEPS)
"""What a liquidation is made of."""
NOTHING_TO_EXPLAIN = "Nothing is open: there is no figure to explain. {desk.buy} buys, {desk.sell} sells."


class DeskDialogs(DeskActs):
    """The desk's dialogs about figures. Time stands still while one is open: a dialog lies over the desk."""

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
            self.say(spelled(self, NOTHING_TO_EXPLAIN))
            return
        here = [pool for pool in pools if any(each.symbol == self.symbol for each in pool.positions)]
        worst = max(here or pools, key=lambda pool: pool.gauge if pool.gauge is not None else 0)
        self.explain(Figure(worst.key, "gauge"))

    def explain(self, figure: Figure) -> None:
        """Open a figure into its terms."""
        play = self.play
        try:
            pools = [pool.key for pool in play.view().pools]
            play.ask(lambda session: session.explain(figure.pool))
        except Fault as fault:
            self.say(str(fault), "danger")
            return
        self.app.push_screen(ExplainDialog(lambda pool: play.ask(lambda session: session.explain(pool)), pools, figure))

    def on_command_wanted(self, message: CommandWanted) -> None:
        if self.one_key.armed and message.text.startswith("close "):
            self.give(message.text)
        else:
            self.action_command(message.text)

    def tell_liquidations(self, events: Iterable[Event]) -> None:
        """Tell the liquidations among events that stopped time, if there are any."""
        stories = liquidations_in(events)
        if stories:
            self.app.push_screen(LiquidationDialog(self.play, stories))

    def on_liquidation_opened(self, message: LiquidationOpened) -> None:
        """Tell one again that happened before."""
        try:
            events = [event for event in self.play.recorder.events(TOLD_KINDS) if event.step == message.step]
        except SaveError as error:
            self.say(spoken(f"that liquidation can’t be read: {error}"), "danger")
            return
        self.tell_liquidations(events)
