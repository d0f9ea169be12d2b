"""Prices for a new session: made by the synthetic market, or read from files. Runs in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.tape import Tape, TapeTooLarge
from engine.tapes.bars import BarsError, tape_from_bars
from engine.tapes.synthetic import SyntheticError, SyntheticSetup, synthetic_tape
from tui.plain import harmless
from tui.price_source import SourceError, read_file

Progress = Callable[[float, str], None]
"""Hears the fraction done, 0 to 1, and what is being done."""


class PricesError(ValueError):
    """There is no tape to be had; the text says why and what would work."""


@dataclass(frozen=True)
class Made:
    """A tape, and what there is to say about the files that it was read from."""

    tape: Tape
    report: tuple[str, ...] = ()


def make_tape(prices: SyntheticSetup | tuple[str, ...], progress: Progress) -> Made:
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


def read_files(names: tuple[str, ...], progress: Progress) -> Made:
    """The tape of one or more price files, each of one market.

    Raises:
        PricesError: when one can't be read, or they don't fit each other.
    """
    # Imported here: the readers are not needed for synthetic prices.
    from engine.tapes.price_files import PriceFileError, read_prices

    bars, report, notes = [], list[str](), list[str]()
    try:
        for place, name in enumerate(names):
            progress(place / len(names), f"reading {_short(name)}")
            read = read_prices(name, read_file(Path(name).expanduser()))
            bars.append(read.bars)
            report += read.report.lines()
            notes += read.report.notes()
        files = ", ".join(f"{each.symbol} from {_short(name)}" for each, name in zip(bars, names, strict=True))
        return Made(tape_from_bars(bars, description=files, notes=notes), tuple(report))
    except (PriceFileError, SourceError, BarsError, TapeTooLarge) as error:
        raise PricesError(str(error)) from error


def _short(name: str) -> str:
    """A file's own name: no folder of anybody's machine reaches a save."""
    return harmless(Path(name).name, 40)
