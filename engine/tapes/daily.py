"""The tape of a day: the same for everybody, and named by nothing but its date.

The seed is the first eight bytes of SHA-256 of `isocross daily YYYY-MM-DD`, the regime the next byte's: neither says
anything of the next day's. What the tape says of itself tells neither: who reads it knows no more than the date.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256

from engine.tape import Origin, Tape
from engine.tapes.synthetic import SyntheticSetup, synthetic_tape

FIRST = date(2026, 1, 1)
LAST = date(2126, 12, 31)
REGIMES = ("calm", "trend", "bleed", "choppy", "euphoria", "squeeze", "crash", "flash-crash", "capitulation")
MARKETS = ("BTC", "ETH", "SOL")


class DailyError(ValueError):
    """There is no daily on that date; the text says which dates have one."""


def number_of(day: date) -> int:
    """The number of a day's tape: 1 on 2026-01-01, 326 on 2026-11-22. Raises DailyError where there is none."""
    if not FIRST <= day <= LAST:
        raise DailyError(f"there is no daily on {day}: the first was on {FIRST}, the last is on {LAST}")
    return (day - FIRST).days + 1


def daily_prices(day: date) -> SyntheticSetup:
    """What a day's tape is made from. Raises DailyError."""
    number_of(day)
    digest = sha256(f"isocross daily {day.isoformat()}".encode()).digest()
    return SyntheticSetup(
        regime=REGIMES[digest[8] % len(REGIMES)],
        seed=int.from_bytes(digest[:8], "big") % 1_000_000_000,
        markets=MARKETS,
        days=Decimal(1),
        step_seconds=60,
        start_ms=int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000,
    )


def daily_tape(day: date) -> Tape:
    """The day's tape: 1,441 vertices, a minute apart. Raises DailyError."""
    description = f"synthetic, daily #{number_of(day)} of {day}, {' '.join(MARKETS)}, 1 day of 1 m"
    return replace(synthetic_tape(daily_prices(day)), origin=Origin("synthetic", description), derived={})
