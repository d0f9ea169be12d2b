"""The end of a session: what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label

from engine.looking.views import View
from tui.keys.texts import key_line
from tui.widgets.figures import money, percent, signed


class ResultDialog(ModalScreen[bool]):
    """Answers True to go home, False to look around.

    Args:
        view: where the session ended.
        report: opens its report over this.
    """

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,q", "answer(True)", "home", id="result.home"),
        Binding("h", "report", "report: what it came to", id="result.report"),
        Binding("escape", "answer(False)", "look around", id="result.look"),
    ]

    def __init__(self, view: View, report: Callable[[], None]) -> None:
        super().__init__()
        self._view, self._report = view, report

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            ended = self._view.state == "ended"
            box.border_title = "The session is over" if ended else "The tape ends here"
            yield Label(_figures(self._view), classes="dialog-text")
            home = "home" if ended else "ends the session"
            keys = f"{{result.home}} {home}   {{result.report}} report   {{result.look}} looks around"
            yield Label(key_line(self, keys), classes="dialog-keys")

    def action_report(self) -> None:
        self._report()

    def action_answer(self, home: bool) -> None:
        self.dismiss(home)


def _figures(view: View) -> Content:
    paid_in = view.deposits - view.withdrawals
    result = view.equity - paid_in
    share = f" ({percent(result / paid_in, sign=True)})" if paid_in > 0 else ""
    rows = [
        ("equity", money(view.equity)),
        ("paid in, less taken out", money(paid_in)),
        ("result", signed(result) + share),
        ("fees", money(view.fees)),
        ("funding", signed(view.funding)),
        ("margin calls", str(view.calls)),
        ("liquidations", str(view.liquidations)),
        ("rescues", str(view.rescues)),
    ]
    return Content("\n").join(Content.assemble((f"{label:<26}", "$iso-dim"), f"{value:>24}") for label, value in rows)
