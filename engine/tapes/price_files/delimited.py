"""Tables in text: CSV and its cousins. The usual file goes through NumPy's parser; a chunk that it will not take is
read again line by line, to mend it or to name the line that is wrong."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.tapes.price_files.errors import PriceFileError, quoted
from engine.tapes.price_files.figures import ABSENT, number
from engine.tapes.price_files.report import Repair
from engine.tapes.price_files.source import SAMPLE_ROWS, TEXT_WIDTH, Loaded, Progress, as_bytes

CHUNK = 32_768
"""Lines that are read at once; progress is told after each."""

LONGEST_LINE = 100_000
SNIFFED = 60
DELIMITERS = ("\t", ";", "|", ",")
DELIMITER_WORDS = {"\t": "tab-separated", ";": "semicolon-separated", "|": "bar-separated", ",": "CSV"}
ONE_BAR_A_ROW = "a table with time, open, high, low and close in every row would work"
_COMMA_DECIMAL = re.compile(r"\d+,\d+", re.ASCII)


def text_lines(name: str, data: bytes) -> list[str]:
    """The lines of a text, without their ends.

    Raises:
        PriceFileError: NUL bytes, no UTF-8, or a line that is no row of a table.
    """
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    if encoding != "utf-16" and b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise PriceFileError(name, "a zero byte: this is not text", ONE_BAR_A_ROW, line)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PriceFileError(name, "this is not UTF-8 text", "save it as UTF-8 CSV", line) from error
    if "\n" not in text:
        text = text.replace("\r", "\n")
    lines = text.split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    longest = max(map(len, lines), default=0)
    if longest > LONGEST_LINE:
        line = next(place for place, row in enumerate(lines, 1) if len(row) == longest)
        raise PriceFileError(name, f"a line of {longest:,} characters: this is no table", ONE_BAR_A_ROW, line)
    return lines


def split(line: str, delimiter: str) -> list[str]:
    """The cells of one line, without the spaces around them."""
    if '"' not in line:
        return [cell.strip() for cell in line.split(delimiter)]
    try:
        return [cell.strip() for cell in next(csv.reader((line,), delimiter=delimiter), [])]
    except csv.Error:
        return [line]


class Delimited:
    """A table in text (see `Source`)."""

    unit = "line"

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self.lines = text_lines(name, data)
        self.notes: list[str] = []
        self.header: list[str] | None = None
        self.header_line: int | None = None
        self.words = ""
        self.delimiter, self.width = self._sniff()
        self.start = self._first_row()
        self.hint = self._read_header()
        self.words = self.words or DELIMITER_WORDS[self.delimiter]
        self._first_cells = self._take_sample()
        self.decimal_comma = self._has_decimal_comma()

    def sample(self) -> list[list[str]]:
        """The first rows, every cell as text, numbers with a decimal point."""
        if not self.decimal_comma:
            return self._first_cells
        return [
            [cell.replace(",", ".") if _COMMA_DECIMAL.fullmatch(cell) else cell for cell in row]
            for row in self._first_cells
        ]

    def cells(self, column: int, places: Sequence[int]) -> list[str]:
        """The cells of a column in the lines at `places`, as written."""
        rows = (split(self.lines[place - 1], self.delimiter) for place in places)
        return [row[column].replace(",", "." if self.decimal_comma else "") for row in rows]

    def load(self, numeric: Sequence[int], text: Sequence[int], progress: Progress | None) -> Loaded:
        """Read columns, chunk by chunk.

        Raises:
            PriceFileError: a line with too few cells, or a cell that is no number, with its line.
        """
        careful = _Careful(self, numeric, text)
        parts: list[tuple[NDArray[np.void], NDArray[np.int64]]] = []
        total = max(1, len(self.lines) - self.start)
        for first in range(self.start, len(self.lines), CHUNK):
            chunk = self.lines[first : first + CHUNK]
            rows = self._fast(chunk, numeric, text)
            if rows is not None:
                parts.append((rows, np.arange(first + 1, first + 1 + len(chunk), dtype=np.int64)))
            else:
                parts.append(careful.read(chunk, first + 1))
            if progress is not None:
                progress(min(1.0, (first + len(chunk) - self.start) / total))
        table = np.concatenate([part[0] for part in parts]) if parts else np.zeros(0, _row_type(numeric, text))
        places = np.concatenate([part[1] for part in parts]) if parts else np.zeros(0, np.int64)
        numbers = {column: np.ascontiguousarray(table[f"n{column}"]) for column in numeric}
        texts = {column: np.ascontiguousarray(table[f"t{column}"]) for column in text}
        return Loaded(numbers, texts, places, careful.repairs())

    def _sniff(self) -> tuple[str, int]:
        """The delimiter, and how many cells a row has: those that most of the first lines agree on."""
        first = [line for line in self.lines[:SNIFFED] if line.strip()]
        if not first:
            raise PriceFileError(self.name, f"the first {SNIFFED} lines are empty", ONE_BAR_A_ROW, 1)
        if first[0].lstrip()[:9].casefold().startswith(("<!doctype", "<html", "<?xml")):
            raise PriceFileError(self.name, "this is a web page, not a table", ONE_BAR_A_ROW, 1)
        best = (0, 0, ",")
        for delimiter in DELIMITERS:
            widths = Counter(len(split(line, delimiter)) for line in first)
            width, agreeing = max(widths.items(), key=lambda item: (item[0] >= 2, item[1], item[0]))
            if width >= 2 and agreeing > best[0]:
                best = (agreeing, width, delimiter)
        if best[1] < 2:
            raise PriceFileError(self.name, "this is no table: its lines do not split into cells", ONE_BAR_A_ROW, 1)
        return best[2], best[1]

    def _first_row(self) -> int:
        """Index of the table's first line: comments, a URL or a title may stand above it."""
        for place, line in enumerate(self.lines[:SNIFFED]):
            is_comment = line.lstrip().startswith(("#", "//"))
            if not is_comment and len(split(line, self.delimiter)) == self.width:
                return place
        return 0

    def _read_header(self) -> str:
        """Take the names of the columns, where there are any; the text above the table is returned."""
        above = " ".join(self.lines[: self.start])
        first = split(self.lines[self.start], self.delimiter)
        if any(_is_figure(cell) for cell in first):
            return above
        self.header = first
        self.header_line = self.start + 1
        self.start += 1
        if first[0].casefold() == "price" and self.start < len(self.lines):
            above += self._yfinance_header()
        return above

    def _yfinance_header(self) -> str:
        """yfinance's second and third header rows: `Ticker,BTC-USD,…` and `Date,,,`. Returns the tickers."""
        second = split(self.lines[self.start], self.delimiter)
        if second[0].casefold() != "ticker" or self.header is None:
            return ""
        tickers = sorted(set(filter(None, second[1:])))
        if len(tickers) > 1:
            listed = ", ".join(map(quoted, tickers[:4]))
            raise PriceFileError(
                self.name, f"several markets in one table: {listed}", "download one ticker at a time", self.start + 1
            )
        self.header[0] = "Date"
        self.start += 1
        if self.start < len(self.lines) and not any(filter(None, split(self.lines[self.start], self.delimiter)[1:])):
            self.start += 1
        self.words = "yfinance CSV with three header rows"
        return tickers[0] if tickers else ""

    def _take_sample(self) -> list[list[str]]:
        lines = (line for line in self.lines[self.start : self.start + SAMPLE_ROWS] if line.strip())
        return [split(line, self.delimiter) for line in lines]

    def _has_decimal_comma(self) -> bool:
        """Whether numbers are written `1,25`: only where another character separates the cells."""
        if self.delimiter == ",":
            return False
        cells = [cell for row in self._first_cells for cell in row if _COMMA_DECIMAL.fullmatch(cell)]
        dotted = any(re.fullmatch(r"\d+\.\d+", cell) for row in self._first_cells for cell in row)
        return bool(cells) and not dotted and any(len(cell.partition(",")[2]) != 3 for cell in cells)

    def _fast(self, chunk: list[str], numeric: Sequence[int], text: Sequence[int]) -> NDArray[np.void] | None:
        """A chunk through NumPy's parser; None where a line is not like the others or a cell is no plain number."""
        if self.decimal_comma or not _even(chunk, self.delimiter, self.width):
            return None
        try:
            rows = np.loadtxt(
                chunk,
                dtype=_row_type(numeric, text),
                delimiter=self.delimiter,
                usecols=(*numeric, *text),
                comments=None,
                ndmin=1,
            )
        except (ValueError, IndexError, OverflowError):
            return None
        return rows if len(rows) == len(chunk) else None


