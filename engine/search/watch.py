"""What a session waits for while time passes, in the terms of a search: ticks, trailing stops and gauges."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from engine.account import Account
from engine.exchange import Exchange
from engine.funding.schedule import FundingSchedule
from engine.orders.order import Order
from engine.search.gauges import Gauge, Gauges
from engine.search.triggers import Trail
from engine.tape import Path

Side = tuple[str, Literal["last", "mark"]]
"""A market and which of its prices."""


@dataclass(slots=True)
class Watch:
    """What a session waits for.

    Attributes:
        below, above: in ticks, the highest price that a fall, and the lowest that a rise, has to reach.
        gauges: what pools have and must have.
        schedule: when funding is due; None where nothing is. The first `settled` due times have been settled.
        until: the vertex from which on it is no longer all that is waited for: a market trades again.
    """

    below: dict[Side, int] = field(default_factory=dict)
    above: dict[Side, int] = field(default_factory=dict)
    trails: list[Trail] = field(default_factory=list)
    gauges: list[Gauge] = field(default_factory=list)
    schedule: FundingSchedule | None = None
    settled: int = 0
    until: int = 1 << 62

    @property
    def idle(self) -> bool:
        """Whether there is nothing to wait for."""
        return not (self.below or self.above or self.trails or self.gauges or self.schedule)

    def price(self, symbol: str, kind: Literal["last", "mark"], ticks: int, fires_below: bool) -> None:
        """Wait for a price, keeping only the nearest a side."""
        held = self.below if fires_below else self.above
        nearest = max if fires_below else min
        held[symbol, kind] = nearest(held.get((symbol, kind), ticks), ticks)


def watch_of(
    exchange: Exchange,
    account: Account,
    gauges: Gauges,
    schedule: FundingSchedule | None,
    funded_until: int,
    path: Path,
    after: int,
) -> Watch:
    """What `account` waits for after vertex `after`, its funding having been settled until `funded_until` (ms UTC,
    already reached). Orders of a market that stands still can't fire before it trades again."""
    watch, trading = Watch(), path.trading(after + 1)
    for order in account.orders.values():
        if order.symbol in trading:
            _watch_order(watch, exchange, order)
        else:
            watch.until = path.trading_changes(after + 1)
    pools = [pool for pool in account.pools.values() if pool.positions]
    if pools and schedule is not None:
        watch.schedule, watch.settled = schedule, schedule.settled(funded_until)
    watch.gauges = [gauges.of(pool, watch.schedule, watch.settled) for pool in pools]
    return watch


def _watch_order(watch: Watch, exchange: Exchange, order: Order) -> None:
    market = exchange.markets[order.symbol]
    if order.kind != "trail" or order.trail is None or order.extreme is None:
        ticks = market.ticks(order.firing_price(market.tick_size))
        watch.price(order.symbol, order.watches, ticks, order.fires_below)
        return
    extreme = market.ticks(order.extreme)
    watch.trails.append(Trail(order.symbol, order.fires_below, order.since, extreme, float(order.trail)))
