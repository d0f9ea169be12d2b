"""The desk's keys, and which of them the key bar shows when. The bar names bindings by id, so that it shows the
player's own keys.
"""

from __future__ import annotations

from dataclasses import replace

from textual.binding import Binding, BindingType

from tui.widgets.command_line import CommandInput
from tui.widgets.key_bar import keys_from
from tui.widgets.ticket import Ticket

DESK_BINDINGS: list[BindingType] = [
    Binding("b", "ticket('buy')", "buy: opens the ticket", id="desk.buy"),
    Binding("s", "ticket('sell')", "sell: opens the ticket", id="desk.sell"),
    Binding("c", "type_for('close')", "close the position (types it for you)", id="desk.close"),
    Binding("v", "type_for('reverse')", "reverse the position (types it for you)", id="desk.reverse"),
    Binding("p", "why", "why: a figure of a pool, opened into its terms", id="desk.why"),
    Binding("r", "compare", "compare: the same commands under every venue’s rules", id="desk.compare"),
    Binding("g", "ghosts", "ghosts: your commands in another mode, venue or leverage", id="desk.ghosts"),
    Binding("j", "rivals", "rivals: others on the same tape, on a board beside you", id="desk.rivals"),
    Binding("h", "report", "report: what the session came to, in figures, curves and trades", id="desk.report"),
    Binding("y", "post_mortem", "post-mortem: why it was liquidated, or how it stands", id="desk.post_mortem"),
    Binding("z", "replay", "replay: see this session again, from any moment", id="desk.replay"),
    Binding("plus,equals_sign", "type_for('margin +')", "add margin to an isolated position", id="desk.margin_add"),
    Binding("minus", "type_for('margin -')", "take margin out", id="desk.margin_take"),
    Binding("m", "mode", "margin mode of the next orders: isolated, cross", id="desk.mode"),
    Binding("left_square_bracket", "leverage(-1)", "lower leverage", id="desk.leverage_down"),
    Binding("right_square_bracket", "leverage(1)", "higher leverage", id="desk.leverage_up"),
    Binding("x", "type_for('cancel')", "cancel the market’s orders (types it for you)", id="desk.cancel"),
    Binding("X", "all('cancel all')", "cancel every order", id="desk.cancel_all"),
    Binding("F", "all('flatten')", "flatten: close everything, cancel every order", id="desk.flatten"),
    Binding("A", "arm", "one-key mode: buy, sell, close at once (settings allow it)", id="desk.arm"),
    Binding("space", "run", "let time run, or pause", id="desk.run"),
    Binding("less_than_sign", "speed(-1)", "slower", id="desk.slower"),
    Binding("greater_than_sign", "speed(1)", "faster", id="desk.faster"),
    Binding("full_stop", "step", "one step of the tape", id="desk.step"),
    Binding("n", "next_event", "run to the next event", id="desk.next"),
    Binding("at", "run_to_time", "run to a time or an event (types @ for you)", id="desk.run_to"),
    Binding("a", "auto_pause", "what pauses the tape: calls, fills, liquidations", id="desk.auto_pause"),
    Binding("comma", "market(1)", "next market", id="desk.market"),
    *(
        Binding(str(place), f"market_at({place})", f"market {place}", id=f"desk.market_{place}")
        for place in range(1, 10)
    ),
    Binding("i", "zoom(-1)", "zoom the chart in: shorter candles (also the wheel)", id="desk.zoom_in"),
    Binding("o", "zoom(1)", "zoom the chart out: longer candles", id="desk.zoom_out"),
    Binding("shift+left", "scroll_chart(1)", "scroll the chart back (also by dragging)", id="desk.chart_back"),
    Binding("shift+right", "scroll_chart(-1)", "scroll the chart forth", id="desk.chart_forth"),
    Binding("pageup", "scroll_chart_screens(1)", "a screen of candles back", id="desk.chart_page_back"),
    Binding("pagedown", "scroll_chart_screens(-1)", "a screen of candles forth", id="desk.chart_page_forth"),
    Binding("home", "chart_start", "the first candle", id="desk.chart_start"),
    Binding("end", "chart_now", "the chart back to now", id="desk.chart_now"),
    Binding("k", "crosshair", "crosshair: what one candle is (also a click)", id="desk.crosshair"),
    Binding("w", "two_charts", "one chart or two, from 150 columns", id="desk.two_charts"),
    Binding("l", "watch", "the watch list", id="desk.watch"),
    Binding("d", "depth", "the depth ladder", id="desk.depth"),
    Binding("tab", "pane(1)", "next panel (80 columns: the one that is shown)", id="desk.pane"),
    Binding("shift+tab", "pane(-1)", "panel before", id="desk.pane_back"),
    Binding("colon", "command", "the command line", id="desk.command"),
    Binding("t", "app.other_theme", "light or dark colours", id="desk.theme"),
    Binding("question_mark", "help", "help", id="desk.help"),
    Binding("q", "leave", "quit to Home; everything is saved", id="desk.leave"),
    Binding("escape", "quiet", "put away what was said", id="desk.quiet"),
]

_desk = keys_from(DESK_BINDINGS)
_ticket = keys_from(Ticket.BINDINGS, "focused")
_command = keys_from(CommandInput.BINDINGS, "focused")

QUIT = replace(_desk("quit", "desk.leave"), stays=True)
HELP = _desk("help", "desk.help")
DESK_KEYS = (
    _desk("buy", "desk.buy"),
    _desk("sell", "desk.sell"),
    _desk("close", "desk.close"),
    _desk("run", "desk.run"),
    _desk("speed", "desk.slower", "desk.faster"),
    _desk("next event", "desk.next"),
    QUIT,
    _desk("reverse", "desk.reverse"),
    _desk("why", "desk.why"),
    _desk("compare", "desk.compare"),
    _desk("ghosts", "desk.ghosts"),
    _desk("rivals", "desk.rivals"),
    _desk("post-mortem", "desk.post_mortem"),
    _desk("report", "desk.report"),
    _desk("replay", "desk.replay"),
    _desk("margin", "desk.margin_add", "desk.margin_take"),
    _desk("mode", "desk.mode"),
    _desk("leverage", "desk.leverage_down", "desk.leverage_up"),
    _desk("step", "desk.step"),
    _desk("market", "desk.market"),
    _desk("zoom", "desk.zoom_in", "desk.zoom_out"),
    _desk("crosshair", "desk.crosshair"),
    _desk("depth", "desk.depth"),
    _desk("cancel", "desk.cancel"),
    _desk("flatten", "desk.flatten"),
    _desk("panel", "desk.pane"),
    _desk("command", "desk.command"),
    HELP,
)
NARROW_KEYS = (
    _desk("buy", "desk.buy"),
    _desk("sell", "desk.sell"),
    _desk("run", "desk.run"),
    _desk("speed", "desk.slower", "desk.faster"),
    _desk("next", "desk.next"),
    _desk("panel", "desk.pane"),
    _desk("type", "desk.command"),
    QUIT,
    HELP,
)
TICKET_KEYS = (
    _ticket("check, then send", "ticket.confirm"),
    _ticket("field", "ticket.up", "ticket.down"),
    _ticket("change", "ticket.less", "ticket.more"),
    _ticket("drop", "ticket.drop"),
    _ticket("5 10 25 50 100 %", *(f"ticket.size_{each}" for each in (5, 10, 25, 50, 100))),
    _ticket("help", "ticket.help"),
)
COMMAND_KEYS = (
    _command("send", "command.send"),
    _command("complete", "command.complete"),
    _command("earlier commands", "command.earlier", "command.later"),
    _command("leave", "command.leave"),
)
