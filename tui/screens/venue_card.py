"""A venue's card: its modes, who liquidates and how, who pays below zero, its own gauge, and what is unsure."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Label

from engine.rulebooks import VENUES, rulebook_of
from engine.rulebooks.base import Overrides, Rulebook, SetupError
from tui.widgets.key_bar import Key, KeyBar, keys_from
from tui.words.card import lines_of, parts_of
from tui.words.plain import harmless

TWO_COLUMNS = 110
"""Columns of the terminal from which the card stands in two: longer lines are hard to read."""

GAP = 3


class VenueCardScreen(Screen[None]):
    """One venue; ← and → go to the others.

    Args:
        venue: whose card is first.
        modified: what a session has `set`, by venue.
    """

    CSS_PATH = "venue_card.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "other(-1)", "the card of the venue before", id="card.before"),
        Binding("right", "other(1)", "the card of the next venue", id="card.next"),
        Binding("down", "move('down')", "down", id="card.down"),
        Binding("up", "move('up')", "up", id="card.up"),
        Binding("pagedown,space", "move('page_down')", "a screen down", id="card.page_down"),
        Binding("pageup", "move('page_up')", "a screen up", id="card.page_up"),
        Binding("home", "move('home')", "the top", id="card.top"),
        Binding("end", "move('end')", "the end", id="card.bottom"),
        Binding("question_mark,f1", "app.show_help('card')", "help", id="card.help"),
        Binding("escape,q,enter", "leave", "back", id="card.leave"),
    ]

    def __init__(self, venue: str, modified: dict[str, Overrides] | None = None) -> None:
        super().__init__()
        self.venue, self._modified = venue, modified or {}

    def compose(self) -> ComposeResult:
        yield Label("", id="card-title")
        with VerticalScroll(id="card-scroll", can_focus=False):
            yield Label("", id="card-text")
        yield KeyBar(_keys())

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self._show)

    def action_other(self, by: int) -> None:
        venues = list(VENUES)
        self.venue = venues[(venues.index(self.venue) + by) % len(venues)]
        self.query_one(VerticalScroll).scroll_home(animate=False)
        self._show()

    def action_move(self, way: str) -> None:
        getattr(self.query_one(VerticalScroll), f"scroll_{way}")(animate=False)

    def action_leave(self) -> None:
        self.dismiss()

    def _show(self) -> None:
        rulebook, modified = self._rulebook()
        card = rulebook.card
        self.query_one("#card-title", Label).update(Content(f"{card.name} · {card.title}"))
        text = self.query_one("#card-text", Label)
        text.update(card_content(rulebook, modified, text.size.width))

    def _rulebook(self) -> tuple[Rulebook, list[str]]:
        """The venue as the session has changed it."""
        overrides = self._modified.get(self.venue, ())
        try:
            return rulebook_of(self.venue, overrides), [harmless(" ".join(words)) for words in overrides]
        except SetupError:  # a form that isn't finished
            return rulebook_of(self.venue), []


def card_content(rulebook: Rulebook, modified: list[str], width: int) -> Content:
    """A card in `width` columns of the terminal: in one column, or two of about the same height."""
    parts = list(parts_of(rulebook, modified))
    if width < TWO_COLUMNS:
        return Content("\n").join(_column(parts, width))
    half = (width - GAP) // 2
    columns = [(_column(parts[:cut], half), _column(parts[cut:], half)) for cut in range(1, len(parts))]
    left, right = min(columns, key=lambda pair: max(map(len, pair)))
    rows = max(len(left), len(right))
    empty = Content("")
    return Content("\n").join(
        one.pad_right(half + GAP - one.cell_length) + other
        for one, other in zip(left + [empty] * (rows - len(left)), right + [empty] * (rows - len(right)), strict=True)
    )


def _column(parts: list[tuple[str, tuple[str, ...]]], width: int) -> list[Content]:
    lines: list[Content] = []
    for title, sentences in parts:
        head, *rest = lines_of(title, sentences, max(width, 20))
        lines += [Content("")] if lines else []
        lines += [Content.styled(head, "bold $iso-key"), *map(Content, rest)]
    return lines


def _keys() -> tuple[Key, ...]:
    """The key bar's entries."""
    key = keys_from(VenueCardScreen.BINDINGS)
    return (
        key("scroll", "card.up", "card.down"),
        key("other venues", "card.before", "card.next"),
        key("back", "card.leave"),
        key("help", "card.help"),
    )
