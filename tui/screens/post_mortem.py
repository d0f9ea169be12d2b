"""Post-mortem: why a pool was liquidated, or how the nearest one stands, and what would have changed it."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Label, OptionList

from engine.events import LiquidationStarted
from engine.liquidation.terms import liquidation_terms
from engine.post_mortem import PostMortem
from engine.record import Record
from tui.dialogs.explain import ExplainDialog
from tui.dialogs.rerun import RerunDialog
from tui.screens.post_mortem_playing import PostMortemPlaying, Story
from tui.widgets.figure_spots import Figure
from tui.widgets.key_bar import Key, KeyBar, keys_from
from tui.widgets.loss_parts import LossParts
from tui.widgets.price_path_chart import PathLine, PricePathChart
from tui.widgets.run_table import heading, laid
from tui.widgets.terms_change import TermsChange
from tui.words.plain import harmless
from tui.words.post_mortem import (
    RunRow,
    as_it_was,
    beside,
    chosen,
    moments,
    part_rows,
    reasons,
    run_row,
    tick_of,
    title,
)
from tui.words.progress import progress_text

NARROW = 120
PANES = ("terms", "parts", "runs")
PANE_TITLES = {"terms": "term by term", "parts": "where it went", "runs": "what would have been"}
NOTHING = "Nothing was liquidated, and nothing is open: there is nothing to look at."
ALL_PLAYED = "Every change has been played."
READING = "The session is played again …"


class PostMortemScreen(PostMortemPlaying):
    """One liquidation after the other, and at last how it stands now. Everything is played again in a thread.

    Args:
        record: the session up to the moment that is shown.
        at: the liquidation to begin with; without one, the last: where there is none, how it stands.
    """

    CSS_PATH = "post_mortem.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (NARROW, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "what was changed, and what it could not follow", id="post_mortem.open"),
        Binding("w,p", "why", "why: every figure of that moment, term by term", id="post_mortem.why"),
        Binding("left", "other(-1)", "the liquidation before", id="post_mortem.before"),
        Binding("right", "other(1)", "the next liquidation, and how it stands now", id="post_mortem.next"),
        Binding("comma", "market(1)", "the price of the next market", id="post_mortem.market"),
        Binding("v", "venues", "every other venue, or the best and the worst", id="post_mortem.venues"),
        Binding("space", "stop", "stop playing, or go on", id="post_mortem.stop"),
        Binding("tab", "pane(1)", "next panel", id="post_mortem.pane"),
        Binding("shift+tab", "pane(-1)", "panel before", id="post_mortem.pane_back"),
        Binding("question_mark,f1", "app.show_help('post_mortem')", "help", id="post_mortem.help"),
        Binding("escape,q,y", "leave", "back", id="post_mortem.leave"),
    ]

    def __init__(self, record: Record, at: LiquidationStarted | None = None) -> None:
        super().__init__(record, at)
        self.every_venue = False
        self.pane = "runs"
        self._market = 0
        self._rows: list[RunRow] = []

    def compose(self) -> ComposeResult:
        yield Label(READING, id="mortem-title")
        yield Label("", id="mortem-why")
        yield Label("", id="mortem-panes")
        with Horizontal(id="mortem-top"):
            yield TermsChange(id="mortem-terms")
            with Vertical(id="mortem-right"):
                yield PricePathChart(id="mortem-path")
                yield LossParts(id="mortem-parts")
        with Vertical(id="mortem-below"):
            yield Label("", id="mortem-heading")
            yield OptionList(id="mortem-runs", compact=True)
        yield Label("", id="mortem-says")
        yield KeyBar(_keys())

    def on_mount(self) -> None:
        for pane, box in zip(PANES, ("terms", "right", "below"), strict=True):
            self.query_one(f"#mortem-{box}").border_title = PANE_TITLES[pane].capitalize()
        self._choose_pane(self.pane)
        self.go_on()

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self.draw)

    # -- showing

    def draw(self) -> None:
        """Everything of the story that is chosen."""
        story = self.story
        if self.played is None or story is None:
            known = self.place in self.stories
            self._say_title(f"✗ {self.wrong}" if self.wrong else NOTHING if known else READING)
            return
        found, tape = story.found, self.record.tape
        self._say_title(title(self.played, found))
        self.set_class(found.event is None, "-stands")
        self.query_one("#mortem-why", Label).update(Content(harmless(" ".join(reasons(self.played, found)))))
        self.query_one(TermsChange).show(found.terms, *moments(found))
        parts = self.query_one(LossParts)
        parts.show(part_rows(found), beside(found))
        parts.styles.height = parts.wanted
        path = found.paths[self._market % len(found.paths)]
        self.query_one(PricePathChart).show(path, _lines(found, path.position), tick_of(tape, path.symbol))
        self.draw_runs()

    def _say_title(self, text: str) -> None:
        count = len(self.places)
        which = f" ({self.place + 1} of {count})" if count > 1 else ""
        self.query_one("#mortem-title", Label).update(Content(harmless(text) + which))

    def draw_runs(self) -> None:
        """The table, with the cursor on the row that it was on."""
        story, listed = self.story, self.query_one(OptionList)
        width = listed.scrollable_content_region.width
        if story is None or self.played is None or width <= 0:
            return
        before = self.chosen
        self._rows = [as_it_was(self.played, story.found), *map(run_row, chosen(story.done, every=self.every_venue))]
        self.query_one("#mortem-heading", Label).update(Content(heading(self._rows, width)))
        listed.set_options([laid(row, self._rows, width) for row in self._rows])
        same = [place for place, row in enumerate(self._rows) if before and row.cells[0] == before.cells[0]]
        listed.highlighted = same[0] if same else 0
        self._tell(story)

    def _tell(self, story: Story) -> None:
        """What the row under the cursor leaves to say, or how far it is."""
        if not story.complete:
            said = progress_text(
                len(story.done) / max(story.total, 1), f"{len(story.done)} of {story.total} played again"
            )
            said += "" if self.running else ", stopped"
        else:
            hidden = len(story.done) + 1 - len(self._rows)
            said = f"{hidden} more venues" if hidden else ""
        row = self.chosen
        notes = f"{row.cells[0]}: {row.notes}" if row is not None and row.notes else ""
        self.query_one("#mortem-says", Label).update(Content(harmless(" · ".join(filter(None, (notes, said))))))

    @property
    def chosen(self) -> RunRow | None:
        """The row under the cursor."""
        place = self.query_one(OptionList).highlighted
        return None if place is None or place >= len(self._rows) else self._rows[place]

    @on(OptionList.OptionHighlighted)
    def _moved(self) -> None:
        if self.story is not None:
            self._tell(self.story)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_open()

    # -- keys

    def action_open(self) -> None:
        row = self.chosen
        if row is not None and row.rerun is not None and self.played is not None:
            self.app.push_screen(RerunDialog(self.played, row.rerun))

    def action_why(self) -> None:
        """Open the equity and the requirement of that moment into their terms."""
        story, played = self.story, self.played
        if story is None or played is None:
            return
        pool, event = story.found.pool, story.found.event
        told = played.session.explain(pool) if event is None else liquidation_terms(played.session, event)
        self.app.push_screen(ExplainDialog(lambda _: told, [pool], Figure(pool, "cushion")))

    def action_other(self, by: int) -> None:
        count = len(self.places)
        if count < 2:
            return
        self.cancel()
        self.place, self._market, self.wrong = (self.place + by) % count, 0, ""
        self.draw()
        self.go_on()

    def action_market(self, by: int) -> None:
        self._market += by
        self.draw()

    def action_venues(self) -> None:
        self.every_venue = not self.every_venue
        self.draw_runs()

    def action_stop(self) -> None:
        story = self.story
        if self.running:
            self.cancel()
        elif story is not None and story.complete:
            self.query_one("#mortem-says", Label).update(ALL_PLAYED)
            return
        else:
            self.go_on()
        self.draw_runs()

    def action_pane(self, by: int) -> None:
        self._choose_pane(PANES[(PANES.index(self.pane) + by) % len(PANES)])

    def _choose_pane(self, pane: str) -> None:
        self.pane = pane
        for each in PANES:
            self.set_class(each == pane, f"-{each}")
        names = [(f" {PANE_TITLES[each]} ", "reverse" if each == pane else "$iso-dim") for each in PANES]
        self.query_one("#mortem-panes", Label).update(Content.assemble(*names))
        self.query_one(f"#mortem-{pane}").focus()
        self.call_after_refresh(self.draw)

    def action_leave(self) -> None:
        self.cancel()
        self.dismiss()


def _lines(found: PostMortem, name: str) -> list[PathLine]:
    """The prices that mattered to a position: entry, liquidation, its stop, or one halfway."""
    key = next(key for key, position in found.positions.items() if position.name == name)
    lines = [PathLine("ENTRY", found.positions[key].entry_price, "entry")]
    at = found.liquidation_prices[key]
    if at is not None:
        lines.append(PathLine("LIQUIDATED" if found.event else "LIQUIDATION", at, "danger"))
    if key in found.stops:
        lines.append(PathLine("STOP", found.stops[key], "warning"))
    elif found.alternatives.stop is not None:
        lines.append(PathLine("A STOP", found.alternatives.stop.price, "dim"))
    return lines


def _keys() -> tuple[Key, ...]:
    """The key bar's entries."""
    key = keys_from(PostMortemScreen.BINDINGS)
    return (
        key("what was changed", "post_mortem.open"),
        key("term by term", "post_mortem.why"),
        key("liquidation", "post_mortem.before", "post_mortem.next"),
        key("panel", "post_mortem.pane"),
        key("venues", "post_mortem.venues"),
        key("market", "post_mortem.market"),
        key("stop, go on", "post_mortem.stop"),
        key("back", "post_mortem.leave"),
        key("help", "post_mortem.help"),
    )
