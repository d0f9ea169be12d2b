"""Liquidations as stories: each with everything that happened in it, and told in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from engine.events import Deleveraged, Event, Filled, LiquidationStarted, ShortfallPaid, TakenOver
from engine.liquidation.aftermath import Aftermath, aftermath
from engine.liquidation.alternatives import FEW_TICKS, Alternatives, LessLeverage
from engine.numbers import divide, plain
from engine.sentences import pool_name
from engine.sentences import price as any_price
from tui.widgets.chart_lines import ChartLine
from tui.widgets.chart_marks import ChartMark
from tui.widgets.figures import money, percent, signed
from tui.widgets.figures import price as shown_price

MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Liquidation:
    """One liquidation: how it began, what followed of it, and what it came to."""

    start: LiquidationStarted
    steps: tuple[Event, ...]
    result: Aftermath

    @property
    def partial(self) -> bool:
        """Whether something of the pool still stands."""
        return self.result.restored

    @property
    def closed(self) -> tuple[Filled | TakenOver, ...]:
        """The trades that it was made of."""
        return tuple(event for event in self.steps if isinstance(event, Filled | TakenOver))

    @property
    def symbol(self) -> str | None:
        """The market to look at: the pool's only one, or that of its largest trade."""
        if self.start.symbol is not None or not self.closed:
            return self.start.symbol
        return max(self.closed, key=lambda event: abs(event.size) * event.price).symbol


def liquidations_in(events: Iterable[Event]) -> list[Liquidation]:
    """The player's liquidations among events, oldest first."""
    told = list(events)
    starts = [
        place for place, event in enumerate(told) if isinstance(event, LiquidationStarted) and event.actor == "you"
    ]
    found: list[Liquidation] = []
    for place, until in pairwise([*starts, len(told)]):
        start = told[place]
        assert isinstance(start, LiquidationStarted)
        batch = [event for event in told[place:until] if event.step == start.step]
        result = aftermath(batch, start.pool)
        if result is not None:
            steps = tuple(event for event in batch[1:] if _belongs(event, start.pool))
            found.append(Liquidation(start, steps, result))
    return found


def _belongs(event: Event, pool: str) -> bool:
    if isinstance(event, Filled):
        return event.pool == pool and event.reason == "liquidation"
    return isinstance(event, Deleveraged) or (isinstance(event, TakenOver | ShortfallPaid) and event.pool == pool)


# -- told


def headline(story: Liquidation) -> str:
    """What happened, in a few words."""
    name = pool_name(story.start.pool).removeprefix("the ")
    mode = "" if story.start.pool == "cross" else "isolated "
    return f"{'Partly liquidated' if story.partial else 'Liquidated'}: {mode}{name}"


def why(story: Liquidation, tick: Decimal) -> list[str]:
    """The equity against what was required, and at which price."""
    start = story.start
    at = f" at {shown_price(start.price, tick)}" if start.price is not None else ""
    held = ""
    if start.size is not None and start.entry_price is not None:
        side = "long" if start.size > 0 else "short"
        leverage = f", {start.leverage}x" if start.leverage else ""
        entry = shown_price(start.entry_price, tick)
        held = f" by {side} {plain(abs(start.size))} {start.symbol} from {entry}{leverage},"
    lines = [f"Equity {money(start.equity)} fell below the {money(start.requirement)} required{held}{at}."]
    if start.bankruptcy_price is not None and start.price is not None and start.bankruptcy_price > 0:
        tickless = start.bankruptcy_price.quantize(tick) if tick else start.bankruptcy_price
        lines.append(f"Bankruptcy, where all of it is gone, was at {shown_price(tickless, tick)}.")
    return lines


def lost(story: Liquidation) -> list[str]:
    """What the liquidation cost."""
    result = story.result
    fees = [(result.fees, "in trading fees"), (result.clearance, "in clearance fees")]
    of_it = [f"{money(amount)} {name}" for amount, name in fees if amount]
    safe = story.start.pool != "cross" and not story.partial
    rest = "; the wallet was not touched" if safe else ""
    return [f"{money(result.lost)} of its margin" + (f", of it {' and '.join(of_it)}" if of_it else "") + f"{rest}."]


def taken(story: Liquidation) -> list[str]:
    """Who has the positions now, and who paid for what was missing."""
    lines = [_closed(event) for event in story.closed][:MOST_NAMED]
    more = len(story.closed) - len(lines)
    lines += [f"and {more} trades more."] if more > 0 else []
    others = [event for event in story.steps if isinstance(event, Deleveraged)]
    if others:
        names = ", ".join(dict.fromkeys(event.trader for event in others[:MOST_NAMED]))
        lines.append(f"{len(others)} winning position{'s' * (len(others) > 1)} closed to pay for it (ADL): {names}.")
    for event in story.steps:
        if isinstance(event, ShortfallPaid):
            rest = f", {money(event.unpaid)} nobody paid" if event.unpaid else ""
            lines.append(f"The pool ended {money(event.amount)} below zero: the {event.fund} paid{rest}.")
    if story.partial:
        lines.append("What is left of the pool stands again.")
    return lines


