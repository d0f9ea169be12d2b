"""Liquidations as stories: each with everything that happened in it, and told in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.account import Position
from engine.events import (
    Deleveraged,
    Event,
    Filled,
    HandedOver,
    LiquidationStarted,
    LossSocialised,
    PenaltyCharged,
    ProfitSettled,
    ShortfallPaid,
    TakenOver,
)
from engine.liquidation.aftermath import Aftermath, bonus_of, courses, outcome_of
from engine.liquidation.held import held_at
from engine.liquidation.terms import JudgedBy
from engine.numbers import divide, plain
from engine.sentences import apart, pool_name
from engine.sentences import price as any_price
from tui.widgets.chart_lines import ChartLine
from tui.widgets.chart_marks import ChartMark
from tui.widgets.figures import clock, money, percent, signed
from tui.widgets.figures import price as shown_price

MOST_NAMED = 3
HALF_A_CENT = Decimal("0.005")
"""What is below zero by less is the rounding of money."""
_OWED = {"debt": "debt", "borrowed": "debt", "weighted liabilities": "weighted liabilities"}
"""What is required where that is owed, as it is said."""

Trade = Filled | HandedOver | TakenOver


@dataclass(frozen=True, slots=True)
class Liquidation:
    """One liquidation: how it began, what followed of it, and what it came to."""

    start: LiquidationStarted
    steps: tuple[Event, ...]
    result: Aftermath

    @property
    def partial(self) -> bool:
        """Whether something of the pool still stands, or is not decided yet."""
        return self.result.restored or self.result.under_way

    @property
    def closed(self) -> tuple[Trade, ...]:
        """The trades that it was made of."""
        return tuple(event for event in self.steps if isinstance(event, Trade))

    @property
    def symbol(self) -> str | None:
        """The market to look at: the pool's only one, or that of its largest trade."""
        if self.start.symbol is not None or not self.closed:
            return self.start.symbol
        return max(self.closed, key=lambda event: abs(event.size) * event.price).symbol

    @property
    def position(self) -> Position | None:
        """What the pool held in that market; None where it is not known, or there were two."""
        held = held_at(self.start)
        there = [] if held is None or self.symbol is None else list(held.pool.held(self.symbol))
        return there[0] if len(there) == 1 else None

    def covers(self, step: int) -> bool:
        """Whether it was under way on the tape at that vertex."""
        return self.start.step <= step <= (self.steps[-1] if self.steps else self.start).step


def liquidations_in(events: Iterable[Event]) -> list[Liquidation]:
    """The player's liquidations among events, oldest first: one that went on over several moments is one."""
    return [Liquidation(each.start, tuple(each.steps), outcome_of(each)) for each in courses(events)]


# -- told


def headline(story: Liquidation) -> str:
    """What happened, in a few words."""
    name = pool_name(story.start.pool).removeprefix("the ")
    mode = "" if story.start.pool == "cross" else "isolated "
    result = story.result
    what = "Being liquidated" if result.under_way else "Partly liquidated" if result.restored else "Liquidated"
    return f"{what}: {mode}{name}"


def why(story: Liquidation, tick: Decimal, judged: JudgedBy | None = None) -> list[str]:
    """What counted against what was required, at which price, and what the venue's own gauge said."""
    start, label = story.start, "equity" if judged is None else judged.credit
    at = f" at {shown_price(start.price, tick)}" if start.price is not None else ""
    counted, required = apart(start.equity, start.requirement)
    owed = None if judged is None else _OWED.get(judged.requirement)
    above = f"the {required} required" if owed is None else f"the {owed} of {required}"
    # What is owed is not the position's: that stands behind it, and is told apart.
    held = _held(story, tick)
    by = f" {'by' if owed is None else 'with'} {held}{',' * bool(at)}" if held else ""
    lines = [f"{label[:1].upper()}{label[1:]} {counted} fell below {above}{by}{at}."]
    if judged is not None and judged.gauge is not None:
        gauge = judged.gauge
        value, limit = apart(gauge.value, gauge.liquidation)[0], money(gauge.liquidation).removesuffix(".00")
        name = gauge.name[:1].upper() + gauge.name[1:]
        lines.append(f"{name} {value}: liquidation {'above' if gauge.rises else 'below'} {limit}.")
    if start.bankruptcy_price is not None and start.price is not None and start.bankruptcy_price > 0:
        tickless = start.bankruptcy_price.quantize(tick) if tick else start.bankruptcy_price
        lines.append(f"Bankruptcy, where all of it is gone, was at {shown_price(tickless, tick)}.")
    return lines


