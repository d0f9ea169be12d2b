"""The words of a script's set-up lines: numbers, lengths of time, moments, and refusals that say what would work."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from engine.market import valid_symbol
from engine.numbers import exact
from engine.tapes.inline import LATEST_TIME

LARGEST_NUMBER = Decimal("1e15")
MOST_DECIMALS = 18
LONGEST_WORD = 32

UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
LARGEST_DURATION = 100_000 * 86_400
"""Seconds: longer than any tape."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_DURATION = re.compile(r"(?:([0-9]{1,9})d)?(?:([0-9]{1,9})h)?(?:([0-9]{1,9})m)?(?:([0-9]{1,9})s)?")
_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,3}))?)?)?Z?",
    re.IGNORECASE,
)


class WordsError(ValueError):
    """A word that does not fit: `message` says why, `would_work` shows one that does."""

    def __init__(self, message: str, would_work: str) -> None:
        super().__init__(f"{message}; try: {would_work}")
        self.message, self.would_work = message, would_work


def short(word: str) -> str:
    """`word`, cut where it would fill the screen."""
    return word if len(word) <= LONGEST_WORD else word[: LONGEST_WORD - 1] + "…"


def number(word: str, what: str, would_work: str) -> Decimal:
    """The number that `word` spells, with or without thousands separators.

    Raises:
        WordsError: when it is none, or out of any sensible range.
    """
    try:
        value = exact(word.replace(",", "").replace("_", ""))
    except ValueError:
        raise WordsError(f"“{short(word)}” is not {what}", would_work) from None
    # `abs` would overflow on what is out of every range; a copy can't.
    if value.copy_abs() > LARGEST_NUMBER or not -MOST_DECIMALS <= value.as_tuple().exponent <= MOST_DECIMALS:  # type: ignore[operator]
        raise WordsError(f"“{short(word)}” is out of range for {what}", would_work)
    return value


def positive(word: str, what: str, would_work: str) -> Decimal:
    """As `number`, above zero. Raises WordsError."""
    value = number(word, what, would_work)
    if value <= 0:
        raise WordsError(f"{what} must be more than zero, not {short(word)}", would_work)
    return value


def whole(word: str, what: str, would_work: str) -> int:
    """A whole number of at most 18 digits, from 0. Raises WordsError."""
    if not (word.isascii() and word.isdigit() and len(word) <= MOST_DECIMALS):
        raise WordsError(f"“{short(word)}” is not {what}", would_work)
    return int(word)


def symbol(word: str, would_work: str) -> str:
    """A market's symbol, upper-cased. Raises WordsError."""
    if not valid_symbol(word):
        raise WordsError(f"“{short(word)}” can’t be a market", would_work)
    return word.upper()


def parse_duration(text: str) -> int:
    """The seconds that `90s`, `30m`, `1h30m` or `2d` spell.

    Raises:
        WordsError: for anything else, for zero, and above 100,000 days.
    """
    found = _DURATION.fullmatch(text.lower())
    seconds = (
        sum(int(part or 0) * unit for part, unit in zip(found.groups(), UNITS.values(), strict=True)) if found else 0
    )
    if not 0 < seconds <= LARGEST_DURATION:
        raise WordsError(f"“{short(text)}” is not a length of time", "90s, 30m, 1h30m or 2d")
    return seconds


def duration_text(seconds: int) -> str:
    """`seconds` (> 0) as `parse_duration` reads them: `1h30m`."""
    parts = []
    for unit, length in UNITS.items():
        count, seconds = divmod(seconds, length)
        parts += [f"{count}{unit}"] if count else []
    return "".join(parts)


def parse_time(text: str) -> int:
    """The moment that `text` spells, in ms UTC: `2022-11-08T16:00Z`, with seconds, or a date alone (its first moment).

    Raises:
        WordsError: when it is none, or before 1970.
    """
    found = _TIME.fullmatch(text.strip())
    would_work = "2022-11-08T16:00Z or 2022-11-08"
    if not found:
        raise WordsError(f"“{short(text)}” is not a time in UTC", would_work)
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise WordsError(f"“{short(text)}” is in no calendar", would_work) from None
    time = (moment - EPOCH) // timedelta(milliseconds=1) + int((found[7] or "0").ljust(3, "0"))
    if not 0 <= time <= LATEST_TIME:
        raise WordsError(f"“{short(text)}” is out of range", "a time from the year 1970 on")
    return time


def time_text(time: int) -> str:
    """A moment in ms UTC as `parse_time` reads it, no longer than it must be: `2022-11-08T16:00Z`."""
    timespec = "milliseconds" if time % 1000 else "seconds" if time % 60_000 else "minutes"
    return (EPOCH + timedelta(milliseconds=time)).isoformat(timespec=timespec).replace("+00:00", "Z")
