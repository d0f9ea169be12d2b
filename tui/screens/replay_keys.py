"""The replay's keys, and which of them the key bar shows when. The keys of charts and panels are those of the desk, but
for those that go through time here.
"""

from __future__ import annotations

from dataclasses import replace

from textual.binding import Binding, BindingType

from tui.screens.desk_keys import COMMAND_KEYS
from tui.widgets.key_bar import keys_from


def _jump(keys: tuple[str, str], kind: str, word: str, name: str) -> list[Binding]:
    """To the next landmark of a kind, and to the one before."""
    return [
        Binding(keys[0], f"jump('{kind}', 1)", f"the next {word}", id=f"replay.next_{name}"),
        Binding(keys[1], f"jump('{kind}', -1)", f"the {word} before", id=f"replay.last_{name}"),
    ]


REPLAY_BINDINGS: list[BindingType] = [
    Binding("space", "run", "play, or pause", id="replay.run"),
    Binding("less_than_sign", "speed(-1)", "slower", id="replay.slower"),
    Binding("greater_than_sign", "speed(1)", "faster", id="replay.faster"),
    Binding("full_stop", "step(1)", "one step of the tape on", id="replay.step"),
    Binding("comma", "step(-1)", "one step of the tape back", id="replay.step_back"),
    Binding("right", "seek_shares(1)", "a hundredth of the session on (also the wheel)", id="replay.on"),
    Binding("left", "seek_shares(-1)", "a hundredth of the session back", id="replay.back"),
    Binding("home", "seek_start", "the start of the session", id="replay.start"),
    Binding("end", "seek_end", "the end of the session", id="replay.end"),
    *_jump(("n", "N"), "any", "landmark: a command, fill, call or liquidation", "landmark"),
    *_jump(("c", "C"), "command", "command", "command"),
    *_jump(("f", "F"), "fill", "fill", "fill"),
    *_jump(("m", "M"), "call", "margin call", "call"),
    *_jump(("l", "L"), "liquidation", "liquidation", "liquidation"),
    Binding("at,colon", "seek_time", "to a time, a share or a landmark (types @ for you)", id="replay.seek"),
    Binding("K,enter", "fork", "fork here: play on, or change one command", id="replay.fork"),
    Binding("p", "why", "why: a figure of a pool, opened into its terms", id="replay.why"),
    Binding("r", "compare", "compare: the commands so far under every venue’s rules", id="replay.compare"),
    Binding("y", "post_mortem", "post-mortem: why, up to this moment", id="replay.post_mortem"),
    Binding("h", "report", "report: figures up to this moment", id="replay.report"),
    Binding("a", "auto_pause", "what pauses the tape: calls, fills, liquidations", id="replay.auto_pause"),
    *(
        Binding(str(place), f"market_at({place})", f"market {place}", id=f"replay.market_{place}")
        for place in range(1, 10)
    ),
    Binding("e", "market(1)", "next market", id="replay.market"),
    Binding("i", "zoom(-1)", "zoom the chart in: shorter candles (also the wheel)", id="replay.zoom_in"),
    Binding("o", "zoom(1)", "zoom the chart out: longer candles", id="replay.zoom_out"),
    Binding("shift+left", "scroll_chart(1)", "scroll the chart back (also by dragging)", id="replay.chart_back"),
    Binding("shift+right", "scroll_chart(-1)", "scroll the chart forth", id="replay.chart_forth"),
    Binding("pageup", "scroll_chart_screens(1)", "a screen of candles back", id="replay.chart_page_back"),
    Binding("pagedown", "scroll_chart_screens(-1)", "a screen of candles forth", id="replay.chart_page_forth"),
    Binding("ctrl+home", "chart_start", "the first candle", id="replay.chart_start"),
    Binding("ctrl+end", "chart_now", "the chart back to the moment shown", id="replay.chart_now"),
    Binding("k", "crosshair", "crosshair: what one candle is (also a click)", id="replay.crosshair"),
    Binding("w", "two_charts", "one chart or two, from 150 columns", id="replay.two_charts"),
    Binding("W", "watch", "the watch list", id="replay.watch"),
    Binding("d", "depth", "the depth ladder", id="replay.depth"),
    Binding("tab", "pane(1)", "next panel (80 columns: the one that is shown)", id="replay.pane"),
    Binding("shift+tab", "pane(-1)", "panel before", id="replay.pane_back"),
    Binding("t", "app.other_theme", "light or dark colours", id="replay.theme"),
    Binding("question_mark", "help", "help", id="replay.help"),
    Binding("q", "leave", "quit the replay", id="replay.leave"),
    Binding("escape", "quiet", "put away what was said", id="replay.quiet"),
]

_replay = keys_from(REPLAY_BINDINGS)

QUIT = replace(_replay("quit", "replay.leave"), stays=True)
HELP = _replay("help", "replay.help")
REPLAY_KEYS = (
    _replay("play", "replay.run"),
    _replay("speed", "replay.slower", "replay.faster"),
    _replay("seek", "replay.back", "replay.on"),
    _replay("step", "replay.step_back", "replay.step"),
    _replay("next", "replay.next_landmark"),
    _replay("command", "replay.next_command"),
    _replay("fill", "replay.next_fill"),
    _replay("call", "replay.next_call"),
    _replay("liquidation", "replay.next_liquidation"),
    _replay("to a time", "replay.seek"),
    _replay("fork", "replay.fork"),
    QUIT,
    _replay("why", "replay.why"),
    _replay("post-mortem", "replay.post_mortem"),
    _replay("report", "replay.report"),
    _replay("start, end", "replay.start", "replay.end"),
    _replay("zoom", "replay.zoom_in", "replay.zoom_out"),
    _replay("market", "replay.market"),
    _replay("panel", "replay.pane"),
    HELP,
)
NARROW_KEYS = (
    _replay("play", "replay.run"),
    _replay("speed", "replay.slower", "replay.faster"),
    _replay("seek", "replay.back", "replay.on"),
    _replay("next", "replay.next_landmark"),
    _replay("fork", "replay.fork"),
    _replay("panel", "replay.pane"),
    QUIT,
    HELP,
)
LINE_KEYS = COMMAND_KEYS
