"""What holds for every session: random commands on random tapes, in both modes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from engine.account import Account, Pool
from engine.commands.grammar import parse
from engine.events import Event
from engine.exchange import Exchange
from engine.liquidation.steps import liquidate
from engine.looking import observe
from engine.rulebooks.base import Refusal
from engine.segment import Moment
from engine.session import Session
from engine.setup import Setup
from tests.engine.tapes import tapes

SIZES = st.sampled_from(["$500", "$5000", "$40000", "$150000", "$30000000", "0.5", "3", "10%", "50%", "100%"])
LEVERAGES = st.sampled_from(["", "1x", "3x", "10x", "20x", "25x", "40x", "50x"])
MODES = st.sampled_from(["", "iso", "cross"])
OFFSETS = st.sampled_from(["0.7", "0.9", "0.97", "0.995", "0.9999", "1.0001", "1.005", "1.03", "1.1", "1.4"])
TRAILS = st.sampled_from(["0.01%", "0.5%", "2%", "10%", "60%"])
SETUPS = st.builds(
    Setup,
    mode=st.sampled_from(["isolated", "cross"]),
    balance=st.sampled_from([Decimal(2000), Decimal(50_000), Decimal("1234.567891"), Decimal(40_000_000)]),
    slippage=st.booleans(),
    fees=st.booleans(),
    funding=st.booleans(),
    overrides=st.sampled_from([(), (("maintenance", "0.5%"),), (("vault", "0"),), (("isolated-only", "ETH"),)]),
)


class SessionMachine(RuleBasedStateMachine):
    """One session that leaps and its twin that takes single steps."""

    @initialize(setup=SETUPS, tape=tapes(), opening=st.sampled_from(["", "buy 30%", "sell 60%"]))
    def start(self, setup: Setup, tape: Any, opening: str) -> None:
        self.leaping, self.stepping = Session(setup, tape), Session(setup, tape)
        self.symbols = [market.symbol for market in tape.markets]
        if opening:
            self.give(f"{opening} {self.symbol(0)} 5x")

    def give(self, text: str) -> None:
        """Give both the same command; a refused one must change nothing."""
        before = self.leaping.snapshot()
        events = self.leaping.do(parse(text))
        assert self.stepping.do(parse(text)) == events
        if isinstance(events, Refusal):
            assert events.reason
            assert self.leaping.snapshot() == before

    def symbol(self, place: int) -> str:
        return self.symbols[place % len(self.symbols)]

    def price(self, symbol: str, offset: str) -> str:
        mark = self.leaping.path.price(symbol, "mark", self.leaping.step)
        return f"{max(mark * Decimal(offset), Decimal('0.01')):.2f}"

    @rule(side=st.sampled_from(["buy", "sell"]), size=SIZES, place=st.integers(0, 2), leverage=LEVERAGES, mode=MODES)
    def trade(self, side: str, size: str, place: int, leverage: str, mode: str) -> None:
        self.give(f"{side} {size} {self.symbol(place)} {leverage} {mode}")

    @rule(
        side=st.sampled_from(["buy", "sell"]),
        size=SIZES,
        place=st.integers(0, 2),
        kind=st.sampled_from(["at", "stop", "take"]),
        offset=OFFSETS,
        limit=st.none() | OFFSETS,
        mode=MODES,
        last=st.sampled_from(["", "reduce", "tp 3% sl 2%", "sl 0.4%"]),
    )
    def order(
        self, side: str, size: str, place: int, kind: str, offset: str, limit: str | None, mode: str, last: str
    ) -> None:
        symbol = self.symbol(place)
        words = f"limit {self.price(symbol, limit)}" if limit and kind != "at" else ""
        self.give(f"{side} {size} {symbol} {kind} {self.price(symbol, offset)} {words} {mode} {last}")

    @rule(
        side=st.sampled_from(["buy", "sell"]),
        size=SIZES,
        place=st.integers(0, 2),
        offset=OFFSETS,
        last=st.sampled_from(["", "reduce", "tp 3% sl 2%"]),
        in_force=st.sampled_from(["post", "ioc", "fok"]),
    )
    def in_force(self, side: str, size: str, place: int, offset: str, last: str, in_force: str) -> None:
        symbol = self.symbol(place)
        self.give(f"{side} {size} {symbol} at {self.price(symbol, offset)} {last} {in_force}")

    @rule(
        side=st.sampled_from(["buy", "sell"]),
        size=SIZES,
        place=st.integers(0, 2),
        trail=TRAILS,
        last=st.sampled_from(["", "reduce", "tp 3% sl 2%"]),
    )
    def trail(self, side: str, size: str, place: int, trail: str, last: str) -> None:
        self.give(f"{side} {size} {self.symbol(place)} trail {trail} {last}")

    @rule(
        place=st.integers(0, 2),
        gain=OFFSETS | TRAILS,
        loss=OFFSETS | TRAILS,
        legs=st.sampled_from(["tp", "sl", "tp sl"]),
    )
    def protect(self, place: int, gain: str, loss: str, legs: str) -> None:
        symbol, words = self.symbol(place), []
        for leg, distance in zip(legs.split(" "), (gain, loss), strict=False):
            words += [leg, distance if distance.endswith("%") else self.price(symbol, distance)]
        self.give(f"protect {symbol} {' '.join(words)}")

    @rule(place=st.integers(0, 2), trail=TRAILS)
    def protect_by_trailing(self, place: int, trail: str) -> None:
        self.give(f"protect {self.symbol(place)} trail {trail}")

    @rule(place=st.integers(0, 2), size=SIZES, gain=OFFSETS, loss=OFFSETS, mode=MODES, limit=st.none() | OFFSETS)
    def bracket(self, place: int, size: str, gain: str, loss: str, mode: str, limit: str | None) -> None:
        symbol = self.symbol(place)
        at = f"at {self.price(symbol, limit)}" if limit else ""
        self.give(f"buy {size} {symbol} {at} {mode} tp {self.price(symbol, gain)} sl {self.price(symbol, loss)}")

    @rule(place=st.integers(0, 2))
    def reverse(self, place: int) -> None:
        self.give(f"reverse {self.symbol(place)}")

    @rule(
        text=st.sampled_from(
            [
                "close {} 30%",
                "close {}",
                "flatten",
                "cancel all",
                "cancel {}",
                "mode {} iso",
                "mode {} cross",
                "margin {} +100",
                "margin {} -50",
                "margin {} +100000",
                "leverage {} 5x",
                "leverage {} 20x",
                "deposit 500",
                "cash out 300",
                "note hm",
                "sell $1000 {} reduce",
                "buy 50% {} reduce",
            ]
        ),
        place=st.integers(0, 2),
    )
    def other(self, text: str, place: int) -> None:
        self.give(text.format(self.symbol(place)))

    @rule(steps=st.integers(1, 30), stop_on=st.sampled_from([frozenset(), frozenset({"fill", "liquidation"})]))
    def leap(self, steps: int, stop_on: frozenset[str]) -> None:
        target = self.leaping.step + steps
        leapt = self.leaping.advance(target, stop_on)
        walked: list[Event] = []
        while self.stepping.step < self.leaping.step:
            walked += self.stepping.advance(self.stepping.step + 1)
        assert list(leapt) == walked

    @invariant()
    def twins_agree(self) -> None:
        if hasattr(self, "leaping"):
            assert self.leaping.snapshot() == self.stepping.snapshot()
            assert self.leaping.state_hash() == self.stepping.state_hash()

    @precondition(lambda self: hasattr(self, "leaping"))
    @invariant()
    def adds_up(self) -> None:
        assert observe.conserved(self.leaping)
        view = self.leaping.view()
        assert view.equity == sum(pool.equity for pool in view.pools)
        assert view.insurance >= 0
        trading = {market.symbol for market in view.markets if market.trades}
        for pool in view.pools:
            if pool.mode == "isolated":
                assert len(pool.positions) == 1
            if {position.symbol for position in pool.positions} <= trading:
                assert pool.cushion >= 0

    @precondition(lambda self: hasattr(self, "leaping"))
    @invariant()
    def keeps_positions_apart(self) -> None:
        """One position a market."""
        for symbol in self.symbols:
            assert len(self.leaping.account.positions_in(symbol)) <= 1

    @precondition(lambda self: hasattr(self, "leaping"))
    @invariant()
    def survives_saving(self) -> None:
        session = self.leaping
        for again in (session.copy(), Session.restore(session.setup, session.tape, session.snapshot())):
            assert again.snapshot() == session.snapshot()
            assert again.view() == session.view()


@pytest.fixture(autouse=True)
def watched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check at every single event that nothing was lost, and that a liquidation leaves other pools alone."""
    tell = Exchange.tell

    def checked_tell(self: Exchange, event: Event) -> None:
        tell(self, event)
        world = self.world
        assert all(world.ledger.unaccounted(asset) == 0 for asset in world.ledger.assets())
        for symbol in self.markets:
            assert world.sizes(symbol) == 0
            assert world.costs(symbol) == 0

    def checked_liquidate(exchange: Exchange, account: Account, pool: Pool, moment: Moment) -> bool:
        others = {key: each for key, each in account.pools.items() if key != pool.key}
        before = {key: (exchange.world.balance(each), dict(each.positions)) for key, each in others.items()}
        acted = liquidate(exchange, account, pool, moment)
        for key, (balance, positions) in before.items():
            after = exchange.world.balance(others[key])
            assert after == balance or (key == "cross" and after > balance)
            assert others[key].positions == positions
        return acted

    monkeypatch.setattr(Exchange, "tell", checked_tell)
    monkeypatch.setattr("engine.session.liquidate", checked_liquidate)


class TestSession(SessionMachine.TestCase):
    """The machine as a test."""

    settings = settings(stateful_step_count=20)

    @pytest.fixture(autouse=True)
    def _watched(self, watched: None) -> None:
        """Everything is watched while the machine runs."""
