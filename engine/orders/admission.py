"""What a player is allowed to do: every check before a command changes anything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from engine.account import CROSS, Account, Mode, Pool, Position
from engine.exchange import Exchange, posted_margin
from engine.margin import Health
from engine.numbers import EXACT, MONEY_UNIT, ONE, ZERO, divide, paid, plain
from engine.orders.order import Order
from engine.rulebooks.base import Refusal, Role
from engine.segment import Moment

ROUNDING_ROOM = MONEY_UNIT * 4
DEFAULT_LEVERAGE = 10


@dataclass(frozen=True, slots=True)
class Shortage(Refusal):
    """A refusal for want of margin. `ways`: what would do besides a smaller size."""

    ways: tuple[str, ...] = ()

    def proposing(self, order: Order, fits: Decimal) -> Refusal:
        """The same with a size of `order` that fits, if there is one."""
        ways = [f"{order.side} {plain(fits)} {order.symbol}"] if fits > 0 else []
        return Refusal(self.reason, _either((*ways, *self.ways)))


def _either(ways: tuple[str, ...]) -> str:
    return "try " + ", or ".join(ways)


def mode_for(exchange: Exchange, account: Account, symbol: str, asked: Mode | None) -> Mode:
    """The margin mode of the next order: asked for, that of what is open, chosen before, or the set-up's."""
    if asked:
        return asked
    if exchange.rulebook.isolated_only(symbol):
        return "isolated"
    open_modes = {pool.mode for pool in account.pools_with(symbol)}
    if len(open_modes) == 1:
        return open_modes.pop()
    return account.modes.get(symbol, exchange.setup.mode)


def leverage_for(exchange: Exchange, account: Account, symbol: str, asked: int | None, mode: Mode | None = None) -> int:
    """The leverage of the next order: asked for, that of the open position (in `mode`, where it is known), chosen
    before, or 10x (the market's largest where that is less)."""
    if asked:
        return asked
    for pool, position in account.positions_in(symbol):
        if mode in (None, pool.mode):
            return position.leverage
    return account.leverages.get(symbol, min(DEFAULT_LEVERAGE, exchange.rulebook.largest_leverage(symbol, ZERO)))


def refuse_leverage(exchange: Exchange, symbol: str, leverage: int, notional: Decimal) -> Refusal | None:
    """Refuse more leverage than the venue gives a position of that notional."""
    largest = exchange.rulebook.largest_leverage(symbol, notional)
    if leverage <= largest:
        return None
    size = f" of ${plain(notional.quantize(ONE))}" if notional else ""
    if largest == 0:
        most = exchange.rulebook.largest_notional(symbol, 1) or ZERO
        return Refusal(f"{symbol}{size} is more than the venue takes", f"at most ${plain(most.quantize(ONE))}")
    return Refusal(f"{symbol}{size} can be opened at {largest}x at most, not {leverage}x", f"try {largest}x")


def refuse_opening(
    exchange: Exchange,
    account: Account,
    pool: Pool,
    order: Order,
    size: Decimal,
    price: Decimal,
    role: Role,
    at: Moment,
) -> Refusal | None:
    """Refuse an opening trade that its margin does not allow; None when it may be done."""
    if pool.acts_at:
        return Refusal(f"{order.symbol}’s pool is being liquidated", "wait until that is over")
    held = pool.position(order.position_key)
    notional = EXACT.multiply(abs(held.size + order.sign * size), at.marks[order.symbol])
    if refusal := refuse_leverage(exchange, order.symbol, order.leverage, notional):
        return refusal
    if refusal := _refuse_two_leverages(account, order):
        return refusal
    fee = exchange.fee(EXACT.multiply(size, price), role)
    after = _after(held, order, size, price)
    if pool.key == CROSS:
        return _refuse_cross(exchange, account, pool, after, fee, order, at)
    return _refuse_isolated(exchange, account, pool, after, fee, posted_margin(size, price, order.leverage), order, at)


def _refuse_two_leverages(account: Account, order: Order) -> Refusal | None:
    """In hedge mode both sides of a market have one leverage."""
    for _, position in account.positions_in(order.symbol) if account.hedged else ():
        if position.key != order.position_key and position.leverage != order.leverage:
            return Refusal(
                f"{position.name} is open at {position.leverage}x, and both sides of a hedge have one leverage",
                f"trade at {position.leverage}x, or say leverage {order.symbol} {order.leverage}x first",
            )
    return None


def _after(held: Position, order: Order, size: Decimal, price: Decimal) -> Position:
    position, _ = held.traded(order.sign * size, paid(EXACT.multiply(order.sign * size, price)))
    return replace(position, leverage=order.leverage)


def _refuse_cross(
    exchange: Exchange, account: Account, pool: Pool, after: Position, fee: Decimal, order: Order, at: Moment
) -> Refusal | None:
    trial = Pool(pool.key, pool.owner, {**pool.positions, after.key: after})
    balance = exchange.world.balance(pool) - fee
    if refusal := exchange.rulebook.refuse(trial, balance, at.marks):
        return refusal
    health = exchange.rulebook.health(trial, balance, "order")
    if not health.safe(at.marks):
        missing = -health.margin.exact(at.marks)
        need = exchange.rulebook.initial_margin(after, at.marks[order.symbol])
        return _too_little(exchange, account, order, need, fee, missing)
    return _refuse_stillborn(exchange.rulebook.health(trial, balance, "maintenance"), order, at)


