"""Every venue's accounts played into a liquidation: what was opened, what happened, and the same with a change."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

import pytest

from engine.account import CROSS, Mode
from engine.commands.grammar import parse
from engine.events import Event, LiquidationStarted
from engine.liquidation.aftermath import courses
from engine.liquidation.alternatives import Alternatives, alternatives_of
from engine.numbers import plain
from engine.rulebooks import rulebook_of
from engine.rulebooks.base import Overrides, Refusal
from engine.session import Session
from engine.setup import Setup
from engine.tape import Tape
from tests.engine.tapes import tape_of
from tests.engine.venues import every_account

D = Decimal
VERTICES = 90
TICK = D("0.01")


@lru_cache(maxsize=4)
def trend(down: bool) -> Tape:
    """ETH and the coin itself lose (or gain) 0.6 % a minute; SOL stands still."""
    price, row = D(2000), list[Decimal]()
    for _ in range(VERTICES):
        row.append(price.quantize(TICK))
        price *= D("0.994") if down else D("1.006")
    return tape_of({"ETH": row, "ETH-SPOT": row, "SOL": [100] * VERTICES})


@dataclass(frozen=True)
class Played:
    """A session that was played to the end of its tape, and its liquidations. `opened` is right after the commands."""

    setup: Setup
    tape: Tape
    commands: tuple[str, ...]
    opened: Session
    session: Session
    events: tuple[Event, ...]

    @property
    def start(self) -> LiquidationStarted:
        return courses(self.events)[0].start

    @property
    def alternatives(self) -> Alternatives:
        return alternatives_of(self.session, self.start)

    def again(self, *commands: str, mode: Mode | None = None) -> Session:
        """Another session on that tape, given other commands at its first vertex."""
        setup = Setup(
            self.setup.venue,
            mode or self.setup.mode,
            self.setup.balance,
            slippage=self.setup.slippage,
            fees=self.setup.fees,
            funding=False,
            overrides=self.setup.overrides,
        )
        session = Session(setup, self.tape)
        for text in commands:
            answer = session.do(parse(text))
            assert not isinstance(answer, Refusal), f"{text}: {answer}"
        return session

    def with_more(self, amount: Decimal) -> Session:
        """The same session with so much more margin just before it was liquidated."""
        session = self.again(*self.commands)
        session.advance(self.start.step - 1)
        texts = [f"deposit {amount}"] if amount else []
        if self.start.pool != CROSS:
            texts += [f"margin ETH +{amount}"] if amount else []
        for text in texts:
            answer = session.do(parse(text))
            assert not isinstance(answer, Refusal), f"{text}: {answer}"
        return session


@lru_cache(maxsize=256)  # every account, side and cost
def played(
    venue: str, mode: Mode, overrides: Overrides, side: str, symbol: str = "ETH", costs: bool = True
) -> Played | None:
    """All that the venue lets one open at up to 8x, held against the trend; None where it lets none."""
    setup = Setup(venue, mode, D(10_000), slippage=costs, fees=costs, funding=False, overrides=overrides)
    tape = trend(side == "buy")
    leverage = min(rulebook_of(venue, overrides).largest_leverage(symbol, D(30_000)), 8)
    for share in ("95%", "80%", "60%"):
        session = Session(setup, tape)
        text = f"{side} {share} {symbol} {leverage}x"
        if isinstance(session.do(parse(text)), Refusal):
            continue
        opened = session.copy()
        (position,) = session.view().positions
        commands = (f"{side} {plain(abs(position.size))} {symbol} {leverage}x",)
        return Played(setup, tape, commands, opened, session, session.advance(len(tape)))
    return None


def liquidated(venue: str, mode: Mode, overrides: Overrides, side: str, costs: bool = True) -> Played:
    """The same, where it is liquidated."""
    found = played(venue, mode, overrides, side, costs=costs)
    if found is None or not courses(found.events):
        pytest.skip("this account lends no coin, or what it lends is never called in")
    return found


EVERY = pytest.mark.parametrize(
    ("venue", "mode", "overrides"), every_account(), ids=lambda each: each if isinstance(each, str) else None
)
SIDES = pytest.mark.parametrize("side", ["buy", "sell"])
LONGS_AND_SLOWLY_SHORTS = pytest.mark.parametrize("side", ["buy", pytest.param("sell", marks=pytest.mark.slow)])