def _held(story: Liquidation, tick: Decimal) -> str:
    """What the pool held, in words; of several positions each, without their prices."""
    start = story.start
    if start.size is not None and start.entry_price is not None:
        leverage = f", {start.leverage}x" if start.leverage else ""
        return f"{_sided(start.size)} {start.symbol} from {shown_price(start.entry_price, tick)}{leverage}"
    held = held_at(start)
    if held is None:
        return ""
    names = [f"{_sided(position.size)} {position.symbol}" for _, position in sorted(held.pool.positions.items())]
    more = [f"{len(names) - MOST_NAMED} more"] if len(names) > MOST_NAMED else []
    return " and ".join(names[:MOST_NAMED] + more)


def _sided(size: Decimal) -> str:
    return f"{'long' if size > 0 else 'short'} {plain(abs(size))}"


def lost(story: Liquidation, before: Sequence[Liquidation] = ()) -> list[str]:
    """What the liquidation cost for good, and apart from it what the rest has lost on paper. `before` are earlier ones
    of the same pool."""
    result = story.result
    parts = [
        (result.by_price, "by the price"),
        (result.bonus, "to liquidators"),
        (result.fees, "in trading fees"),
        (result.clearance, "in clearance fees"),
        (max(result.penalties, Decimal(0)), "in penalties"),
        (result.given_up, "that went over with the positions"),
    ]
    of_it = [f"{money(amount)} {name}" for amount, name in parts if amount]
    of_it += [f"less {money(-result.penalties)} that a fund added"] if result.penalties < 0 else []
    safe = story.start.pool != "cross" and not story.partial
    rest = "; the wallet was not touched" if safe else ""
    said = f", of it {_listed(of_it)}" if len(of_it) > 1 else f", {of_it[0]}" if of_it else ""
    lines = [f"{money(result.lost)} of its margin{said}{rest}."]
    if result.lost < 0:
        lines = [f"Nothing so far: what was closed brought {money(-result.lost)}, {_listed(of_it)}."]
    if result.unrealised is not None:
        lines.append(f"What stands has {signed(result.unrealised)} unrealised, which is not counted here.")
    if before:
        whole = sum((each.result.lost for each in before), result.lost)
        times = "one" if len(before) == 1 else f"{len(before)}"
        lines.append(f"With the {times} before of this pool: {money(whole)}.")
    return lines


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else ""


def taken(story: Liquidation) -> list[str]:
    """Who has the positions now, who was paid, and who paid for what was missing."""
    start, result = story.start, story.result
    lines = [_closed(event, first=not place) for place, event in enumerate(story.closed[:MOST_NAMED])]
    more = len(story.closed) - len(lines)
    lines += [f"and {more} trade{'s' * (more > 1)} more."] if more > 0 else []
    if result.until // 1000 > start.time // 1000:
        lines.append(f"All of it from {clock(start.time)} to {clock(result.until)} UTC.")
    lines += _paid_to(story.steps)
    lines += _deleveraged([event for event in story.steps if isinstance(event, Deleveraged)])
    lines += _below_zero(story.steps)
    if result.restored:
        lines.append("What is left of the pool stands again.")
    elif result.under_way:
        lines.append("The venue waits, and goes on with the rest.")
    return lines


