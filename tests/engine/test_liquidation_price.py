"""The liquidation price that is shown is the first tick that liquidates: found again by brute force."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.commands.grammar import parse
from engine.events import LiquidationStarted
from engine.session import Session
from engine.setup import Setup
from tests.engine.tapes import tape_of

TICK = Decimal("0.01")
RATES = {"ETH": Decimal("0.02"), "SOL": Decimal("0.025")}
SMALL_TIERS = (("maintenance", "ETH", "2%"), ("maintenance", "SOL", "2.5%"))


@st.composite
def books(draw: st.DrawFn) -> tuple[str, ...]:
    """One position to watch, in ETH, and perhaps another beside it, in either mode."""
    mode = draw(st.sampled_from(["iso", "cross"]))
    side = draw(st.sampled_from(["buy", "sell"]))
    size = draw(st.sampled_from(["$1000", "$7777", "$12000", "3.14159"]))
    leverage = draw(st.integers(3, 25))
    commands = [f"{side} {size} ETH {leverage}x {mode}"]
    if draw(st.booleans()):
        commands.append(f"{draw(st.sampled_from(['buy', 'sell']))} $2000 SOL 10x {mode}")
    return tuple(commands)


def fails(session: Session, eth: Decimal) -> bool:
    """Whether ETH's pool is below maintenance with ETH at that price: sums done by hand, without the formula trees."""
    pool = next(pool for pool in session.account.pools.values() if "ETH" in pool.positions)
    marks = {"ETH": eth, "SOL": Decimal(100)}
    equity, required = session.world.balance(pool), Decimal(0)
    for symbol, position in pool.positions.items():
        equity += position.size * marks[symbol] - position.cost
        required += abs(position.size) * marks[symbol] * RATES[symbol]
    return equity < required


@given(commands=books(), balance=st.sampled_from([1500, 4000]), fees=st.booleans())
@settings(max_examples=40)
def test_no_tick_before_it_fails_and_it_does(commands: tuple[str, ...], balance: int, fees: bool) -> None:
    tape = tape_of({"ETH": [200, 200], "SOL": [100, 100]})
    setup = Setup(balance=Decimal(balance), fees=fees, funding=False, overrides=SMALL_TIERS)
    session = Session(setup, tape)
    for text in commands:
        assume(isinstance(session.do(parse(text)), tuple))
    position = next(position for position in session.view().positions if position.symbol == "ETH")
    step = -TICK if position.side == "long" else TICK
    price = Decimal(200)
    while 0 < price < 2000 and not fails(session, price):
        price += step
    found = price if 0 < price < 2000 else None
    if position.liquidation_price is not None and position.liquidation_price >= 2000:
        assert found is None
    else:
        assert position.liquidation_price == found


@given(commands=books())
@settings(max_examples=20)
def test_a_tape_that_visits_every_tick_liquidates_there(commands: tuple[str, ...]) -> None:
    still = tape_of({"ETH": [200, 200], "SOL": [100, 100]})
    setup = Setup(balance=Decimal(1500), funding=False, overrides=SMALL_TIERS)
    session = Session(setup, still)
    for text in commands:
        assume(isinstance(session.do(parse(text)), tuple))
    shown = next(position for position in session.view().positions if position.symbol == "ETH")
    assume(shown.liquidation_price is not None and abs(shown.liquidation_price - 200) < 60)
    step = -TICK if shown.side == "long" else TICK
    visited = [Decimal(200)]
    while visited[-1] != shown.liquidation_price + step * 3:
        visited.append(visited[-1] + step)
    for row in (visited, [visited[0], visited[-1]]):
        walked = Session(setup, tape_of({"ETH": row, "SOL": [100] * len(row)}))
        for text in commands:
            walked.do(parse(text))
        events = walked.advance(len(row))
        started = [event for event in events if isinstance(event, LiquidationStarted)]
        assert started
        fill = next(event for event in events if event.kind == "fill" and event.figures()["reason"] == "liquidation")
        if started[0].symbol is not None:
            assert started[0].price == shown.liquidation_price
        assert fill.step == visited.index(shown.liquidation_price) or len(row) == 2
