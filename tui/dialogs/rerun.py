"""One thing done otherwise: which commands were changed, how it fared, and what it could not follow."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label

from engine.post_mortem import Played
from engine.post_mortem.reruns import Rerun
from tui.keys.texts import key_line
from tui.words.plain import harmless
from tui.words.post_mortem import rerun_lines


class RerunDialog(ModalScreen[None]):
    """All there is to say of one rerun.

    Args:
        played: the session as it was.
        rerun: what is told.
    """

    CSS_PATH = "rerun.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "close", "close", id="rerun.close"),
        Binding("up", "scroll(-1)", "up", id="rerun.up"),
        Binding("down", "scroll(1)", "down", id="rerun.down"),
    ]

    def __init__(self, played: Played, rerun: Rerun) -> None:
        super().__init__()
        self._played, self._rerun = played, rerun

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            with VerticalScroll(id="rerun-told", can_focus=False):
                lines = [
                    Content.styled(harmless(text), "bold $iso-dim") if head else Content(harmless(text))
                    for head, text in rerun_lines(self._played, self._rerun)
                ]
                yield Label(Content("\n").join(lines), id="rerun-text")
            yield Label(key_line(self, "{rerun.close} closes"), classes="dialog-keys")

    def on_mount(self) -> None:
        self.query_one(".dialog").border_title = harmless(f"What would have been: {self._rerun.change.words}", 100)

    def action_close(self) -> None:
        self.dismiss()

    def action_scroll(self, rows: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=rows, animate=False)