def _closed(event: Trade, first: bool = True) -> str:
    """One trade; what a fund took along is said with the first position that it took."""
    long = event.size > 0 if isinstance(event, TakenOver) else event.side == "sell"
    what = f"{'long' if long else 'short'} {plain(abs(event.size))} {event.symbol} at {any_price(event.price)}"
    if isinstance(event, Filled):
        return f"The book took {what}, realised {signed(event.realised)}."
    if isinstance(event, HandedOver):
        off = abs(divide(event.price - event.mark, event.mark)) if event.mark else Decimal(0)
        away = f", {percent(off, 2)} {'below' if event.price < event.mark else 'above'} the mark" if off else ""
        gain = f", a gain of {money(bonus_of(event))}" if bonus_of(event) > 0 else ""
        return f"The {event.taker} took {what}{away}{gain}; realised {signed(event.realised)}."
    rest = f", with its last {money(event.lost)}" if event.lost >= 0 else f", with a hole of {money(-event.lost)}"
    return f"The {event.fund} took over {what}{rest if first else ''}."


def _paid_to(steps: Sequence[Event]) -> list[str]:
    """What funds, keepers and treasuries took or gave, each in one sum; and profit that was made collateral."""
    funds, lines = dict[str, Decimal](), list[str]()
    for event in steps:
        if isinstance(event, PenaltyCharged):
            funds[event.fund] = funds.get(event.fund, Decimal(0)) + event.amount
    for fund, amount in funds.items():
        lines.append(f"The {fund} {'took' if amount > 0 else 'added'} {money(abs(amount))}.")
    settled = sum((event.amount for event in steps if isinstance(event, ProfitSettled)), Decimal(0))
    if settled:
        lines.append(f"{money(settled)} of open profit was made collateral.")
    return lines


def _deleveraged(others: Sequence[Deleveraged]) -> list[str]:
    if not others:
        return []
    names = ", ".join(dict.fromkeys(event.trader for event in others[:MOST_NAMED]))
    against = "closed against it" if any(event.realised is not None for event in others) else "closed to pay for it"
    return [f"{len(others)} winning position{'s' * (len(others) > 1)} {against} (ADL): {names}."]


def _below_zero(steps: Sequence[Event]) -> list[str]:
    """Who paid what was missing."""
    lines = []
    borne = {(event.time, event.pool): event for event in steps if isinstance(event, LossSocialised)}
    for event in steps:
        if isinstance(event, ShortfallPaid) and event.amount >= HALF_A_CENT:
            rest = f", {money(event.unpaid)} nobody paid" if event.unpaid else ""
            paid = event.amount - event.unpaid
            loss = borne.get((event.time, event.pool))
            if loss is not None:
                rest, paid = f", and {money(loss.amount)} falls on {loss.bearer}", paid - loss.amount
            who = f"the {event.fund} paid {money(paid)}" if rest else f"the {event.fund} paid"
            lines.append(f"The pool ended {money(event.amount)} below zero: {who}{rest}.")
    return lines


# -- on the chart


def chart_lines(story: Liquidation) -> list[ChartLine]:
    """Where it was entered, liquidated and would have been bankrupt."""
    start, position, lines = story.start, story.position, list[ChartLine]()
    if position is not None:
        lines.append(ChartLine(f"ENTRY {_sided(position.size)}", position.entry_price, "entry"))
    if (price := _price_of(story)) is not None:
        lines.append(ChartLine("LIQUIDATED", price, "liquidation"))
    if start.bankruptcy_price is not None and start.bankruptcy_price > 0:
        lines.append(ChartLine("BANKRUPT", start.bankruptcy_price, "bankruptcy"))
    return lines


def chart_marks(story: Liquidation) -> list[ChartMark]:
    """Where the market was when it happened, and what a liquidator took."""
    price = _price_of(story)
    marks = [ChartMark(story.start.step, price, "liquidation")] if price is not None else []
    later = {event.step for event in story.closed if event.symbol == story.symbol} - {story.start.step}
    for event in story.closed:
        if event.step in later and event.symbol == story.symbol:
            kind = "handover" if isinstance(event, HandedOver) else "liquidation"
            marks.append(ChartMark(event.step, event.price, kind))
    return marks


def _price_of(story: Liquidation) -> Decimal | None:
    """What the market shown was marked at when it began; of an older event, what the first of its trades got."""
    if story.start.price is not None:
        return story.start.price
    held = held_at(story.start)
    if held is not None and story.symbol is not None and story.symbol in held.marks:
        return held.marks[story.symbol]
    return next((event.price for event in story.closed if event.symbol == story.symbol), None)
