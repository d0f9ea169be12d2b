"""The formulas that worked examples go through are those that a session is judged and liquidated by."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.account import Pool, Position
from engine.numbers import ONE
from engine.rulebooks.aave_v3 import AaveV3, available_borrows
from engine.rulebooks.base import Failing, HandOver
from engine.rulebooks.compound_v2 import CompoundV2, seize_tokens, split_seized
from engine.rulebooks.compound_v3 import CompoundV3, borrow_collateralized, liquidatable
from engine.rulebooks.drift_v2 import Drift
from engine.rules.throttled import requirement_with_buffer

MARKS = {"ETH": Decimal(1700), "BTC": Decimal(50_000)}
DEBTS = [Decimal(each) for each in ("10000", "12343.72", "14076", "14076.01", "16000")]


def pool_of(**sizes: str) -> Pool:
    """A cross pool of positions that cost nothing: what the ledger holds is its quote money."""
    positions = {symbol: Position(symbol, Decimal(size)) for symbol, size in sizes.items()}
    return Pool("cross", "you/cross", positions)


@pytest.mark.parametrize("debt", DEBTS)
def test_what_aave_lets_borrow(debt: Decimal) -> None:
    venue, pool = AaveV3(), pool_of(ETH="9", BTC="0.05")
    values = [(9 * MARKS["ETH"], venue.reserve("ETH").ltv), (MARKS["BTC"] / 20, venue.reserve("BTC").ltv)]
    room = venue.health(pool, -debt, "order").margin.exact(MARKS)
    assert available_borrows(values, debt) == max(room, Decimal(0))


@pytest.mark.parametrize("debt", DEBTS)
def test_what_comet_lets_stand(debt: Decimal) -> None:
    venue, pool = CompoundV3(), pool_of(ETH="9")
    own, value = venue.parameters.collateral("ETH"), 9 * MARKS["ETH"]
    opens = venue.health(pool, -debt, "order").safe(MARKS)
    stays = venue.health(pool, -debt, "maintenance").safe(MARKS)
    assert borrow_collateralized(-debt, [(value, own.borrow_factor)]) == opens
    assert liquidatable(-debt, [(value, own.liquidate_factor)]) != stays


def test_what_compound_seizes() -> None:
    venue, pool, debt = CompoundV2(), pool_of(ETH="9"), Decimal(14_000)
    step = venue.next_step(Failing(pool, -debt, MARKS, frozenset(MARKS), 0))
    assert isinstance(step, HandOver)
    own = venue.parameters
    seized = seize_tokens(debt * own.close_factor, ONE + own.incentive, ONE, MARKS["ETH"], ONE)
    reserves, liquidator = split_seized(seized, own.protocol_share)
    (charge,) = step.charges
    assert step.size == seized
    assert round(charge.amount, 6) == round(reserves * MARKS["ETH"], 6)
    paid = step.size * step.price - charge.amount
    assert round(paid, 6) == debt * own.close_factor
    assert round(liquidator * MARKS["ETH"] - paid, 6) == round(
        debt / 2 * ((ONE + own.incentive) * (1 - own.protocol_share) - 1), 6
    )


def test_what_ends_a_liquidation_on_drift() -> None:
    venue, pool = Drift(), pool_of(ETH="-9")
    liability = 9 * MARKS["ETH"]
    plain, buffered = (venue.totals(pool, Decimal(0), "maintenance", each) for each in (Decimal(0), Decimal("0.02")))
    asked = requirement_with_buffer(plain.requirement.exact(MARKS), liability, Decimal("0.02"))
    assert buffered.requirement.exact(MARKS) == asked
