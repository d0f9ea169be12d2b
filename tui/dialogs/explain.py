"""Why: a figure of a pool opened into the terms that it was added up from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.style import Style
from textual.widgets import Label

from engine.looking.views import Explanation
from engine.sentences import pool_name
from tui.keys.texts import key_line
from tui.widgets.explained import ExplainedFigure, shown
from tui.widgets.figure_spots import Figure
from tui.words.plain import harmless

WIDEST = 110
Explains = Callable[[str], Sequence[Explanation]]
"""Answers all figures of a pool, each with its terms. Empty where there is no such pool."""


class ExplainDialog(ModalScreen[None]):
    """Shows one figure at a time; time stands still meanwhile, so that everything on it belongs to one moment.

    Args:
        explains: the figures of a pool.
        pools: keys of the pools that can be looked at.
        figure: the one to begin with; the pool's first where the pool has none of that name.
    """

    CSS_PATH = "explain.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,p,q", "close", "close", id="explain.close"),
        Binding("right,n", "turn(1)", "next figure", id="explain.next"),
        Binding("left", "turn(-1)", "figure before", id="explain.before"),
        Binding("tab", "pool(1)", "next pool", id="explain.pool"),
        Binding("shift+tab", "pool(-1)", "pool before", id="explain.pool_before"),
    ]

    def __init__(self, explains: Explains, pools: Sequence[str], figure: Figure) -> None:
        super().__init__()
        self._explains, self._pools = explains, list(pools) or [figure.pool]
        self._pool = figure.pool
        self._figures = tuple(explains(figure.pool))
        self._place = self._found(figure)

    def _found(self, figure: Figure) -> int:
        """The place of a figure, or of the one of that name for the whole pool."""
        named = [place for place, each in enumerate(self._figures) if each.figure == figure.name]
        exact = [place for place in named if self._figures[place].position == figure.position]
        return (exact or named or [0])[0]

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label("", id="explain-figure")
            yield Label("", id="explain-others")
            yield ExplainedFigure(id="explain-terms")
            keys = "{explain.before} {explain.next} figure   [↑ ↓] scroll   {explain.close} closes"
            more = "   {explain.pool} next pool" if len(self._pools) > 1 else ""
            yield Label(key_line(self, keys + more), classes="dialog-keys")

    def on_mount(self) -> None:
        self._draw()
        self.query_one(ExplainedFigure).focus()

    def action_close(self) -> None:
        self.dismiss()

    def action_turn(self, by: int) -> None:
        if self._figures:
            self._place = (self._place + by) % len(self._figures)
            self._draw()

    def action_pool(self, by: int) -> None:
        """The same figure of another pool."""
        if len(self._pools) < 2:
            return
        before = self._figures[self._place] if self._figures else None
        at = self._pools.index(self._pool) if self._pool in self._pools else 0
        self._pool = self._pools[(at + by) % len(self._pools)]
        self._figures = tuple(self._explains(self._pool))
        self._place = self._found(Figure(self._pool, before.figure)) if before else 0
        self._draw()

    def on_click(self, event: events.Click) -> None:
        place = event.style.meta.get("place")
        if place is not None:
            self._place = place
            self._draw()

    def _draw(self) -> None:
        name = harmless(pool_name(self._pool), 40)
        self.query_one(".dialog").border_title = f"Why: {name}"
        title, others = self.query_one("#explain-figure", Label), self.query_one("#explain-others", Label)
        if not self._figures:
            title.update(Content("There is nothing to explain: the pool is gone."))
            return
        one = self._figures[self._place]
        value = (shown(one.value, one.unit), "bold $iso-key")
        title.update(Content.assemble((harmless(one.title), "bold"), "   ", value))
        others.update(Content("  ").join(self._entry(place) for place in range(len(self._figures))))
        table = self.query_one(ExplainedFigure)
        table.show(one)
        # As tall as it has rows, and no taller than the screen.
        room = max(self.size.height - 8, 4)
        table.styles.height = min(len(table.rows_of(min(self.size.width * 98 // 100, WIDEST) - 4)), room)

    def _entry(self, place: int) -> Content:
        one = self._figures[place]
        # A space inside a name would let a line break there.
        said = Content(harmless(short_title(one)).replace(" ", "\N{NO-BREAK SPACE}"))
        style = "bold $iso-key" if place == self._place else "$iso-dim"
        return said.stylize(style).stylize(Style.from_meta({"place": place}))

    def on_resize(self) -> None:
        if self.is_mounted:
            self._draw()


SHORT = {
    "initial_requirement": "to open",
    "requirement": "maintenance",
    "effective_leverage": "leverage",
    "liquidation_price": "liquidation",
    "bankruptcy_price": "bankruptcy",
    "cushion": "to go",
    "unrealised": "profit",
    "own_gauge": "its own gauge",
}


def short_title(explanation: Explanation) -> str:
    """What a figure is called in the row of all of them."""
    name = SHORT.get(explanation.figure, explanation.figure)
    return f"{name} {explanation.position.replace(':', ' ')}" if explanation.position else name
