"""Events in plain words, and numbers as a person reads them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from engine.events import (
    AssetMoved,
    CashedOut,
    ClearanceCharged,
    Deleveraged,
    Deposited,
    Ended,
    Event,
    Filled,
    FundingPaid,
    HandedOver,
    HedgeSet,
    InterestPaid,
    LeverageSet,
    LiquidationStarted,
    LossSocialised,
    MarginCalled,
    MarginMoved,
    MarginRestored,
    ModeSet,
    Noted,
    OrderCancelled,
    OrderPlaced,
    OrderTriggered,
    PenaltyCharged,
    ProfitSettled,
    ShortfallPaid,
    TakenOver,
    WipedOut,
)
from engine.numbers import EXACT, plain

Tone = Literal["plain", "good", "warning", "danger"]
MINUS = "−"
CENT = Decimal("0.01")
MOST_PLACES = 16


def money(amount: Decimal, signed: bool = False) -> str:
    """Quote money to the cent, with thousands separators: `1,234.50`, `−20.09`, `+3.00` when `signed`."""
    rounded = amount.quantize(CENT, ROUND_HALF_UP)
    sign = MINUS if rounded < 0 else ("+" if signed and rounded > 0 else "")
    return f"{sign}{abs(rounded):,}"


def apart(one: Decimal, other: Decimal) -> tuple[str, str]:
    """Two amounts with as many decimals, from two on, as they need to differ: `180.413` and `180.409`."""
    for places in range(2, MOST_PLACES):
        unit = Decimal(1).scaleb(-places)
        rounded = [amount.quantize(unit, ROUND_HALF_UP, EXACT) for amount in (one, other)]
        if rounded[0] != rounded[1] or one == other:
            break
    texts = [f"{MINUS if amount < 0 else ''}{abs(amount):,f}" for amount in rounded]
    return texts[0], texts[1]


def price(amount: Decimal, tick: Decimal | None = None) -> str:
    """A price with thousands separators; to the tick's decimals where the tick is known."""
    if tick is not None:
        amount = amount.quantize(tick.normalize() if tick < 1 else Decimal(1), ROUND_HALF_UP)
    whole, _, decimals = f"{amount:f}".partition(".")
    if tick is None:
        decimals = decimals.rstrip("0").ljust(2, "0")
    return f"{int(whole):,}" + (f".{decimals}" if decimals else "")


def percent(share: Decimal, decimals: int = 2, signed: bool = False) -> str:
    """A fraction as a percentage: `0.0123` → `1.23 %`."""
    value = (share * 100).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    sign = MINUS if value < 0 else ("+" if signed and value > 0 else "")
    return f"{sign}{abs(value):,} %"


def funding_rate(rate: Decimal) -> str:
    """A rate of funding: to a hundred-thousandth of a per cent, for an hour's interest alone is 0.00125 %."""
    return percent(rate, 5, signed=True)


def pool_name(key: str) -> str:
    """A pool as a person calls it: `the ETH pool`, `the cross pool`."""
    return "the cross pool" if key == "cross" else f"the {key.partition(':')[2].replace(':', ' ')} pool"


_LABELS: dict[str, str] = {
    "deposit": "CASH",
    "cash_out": "CASH",
    "lend": "LEND",
    "fill": "FILL",
    "order": "ORDER",
    "trigger": "ORDER",
    "cancel": "ORDER",
    "margin": "MARGIN",
    "leverage": "SET",
    "mode": "SET",
    "hedge": "SET",
    "funding": "FUND",
    "interest": "FUND",
    "call": "CALL",
    "liquidation": "LIQ",
    "clearance": "LIQ",
    "restored": "LIQ",
    "takeover": "LIQ",
    "handover": "LIQ",
    "penalty": "LIQ",
    "settled": "LIQ",
    "socialised": "LOSS",
    "adl": "ADL",
    "shortfall": "FUND!",
    "wiped_out": "OUT",
    "note": "NOTE",
    "end": "END",
}
_DANGER = frozenset({"liquidation", "takeover", "handover", "wiped_out", "shortfall", "socialised"})
_WARNING = frozenset({"call", "adl"})


def label(event: Event) -> str:
    """The event's short tag, in upper case, such as FILL, CALL or LIQ."""
    if isinstance(event, Filled) and event.reason == "liquidation":
        return "LIQ"
    return _LABELS.get(event.kind, event.kind.upper())


def tone(event: Event) -> Tone:
    """How an event is meant: for colour, beside its tag and words."""
    if event.kind in _DANGER or (isinstance(event, Filled) and event.reason == "liquidation"):
        return "danger"
    if event.kind in _WARNING:
        return "warning"
    return "good" if event.kind == "restored" or (isinstance(event, Filled) and event.realised > 0) else "plain"


def sentence(event: Event) -> str:
    """The event as one plain sentence, without its time and tag."""
    match event:
        case Filled():
            return _fill(event)
        case Deposited():
            again = f", rescue {event.rescue} after a wipe-out" if event.rescue else ""
            return f"deposited {money(event.amount)}{again}"
        case CashedOut():
            return f"took {money(event.amount)} out of the wallet"
        case AssetMoved():
            return _asset_moved(event)
        case OrderPlaced():
            now = f", triggers at {price(event.price)} now" if "trail" in event.text.split() else ""
            further = "below" if event.side == "buy" else "above"
            met = f" for a price {further} {price(event.met)}" if event.met is not None else ""
            return f"{event.text} waits ({event.order}){met}{now}"
        case OrderTriggered():
            return f"order {event.order} triggered at {price(event.trigger)}, and is a limit order now: {event.text}"
        case OrderCancelled():
            return f"order {event.order} in {event.symbol} cancelled: {event.reason}"
        case MarginMoved():
            way = "added to" if event.amount > 0 else "taken out of"
            return f"{money(abs(event.amount))} {way} {pool_name(event.pool)}, which now holds {money(event.balance)}"
        case LeverageSet():
            return f"{event.symbol} leverage is {event.leverage}x"
        case ModeSet():
            return f"{event.symbol} orders trade in {event.mode} mode"
        case HedgeSet():
            two = "a market’s long and short are two positions" if event.on else "a market has one position"
            return f"hedge mode is {'on' if event.on else 'off'}: {two}"
        case FundingPaid():
            return _funding(event)
        case InterestPaid():
            return _interest(event)
        case MarginCalled():
            return _call(event)
        case _:
            return _ending(event)