class _Careful:
    """Reads chunks line by line: skips what can be skipped, and names the line that is wrong."""

    def __init__(self, table: Delimited, numeric: Sequence[int], text: Sequence[int]) -> None:
        self.table = table
        self.numeric, self.text = numeric, text
        self.needed = max((*numeric, *text)) + 1
        self.skipped: dict[str, list[int]] = {}

    def read(self, chunk: list[str], first: int) -> tuple[NDArray[np.void], NDArray[np.int64]]:
        """The rows of a chunk whose first line is `first`, and the line of each."""
        numbers: list[list[float]] = []
        texts: list[list[str]] = []
        places: list[int] = []
        for place, line in enumerate(chunk, first):
            cells = self._cells(line, place)
            if cells is None:
                continue
            figures = self._figures(cells, place)
            if figures is None:
                continue
            numbers.append(figures)
            texts.append([cells[column] for column in self.text])
            places.append(place)
        rows = np.zeros(len(places), _row_type(self.numeric, self.text))
        for index, column in enumerate(self.numeric):
            rows[f"n{column}"] = [row[index] for row in numbers]
        for index, column in enumerate(self.text):
            rows[f"t{column}"] = as_bytes([row[index] for row in texts])
        return rows, np.array(places, np.int64)

    def repairs(self) -> list[Repair]:
        """What was skipped."""
        return [
            Repair(f"{len(places):,} {what}" if len(places) > 1 else f"1 {what}", len(places), places[0])
            for what, places in self.skipped.items()
        ]

    def _skip(self, what: str, place: int) -> None:
        self.skipped.setdefault(what, []).append(place)

    def _cells(self, line: str, place: int) -> list[str] | None:
        table = self.table
        if not line.strip():
            return None
        if line.lstrip().startswith(("#", "//")):
            self._skip("comment in the table skipped", place)
            return None
        cells = split(line, table.delimiter)
        if table.header is not None and cells[: len(table.header)] == table.header:
            self._skip("repeated header skipped", place)
            return None
        if len(cells) == table.width or (len(cells) > table.width and not any(cells[table.width :])):
            return cells
        if place == len(table.lines):
            self._skip("half-written last line left out", place)
            return None
        if len(cells) == table.width - 1 and len(cells) >= self.needed and line.endswith(table.delimiter):
            return cells
        raise PriceFileError(
            table.name, f"{len(cells)} cells where the others have {table.width}", "mend or delete the line", place
        )

    def _figures(self, cells: list[str], place: int) -> list[float] | None:
        figures = []
        for column in self.numeric:
            value = number(cells[column], self.table.decimal_comma)
            if value is None and place == len(self.table.lines):
                self._skip("half-written last line left out", place)
                return None
            if value is None:
                what = f" in column {quoted(self.table.header[column])}" if self.table.header else ""
                raise PriceFileError(
                    self.table.name, f"{quoted(cells[column])}{what} is no number", "mend or delete the line", place
                )
            figures.append(value)
        return figures


