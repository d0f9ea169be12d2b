"""What would have changed a liquidation, in sentences: each a fact about one price or one loss."""

from __future__ import annotations

from decimal import Decimal

from engine.liquidation.alternatives import Alternatives, LessLeverage
from engine.liquidation.stop_halfway import FEW_TICKS
from engine.numbers import divide, plain
from tui.playing.liquidations import Liquidation
from tui.widgets.figures import money, percent
from tui.widgets.figures import price as shown_price

LITTLE = Decimal("0.01")
"""What is missing on a price that comes without a gap is a few cents: told only from this share of the margin on."""
SMALLEST_SHARE = Decimal("0.05")


def would_have_changed(
    story: Liquidation, alternatives: Alternatives, tick: Decimal, *, lends: bool = False
) -> list[str]:
    """What would have moved the liquidation away, or lost less. `lends`: the venue calls margin collateral, and what is
    paid in is less debt."""
    word = "collateral" if lends else "margin"
    lines = [*_to_stand(story, alternatives, word, lends), *_more_margin(story, alternatives, tick, word)]
    stop, lost_then = alternatives.stop, _lost_by_then(story)
    if stop is not None and stop.lost < lost_then:
        jump = f", the price behind a jump being {shown_price(stop.fill, tick)}" if stop.jumped else ""
        at = shown_price(stop.price, tick)
        lines.append(f"A stop halfway, at {at}: a loss of {money(stop.lost)} instead of {money(lost_then)}{jump}.")
    if alternatives.cross is not None:
        at = _liquidation(story, alternatives, alternatives.cross.liquidation, tick)
        lines.append(f"Cross, with the wallet as it was: {at}, and {money(alternatives.cross.stake)} more at stake.")
    margin = alternatives.isolated_margin
    if margin is not None and margin < lost_then:
        lines.append(f"Isolated: only its initial margin could go, {money(margin)} of the {money(lost_then)} lost.")
    return lines


def _lost_by_then(story: Liquidation) -> Decimal:
    """With what the rest had lost on paper."""
    return story.result.lost - min(Decimal(0), story.result.unrealised or Decimal(0))


def _to_stand(story: Liquidation, alternatives: Alternatives, word: str, lends: bool) -> list[str]:
    """What would have made it stand at that price, and what would have kept it since."""
    several, lines = story.start.symbol is None, list[str]()
    missing, kept = alternatives.missing, alternatives.kept
    if missing is not None and (several or missing.amount > LITTLE * (story.start.balance or Decimal(0))):
        less = " or less debt" if lends else ""
        had = "" if missing.had is None else ", the wallet had it" if missing.had >= missing.amount else ""
        prices = "those prices" if several else "that price"
        lines.append(f"{money(missing.amount)} more {word}{less}{had}: it would have stood at {prices}.")
    if kept is not None:
        hours = "the hour" if kept.hours == 1 else f"the {kept.hours} hours"
        lines.append(f"{money(kept.amount)} more {word} would have kept it through {hours} that followed.")
    smaller, hedge = alternatives.smaller, alternatives.hedge
    if smaller is not None and (several or smaller.share < 1 - SMALLEST_SHARE):
        left = f"With only {percent(smaller.share, 0)} of its" if smaller.share else "Without its"
        lines.append(f"{left} {_name(smaller.position, smaller.size)}: it would have stood.")
    if hedge is not None and (several or hedge.share > SMALLEST_SHARE):
        side = "short" if hedge.size < 0 else "long"
        name = hedge.position.partition(":")[0]
        held = f"{side} {plain(abs(hedge.size))} {name}"
        lines.append(f"A hedge in hedge mode, {held} from the same price on: it would have stood.")
    return lines


def _name(key: str, size: Decimal) -> str:
    symbol, _, side = key.partition(":")
    held = f" ({plain(abs(size))})" if size else ""
    return f"{symbol} {side}".strip() + held


def _more_margin(story: Liquidation, alternatives: Alternatives, tick: Decimal, word: str) -> list[str]:
    """More margin, and less leverage; where twice the margin is half the leverage, one line says both."""
    less, lines = alternatives.less_leverage, list[str]()
    said = False
    for more in alternatives.more_margin:
        much = f"Twice its {word}" if more.share == 1 else f"{percent(more.share, 0)} more {word}"
        had = "" if more.had is None else ", the wallet had it"
        if more.had is not None and more.had < more.amount:
            had = f", the wallet had {money(more.had)} of it" if more.had else ", which the wallet had not"
        also = ""
        if less is not None and more.share == 1 and _near(more.liquidation, less.liquidation, tick):
            also, said = f" or {_times(less)}", True
        at = _liquidation(story, alternatives, more.liquidation, tick)
        lines.append(f"{much} (+{money(more.amount)}{had}){also}: {at}.")
    if less is not None and not said:
        at = _liquidation(story, alternatives, less.liquidation, tick)
        lines.append(f"{_times(less).capitalize()}: {at}.")
    return lines


def _times(less: LessLeverage) -> str:
    size = f" ({plain(abs(less.size))})" if less.size is not None else ""
    return f"{less.leverage}x instead of {less.opened:.1f}".removesuffix(".0") + f"x{size}"


def _near(one: Decimal | None, other: Decimal | None, tick: Decimal) -> bool:
    return one == other or (one is not None and other is not None and abs(one - other) <= FEW_TICKS * tick)


def _liquidation(story: Liquidation, alternatives: Alternatives, at: Decimal | None, tick: Decimal) -> str:
    """Where it would have been liquidated instead, and how much further that is; of several positions, by the market
    that lost most."""
    several = story.start.symbol is None
    if at is None:
        return (
            f"no price of {alternatives.symbol} would have done it" if several else "no price would have liquidated it"
        )
    then = story.start.price
    further = f", {percent(abs(divide(at - then, then)))} further" if then else ""
    where = f"{alternatives.symbol} at {shown_price(at, tick)}, the others as they were" if several else ""
    return f"liquidation with {where}" if several else f"liquidation at {shown_price(at, tick)}{further}"
