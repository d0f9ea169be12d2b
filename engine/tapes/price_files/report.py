"""What was read from a price file, and what was mended."""

from __future__ import annotations

from dataclasses import dataclass

from engine.tapes.bars import Bars, iso, length_text

HOLES_LISTED = 5


def counted(count: int, word: str) -> str:
    """`1 row`, `1,080 rows`."""
    return f"{count:,} {word}" + "s" * (count != 1)


@dataclass(frozen=True, slots=True)
class Repair:
    """One kind of repair.

    Attributes:
        what: a sentence without its full stop, with the count in it.
        count: rows mended or left out.
        line: the file's line (or row) of the first; None where that says nothing.
        unit: what `line` counts.
    """

    what: str
    count: int
    line: int | None = None
    unit: str = "line"

    def __str__(self) -> str:
        return self.what + (f" (first: {self.unit} {self.line})" if self.line is not None else "")


@dataclass(frozen=True, slots=True)
class Hole:
    """A time without bars.

    Attributes:
        start: ms UTC, the close of the last bar before it.
        seconds: how long it is.
    """

    start: int
    seconds: int

    def __str__(self) -> str:
        return f"{length_text(self.seconds)} from {iso(self.start)}"


@dataclass(frozen=True, slots=True)
class PriceReport:
    """What was found in a price file.

    Attributes:
        file: its name, without folders.
        format: what it was recognised as, in words.
        symbol: the bars' symbol, and `symbol_from` where that comes from.
        rows: rows read; `bars` of them became bars.
        start, end: ISO times, UTC, of the first open and the last close.
        bar_seconds: length of a bar.
        holes: how many times without bars there are, `longest_hole` the longest, `first_holes` up to five.
        duplicates: rows dropped because another had their time.
        repairs: what was mended, and how often.
        warnings: what the player should know, a sentence each.
    """

    file: str
    format: str
    symbol: str
    symbol_from: str
    rows: int
    bars: int
    start: str
    end: str
    bar_seconds: int
    holes: int
    longest_hole: Hole | None
    first_holes: tuple[Hole, ...]
    duplicates: int
    repairs: tuple[Repair, ...]
    warnings: tuple[str, ...]

    def lines(self) -> list[str]:
        """The report as plain text, a line each."""
        text = [
            f"{self.file}: {self.format}",
            f"{self.symbol} (from {self.symbol_from}), {counted(self.bars, 'bar')} of "
            f"{length_text(self.bar_seconds)} from {counted(self.rows, 'row')}",
            f"{self.start} to {self.end}",
            self._hole_line(),
        ]
        text += [f"repaired: {repair}" for repair in self.repairs]
        return text + [f"note: {warning}" for warning in self.warnings]

    def notes(self) -> tuple[str, ...]:
        """Repairs and warnings as sentences, for a tape's origin."""
        return (*(f"{self.symbol}: {repair}." for repair in self.repairs), *self.warnings)

    def _hole_line(self) -> str:
        if self.longest_hole is None:
            return "no holes"
        listed = ", ".join(str(hole) for hole in self.first_holes)
        more = f" and {self.holes - len(self.first_holes):,} more" if self.holes > len(self.first_holes) else ""
        return f"holes: {self.holes:,}, the longest {self.longest_hole}: {listed}{more}"


@dataclass(frozen=True, eq=False)
class PriceFile:
    """A price file that was read: its bars, and what there is to say about them."""

    bars: Bars
    report: PriceReport
