"""What a ticket says: its fields, the table of both margin modes, and what to press next."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from textual.content import Content
from textual.style import Style

from engine.views import Outcome, Preview
from tui.looks import Looked
from tui.plain import harmless
from tui.ticket_form import Field, TicketForm
from tui.widgets.figures import NONE, money, price, signed

LABELS: dict[Field, str] = {
    "side": "side",
    "symbol": "market",
    "size": "size",
    "kind": "order",
    "price": "price",
    "leverage": "leverage",
    "mode": "margin",
    "reduce": "only reduce",
    "tp": "take profit",
    "sl": "stop loss",
}
CHOSEN = ("side", "symbol", "kind", "leverage", "mode", "reduce")
LEFT, WIDE = 12, 10
PAIRS: tuple[tuple[Field, Field], ...] = (
    ("side", "symbol"),
    ("size", "kind"),
    ("price", "leverage"),
    ("mode", "reduce"),
    ("tp", "sl"),
)


@dataclass(frozen=True)
class TicketState:
    """All that a ticket shows.

    Attributes:
        form: the order being written.
        looked: what it would do; `figures` are those to show, as if it traded at once where it `waits`.
        armed: whether the next Enter sends it.
        problem: why it would not be taken.
    """

    form: TicketForm
    looked: Looked
    figures: Looked
    waits: bool
    armed: bool
    problem: str | None


def ticket_text(state: TicketState) -> Content:
    """The ticket, line by line."""
    lines = [_headline(state)]
    lines += [_field(state, left).append(_field(state, right)) for left, right in PAIRS]
    return Content("\n").join([*lines, Content(""), *_table(state), *_words(state)])


def _headline(state: TicketState) -> Content:
    form, preview = state.form, state.looked.of_mode(state.form.mode)
    side = (
        f" {form.side.upper()} ",
        "bold $background on $iso-up" if form.side == "buy" else "bold $background on $iso-down",
    )
    what = f"{form.size or NONE} {form.symbol}"
    if preview is not None and preview.price is not None and preview.refusal is None:
        what = f"{preview.size:f} {form.symbol} at {price(preview.price, form.market.tick_size)}"
    return Content.assemble(side, " ", (what, "bold"), f"  {form.leverage}x {form.mode}")


def _field(state: TicketState, field: Field) -> Content:
    form = state.form
    here, value = field == form.field, form.value(field)
    idle = field == "price" and form.kind == "market"
    shown = "at the market" if idle else value or NONE
    if here:
        shown = f"‹{shown}›" if field in CHOSEN else f"{value}▏"
    label = (f"{LABELS[field]:<{LEFT}}", "$iso-text" if here else "$iso-dim")
    style = "bold $iso-key" if here else ("$iso-dim" if idle or not value else "")
    content = Content.assemble(label, (f"{shown:<{WIDE + 4}}", style))
    return content.stylize(Style.from_meta({"field": field}))


def _table(state: TicketState) -> list[Content]:
    isolated, cross = state.figures.of_mode("isolated"), state.figures.of_mode("cross")
    chosen = state.figures.of_mode(state.form.mode)
    now = chosen.before if chosen and chosen.before and chosen.before.initial_margin else None
    tick = state.form.market.tick_size
    after = [_holding(each) for each in (isolated, cross)]
    head = Content.assemble((f"{'':<16}{'now':>{WIDE}}", "$iso-dim"), *_heads(state))
    added = [_added(each) for each in (isolated, cross)]
    fees = [money(each.fee) if each and each.refusal is None else NONE for each in (isolated, cross)]
    return [
        head,
        _row(state, "initial margin", money(now and now.initial_margin), added),
        _row(state, "fee", "", fees),
        _row(state, "liquidation at", _liquidation(now, tick), [_liquidation(each, tick) for each in after]),
        _row(state, "to liquidation $", money(now and now.cushion), [money(each and each.cushion) for each in after]),
        _row(state, "real leverage", _times(now), [_times(each) for each in after]),
    ]


def _heads(state: TicketState) -> list[tuple[str, str]]:
    return [
        (
            f"{('▸' if mode == state.form.mode else '') + mode:>{WIDE + 1}}",
            "bold" if mode == state.form.mode else "$iso-dim",
        )
        for mode in ("isolated", "cross")
    ]


def _row(state: TicketState, label: str, now: str, cells: list[str]) -> Content:
    styles = ["$iso-up" if state.form.mode == mode else "$iso-dim" for mode in ("isolated", "cross")]
    return Content.assemble(
        (f"{label:<16}", "$iso-dim"),
        f"{now:>{WIDE}}",
        *((f"{cell:>{WIDE + 1}}", style) for cell, style in zip(cells, styles, strict=True)),
    )


def _words(state: TicketState) -> list[Content]:
    if state.problem is not None:
        return [Content.assemble(("✗ ", "bold $iso-danger"), harmless(state.problem))]
    if state.armed:
        return [Content.assemble((" Enter ", "bold $background on $iso-key"), " sends it; any change asks again")]
    if state.waits:
        when = state.looked.waits or "it waits"
        return [Content.styled(line, "$iso-dim") for line in (when, "the figures are as if it filled now")]
    other = state.looked.of_mode("cross" if state.form.mode == "isolated" else "isolated")
    if other is not None and other.refusal is not None:
        return [Content.assemble((f"in {other.mode}: {other.refusal}", "$iso-dim"))]
    if other is not None and other.supposed:
        return [Content.assemble((f"{other.mode}: as if the whole {other.symbol} position were", "$iso-dim"))]
    return [Content.assemble(("↑ ↓ field  ← → change  q w e r size", "$iso-dim"))]


def waits(preview: Preview) -> bool:
    """Whether nothing would be traded at once."""
    before, after = preview.before, preview.after
    if before is None or after is None or not preview.size or preview.fee:
        return False
    return (before.initial_margin, before.cushion) == (after.initial_margin, after.cushion)


def _holding(preview: Preview | None) -> Outcome | None:
    """What there would be to lose afterwards; None where nothing would be held."""
    if preview is None or preview.refusal is not None or preview.after is None:
        return None
    return preview.after if preview.after.initial_margin else None


def _added(preview: Preview | None) -> str:
    if preview is None or preview.refusal is not None or preview.after is None:
        return "refused" if preview is not None and preview.refusal is not None else NONE
    change = preview.after.initial_margin - (preview.before.initial_margin if preview.before else Decimal(0))
    return signed(change)


def _liquidation(outcome: Outcome | None, tick: Decimal) -> str:
    if outcome is None:
        return NONE
    return "never" if outcome.liquidation_price is None else price(outcome.liquidation_price, tick)


def _times(outcome: Outcome | None) -> str:
    if outcome is None or outcome.effective_leverage is None:
        return NONE
    return f"{outcome.effective_leverage:.1f}x"
