"""Help: the keys of every panel, the commands, and the words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label

from engine.commands import EXAMPLES
from engine.script.moves import MOVE_EXAMPLES
from tui.screens.desk_keys import DESK_BINDINGS
from tui.widgets.command_line import CommandInput
from tui.widgets.ticket import Ticket

KEY_NAMES = {
    "full_stop": ".",
    "comma": ",",
    "colon": ":",
    "question_mark": "?",
    "plus": "+",
    "equals_sign": "=",
    "minus": "-",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "enter": "Enter",
    "escape": "Esc",
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
    "space": "Space",
    "delete": "Del",
    "backspace": "Backspace",
    "ctrl+r": "Ctrl+R",
}
WORDS = {
    "isolated": "A position has margin of its own. A loss stops there; the wallet is not touched.",
    "cross": "All positions stand on the wallet. Winners carry losers, and one loser can take everything.",
    "pool": "One set of margin and the positions it backs. It is liquidated when its bar reaches 100 %.",
    "used": "Maintenance requirement ÷ equity of the pool. Calls come at 50, 80 and 95 %; 100 % is liquidation.",
    "initial margin": "What opening takes: notional ÷ leverage.",
    "maintenance": "What staying open takes. Below it the venue closes the position for you.",
    "to liquidation $": "How much the pool can still lose before that.",
    "mark": "The price that margin is judged by; trades happen at the last price.",
    "funding": "What longs pay shorts, or get from them, every hour on this venue.",
    "rescue": "A deposit after a wipe-out. It is counted.",
}
TIME = (
    "Time stands still while the ticket, the command line, a question or this page is open. It pauses by itself on a "
    "margin call and on a liquidation, and says so. Ctrl+Q leaves the program from anywhere; everything is saved."
)


class HelpScreen(ModalScreen[None]):
    """Scrolls; Esc or ? closes."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q", "dismiss", "close", id="help.close"),
    ]

    def __init__(self, topic: str) -> None:
        super().__init__()
        self._topic = topic

    def compose(self) -> ComposeResult:
        # Imported here: Home's own keys are told by Home, which opens this.
        from tui.screens.home import HomeScreen
        from tui.screens.new import NewScreen

        home = [("Home", HomeScreen.BINDINGS), ("New session", NewScreen.BINDINGS)]
        desk = [("Desk", DESK_BINDINGS), ("Ticket", Ticket.BINDINGS), ("Command line", CommandInput.BINDINGS)]
        parts = [_keys(title, bindings) for title, bindings in (home + desk if self._topic == "home" else desk + home)]
        with VerticalScroll(id="help-box") as box:
            box.border_title = "Help"
            box.border_subtitle = "↑ ↓ scroll · Esc closes"
            yield Label("A simulator: no real money, no real orders, and not advice.", id="help-warning")
            yield Label(Content("\n\n").join([*parts, _time(), _commands(), _words()]), id="help-text")

    async def action_dismiss(self, result: None = None) -> None:
        self.dismiss(result)


def _keys(title: str, bindings: Iterable[BindingType]) -> Content:
    rows = [
        _row(" ".join(KEY_NAMES.get(key, key) for key in each.key.split(",")), each.description)
        for each in bindings
        if isinstance(each, Binding) and not (each.id or "").startswith("desk.market_")
    ]
    return Content("\n").join([Content.styled(title, "bold"), *rows])


def _time() -> Content:
    return Content("\n").join([Content.styled("Time", "bold"), Content(TIME), _row("@ …", MOVE_EXAMPLES, 10)])


def _commands() -> Content:
    rows = [_row(verb, example, 10) for verb, example in EXAMPLES.items()]
    return Content("\n").join([Content.styled("Commands, at the : line and in scripts", "bold"), *rows])


def _words() -> Content:
    return Content("\n").join([Content.styled("Words", "bold"), *(_row(*row, 18) for row in WORDS.items())])


def _row(key: str, text: str, width: int = 14) -> Content:
    return Content.assemble((f"  {key:<{width}}", "bold $iso-key"), text)
