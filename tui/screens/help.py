"""Help: the page of the panel that has the focus first, then all others, the commands, and the words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label

from engine.commands.grammar import EXAMPLES
from engine.script.moves import MOVE_EXAMPLES
from tui.keys.map import Place, places
from tui.keys.names import shown_keys
from tui.keys.texts import spelled
from tui.settings import settings_of
from tui.words.help_pages import PAGES, WORDS, Page

KEYS_WIDTH, VERB_WIDTH, WORD_WIDTH = 16, 10, 18
NUMBERED = "desk.market_"
TIME = (
    "Time stands still while the ticket, the command line, a question or this page is open. It pauses by itself where "
    "the settings say so, and tells why. {app.quit} leaves the program from anywhere; everything is saved."
)


class HelpScreen(ModalScreen[None]):
    """Scrolls; Esc or ? closes."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q", "dismiss", "close", id="help.close"),
    ]

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help-box") as box:
            box.border_title = f"Help: {self._page.title}"
            box.border_subtitle = spelled(self, "↑ ↓ scroll · {help.close} closes")
            yield Label("A simulator: no real money, no real orders, and not advice.", id="help-warning")
            yield Label(Content("\n\n").join(self._parts()), id="help-text")

    def _parts(self) -> Iterator[Content]:
        keymap = settings_of(self.app).keys
        yield _page(self._page, keymap, own_words=True)
        yield _time(spelled(self, TIME))
        for each in PAGES:
            if each is not self._page:
                yield _page(each, keymap, own_words=False)
        shown = {name for each in PAGES for name in each.places}
        for place in places():
            if place.name not in shown and place.name != "help":
                yield Content("\n").join([_title(place.title), *_keys(place, keymap)])
        yield _commands()
        yield _words(WORDS)

    async def action_dismiss(self, result: None = None) -> None:
        self.dismiss(result)


def _page(page: Page, keymap: Mapping[str, str], *, own_words: bool) -> Content:
    """A page: what it is, its keys, and, where it stands first, its words."""
    rows = [_title(page.title), Content(page.text)]
    for place in places():
        if place.name in page.places:
            rows += _keys(place, keymap)
    if own_words and page.words:
        rows += [Content(""), *(_row(word, WORDS[word], WORD_WIDTH) for word in page.words)]
    return Content("\n").join(rows)


def _keys(place: Place, keymap: Mapping[str, str]) -> list[Content]:
    rows = [each for each in place.bindings if not (each.id or "").startswith(NUMBERED)]
    numbered = [each for each in place.bindings if each not in rows]
    told = [_row(shown_keys(each, keymap), each.description, KEYS_WIDTH) for each in rows]
    if numbered:
        ends = [shown_keys(each, keymap) for each in (numbered[0], numbered[-1])]
        told.append(_row(" – ".join(ends), "market by its number", KEYS_WIDTH))
    return told


def _title(text: str) -> Content:
    return Content.styled(text, "bold")


def _time(text: str) -> Content:
    return Content("\n").join([_title("Time"), Content(text), _row("@ …", MOVE_EXAMPLES, VERB_WIDTH)])


def _commands() -> Content:
    rows = [_row(verb, example, VERB_WIDTH) for verb, example in EXAMPLES.items()]
    return Content("\n").join([_title("Commands, at the : line and in scripts"), *rows])


def _words(words: Mapping[str, str]) -> Content:
    return Content("\n").join([_title("Words"), *(_row(*row, WORD_WIDTH) for row in words.items())])


def _row(key: str, text: str, width: int) -> Content:
    return Content.assemble((f"  {key:<{width}}", "bold $iso-key"), text)
