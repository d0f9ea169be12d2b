"""Supplying, withdrawing, borrowing and repaying, on venues that lend.

An account nets each asset: a coin's amount is the size of its position, the quote asset's is the wallet's money less
what its positions cost. What is supplied comes from outside and what is withdrawn or borrowed goes there, a coin at its
mark, so a loan that is taken out counts as withdrawn.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from engine.account import Pool
from engine.assets import base_asset
from engine.commands.command import Lend
from engine.commands.turn import Refused, Turn
from engine.events import AssetMoved
from engine.ledger import OUTSIDE
from engine.market import Market
from engine.numbers import EXACT, MONEY_UNIT, ZERO, paid, plain, received
from engine.rulebooks.base import Level, Refusal

INWARD = frozenset(("supply", "repay"))


def coin_market(turn: Turn, asset: str) -> Market | None:
    """The market of a coin that the venue lends, by its symbol or its coin; None where there is none."""
    lent = {symbol: market for symbol, market in turn.exchange.markets.items() if turn.exchange.rulebook.lends(symbol)}
    coins = [market for symbol, market in lent.items() if base_asset(symbol) == asset]
    return lent.get(asset) or (coins[0] if len(coins) == 1 else None)


def lend(turn: Turn, command: Lend) -> None:
    """Carry out a supply, withdrawal, loan or repayment.

    Raises:
        Refused: with the reason and what would work.
    """
    market = coin_market(turn, command.asset)
    if market is None:
        _check_quote(turn, command)
    held = _quote_net(turn) if market is None else _wallet(turn).position(market.symbol).size
    amount = _amount(command, market)
    _check_side(command, held, amount)
    _check_health(turn, command, market, held, amount)
    value = _move(turn, command, market, amount)
    net = _quote_net(turn) if market is None else _wallet(turn).position(market.symbol).size
    rescue = turn.rescues + 1 if turn.wiped_out and command.action in INWARD else 0
    turn.exchange.tell(
        AssetMoved(
            **turn.stamp,
            symbol=command.asset,
            action=command.action,
            amount=amount,
            value=value,
            net=net,
            rescue=rescue,
        )
    )


def _wallet(turn: Turn) -> Pool:
    return turn.account.wallet


def _quote_net(turn: Turn) -> Decimal:
    wallet, lends = _wallet(turn), turn.exchange.rulebook.lends
    spent = sum((p.cost for p in wallet.positions.values() if lends(p.symbol)), ZERO)
    return turn.exchange.world.balance(wallet) - spent


def _check_quote(turn: Turn, command: Lend) -> None:
    exchange = turn.exchange
    coins = [base_asset(symbol) for symbol in exchange.markets if exchange.rulebook.lends(symbol)]
    if not coins:
        raise Refused(f"{exchange.rulebook.card.name} does not lend", "deposit and cash out move money there")
    if command.asset != exchange.world.asset:
        known = ", ".join([exchange.world.asset, *coins])
        raise Refused(f"{command.asset} can’t be lent here", f"there are {known}")


def _amount(command: Lend, market: Market | None) -> Decimal:
    amount = received(command.amount) if market is None else market.size_down(command.amount)
    least = MONEY_UNIT if market is None else market.lot_size
    if amount < least:
        reason = f"the smallest amount of {command.asset} is {plain(least)}"
        raise Refused(reason, f"{command.action} 1 {command.asset}")
    return amount


def _check_side(command: Lend, held: Decimal, amount: Decimal) -> None:
    """One asset is held or owed, never both: each word is for one of the two."""
    asset, action = command.asset, command.action
    if action == "supply" and held < 0:
        raise Refused(f"the account owes {plain(-held)} {asset}", f"repay {plain(min(amount, -held))} {asset}")
    if action == "borrow" and held > 0:
        raise Refused(f"the account holds {plain(held)} {asset} itself", f"withdraw {plain(min(amount, held))} {asset}")
    if action == "withdraw" and amount > held:
        way = f"withdraw {plain(held)} {asset}" if held > 0 else f"borrow {plain(amount)} {asset}"
        raise Refused(f"the account holds {plain(max(held, ZERO))} {asset}", way)
    if action == "repay" and amount > -held:
        way = f"repay {plain(-held)} {asset}" if held < 0 else f"supply {plain(amount)} {asset}"
        raise Refused(f"the account owes {plain(max(-held, ZERO))} {asset}", way)


def _check_health(turn: Turn, command: Lend, market: Market | None, held: Decimal, amount: Decimal) -> None:
    """What leaves must leave enough: to be let out, or to be lent."""
    rulebook, marks, wallet = turn.exchange.rulebook, turn.at.marks, _wallet(turn)
    level: Level = "order" if command.action == "borrow" else "withdraw"
    sign = 1 if command.action in INWARD else -1

    def refused(moved: Decimal) -> Refusal | None:
        pool, balance = _after(turn, market, sign * moved)
        if command.action in ("supply", "borrow") and (refusal := newly_refused(turn, pool, balance)):
            return refusal
        stands = rulebook.health(pool, balance, level).safe(marks) if pool.positions else balance >= 0
        if sign > 0 or stands:
            return None
        return Refusal(f"{command.action} {plain(moved)} {command.asset} would leave too little ({rulebook.keeps})")

    if wallet.acts_at:
        raise Refused("the account is being liquidated", "wait until that is over")
    refusal = refused(amount)
    if refusal is not None:
        unit = MONEY_UNIT if market is None else market.lot_size
        fits = _most(lambda lots: refused(lots * unit) is None, int(amount / unit)) * unit
        way = f"{command.action} {plain(fits)} {command.asset}" if fits else refusal.would_work or "supply more first"
        raise Refused(refusal.reason, way)


def newly_refused(turn: Turn, pool: Pool, balance: Decimal) -> Refusal | None:
    """Why the venue does not let the wallet become so, apart from margin, unless it holds already what the venue would
    not let it become: what is there may stay, and be made less."""
    rulebook, wallet = turn.exchange.rulebook, _wallet(turn)
    refusal = rulebook.refuse(pool, balance, turn.at.marks)
    if refusal is None or refusal == rulebook.refuse(wallet, turn.exchange.world.balance(wallet), turn.at.marks):
        return None
    return refusal


def _most(allowed: Callable[[int], bool], most: int) -> int:
    """The largest number of units up to `most` that is allowed, by halving; zero where none is."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if allowed(middle) else (low, middle - 1)
    return low


def _after(turn: Turn, market: Market | None, change: Decimal) -> tuple[Pool, Decimal]:
    """The wallet and its money as they would be after `change` of the asset has come in (negative: gone out)."""
    wallet, balance = _wallet(turn), turn.exchange.world.balance(_wallet(turn))
    if market is None:
        return wallet, balance + change
    trial = wallet.copy()
    cost = paid(EXACT.multiply(change, turn.at.marks[market.symbol]))
    position, realised = trial.position(market.symbol).traded(change, cost)
    trial.keep(position)
    return trial, balance + realised + cost


def _move(turn: Turn, command: Lend, market: Market | None, amount: Decimal) -> Decimal:
    """Move the asset; its value in quote units."""
    exchange, wallet = turn.exchange, _wallet(turn)
    sign = 1 if command.action in INWARD else -1
    if market is None:
        exchange.world.move(OUTSIDE, wallet, sign * amount)
        return amount
    mark = turn.at.marks[market.symbol]
    value = paid(EXACT.multiply(sign * amount, mark))
    exchange.world.move(OUTSIDE, wallet, value)
    exchange.settle(wallet, market.symbol, sign * amount, mark)
    exchange.drop_if_flat(turn.account, wallet, market.symbol, turn.at)
    return abs(value)
