"""Why a pool was liquidated, as formulas: its equity and requirement at the moment of it, from what the event kept."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_EVEN
from typing import TYPE_CHECKING

from engine.account import Pool, Position
from engine.events import LiquidationStarted
from engine.looking.views import Explanation
from engine.numbers import EXACT, MONEY_UNIT, exactly, to_grid

if TYPE_CHECKING:
    from engine.session import Session


@exactly
def liquidation_terms(session: Session, event: LiquidationStarted) -> tuple[Explanation, ...]:
    """Equity, maintenance requirement and what was missing then. Empty where the pool had several positions, or an
    older version told the event: it kept too little.
    """
    if None in (event.symbol, event.size, event.entry_price, event.balance, event.price):
        return ()
    assert event.symbol is not None
    assert event.size is not None
    assert event.entry_price is not None
    assert event.balance is not None
    assert event.price is not None
    cost = to_grid(EXACT.multiply(event.size, event.entry_price), MONEY_UNIT, ROUND_HALF_EVEN)
    position = Position(event.symbol, event.size, cost, event.leverage or 1)
    pool, marks = Pool(event.pool, event.pool, {position.key: position}), {event.symbol: event.price}
    health = session.rulebook.health(pool, event.balance, "maintenance")
    equity, requirement = pool.equity(event.balance).terms(marks), health.requirement.terms(marks)
    missing = event.requirement - event.equity
    top = replace(requirement[0], label="missing", value=missing, working="requirement − equity", depth=0)
    below = [replace(term, depth=term.depth + 1) for term in (*requirement, *equity)]
    return (
        Explanation("Equity", tuple(equity), "equity", None, event.equity, "money"),
        Explanation("Requirement", tuple(requirement), "requirement", None, event.requirement, "money"),
        Explanation("Missing", (top, *below), "cushion", None, missing, "money"),
    )
