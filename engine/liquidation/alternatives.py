"""What would have changed a liquidation: for that very position, at that very moment.

Each alternative is a fact about one price or one loss, not a promise that the pool would have lived: what came after it
might have taken it all the same. Tests play each of them again.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Literal

from engine.account import CROSS, Pool, Position
from engine.events import LiquidationStarted
from engine.exchange import posted_margin
from engine.margin import failing_price
from engine.market import Market
from engine.numbers import EXACT, MONEY_UNIT, ONE, divide, exactly, paid, to_grid
from engine.orders.frictions import market_price
from engine.segment import Moment, Segment

if TYPE_CHECKING:
    from engine.session import Session

SHARES = (Decimal("0.25"), ONE)
"""How much more margin is looked at, as shares of what there was."""
FEW_TICKS = 5
"""A liquidation price that is no further than that is no other."""


@dataclass(frozen=True, slots=True)
class MoreMargin:
    """The pool with `amount` more of collateral, which is `share` of what it had.

    Attributes:
        liquidation: where it would have been liquidated then; None where no price of its market does it.
        had: how much of the amount the wallet had; None for the cross pool, which is the wallet.
    """

    share: Decimal
    amount: Decimal
    liquidation: Decimal | None
    had: Decimal | None


@dataclass(frozen=True, slots=True)
class LessLeverage:
    """The same size, posted at half the leverage that its margin came to.

    Attributes:
        opened: what the position cost ÷ the pool's collateral: not the setting, which posts nothing by itself.
        leverage: half of that, a whole number.
        liquidation: as in `MoreMargin`.
    """

    opened: Decimal
    leverage: int
    liquidation: Decimal | None


@dataclass(frozen=True, slots=True)
class StopHalfway:
    """A stop for the whole position, halfway from its entry to its liquidation, that waited for this last move.

    Attributes:
        price: its trigger, on the tick grid.
        fill: what it would have got: the price behind a gap where the price `jumped` over it.
        lost: from the entry to the fill, with the taker fee, quote units.
    """

    price: Decimal
    fill: Decimal
    lost: Decimal
    jumped: bool


@dataclass(frozen=True, slots=True)
class InCross:
    """The isolated position in one pool with the wallet as it was; `stake` is the wallet's equity, which would have
    been at stake too. `liquidation` as in `MoreMargin`."""

    liquidation: Decimal | None
    stake: Decimal


@dataclass(frozen=True, slots=True)
class Alternatives:
    """What would have changed a liquidation; what would have changed nothing is left out.

    `isolated_margin` is the initial margin that a cross position would have had alone: all that it could have lost.
    """

    more_margin: tuple[MoreMargin, ...] = ()
    less_leverage: LessLeverage | None = None
    stop: StopHalfway | None = None
    cross: InCross | None = None
    isolated_margin: Decimal | None = None


@dataclass(frozen=True, slots=True)
class _Story:
    """A liquidated pool of one position, as its event kept it."""

    event: LiquidationStarted
    position: Position
    market: Market
    balance: Decimal
    mark: Decimal


@exactly
def alternatives_of(session: Session, event: LiquidationStarted) -> Alternatives:
    """What would have changed the liquidation that `event` began. Nothing of a pool of several positions, and of an
    event that an older version told: they keep too little."""
    told = (event.symbol, event.size, event.entry_price, event.balance, event.price)
    if None in told or event.symbol not in session.tape.by_symbol:
        return Alternatives()
    assert event.symbol is not None
    assert event.size is not None
    assert event.entry_price is not None
    assert event.balance is not None
    assert event.price is not None
    cost = to_grid(EXACT.multiply(event.size, event.entry_price), MONEY_UNIT, ROUND_HALF_EVEN)
    position = Position(event.symbol, event.size, cost, event.leverage or 1)
    story = _Story(event, position, session.tape.by_symbol[event.symbol], event.balance, event.price)
    isolated = event.pool != CROSS
    return Alternatives(
        more_margin=tuple(more for share in SHARES if (more := _more_margin(session, story, share)) is not None),
        less_leverage=_less_leverage(session, story) if isolated else None,
        stop=_stop(session, story),
        cross=_in_cross(session, story) if isolated else None,
        isolated_margin=None if isolated else posted_margin(abs(event.size), event.entry_price, position.leverage),
    )


def _liquidation_with(session: Session, story: _Story, collateral: Decimal) -> Decimal | Literal["same"] | None:
    """The liquidation price with so much collateral instead; `same` where that is hardly another one."""
    position, event = story.position, story.event
    pool = Pool(event.pool, event.pool, {position.key: position})
    health = session.rulebook.health(pool, collateral, "maintenance")
    failing = failing_price(health, position, story.market, {position.symbol: story.mark})
    if failing is None:
        return None
    further = (story.mark - failing.price) * position.side
    return failing.price if further > FEW_TICKS * story.market.tick_size else "same"


def _more_margin(session: Session, story: _Story, share: Decimal) -> MoreMargin | None:
    amount, free = paid(EXACT.multiply(story.balance, share), Decimal("0.01")), story.event.wallet_free
    if amount <= 0:
        return None
    liquidation = _liquidation_with(session, story, story.balance + amount)
    if liquidation == "same":
        return None
    return MoreMargin(share, amount, liquidation, None if free is None else min(amount, free))


def _less_leverage(session: Session, story: _Story) -> LessLeverage | None:
    if story.balance <= 0:
        return None
    opened = divide(abs(story.position.cost), story.balance)
    leverage = int(to_grid(opened, ONE, ROUND_HALF_UP)) // 2
    if leverage < 1:
        return None
    posted = paid(divide(abs(story.position.cost), Decimal(leverage)))
    liquidation = _liquidation_with(session, story, posted)
    return None if liquidation == "same" else LessLeverage(opened, leverage, liquidation)


def _in_cross(session: Session, story: _Story) -> InCross | None:
    """What else the wallet backs needs as much as before: what it has beyond that is collateral for this position."""
    cushion, stake = story.event.wallet_cushion, story.event.wallet_equity
    symbol = story.position.symbol
    beside = any(True for _ in session.account.wallet.held(symbol))  # a second position there would not just add up
    if cushion is None or stake is None or beside or session.rulebook.isolated_only(symbol):
        return None
    liquidation = _liquidation_with(session, story, story.balance + cushion)
    return None if liquidation == "same" else InCross(liquidation, stake)


def _stop(session: Session, story: _Story) -> StopHalfway | None:
    """A stop watches the mark and trades at the last price, with what a trade at the market costs."""
    position, market, side = story.position, story.market, story.position.side
    halfway = divide(position.entry_price + _first_failing_tick(story), Decimal(2))
    price = market.price_up(halfway) if side > 0 else market.price_down(halfway)
    few = FEW_TICKS * market.tick_size
    if (position.entry_price - price) * side <= few or (price - story.mark) * side <= few:
        return None
    met = _meets(session, story, price)
    if met is None:
        return None
    moment, jumped = met
    size, last = abs(position.size), moment.lasts[position.symbol]
    fill = market_price(market, -side, size, last, session.exchange.slippage)
    fee = session.exchange.fee(EXACT.multiply(size, fill), "taker")
    return StopHalfway(price, fill, fee - position.unrealised(fill), jumped)


def _meets(session: Session, story: _Story, price: Decimal) -> tuple[Moment, bool] | None:
    """When the last move before the liquidation met that mark, and whether it jumped over it."""
    path, symbol, step, long = session.path, story.position.symbol, story.event.step, story.position.side > 0

    def ahead(since: int) -> bool:
        """Whether the mark has been on the good side of it since then."""
        best = path.extreme(symbol, "mark", since, step - 1, highest=long)
        return best > price if long else best < price

    if step < 1 or not ahead(0):
        return None
    low, high = 0, step  # ahead since `low`, not since `high`
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if ahead(middle) else (low, middle)
    segment = Segment(path, low + 1)
    fraction = segment.reaches(symbol, "mark", price, below=long)
    return None if fraction is None else (segment.at(fraction), not segment.travelled)


def _first_failing_tick(story: _Story) -> Decimal:
    """The liquidation price: the first tick at or beyond the crossing. A gap may have jumped over it."""
    raw, market, side = story.event.raw_price, story.market, story.position.side
    if raw is None:
        return story.mark
    tick = market.price_down(raw) if side > 0 else market.price_up(raw)
    if tick == raw:  # there, credit equals the requirement, which is safe: the next one fails
        tick -= side * market.tick_size
    return max(tick, story.mark) if side > 0 else min(tick, story.mark)
