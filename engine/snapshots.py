"""A session's state as canonical JSON, and back."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from engine.account import Account, Pool, Position, World
from engine.ledger import Ledger
from engine.numbers import plain
from engine.orders import Order
from engine.tally import Tally
from engine.tape import Tape

if TYPE_CHECKING:
    from engine.session import Session

FORMAT = 1
Kind = TypeVar("Kind")
_NAMES = {kind: tuple(each.name for each in fields(kind)) for kind in (Tally, Order, Position)}


class SnapshotError(ValueError):
    """A snapshot that is damaged, or that belongs to another tape or another version."""


@dataclass(frozen=True, slots=True)
class SavedState:
    """What a snapshot holds."""

    world: World
    tally: Tally
    state: Literal["running", "wiped out", "ended"]
    step: int
    commands: int
    funded_until: int


def dump(session: Session) -> bytes:
    """The snapshot of a session, a few kB of UTF-8."""
    world = session.world
    content = {
        "format": FORMAT,
        "step": session.step,
        "commands": session.commands,
        "funded_until": session.funded_until,
        "state": session.state,
        "tally": _row(session.tally),
        "asset": world.asset,
        "ledger": [[owner, asset, plain(amount)] for owner, asset, amount in world.ledger.entries()],
        "accounts": [_account(account) for _, account in sorted(world.accounts.items())],
    }
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(snapshot: bytes) -> str:
    """SHA-256 of a snapshot, in hex."""
    return hashlib.sha256(snapshot).hexdigest()


def load(snapshot: bytes, tape: Tape) -> SavedState:
    """What `snapshot` holds, checked against the tape it is to be played on.

    Raises:
        SnapshotError: when it is damaged or doesn't fit.
    """
    try:
        content = json.loads(snapshot)
        if content["format"] != FORMAT:
            raise SnapshotError(f"this snapshot has format {content['format']}, and this version reads {FORMAT}")
        return _checked(_state(content), tape)
    except SnapshotError:
        raise
    except (ValueError, KeyError, TypeError, ArithmeticError, AttributeError, RecursionError) as error:
        raise SnapshotError(f"this snapshot is damaged ({type(error).__name__})") from error


def _state(content: dict[str, Any]) -> SavedState:
    ledger = Ledger.holding([(owner, asset, Decimal(amount)) for owner, asset, amount in content["ledger"]])
    accounts = {row["name"]: _account_from(row) for row in content["accounts"]}
    state = content["state"]
    if state not in ("running", "wiped out", "ended"):
        raise SnapshotError(f"“{state}” is no state of a session")
    return SavedState(
        world=World(str(content["asset"]), ledger, accounts),
        tally=_filled(Tally, content["tally"]),
        state=state,
        step=int(content["step"]),
        commands=int(content["commands"]),
        funded_until=int(content["funded_until"]),
    )


def _checked(state: SavedState, tape: Tape) -> SavedState:
    if not 0 <= state.step < len(tape):
        raise SnapshotError(f"step {state.step} is not on this tape")
    for account in state.world.accounts.values():
        held = {symbol for pool in account.pools.values() for symbol in pool.positions}
        strange = (held | {order.symbol for order in account.orders.values()}) - set(tape.by_symbol)
        if strange:
            raise SnapshotError(f"{', '.join(sorted(strange))} is not on this tape")
    return state


def _account(account: Account) -> dict[str, Any]:
    return {
        "name": account.name,
        "leverages": dict(sorted(account.leverages.items())),
        "modes": dict(sorted(account.modes.items())),
        "orders": [_row(order) for order in account.orders.values()],
        "pools": [
            {
                "key": pool.key,
                "called": pool.called,
                "whole_until": pool.whole_until,
                "positions": [_row(position) for _, position in sorted(pool.positions.items())],
            }
            for _, pool in sorted(account.pools.items())
        ],
    }


def _account_from(row: dict[str, Any]) -> Account:
    account = Account(str(row["name"]))
    account.leverages = {str(symbol): int(leverage) for symbol, leverage in row["leverages"].items()}
    account.modes = dict(row["modes"])
    account.orders = {each["id"]: _filled(Order, each) for each in row["orders"]}
    for each in row["pools"]:
        positions = {p["symbol"]: _filled(Position, p) for p in each["positions"]}
        pool = Pool(each["key"], f"{account.name}/{each['key']}", positions, each["called"], each["whole_until"])
        account.pools[pool.key] = pool
    return account


def _row(values: Tally | Order | Position) -> dict[str, Any]:
    row = {name: getattr(values, name) for name in _NAMES[type(values)]}
    return {name: plain(value) if isinstance(value, Decimal) else value for name, value in row.items()}


def _filled(kind: type[Kind], row: dict[str, Any]) -> Kind:
    """A dataclass from its row: what its type says is a Decimal is read as one."""
    known = {each.name: str(each.type) for each in fields(kind)}  # type: ignore[arg-type]
    if set(row) != set(known):
        raise SnapshotError(f"{kind.__name__} has other fields than this snapshot's")
    return kind(**{n: Decimal(v) if v is not None and "Decimal" in known[n] else v for n, v in row.items()})
