"""What a session looks like on every venue: the figures of positions and pools fit each other, and open into terms that
come to them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.account import Mode
from engine.commands.grammar import parse
from engine.looking.observe import view_of
from engine.looking.views import PoolView, View
from engine.numbers import EXACT, divide
from engine.rulebooks import rulebook_of
from engine.rulebooks.base import Overrides, Refusal
from engine.segment import at_vertex
from engine.session import Session
from engine.setup import Setup
from tests.engine.tapes import tape_of
from tests.engine.venues import every_account

D = Decimal
TAPE = tape_of({"ETH": [2000, 1980], "SOL": [100, 101]})
EVERY = pytest.mark.parametrize(
    ("venue", "mode", "overrides"), every_account(), ids=lambda each: each if isinstance(each, str) else None
)
SIDES = pytest.mark.parametrize("side", ["buy", "sell"])


def opened(venue: str, mode: Mode, overrides: Overrides, *commands: str) -> Session:
    """A session after those commands; skipped where the venue doesn't let one open that."""
    session = Session(
        Setup(venue, mode, D(10_000), slippage=False, fees=False, funding=False, overrides=overrides), TAPE
    )
    for text in commands:
        if isinstance(session.do(parse(text)), Refusal):
            pytest.skip("this account can't be opened so")
    return session


def at_price(session: Session, price: Decimal) -> View:
    """The session as it would be with ETH at `price`."""
    moment = at_vertex(session.path, session.step)
    marks = {**moment.marks, "ETH": price}
    return view_of(session, replace(moment, marks=marks, lasts=marks, before=marks))


def holding(view: View) -> PoolView:
    """The pool that has a position."""
    return next(pool for pool in view.pools if pool.positions)


@EVERY
@SIDES
def test_a_position_alone_is_liquidated_where_its_equity_is_its_maintenance_margin(
    venue: str, mode: Mode, overrides: Overrides, side: str
) -> None:
    session = opened(venue, mode, overrides, f"{side} $18000 ETH 2x")
    (position,) = holding(session.view()).positions
    assert 0 < position.maintenance_margin <= position.initial_margin
    assert position.maintenance_margin < D("0.6") * position.notional
    if position.raw_liquidation_price is None:
        return
    away = position.mark - position.raw_liquidation_price
    assert away > 0 if side == "buy" else away < 0
    there = holding(at_price(session, position.raw_liquidation_price))
    assert abs(there.equity - there.positions[0].maintenance_margin) < D("1e-9")
    assert abs(there.cushion) < D("1e-9")
    assert there.gauge is not None
    assert abs(there.gauge - 1) < D("1e-9")
    bankrupt = position.bankruptcy_price
    assert bankrupt is None or abs(holding(at_price(session, bankrupt)).equity) < D("1e-9")
    if bankrupt is not None:
        beyond = position.raw_liquidation_price - bankrupt
        assert beyond > 0 if side == "buy" else beyond < 0


@EVERY
@SIDES
def test_a_pools_figures_fit_each_other(venue: str, mode: Mode, overrides: Overrides, side: str) -> None:
    session = opened(venue, mode, overrides, f"{side} $9000 ETH 2x")
    session.advance(1)
    pool = holding(session.view())
    notional = sum(position.notional for position in pool.positions)
    assert pool.effective_leverage == EXACT.divide(notional, pool.equity)
    assert pool.equity == pool.balance + sum(position.unrealised for position in pool.positions)
    if pool.gauge is not None:
        credit = EXACT.add(pool.requirement, pool.cushion)
        assert pool.gauge == divide(pool.requirement, credit)


@EVERY
@SIDES
@pytest.mark.parametrize("several", [False, True], ids=["one", "several"])
def test_what_is_explained_is_what_is_shown(
    venue: str, mode: Mode, overrides: Overrides, side: str, several: bool
) -> None:
    more = ["buy $2000 SOL 2x"] if several else []
    session = opened(venue, mode, overrides, f"{side} $9000 ETH 2x", *more)
    session.advance(1)
    for pool in session.view().pools:
        told = {(each.figure, each.position): each for each in session.explain(pool.key)}
        for each in told.values():
            assert each.value == shown(pool, each.figure, each.position), each.title
            assert each.value is None or each.terms[0].value == each.value
        if pool.positions:
            assert (("own_gauge", None) in told) is (pool.own_gauge is not None)
        for position in pool.positions:
            crossing = told["liquidation_price", position.key].terms
            if position.raw_liquidation_price is not None:
                assert crossing[1].value == position.raw_liquidation_price
                fixed, slope = (
                    term for term in crossing if term.depth == 2 and term.label.startswith(("fixed", "for"))
                )
                assert abs(divide(fixed.value, slope.value) - crossing[1].value) < D("1e-40")


def shown(pool: PoolView, figure: str, position: str | None) -> Decimal | None:
    """The figure as the view has it."""
    if position is not None:
        return getattr(next(each for each in pool.positions if each.key == position), figure)  # type: ignore[no-any-return]
    if figure == "unrealised":
        return sum((each.unrealised for each in pool.positions), D(0))
    if figure == "own_gauge":
        return None if pool.own_gauge is None else pool.own_gauge.value
    return getattr(pool, figure)  # type: ignore[no-any-return]


def test_what_is_lent_needs_what_its_threshold_leaves_out() -> None:
    """Aave's ETH counts for 83 % of its value, USDC for 78 %: 17 % of a long, and of a short what 78 % of its proceeds
    and its margin leave over: 1 ÷ 0.78 − 1."""
    rulebook = rulebook_of("aave_v3")
    coin, quote = (rulebook.reserve(each).threshold for each in ("ETH", None))  # type: ignore[attr-defined]
    (long,) = holding(opened("aave_v3", "cross", (), "buy $18000 ETH 2x").view()).positions
    assert long.maintenance_margin == EXACT.multiply(1 - coin, long.notional)
    (short,) = holding(opened("aave_v3", "cross", (), "sell $9000 ETH 2x").view()).positions
    expected = EXACT.subtract(divide(short.notional, quote), short.notional)
    assert abs(EXACT.subtract(short.maintenance_margin, expected)) < D("1e-40")


def test_the_venues_own_gauge_says_its_direction() -> None:
    pool = holding(opened("aave_v3", "cross", (), "buy $18000 ETH 2x").view())
    own = pool.own_gauge
    assert own is not None
    assert (own.name, own.liquidation, own.rises) == ("health factor", 1, False)
    assert pool.gauge is not None
    assert abs(own.value - 1 / pool.gauge) < D("1e-20")
    assert holding(opened("hyperliquid", "cross", (), "buy $18000 ETH 2x").view()).own_gauge is None
    empty = opened("vertex", "cross", ()).view().pools[0]
    assert empty.own_gauge is None
