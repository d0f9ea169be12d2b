"""One rival: what they do, how they stand, and their trades so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label

from engine.rivals import Rival, described
from engine.sentences import sentence
from tui.keys.texts import key_line
from tui.widgets.figures import date_and_time
from tui.words.plain import harmless

LONGEST_NAME = 60
NOTHING = "Nothing yet: no trade, no call, no liquidation."
BLIND = (
    "Rivals decide at the first price of every hour (UTC). They see their own account and the prices of that moment."
)


class RivalDialog(ModalScreen[None]):
    """Tells one rival after the other; time stands still meanwhile.

    Args:
        rivals: all of them.
        name: of the one to begin with.
    """

    CSS_PATH = "rival.tcss"
    AUTO_FOCUS = ""
    VERTICAL_BREAKPOINTS = [(0, "-low"), (36, "-tall")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,j,q", "close", "close", id="rival.close"),
        Binding("right,tab", "turn(1)", "next rival", id="rival.next"),
        Binding("left,shift+tab", "turn(-1)", "rival before", id="rival.before"),
        Binding("up", "scroll(-1)", "up", id="rival.up"),
        Binding("down", "scroll(1)", "down", id="rival.down"),
        Binding("pageup", "scroll(-10)", "a page up", id="rival.page_up"),
        Binding("pagedown", "scroll(10)", "a page down", id="rival.page_down"),
    ]

    def __init__(self, rivals: Sequence[Rival], name: str) -> None:
        super().__init__()
        self._rivals = list(rivals)
        self._place = next((place for place, each in enumerate(rivals) if each.name == name), 0)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label("", id="rival-does")
            with VerticalScroll(id="rival-trades"):
                yield Label("", id="rival-told")
            keys = "{rival.before} {rival.next} another   {rival.up} {rival.down} scroll   {rival.close} closes"
            yield Label(key_line(self, keys), classes="dialog-keys")

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).can_focus = False
        self._tell()

    def action_close(self) -> None:
        self.dismiss()

    def action_turn(self, by: int) -> None:
        self._place = (self._place + by) % len(self._rivals)
        self._tell()

    def action_scroll(self, rows: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=rows, animate=False)

    def _tell(self) -> None:
        rival, box = self._rivals[self._place], self.query_one(".dialog")
        box.border_title = Content(f"{harmless(rival.name, LONGEST_NAME)}: {rival.strategy}")
        box.border_subtitle = Content(f"{self._place + 1} of {len(self._rivals)}")
        self.query_one("#rival-does", Label).update(Content(f"{described(rival.strategy)} {BLIND}"))
        told = [f"{date_and_time(each.time)}  {harmless(sentence(each), 400)}" for each in reversed(rival.happened)]
        self.query_one("#rival-told", Label).update(Content("\n".join(told) or NOTHING))
        self.query_one(VerticalScroll).scroll_home(animate=False)
