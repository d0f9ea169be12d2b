"""What a text at the `:` line or in the ticket would do to a session, before it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from textual.content import Content

from engine.assets import base_asset
from engine.commands.command import Command, CommandError, End, Note, Place, Protect, Size
from engine.commands.grammar import parse
from engine.looking.risk import Risk, size_at_risk, trade_risk
from engine.looking.views import Preview
from engine.numbers import plain
from engine.rulebooks.base import Refusal
from engine.script.moves import MoveError, Target, parse_move, target_step
from engine.session import Session
from tui.command_text.completion import HINTS, Completion, Known, completion
from tui.command_text.looks import Looked
from tui.command_text.says import says
from tui.playing.play import Fault, Play
from tui.settings import DEFAULTS, Settings
from tui.settings.confirm import needs_confirmation
from tui.widgets.figures import price
from tui.words.notice import notice
from tui.words.telling import told


def look(play: Play, text: str, settings: Settings = DEFAULTS) -> Looked:
    """What a command would do; nothing is changed."""
    try:
        return _looked(play, parse(text), settings)
    except (CommandError, Fault) as error:
        return Looked(problem=str(error))


def _looked(play: Play, command: Command, settings: Settings) -> Looked:
    previews = play.preview(command)
    if not isinstance(command, Place):
        return Looked(
            previews,
            waits=_plainly(command),
            risk=_risk(play, command),
            told=play.ask(lambda session: _told(session, command)),
        )
    mode = command.mode or play.view().market(command.symbol).mode if _trades(play, command) else None
    chosen = [each for each in previews if each.mode in (mode, None)]
    return Looked(
        previews,
        waits=_waits(play, command, chosen),
        risk=_risk(play, command),
        asks=needs_confirmation(settings, command, chosen),
    )


def _risk(play: Play, command: Command) -> Risk | None:
    """What a command's stop would cost and its target win; nothing where it has neither."""
    if not isinstance(command, Place | Protect):
        return None
    closes = isinstance(command, Place) and command.reduce_only and command.kind != "market"
    legs = (command.stop_loss, command.stop_loss_share, command.take_profit, command.take_profit_share)
    trails = isinstance(command, Protect) and command.trail is not None
    if not trails and not closes and all(leg is None for leg in legs):
        return None
    return play.ask(lambda session: trade_risk(session, command))


def _trades(play: Play, command: Place) -> bool:
    return command.symbol in play.session.tape.by_symbol


def _plainly(command: Command) -> str | None:
    """What commands do that have nothing to show, in words."""
    match command:
        case End():
            return "ends the session for good; open positions are marked, not closed"
        case Note():
            return "writes it down among the events"
    return None


def _told(session: Session, command: Command) -> tuple[str, ...]:
    """What a command would have told, a sentence each."""
    if isinstance(command, End | Note):
        return ()
    events = session.copy().do(command)
    if isinstance(events, Refusal):
        return ()
    return tuple(told(events))


def _waits(play: Play, command: Place, chosen: Sequence[Preview]) -> str | None:
    """When an order would trade that waits, in the mode that it trades in; None for one that trades at once."""
    taken = [each for each in chosen if each.refusal is None]
    if command.kind == "market" or not taken or not all(each.waits for each in taken):
        return None
    market = play.view().market(command.symbol)
    at = command.price if command.price is not None else taken[0].price or market.last
    shown = price(at, market.tick_size)
    if command.kind == "limit":
        when = f"fills at {shown} or {'lower' if command.side == 'buy' else 'higher'}"
    else:
        rises = (command.side == "buy") == (command.kind in ("stop", "trail"))
        then = "at the market" if command.limit is None else f"at {price(command.limit, market.tick_size)} or better"
        when = f"trades {then} once the price {'rises' if rises else 'falls'} to {shown}"
        when += f", which trails {plain(command.trail * 100)} % behind" if command.trail is not None else ""
    return f"{when}, and only reduces" if command.reduce_only else when


def sized_by_risk(play: Play, text: str, share: Decimal) -> Decimal | str:
    """How much an order text may trade for its stop to cost `share` of equity (a fraction), or why it can't."""
    try:
        command = parse(text)
        if not isinstance(command, Place):
            return "only an order has a size"
        command = replace(command, size=Size(Decimal(1), "base"))
        size = play.ask(lambda session: size_at_risk(session, command, share))
    except (CommandError, Fault) as error:
        return str(error)
    if size is None:
        side = "below" if command.side == "buy" else "above"
        return f"The stop must be {side} the entry for the order to lose at it."
    return size


# -- at the `:` line


def target(play: Play, text: str) -> Target | str:
    """Where a text that begins with `@` moves time, or what is wrong with it."""
    session = play.session
    try:
        return target_step(parse_move(text), session.time, session.tape)
    except MoveError as error:
        return str(error)


def _known_words(play: Play) -> Known:
    session = play.session
    orders = session.account.orders.values()
    symbols = tuple(session.tape.by_symbol)
    coins = tuple(base_asset(symbol) for symbol in symbols if session.rulebook.lends(symbol))
    assets = (session.world.asset, *coins) if coins else ()
    return Known(symbols, tuple(order.id for order in orders), session.account.hedged, assets)


def completed(play: Play, text: str) -> Completion:
    """What may come next in a text."""
    return completion(text, _known_words(play))


def what(play: Play, text: str, symbol: str) -> Content:
    """What a text would do, in words, and while it is no whole command what may come next; `symbol` is the market on
    the screen."""
    if text.startswith("@"):
        return _move(play, target(play, text))
    next_words = completed(play, text)
    try:
        command = parse(text)
    except CommandError as error:
        begun = text.split()[-1:] in (["+"], ["-"])  # a sign before its amount: a key writes it
        hint = next_words.hint if next_words.unfinished or error.message.endswith("is missing") else ""
        hint = HINTS["more"] if begun and text.startswith("margin ") else hint
        return Content.styled(hint, "$iso-dim") if hint else notice(str(error), "danger")
    if next_words.unfinished:
        return Content.styled(next_words.hint, "$iso-dim")
    try:
        looked = _looked(play, command, DEFAULTS)
        market = play.view().market(_market_meant(play, looked, symbol))
    except Fault as fault:
        return notice(str(fault), "danger")
    said = says(looked, getattr(command, "mode", None) or market.mode, market)
    if text[-1:].isspace() and next_words.hint:
        return Content("\n").join([said, Content.styled(f"or {next_words.hint}", "$iso-dim")])
    return said


def _market_meant(play: Play, looked: Looked, symbol: str) -> str:
    meant = looked.previews[0].symbol if looked.previews else None
    return meant if meant is not None and meant in play.session.tape.by_symbol else symbol


def _move(play: Play, found: Target | str) -> Content:
    if isinstance(found, str):
        return notice(found, "danger")
    steps = found.step - play.session.step
    until = f", or the first {' or '.join(sorted(found.stop_on))}" if found.stop_on else ""
    if found.beyond:
        return notice(f"the tape ends before that: this runs to its end, {steps:,} steps on{until}", "warning")
    return Content(f"→ {steps:,} step{'s' * (steps != 1)} on{until}")
