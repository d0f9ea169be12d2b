"""The desk's keys, and which of them the key bar shows when."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from tui.widgets.key_bar import Key

DESK_BINDINGS: list[BindingType] = [
    Binding("b", "ticket('buy')", "buy: opens the ticket", id="desk.buy"),
    Binding("s", "ticket('sell')", "sell: opens the ticket", id="desk.sell"),
    Binding("c", "type_for('close')", "close the position (types it for you)", id="desk.close"),
    Binding("plus,equals_sign", "type_for('margin +')", "add margin to an isolated position", id="desk.margin_add"),
    Binding("minus", "type_for('margin -')", "take margin out", id="desk.margin_take"),
    Binding("m", "mode", "margin mode of the next orders: isolated, cross", id="desk.mode"),
    Binding("left_square_bracket", "leverage(-1)", "lower leverage", id="desk.leverage_down"),
    Binding("right_square_bracket", "leverage(1)", "higher leverage", id="desk.leverage_up"),
    Binding("x", "type_for('cancel')", "cancel orders", id="desk.cancel"),
    Binding("F", "type_for('flatten')", "flatten: close everything, cancel every order", id="desk.flatten"),
    Binding("space", "run", "let time run, or pause", id="desk.run"),
    Binding("less_than_sign", "speed(-1)", "slower", id="desk.slower"),
    Binding("greater_than_sign", "speed(1)", "faster", id="desk.faster"),
    Binding("full_stop", "step", "one step of the tape", id="desk.step"),
    Binding("n", "next_event", "run to the next event", id="desk.next"),
    Binding("a", "auto_pause", "pause on margin calls and liquidations, or not", id="desk.auto_pause"),
    Binding("comma", "market(1)", "next market", id="desk.market"),
    *(
        Binding(str(place), f"market_at({place})", f"market {place}", id=f"desk.market_{place}")
        for place in range(1, 10)
    ),
    Binding("i", "zoom(-1)", "zoom the chart in", id="desk.zoom_in"),
    Binding("o", "zoom(1)", "zoom the chart out", id="desk.zoom_out"),
    Binding("tab", "pane(1)", "next panel (80 columns: the one that is shown)", id="desk.pane"),
    Binding("shift+tab", "pane(-1)", "panel before", id="desk.pane_back"),
    Binding("colon", "command", "the command line", id="desk.command"),
    Binding("t", "app.other_theme", "light or dark colours", id="desk.theme"),
    Binding("question_mark", "help", "help", id="desk.help"),
    Binding("q", "leave", "quit to Home; everything is saved", id="desk.leave"),
    Binding("escape", "quiet", "put away what was said", id="desk.quiet"),
]

HELP = Key("?", "help", "screen.help")
DESK_KEYS = (
    Key("b", "buy", "screen.ticket('buy')"),
    Key("s", "sell", "screen.ticket('sell')"),
    Key("c", "close", "screen.type_for('close')"),
    Key("space", "run", "screen.run"),
    Key("< >", "speed", "screen.speed(1)"),
    Key("n", "next event", "screen.next_event"),
    Key("q", "quit", "screen.leave"),
    Key("+ -", "margin", "screen.type_for('margin +')"),
    Key("m", "mode", "screen.mode"),
    Key("[ ]", "leverage", "screen.leverage(1)"),
    Key(".", "step", "screen.step"),
    Key(",", "market", "screen.market(1)"),
    Key("i o", "zoom", "screen.zoom(-1)"),
    Key("x", "cancel", "screen.type_for('cancel')"),
    Key("F", "flatten", "screen.type_for('flatten')"),
    Key("tab", "panel", "screen.pane(1)"),
    Key(":", "command", "screen.command"),
    HELP,
)
NARROW_KEYS = (
    Key("b", "buy", "screen.ticket('buy')"),
    Key("s", "sell", "screen.ticket('sell')"),
    Key("space", "run", "screen.run"),
    Key("<>", "speed", "screen.speed(1)"),
    Key("n", "next", "screen.next_event"),
    Key("tab", "panel", "screen.pane(1)"),
    Key(":", "type", "screen.command"),
    Key("q", "quit", "screen.leave"),
    HELP,
)
TICKET_KEYS = (
    Key("Enter", "check, then send", ""),
    Key("↑ ↓", "field", ""),
    Key("← →", "change", ""),
    Key("Esc", "drop", ""),
    Key("q w e r", "size 10–100 %", ""),
    HELP,
)
COMMAND_KEYS = (
    Key("Enter", "send", ""),
    Key("↑ ↓", "earlier commands", ""),
    Key("Esc", "leave", ""),
)
