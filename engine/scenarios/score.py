"""What a run is worth: survival and risk, not raw profit.

    score = 100 × ( growth − drawdown − 0.02 × calls − 0.10 × liquidations − 1 × wiped out )

growth = ln(kept ÷ paid in), held between ln(1/100) and ln(2): kept is equity and what was cashed out, never below zero;
paid in is every deposit, so that a rescue costs what it brought. A loss is measured by the balance at the beginning, in
growth and in drawdown: no later deposit, however large, makes it a small part of what was paid in. The logarithm makes
losing half weigh as much as doubling (Kelly, “A New Interpretation of Information Rate”, 1956: who repeats a bet lives
by its log growth). The cap takes from a gamble what it plays for: nothing beyond a doubling counts, but a loss counts
down to a hundredth.

drawdown is the largest fall from the best so far, as a fraction of it, over every vertex of the tape (0 to 1, as in the
report): luck that came through a hole is worth less than the same profit without. Calls and liquidations are what
risk looks like before it is a loss. Who does nothing has 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import log

from engine.looking.views import View
from engine.numbers import ZERO, divide
from engine.record import Record
from engine.report import Report, report_of

CAP, FLOOR = log(2), log(1 / 100)
PER_CALL, PER_LIQUIDATION, PER_WIPE_OUT = 0.02, 0.10, 1.0


@dataclass(frozen=True, slots=True)
class Score:
    """A score and its terms: `growth` capped, `drawdown` a fraction, counts; `points` is their sum, × 100."""

    growth: float
    drawdown: float
    calls: int
    liquidations: int
    wiped_out: bool

    @property
    def points(self) -> float:
        """The score itself: 0 for who does nothing, 69.3 at the most."""
        risk = self.drawdown + PER_CALL * self.calls + PER_LIQUIDATION * self.liquidations
        return 100 * (self.growth - risk - PER_WIPE_OUT * self.wiped_out)


def score_of(view: View, balance: Decimal, drawdown: float, wiped_out: bool) -> Score:
    """The score of an account as it is: `balance` at the beginning, `drawdown` a fraction, `wiped_out` whether it ever
    was."""
    profit = view.equity + view.withdrawals - view.deposits
    base = min(balance, view.deposits) if profit < 0 else view.deposits
    grown = float(divide(max(base + profit, ZERO), base)) if base > 0 else 0.0
    growth = min(max(log(grown), FLOOR), CAP) if grown > 0 else FLOOR
    return Score(growth, min(max(drawdown, 0.0), 1.0), view.calls, view.liquidations, wiped_out)


def score_of_report(report: Report, view: View, balance: Decimal) -> Score:
    """The score of a session of which the report is at hand; `view` is the session where the report ends, `balance`
    what it began with."""
    drawdown = report.drawdown.share
    if view.deposits > balance:
        drawdown = max(drawdown, float(divide(report.drawdown.money, balance)))
    return score_of(view, balance, drawdown, view.rescues > 0 or view.state == "wiped out")


def score_of_record(record: Record) -> Score:
    """The score of a session; it is played again. Raises SetupError and NotPlayed as `report_of` does."""
    report = report_of(record)
    session = record.start()
    for given in record.commands:
        session.advance(given.step)
        session.do(given.command, given.number or None)
    session.advance(record.until)
    return score_of_report(report, session.view(), record.setup.balance)
