"""The ladder: every lesson with its stars, what it teaches, and what comes first. Nothing is locked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from saves import Library, SaveError
from saves.attempts import MOST_STARS, Best
from tui.widgets.key_bar import KeyBar, keys_from
from tui.words.plain import harmless

if TYPE_CHECKING:
    from tui.scenarios.found import Found, Wrong


class ScenariosScreen(Screen[None]):
    """Every lesson, and the player's own scenarios; damaged files with what is wrong with them."""

    CSS_PATH = "scenarios.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "begin", "begin the chosen lesson", id="scenarios.begin"),
        Binding("question_mark", "help", "help", id="scenarios.help"),
        Binding("escape,q", "leave", "home", id="scenarios.leave"),
    ]

    @dataclass
    class Chosen(Message):
        """A lesson is to begin."""

        found: Found

    def __init__(self, library: Library) -> None:
        super().__init__()
        self._library = library
        self._rows: list[Found | Wrong] = []
        self._best: dict[str, Best] = {}

    def compose(self) -> ComposeResult:
        yield Label("Lessons", id="scenarios-title")
        yield OptionList(id="scenarios-list")
        with VerticalScroll(id="scenarios-box", can_focus=False):
            yield Label("", id="scenarios-about")
        key = keys_from(self.BINDINGS)
        bar = (key("begin", "scenarios.begin"), key("home", "scenarios.leave"), key("help", "scenarios.help"))
        yield KeyBar(bar)

    def on_mount(self) -> None:
        from tui.scenarios.found import own_scenarios, shipped

        own, wrong = own_scenarios()
        self._rows = [*shipped(), *own, *wrong]
        try:
            self._best = self._library.attempts.best()
        except SaveError as error:
            self.query_one("#scenarios-title", Label).update(Content(harmless(f"Lessons   ✗ {error}")))
        listed = self.query_one(OptionList)
        listed.add_options([Option(self._row(each)) for each in self._rows])
        listed.highlighted = self._first_open()
        listed.focus()

    def _first_open(self) -> int:
        """The first lesson that is not done."""
        open_ones = (place for place, each in enumerate(self._rows) if not self._is_done(each))
        return next(open_ones, 0)

    def _is_done(self, row: Found | Wrong) -> bool:
        return not isinstance(row, Exception) and row.scenario.id in self._best

    def _row(self, row: Found | Wrong) -> Content:
        if isinstance(row, Exception):
            return Content.assemble(("  ✗       ", "$iso-danger"), harmless(str(row)))
        best = self._best.get(row.scenario.id)
        stars = "–––" if best is None else "★" * best.stars + "☆" * (MOST_STARS - best.stars)
        return Content.assemble(f"{row.name:>3}  ", (stars, "$iso-key"), f"  {harmless(row.scenario.title)}")

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        about = Content("\n").join(self._about(self._rows[event.option_index]))
        self.query_one("#scenarios-about", Label).update(about)

    def _about(self, row: Found | Wrong) -> Iterator[Content]:
        if isinstance(row, Exception):
            yield Content(harmless(str(row)))
            return
        yield Content(harmless(" ".join(row.scenario.teaches.split())))
        titles = {each.scenario.id: each for each in self._rows if not isinstance(each, Exception)}
        for need in row.scenario.needs:
            done, first = need in self._best, titles.get(need)
            name = need if first is None else f"{first.name} {first.scenario.title}"
            said = "done" if done else "not done yet: better first"
            yield Content.assemble(("✓ " if done else "○ ", "$iso-good" if done else "$iso-warning"), f"{name}: {said}")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_begin()

    def action_begin(self) -> None:
        place = self.query_one(OptionList).highlighted
        row = None if place is None else self._rows[place]
        if row is not None and not isinstance(row, Exception):
            self.post_message(self.Chosen(row))

    def action_help(self) -> None:
        self.app.action_show_help("lessons")  # type: ignore[attr-defined]

    def action_leave(self) -> None:
        self.dismiss(None)
