"""What a command would do, in one line for the `:` line."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from textual.content import Content

from engine.looking.risk import Risk
from engine.looking.views import Outcome, Preview
from tui.looks import Looked
from tui.plain import harmless
from tui.widgets.figures import NONE, money, percent, price, signed, size
from tui.widgets.ticket_text import far_off, liquidated_first

ARROW = " → "
SaysOf = Callable[[str], Content]
"""Answers what a command text would do, in words."""


def problem(text: str) -> Content:
    """Something wrong, marked by a sign and a colour."""
    return Content.assemble(("✗ ", "bold $iso-danger"), harmless(text))


def says(looked: Looked, mode: str, tick: Decimal) -> Content:
    """One line about what a command would do in `mode`; `tick` is the price grid of the market it is about."""
    preview = looked.of_mode(mode)
    why = looked.problem or (preview.refusal if preview else None)
    if why is not None:
        return problem(why)
    if preview is None:
        return Content("Enter sends it")
    told = "; ".join(harmless(each) for each in looked.told)
    parts = [each for each in (looked.waits, told) if each]  # what may be cut off for want of room comes last
    parts += ["when it fills:"] if preview.waits else []
    parts += _traded(preview, tick) if not looked.told else []
    parts += _risk_parts(looked.risk) + _changes(preview, tick)
    warnings = [f"⚠ {each}   " for each in (liquidated_first(looked.risk, tick), far_off(preview, tick)) if each]
    said = Content(ARROW.lstrip() + "   ".join(parts)) if parts else Content("Enter sends it")
    return Content.assemble(*((each, "bold $iso-danger") for each in warnings), said)


def _traded(preview: Preview, tick: Decimal) -> list[str]:
    """What would be traded."""
    parts = []
    if preview.symbol and preview.size and preview.price is not None:
        side = f"{preview.side} " if preview.side else ""
        how = f", {preview.leverage}x {preview.mode}" if preview.leverage and preview.mode else ""
        much = size(abs(preview.size)).removeprefix("+")
        parts.append(f"{side}{much} {preview.symbol} at {price(preview.price, tick)}{how}")
    if preview.fee:
        parts.append(f"fee {money(preview.fee)}")
    if preview.waits and preview.margin > 0:
        parts.append(f"margin {money(preview.margin)}")
    return parts


def _changes(preview: Preview, tick: Decimal) -> list[str]:
    """What changes by it."""
    before, after = preview.before, preview.after
    parts: list[str] = []
    if after is None:
        return parts
    if after.liquidation_price != (before.liquidation_price if before else None):
        parts.append(f"liquidation {_liquidation(before, tick)}{ARROW}{_liquidation(after, tick)}")
    if before is None or after.cushion != before.cushion:
        parts.append(f"to go {money(before.cushion) if before else NONE}{ARROW}{money(after.cushion)}")
    if before is None or after.free != before.free:
        parts.append(f"free {money(before.free) if before else NONE}{ARROW}{money(after.free)}")
    return parts


def _risk_parts(risk: Risk | None) -> list[str]:
    """What the stop would cost and the target win."""
    if risk is None:
        return []
    parts = []
    if risk.stop is not None:
        share = f", {percent(risk.share)} of equity" if risk.share is not None else ""
        parts.append(f"stop {signed(risk.stop.profit)}{share}")
    if risk.target is not None:
        parts.append(f"target {signed(risk.target.profit)}{f', {signed(risk.reward)} R' if risk.reward else ''}")
    return parts


def _liquidation(outcome: Outcome | None, tick: Decimal) -> str:
    if outcome is None or outcome.liquidation_price is None:
        return NONE
    return price(outcome.liquidation_price, tick)
