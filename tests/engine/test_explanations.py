"""Every figure of a pool opens into terms that come to it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.commands.grammar import parse
from engine.formula import Term
from engine.looking.views import Explanation
from engine.numbers import divide, plain
from engine.session import Session
from engine.setup import Setup
from tests.engine.tapes import tape_of

TAPE = tape_of({"ETH": [2000, 1950], "SOL": [100, 101]})


def opened(venue: str, *commands: str) -> tuple[Session, dict[tuple[str, str | None], Explanation]]:
    session = Session(Setup(venue, mode="cross", balance=Decimal(40_000)), TAPE)
    for text in commands:
        session.do(parse(text))
    session.advance(1)
    return session, {(each.figure, each.position): each for each in session.explain("cross")}


def below(terms: tuple[Term, ...], place: int) -> list[Term]:
    """The rows one deeper than that one, and under it."""
    rows = []
    for term in terms[place + 1 :]:
        if term.depth <= terms[place].depth:
            break
        rows += [term] if term.depth == terms[place].depth + 1 else []
    return rows


BOOK = ("buy $120000 ETH 20x", "sell $2500 SOL 5x")


@pytest.mark.parametrize("venue", ["hyperliquid", "binance"])
def test_sums_add_up_at_every_depth(venue: str) -> None:
    _, figures = opened(venue, *BOOK)
    for figure in ("equity", "unrealised", "requirement", "initial_requirement", "cushion"):
        terms = figures[figure, None].terms
        for place, term in enumerate(terms):
            rows = [row for row in below(terms, place) if row.applies]
            sign = -1 if term.label.startswith("less the maintenance") else 1  # opened as it is, then taken away
            assert not rows or sum(row.value for row in rows) == sign * term.value, (figure, term.label)


def test_a_tier_shows_notional_rate_and_deduction() -> None:
    session, figures = opened("binance", *BOOK)
    held = session.view().positions[0]
    charged = [term for term in figures["requirement", None].terms if term.rate is not None and term.applies]
    eth, tier, sol, _ = charged
    assert (eth.notional, eth.rate, eth.deduction) == (held.notional, Decimal("0.005"), 50)
    assert eth.value == tier.value == held.notional * Decimal("0.005") - 50
    assert (sol.rate, sol.deduction) == (Decimal("0.005"), 0)
    lines = [term for term in figures["requirement", None].terms if term.label.startswith("tier") and not term.applies]
    assert all(line.value <= eth.value for line in lines[:11])


@pytest.mark.parametrize("venue", ["hyperliquid", "binance"])
def test_the_liquidation_price_is_the_quotient_that_is_shown(venue: str) -> None:
    session, figures = opened(venue, *BOOK)
    for position in session.view().positions:
        explanation = figures["liquidation_price", position.key]
        terms = explanation.terms
        assert explanation.value == terms[0].value == position.liquidation_price
        crossing = terms[1]
        assert crossing.value == position.raw_liquidation_price
        fixed, slopes = below(terms, 1)
        assert abs(divide(fixed.value, slopes.value) - crossing.value) < Decimal("1e-50")
        for top in (fixed, slopes):
            assert sum(term.value for term in below(terms, terms.index(top))) == top.value
        equity, required = (term for term in below(terms, 0) if term is not crossing)
        assert equity.value < required.value
        assert equity.label == f"equity at {plain(terms[0].value)}"
        assert figures["bankruptcy_price", position.key].value == position.bankruptcy_price


def test_the_gauge_and_the_leverage_are_quotients_and_free_is_the_smaller() -> None:
    session, figures = opened("binance", *BOOK)
    pool = session.view().pools[0]
    for figure, unit in (("gauge", "share"), ("effective_leverage", "times")):
        terms = figures[figure, None].terms
        above, under = below(terms, 0)
        assert divide(above.value, under.value) == figures[figure, None].value == getattr(pool, figure)
        assert figures[figure, None].unit == unit
    held, spare = below(figures["free", None].terms, 0)
    assert (held.value, held.applies, spare.applies) == (pool.balance, False, True)
    assert pool.free <= spare.value < pool.free + Decimal("0.000001")


def test_a_pool_without_positions_says_that_there_is_nothing() -> None:
    _, figures = opened("binance")
    assert figures["gauge", None].value is None
    assert figures["gauge", None].terms[0].label == "nothing is required"
    assert figures["effective_leverage", None].value is None
    assert figures["equity", None].value == 40_000
    _, figures = opened("binance", "buy $1000 ETH 5x")
    assert figures["liquidation_price", "ETH"].value is None
    assert "no fall of ETH" in figures["liquidation_price", "ETH"].terms[0].label
