"""What a text at the `:` line or in the ticket would do to a session, before it does."""

from __future__ import annotations

from decimal import Decimal

from textual.content import Content

from engine.commands import Cancel, Command, CommandError, End, Note, Place, SetMode, parse
from engine.numbers import divide
from engine.script.moves import MoveError, Target, parse_move, target_step
from engine.views import Preview
from tui.looks import Looked
from tui.notice import notice
from tui.play import Fault, Play
from tui.says import says
from tui.widgets.figures import money, price
from tui.widgets.ticket_text import waits


def look(play: Play, text: str) -> Looked:
    """What a command would do; nothing is changed."""
    try:
        command = parse(text)
        previews = play.preview(command)
        return Looked(previews, waits=_plainly(play, command) or _waits(play, command, previews))
    except (CommandError, Fault) as error:
        return Looked(problem=str(error))


def _plainly(play: Play, command: Command) -> str | None:
    """What commands do that move no margin, in words."""
    match command:
        case End():
            return "ends the session for good; open positions are marked, not closed"
        case Note():
            return "writes it down among the events"
        case SetMode():
            return f"the next orders in {command.symbol} trade in {command.mode} mode"
        case Cancel():
            orders = play.session.account.orders.values()
            gone = [order.id for order in orders if command.target in ("all", order.id, order.symbol)]
            return f"cancels {', '.join(gone)}" if gone else None
    return None


def _waits(play: Play, command: Command, previews: tuple[Preview, ...]) -> str | None:
    """When an order would trade that waits in every mode; None for any other command."""
    taken = [each for each in previews if each.refusal is None]
    if not isinstance(command, Place) or command.price is None or not taken or not all(waits(each) for each in taken):
        return None
    market = play.view().market(command.symbol)
    at = price(command.price, market.tick_size)
    if command.kind == "limit":
        when = f"fills at {at} or {'lower' if command.side == 'buy' else 'higher'}"
    else:
        rises = (command.side == "buy") == (command.kind == "stop")
        when = f"trades at the market once the price {'rises' if rises else 'falls'} to {at}"
    if command.reduce_only:
        return f"{when}, and only reduces"
    margin = divide(abs(taken[0].size) * command.price, Decimal(command.leverage or market.leverage))
    return f"{when}, and opening takes about {money(margin)} of margin then"


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
    if found.beyond:
        return notice(f"the tape ends before that: this runs to its end, {steps:,} steps on{until}", "warning")
    return Content(f"→ {steps:,} step{'s' * (steps != 1)} on{until}")
