"""Views, tapes and events made by hand, for looking at."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.events import Event, Filled, FundingPaid, LiquidationStarted, MarginCalled, Noted, OrderPlaced
from engine.looking.views import MarketView, PoolView, PositionView, View
from engine.market import Market
from engine.orders.order import Order
from engine.tape import Origin, Tape

D = Decimal
START = 1_722_812_400_000
"""2024-08-04 23:00 UTC."""

NOW = START + 7 * 3_600_000 + 24 * 60_000


def tape_of(
    prices: list[int] | NDArray[np.int64],
    *,
    tick: str = "0.01",
    spacing: int = 1000,
    times: NDArray[np.int64] | None = None,
    gapped: NDArray[np.bool_] | None = None,
    trading: NDArray[np.bool_] | None = None,
    volume: NDArray[np.float64] | None = None,
    bar_seconds: int = 0,
) -> Tape:
    """A tape of one market, ETH, from prices in ticks."""
    count = len(prices)
    gaps = np.zeros(count, np.bool_) if gapped is None else gapped
    gaps[0] = True
    columns: dict[tuple[str, str], NDArray[np.generic]] = {("ETH", "last"): np.array(prices, np.int64)}
    if volume is not None:
        columns["ETH", "volume"] = volume
    return Tape(
        markets=(Market("ETH", D(tick), D("0.0001")),),
        times=START + np.arange(count, dtype=np.int64) * spacing if times is None else times,
        gapped=gaps,
        columns=columns,  # type: ignore[arg-type]
        trading=None if trading is None else trading[:, None],
        origin=Origin("real bars" if bar_seconds else "inline", "made by hand", bar_seconds),
    )


def wave(bars: int = 600, hole_at: int | None = None) -> Tape:
    """One-minute bars of a price that waves and falls, the same on every machine."""
    ticks = [_wave_ticks(bar) for bar in range(bars + 1)]
    rows, volume = [], []
    for opened, closed in pairwise(ticks):
        low, high = min(opened, closed) - 60, max(opened, closed) + 60
        rows += [opened, low, high, closed] if closed >= opened else [opened, high, low, closed]
        volume += [0.0, 0.0, 0.0, 10.0 + abs(closed - opened) / 10]
    starts = START + np.arange(bars, dtype=np.int64) * 60_000
    if hole_at is not None:
        starts[hole_at:] += 9 * 3_600_000
    times = (starts[:, None] + np.array([0, 20_000, 40_000, 60_000])).ravel()
    gapped = np.tile([True, False, False, False], bars)
    return tape_of(rows, times=times, gapped=gapped, volume=np.array(volume), bar_seconds=60)


def _wave_ticks(bar: int) -> int:
    """Whole numbers only: a sine differs in its last digits from machine to machine."""
    slow, quick = bar % 160, bar % 14
    return 241_800 + 40 * min(slow, 160 - slow) - 90 * min(quick, 14 - quick) - 12 * bar


def position(symbol: str = "ETH", pool: str = "iso:ETH", **changes: object) -> PositionView:
    """A long of ETH at 10x, near its liquidation; `changes` are fields as text or as they are."""
    fields: dict[str, object] = {
        "key": symbol,
        "mode": "isolated",
        "size": D("4.1350"),
        "entry_price": D("2418.00"),
        "mark": D("2225.53"),
        "leverage": 10,
        "unrealised": D("-795.86"),
        "liquidation_price": D("2220.57"),
        "maintenance_margin": D("184.05"),
        **changes,
    }
    size, mark = D(str(fields["size"])), D(str(fields["mark"]))
    return PositionView(
        symbol=symbol,
        pool=pool,
        side="long" if size > 0 else "short",
        notional=abs(size) * mark,
        initial_margin=D("1000.00"),
        realised=D(0),
        fees=D("4.50"),
        funding=D("1.03"),
        raw_liquidation_price=fields["liquidation_price"],  # type: ignore[arg-type]
        bankruptcy_price=None,
        **fields,  # type: ignore[arg-type]
    )


def short_sol(pool: str = "iso:SOL", **changes: object) -> PositionView:
    """A short of SOL at 5x that wins."""
    fields: dict[str, object] = {
        "size": D("-17.20"),
        "entry_price": D("145.30"),
        "mark": D("122.66"),
        "leverage": 5,
        "unrealised": D("389.41"),
        "liquidation_price": D("170.12"),
        "maintenance_margin": D("52.75"),
        **changes,
    }
    return position("SOL", pool, **fields)


def pool(key: str, *positions: PositionView, **changes: object) -> PoolView:
    """A pool that uses 90 % of its equity; `changes` are fields."""
    fields: dict[str, object] = {
        "mode": "cross" if key == "cross" else "isolated",
        "balance": D("1000.00"),
        "equity": D("204.14"),
        "requirement": D("184.05"),
        "initial_requirement": D("1000.00"),
        "cushion": D("20.09"),
        "gauge": D("0.9016"),
        "effective_leverage": D("45.1"),
        "free": D(0),
        **changes,
    }
    return PoolView(key=key, positions=positions, **fields)  # type: ignore[arg-type]


def two_isolated(gauge: str = "0.9016") -> tuple[PoolView, ...]:
    """The two pools of the sketch: ETH in danger, SOL calm."""
    calm = {"equity": D("889.41"), "requirement": D("52.75"), "cushion": D("836.66"), "gauge": D("0.0593")}
    return (pool("iso:ETH", position(), gauge=D(gauge)), pool("iso:SOL", short_sol(), **calm))


def one_cross() -> tuple[PoolView, ...]:
    """The same positions backed by one pool."""
    held = (position(pool="cross", mode="cross", liquidation_price=D("13.40")), short_sol("cross", mode="cross"))
    figures = {"equity": D("9201.05"), "requirement": D("236.80"), "cushion": D("8964.25"), "gauge": D("0.0257")}
    return (pool("cross", *held, **figures),)


def market(symbol: str, last: str, mark: str, **changes: object) -> MarketView:
    """A market at those prices."""
    fields: dict[str, object] = {
        "trades": True,
        "funding_rate": D("-0.000112"),
        "funding_period": 3_600_000,
        **changes,
    }
    return MarketView(
        symbol=symbol,
        tick_size=D("0.01"),
        last=D(last),
        mark=D(mark),
        mode="isolated",
        leverage=10,
        largest_leverage=50,
        isolated_only=False,
        **fields,  # type: ignore[arg-type]
    )


def view(pools: tuple[PoolView, ...] | None = None, **changes: object) -> View:
    """The session of the sketch; `changes` are fields."""
    fields: dict[str, object] = {
        "step": 1776,
        "time": NOW,
        "state": "running",
        "markets": (market("ETH", "2226.13", "2225.53"), market("SOL", "122.61", "122.66")),
        "pools": two_isolated() if pools is None else pools,
        "orders": (),
        "liquidations": 0,
        "next_funding": NOW + 2_141_000,
        "modified": (),
        **changes,
    }
    return View(
        steps=2400,
        wallet=D("8107.50"),
        free=D("8107.50"),
        equity=D("9201.05"),
        deposits=D(10_000),
        withdrawals=D(0),
        realised=D(0),
        fees=D("11.62"),
        funding=D("0.84"),
        calls=2,
        rescues=0,
        insurance=D(1_000_000),
        insurer="vault",
        conserved=True,
        **fields,  # type: ignore[arg-type]
    )


def orders() -> tuple[Order, ...]:
    """A stop of the ETH position, and a take profit of the SOL position."""
    return (
        Order("c6", "stop", "sell", D("4.1350"), "ETH", D("2236.00"), "iso:ETH", 10, reduce_only=True),
        Order("c7.tp", "take", "buy", D("17.20"), "SOL", D("100.00"), "iso:SOL", 5, reduce_only=True),
    )


def happened() -> list[Event]:
    """From a purchase to a liquidation."""
    eth = {"symbol": "ETH", "pool": "iso:ETH"}
    at = START + 4 * 3_600_000
    return [
        Noted(step=1, time=at, text="first try\x1b[31m [red]not markup[/red]"),
        Filled(
            **{"step": 2, "time": at, "order": "c1", "reason": "market", "side": "buy", "size": D("4.1350"), **eth},
            price=D("2418.00"),
            fee=D("4.50"),
            realised=D(0),
            posted=D(1000),
            position=D("4.1350"),
        ),
        OrderPlaced(
            **{"step": 3, "time": at + 60_000, "order": "c6", "side": "sell", "size": D("4.1350"), **eth},
            price=D(2236),
            text="sell 4.1350 ETH stop 2236 reduce",
        ),
        FundingPaid(
            **{"step": 4, "time": at + 3_600_000, **eth},
            rate=D("-0.000112"),
            notional=D("9234.07"),
            amount=D("1.03"),
        ),
        MarginCalled(
            **{"step": 5, "time": at + 8_400_000, "level": D("0.8"), "equity": D(230), "requirement": D(184), **eth},
            price=D(2231),
            liquidation_price=D("2220.57"),
        ),
        LiquidationStarted(
            **{"step": 6, "time": at + 9_000_000, "equity": D(183), "requirement": D("183.5"), **eth},
            price=D("2220.57"),
            raw_price=D("2220.573"),
        ),
    ]
