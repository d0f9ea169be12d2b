"""Everything that a report says, from a record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.events import Filled, LiquidationStarted, MarginCalled
from engine.numbers import ZERO, divide, exactly
from engine.record import Record
from engine.report.course import Course
from engine.report.curve import Curve, curve_of
from engine.report.drawdown import Drawdown, drawdown_of
from engine.report.exposure import Exposure, exposure_of
from engine.report.played import Played, Tell, played
from engine.report.ratios import Ratios, ratios_of
from engine.report.split import Split
from engine.report.trades import Trade, trades_of

PLAYING, FALLS = 0.85, 0.95
"""Which part of the work is done once the record is played, and once falls have been looked for."""


@dataclass(frozen=True, slots=True)
class TradeFigures:
    """What closed trades came to, each by its net result. Money in quote units; None where undefined.

    Attributes:
        closed: how many there are; one without a result is neither won nor lost.
        win_rate: won ÷ closed.
        profit_factor: what the won ones made ÷ what the lost ones lost.
        mean_win, mean_loss: of one won, and of one lost (below zero).
        expectancy: mean result of a trade; `expectancy_r` in R, over the `with_risk` trades that had a stop at entry.
    """

    closed: int
    won: int
    lost: int
    win_rate: Decimal | None
    profit_factor: Decimal | None
    mean_win: Decimal | None
    mean_loss: Decimal | None
    best: Decimal | None
    worst: Decimal | None
    expectancy: Decimal | None
    expectancy_r: Decimal | None
    with_risk: int


def trade_figures(trades: Sequence[Trade]) -> TradeFigures:
    """The figures of those trades that are closed.

    Expectancy in R: mean of result ÷ initial risk (Tharp, “Trade Your Way to Financial Freedom”, 1998).
    """
    closed = [trade for trade in trades if not trade.open]
    results = [trade.result for trade in closed]
    wins, losses = [each for each in results if each > 0], [each for each in results if each < 0]
    multiples = [trade.multiple for trade in closed if trade.multiple is not None]
    return TradeFigures(
        closed=len(closed),
        won=len(wins),
        lost=len(losses),
        win_rate=divide(Decimal(len(wins)), Decimal(len(closed))) if closed else None,
        profit_factor=divide(sum(wins, ZERO), -sum(losses, ZERO)) if losses else None,
        mean_win=_mean(wins),
        mean_loss=_mean(losses),
        best=max(results, default=None),
        worst=min(results, default=None),
        expectancy=_mean(results),
        expectancy_r=_mean(multiples),
        with_risk=len(multiples),
    )


def _mean(values: Sequence[Decimal]) -> Decimal | None:
    return divide(sum(values, ZERO), Decimal(len(values))) if values else None


@dataclass(frozen=True, slots=True)
class Fill:
    """A trade, for charts and lists: times in ms UTC."""

    time: int
    step: int
    symbol: str
    side: str
    size: Decimal
    price: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """A margin call at `level` (a fraction of 1) or, where `level` is None, a liquidation of a pool. `symbol` is the
    market of a pool with one position; `price` its mark then."""

    time: int
    step: int
    pool: str
    symbol: str | None
    level: Decimal | None
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class Flow:
    """Money, or coins at the mark, that came from outside (negative: went there)."""

    time: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Report:
    """What a session came to. Money is exact, in quote units; times in ms UTC.

    Attributes:
        record: what was played.
        quote: the asset that money is counted in.
        hash: the state's, at the end; `state` is `running`, `wiped out` or `ended`.
        start, end: times; `until` the last vertex.
        put_in, taken_out: deposits (the first one too) and withdrawals. `equity` at the end.
        split: the net profit, equity + `taken_out` − `put_in`, taken apart; `rest` is the part that belongs to no
            trade: interest on money, coins that were only lent, what was taken over or paid for a whole account.
        trades: in the order in which they were opened; the last may be open.
        drawdown, exposure: over all vertices; `ratios` over the curve's returns, Calmar's by `drawdown`.
    """

    record: Record
    quote: str
    hash: str
    state: str
    start: int
    end: int
    until: int
    put_in: Decimal
    taken_out: Decimal
    equity: Decimal
    split: Split
    rest: Split
    curve: Curve
    ratios: Ratios
    drawdown: Drawdown
    exposure: Exposure
    trades: tuple[Trade, ...]
    figures: TradeFigures
    fills: tuple[Fill, ...]
    alarms: tuple[Alarm, ...]
    flows: tuple[Flow, ...]

    @property
    def net(self) -> Decimal:
        """Net profit."""
        return self.split.net

    @property
    def modes(self) -> tuple[str, ...]:
        """The margin modes that it traded in; without a trade, that of the set-up."""
        traded = {trade.mode for trade in self.trades} or {self.record.setup.mode}
        return tuple(mode for mode in ("isolated", "cross") if mode in traded)

    @property
    def liquidations(self) -> int:
        """How many liquidations began."""
        return sum(alarm.level is None for alarm in self.alarms)

    @property
    def calls(self) -> int:
        """How many margin calls there were."""
        return len(self.alarms) - self.liquidations


@exactly
def report_of(record: Record, tell: Tell = lambda _: None, stopped: Callable[[], bool] = lambda: False) -> Report:
    """The report of a session.

    Args:
        record: its commands on its tape; it is played once.
        tell: hears which part of the work is done, from 0 to 1.
        stopped: asked now and then whether the report is still wanted.

    Raises:
        SetupError: when the set-up can't be played.
        NotPlayed: when a command of the record is refused.
        Stopped: once `stopped` says so.
    """
    seen = played(record, lambda done: tell(PLAYING * done), stopped)
    session, trades = seen.session, trades_of(seen.session, seen.happened)
    course = Course(session, trades.postings)
    curve = curve_of(course)
    drawdown = drawdown_of(course, lambda done: tell(PLAYING + (FALLS - PLAYING) * done))
    exposure = exposure_of(course, seen)
    tell(1.0)
    flows = tuple(Flow(each.event.time, each.flow) for each in trades.postings if each.flow)
    return Report(
        record=record,
        quote=session.world.asset,
        hash=session.state_hash(),
        state=session.state,
        start=int(record.tape.times[0]),
        end=session.time,
        until=session.step,
        put_in=sum((flow.amount for flow in flows if flow.amount > 0), ZERO),
        taken_out=-sum((flow.amount for flow in flows if flow.amount < 0), ZERO),
        equity=course.equity_at(session.step),
        split=Split.total([trades.rest, *(trade.split for trade in trades.trades)]),
        rest=trades.rest,
        curve=curve,
        ratios=ratios_of(curve.returns, curve.period, drawdown.share or None),
        drawdown=drawdown,
        exposure=exposure,
        trades=trades.trades,
        figures=trade_figures(trades.trades),
        fills=_fills(seen),
        alarms=_alarms(seen),
        flows=flows,
    )


def _fills(seen: Played) -> tuple[Fill, ...]:
    told = (event for event, _ in seen.happened if isinstance(event, Filled))
    return tuple(Fill(e.time, e.step, e.symbol, e.side, e.size, e.price, e.reason) for e in told)


def _alarms(seen: Played) -> tuple[Alarm, ...]:
    found = []
    for event, _ in seen.happened:
        if isinstance(event, LiquidationStarted | MarginCalled) and event.actor == "you":
            level = event.level if isinstance(event, MarginCalled) else None
            found.append(Alarm(event.time, event.step, event.pool, event.symbol, level, event.price))
    return tuple(found)
