"""Bars that fill, in eighths of a cell, and how near to liquidation a gauge is said to be."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from rich.style import Style

from tui.themes import Palette
from tui.widgets.figures import NONE, money
from tui.widgets.strips import Part

EIGHTHS = " ▏▎▍▌▋▊▉█"
GROUND = "░"

USED_WIDTH = 15
"""Cells of ` 90 % used ⚠` at its longest, so that the bars of all pools end in one column."""


@dataclass(frozen=True, slots=True)
class Band:
    """How near to liquidation: from gauge `start` on, drawn in style `tone` with `sign` behind the figure."""

    start: Decimal
    tone: str
    sign: str


BANDS = (
    Band(Decimal("0.95"), "danger", "⚠⚠"),
    Band(Decimal("0.80"), "alarm", "⚠"),
    Band(Decimal("0.50"), "warning", "!"),
)
CALM = Band(Decimal(0), "calm", "")


def band_of(gauge: Decimal | None) -> Band:
    """The band that a gauge (requirement ÷ credit, 1 = liquidation) is in. Below zero credit it is past liquidation."""
    if gauge is None:
        return CALM
    if gauge.is_nan() or gauge < 0:
        return BANDS[0]
    return next((band for band in BANDS if gauge >= band.start), CALM)


def bar(ratio: float, width: int, filled: Style, empty: Style) -> list[Part]:
    """A bar of `width` cells filled to `ratio` (0 to 1). Anything above nothing shows at least an eighth."""
    if width <= 0:
        return []
    eighths = round(min(max(ratio, 0.0), 1.0) * width * 8)
    if ratio > 0:
        eighths = max(eighths, 1)
    if ratio < 1:
        # Full is said only of what is full.
        eighths = min(eighths, width * 8 - 1)
    whole, part = divmod(eighths, 8)
    head = "█" * whole + (EIGHTHS[part] if part else "")
    return [(head, filled), (GROUND * (width - len(head)), empty)]


def gauge_row(gauge: Decimal | None, width: int, palette: Palette) -> list[Part]:
    """A bar that fills towards liquidation, and how much of the credit is used in words."""
    band = band_of(gauge)
    style = palette.style(band.tone)
    label = used(gauge)
    if width < USED_WIDTH + 4:
        return [(label.strip(), style)]
    length = width - USED_WIDTH
    past = gauge is not None and (gauge.is_nan() or gauge < 0)
    ratio = 1.0 if past else float(min(gauge or Decimal(0), Decimal(1)))
    said = palette.bold(band.tone) if band is not CALM else palette.text
    return [*bar(ratio, length, style, palette.faint), (f" {label}".ljust(USED_WIDTH), said)]


def used(gauge: Decimal | None) -> str:
    """`90 % used ⚠`; rounded down, so that 100 % is liquidation and nothing before it."""
    if gauge is None:
        return "none used"
    sign = band_of(gauge).sign
    if gauge.is_nan() or gauge < 0 or gauge > 9:
        return f">900 % used {sign}"
    hundreds = money(Decimal(int(gauge * 100)), 0)
    return f"{hundreds if hundreds != NONE else '0'} % used {sign}".rstrip()
