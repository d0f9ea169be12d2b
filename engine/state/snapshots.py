"""A session's state as canonical JSON, and back."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from decimal import Decimal, localcontext
from typing import Any, TypeVar

from engine.account import Account, Pool, Position, World
from engine.ledger import Ledger
from engine.numbers import EXACT, exact, plain
from engine.orders.order import Order
from engine.state.checks import SavedState, SnapshotError, check_state
from engine.tally import Tally
from engine.tape import Tape

FORMAT = 1
LONGEST_NUMBER, LONGEST_TEXT, LARGEST_WHOLE = 80, 80, 1 << 62
Kind = TypeVar("Kind")
LATER: dict[str, object] = {
    "position_side": "both",
    "limit": None,
    "trail": None,
    "since": 0,
    "extreme": None,
    "whole": False,
    "take_profit_share": None,
    "stop_loss_share": None,
}
"""Fields that came after the first version, with what stands for their absence. They are spelled only where they say
something else, so that the hashes of older sessions hold."""

_NAMES = {kind: tuple(each.name for each in fields(kind)) for kind in (Tally, Order, Position)}


def spelled(state: SavedState) -> bytes:
    """The one spelling of a state, a few kB of UTF-8: what `load` reads back."""
    world = state.world
    content = {
        "format": FORMAT,
        "step": state.step,
        "commands": state.commands,
        "funded_until": state.funded_until,
        "state": state.state,
        "tally": _row(state.tally),
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

    Only what a session could have written is taken: the right types and ranges, a world that adds up, and the one
    spelling that `dump` gives it.

    Raises:
        SnapshotError: when it is damaged or doesn't fit.
    """
    try:
        content = json.loads(snapshot)
        if content["format"] != FORMAT:
            raise SnapshotError(f"this snapshot has format {content['format']!r:.40}, and this version reads {FORMAT}")
        with localcontext(EXACT):
            state = _state(content)
            check_state(state, tape)
            if spelled(state) != snapshot:
                raise SnapshotError("this snapshot is not spelled as this version spells it")
            return state
    except SnapshotError:
        raise
    except (ValueError, KeyError, TypeError, ArithmeticError, AttributeError, IndexError, RecursionError) as error:
        raise SnapshotError(f"this snapshot is damaged ({type(error).__name__})") from error


def _state(content: dict[str, Any]) -> SavedState:
    entries = [(_text(owner), _text(asset), _decimal(amount)) for owner, asset, amount in content["ledger"]]
    accounts = [_account_from(row) for row in content["accounts"]]
    return SavedState(
        world=World(_text(content["asset"]), Ledger.holding(entries), {account.name: account for account in accounts}),
        tally=_filled(Tally, content["tally"]),
        state=content["state"],
        step=_whole(content["step"]),
        commands=_whole(content["commands"]),
        funded_until=_whole(content["funded_until"]),
    )


def _account(account: Account) -> dict[str, Any]:
    return {
        "name": account.name,
        **({"hedged": True} if account.hedged else {}),
        "leverages": dict(sorted(account.leverages.items())),
        "modes": dict(sorted(account.modes.items())),
        "orders": [_row(order) for order in account.orders.values()],
        "pools": [
            {
                "key": pool.key,
                "called": pool.called,
                "whole_until": pool.whole_until,
                **({"acts_at": pool.acts_at, "since": pool.since, "phase": pool.phase} if pool.acts_at else {}),
                "positions": [_row(position) for _, position in sorted(pool.positions.items())],
            }
            for _, pool in sorted(account.pools.items())
        ],
    }


def _account_from(row: dict[str, Any]) -> Account:
    account = Account(_text(row["name"]))
    account.hedged = _truth(row.get("hedged", False))
    account.leverages = {_text(symbol): _whole(leverage) for symbol, leverage in row["leverages"].items()}
    account.modes = {_text(symbol): mode for symbol, mode in row["modes"].items()}
    account.orders = {each["id"]: _filled(Order, each) for each in row["orders"]}
    for each in row["pools"]:
        filled = [_filled(Position, p) for p in each["positions"]]
        positions = {position.key: position for position in filled}
        key = _text(each["key"])
        called, whole_until = _whole(each["called"]), _whole(each["whole_until"])
        pool = account.pools[key] = Pool(key, f"{account.name}/{key}", positions, called, whole_until)
        if "acts_at" in each:
            pool.wait(_whole(each["acts_at"]), _whole(each["since"]), _text(each["phase"]))
    return account


def _row(values: Tally | Order | Position) -> dict[str, Any]:
    row = {name: getattr(values, name) for name in _NAMES[type(values)]}
    row = {name: value for name, value in row.items() if name not in LATER or value != LATER[name]}
    return {name: plain(value) if isinstance(value, Decimal) else value for name, value in row.items()}


def _filled(kind: type[Kind], row: dict[str, Any]) -> Kind:
    """A dataclass from its row, each value read as its type says."""
    known = {each.name: str(each.type) for each in fields(kind)}  # type: ignore[arg-type]
    if not known.keys() - LATER.keys() <= row.keys() <= known.keys():
        raise SnapshotError(f"{kind.__name__} has other fields than this snapshot's")
    return kind(**{name: _value(row[name], known[name]) for name in known if name in row})


def _value(value: object, kind: str) -> object:
    if value is None and "None" in kind:
        return None
    if "Decimal" in kind:
        return _decimal(value)
    if kind == "int":
        return _whole(value)
    if kind == "bool":
        return _truth(value)
    return _text(value)


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise SnapshotError("a snapshot has something else where yes or no belongs")
    return value


def _decimal(value: object) -> Decimal:
    if not isinstance(value, str) or len(value) > LONGEST_NUMBER:
        raise SnapshotError("a snapshot has something else where a number belongs")
    return exact(value)


def _whole(value: object) -> int:
    if type(value) is not int or not 0 <= value <= LARGEST_WHOLE:
        raise SnapshotError("a snapshot has something else where a whole number belongs")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.isprintable() or len(value) > LONGEST_TEXT:
        raise SnapshotError("a snapshot has something else where a name belongs")
    return value