def _closed(event: Filled | TakenOver) -> str:
    side = "long" if (event.side == "sell" if isinstance(event, Filled) else event.size > 0) else "short"
    size, at = plain(abs(event.size)), any_price(event.price)
    if isinstance(event, Filled):
        return f"The book took {side} {size} {event.symbol} at {at}, realised {signed(event.realised)}."
    rest = f"with its last {money(event.lost)}" if event.lost >= 0 else f"with a hole of {money(-event.lost)}"
    return f"The {event.fund} took over {side} {size} {event.symbol} at {at}, {rest}."


def would_have_changed(story: Liquidation, alternatives: Alternatives, tick: Decimal) -> list[str]:
    """What would have moved the liquidation away, or lost less: each a fact about one price or one loss."""
    lines = _more_margin(story, alternatives, tick)
    stop, lost_then = alternatives.stop, story.result.lost
    if stop is not None and stop.lost < lost_then:
        jump = f", the price behind a jump being {shown_price(stop.fill, tick)}" if stop.jumped else ""
        at = shown_price(stop.price, tick)
        lines.append(f"A stop halfway, at {at}: a loss of {money(stop.lost)} instead of {money(lost_then)}{jump}.")
    if alternatives.cross is not None:
        at = _liquidation(story, alternatives.cross.liquidation, tick)
        lines.append(f"Cross, with the wallet as it was: {at}, and {money(alternatives.cross.stake)} more at stake.")
    margin = alternatives.isolated_margin
    if margin is not None and margin < lost_then:
        lines.append(f"Isolated: only its initial margin could go, {money(margin)} of the {money(lost_then)} lost.")
    return lines


def _more_margin(story: Liquidation, alternatives: Alternatives, tick: Decimal) -> list[str]:
    """More margin, and less leverage; where twice the margin is half the leverage, one line says both."""
    less, lines = alternatives.less_leverage, list[str]()
    said = False
    for more in alternatives.more_margin:
        much = "Twice its margin" if more.share == 1 else f"{percent(more.share, 0)} more margin"
        had = "" if more.had is None else ", the wallet had it"
        if more.had is not None and more.had < more.amount:
            had = f", the wallet had {money(more.had)} of it" if more.had else ", which the wallet had not"
        also = ""
        if less is not None and more.share == 1 and _near(more.liquidation, less.liquidation, tick):
            also, said = f" or {_times(less)}", True
        lines.append(f"{much} (+{money(more.amount)}{had}){also}: {_liquidation(story, more.liquidation, tick)}.")
    if less is not None and not said:
        lines.append(f"{_times(less).capitalize()}: {_liquidation(story, less.liquidation, tick)}.")
    return lines


def _times(less: LessLeverage) -> str:
    return f"{less.leverage}x instead of {less.opened:.1f}".removesuffix(".0") + "x"


def _near(one: Decimal | None, other: Decimal | None, tick: Decimal) -> bool:
    return one == other or (one is not None and other is not None and abs(one - other) <= FEW_TICKS * tick)


def _liquidation(story: Liquidation, at: Decimal | None, tick: Decimal) -> str:
    """Where it would have been liquidated instead, and how much further that is."""
    if at is None:
        return "no price would have liquidated it"
    then = story.start.price
    further = f", {percent(abs(divide(at - then, then)))} further" if then else ""
    return f"liquidation at {shown_price(at, tick)}{further}"


# -- on the chart


def chart_lines(story: Liquidation) -> list[ChartLine]:
    """Where it was entered, liquidated and would have been bankrupt."""
    start, lines = story.start, list[ChartLine]()
    if start.entry_price is not None and start.size is not None:
        side = "long" if start.size > 0 else "short"
        lines.append(ChartLine(f"ENTRY {side} {plain(abs(start.size))}", start.entry_price, "entry"))
    if start.price is not None:
        lines.append(ChartLine("LIQUIDATED", start.price, "liquidation"))
    if start.bankruptcy_price is not None and start.bankruptcy_price > 0:
        lines.append(ChartLine("BANKRUPT", start.bankruptcy_price, "bankruptcy"))
    return lines


def chart_marks(story: Liquidation) -> list[ChartMark]:
    """Where the market was when it happened."""
    at: Sequence[Filled | TakenOver] = [event for event in story.closed if event.symbol == story.symbol]
    price = story.start.price if story.start.price is not None else at[0].price if at else None
    return [ChartMark(story.start.step, price, "liquidation")] if price is not None else []
