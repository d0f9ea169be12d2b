"""The figures that conditions and texts may name: what each is called, what it counts, and where it is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from engine.account import CROSS
from engine.events import Filled, LiquidationStarted, MarginMoved, Noted, TakenOver
from engine.looking.views import PoolView, PositionView, View
from engine.numbers import EXACT, ZERO, exact
from engine.scenarios.conditions.situation import Situation

Unit = Literal["money", "price", "size", "share", "count", "times", "time"]
"""Quote units, quote units a base unit, base units, a fraction of 1, a number, a leverage, and ms UTC."""

About = Literal["account", "market", "position", "pool"]
"""What is named after the figure: nothing; a market; a market with a position; a market or `cross`."""

Reader = Callable[[Situation, str], Decimal | None]
"""Reads the figure for a market, for `cross`, or (of the account) for an empty name; None where there is none."""


@dataclass(frozen=True, slots=True)
class Named:
    """A figure.

    Attributes:
        unit, about: what it counts, and what has to be named after it.
        meaning: in a few words.
        read: where it comes from.
        moves: whether it changes as prices do, without any event.
    """

    unit: Unit
    about: About
    meaning: str
    read: Reader
    moves: bool = True


_NUMBER = re.compile(r"-?[0-9][0-9,]*(?:\.[0-9]+)?")


def _of_account(name: str, unit: Unit, meaning: str, moves: bool = True) -> Named:
    return Named(unit, "account", meaning, lambda now, _: Decimal(getattr(now.view, name)), moves)


def _of_market(name: str, unit: Unit, meaning: str, moves: bool = True) -> Named:
    def read(now: Situation, symbol: str) -> Decimal | None:
        market = next((each for each in now.view.markets if each.symbol == symbol), None)
        return None if market is None else Decimal(getattr(market, name))

    return Named(unit, "market", meaning, read, moves)


def _of_position(name: str, unit: Unit, meaning: str, moves: bool = True) -> Named:
    def read(now: Situation, symbol: str) -> Decimal | None:
        position = position_in(now.view, symbol)
        value = None if position is None else getattr(position, name)
        return None if value is None else abs(Decimal(value)) if name == "size" else Decimal(value)

    return Named(unit, "position", meaning, read, moves)


def _of_pool(name: str, unit: Unit, meaning: str) -> Named:
    def read(now: Situation, key: str) -> Decimal | None:
        pool = pool_of(now.view, key)
        value: Decimal | None = None if pool is None else getattr(pool, name)
        return value

    return Named(unit, "pool", meaning, read)


def position_in(view: View, symbol: str) -> PositionView | None:
    """The market's position, the first one by pool and side where there are several."""
    return next((each for each in view.positions if each.symbol == symbol), None)


def pool_of(view: View, key: str) -> PoolView | None:
    """The cross pool, or the pool in which a market has its position."""
    position = None if key == CROSS else position_in(view, key)
    wanted = CROSS if key == CROSS else position.pool if position else None
    return next((pool for pool in view.pools if pool.key == wanted), None)


def _profit(now: Situation, _: str) -> Decimal:
    return now.view.equity + now.view.withdrawals - now.view.deposits


def _traded(side: str) -> Reader:
    def read(now: Situation, symbol: str) -> Decimal:
        fills = (each for each in now.events if isinstance(each, Filled) and each.symbol == symbol)
        return sum((each.size for each in fills if each.side == side and each.reason != "liquidation"), ZERO)

    return read


def _margin_added(now: Situation, symbol: str) -> Decimal:
    moves = (each for each in now.events if isinstance(each, MarginMoved) and each.symbol == symbol)
    return sum((each.amount for each in moves), ZERO)


def _breach_price(now: Situation, symbol: str) -> Decimal | None:
    """Of the market's first liquidation."""
    started = (each for each in now.events if isinstance(each, LiquidationStarted) and each.symbol == symbol)
    return next((each.price for each in started), None)


def _forced_price(now: Situation, symbol: str) -> Decimal | None:
    """By size, over the orders of its liquidations and what a fund took over."""
    taken = [
        (abs(each.size), each.price)
        for each in now.events
        if (isinstance(each, Filled) and each.symbol == symbol and each.reason == "liquidation")
        or (isinstance(each, TakenOver) and each.symbol == symbol)
    ]
    size = sum((size for size, _ in taken), ZERO)
    return EXACT.divide(sum((size * price for size, price in taken), ZERO), size) if size else None


