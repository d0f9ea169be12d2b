"""Why it was liquidated: terms at the last safe step and at the trigger, the way of the price, what was in force."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.account import Mode
from engine.commands.grammar import parse
from engine.events import LiquidationStarted
from engine.liquidation.terms import liquidation_terms
from engine.numbers import EXACT
from engine.post_mortem import CannotFollow, NothingKept, Stopped, TermChange, play, post_mortem
from engine.post_mortem.played import eve
from engine.post_mortem.price_path import MOST_POINTS
from engine.record import Given
from engine.rulebooks.base import Overrides
from engine.setup import Setup
from tests.engine.liquidated import EVERY, liquidated
from tests.engine.post_mortem.recorded import fall, first, played, record_of, recorded
from tests.engine.tapes import tape_of, tapes

D = Decimal
FREE = Setup(balance=D(3000), slippage=False, fees=False, funding=False)
LONG = [(0, "buy $10000 ETH 10x")]


def row(terms: tuple[TermChange, ...], label: str) -> TermChange:
    return next(each for each in terms if each.label == label)


@EVERY
def test_the_terms_are_the_venues_own_at_both_moments(venue: str, mode: Mode, overrides: Overrides) -> None:
    session = play(record_of(liquidated(venue, mode, overrides, "buy")))
    found = first(session)
    assert found.event is not None
    assert found.before is not None
    assert found.before.step == found.event.step - 1
    credit, requirement, _ = liquidation_terms(session.session, found.event)
    after = {(each.side, each.label): each for each in found.terms}
    for side, tree in (("credit", credit), ("requirement", requirement)):
        top = next(each for each in found.terms if each.side == side and each.depth == 0)
        assert top.after == tree.value
        shown = [each for each in tree.terms if (side, each.label) in after]
        assert all(each.after == term.value for term in shown for each in found.terms if each.label == term.label)
    assert found.credit < found.requirement or (found.credit == found.requirement)
    assert row(found.terms, "cushion").after == EXACT.subtract(found.credit, found.requirement)
    before = row(found.terms, "cushion").before
    assert before is not None
    assert before >= 0
    # It stood there: the eve is that session, and its own explanation says the same.
    there = eve(session.record, found.event)
    told = {each.figure: each.value for each in there.explain(found.pool) if each.position is None}
    assert told["cushion"] == before
    assert told["requirement"] == next(each for each in found.terms if each.side == "requirement").before


@settings(deadline=None, max_examples=40)
@given(tapes(longest=40), st.sampled_from([5, 10, 20]), st.booleans())
def test_each_level_of_the_table_adds_up(tape: object, leverage: int, cross: bool) -> None:
    """Of hyperliquid, whose trees are sums: every term is the sum of those under it, and so is its change."""
    symbol = next(iter(tape.by_symbol))  # type: ignore[attr-defined]
    setup = replace(FREE, mode="cross" if cross else "isolated")
    session = played(setup, tape, [(0, f"buy 95% {symbol} {leverage}x")])  # type: ignore[arg-type]
    found = first(session) if session.liquidations else post_mortem(session)
    if found is None:
        return
    for side in ("credit", "requirement"):
        rows = [each for each in found.terms if each.side == side]
        for place, top in enumerate(rows):
            under = []
            for each in rows[place + 1 :]:
                if each.depth <= top.depth:
                    break
                under += [each] if each.depth == top.depth + 1 else []
            if under:
                assert sum(each.change for each in under) == top.change
                assert sum(each.after or 0 for each in under) == top.after
    assert row(found.terms, "cushion").change == rows_of(found.terms, "credit") - rows_of(found.terms, "requirement")


def rows_of(terms: tuple[TermChange, ...], side: str) -> Decimal:
    return next(each.change for each in terms if each.side == side and each.depth == 0)


def test_the_articles_long_by_hand() -> None:
    """5 ETH from 2,000 on $1,000: at 1,850 the equity is 250, required 185; at 1,836.73 it is 183.65, and 183.67."""
    session = played(FREE, tape_of({"ETH": [2000, 2010, 1850, 1800, 1700]}), LONG)
    found = first(session)
    assert row(found.terms, "ETH mark") == TermChange(0, "ETH mark", "price", D(1850), D("1836.73"), "price")
    equity = row(found.terms, "equity")
    assert (equity.before, equity.after, equity.change) == (D(250), D("183.65"), D("-66.35"))
    required = row(found.terms, "maintenance requirement")
    assert (required.before, required.after) == (D(185), D("183.673"))
    (path,) = found.paths
    assert (path.start.price, path.highest.price, path.lowest.price) == (2000, 2010, D("1836.73"))
    assert path.lowest == path.end
    assert path.highest.step == 1
    assert path.moved == D("1836.73") / 2000 - 1
    assert path.lasted == found.time - path.start.time == 120_000 + 60_000 * D("13.27") / 50
    # 0.02 × 5 p < 0.5 (1,000 + 5 (p − 2,000)) down to 1,875: at 2,010 it was so, at 1,850 no more.
    assert found.half is not None
    assert found.half.step == 1
    assert found.liquidation_prices == {"ETH": D("1836.73")}
    assert found.stops == {}


def test_a_loan_is_judged_in_its_venues_words() -> None:
    setup = Setup("aave_v3", "cross", D(10_000), funding=False)
    session = played(setup, tape_of({"ETH": [2000 - 12 * place for place in range(60)]}), [(0, "buy $45000 ETH 5x")])
    found = first(session)
    tops = [each.label for each in found.terms if each.depth == 0]
    assert tops == ["ETH mark", "collateral at its liquidation threshold", "debt", "cushion"]
    assert row(found.terms, "debt").change == 0


def test_of_tiers_the_one_in_force_is_one_row() -> None:
    setup = Setup("binance", "isolated", D(10_000), funding=False)
    found = first(played(setup, fall(), [(0, "buy $80000 ETH 10x")]))
    required = [each.label for each in found.terms if each.side == "requirement"]
    assert required == ["maintenance requirement", "ETH maintenance"]


def test_several_positions_have_a_path_each_and_the_worst_is_known() -> None:
    session = played(replace(FREE, mode="cross"), fall(), [(0, "buy 9 ETH 10x"), (20, "buy 0.2 BTC 10x")])
    found = first(session)
    assert [(path.symbol, path.start.step) for path in found.paths] == [("BTC", 20), ("ETH", 0)]
    assert found.worst.symbol == "ETH"
    assert set(found.liquidation_prices) == {"BTC", "ETH"}
    assert not found.isolated


def test_a_pool_that_is_opened_and_gone_on_one_way_was_never_safe_at_a_vertex() -> None:
    """The limit fills on the way down, and the same way goes on to the liquidation."""
    session = played(FREE, tape_of({"ETH": [2000, 2000, 1700]}), [(0, "buy 5 ETH at 1990 10x iso")])
    found = first(session)
    assert found.before is None
    assert row(found.terms, "equity").before is None
    assert row(found.terms, "equity").change == row(found.terms, "equity").after
    assert found.attribution.since == found.step == 2
    (path,) = found.paths
    assert path.end.price == found.liquidation_prices["ETH"]


def test_how_it_stands() -> None:
    session = played(FREE, fall(), [(0, "buy 5 ETH 10x iso sl 1500"), (0, "sell 0.01 BTC 5x iso")], until=60)
    found = post_mortem(session)
    assert found is not None
    assert found.event is None
    assert found.pool == "iso:ETH"
    assert found.before is not None
    assert found.before.step == 0
    assert found.time == int(session.record.tape.times[60])
    assert found.liquidation_prices == {"ETH": D("1836.73")}
    assert found.stops == {"ETH": D(1500)}
    assert found.alternatives.missing is None
    flat = played(FREE, fall(), [(0, "buy 5 ETH"), (1, "close ETH")])
    assert post_mortem(flat) is None


def test_a_long_way_is_thinned_and_keeps_its_extremes() -> None:
    prices = [2000 + (place * 7919) % 97 for place in range(5000)] + [1900, 1700]
    session = played(FREE, tape_of({"ETH": prices}), LONG)
    (path,) = first(session).paths
    assert len(path.series) <= MOST_POINTS + 1
    assert path.highest.price == max(prices[:5001])
    assert path.highest.price in [point.price for point in path.series]
    assert path.series[0] == path.start
    assert path.series[-1] == path.end
    times = [point.time for point in path.series]
    assert times == sorted(times)


def test_what_is_not_in_the_record_is_said() -> None:
    session = played(FREE, fall(), LONG)
    (event,) = session.liquidations
    with pytest.raises(NothingKept, match="not in this record"):
        post_mortem(session, replace(event, step=event.step - 3))
    bare = dict.fromkeys(("balance", "size", "entry_price", "leverage", "bankruptcy_price", "last_price"))
    older = replace(event, **bare)  # as an older version told it
    assert isinstance(older, LiquidationStarted)
    assert post_mortem(session, older) == post_mortem(session, event)


def test_a_record_that_can_not_be_followed_is_said() -> None:
    record = recorded(FREE, fall(), [(0, "buy $900000 ETH 10x")])
    with pytest.raises(CannotFollow, match="buy \\$900000 ETH 10x” at step 0 is refused: this needs"):
        play(record)
    with pytest.raises(Stopped):
        play(replace(record, commands=(Given(5, parse("buy 1 ETH"), 1),)), lambda: True)
