"""Whether a snapshot's content can be a session's state at all.

A save may come from anywhere. What passes here can be played on without a fault: every number is in range, every name
is known, and the world adds up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args

from engine.account import CROSS, HOUSE, YOU, Account, Mode, Pool, World, isolated_key
from engine.ledger import FEES, OUTSIDE, UNPAID
from engine.numbers import to_grid
from engine.orders.order import Order, OrderKind, PositionSide
from engine.tally import Tally
from engine.tape import Tape

State = Literal["running", "wiped out", "ended"]
ORDER_ID = re.compile(r"c[1-9][0-9]{0,8}(\.(tp|sl|trail))?")
LARGEST_LEVERAGE = 9999
MOST_CALLS = 100
LARGEST_AMOUNT = Decimal("1e30")
LARGEST_SHARE = Decimal(100)
"""Largest distance of an attached leg from its entry, as a fraction of it: 10,000 %."""


class SnapshotError(ValueError):
    """A snapshot that is damaged, or that belongs to another tape or another version."""


@dataclass(frozen=True, slots=True)
class SavedState:
    """What a snapshot holds."""

    world: World
    tally: Tally
    state: State
    step: int
    commands: int
    funded_until: int


def check_state(state: SavedState, tape: Tape) -> None:
    """Refuse a state that no session on `tape` can be in.

    Raises:
        SnapshotError: with what is wrong.
    """
    _require(state.state in get_args(State), f"“{state.state!s:.40}” is no state of a session")
    _require(state.step < len(tape), f"step {state.step} is not on this tape")
    _require(state.world.asset == tape.markets[0].quote, "its asset is not this tape’s")
    for account in state.world.accounts.values():
        _check_account(account, tape, state.step)
    now = int(tape.times[state.step])
    _require(int(tape.times[0]) <= state.funded_until <= now, "its funding is not settled up to its time")
    _check_world(state.world, tape)


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise SnapshotError(f"this snapshot doesn’t fit: {otherwise}")


def _check_account(account: Account, tape: Tape, step: int) -> None:
    known = set(tape.by_symbol)
    modes = get_args(Mode)
    _require(set(account.leverages) | set(account.modes) <= known, "a setting of a market that is not on this tape")
    _require(all(0 < each <= LARGEST_LEVERAGE for each in account.leverages.values()), "a leverage out of range")
    _require(all(mode in modes for mode in account.modes.values()), "a margin mode that isn’t one")
    for order in account.orders.values():
        _check_order(order, tape, step)
    for pool in account.pools.values():
        _check_pool(account, pool, tape)


def _check_order(order: Order, tape: Tape, step: int) -> None:
    market = tape.by_symbol.get(order.symbol)
    _require(market is not None, f"{order.symbol} is not on this tape")
    assert market is not None
    _require(ORDER_ID.fullmatch(order.id) is not None, "an order’s id isn’t one")
    _require(order.kind in get_args(OrderKind) and order.kind != "market", "an order’s kind isn’t one")
    _require(order.side in ("buy", "sell"), "an order’s side isn’t one")
    _require(order.position_side in get_args(PositionSide), "an order’s position side isn’t one")
    _require(order.pool in (CROSS, isolated_key(order.position_key)), "an order’s pool isn’t its market’s")
    _require(0 < order.leverage <= LARGEST_LEVERAGE, "an order’s leverage is out of range")
    _require(0 < order.size == to_grid(order.size, market.lot_size), "an order’s size is off the grid")
    for price in (order.price, order.limit, order.extreme, order.take_profit, order.stop_loss):
        on_grid = price is None or 0 < price == to_grid(price, market.tick_size)
        _require(on_grid and (price is None or price < LARGEST_AMOUNT), "an order’s price is off the grid")
    for share in (order.trail, order.take_profit_share, order.stop_loss_share):
        _require(share is None or 0 < share <= LARGEST_SHARE, "a percentage of an order is out of range")
    _require(order.limit is None or order.kind in ("stop", "take"), "a limit price where none belongs")
    trails = order.kind == "trail"
    _require(trails == (order.trail is not None), "a trailing stop isn’t one")
    _require(_may_remember(order), "an order remembers a price that it can’t have met")
    _require(order.since <= step if trails else order.since == 0, "an order was placed in the future")
    _require(order.trail is None or order.trail < 1, "a trailing stop trails too far")
    _require(order.reduce_only or not order.whole, "an order that opens can’t cover a whole position")


def _may_remember(order: Order) -> bool:
    """A trailing stop knows what it trails from; a limit the last price at which it came to rest, if beyond its own."""
    if order.kind != "limit" or order.extreme is None:
        return (order.kind == "trail") == (order.extreme is not None)
    return order.sign * (order.price - order.extreme) > 0


def _check_pool(account: Account, pool: Pool, tape: Tape) -> None:
    house, isolated = account.name == HOUSE, pool.key != CROSS
    _require(pool.called <= MOST_CALLS, "a pool’s calls are out of range")
    if isolated:
        _require([isolated_key(key) for key in pool.positions] == [pool.key], "an isolated pool of other markets")
    for position in pool.positions.values():
        market = tape.by_symbol.get(position.symbol)
        _require(market is not None, f"{position.symbol} is not on this tape")
        _require_side(position.position_side, account, position.side)
        assert market is not None
        _require(0 < position.leverage <= LARGEST_LEVERAGE, "a position’s leverage is out of range")
        _require(position.size == to_grid(position.size, market.lot_size), "a position’s size is off the grid")
        _require(house or position.size != 0, "a position without size")
        _require(abs(position.size) < LARGEST_AMOUNT and abs(position.cost) < LARGEST_AMOUNT, "a position out of range")


def _require_side(position_side: PositionSide, account: Account, side: int) -> None:
    """A long side is long, a short side short, and only a hedged account has them."""
    fits = {"both": not account.hedged, "long": account.hedged and side > 0, "short": account.hedged and side < 0}
    _require(fits.get(position_side, False), "a position’s side isn’t one")


def _check_world(world: World, tape: Tape) -> None:
    for symbol in tape.by_symbol:
        _require(world.sizes(symbol) == 0 and world.costs(symbol) == 0, f"the positions in {symbol} don’t add up")
    owners = {pool.owner for account in world.accounts.values() for pool in account.pools.values()}
    owners |= {OUTSIDE, FEES, UNPAID, HOUSE, f"{YOU}/{CROSS}"}
    for owner, asset, amount in world.ledger.entries():
        _require(asset == world.asset, f"it holds {asset}")
        _require(owner in owners, f"{owner} is nobody")
        _require(amount != 0 and abs(amount) < LARGEST_AMOUNT, "a balance out of range")
    _require(world.ledger.unaccounted(world.asset) == 0, "its money doesn’t add up")