def _ending(event: Event) -> str:
    match event:
        case LiquidationStarted():
            at = f" at {price(event.price)}" if event.price is not None else ""
            equity, required = apart(event.equity, event.requirement)
            return f"{pool_name(event.pool)} is liquidated{at}: equity {equity} is below the {required} required"
        case ClearanceCharged():
            share = f"{percent(event.rate)} of {money(event.notional)}"
            return f"clearance fee {money(event.amount)} to the {event.fund} ({share}, as far as margin was left)"
        case MarginRestored():
            required = f"{money(event.requirement)} required"
            return f"margin restored: {pool_name(event.pool)} has {money(event.equity)}, {required}"
        case TakenOver():
            return _takeover(event)
        case HandedOver():
            return _handover(event)
        case PenaltyCharged():
            way = f"{money(event.amount)} to" if event.amount >= 0 else f"{money(-event.amount)} from"
            return f"{way} the {event.fund}"
        case ProfitSettled():
            return f"{money(event.amount)} of profit on {event.symbol} settled into {pool_name(event.pool)}"
        case LossSocialised():
            return f"{money(event.amount)} that no fund could pay is borne by {event.bearer}"
        case Deleveraged():
            return f"{event.trader} deleveraged: {plain(abs(event.size))} {event.symbol} closed at {price(event.price)}"
        case ShortfallPaid():
            paid = f"the {event.fund} paid {money(event.amount - event.unpaid)}"
            rest = f", and {money(event.unpaid)} stayed unpaid" if event.unpaid else ""
            return f"{pool_name(event.pool)} ended {money(event.amount)} below zero: {paid}{rest}"
        case WipedOut():
            return f"wiped out: {money(event.equity)} left; deposit to go on, or end"
        case Noted():
            return event.text
        case Ended():
            return f"session ended {event.reason}, equity {money(event.equity)}"
        case _:
            return event.kind


_FILL_REASONS = {
    "limit": "limit: ",
    "stop": "stop: ",
    "take": "take profit: ",
    "trail": "trailing stop: ",
    "reverse": "reverse: ",
    "liquidation": "liquidation: ",
}


def _fill(event: Filled) -> str:
    why = _FILL_REASONS.get(event.reason, "")
    parts = [f"{why}{event.side} {plain(event.size)} {event.symbol} @ {price(event.price)}"]
    if event.realised:
        parts.append(f"realised {money(event.realised, signed=True)}")
    if event.fee:
        parts.append(f"fee {money(event.fee)}")
    if event.pool != "cross":
        back = "posted" if event.posted > 0 else "back to the wallet"
        parts.append(f"{money(abs(event.posted))} {back}" if event.posted else "isolated")
    else:
        parts.append("cross")
    return ", ".join(parts)


def _funding(event: FundingPaid) -> str:
    verb = "received" if event.amount >= 0 else "paid"
    return f"{verb} {money(abs(event.amount))} on {event.symbol}, {funding_rate(event.rate)} of {money(event.notional)}"


_LENT = {"supply": "supplied", "withdraw": "withdrew", "borrow": "borrowed", "repay": "repaid"}


def _asset_moved(event: AssetMoved) -> str:
    what = f"{_LENT[event.action]} {plain(event.amount)} {event.symbol} ({money(event.value)})"
    now = "nothing is left of it" if not event.net else f"{plain(abs(event.net))} {'owed' if event.net < 0 else 'held'}"
    return f"{what}: {now}"


def _interest(event: InterestPaid) -> str:
    verb = "received" if event.amount >= 0 else "paid"
    rate = percent(event.rate, 6, signed=True)
    return f"{verb} {money(abs(event.amount))} {event.accrual} on {event.symbol}, {rate} of {money(event.notional)}"


def _handover(event: HandedOver) -> str:
    verb = "takes" if event.side == "sell" else "buys back"
    off = abs(event.price - event.mark) / event.mark if event.mark else Decimal(0)
    away = f", {percent(off)} {'below' if event.price < event.mark else 'above'} the mark" if off else ""
    what = f"{plain(event.size)} {event.symbol} at {price(event.price)}{away}"
    return f"the {event.taker} {verb} {what}, realised {money(event.realised, signed=True)}"


def _call(event: MarginCalled) -> str:
    used = percent(event.level, 0)
    to_go = money(event.equity - event.requirement)
    where = f" at {price(event.liquidation_price)}" if event.liquidation_price is not None else ""
    return f"{pool_name(event.pool)} uses {used} of its equity: {to_go} to liquidation{where}"


def _takeover(event: TakenOver) -> str:
    side = "long" if event.size > 0 else "short"
    left = f"its last {money(event.lost)}" if event.lost >= 0 else f"a hole of {money(-event.lost)}"
    return (
        f"the {event.fund} took over {side} {plain(abs(event.size))} {event.symbol} at {price(event.price)}, "
        f"with {left} in {pool_name(event.pool)}"
    )
