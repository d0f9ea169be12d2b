"""What a ticket says: its fields, the table of both margin modes, what its stop costs, and what to press next."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from textual.content import Content
from textual.style import Style

from engine.looking.risk import Risk
from engine.looking.views import Outcome, Preview
from engine.numbers import divide
from tui.command_text.looks import Looked
from tui.forms.ticket import Field, TicketForm
from tui.widgets.figures import NONE, brief, money, percent, price, reachable, signed
from tui.words.plain import harmless

LABELS: dict[Field, str] = {
    "side": "side",
    "symbol": "market",
    "size": "size",
    "risk": "risk",
    "kind": "order",
    "price": "price",
    "limit": "then limit",
    "force": "in force",
    "reduce": "only reduce",
    "leverage": "leverage",
    "mode": "margin",
    "tp": "take profit",
    "sl": "stop loss",
}
CHOSEN = ("side", "symbol", "kind", "leverage", "mode", "force", "reduce")
LEFT, WIDE = 12, 10
COLUMN = 25
"""Cells of one field, its label and value."""

Rows = tuple[tuple[Field, ...], ...]
PAIRS: Rows = (
    ("side", "symbol"), ("size", "risk"), ("kind", "price"), ("force", "reduce"), ("leverage", "mode"), ("sl", "tp"),
)  # fmt: skip
THREES: Rows = (("side", "symbol", "kind"), ("size", "risk", "price"), ("leverage", "mode", "force"))
THREES += (("sl", "tp", "reduce"),)
LOW = 3 * COLUMN
"""From this width on three fields stand side by side: such a screen has few rows."""


@dataclass(frozen=True)
class TicketState:
    """All that a ticket shows.

    Attributes:
        form: the order being written.
        looked: what it would do, at once or, where it waits, when it fills.
        armed: whether the next Enter sends it.
        problem: why it would not be taken.
    """

    form: TicketForm
    looked: Looked
    armed: bool
    problem: str | None

    @property
    def waits(self) -> bool:
        """Whether nothing would be traded at once, in the mode that was chosen."""
        chosen = self.looked.of_mode(self.form.mode)
        return chosen is not None and chosen.waits


def field_rows(form: TicketForm, width: int) -> Rows:
    """Which fields stand in which row. A stop-limit order has its second price where others say how long they last."""
    rows = THREES if width >= LOW else PAIRS
    if form.kind != "stop limit":
        return rows
    return tuple(tuple("limit" if field == "force" else field for field in row) for row in rows)


def field_order(form: TicketForm, width: int) -> tuple[Field, ...]:
    """The fields as they are read."""
    return tuple(field for row in field_rows(form, width) for field in row)


def ticket_text(state: TicketState, width: int, hint: str) -> Content:
    """The ticket, line by line, for `width` cells; `hint` names keys."""
    lines = [_headline(state, width)]
    lines += [Content("").join(_field(state, field) for field in row) for row in field_rows(state.form, width)]
    if width < LOW:
        lines.append(Content(""))
    return Content("\n").join([*lines, *_table(state), *_risk(state, width), *_words(state, hint)])


def _headline(state: TicketState, width: int) -> Content:
    form, preview = state.form, state.looked.of_mode(state.form.mode)
    side = (
        f" {form.side.upper()} ",
        "bold $background on $iso-up" if form.side == "buy" else "bold $background on $iso-down",
    )
    what = f"{form.size or NONE} {form.symbol}"
    if preview is not None and preview.price is not None and preview.refusal is None:
        kind = "" if form.kind == "market" else form.kind
        how = " ".join(word for word in (form.force, kind, "at") if word)
        what = f"{preview.size:f} {form.symbol} {how} {price(preview.price, form.market.tick_size)}"
    room = width - len(side[0]) - 1 - len(what)
    how = next((each for each in (f"  {form.leverage}x {form.mode}", f"  {form.leverage}x") if len(each) <= room), "")
    return Content.assemble(side, " ", (what, "bold"), how)


def _field(state: TicketState, field: Field) -> Content:
    form = state.form
    here, value = field == form.field, form.value(field)
    idle = not form.applies(field)
    shown = ("at market" if field == "price" else NONE) if idle else value or NONE
    if here:
        shown = f"‹{shown}›" if field in CHOSEN else f"{value}▏"
    label = (f"{LABELS[field]:<{LEFT}}", "$iso-text" if here else "$iso-dim")
    style = "bold $iso-key" if here else ("$iso-dim" if idle or not value else "")
    content = Content.assemble(label, (f"{shown:<{COLUMN - LEFT}}", style))
    return content.stylize(Style.from_meta({"field": field}))


# -- what it would do in both modes


def _table(state: TicketState) -> list[Content]:
    isolated, cross = state.looked.of_mode("isolated"), state.looked.of_mode("cross")
    chosen = state.looked.of_mode(state.form.mode)
    now = chosen.before if chosen and chosen.before and chosen.before.initial_margin else None
    tick, mark = state.form.market.tick_size, state.form.market.mark
    there = chosen.price if chosen is not None and chosen.waits and chosen.price is not None else mark
    after = [_holding(each) for each in (isolated, cross)]
    when = ("when it fills" if state.waits else "", "bold $iso-key" if state.waits else "")
    head = Content.assemble((f"{when[0]:<16}", when[1]), (f"{'now':>{WIDE}}", "$iso-dim"), *_heads(state))
    added = [_added(each) for each in (isolated, cross)]
    fees = [money(each.fee) if each and each.refusal is None else NONE for each in (isolated, cross)]
    at = [_liquidation(each, there, tick) for each in after]
    return [
        head,
        _row(state, "initial margin", money(now.initial_margin if now else None), added),
        _row(state, "fee", "", fees),
        _row(state, "liquidation at", _liquidation(now, mark, tick), at),
        _row(state, "  that is", _away(now, mark), [_away(each, there) for each in after]),
        _row(state, "to liquidation $", _cushion(now), [_cushion(each) for each in after]),
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
    styles = ["$iso-accent" if state.form.mode == mode else "$iso-dim" for mode in ("isolated", "cross")]
    return Content.assemble(
        (f"{label:<16}", "$iso-dim"),
        f"{now:>{WIDE}}",
        *((f"{cell:>{WIDE + 1}}", style) for cell, style in zip(cells, styles, strict=True)),
    )


# -- what it would put at risk


def _risk(state: TicketState, width: int) -> list[Content]:
    """What the stop costs and the target wins, in money and in R; one row where both fit."""
    risk = state.looked.risk
    stop, target = _stop_part(state.form, risk), _target_part(state.form, risk)
    if width >= LOW:
        return [Content.assemble(*stop, " " * max(38 - sum(len(text) for text, _ in stop), 2), *target)]
    return [Content.assemble(*stop), Content.assemble(*target)]


def _stop_part(form: TicketForm, risk: Risk | None) -> list[tuple[str, str]]:
    label = ("stop ", "$iso-dim")
    if risk is None or risk.stop is None:
        return [label, ("none: only liquidation ends a loss" if not form.sl and not form.reduce else NONE, "$iso-dim")]
    if risk.at_risk is None:
        return [label, (f"{signed(risk.stop.profit)}: a profit locked in", "$iso-up")]
    share = f"  {percent(risk.share)} of equity" if risk.share is not None else ""
    return [label, (signed(risk.stop.profit), "bold $iso-down"), (f"  1 R{share}", "")]


def _target_part(form: TicketForm, risk: Risk | None) -> list[tuple[str, str]]:
    label = ("target ", "$iso-dim")
    if risk is None or risk.target is None:
        return [label, (NONE, "$iso-dim")]
    won = (signed(risk.target.profit), "bold $iso-up" if risk.target.profit > 0 else "bold $iso-down")
    return [label, won, (f"  {signed(risk.reward)} R" if risk.reward is not None else "", "")]


def liquidated_first(risk: Risk | None, tick: Decimal) -> str | None:
    """The warning that a stop will never be reached; None where it is."""
    if risk is None or risk.stop is None or not risk.liquidated_first:
        return None
    return f"liquidation {price(risk.liquidation, tick)} comes before your stop"


# -- what to do next


def far_off(preview: Preview | None, tick: Decimal) -> str | None:
    """The warning that a price may be a slip; None where it isn't far from the mark."""
    if preview is None or preview.far is None:
        return None
    return f"{price(preview.far, tick)} is very far from the mark: is that what you mean?"


