"""Prices written down by hand: which vertices they make, on which grid, and what is refused."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.script import DEFAULT_START, read_script
from engine.tapes.inline import MOST_MARKETS, InlineError, InlinePath, inline_tape

START = DEFAULT_START


def path(symbol: str, *prices: str, **more: object) -> InlinePath:
    return InlinePath(symbol, 60, tuple(map(Decimal, prices)), **more)  # type: ignore[arg-type]


def test_vertices_stand_a_step_apart_and_a_gap_is_a_gap_of_all_markets() -> None:
    tape = inline_tape(
        [path("ETH", "2000", "1950", "1700", gaps=frozenset({2})), path("SOL", "100", "101", "103")], START
    )
    assert tape.times.tolist() == [START, START + 60_000, START + 120_000]
    assert tape.gapped.tolist() == [True, False, True]
    assert tape.columns["ETH", "last"].tolist() == [200_000, 195_000, 170_000]
    assert tape.columns["SOL", "last"].tolist() == [10_000, 10_100, 10_300]
    assert tape.trading is None
    assert tape.origin.kind == "inline"
    assert tape.origin.notes == ()


def test_a_shorter_path_holds_its_last_price_and_says_so() -> None:
    short = path("SOL", "100", "101", marks=(Decimal(99), Decimal(102)), premiums=(Decimal(0), Decimal("0.001")))
    tape = inline_tape([path("ETH", "2000", "1950", "1700"), short], START)
    assert tape.columns["SOL", "last"].tolist() == [10_000, 10_100, 10_100]
    assert tape.columns["SOL", "mark"].tolist() == [9_900, 10_200, 10_200]
    assert tape.columns["SOL", "premium"].tolist() == [0, 1_000_000, 1_000_000]
    assert tape.origin.notes == ("SOL has 2 of 3 prices: the last, 101, is held.",)


def test_one_premium_is_the_premium_of_every_vertex() -> None:
    tape = inline_tape([path("ETH", "2000", "1950", "1700", premiums=(Decimal("-0.0001"),))], START)
    assert tape.columns["ETH", "premium"].tolist() == [-100_000] * 3


@pytest.mark.parametrize(
    ("prices", "tick"),
    [
        (("2000", "1950"), "0.01"),
        (("100000", "95477.39"), "0.01"),
        (("100000", "95477.390"), "0.01"),
        (("2000.1234", "1950"), "0.0001"),
        (("1", "2"), "0.01"),
        (("0.5",), "0.00001"),
        (("0.02", "0.019"), "0.000001"),
        (("0.00001234",), "0.000000001"),
        (("1000", "0.5"), "0.00001"),
        (("1E+3",), "0.01"),
    ],
)
def test_the_tick_is_as_fine_as_the_prices_need(prices: tuple[str, ...], tick: str) -> None:
    assert str(format(path("X", *prices).tick, "f")) == tick


def test_marks_count_for_the_tick() -> None:
    assert path("X", "100", marks=(Decimal("100.125"),)).tick == Decimal("0.001")


def test_the_tick_can_be_chosen() -> None:
    tape = inline_tape([path("ETH", "2000", "1950.5", tick_size=Decimal("0.5"))], START)
    assert tape.by_symbol["ETH"].tick_size == Decimal("0.5")
    assert tape.columns["ETH", "last"].tolist() == [4_000, 3_901]


def test_the_same_paths_have_the_same_digest() -> None:
    paths = [path("ETH", "2000", "1950")]
    assert inline_tape(paths, START).digest == inline_tape(paths, START).digest
    assert inline_tape(paths, START).digest != inline_tape([path("ETH", "2000", "1950.01")], START).digest


REFUSED = {
    "there is no path": [],
    "ETH has a path already": [path("ETH", "1"), path("ETH", "2")],
    "has no prices": [path("ETH")],
    "no symbol": [path("E TH", "1")],
    "before the first price": [path("ETH", "1", "2", gaps=frozenset({0}))],
    "a price of 0 is out of range": [path("ETH", "0")],
    "a price of -1 is out of range": [path("ETH", "-1")],
    "a price of 1e+999999 is out of range": [path("ETH", "1", "1e999999")],
    "a price of 1e-999999 is out of range": [path("ETH", "1", marks=(Decimal("1e-999999"),))],
    "too many digits": [path("ETH", "1000000000000", "0.000000000001")],
    "is not on ETH's tick of 0.5": [path("ETH", "1.25", tick_size=Decimal("0.5"))],
    "tick size is out of range": [path("ETH", "1", tick_size=Decimal(0))],
    "1 prices and 2 entries on its mark line": [path("ETH", "1", marks=(Decimal(1), Decimal(2)))],
    "3 prices and 2 entries on its premium line": [path("ETH", "1", "1", "1", premiums=(Decimal(0), Decimal(0)))],
    "a premium is out of range": [path("ETH", "1", premiums=(Decimal("1.1"),))],
    "finer than": [path("ETH", "1", premiums=(Decimal("1e-10"),))],
    "SOL has a step of 120 s and ETH of 60 s": [path("ETH", "1"), InlinePath("SOL", 120, (Decimal(1),))],
    "a step of 0 s": [InlinePath("SOL", 0, (Decimal(1),))],
    "there are 101 markets": [path(f"A{number}", "1") for number in range(MOST_MARKETS + 1)],
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_is_no_tape_is_refused(why: str) -> None:
    with pytest.raises(InlineError, match=re.escape(why)) as refused:
        inline_tape(REFUSED[why], START)
    assert refused.value.would_work


def test_a_path_past_the_year_9999_is_refused() -> None:
    with pytest.raises(InlineError, match="year 9999"):
        inline_tape([path("ETH", "1", "2")], 253_402_300_799_000)


def test_a_tape_that_is_too_large_is_refused_before_it_is_made() -> None:
    many = InlinePath("A", 1, (Decimal(1),) * 210_000)
    one = [InlinePath(f"B{number}", 1, (Decimal(1),)) for number in range(MOST_MARKETS - 1)]
    with pytest.raises(InlineError, match="20,000,000"):
        inline_tape([many, *one], START)


prices = st.decimals(min_value="0.0001", max_value="99999", places=4)


@st.composite
def paths(draw: st.DrawFn) -> list[InlinePath]:
    symbols = draw(st.lists(st.sampled_from(["BTC", "ETH", "SOL", "1000PEPE", "A-B.C"]), min_size=1, unique=True))
    step = draw(st.integers(1, 100_000))
    return [_one(draw, symbol, step) for symbol in symbols]


def _one(draw: st.DrawFn, symbol: str, step: int) -> InlinePath:
    last = tuple(draw(st.lists(prices, min_size=1, max_size=8)))
    same = st.lists(prices, min_size=len(last), max_size=len(last)).map(tuple)
    rates = st.lists(st.integers(-(10**9), 10**9).map(lambda count: Decimal(count).scaleb(-9)), min_size=1, max_size=1)
    return InlinePath(
        symbol,
        step,
        last,
        frozenset(draw(st.sets(st.integers(1, len(last) - 1)))) if len(last) > 1 else frozenset(),
        draw(st.none() | same),
        draw(st.none() | rates.map(tuple)),
        draw(st.none() | st.just(Decimal("0.0001"))),
    )


@given(paths(), st.integers(0, 10**12))
def test_paths_written_as_lines_make_the_same_tape(made: list[InlinePath], start: int) -> None:
    text = "\n".join([f"start {_time(start)}", *(line for each in made for line in each.lines())])
    read = read_script("round trip", text).recipe
    assert read.paths == tuple(made)  # type: ignore[union-attr]
    assert read.tape().digest == inline_tape(made, start).digest  # type: ignore[union-attr]


def _time(start: int) -> str:
    from engine.script import time_text

    return time_text(start)
