"""What a script says about its prices: a recipe that a tape can be made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from engine.numbers import plain
from engine.script.words import duration_text, time_text
from engine.tape import Tape
from engine.tapes.inline import InlinePath, inline_tape

if TYPE_CHECKING:
    from engine.tapes.synthetic import SyntheticSetup

DEFAULT_START = 1_704_067_200_000
"""2024-01-01T00:00Z, in ms: where inline and synthetic tapes start that don't say."""


@dataclass(frozen=True, slots=True)
class InlinePaths:
    """Prices that stand in the script itself; `start_ms` is the time of the first, ms UTC."""

    paths: tuple[InlinePath, ...]
    start_ms: int = DEFAULT_START

    def tape(self) -> Tape:
        """The tape. Raises InlineError, never for a recipe that a script was read into."""
        return inline_tape(self.paths, self.start_ms)

    def lines(self) -> list[str]:
        """The recipe as lines of a script."""
        return _start_line(self.start_ms) + [line for path in self.paths for line in path.lines()]


@dataclass(frozen=True, slots=True)
class SyntheticRecipe:
    """Prices that the synthetic market makes."""

    setup: SyntheticSetup

    def tape(self) -> Tape:
        """The tape. Raises SyntheticError, never for a recipe that a script was read into."""
        # Imported here: an inline script has no use for the synthetic market.
        from engine.tapes.synthetic import synthetic_tape

        return synthetic_tape(self.setup)

    def lines(self) -> list[str]:
        """The recipe as lines of a script."""
        made = self.setup
        line = (
            f"synthetic {made.regime} seed {made.seed} markets {','.join(made.markets)} "
            f"days {plain(made.days)} step {duration_text(made.step_seconds)}"
        )
        return [*_start_line(made.start_ms), line]


@dataclass(frozen=True, slots=True)
class DailyRecipe:
    """The prices of a day's tape: the date is all that is said of them."""

    day: date

    def tape(self) -> Tape:
        """The tape. Raises DailyError, never for a recipe that a script was read into."""
        from engine.tapes.daily import daily_tape

        return daily_tape(self.day)

    def lines(self) -> list[str]:
        """The recipe as lines of a script."""
        return [f"daily {self.day}"]


@dataclass(frozen=True, slots=True)
class PricesRecipe:
    """Prices in files, which the engine does not open.

    Attributes:
        files: symbol and file name as the script spells it, in order.
        start_ms, end_ms: leave out the bars before and after, ms UTC; None to keep all.
    """

    files: tuple[tuple[str, str], ...]
    start_ms: int | None = None
    end_ms: int | None = None

    def lines(self) -> list[str]:
        """The recipe as lines of a script."""
        words = ["prices", *(f"{symbol}={_quoted(file)}" for symbol, file in self.files)]
        words += ["from", time_text(self.start_ms)] if self.start_ms is not None else []
        words += ["to", time_text(self.end_ms)] if self.end_ms is not None else []
        return [" ".join(words)]


Recipe = InlinePaths | SyntheticRecipe | DailyRecipe | PricesRecipe


def _start_line(start_ms: int) -> list[str]:
    return [f"start {time_text(start_ms)}"] if start_ms != DEFAULT_START else []


def _quoted(file: str) -> str:
    return f'"{file}"' if " " in file or "#" in file else file
