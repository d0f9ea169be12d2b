"""Funding: what longs and shorts pay each other, at the venue's times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from decimal import ROUND_FLOOR, Decimal

from engine.account import HOUSE, Account, Pool
from engine.events import FundingPaid, InterestPaid
from engine.exchange import Exchange
from engine.frozen import altered
from engine.funding.schedule import FundingSchedule
from engine.numbers import EXACT, MONEY_UNIT, ZERO, received
from engine.segment import Moment
from engine.tape import Path


def charge_funding(exchange: Exchange, path: Path, account: Account, moment: Moment, due: int) -> None:
    """Charge `account` what is due at `due` (ms UTC), for every open position or, where the venue accrues by pool, for
    every pool.

    The oracle price is the mark. Amounts are rounded against the player. What a pool pays may take it below its
    requirement: the health check comes after.
    """
    since = due - exchange.rulebook.funding_period()
    if exchange.rulebook.accrues == "by pool":
        premiums = {symbol: path.mean_premium(symbol, since, due, moment.step) for symbol in path.tape.by_symbol}
        for _, pool in sorted(account.pools.items()):
            _accrue(exchange, account, pool, premiums, moment)
        return
    for _, pool in sorted(account.pools.items()):
        for key, position in sorted(pool.positions.items()):
            symbol = position.symbol
            premium = path.mean_premium(symbol, since, due, moment.step)
            _charge(exchange, account, pool, key, exchange.rulebook.funding_rate(symbol, premium), moment)


def _accrue(
    exchange: Exchange, account: Account, pool: Pool, premiums: Mapping[str, Decimal | None], moment: Moment
) -> None:
    """Charge one pool what its venue says is due."""
    collateral = exchange.world.balance(pool)
    for due in exchange.rulebook.accruals(pool, collateral, moment.marks, premiums):
        amount = received(due.amount)
        exchange.world.move(HOUSE, pool, amount)
        if due.position is not None:
            position = pool.positions[due.position]
            pool.positions[due.position] = altered(position, funding=position.funding + amount)
        exchange.tell(
            InterestPaid(
                **moment.stamp(account.name),
                symbol=due.asset,
                pool=pool.key,
                accrual=due.kind,
                rate=due.rate,
                notional=due.notional,
                amount=amount,
            )
        )


def settle_funding(
    exchange: Exchange, account: Account, schedule: FundingSchedule, first: int, last: int
) -> list[FundingPaid]:
    """Charge what `charge_funding` would at the due times number `first` to `last` − 1, none of which changes more.

    The events are returned, not told: nothing else has happened between them.
    """
    held = [(pool, key) for _, pool in sorted(account.pools.items()) for key in sorted(pool.positions)]
    payers = [_Payer(pool, key, schedule) for pool, key in held]
    paid = zip(*(payer.pay(first, last, account.name) for payer in payers), strict=True)
    events = [event for together in paid for event in together]
    for payer in payers:
        payer.post(exchange)
    return events


# A frozen dataclass's own constructor takes three times as long, and a year of eight markets has 70,000 of these.
_new = object.__new__
_step, _time, _actor, _symbol, _pool, _rate, _notional, _amount = (
    getattr(FundingPaid, each.name).__set__ for each in fields(FundingPaid)
)


class _Payer:
    """One position while funding is settled."""

    def __init__(self, pool: Pool, key: str, schedule: FundingSchedule) -> None:
        self.pool, self.key, self.schedule = pool, key, schedule
        self.total = ZERO

    def pay(self, first: int, last: int, actor: str) -> list[FundingPaid]:
        """Pay, or get, what is due at the due times number `first` to `last` − 1."""
        position, schedule, key = self.pool.positions[self.key], self.schedule, self.pool.key
        charges = schedule.charges(position.symbol)
        size, symbol, sign = abs(position.size), position.symbol, -position.side
        events, total = [], ZERO
        for place in range(first, last):
            rate, notional = charges.rates[place], size * charges.marks[place]
            amount = (sign * notional * rate).quantize(MONEY_UNIT, ROUND_FLOOR)
            total += amount
            event = _new(FundingPaid)
            _step(event, schedule.vertices[place])
            _time(event, schedule.times[place])
            _actor(event, actor)
            _symbol(event, symbol)
            _pool(event, key)
            _rate(event, rate)
            _notional(event, notional)
            _amount(event, amount)
            events.append(event)
        self.total = total
        return events

    def post(self, exchange: Exchange) -> None:
        """Move what came together."""
        exchange.world.move(HOUSE, self.pool, self.total)
        position = self.pool.positions[self.key]
        self.pool.positions[self.key] = altered(position, funding=position.funding + self.total)


def funding_payment(size: Decimal, oracle: Decimal, rate: Decimal) -> Decimal:
    """size × oracle price × rate, in quote units: what a position pays (negative: gets)."""
    return EXACT.multiply(EXACT.multiply(size, oracle), rate)


def _charge(exchange: Exchange, account: Account, pool: Pool, key: str, rate: Decimal, moment: Moment) -> None:
    position = pool.positions[key]
    mark = moment.marks[position.symbol]
    amount = received(-funding_payment(position.size, mark, rate))
    exchange.world.move(HOUSE, pool, amount)
    pool.positions[key] = altered(position, funding=position.funding + amount)
    exchange.tell(
        FundingPaid(
            **moment.stamp(account.name),
            symbol=position.symbol,
            pool=pool.key,
            rate=rate,
            notional=position.notional(mark),
            amount=amount,
        )
    )