def _refuse_isolated(
    exchange: Exchange,
    account: Account,
    pool: Pool,
    after: Position,
    fee: Decimal,
    margin: Decimal,
    order: Order,
    at: Moment,
) -> Refusal | None:
    from_pool = fee if exchange.rulebook.fees_from_pool else ZERO
    missing = margin + fee - from_pool - exchange.spare(account.wallet, at)
    if missing > 0:
        return _too_little(exchange, account, order, margin, fee, missing)
    trial = Pool(pool.key, pool.owner, {after.key: after})
    balance = exchange.world.balance(pool) + margin - from_pool
    if refusal := exchange.rulebook.refuse(trial, balance, at.marks):
        return refusal
    if refusal := _refuse_below_own_margin(exchange, trial, after, balance, order, at):
        return refusal
    if order.leverage < pool.position(order.position_key).leverage:
        missing = -exchange.rulebook.health(trial, balance, "order").margin.exact(at.marks)
        if missing > 0:
            return Refusal(
                f"at {order.leverage}x the whole {order.symbol} pool would need {_cents(missing):,} more",
                f"keep its leverage, or margin {order.symbol} +{plain(_cents(missing))} first",
            )
    return _refuse_stillborn(exchange.rulebook.health(trial, balance, "maintenance"), order, at)


BEYOND_ANY = 10**9
"""A leverage so high that it asks for nothing: what is required at it is the venue's own."""


def _refuse_below_own_margin(
    exchange: Exchange, trial: Pool, after: Position, balance: Decimal, order: Order, at: Moment
) -> Refusal | None:
    """Refuse where the venue itself asks for more than the chosen leverage posts, as for large sizes, and the pool
    lacks it. Elsewhere what was posted at the price of the fill is enough, wherever the mark is."""
    mark, rulebook = at.marks[order.symbol], exchange.rulebook
    notional = after.notional(mark)
    own = rulebook.initial_margin(replace(after, leverage=BEYOND_ANY), mark)
    posts = divide(notional, Decimal(order.leverage))
    if own <= posts + ROUNDING_ROOM or rulebook.health(trial, balance, "order").safe(at.marks):
        return None
    needs, fits = f"{_cents(own):,} of margin", int(divide(notional, own))
    reason = f"{order.symbol} of this size needs {needs}, and {order.leverage}x posts {_cents(posts):,}"
    return Refusal(reason, f"try {fits}x, or a smaller size" if fits else "try a smaller size")


def _too_little(
    exchange: Exchange, account: Account, order: Order, need: Decimal, fee: Decimal, missing: Decimal
) -> Refusal:
    """Refuse for want of margin, and name what would do: more leverage, a deposit. Whoever asked adds the size."""
    largest = exchange.rulebook.largest_leverage(order.symbol, ZERO)
    saved = need - divide(EXACT.multiply(need, Decimal(order.leverage)), Decimal(largest))
    helps = exchange.rulebook.margin_by_leverage and saved >= missing
    ways = (*((f"{largest}x",) if helps else ()), f"deposit {plain(_cents(missing))}")
    costs = f"{_cents(need):,} of margin" + (f" and {_cents(fee):,} in fees" if fee else "")
    kept = "" if order.pool == CROSS or account.wallet.positions == {} else f" ({exchange.rulebook.keeps})"
    reason = f"this needs {costs}, and {_cents(missing):,} is missing{kept}"
    return Shortage(reason, _either(ways), ways)


def _cents(amount: Decimal) -> Decimal:
    return paid(amount, Decimal("0.01"))


def _refuse_stillborn(health: Health, order: Order, at: Moment) -> Refusal | None:
    if health.safe(at.marks):
        return None
    return Refusal(
        f"{order.symbol} would be below maintenance as soon as it is open", "try less leverage or a smaller size"
    )


def most_that_opens(exchange: Exchange, account: Account, order: Order, at: Moment) -> Decimal:
    """About the largest size of `order`'s kind that its margin allows to open now, in base units on the lot grid (≥ 0).

    Exact where it touches nothing that is open in its market; `capacity.largest_size` is exact everywhere.
    """
    market, rulebook = exchange.markets[order.symbol], exchange.rulebook
    mark = at.marks[order.symbol]
    size = ZERO
    for _ in range(4):  # the impact on the price depends on the size: a few rounds settle it
        price = order.price
        if order.kind != "limit":
            price = exchange.taker_price(order, max(size, market.lot_size), at)
        fee_rate = rulebook.fee_rate("taker") if exchange.setup.fees else ZERO
        per_unit = divide(max(price, mark), Decimal(order.leverage)) + EXACT.multiply(price, fee_rate)
        if order.pool == CROSS:
            per_unit += max(ZERO, order.sign * (price - mark))
            health = exchange.health(account.wallet, "order")
            free = health.margin.exact(at.marks)
        else:
            free = exchange.movable(account.wallet, at)
        size = market.size_down(divide(max(ZERO, free - ROUNDING_ROOM), per_unit))
    return _within_tier(exchange, account, order, size, mark)


def _within_tier(exchange: Exchange, account: Account, order: Order, size: Decimal, mark: Decimal) -> Decimal:
    """`size`, or what may be added before the position is too large for the order's leverage."""
    most = exchange.rulebook.largest_notional(order.symbol, order.leverage)
    if most is None:
        return size
    pool = account.pools.get(order.pool)
    held = pool.position(order.position_key).size if pool else ZERO
    market = exchange.markets[order.symbol]
    room = market.size_down(divide(most, mark)) - market.lot_size - held * order.sign
    return max(ZERO, min(size, room))
