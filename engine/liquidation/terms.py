"""Why a pool was liquidated, as formulas: its credit and requirement at the moment of it, from what the event kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.events import LiquidationStarted
from engine.liquidation.enough import health_with
from engine.liquidation.held import held_at
from engine.looking.views import Explanation
from engine.numbers import exactly
from engine.rulebooks.base import OwnGauge

if TYPE_CHECKING:
    from engine.session import Session


@dataclass(frozen=True, slots=True)
class JudgedBy:
    """What a venue calls the two sides that it compared (`equity`, `collateral at its liquidation threshold`; `debt`),
    and its own gauge of the pool then."""

    credit: str
    requirement: str
    gauge: OwnGauge | None


@exactly
def liquidation_terms(session: Session, event: LiquidationStarted) -> tuple[Explanation, ...]:
    """What counted, what was required and what was missing then. Empty where an older version told the event: it kept
    too little.
    """
    held = held_at(event)
    if held is None:
        return ()
    health = health_with(session.rulebook, held)
    credit, requirement = health.credit.terms(held.marks), health.requirement.terms(held.marks)
    missing = event.requirement - event.equity
    title = _titled(health.credit.label)
    top = replace(
        requirement[0], label="missing", value=missing, working=f"requirement − {health.credit.label}", depth=0
    )
    below = [replace(term, depth=term.depth + 1) for term in (*requirement, *credit)]
    return (
        Explanation(title, tuple(credit), "equity", None, event.equity, "money"),
        Explanation("Requirement", tuple(requirement), "requirement", None, event.requirement, "money"),
        Explanation("Missing", (top, *below), "cushion", None, missing, "money"),
    )


@exactly
def judged_by(session: Session, event: LiquidationStarted) -> JudgedBy | None:
    """In which words the venue judged the pool; None where an older version told the event."""
    held = held_at(event)
    if held is None:
        return None
    health = health_with(session.rulebook, held)
    gauge = session.rulebook.own_gauge(held.pool, held.balance, held.marks)
    return JudgedBy(health.credit.label, health.requirement.label, gauge)


def _titled(label: str) -> str:
    return label[:1].upper() + label[1:]
