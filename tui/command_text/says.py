"""What a command would do, in one line for the `:` line."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from textual.content import Content

from engine.looking.risk import Risk
from engine.looking.views import MarketView, Outcome, Preview
from tui.command_text.looks import Looked
from tui.widgets.figures import NONE, money, percent, price, reachable, signed, size
from tui.widgets.ticket_text import far_off, liquidated_first
from tui.words.plain import harmless

ARROW = " → "
SaysOf = Callable[[str], Content]
"""Answers what a command text would do, in words."""


def problem(text: str) -> Content:
    """Something wrong, marked by a sign and a colour."""
    return Content.assemble(("✗ ", "bold $iso-danger"), harmless(text))


def says(looked: Looked, mode: str, market: MarketView) -> Content:
    """What a command about `market` would do in `mode`, most important first: what there is no room for is cut off at
    the end, which must not be where it would be liquidated."""
    tick = market.tick_size
    preview = looked.of_mode(mode)
    why = looked.problem or (preview.refusal if preview else None)
    if why is not None:
        return problem(why)
    if preview is None:
        return Content("Enter sends it")
    told = [harmless(each) for each in looked.told] or _traded(preview, tick)
    if looked.waits:
        told = [f"{looked.waits}   when it fills:" if preview.waits else looked.waits, *told]
    parts = [*told[:1], *_liquidation_parts(preview, market), *told[1:]]
    parts += _risk_parts(looked.risk) + _changes(preview)
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


def _liquidation_parts(preview: Preview, market: MarketView) -> list[str]:
    """Where it is liquidated, where that changes. What waits is looked at from the price that it fills at."""
    if preview.after is None:
        return []
    mark = preview.price if preview.waits and preview.price is not None else market.mark
    before, after = _liquidation(preview.before, market.mark, market), _liquidation(preview.after, mark, market)
    return [f"liquidation {before}{ARROW}{after}"] if before != after else []


def _changes(preview: Preview) -> list[str]:
    """What else changes by it."""
    before, after = preview.before, preview.after
    parts: list[str] = []
    if after is None:
        return parts
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


def _liquidation(outcome: Outcome | None, mark: Decimal, market: MarketView) -> str:
    if outcome is None or not outcome.initial_margin:
        return NONE
    at = reachable(outcome.liquidation_price, mark)
    return "none" if at is None else price(at, market.tick_size)
