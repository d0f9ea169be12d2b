"""What every key of the game does: a row a binding. `test_keys.py` presses them all, and fails where one has no row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from textual.containers import VerticalScroll
from textual.pilot import Pilot
from textual.widgets import Input, Label, OptionList

from tests.tui.desks import screen_text
from tui.screens.desk import DeskScreen
from tui.screens.desk_charts import DeskCharts
from tui.widgets.choice import Choice
from tui.widgets.command_line import CommandLine
from tui.widgets.depth_ladder import DepthLadder
from tui.widgets.events_log import EventsLog
from tui.widgets.form_row import FormRow
from tui.widgets.pools import PoolsPanel
from tui.widgets.positions import PositionsPanel
from tui.widgets.rivals_board import RivalsBoard
from tui.widgets.ticket import Ticket
from tui.widgets.watch_list import WatchList

Seen = dict[str, Any]
Wanted = Mapping[str, object] | Callable[[Seen, Seen], bool]


@dataclass(frozen=True)
class Row:
    """A binding's id; what must be seen after any of its keys, or a test of before and after; keys to press first, and
    afterwards to be where one was; the desk's panel that has the focus.
    """

    id: str
    wanted: Wanted
    before: str = ""
    after: str = ""
    focus: str = ""


def see(pilot: Pilot[None]) -> Seen:
    """What is on the screen, in figures."""
    app = pilot.app
    if app._exit or not app.screen_stack:
        return {"open": False}
    focused = app.screen.focused
    seen: Seen = {"screen": type(app.screen).__name__, "theme": app.theme, "focus": focused.id if focused else None}
    seen["field"] = focused.value if isinstance(focused, Choice | Input) else None
    seen["row"] = focused.highlighted if isinstance(focused, OptionList) else None
    seen["text"] = "" if isinstance(app.screen, DeskCharts) else screen_text(pilot)
    rows = [each.id for each in focused.ancestors if isinstance(each, FormRow)] if focused else []
    seen["place"] = rows[0] if rows else None
    seen["scrolled"] = max((each.scroll_y for each in app.screen.query(VerticalScroll)), default=0)
    seen["sessions"] = len(app.library.sessions())  # type: ignore[attr-defined]
    seen["keys"] = dict(app.settings.keys)  # type: ignore[attr-defined]
    shown = next((each for each in reversed(app.screen_stack) if isinstance(each, DeskCharts)), None)
    seen |= _panels(shown) if shown else {}
    return {**seen, **(_desk(shown) if isinstance(shown, DeskScreen) else {})}


def _desk(desk: DeskScreen) -> Seen:
    market, ticket = desk.play.view().market(desk.symbol), desk.query_one(Ticket)
    return {
        "goal": desk.play.goal is not None,
        "armed": desk.one_key.armed,
        "mode": market.mode,
        "leverage": market.leverage,
        "order": ticket.form.text if ticket.is_open else None,
        "at": ticket.form.field if ticket.is_open else None,
        "checked": ticket.armed,
        "rival": desk.query_one(RivalsBoard).chosen,
        "fills": sum(event.kind == "fill" for event in desk.play.recorder.events()),
    }


def _panels(desk: DeskCharts) -> Seen:
    """What is seen of a session, on the desk or in a replay."""
    line, chart = desk.query_one(CommandLine), desk.chart
    return {
        "symbol": desk.symbol,
        "step": desk.play.session.step,
        "running": desk.play.clock.running,
        "speed": desk.play.clock.speed,
        "pausing": desk.play.pausing,
        "notice": str(desk.query_one("#desk-notice", Label).content),
        "line": line.input.value if line.is_open else None,
        "timeframe": chart.timeframe,
        "follows": chart.view is None or chart.view.follows,
        "end": None if chart.view is None else chart.view.end,
        "crosshair": chart.crosshair,
        "classes": {each for each in desk.classes if each in ("-two", "-watch", "-depth", "-rivals")},
        "chosen": desk.query_one(PositionsPanel).chosen,
        "cursor": desk.query_one(PoolsPanel).cursor,
        "top": desk.query_one(EventsLog).top,
        "watch": desk.query_one(WatchList)._at,
        "doublings": desk.query_one(DepthLadder)._doublings,
    }


def differs(name: str) -> Wanted:
    return lambda before, after: before[name] != after[name]


def grows(name: str) -> Wanted:
    return lambda before, after: after[name] > before[name]


def shrinks(name: str) -> Wanted:
    return lambda before, after: after[name] < before[name]


def _typed(text: str) -> Wanted:
    return lambda before, after: (after["line"] or "").startswith(text)


DESK = (
    Row("desk.buy", {"order": "buy 25% ETH 10x iso"}, after="escape"),
    Row("desk.sell", {"order": "sell 25% ETH 10x iso"}, after="escape"),
    Row("desk.close", {"line": "close ETH"}, after="escape"),
    Row("desk.reverse", {"line": "reverse ETH"}, after="escape"),
    Row("desk.margin_add", {"line": "margin ETH +"}, after="escape"),
    Row("desk.margin_take", {"line": "margin ETH -"}, after="escape"),
    Row("desk.mode", {"mode": "cross"}, before="comma", after="m comma"),
    Row("desk.leverage_down", shrinks("leverage"), before="comma", after="comma"),
    Row("desk.leverage_up", grows("leverage"), before="comma", after="comma"),
    Row("desk.cancel", {"line": "cancel ETH"}, after="escape"),
    Row("desk.cancel_all", {"line": "cancel all"}, after="escape"),
    Row("desk.flatten", {"line": "flatten"}, after="escape"),
    Row(
        "desk.arm",
        {"armed": False, "notice": "One-key mode is not allowed: the settings (F2) allow it. b and s open the ticket."},
    ),
    Row("desk.run", {"running": True}, after="space"),
    Row("desk.slower", shrinks("speed"), before="greater_than_sign"),
    Row("desk.faster", grows("speed"), after="less_than_sign"),
    Row("desk.step", grows("step")),
    Row("desk.next", {"goal": True}, after="space"),
    Row("desk.run_to", {"line": "@ "}, after="escape"),
    Row("desk.auto_pause", differs("pausing")),
    Row("desk.market", {"symbol": "SOL"}, after="comma"),
    Row("desk.market_1", {"symbol": "ETH"}, before="2"),
    Row("desk.market_2", {"symbol": "SOL"}, after="1"),
    # Further markets, where there are two: nothing.
    *(Row(f"desk.market_{place}", {"symbol": "ETH"}) for place in range(3, 10)),
    Row("desk.zoom_in", shrinks("timeframe"), before="o"),
    Row("desk.zoom_out", grows("timeframe"), after="i"),
    Row("desk.chart_back", {"follows": False}, after="end"),
    Row("desk.chart_forth", grows("end"), before="pageup pageup pageup", after="end"),
    Row("desk.chart_page_back", {"follows": False}, after="end"),
    Row("desk.chart_page_forth", grows("end"), before="pageup pageup pageup", after="end"),
    Row("desk.chart_start", {"follows": False}, after="end"),
    Row("desk.chart_now", {"follows": True}, before="pageup"),
    Row("desk.crosshair", differs("crosshair"), after="k"),
    Row("desk.two_charts", lambda before, after: "-two" in after["classes"], after="w"),
    Row("desk.watch", differs("classes"), after="l"),
    Row("desk.rivals", lambda before, after: "-rivals" in after["classes"], after="j"),
    Row("desk.depth", lambda before, after: "-depth" in after["classes"], after="d"),
    Row("desk.why", {"screen": "ExplainDialog"}, after="escape"),
    Row("desk.compare", {"screen": "CompareScreen"}, after="escape"),
    Row("desk.post_mortem", {"screen": "PostMortemScreen"}, after="escape"),
    Row("desk.report", {"screen": "ReportScreen"}, after="escape"),
    Row("desk.ghosts", {"screen": "GhostsScreen"}, after="escape"),
    Row("desk.replay", {"screen": "ReplayScreen"}, after="q"),
    Row("desk.pane", {"focus": "desk-watch"}, after="shift+tab"),
    Row("desk.pane_back", {"focus": "desk-events"}, after="tab"),
    Row("desk.command", {"line": ""}, after="escape"),
    Row("desk.theme", {"theme": "isocross-light"}, after="t"),
    Row("desk.help", {"screen": "HelpScreen"}, after="escape"),
    Row("desk.quiet", {"notice": ""}, before="a"),
    Row("desk.leave", {"screen": "HomeScreen"}, after="enter"),
)

CHART = (
    Row("chart.left", differs("crosshair"), before="k", after="k"),
    Row("chart.right", differs("crosshair"), before="k left left", after="k"),
    Row("chart.up", differs("crosshair"), before="k", after="k"),
    Row("chart.down", differs("crosshair"), before="k up", after="k"),
)

PANELS = (
    Row("watch.down", differs("watch"), focus="watch"),
    Row("watch.up", differs("watch"), before="down", focus="watch"),
    Row("watch.select", {"symbol": "SOL"}, before="down", after="1", focus="watch"),
    Row("pools.down", differs("cursor"), focus="pools"),
    Row("pools.up", differs("cursor"), before="down", focus="pools"),
    Row("pools.right", differs("cursor"), focus="pools"),
    Row("pools.left", differs("cursor"), before="right", focus="pools"),
    Row("pools.open", {"screen": "ExplainDialog"}, after="escape", focus="pools"),
    Row("positions.next", differs("chosen"), focus="positions"),
    Row("positions.before", differs("chosen"), before="end", focus="positions"),
    Row("positions.last", differs("chosen"), before="home", focus="positions"),
    Row("positions.first", differs("chosen"), before="end", focus="positions"),
    Row("positions.select", {"symbol": "SOL"}, before="home", after="1", focus="positions"),
    *(
        Row(f"positions.{verb}", _typed(f"{verb} SOL"), before="home", after="escape", focus="positions")
        for verb in ("close", "reverse", "protect", "cancel")
    ),
    Row("panel.down", grows("top"), after="home", focus="events"),
    Row("panel.up", shrinks("top"), before="down", after="home", focus="events"),
    Row("panel.page_down", grows("top"), after="home", focus="events"),
    Row("panel.page_up", shrinks("top"), before="pagedown", after="home", focus="events"),
    Row("panel.bottom", grows("top"), after="home", focus="events"),
    Row("panel.top", {"top": 0}, before="end", focus="events"),
    Row("ladder.wider", grows("doublings"), after="up", focus="depth"),
    Row("ladder.closer", shrinks("doublings"), after="down", focus="depth"),
)

TICKET = (
    Row("ticket.confirm", {"checked": True}),
    Row("ticket.drop", {"order": None}, after="b"),
    Row("ticket.up", differs("at")),
    Row("ticket.down", differs("at")),
    Row("ticket.less", differs("order"), before="e"),
    Row("ticket.more", differs("order"), before="e"),
    Row("ticket.next", differs("order"), before="u"),
    Row("ticket.size_5", {"order": "buy 5% ETH 10x iso"}, before="u"),
    Row("ticket.size_10", {"order": "buy 10% ETH 10x iso"}, before="u"),
    Row("ticket.size_25", {"order": "buy 25% ETH 10x iso"}, before="u q"),
    Row("ticket.size_50", {"order": "buy 50% ETH 10x iso"}, before="u"),
    Row("ticket.size_100", {"order": "buy 100% ETH 10x iso"}, before="u"),
    Row("ticket.risk", {"at": "risk"}, after="e"),
    Row("ticket.take_profit", {"at": "tp"}),
    Row("ticket.stop_loss", {"at": "sl"}),
    Row("ticket.market", {"order": "buy 25% ETH 10x iso"}, before="l e"),
    Row("ticket.limit", lambda before, after: " at " in after["order"], before="u"),
    Row("ticket.stop", lambda before, after: " stop " in after["order"], before="u"),
    Row("ticket.stop_limit", lambda before, after: " limit " in after["order"], before="u"),
    Row("ticket.take", lambda before, after: " take " in after["order"], before="u"),
    Row("ticket.trail", lambda before, after: " trail " in after["order"], before="u"),
    Row("ticket.post", lambda before, after: after["order"].endswith(" post"), before="l", after="p"),
    Row("ticket.ioc", lambda before, after: after["order"].endswith(" ioc"), before="l", after="i"),
    Row("ticket.fok", lambda before, after: after["order"].endswith(" fok"), before="l", after="f"),
    Row("ticket.reduce", lambda before, after: " reduce" in after["order"], before="u", after="d"),
    Row("ticket.mode", lambda before, after: " cross" in after["order"], after="m"),
    Row("ticket.leverage_down", differs("order"), after="right_square_bracket"),
    Row("ticket.leverage_up", differs("order"), after="left_square_bracket"),
    Row("ticket.sell", lambda before, after: after["order"].startswith("sell"), after="b"),
    Row("ticket.buy", lambda before, after: after["order"].startswith("buy"), before="s"),
    Row("ticket.erase", {"order": "buy 25 ETH 10x iso"}, before="u e"),
    Row("ticket.clear", {"order": "buy  ETH 10x iso"}, before="u e"),
    Row("ticket.help", {"screen": "HelpScreen"}, after="escape"),
)

COMMAND = (
    Row("command.send", {"line": None}, before="colon m o d e space E T H space i s o", after=""),
    Row("command.complete", {"line": "flatten "}, before="colon f l a", after="escape"),
    Row("command.complete_back", {"line": "flatten "}, before="colon f l a", after="escape"),
    Row("command.earlier", {"line": "mode ETH iso"}, before="colon", after="escape"),
    Row("command.later", {"line": ""}, before="colon up", after="escape"),
    Row("command.leave", {"line": None}, before="colon"),
)

EXPLAIN = (
    Row("explain.next", differs("text")),
    Row("explain.before", differs("text")),
    Row("explain.pool", differs("text")),
    Row("explain.pool_before", differs("text")),
    Row("explain.close", {"screen": "DeskScreen"}, after="p"),
)

COMPARE = (
    Row("compare.venues", differs("text"), after="V"),
    Row("compare.venues_back", differs("text"), after="v"),
    Row("compare.modes", differs("text"), after="M"),
    Row("compare.modes_back", differs("text"), after="m"),
    Row("compare.stop", lambda before, after: "has been played" in after["text"], after="m M"),
    Row("compare.card", {"screen": "VenueCardScreen"}, after="escape"),
    Row("compare.help", {"screen": "HelpScreen"}, after="escape"),
    Row("compare.leave", {"screen": "DeskScreen"}, after="r"),
)

POST_MORTEM = (
    Row("post_mortem.open", {"screen": "RerunDialog"}, before="down", after="escape"),
    Row("post_mortem.why", {"screen": "ExplainDialog"}, after="escape"),
    Row("post_mortem.before", differs("text"), after="right"),
    Row("post_mortem.next", differs("text"), after="left"),
    Row("post_mortem.market", differs("text"), before="shift+tab", after="tab"),
    Row("post_mortem.venues", differs("text"), after="v"),
    Row("post_mortem.stop", lambda before, after: "has been played" in after["text"]),
    Row("post_mortem.pane", differs("text"), after="shift+tab"),
    Row("post_mortem.pane_back", differs("text"), after="tab"),
    Row("post_mortem.help", {"screen": "HelpScreen"}, after="escape"),
    Row("post_mortem.leave", {"screen": "DeskScreen"}, after="y"),
)

RERUN = (
    Row("rerun.down", grows("scrolled")),
    Row("rerun.up", shrinks("scrolled")),
    Row("rerun.close", {"screen": "PostMortemScreen"}, after="enter"),
)

CARD = (
    Row("card.next", differs("text"), after="left"),
    Row("card.before", differs("text"), after="right"),
    Row("card.down", grows("scrolled"), after="home"),
    Row("card.up", shrinks("scrolled"), before="down", after="home"),
    Row("card.page_down", grows("scrolled"), after="home"),
    Row("card.page_up", shrinks("scrolled"), before="end", after="home"),
    Row("card.bottom", grows("scrolled"), after="home"),
    Row("card.top", {"scrolled": 0}, before="end"),
    Row("card.help", {"screen": "HelpScreen"}, after="escape"),
    Row("card.leave", {"screen": "CompareScreen"}, after="enter"),
)

HOME = (
    Row("home.scenarios", {"screen": "ScenariosScreen"}, after="escape"),
    Row("home.new", {"screen": "NewScreen"}, after="escape"),
    Row("home.view", {"screen": "ReplayScreen"}, after="q"),
    Row("home.report", {"screen": "ReportScreen"}, after="escape"),
    Row("home.rename", {"screen": "NameDialog"}, after="escape"),
    Row("home.delete", {"screen": "ConfirmDialog"}, after="n"),
    Row("home.theme", {"theme": "isocross-light"}, after="t"),
    Row("home.settings", {"screen": "SettingsScreen"}, after="escape"),
    Row("home.help", {"screen": "HelpScreen"}, after="escape"),
    Row("home.resume", {"screen": "DeskScreen"}, after="q"),
    Row("home.quick", {"screen": "DeskScreen"}, after="q"),
    Row("name.leave", {"screen": "HomeScreen"}, before="r"),
    Row("confirm.no", {"screen": "HomeScreen"}, before="d"),
    Row("help.close", {"screen": "HomeScreen"}, before="question_mark"),
    Row("app.palette", {"screen": "CommandPalette"}, after="escape"),
    Row("app.settings", {"screen": "SettingsScreen"}, after="escape"),
    # One of two: the last row but one began another.
    Row("confirm.yes", {"screen": "HomeScreen", "sessions": 1}, before="down d"),
    Row("home.quit", {"open": False}),
)

NEW = (
    Row("new.down", differs("place")),
    Row("new.up", differs("place")),
    Row("choice.next", {"field": "files"}, after="left"),
    Row("choice.before", {"field": "files"}, after="left"),
    Row("new.inspect", lambda before, after: "✗" in after["text"], before="right", after="up left"),
    Row("new.card", {"screen": "VenueCardScreen"}, after="escape"),
    Row("new.help", {"screen": "HelpScreen"}, after="escape"),
    Row("new.leave", {"screen": "HomeScreen"}, after="n"),
    Row("new.begin", {"screen": "DeskScreen"}),
)

SETTINGS = (
    Row("settings.down", differs("place")),
    Row("settings.up", differs("place")),
    Row("settings.reset", {"field": "isocross-dark", "theme": "isocross-dark"}, before="right"),
    Row("settings.keys", {"screen": "KeyMapScreen"}, after="escape"),
    Row("settings.help", {"screen": "HelpScreen"}, after="escape"),
    Row("settings.leave", {"screen": "HomeScreen"}, after="s"),
)

KEYS = (
    Row("keys.press", {"screen": "PressKeyDialog"}, after="escape"),
    Row("keys.reset", {"keys": {}}, before="enter f5"),
    Row("keys.reset_all", {"screen": "ConfirmDialog"}, before="enter f5", after="y"),
    Row("keys.help", {"screen": "HelpScreen"}, after="escape"),
    Row("keys.leave", {"screen": "SettingsScreen"}, after="ctrl+k"),
)

LIQUIDATION = (
    Row("liquidation.down", grows("scrolled"), after="up"),
    Row("liquidation.up", shrinks("scrolled"), before="down"),
    Row("liquidation.why", {"screen": "ExplainDialog"}, after="escape"),
    Row("liquidation.post_mortem", {"screen": "PostMortemScreen"}, after="escape"),
    Row("liquidation.go_on", {"screen": "DeskScreen"}),
)

TOLD = (Row("events.open", {"screen": "LiquidationDialog"}, focus="events"),)

OVER = (
    Row("wiped_out.look", {"screen": "DeskScreen"}),
    Row("wiped_out.end", {"screen": "ResultDialog"}),
    Row("result.report", {"screen": "ReportScreen"}, after="escape"),
    Row("result.look", {"screen": "DeskScreen"}),
    Row("result.home", {"screen": "HomeScreen"}, after="enter"),
    Row("app.quit", {"open": False}),
)
