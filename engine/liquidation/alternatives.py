"""What would have changed a liquidation: for that very pool, at that very moment.

Each alternative is a fact about one price or one loss, not a promise that the pool would have lived: what came after it
might have taken it all the same. Tests play each of them again, on every venue.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Literal

from engine.account import CROSS, Pool, Position
from engine.events import LiquidationStarted
from engine.exchange import posted_margin
from engine.liquidation.enough import KeptFor, enough, health_with, kept_for
from engine.liquidation.held import Held, held_at
from engine.liquidation.stop_halfway import FEW_TICKS, StopHalfway, stop_halfway
from engine.margin import failing_price
from engine.numbers import EXACT, MONEY_UNIT, ONE, ZERO, divide, exactly, paid, to_grid
from engine.orders.order import PositionSide

if TYPE_CHECKING:
    from engine.session import Session

SHARES = (Decimal("0.25"), ONE)
"""How much more margin is looked at, as shares of what there was."""
SHARE_STEP = Decimal("0.05")
"""How finely a smaller position, or a hedge, is looked for."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What was missing to stand at the price that liquidated it: `amount` of collateral, in whole cents; `had` is how
    much of it the wallet had, None for the cross pool."""

    amount: Decimal
    had: Decimal | None


@dataclass(frozen=True, slots=True)
class MoreMargin:
    """The pool with `amount` more of collateral, which is `share` of what it had.

    Attributes:
        liquidation: where it would have been liquidated then, by the market that `Alternatives.symbol` names while
            other prices stand still; None where no price of it does.
        had: how much of the amount the wallet had; None for the cross pool, which is the wallet.
    """

    share: Decimal
    amount: Decimal
    liquidation: Decimal | None
    had: Decimal | None


@dataclass(frozen=True, slots=True)
class LessLeverage:
    """Half the leverage: of an isolated position the same size with more margin, else less of it with the same
    collateral.

    Attributes:
        opened: what the position cost ÷ the pool's collateral: not the setting, which posts nothing by itself.
        leverage: half of that, a whole number.
        liquidation: as in `MoreMargin`.
        size: signed size of the smaller position; None where the size is the same.
    """

    opened: Decimal
    leverage: int
    liquidation: Decimal | None
    size: Decimal | None = None


@dataclass(frozen=True, slots=True)
class LessOfIt:
    """A smaller position, or one against it, with which the pool would have stood at those prices: `share` of the
    position of key `position`, `size` (signed, base units) at its entry price."""

    position: str
    share: Decimal
    size: Decimal


@dataclass(frozen=True, slots=True)
class InCross:
    """The isolated position in one pool with the wallet as it was; `stake` is the wallet's equity, which would have
    been at stake too. `liquidation` as in `MoreMargin`."""

    liquidation: Decimal | None
    stake: Decimal


@dataclass(frozen=True, slots=True)
class Alternatives:
    """What would have changed a liquidation; what would have changed nothing, or the venue has not, is left out.

    Attributes:
        symbol: the market that liquidation prices are of: the pool's only one, else that of its largest loss.
        kept: what would have kept it until now, as far as the tape has been played: the future is nobody's to know.
        smaller, hedge: of pools in cross; the hedge where a market's long and short can be two positions.
        isolated_margin: the initial margin that a cross position would have had alone: all that it could have lost.
    """

    symbol: str | None = None
    missing: Missing | None = None
    kept: KeptFor | None = None
    more_margin: tuple[MoreMargin, ...] = ()
    less_leverage: LessLeverage | None = None
    smaller: LessOfIt | None = None
    hedge: LessOfIt | None = None
    stop: StopHalfway | None = None
    cross: InCross | None = None
    isolated_margin: Decimal | None = None


@dataclass(frozen=True, slots=True)
class _Story:
    """A liquidated pool, as its event kept it, and the position of it that lost most."""

    session: Session
    event: LiquidationStarted
    held: Held
    position: Position

    @property
    def mark(self) -> Decimal:
        return self.held.marks[self.position.symbol]

    @property
    def alone(self) -> bool:
        return len(self.held.pool.positions) == 1


@exactly
def alternatives_of(session: Session, event: LiquidationStarted) -> Alternatives:
    """What would have changed the liquidation that `event` began. Nothing where an older version told it: it kept too
    little."""
    held = held_at(event)
    if held is None or not held.pool.positions or not held.marks.keys() <= session.tape.by_symbol.keys():
        return Alternatives()
    losses = sorted(held.pool.positions.values(), key=lambda p: (p.unrealised(held.marks[p.symbol]), p.key))
    story = _Story(session, event, held, losses[0])
    isolated = event.pool != CROSS
    return Alternatives(
        symbol=story.position.symbol,
        missing=_missing(story),
        kept=kept_for(session.rulebook, held, session.path, event.time, event.step, session.step),
        more_margin=tuple(more for share in SHARES if (more := _more_margin(story, share)) is not None),
        less_leverage=_less_leverage(story) if isolated else _less_borrowed(story),
        smaller=None if isolated else _smaller(story),
        hedge=None if isolated else _hedge(story),
        stop=stop_halfway(session, event, story.position, story.mark) if story.alone else None,
        cross=_in_cross(story) if isolated else None,
        isolated_margin=None if isolated else _isolated_margin(story),
    )


def _liquidation_of(story: _Story, held: Held) -> Decimal | Literal["same"] | None:
    """The liquidation price of that pool instead; `same` where that is hardly another one."""
    position = held.pool.positions.get(story.position.key)
    if position is None:
        return None
    market = story.session.tape.by_symbol[position.symbol]
    failing = failing_price(health_with(story.session.rulebook, held), position, market, held.marks)
    if failing is None:
        return None
    further = (story.mark - failing.price) * position.side
    return failing.price if further > FEW_TICKS * market.tick_size else "same"


def _with(story: _Story, collateral: Decimal) -> Held:
    return replace(story.held, balance=collateral)


def _missing(story: _Story) -> Missing | None:
    amount = enough(story.session.rulebook, story.held, story.held.marks)
    if not amount:
        return None
    free = story.event.wallet_free
    return Missing(amount, None if free is None else min(amount, free))


def _more_margin(story: _Story, share: Decimal) -> MoreMargin | None:
    amount, free = paid(EXACT.multiply(story.held.balance, share), Decimal("0.01")), story.event.wallet_free
    if amount <= 0:
        return None
    liquidation = _liquidation_of(story, _with(story, story.held.balance + amount))
    if liquidation == "same":
        return None
    return MoreMargin(share, amount, liquidation, None if free is None else min(amount, free))


def _half_of(story: _Story) -> tuple[Decimal, int] | None:
    """What the leverage came to, and the half of it; None where there is no half."""
    if story.held.balance <= 0 or not story.alone:
        return None
    opened = divide(abs(story.position.cost), story.held.balance)
    leverage = int(to_grid(opened, ONE, ROUND_HALF_UP)) // 2
    return (opened, leverage) if leverage >= 1 else None


def _less_leverage(story: _Story) -> LessLeverage | None:
    """The same size with more margin."""
    half = _half_of(story)
    if half is None:
        return None
    opened, leverage = half
    cost, exchange = abs(story.position.cost), story.session.exchange
    posted = paid(divide(cost, Decimal(leverage)))
    posted -= exchange.fee(cost, "taker") if exchange.rulebook.fees_from_pool else ZERO
    liquidation = _liquidation_of(story, _with(story, posted))
    return None if liquidation == "same" else LessLeverage(opened, leverage, liquidation)


def _less_borrowed(story: _Story) -> LessLeverage | None:
    """A smaller position with the same collateral, where the venue lends what a position costs."""
    half = _half_of(story)
    if half is None or not story.session.rulebook.lends(story.position.symbol):
        return None
    opened, leverage = half
    lot = story.session.tape.by_symbol[story.position.symbol].lot_size
    less = story.held.scaled(story.position.key, divide(Decimal(leverage), opened), lot)
    liquidation = _liquidation_of(story, less)
    size = less.pool.position(story.position.key).size
    return None if liquidation == "same" or not size else LessLeverage(opened, leverage, liquidation, size)


def _smaller(story: _Story) -> LessOfIt | None:
    """The largest share of the position, in steps, with which the pool stands."""
    key, rulebook = story.position.key, story.session.rulebook
    lot = story.session.tape.by_symbol[story.position.symbol].lot_size
    share = ONE - SHARE_STEP
    while share >= 0:
        less = story.held.scaled(key, share, lot)
        if health_with(rulebook, less).safe(less.marks):
            return LessOfIt(key, share, less.pool.position(key).size)
        share -= SHARE_STEP
    return None


def _hedge(story: _Story) -> LessOfIt | None:
    """The smallest share of the position that, held the other way from its entry on, makes the pool stand; its fee is
    paid. Where the other side is held too, or the venue has no such thing, there is none."""
    position, session = story.position, story.session
    if not session.rulebook.hedge_mode or sum(1 for _ in story.held.pool.held(position.symbol)) > 1:
        return None
    market, share = session.tape.by_symbol[position.symbol], SHARE_STEP
    sides: tuple[PositionSide, PositionSide] = ("long", "short") if position.side > 0 else ("short", "long")
    own = replace(position, position_side=sides[0])
    while share <= 1:
        size = -position.side * market.size_up(EXACT.multiply(abs(position.size), share))
        cost = to_grid(EXACT.multiply(size, position.entry_price), MONEY_UNIT, ROUND_HALF_EVEN)
        against = Position(position.symbol, size, cost, position.leverage, position_side=sides[1])
        pool = Pool(story.held.pool.key, story.held.pool.owner, dict(story.held.pool.positions))
        pool.positions.pop(position.key)
        pool.keep(own)
        pool.keep(against)
        held = Held(pool, story.held.balance - session.exchange.fee(abs(cost), "taker"), story.held.marks)
        if health_with(session.rulebook, held).safe(held.marks):
            return LessOfIt(position.key, share, size)
        share += SHARE_STEP
    return None


def _in_cross(story: _Story) -> InCross | None:
    """What else the wallet backs needs as much as before: what it has beyond that is collateral for this position."""
    event, session, symbol = story.event, story.session, story.position.symbol
    cushion, stake = event.wallet_cushion, event.wallet_equity
    beside = any(True for _ in session.account.wallet.held(symbol))  # a second position there would not just add up
    if cushion is None or stake is None or beside or session.rulebook.isolated_only(symbol):
        return None
    liquidation = _liquidation_of(story, _with(story, story.held.balance + cushion))
    return None if liquidation == "same" else InCross(liquidation, stake)


def _isolated_margin(story: _Story) -> Decimal | None:
    """What the position would have posted to a pool of its own, where the venue has such pools."""
    if not story.alone or "isolated" not in story.session.rulebook.modes:
        return None
    position = story.position
    return posted_margin(abs(position.size), position.entry_price, position.leverage)
