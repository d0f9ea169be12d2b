"""What every key of the replay and of the fork's dialogs does, as `key_rows.py` has it for the rest of the game."""

from __future__ import annotations

from tests.tui.key_rows import Row, Seen, Wanted, differs, grows, shrinks

# The session of `replays.py` on its long tape, 500 steps: commands at 2, 4 and 12, calls at 18 and 19, and a
# liquidation at 19.


def at(step: int) -> Wanted:
    return {"step": step, "running": False}


def _landed_behind(before: Seen, after: Seen) -> bool:
    return after["end"] < before["end"]


REPLAY = (
    Row("replay.run", {"running": True}, after="space"),
    Row("replay.slower", shrinks("speed"), before="greater_than_sign"),
    Row("replay.faster", grows("speed"), after="less_than_sign"),
    Row("replay.step", at(1), before="home"),
    Row("replay.step_back", at(0), before="home full_stop"),
    Row("replay.on", at(5), before="home"),
    Row("replay.back", at(1), before="home right full_stop"),
    Row("replay.start", at(0), before="full_stop"),
    Row("replay.end", at(500), after="home"),
    Row("replay.next_landmark", at(2), after="home"),
    Row("replay.last_landmark", at(19), before="end", after="home"),
    Row("replay.next_command", at(4), before="c", after="home"),
    Row("replay.last_command", at(12), before="end", after="home"),
    Row("replay.next_fill", at(2), after="home"),
    Row("replay.last_fill", at(19), before="end", after="home"),
    Row("replay.next_call", at(18), after="home"),
    Row("replay.last_call", at(19), before="end", after="home"),
    Row("replay.next_liquidation", at(19), after="home"),
    Row("replay.last_liquidation", at(19), before="end", after="home"),
    Row("replay.seek", {"line": "@ "}, after="escape"),
    Row("replay.fork", {"screen": "ForkDialog"}, after="escape"),
    Row("replay.why", {"screen": "ExplainDialog"}, before="c", after="escape"),
    Row("replay.compare", {"screen": "CompareScreen"}, before="c", after="escape"),
    Row("replay.post_mortem", {"screen": "PostMortemScreen"}, before="c", after="escape"),
    Row("replay.report", {"screen": "ReportScreen"}, before="c", after="escape"),
    Row("replay.auto_pause", differs("pausing")),
    Row("replay.market", {"symbol": "SOL"}, before="1", after="1"),
    Row("replay.market_1", {"symbol": "ETH"}, before="2"),
    Row("replay.market_2", {"symbol": "SOL"}, after="1"),
    # Further markets, where there are two: nothing.
    *(Row(f"replay.market_{place}", {"symbol": "ETH"}) for place in range(3, 10)),
    Row("replay.zoom_out", grows("timeframe"), after="i"),
    Row("replay.zoom_in", shrinks("timeframe"), before="o"),
    Row("replay.chart_back", {"follows": False}, before="end", after="ctrl+end"),
    Row("replay.chart_forth", grows("end"), before="end pageup pageup", after="ctrl+end"),
    Row("replay.chart_page_back", {"follows": False}, before="end", after="ctrl+end"),
    Row("replay.chart_page_forth", grows("end"), before="end pageup pageup", after="ctrl+end"),
    Row("replay.chart_start", _landed_behind, before="end", after="ctrl+end"),
    Row("replay.chart_now", {"follows": True}, before="end pageup"),
    Row("replay.crosshair", differs("crosshair"), after="k"),
    Row("replay.two_charts", lambda before, after: "-two" in after["classes"], after="w"),
    Row("replay.watch", differs("classes"), after="W"),
    Row("replay.depth", lambda before, after: "-depth" in after["classes"], after="d"),
    Row("replay.pane", {"focus": "desk-watch"}, after="shift+tab"),
    Row("replay.pane_back", {"focus": "desk-events"}, after="tab"),
    Row("replay.theme", {"theme": "isocross-light"}, after="t"),
    Row("replay.help", {"screen": "HelpScreen"}, after="escape"),
    Row("replay.quiet", {"notice": ""}, before="a"),
    Row("replay.leave", {"screen": "HomeScreen"}, after="v"),
)

FORK = (
    Row("fork.down", differs("place"), after="up"),
    Row("fork.up", differs("place"), after="down"),
    Row("fork.leave", {"screen": "ReplayScreen"}, after="K"),
    Row("fork.begin", {"screen": "DeskScreen", "sessions": 2}),
)

FORKED = (
    Row("forked.down", grows("scrolled"), after="up"),
    Row("forked.up", shrinks("scrolled"), before="down"),
    Row("forked.open", {"screen": "ReplayScreen"}),
    Row("forked.stay", {"screen": "ReplayScreen"}),
)
