"""A large session is written or read: done in a thread of its own, with how far it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Label

from tui.words.progress import progress_text

if TYPE_CHECKING:
    from saves import Recorder

Opens = Callable[[Callable[[float], None] | None], "Recorder"]
"""Opens a session, and tells how much is done, 0 to 1. Raises ValueError with plain words."""


def opened(opens: Opens, progress: Callable[[float], None] | None = None) -> Recorder | str:
    """The session, or why it can't be opened."""
    try:
        return opens(progress)
    except ValueError as error:
        return str(error)


class OpeningDialog(ModalScreen["Recorder | str"]):
    """Answers the recorder, or why there is none."""

    CSS_PATH = "dialog.tcss"

    @dataclass
    class Progress(Message):
        """So much is done, 0 to 1."""

        done: float

    def __init__(self, title: str, opens: Opens) -> None:
        super().__init__()
        self._title, self._opens = title, opens

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = self._title
            yield Label(Content(progress_text(0)), classes="dialog-text")

    def on_mount(self) -> None:
        # Once it is painted. The app's worker: this screen goes before its thread has quite ended.
        self.call_after_refresh(self.app.run_worker, self._work, thread=True)

    def _work(self) -> None:
        result = opened(self._opens, self._tell)
        self.app.call_from_thread(self.dismiss, result)

    def _tell(self, done: float) -> None:
        self.post_message(self.Progress(done))

    def on_opening_dialog_progress(self, message: Progress) -> None:
        self.query_one(".dialog-text", Label).update(Content(progress_text(message.done)))
