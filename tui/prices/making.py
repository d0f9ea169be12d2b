"""Prices for a new session: made by the synthetic market, or read from files. Runs in a thread of its own."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.script import PricesRecipe
from engine.tape import Tape, TapeTooLarge
from engine.tapes.bars import VERTICES, BarsError, iso, length_text, tape_from_bars
from engine.tapes.synthetic import SyntheticError, SyntheticSetup, synthetic_tape
from tui.prices.source import SourceError, clipped, described, read_file, without_folders
from tui.words.plain import harmless

Progress = Callable[[float, str], None]
"""Hears the fraction done, 0 to 1, and what is being done."""


class PricesError(ValueError):
    """There is no tape to be had; the text says why and what would work."""


@dataclass(frozen=True)
class PriceFiles:
    """Price files, each of one market.

    Attributes:
        files: symbol (None: the file tells it) and the file's name.
        start, end: leave out the bars before and after, ms UTC; None to keep all.
    """

    files: tuple[tuple[str | None, str], ...]
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True)
class Made:
    """A tape, and what there is to say about the files that it was read from."""

    tape: Tape
    report: tuple[str, ...] = ()
    clipped: str | None = None

    def lines(self) -> list[str]:
        """What was found in each file, what became of them together, and what the player should know, each once."""
        said = {line.partition(": ")[2] for line in self.report}
        notes = [f"note: {note}" for note in self.tape.origin.notes if note not in said]
        clipped = [] if self.clipped is None else [f"note: {self.clipped}"]
        return [*self.report, *self._together(), *clipped, *(note for note in notes if not self._is_repair(note))]

    def _together(self) -> list[str]:
        """The tape's own length: less than a file's where files or times cut it."""
        tape, seconds = self.tape, self.tape.origin.bar_seconds
        if not seconds:
            return []
        span = f"{iso(int(tape.times[0]))} to {iso(int(tape.times[-1]))}"
        return [f"tape: {' '.join(tape.by_symbol)}, {len(tape) // VERTICES:,} bars of {length_text(seconds)}, {span}"]

    def _is_repair(self, note: str) -> bool:
        return any(line.startswith("repaired: ") and line.removeprefix("repaired: ") in note for line in self.report)


def make_tape(prices: SyntheticSetup | PriceFiles, progress: Progress) -> Made:
    """The tape of a synthetic set-up or of price files.

    Raises:
        PricesError: when there is none to be had.
    """
    if isinstance(prices, SyntheticSetup):
        try:
            return Made(synthetic_tape(prices, lambda done: progress(done, "making prices")))
        except SyntheticError as error:
            raise PricesError(str(error)) from error
    return read_files(prices, progress)


def read_files(prices: PriceFiles, progress: Progress) -> Made:
    """The tape of one or more price files, each of one market.

    Raises:
        PricesError: when one can't be read, or they don't fit each other.
    """
    # Imported here: the readers are not needed for synthetic prices.
    from engine.tapes.price_files import PriceFileError, read_prices

    bars, report, notes = [], list[str](), list[str]()
    try:
        for place, (symbol, name) in enumerate(prices.files):
            tell = _share_of(progress, place, len(prices.files), f"reading {_short(name)}")
            tell(0.0)
            data = read_file(Path(os.path.expanduser(name)))
            read = read_prices(name, data, symbol, tell, since=prices.start)
            bars.append(read.bars)
            report += read.report.lines()
            notes += read.report.notes()
        files = tuple((each.symbol, name) for each, (_, name) in zip(bars, prices.files, strict=True))
        progress(1.0, "making the tape")
        tape = tape_from_bars(
            bars,
            start=prices.start,
            end=prices.end,
            description=described(files),
            notes=notes,
            recipe=without_folders(PricesRecipe(files, prices.start, prices.end)).lines(),
        )
        return Made(tape, tuple(report), clipped(tape, prices.start, prices.end))
    except (PriceFileError, SourceError, BarsError, TapeTooLarge) as error:
        raise PricesError(str(error)) from error


PARSED = 0.7
"""How much of a file's time is gone when its last row is read; then it is mended and put on the grid."""


def _share_of(progress: Progress, place: int, files: int, what: str) -> Callable[[float], None]:
    """Hears how much of one file's rows is read, and tells how much of all the work is done."""
    return lambda done: progress((place + PARSED * done) / files, what)


def _short(name: str) -> str:
    """A file's own name: no folder of anybody's machine reaches a save."""
    return harmless(Path(name).name, 40)
