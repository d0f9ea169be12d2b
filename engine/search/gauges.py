"""The gauges of pools as float64 forms: where a pool may fail, be called, or have its call armed again.

A gauge is kept while nothing of its pool changes but the funding it has paid, which its form follows by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from engine.account import Pool, Position
from engine.exchange import Exchange
from engine.formula import Folded, Formula, Sum, folded
from engine.funding.schedule import FundingSchedule
from engine.liquidation.calls import next_level, rearm_level
from engine.numbers import EXACT, MONEY_UNIT, ZERO
from engine.search.float_form import FloatForm, float_form
from engine.search.triggers import SAFETY, Mask, Ranges
from engine.tape import Path

_FUNDING = " funding"
MOST_PARTS, MOST_FOLLOWED = 1024, 256


def funding_name(symbol: str) -> str:
    """What forms call the funding that one unit of a market has paid since the tape began, in quote units."""
    return symbol + _FUNDING


class Gauge:
    """A pool's health at several levels: level × credit against the requirement, both forms of marks in ticks.

    Attributes:
        owner: the pool's name in the ledger.
        steepness: by market or funding, the most that level × credit − requirement changes a unit; `jumps` is what it
            changes at once, and `tick` what it changes when every mark moves by a tick.
        settled: how many due times had been settled when it was made.
        slack: how far from zero its floats can be when its exact value is there, apart from rounding; `weighed` is for
            which version of the largest prices.

    Args:
        falling: levels at which level × credit − requirement must be noticed at or below zero.
        rising: levels at which it must be noticed at or above zero.
        rounding: how far money posted in its smallest unit takes the credit off its form at each due time at most.
    """

    def __init__(
        self,
        owner: str,
        credit: FloatForm,
        requirement: FloatForm,
        falling: tuple[float, ...],
        rising: tuple[float, ...] = (),
        rounding: float = 0.0,
        settled: int = 0,
    ) -> None:
        self.owner, self.settled = owner, settled
        self._credit, self._requirement = credit, requirement
        self._falling, self._rising, self._rounding = falling, rising, rounding
        most = max((1.0, *falling, *rising))
        self.steepness = {name: most * steep for name, steep in credit.steepness().items()}
        for name, steep in requirement.steepness().items():
            self.steepness[name] = self.steepness.get(name, 0.0) + steep
        self.jumps = most * credit.jumps() + requirement.jumps()
        self.tick = self.jumps + sum(steep for name, steep in self.steepness.items() if not name.endswith(_FUNDING))
        self.slack, self.weighed = float("inf"), -1

    def weigh(self, largest: Mapping[str, float], version: int) -> None:
        """Set the slack, prices being no larger than these; they are the same while `version` is."""
        if version != self.weighed:
            self.slack, self.weighed = self._error(largest), version

    def _error(self, largest: Mapping[str, float]) -> float:
        """How far off its floats can be while prices are no larger than these."""
        magnitude = self._credit.magnitude(largest) + self._requirement.magnitude(largest)
        return SAFETY * magnitude + self._credit.blur(largest) + self._requirement.blur(largest)

    def _slack_by(self, due: int) -> float:
        """The slack with the rounding of what has been paid before due time number `due`, since it was made."""
        return self.slack + self._rounding * max(0, due - self.settled)

    def room(self, prices: Mapping[str, float], due: int = 0) -> float:
        """How far it is from where something may happen, if what is due before number `due` has been paid; below or
        at zero, it may happen now."""
        return self._distance(prices) - self._slack_by(due)

    def _distance(self, prices: Mapping[str, float]) -> float:
        credit, requirement = self._credit.number(prices), self._requirement.number(prices)
        room = min([level * credit - requirement for level in self._falling])
        for level in self._rising:
            room = min(room, requirement - level * credit)
        return room

    def clear(self, prices: Mapping[str, float], due: int = 0) -> bool:
        """Whether it is certain that nothing happens at these prices, whatever the slack of a search over others."""
        sizes = {name: abs(price) for name, price in prices.items()}
        return self._distance(prices) > self._error(sizes) + self._rounding * max(0, due - self.settled)

    def mark(self, hits: Mask, lows: Ranges, highs: Ranges, due: int = 0) -> None:
        """Add the blocks on which something may happen while columns stay within lows and highs, before due time
        number `due`."""
        slack = self._slack_by(due)
        credit, requirement = self._credit.lowest(lows, highs), self._requirement.highest(lows, highs)
        for level in self._falling:
            hits |= level * credit - requirement <= slack
        if self._rising:
            credit, requirement = self._credit.highest(lows, highs), self._requirement.lowest(lows, highs)
            for level in self._rising:
                hits |= level * credit - requirement >= -slack


State = tuple[Decimal, tuple[Position, ...], int]
"""A pool's balance, its positions, and how many of its calls have been made: what its gauge depends on."""


