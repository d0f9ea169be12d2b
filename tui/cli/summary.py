"""Where a script's run ended: as the last line of JSON, and as text."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from decimal import Decimal

from engine.events import iso
from engine.looking.observe import funds
from engine.looking.views import PoolView, View
from engine.numbers import plain
from engine.script import Script
from engine.sentences import money, price
from engine.session import Session
from tui.cli.headless import Output


def summary(script: Script, session: Session, refused: int, saved: str | None) -> dict[str, object]:
    """Where a run ended, as JSON-ready values; every figure an exact string."""
    view = session.view()
    return {
        "step": view.step,
        "time": iso(view.time),
        "kind": "summary",
        "script": script.name,
        "venue": session.setup.venue,
        "modified": list(view.modified),
        "tape": {
            "digest": session.tape.digest,
            "kind": session.tape.origin.kind,
            "description": session.tape.origin.description,
            "vertices": view.steps,
        },
        "saved": saved,
        "refused": refused,
        "state": view.state,
        **{name: plain(getattr(view, name)) for name in _FIGURES},
        **{name: getattr(view, name) for name in ("calls", "liquidations", "rescues")},
        "pools": [_pool(pool) for pool in view.pools],
        "positions": [_jsonable(position) for position in view.positions],
        "orders": [_jsonable(order) for order in view.orders],
        "funds": {name: plain(amount) for name, amount in funds(session).items()},
        "conserved": view.conserved,
        "state_hash": session.state_hash(),
    }


_FIGURES = ("wallet", "free", "equity", "deposits", "withdrawals", "realised", "fees", "funding")


def _pool(pool: PoolView) -> dict[str, object]:
    row = {each.name: _jsonable(getattr(pool, each.name)) for each in fields(pool) if each.name != "positions"}
    return {**row, "positions": [position.symbol for position in pool.positions]}


def _jsonable(value: object) -> object:
    if isinstance(value, Decimal):
        return plain(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _jsonable(getattr(value, each.name)) for each in fields(value)}
    return value


def summary_lines(session: Session, refused: int, saved: str | None) -> list[str]:
    """Where a run ended, for a person."""
    view = session.view()
    lines = [
        "",
        f"{view.state} at {iso(view.time)}, step {view.step:,} of {view.steps - 1:,}",
        f"prices: {session.tape.origin.description}; digest {session.tape.digest[:16]}",
        f"equity {money(view.equity)}   wallet {money(view.wallet)}   free {money(view.free)}   "
        f"{view.insurer} {money(view.insurance)}",
        f"deposits {money(view.deposits)}   realised {money(view.realised)}   fees {money(view.fees)}   "
        f"funding {money(view.funding)}   calls {view.calls}   liquidations {view.liquidations}",
        *_position_lines(view),
        *(
            f"  order {order.id}: {order.kind} {order.side} {plain(order.size)} {order.symbol} at {plain(order.price)}"
            for order in view.orders
        ),
    ]
    lines += [f"changed from the venue: {', '.join(view.modified)}"] if view.modified else []
    lines += [f"refused commands: {refused}"] if refused else []
    lines += [f"saved as {saved}"] if saved is not None else []
    return [*lines, f"conserved: {'yes' if view.conserved else 'NO'}   state {session.state_hash()}"]


def _position_lines(view: View) -> list[str]:
    lines = []
    for each in view.positions:
        tick = view.market(each.symbol).tick_size
        liquidation = "none" if each.liquidation_price is None else price(each.liquidation_price, tick)
        lines.append(
            f"  {each.symbol} {each.side} {plain(abs(each.size))} ({each.mode}) from {price(each.entry_price, tick)}, "
            f"mark {price(each.mark, tick)}, unrealised {money(each.unrealised)}, liquidation {liquidation}"
        )
    return lines


def tell_summary(script: Script, session: Session, refused: int, saved: str | None, output: Output) -> bool:
    """Tell where a run ended; whether nothing was lost or made on the way.

    Args:
        script: what was played.
        session: where it ended.
        refused: how many commands were refused.
        saved: what the session is saved as; None where it isn't.
        output: hears it.
    """
    if output.as_json:
        output.row(summary(script, session, refused, saved))
    else:
        for line in summary_lines(session, refused, saved):
            output.line(line)
    return session.view().conserved
