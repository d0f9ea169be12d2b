"""Times as price files write them: epochs of four units, and dates in the styles that exchanges and tools use.

Dates are parsed as arrays: rows of one layout (the same separators at the same places) are read together, digit
column by digit column, so that half a million dates cost little more than half a million numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.tapes.price_files.source import Floats, Texts, Times

EARLIEST, LATEST = 0, 7_258_118_400_000
"""1970 and 2200: times outside are no times."""

BAD = np.iinfo(np.int64).min
"""Stands for a time that could not be read."""

MOST_LAYOUTS = 128
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_DATE = (
    r"(?P<y>dddd)(?P<s>[-/.])(?P<m>d{1,2})(?P=s)(?P<d>d{1,2})",
    r"(?P<y>dddd)(?P<m>dd)(?P<d>dd)",
    r"(?P<a>d{1,2})(?P<s>[-/.])(?P<b>d{1,2})(?P=s)(?P<y>dddd)",
    r"(?P<name>[A-Za-z]{3,9})\.? (?P<d>d{1,2}),? (?P<y>dddd)",
    r"(?P<d>d{1,2})[- ](?P<name>[A-Za-z]{3,9})[- ](?P<y>dddd)",
)
_CLOCK = (
    r"(?:(?:[ T,]|, | - )"
    r"(?P<H>d{1,2})(?::(?P<M>dd)(?::(?P<S>dd)(?:[.,](?P<f>d{1,9}))?)?)?(?P<half>[ -]?[AaPp][Mm])?"
    r"|(?:[ T]?)(?P<H2>dd)(?P<M2>dd)(?:(?P<S2>dd)(?P<f2>d{3})?)?)?"
)
_ZONE = r"(?P<zone> ?Z| ?UTC| ?GMT| ?(?P<sign>[+-])(?P<zh>dd):?(?P<zm>dd)?)?"
_LAYOUTS = tuple(re.compile(date + _CLOCK + _ZONE) for date in _DATE)
_DIGITS = np.frombuffer(bytes(ord("d") if chr(byte).isdigit() else byte for byte in range(128)) + bytes(128), np.uint8)


@dataclass(frozen=True, slots=True)
class ReadTimes:
    """Times that were read.

    Attributes:
        times: (rows,) int64, ms UTC; `BAD` where a cell is no time.
        naive: some of them named no time zone and were taken as UTC.
        guessed_order: the order of day and month had to be guessed.
    """

    times: Times
    naive: bool = False
    guessed_order: bool = False


def epochs(values: Floats) -> Times:
    """Epochs as ms UTC, the unit chosen row by row from the magnitude (s, ms, µs or ns); `BAD` where it is no time."""
    with np.errstate(invalid="ignore", over="ignore"):
        size = np.abs(values)
        factor = np.select([size > 1e17, size > 1e14, size > 1e11], [1e-6, 1e-3, 1.0], 1e3)
        ms = np.rint(values * factor)
        good = (ms > EARLIEST) & (ms < LATEST) & (size >= 1e8)
    return np.where(good, np.where(good, ms, 0).astype(np.int64), BAD)


def dates(texts: Texts) -> ReadTimes:
    """Dates, with or without time of day and zone, as ms UTC; a date without a zone is taken as UTC."""
    if len(texts) == 0:
        return ReadTimes(np.zeros(0, np.int64))
    marks = np.ascontiguousarray(texts).view(np.uint8).reshape(len(texts), texts.dtype.itemsize)
    width = max(1, int(np.flatnonzero(marks.any(axis=0)).max(initial=0)) + 1)
    marks = np.ascontiguousarray(marks[:, :width])
    layouts = _DIGITS[marks].view(f"S{width}").ravel()
    times = np.full(len(texts), BAD, np.int64)
    left = np.arange(len(texts))
    naive = guessed = False
    order = _DayMonth(marks, layouts)
    for _ in range(MOST_LAYOUTS):
        if len(left) == 0:
            break
        shape = layouts[left[0]]
        same = layouts[left] == shape
        rows, left = left[same], left[~same]
        found = _match(shape)
        if found is None:
            continue
        naive |= found.group("zone") is None
        day_first = False
        if "a" in found.groupdict():
            day_first = found.group("s") == "." or order.day_first
            guessed |= found.group("s") != "." and order.guessed
        times[rows] = _read(marks[rows], found, day_first)
    return ReadTimes(times, naive, guessed)


def _match(shape: bytes) -> re.Match[str] | None:
    """The style that a layout is written in (digits as `d`), or None."""
    text = shape.decode("latin-1")
    for style in _LAYOUTS:
        found = style.fullmatch(text)
        if found is not None:
            return found
    return None


def _read(marks: NDArray[np.uint8], found: re.Match[str], day_first: bool) -> Times:
    """ms UTC of rows that share a layout."""
    named = found.groupdict()

    def part(*names: str) -> Times:
        for name in names:
            if named.get(name) is not None:
                return _figure(marks, *found.span(name))
        return np.zeros(len(marks), np.int64)

    year = part("y")
    if "name" in named:
        month = np.full(len(marks), _month(found.group("name")), np.int64)
    else:
        month = part("m") if "m" in named else part("b" if day_first else "a")
    day = part("d") if "d" in named else part("a" if day_first else "b")
    hour, minute, second = part("H", "H2"), part("M", "M2"), part("S", "S2")
    good = (hour < 24) & (minute < 60) & (second < 60) & (year >= 1970) & (year < 2200)
    if named.get("half"):
        hour, half_good = _half_day(marks, found.span("half"), hour)
        good &= half_good
    days, day_good = _days(year, month, day)
    seconds = days * 86_400 + hour * 3600 + minute * 60 + second
    if named.get("sign"):
        offset = part("zh") * 3600 + part("zm") * 60
        seconds -= offset if found.group("sign") == "+" else -offset
    name = "f" if named.get("f") else "f2"
    digits = len(named.get(name) or "")
    thousandths = part(name) * 10**3 // 10**digits
    return np.where(good & day_good, seconds * 1000 + thousandths, BAD)


def _figure(marks: NDArray[np.uint8], start: int, end: int) -> Times:
    """The number in the digit columns `start` to `end`."""
    value = np.zeros(len(marks), np.int64)
    for column in range(start, end):
        value = value * 10 + (marks[:, column].astype(np.int64) - ord("0"))
    return value


def _month(name: str) -> int:
    """1–12, or 0 for a word that is no month."""
    short = name[:3].lower()
    return MONTHS.index(short) + 1 if short in MONTHS else 0


def _half_day(marks: NDArray[np.uint8], span: tuple[int, int], hour: Times) -> tuple[Times, NDArray[np.bool_]]:
    """Hours of the 12-hour clock as 0–23, and where they were 1–12. Rows of one layout share AM or PM."""
    letter = marks[:, span[1] - 2] | 0x20
    return hour % 12 + 12 * (letter == ord("p")), (hour >= 1) & (hour <= 12)


def _days(year: Times, month: Times, day: Times) -> tuple[Times, NDArray[np.bool_]]:
    """Days since 1970, and where the date exists."""
    good = (month >= 1) & (month <= 12) & (day >= 1) & (year >= 1000) & (year < 3000)
    months = np.where(good, (year - 1970) * 12 + month - 1, 0)
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    after = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return first + day - 1, good & (day <= after - first)


class _DayMonth:
    """Whether 03/04/2020 in a file is the third of April: settled by a figure above 12, else by the shorter span."""

    def __init__(self, marks: NDArray[np.uint8], layouts: Texts) -> None:
        self.day_first = False
        self.guessed = False
        found = _match(layouts[0])
        if found is None or "a" not in found.groupdict() or found.group("s") == ".":
            return
        first, second, year = self._figures(marks, layouts)
        if first.max() > 12 or second.max() > 12:
            self.day_first = bool(first.max() > 12)
            return
        self.guessed = True
        month_first, day_first = (_days(year, a, b)[0] for a, b in ((first, second), (second, first)))
        self.day_first = bool(np.ptp(day_first) < np.ptp(month_first))

    @staticmethod
    def _figures(marks: NDArray[np.uint8], layouts: Texts) -> tuple[Times, Times, Times]:
        """The first, second and year figures of every row that is written like that."""
        parts: list[tuple[Times, Times, Times]] = []
        left = np.arange(len(marks))
        for _ in range(MOST_LAYOUTS):
            if len(left) == 0:
                break
            same = layouts[left] == layouts[left[0]]
            found = _match(layouts[left[0]])
            if found is not None and "a" in found.groupdict():
                rows = marks[left[same]]
                a, b, y = (_figure(rows, *found.span(name)) for name in ("a", "b", "y"))
                parts.append((a, b, y))
            left = left[~same]
        return (
            np.concatenate([part[0] for part in parts]),
            np.concatenate([part[1] for part in parts]),
            np.concatenate([part[2] for part in parts]),
        )
