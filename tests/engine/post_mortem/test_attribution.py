"""What took a pool's equity: parts that add up exactly, on every venue, and figures worked out by hand."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.account import Mode
from engine.commands.grammar import parse
from engine.liquidation.held import held_at
from engine.numbers import ZERO
from engine.post_mortem import Attribution, Played, play, post_mortem
from engine.post_mortem.books import Books
from engine.record import Given, Record
from engine.rulebooks.base import Overrides, Refusal
from engine.session import Session
from engine.setup import Setup
from tests.engine.liquidated import EVERY, LONGS_AND_SLOWLY_SHORTS, liquidated
from tests.engine.post_mortem.recorded import first, played, record_of
from tests.engine.tapes import tape_of, tapes
from tests.engine.venues import every_account

D = Decimal
CENT = D("0.01")


def amounts(told: Attribution) -> dict[str, Decimal]:
    return {part.kind if part.position is None else part.position: part.amount for part in told.parts}


def check(told: Attribution, equity: Decimal, trades: int) -> None:
    """The parts add up to the very equity, and rounding is no more than a millionth a trade."""
    assert told.before + sum(part.amount for part in told.parts) == told.after == equity
    rounded = amounts(told).get("rounding", ZERO)
    assert -D("0.000001") * trades <= rounded <= 0
    assert all(part.amount for part in told.parts if part.position is None)


@EVERY
@LONGS_AND_SLOWLY_SHORTS
def test_the_parts_add_up_at_every_liquidation_of_every_venue(
    venue: str, mode: Mode, overrides: Overrides, side: str
) -> None:
    session = play(record_of(liquidated(venue, mode, overrides, side)))
    assert session.liquidations
    for event in dict.fromkeys((session.liquidations[0], session.liquidations[-1])):
        held, found = held_at(event), post_mortem(session, event)
        assert held is not None
        assert found is not None
        equity = held.balance + sum((p.unrealised(held.marks[p.symbol]) for p in held.pool.positions.values()), ZERO)
        trades = sum(each.kind in ("fill", "handover") for each in session.events)
        # An event keeps an entry price, of which the cost is made again: to the millionth.
        assert abs(found.attribution.after - equity) <= D("0.000001")
        check(found.attribution, found.attribution.after, trades)
        assert amounts(found.attribution)["ETH"] < 0


WORDS = (
    "buy {a}% {m} {x}x",
    "sell {a}% {m} {x}x",
    "buy {a}% {m} {x}x iso",
    "sell {a}% {m} {x}x cross",
    "close {m} {a}%",
    "close {m}",
    "margin {m} +{a}",
    "margin {m} -{a}",
    "deposit {a}00",
    "cash out {a}0",
    "reverse {m}",
    "supply 1 {m}",
    "borrow 0.1 {m}",
    "repay 0.1 {m}",
    "withdraw 0.5 {m}",
    "flatten",
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_the_books_are_the_ledger_at_any_time_of_any_session(data: st.DataObject) -> None:
    """Random commands on random prices on any venue: every pool's books come to its equity, wherever one looks."""
    tape = data.draw(tapes(longest=30))
    venue, mode, overrides = data.draw(st.sampled_from(every_account()))
    setup = Setup(venue, mode, slippage=data.draw(st.booleans()), funding=data.draw(st.booleans()), overrides=overrides)
    session = Session(setup, tape)
    books = Books(session.rulebook, session.path)
    books.read(session.opening)
    symbols, step = st.sampled_from(sorted(tape.by_symbol)), 0
    for _ in range(data.draw(st.integers(1, 12))):
        step = min(step + data.draw(st.integers(0, 5)), len(tape) - 1)
        books.read(session.advance(step))
        words = data.draw(st.sampled_from(WORDS))
        numbers = {"a": data.draw(st.integers(1, 95)), "x": data.draw(st.integers(1, 12)), "m": data.draw(symbols)}
        answer = session.do(parse(words.format(**numbers)))
        books.read(() if isinstance(answer, Refusal) else answer)
        _compare(session, books)
    books.read(session.advance(len(tape) - 1))
    _compare(session, books)


def _compare(session: Session, books: Books) -> None:
    marks = session.path.marks(session.step)
    for key, pool in session.account.pools.items():
        balance = session.world.balance(pool)
        equity = balance + sum((p.unrealised(marks[p.symbol]) for p in pool.positions.values()), ZERO)
        assert books.book(key).equity(marks) == equity
        told = books.book(key).attribution(marks)
        assert told.before + sum(part.amount for part in told.parts) == equity
        sizes = {p.symbol: p.size for p in pool.positions.values() if p.position_side == "both"}
        kept = {symbol: size for (symbol, _), size in books.book(key).sizes.items() if size}
        assert kept == sizes or session.account.hedged


# -- by hand

FREE = Setup(balance=D(3000), slippage=False, fees=False, funding=False)


def test_the_articles_long() -> None:
    """10x long on ETH with $1,000 in isolated mode: $10,000 at 2,000 is 5 ETH. At 2 % maintenance it fails where
    1,000 + 5 (p − 2,000) < 0.02 × 5 p: below 9,000 ÷ 4.9 = 1,836.7346…, so at 1,836.73."""
    session = played(FREE, tape_of({"ETH": [2000, 1950, 1800, 1700]}), [(0, "buy $10000 ETH 10x iso")])
    found = first(session)
    assert found.event is not None
    assert found.event.price == D("1836.73")
    assert found.credit == D(1000) + 5 * (D("1836.73") - 2000) == D("183.65")
    assert found.requirement == D("183.673")
    assert amounts(found.attribution) == {"put in": D(1000), "ETH": 5 * (D("1836.73") - 2000)}
    assert found.attribution.result == D("-816.35")
    assert [share for _, share in found.attribution.shares()] == [1]