def _words(state: TicketState, hint: str) -> list[Content]:
    tick = state.form.market.tick_size
    said = (liquidated_first(state.looked.risk, tick), far_off(state.looked.of_mode(state.form.mode), tick))
    warning = [Content.styled(f"⚠ {each}", "bold $iso-danger") for each in said if each is not None]
    if state.problem is not None:
        return [*warning, Content.assemble(("✗ ", "bold $iso-danger"), harmless(state.problem))]
    if state.armed:
        key = (" Enter ", "bold $background on $iso-key")
        return [*warning, Content.assemble(key, " sends it; any change asks again")]
    if state.waits:
        return [*warning, Content.styled(state.looked.waits or "it waits", "$iso-dim")]
    return warning or [Content.styled(_other_mode(state) or hint, "$iso-dim")]


def _other_mode(state: TicketState) -> str | None:
    """What must be said about the figures of the mode that was not asked for."""
    other = state.looked.of_mode("cross" if state.form.mode == "isolated" else "isolated")
    if other is not None and other.refusal is not None:
        return f"in {other.mode}: {other.refusal}"
    if other is not None and other.supposed:
        return f"{other.mode} supposes all of {other.symbol} in {other.mode}"
    return None


def _holding(preview: Preview | None) -> Outcome | None:
    """What there would be to lose afterwards; None where nothing would be held."""
    if preview is None or preview.refusal is not None or preview.after is None:
        return None
    return preview.after if preview.after.initial_margin else None


def _added(preview: Preview | None) -> str:
    if preview is None or preview.refusal is not None or preview.after is None:
        return "refused" if preview is not None and preview.refusal is not None else NONE
    return signed(preview.margin)


def _liquidation(outcome: Outcome | None, mark: Decimal, tick: Decimal) -> str:
    if outcome is None:
        return NONE
    if outcome.liquidation_price is None:
        return "never"
    at = reachable(outcome.liquidation_price, mark)
    if at is None:
        return "none"
    text = price(at, tick)
    return text if len(text) <= WIDE else brief(at)


def _away(outcome: Outcome | None, mark: Decimal) -> str:
    """How far the mark is from liquidation."""
    at = None if outcome is None else reachable(outcome.liquidation_price, mark)
    if at is None or not mark:
        return NONE
    return percent(divide(at - mark, mark), sign=True)


def _cushion(outcome: Outcome | None) -> str:
    return money(outcome.cushion if outcome is not None else None)


def _times(outcome: Outcome | None) -> str:
    if outcome is None or outcome.effective_leverage is None:
        return NONE
    return f"{outcome.effective_leverage:.1f}x"