class Gauges:
    """The gauges of one account's pools, by the state that they were made for."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._known: dict[str, tuple[State, Gauge]] = {}
        self._parts = _FoldedParts()

    def of(self, pool: Pool, schedule: FundingSchedule | None, settled: int) -> Gauge:
        """The gauge of a pool whose first `settled` due times have been settled."""
        gauge = self.known(pool)
        if gauge is None:
            gauge = _gauge_of(self._exchange, self._parts, pool, schedule, settled)
            self._known[pool.owner] = self._state(pool), gauge
        return gauge

    def known(self, pool: Pool) -> Gauge | None:
        """The gauge of a pool, if it has been made and is good for the pool as it is."""
        state, gauge = self._known.get(pool.owner, (None, None))
        return gauge if state == self._state(pool) else None

    def quiet(
        self, pools: Iterable[Pool], path: Path, step: int, schedule: FundingSchedule | None, settled: int
    ) -> dict[str, Gauge]:
        """By owner, the gauges known of pools that are certain not to matter at vertex `step`."""
        known = {pool.owner: gauge for pool in pools if (gauge := self.known(pool)) is not None}
        names = {name for gauge in known.values() for name in gauge.steepness} if known else set()
        symbols = [symbol for symbol in path.tape.by_symbol if symbol in names]
        prices = _prices(symbols, path, step, schedule, settled)
        return {owner: gauge for owner, gauge in known.items() if gauge.room(prices, settled) > 0}

    def stands(self, pool: Pool, path: Path, step: int, schedule: FundingSchedule | None, settled: int) -> bool:
        """Whether a pool is certain to stand at vertex `step`, without another call."""
        gauge = self.of(pool, schedule, settled)
        symbols = [position.symbol for position in pool.positions.values()]
        return gauge.clear(_prices(symbols, path, step, schedule, settled), settled)

    def follow(self, pool: Pool, gauge: Gauge, settled: int) -> bool:
        """Keep a gauge: since it was known nothing of its pool has changed but funding that was settled, up to due time
        number `settled`. Whether it is kept: one that has followed many is made again, without their rounding."""
        if settled - gauge.settled > MOST_FOLLOWED:
            return False
        self._known[pool.owner] = self._state(pool), gauge
        return True

    def _state(self, pool: Pool) -> State:
        return self._exchange.world.balance(pool), tuple(pool.positions.values()), pool.called


def _prices(
    symbols: Iterable[str], path: Path, step: int, schedule: FundingSchedule | None, settled: int
) -> dict[str, float]:
    prices: dict[str, float] = {symbol: path.ticks(symbol, "mark", step) for symbol in symbols}
    if schedule is not None:
        prices |= {funding_name(symbol): schedule.charges(symbol).paid(settled) for symbol in tuple(prices)}
    return prices


class _FoldedParts:
    """What the addends of a sum fold to. Rulebooks make those of positions once, so most are met again at every event,
    and nothing but the position that was traded is folded anew."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Formula, Folded]] = {}

    def of(self, formula: Formula) -> Folded:
        """A formula added up, in a sum of its own."""
        if not isinstance(formula, Sum):
            return folded(formula)
        total = Folded()
        for part in formula.parts:
            known = self._known.get(id(part))  # kept with its part, so no other can have the same id
            if known is None:
                if len(self._known) >= MOST_PARTS:
                    self._known.clear()
                known = self._known[id(part)] = part, folded(part)
            _add(total, known[1])
        return total


def _add(total: Folded, part: Folded) -> None:
    total.constant = EXACT.add(total.constant, part.constant)
    for symbol, slope in part.slopes.items():
        total.slopes[symbol] = EXACT.add(total.slopes.get(symbol, ZERO), slope)
    total.bends += part.bends


def _gauge_of(
    exchange: Exchange, parts: _FoldedParts, pool: Pool, schedule: FundingSchedule | None, settled: int
) -> Gauge:
    """Failing, the next call, and the arming again of the last one."""
    health = exchange.health(pool, "maintenance")
    units = {position.symbol: exchange.markets[position.symbol].tick_size for position in pool.positions.values()}
    credit, requirement = parts.of(health.credit), parts.of(health.requirement)
    if schedule is not None:
        for position in pool.positions.values():
            _fold_funding(credit, position, schedule.charges(position.symbol).paid(settled))
    call, again = next_level(exchange, pool), rearm_level(exchange, pool)
    return Gauge(
        pool.owner,
        float_form(credit, units),
        float_form(requirement, units),
        falling=(1.0,) if call is None else (1.0, float(call)),
        rising=() if again is None else (float(again),),
        rounding=float(MONEY_UNIT) * len(pool.positions),
        settled=settled,
    )


def _fold_funding(credit: Folded, position: Position, paid: float) -> None:
    """Take what is paid from now on out of the credit, which moves with the collateral one for one."""
    name = funding_name(position.symbol)
    credit.slopes[name] = EXACT.subtract(credit.slopes.get(name, ZERO), position.size)
    credit.constant = EXACT.add(credit.constant, EXACT.multiply(position.size, Decimal(paid)))
