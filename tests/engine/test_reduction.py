"""A liquidation trades no lot more than it must: held against trying every size."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from unittest.mock import patch

from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.account import Pool
from engine.commands.grammar import parse
from engine.exchange import Exchange
from engine.liquidation.reduction import Trial, ioc_size
from engine.market import Market
from engine.orders.order import Order
from engine.rulebooks.base import ReduceUntil, Refusal
from engine.segment import Moment
from engine.session import Session
from engine.setup import Setup
from tests.engine.tapes import tape_of

LOT = Decimal(10)
TICKS = st.sampled_from([Decimal("0.01"), Decimal("0.05"), Decimal("0.2"), Decimal(1)])
BRACKETS = st.sampled_from(
    ["2000000:2%:20x", "2000000:0.5%:20x", "10000:2%:20x 2000000:9%:20x", "5000:1%:20x 2000000:5%:20x"]
)


@given(
    tick=TICKS,
    side=st.sampled_from(["buy", "sell"]),
    lots=st.integers(10, 250),
    brackets=BRACKETS,
    clearance=st.sampled_from(["0%", "0.3%", "1%"]),
    compliant=st.sampled_from(["50%", "90%", "100%"]),
    falls=st.integers(100, 1000),
    slippage=st.booleans(),
)
@example(Decimal("0.2"), "buy", 238, "2000000:2%:20x", "0%", "100%", 839, True)  # 60 lots; looked like 68
@example(Decimal("0.2"), "buy", 178, "5000:1%:20x 2000000:5%:20x", "0.3%", "90%", 618, True)  # 56; looked like 58
@example(Decimal("0.05"), "sell", 200, "2000000:0.5%:20x", "1%", "90%", 995, True)  # selling costs more than it saves
@settings(max_examples=settings().max_examples * 3)
def test_the_fewest_lots_that_do(
    tick: Decimal, side: str, lots: int, brackets: str, clearance: str, compliant: str, falls: int, slippage: bool
) -> None:
    """Coarse ticks make the margin a saw; small books make the price move with every few lots."""
    overrides = (
        ("brackets", "COIN", *brackets.split()),
        ("clearance", clearance),
        ("compliant", compliant),
    )
    setup = Setup(
        venue="binance", balance=Decimal(1_000_000), overrides=overrides, slippage=slippage, fees=True, funding=False
    )
    after = 100 + (falls // int(100 * tick)) * tick * (-1 if side == "buy" else 1)
    tape = tape_of({"COIN": [100, after]}, gaps=[1], tick=tick)
    session = Session(setup, replace(tape, markets=(Market("COIN", tick, LOT),)))
    assert not isinstance(session.do(parse(f"{side} {lots * LOT} COIN 10x iso")), Refusal)
    with patch("engine.liquidation.steps.ioc_size", checked):
        session.advance(1)


def checked(exchange: Exchange, pool: Pool, order: Order, step: ReduceUntil, moment: Moment) -> Decimal:
    """What is chosen, once it is what trying every size finds."""
    trial, fills = Trial(exchange, pool, order, step, moment), 0
    enough = []
    for lots in range(1, int(order.size / LOT) + 1):
        price = exchange.taker_price(order, lots * LOT, moment)
        if price < step.limit if order.sign < 0 else price > step.limit:
            break
        fills = lots
        if trial.margin(lots) >= 0:
            enough.append(lots)
    size = ioc_size(exchange, pool, order, step, moment)
    assert size == (enough[0] if enough else fills) * LOT
    return size
