"""A liquidation is a moment: where, why, what was lost, who took it over, and what would have changed it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label

from engine.liquidation.alternatives import alternatives_of
from engine.liquidation.terms import judged_by, liquidation_terms
from tui.dialogs.explain import ExplainDialog
from tui.keys.texts import key_line
from tui.playing.liquidations import Liquidation, chart_lines, chart_marks, headline, lost, taken, why
from tui.playing.play import Play
from tui.playing.session_record import NoRecord, record_of
from tui.widgets.chart import CandleChart
from tui.widgets.figure_spots import Figure
from tui.widgets.figures import clock, date_and_time
from tui.widgets.pool_rows import wrapped
from tui.words.liquidation_alternatives import would_have_changed
from tui.words.notice import spoken
from tui.words.plain import harmless

LABEL_WIDTH, INDENT = 10, 2
CENT = Decimal("0.01")
CHANGED = "what would have changed it"
WIDEST = 120


class LiquidationDialog(ModalScreen[None]):
    """Tells one liquidation after another; Enter goes on. One that left the pool standing has a calmer frame.

    Args:
        play: the session that it happened in; it is only asked.
        stories: what to tell, oldest first.
    """

    CSS_PATH = "liquidation.tcss"
    AUTO_FOCUS = ""
    VERTICAL_BREAKPOINTS = [(0, "-low"), (36, "-tall")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,escape", "go_on", "go on", id="liquidation.go_on"),
        Binding("w,p", "why", "why: the terms of its equity and requirement", id="liquidation.why"),
        Binding(
            "y", "post_mortem", "post-mortem: what took it, and what would have been", id="liquidation.post_mortem"
        ),
        Binding("up", "scroll(-1)", "up", id="liquidation.up"),
        Binding("down", "scroll(1)", "down", id="liquidation.down"),
    ]

    def __init__(self, play: Play, stories: Sequence[Liquidation]) -> None:
        super().__init__()
        self._play, self._stories = play, list(stories)
        self._place = 0

    @property
    def story(self) -> Liquidation:
        """The one that is told now."""
        return self._stories[self._place]

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield CandleChart(id="liquidation-chart")
            with VerticalScroll(id="liquidation-told"):
                yield Label("", id="liquidation-text")
            yield Label("", classes="dialog-keys")

    def on_mount(self) -> None:
        self.query_one(CandleChart).can_focus = False
        self.query_one(VerticalScroll).can_focus = False
        self._tell()

    def action_go_on(self) -> None:
        if self._place + 1 < len(self._stories):
            self._place += 1
            self._tell()
        else:
            self.dismiss()

    def action_scroll(self, rows: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=rows, animate=False)

    def action_why(self) -> None:
        """Open the equity and the requirement of that moment into their terms."""
        story = self.story
        told = self._play.ask(lambda session: liquidation_terms(session, story.start))
        if told:
            pool = story.start.pool
            self.app.push_screen(ExplainDialog(lambda _: told, [pool], Figure(pool, "cushion")))
        else:
            self.notify("An older version kept no terms of it: its events are in the log.")

    def action_post_mortem(self) -> None:
        """All of it in figures, and played again with one thing changed."""
        from tui.screens.post_mortem import PostMortemScreen

        try:
            self.app.push_screen(PostMortemScreen(record_of(self._play), self.story.start))
        except NoRecord as error:
            self.notify(spoken(str(error)))

    def _tell(self) -> None:
        story = self.story
        box = self.query_one(".dialog")
        sign = "⚠" if story.partial else "✗"
        more = f" ({self._place + 1} of {len(self._stories)})" if len(self._stories) > 1 else ""
        box.border_title = f"{sign} {harmless(headline(story), 60)}{more}"
        box.border_subtitle = f"{date_and_time(story.start.time)}:{clock(story.start.time)[-2:]} UTC"
        self.set_class(story.partial, "-partial")
        self._show_chart(story)
        self.query_one("#liquidation-text", Label).update(self._text(story))
        last = self._place + 1 == len(self._stories)
        goes_on = "goes on" if last else "the next one"
        keys = f"{{liquidation.go_on}} {goes_on}   {{liquidation.why}} why, term by term"
        keys += "   {liquidation.post_mortem} what would have been"
        self.query_one(".dialog-keys", Label).update(key_line(self, keys))

    def _show_chart(self, story: Liquidation) -> None:
        chart, symbol = self.query_one(CandleChart), story.symbol
        chart.display = symbol is not None
        if symbol is not None:
            tape = self._play.session.tape
            last = story.steps[-1].step if story.steps else story.start.step
            chart.show(tape, symbol, last, chart_lines(story), chart_marks(story))
            chart.call_after_refresh(chart.redraw)

    def _text(self, story: Liquidation) -> Content:
        alternatives = self._play.ask(lambda session: alternatives_of(session, story.start))
        judged = self._play.ask(lambda session: judged_by(session, story.start))
        before = [each for each in self._stories[: self._place] if each.start.pool == story.start.pool]
        tick = self._tick(story.symbol)
        parts = (
            ("why", why(story, tick, judged)),
            ("lost", lost(story, before)),
            ("taken by", taken(story)),
        )
        room = max(min(self.size.width * 96 // 100, WIDEST) - 6 - LABEL_WIDTH, 20)
        told = [_part(label, lines, room) for label, lines in parts if lines]
        of_it = alternatives.symbol or story.symbol
        lends = of_it is not None and self._play.session.rulebook.lends(of_it)
        if changed := would_have_changed(story, alternatives, self._tick(of_it), lends=lends):
            told += [Content.styled(CHANGED, "bold $iso-dim"), _part("", changed, room + LABEL_WIDTH - INDENT, INDENT)]
        return Content("\n").join(told)

    def _tick(self, symbol: str | None) -> Decimal:
        market = self._play.session.tape.by_symbol.get(symbol or "")
        return market.tick_size if market is not None else CENT

    def on_resize(self) -> None:
        if self.is_mounted:
            self._tell()


def _part(label: str, lines: Sequence[str], room: int, indent: int = LABEL_WIDTH) -> Content:
    """Sentences beside a label, each from a line of its own."""
    rows = [row for line in lines for row in wrapped(harmless(line), room)]
    labels = [label, *([""] * (len(rows) - 1))]
    lines_of = zip(labels, rows, strict=True)
    return Content("\n").join(Content.assemble((f"{said:<{indent}}", "bold $iso-dim"), row) for said, row in lines_of)
