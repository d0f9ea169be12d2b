"""What a text at the `:` line or in the ticket would do to a session, before it does."""

from __future__ import annotations

from textual.content import Content

from engine.commands import CommandError, parse
from engine.script.moves import MoveError, Target, parse_move, target_step
from tui.looks import Looked
from tui.notice import notice
from tui.play import Fault, Play
from tui.says import says


def look(play: Play, text: str) -> Looked:
    """What a command would do; nothing is changed."""
    try:
        return Looked(play.preview(parse(text)))
    except (CommandError, Fault) as error:
        return Looked(problem=str(error))


def target(play: Play, text: str) -> Target | str:
    """Where a text that begins with `@` moves time, or what is wrong with it."""
    session = play.session
    try:
        return target_step(parse_move(text), session.time, session.tape)
    except MoveError as error:
        return str(error)


def what(play: Play, text: str, symbol: str) -> Content:
    """What a text would do, in words; `symbol` is the market on the screen."""
    if text.startswith("@"):
        return _move(play, target(play, text))
    looked = look(play, text)
    meant = looked.previews[0].symbol if looked.previews else None
    market = play.view().market(meant if meant is not None and meant in play.session.tape.by_symbol else symbol)
    words = text.lower().split()
    mode = "cross" if "cross" in words else "isolated" if {"iso", "isolated"} & set(words) else market.mode
    return says(looked, mode, market.tick_size)


def _move(play: Play, found: Target | str) -> Content:
    if isinstance(found, str):
        return notice(found, "danger")
    steps = found.step - play.session.step
    until = f", or the first {' or '.join(sorted(found.stop_on))}" if found.stop_on else ""
    return Content(f"→ {steps:,} step{'s' * (steps != 1)} on{until}")