def _even(chunk: list[str], delimiter: str, width: int) -> bool:
    """Whether every line has `width` cells. NumPy does not look at those beyond the columns that it is asked for, and
    would take `28,420.3` for two cells; counting line by line in Python would cost as much as the parsing."""
    text = "\n".join(chunk)
    marks = np.frombuffer(text.encode("utf-8"), np.uint8)
    delimiters = np.flatnonzero(marks == ord(delimiter))
    ends = np.append(np.flatnonzero(marks == ord("\n")), len(marks))
    if len(ends) != len(chunk) or '"' in text:
        return False
    if width < 2 or len(delimiters) != len(chunk) * (width - 1):
        return False
    # As many as there should be in all: then each line has its own if its first and last lie between the line ends.
    cut = delimiters.reshape(len(chunk), width - 1)
    return bool((cut[:, -1] < ends).all() and (cut[1:, 0] > ends[:-1]).all())


def _row_type(numeric: Sequence[int], text: Sequence[int]) -> np.dtype[np.void]:
    names = [(f"n{column}", "f8") for column in numeric] + [(f"t{column}", f"S{TEXT_WIDTH}") for column in text]
    return np.dtype(names)


def _is_figure(cell: str) -> bool:
    """Whether a cell is data rather than the name of a column."""
    if cell.casefold() in ABSENT:
        return False
    value = number(cell)
    return (value is not None and value == value) or bool(re.match(r"\d{4}[-/.]\d|\d{1,2}[-/.]\d{1,2}[-/.]\d", cell))
