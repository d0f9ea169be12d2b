"""What the engine is measured on: strategies on a year of one-minute bars, from nothing at all to a storm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from engine.commands.command import Command
from engine.commands.grammar import parse
from engine.rulebooks.base import Refusal
from engine.session import Session
from engine.setup import Setup
from engine.tape import Tape
from tests.benchmarks.year import BARS, MARKETS, year

ROUND_TRIPS = 0.00079
"""A bar's volatility with which a stop of 2 % and a target of 3 % make about 559 round trips a year."""

QUIET = 0.00002
LEVERAGES = tuple(("max-leverage", symbol, "25x") for symbol in MARKETS)
"""So that every market can be traded at 10x without a margin call."""

Advance = Callable[[Session, int], int]


@dataclass(frozen=True)
class Job:
    """A tape and what is done on it.

    Attributes:
        opening: commands given once, at the start.
        entry: command a market that is given whenever the player is flat there, and `then` right after it; {} stands
            for the market.
        markets: how many markets the tape has, and the entry is given in.
        together: share of the variance that the markets have in common.
    """

    name: str
    volatility: float
    opening: tuple[str, ...] = ()
    entry: str = ""
    then: str = ""
    markets: int = 1
    together: float = 0.0
    balance: int = 1_000_000
    bars: int = BARS

    @property
    def setup(self) -> Setup:
        """Fees, slippage, funding and liquidation are on."""
        return Setup(balance=Decimal(self.balance), overrides=LEVERAGES)

    def tape(self) -> Tape:
        """The year that it is played on."""
        return _tape(self.markets, self.volatility, self.together, self.bars)

    def play(self, session: Session, until: int, advance: Advance) -> tuple[int, int]:
        """Play it up to a vertex: how many events there were and how many entries."""
        events = trips = 0
        for text in self.opening:
            events += _given(session, parse(text))
        texts = [text for text in (self.entry, self.then) if text]
        entries = {symbol: [parse(text.format(symbol)) for text in texts] for symbol in MARKETS[: self.markets]}
        while session.step < until:
            held = {each.symbol for pool in session.account.pools.values() for each in pool.positions.values()}
            for symbol, commands in entries.items():
                if commands and symbol not in held:
                    events += sum(_given(session, command) for command in commands)
                    trips += 1
            events += advance(session, until)
        return events, trips


def _given(session: Session, command: Command) -> int:
    result = session.do(command)
    assert not isinstance(result, Refusal), f"{command}: {result}"
    return len(result)


@lru_cache(maxsize=1)
def _tape(markets: int, volatility: float, together: float, bars: int) -> Tape:
    return year(markets, volatility, together=together, bars=bars)


def _shared(volatility: float, markets: int) -> float:
    """Volatility a market with which `markets` markets together make as many round trips as one."""
    return volatility / markets**0.5


BRACKET = "buy $5000 {} 10x %s tp 3%% sl 2%%"
JOBS = (
    Job("nothing happens: flat", QUIET),
    Job("nothing happens: one isolated position", QUIET, ("buy $5000 ETH 5x iso",)),
    Job("nothing happens: one cross position", QUIET, ("buy $5000 ETH 5x cross",)),
    *(
        Job(
            f"round trips, {mode}, {markets} market{'s' if markets > 1 else ''}",
            _shared(ROUND_TRIPS, markets),
            entry=BRACKET % word,
            markets=markets,
        )
        for markets in (1, 3, 8)
        for mode, word in (("isolated", "iso"), ("cross", "cross"))
    ),
    Job(
        "hedged pair, cross, near its margin",
        0.0006,
        ("buy $100000 ETH 10x cross", "sell $100000 BTC 10x cross"),
        markets=2,
        together=0.95,
        balance=25_000,
    ),
    Job("trailing stop of 2 %, isolated", ROUND_TRIPS, entry="buy $5000 {} 10x iso", then="protect {} trail 2%"),
    Job("liquidation storm: 20x, 40 basis points a bar", 0.004, entry="buy $1000 {} 20x iso tp 3%", bars=20_000),
    Job("liquidation storm: 20x, 200 basis points a bar", 0.02, entry="buy $1000 {} 20x iso tp 3%", bars=2_000),
)
