"""What can be asked of the synthetic market, and a plain refusal of what cannot."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from engine.numbers import plain
from engine.tape import TapeTooLarge, check_size
from engine.tapes.synthetic.profiles import PROFILES
from engine.tapes.synthetic.regimes import REGIMES

NEW_YEAR_2024 = 1_704_067_200_000
"""2024-01-01T00:00Z, in ms."""

DAY = 86_400
LONGEST_STEP = DAY
LONGEST_DAYS = 3_660
"""Ten years: what a volatility of 30 % a year does over centuries is no price any more."""
LATEST_START = 253_370_764_800_000
"""Year 9999 in ms, less the longest tape: times stay inside what a calendar can show."""


class SyntheticError(ValueError):
    """The synthetic market cannot make what was asked for; the text says why and what would work."""


@dataclass(frozen=True, slots=True)
class SyntheticSetup:
    """What a synthetic tape is made from: the same set-up makes the same tape on the same build of NumPy.

    Attributes:
        regime: name of a regime (`REGIMES`).
        seed: whole number ≥ 0.
        markets: symbols, in the order of the tape; each once.
        days: length of the tape in days of 86,400 s; a last part shorter than a step is left out.
        step_seconds: time from one vertex to the next, 1 s to 1 day.
        start_ms: time of the first vertex, ms since 1970 UTC.
    """

    regime: str
    seed: int
    markets: tuple[str, ...]
    days: Decimal
    step_seconds: int
    start_ms: int = NEW_YEAR_2024

    @property
    def steps(self) -> int:
        """Whole steps in the tape: one less than its vertices."""
        return int(self.days * DAY) // self.step_seconds

    @property
    def vertices(self) -> int:
        """Vertices of the tape."""
        return self.steps + 1

    @property
    def seconds(self) -> int:
        """Time from the first vertex to the last, in seconds."""
        return self.steps * self.step_seconds

    @property
    def description(self) -> str:
        """One line for the screen: `synthetic crash, seed 7, BTC ETH SOL, 2 days of 1 s`."""
        days = "1 day" if self.days == 1 else f"{plain(self.days)} days"
        return f"synthetic {self.regime}, seed {self.seed}, {' '.join(self.markets)}, {days} of {self.step_text}"

    @property
    def step_text(self) -> str:
        """The step in its largest whole unit (`15 s`, `1 m`, `4 h`, `1 d`)."""
        for seconds, unit in ((DAY, "d"), (3_600, "h"), (60, "m")):
            if self.step_seconds % seconds == 0:
                return f"{self.step_seconds // seconds} {unit}"
        return f"{self.step_seconds} s"


def check(setup: SyntheticSetup) -> None:
    """Refuse a set-up that no tape can be made from; nothing is allocated.

    Raises:
        SyntheticError: for an unknown regime or market, a market named twice, a negative seed, a length or step
            out of range, and above 20 million vertex-markets.
    """
    if setup.regime not in REGIMES:
        raise SyntheticError(f"there is no regime {setup.regime!r}; these work: {', '.join(REGIMES)}")
    _check_markets(setup.markets)
    if setup.seed < 0:
        raise SyntheticError(f"the seed is {setup.seed}; it must be a whole number from 0")
    if not 0 <= setup.start_ms <= LATEST_START:
        raise SyntheticError("the start must lie between the years 1970 and 9989")
    _check_length(setup)
    try:
        check_size(setup.vertices, len(setup.markets))
    except TapeTooLarge as error:
        raise SyntheticError(str(error)) from error


def _check_markets(markets: tuple[str, ...]) -> None:
    """Refuse no market, an unknown one, and one named twice."""
    known = ", ".join(PROFILES)
    if not markets:
        raise SyntheticError(f"name at least one market; these work: {known}")
    for symbol in markets:
        if symbol not in PROFILES:
            raise SyntheticError(f"there is no synthetic market {symbol!r}; these work: {known}")
        if markets.count(symbol) > 1:
            raise SyntheticError(f"{symbol} is named twice")


def _check_length(setup: SyntheticSetup) -> None:
    """Refuse a length or a step out of range, and a step longer than the tape."""
    if not setup.days.is_finite() or setup.days <= 0:
        raise SyntheticError(f"a tape of {setup.days} days has no prices; days must be above 0")
    if setup.days > LONGEST_DAYS:
        raise SyntheticError(f"{plain(setup.days)} days are too many; at most {LONGEST_DAYS:,} (ten years) work")
    if not 1 <= setup.step_seconds <= LONGEST_STEP:
        raise SyntheticError(f"a step of {setup.step_seconds} s is out of range; 1 s to 1 day (86,400 s) work")
    if setup.steps < 1:
        raise SyntheticError(
            f"{plain(setup.days)} days are shorter than one step of {setup.step_text}: "
            "choose more days or a shorter step"
        )