def _noted(now: Situation, _: str) -> Decimal | None:
    """The last number in the player's latest note that has one."""
    for event in reversed(now.events):
        if isinstance(event, Noted) and (found := _NUMBER.findall(event.text)):
            return exact(found[-1].replace(",", ""))
    return None


def _own_gauge(now: Situation, key: str) -> Decimal | None:
    pool = pool_of(now.view, key)
    return None if pool is None or pool.own_gauge is None else pool.own_gauge.value


def _to_liquidation(now: Situation, symbol: str) -> Decimal | None:
    position = position_in(now.view, symbol)
    if position is None or position.liquidation_price is None:
        return None
    return abs(EXACT.divide(position.liquidation_price, position.mark) - 1)


FIGURES: Mapping[str, Named] = MappingProxyType(
    {
        "equity": _of_account("equity", "money", "what everything is worth now: money and open profit"),
        "free": _of_account("free", "money", "what the wallet could still put behind a position"),
        "wallet": _of_account("wallet", "money", "money in the wallet", moves=False),
        "profit": Named("money", "account", "equity and what was cashed out, less what was paid in", _profit),
        "realised": _of_account("realised", "money", "profit of what was closed", moves=False),
        "deposits": _of_account("deposits", "money", "money that came in since the start", moves=False),
        "withdrawals": _of_account("withdrawals", "money", "money that was taken out", moves=False),
        "fees": _of_account("fees", "money", "fees that were paid", moves=False),
        "funding": _of_account("funding", "money", "funding and interest received; negative: paid"),
        "insurance": _of_account("insurance", "money", "what the venue's insurance fund holds", moves=False),
        "margin used": Named(
            "money", "account", "the most margin behind positions at any time", lambda now, _: now.margin_used, False
        ),
        "calls": _of_account("calls", "count", "margin calls so far", moves=False),
        "liquidations": _of_account("liquidations", "count", "liquidations so far", moves=False),
        "refusals": Named("count", "account", "refused commands", lambda now, _: Decimal(len(now.refusals)), False),
        "noted": Named("count", "account", "the last number that you wrote into a note", _noted, False),
        "time": Named("time", "account", "the time on the tape", lambda now, _: Decimal(now.view.time)),
        "price": _of_market("last", "price", "the last price"),
        "mark": _of_market("mark", "price", "the mark price, by which margin is judged"),
        "funding rate": _of_market("funding_rate", "share", "what longs pay for a funding period"),
        "largest leverage": _of_market("largest_leverage", "times", "the most leverage that is given", moves=False),
        "size": _of_position("size", "size", "size of the position, long or short", moves=False),
        "entry": _of_position("entry_price", "price", "the price that it was opened at", moves=False),
        "notional": _of_position("notional", "money", "size × mark"),
        "leverage": _of_position("leverage", "times", "the leverage that was chosen", moves=False),
        "unrealised": _of_position("unrealised", "money", "its open profit"),
        "initial margin": _of_position("initial_margin", "money", "what it takes to open it"),
        "maintenance margin": _of_position("maintenance_margin", "money", "what it must have to stay open"),
        "liquidation price": _of_position("liquidation_price", "price", "where it is liquidated"),
        "bankruptcy price": _of_position("bankruptcy_price", "price", "where all its collateral is lost"),
        "room": Named("share", "position", "how far the mark is from the liquidation price", _to_liquidation),
        "gauge": _of_pool("gauge", "share", "maintenance requirement ÷ equity: 100% is liquidation"),
        "margin": _of_pool("balance", "money", "collateral in the pool"),
        "pool equity": _of_pool("equity", "money", "the pool's collateral and open profit"),
        "requirement": _of_pool("requirement", "money", "what the pool must have to stay open"),
        "cushion": _of_pool("cushion", "money", "the pool's money to go until liquidation"),
        "real leverage": _of_pool("effective_leverage", "times", "notional ÷ equity of the pool"),
        "health": Named("count", "pool", "the venue's own gauge, such as a health factor", _own_gauge),
        "bought": Named("size", "market", "how much was bought so far", _traded("buy"), False),
        "sold": Named("size", "market", "how much was sold so far", _traded("sell"), False),
        "breach price": Named(
            "price", "market", "the price at which its first liquidation began", _breach_price, False
        ),
        "forced price": Named("price", "market", "the average price that its liquidations got", _forced_price, False),
        "margin added": Named(
            "money", "market", "margin moved in by hand, less what was taken out", _margin_added, False
        ),
    }
)
"""Every figure, by its name."""

LONGEST_NAME = max(len(name.split()) for name in FIGURES)
"""Words of the longest name."""