def test_costs_are_apart_from_the_price() -> None:
    """The same with costs: 5 ETH at half a spread of 0.5 bp and an impact of 1 % × √(10,000 ÷ 60,000,000), and a
    fee of 4.5 bp that the wallet pays."""
    setup = Setup(balance=D(3000), funding=False)
    session = played(setup, tape_of({"ETH": [2000, 1950, 1800]}), [(0, "buy 5 ETH 10x iso")])
    found = first(session)
    paid = D("2000.36")  # 2000 × (1 + 0.00005 + 0.01 × 0.0129099…) = 2000.358…, to the tick against the buyer
    end = found.paths[0].end.price
    told = amounts(found.attribution)
    assert told["slippage"] == -5 * (paid - 2000)
    assert told["ETH"] == 5 * (end - 2000)
    assert told["put in"] == 5 * paid / 10
    assert "fees" not in told
    assert found.attribution.fees_elsewhere == D("0.00045") * 5 * paid
    assert found.attribution.before == 0


def test_in_cross_the_fees_are_the_pools_own_and_so_is_funding() -> None:
    setup = Setup(balance=D(1100), mode="cross", slippage=False)
    tape = tape_of({"ETH": [2000] * 121 + [1950, 1700]})
    session = played(setup, tape, [(0, "buy 5 ETH 10x"), (10, "deposit 50"), (20, "cash out 30")])
    told = first(session).attribution
    assert told.before == 1100
    parts = amounts(told)
    assert parts["put in"] == 50
    assert parts["taken out"] == -30
    assert parts["fees"] == -D("4.5")
    paid = [each.amount for each in session.events if each.kind == "funding"]  # type: ignore[attr-defined]
    assert len(paid) == 2
    assert parts["funding"] == sum(paid) < 0
    assert "slippage" not in parts


def test_margin_that_was_moved_out_is_no_loss() -> None:
    tape = tape_of({"ETH": [2000, 2100, 1950, 1700, 1600]})
    typed = [(0, "buy 5 ETH 5x iso"), (1, "margin ETH -400")]
    told = first(played(FREE, tape, typed)).attribution
    parts = amounts(told)
    assert parts["put in"] == 2000
    assert parts["taken out"] == -400
    assert told.result == parts["ETH"] < 0


def test_a_limit_order_pays_no_slippage_and_its_price_counts_from_its_own() -> None:
    setup = Setup(balance=D(3000), funding=False)
    session = played(setup, tape_of({"ETH": [2000, 1980, 1700]}), [(0, "buy 5 ETH at 1990 10x iso")])
    found = first(session)
    parts = amounts(found.attribution)
    assert "slippage" not in parts
    assert parts["ETH"] == 5 * (found.paths[0].end.price - 1990)


def test_what_came_before_the_pool_was_empty_is_forgotten() -> None:
    tape = tape_of({"ETH": [2000, 2100, 2100, 1800, 1700]})
    typed = [(0, "buy 5 ETH 10x cross"), (1, "close ETH"), (2, "buy 10 ETH 10x cross")]
    told = first(played(FREE, tape, typed)).attribution
    assert told.since == 2
    assert told.before == 3000 + 500
    assert amounts(told) == {"ETH": told.result}


def test_a_loan_is_broken_down_too() -> None:
    """Aave: 5 ETH bought on 3,000 of one's own. What was borrowed is in the cost of the coins, not a part."""
    setup = Setup("aave_v3", "cross", D(3000), funding=False)
    session = played(setup, tape_of({"ETH": [2000, 1900, 1700, 1500, 1300]}), [(0, "buy 5 ETH 5x")])
    found = first(session)
    assert found.credit < found.requirement
    told = amounts(found.attribution)
    assert told["ETH"] == 5 * (found.paths[0].end.price - 2000)
    assert told["slippage"] < 0
    assert found.attribution.before == 3000


def test_a_partial_liquidation_is_a_part_of_the_next() -> None:
    setup = Setup("vertex", "cross", D(10_000), funding=False)
    tape = tape_of({"ETH": [2000 - 12 * place for place in range(60)]})
    session = played(setup, tape, [(0, "buy $70000 ETH 8x")])
    assert len(session.liquidations) > 2
    last = post_mortem(session, session.liquidations[-1])
    assert last is not None
    assert amounts(last.attribution)["liquidation"] < 0
    assert last.attribution.since == 0


def test_both_sides_of_a_hedge_have_a_price_of_their_own() -> None:
    setup = Setup("binance", "cross", D(1300), slippage=False, fees=False, funding=False)
    tape = tape_of({"ETH": [2000, 1900, 1800, 1700, 1600, 1500]})
    typed = [(0, "hedge on"), (0, "buy 5 ETH 10x"), (0, "sell 1 ETH 10x")]
    told = amounts(first(played(setup, tape, typed)).attribution)
    assert set(told) == {"ETH long", "ETH short"}
    assert told["ETH long"] == -5 * told["ETH short"]


def test_it_may_stand_too() -> None:
    record = Record(FREE, tape_of({"ETH": [2000, 1990, 1980]}), (Given(0, parse("buy 5 ETH 10x iso"), 1),), 2)
    session: Played = play(record)
    found = post_mortem(session)
    assert found is not None
    assert found.event is None
    assert found.credit == D(900)
    assert amounts(found.attribution) == {"put in": D(1000), "ETH": D(-100)}
