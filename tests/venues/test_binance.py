"""Binance's worked examples: each row's inputs go through the rulebook, and every expected figure comes out.

`binance.json` holds the rows with their sources. Where a row gives one bracket by its maintenance rate and amount
(`cum`), it is set up by the floor that makes `cum` of it: floor × rate above a bracket that charges nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.account import Pool, Position
from engine.commands.grammar import parse
from engine.formula import Prices
from engine.margin import raw_failing_price
from engine.numbers import ZERO, divide, exactly, plain
from engine.rulebooks import rulebook_of
from engine.rulebooks.base import Exposure, Refusal
from engine.rulebooks.binance import Binance, Parameters
from engine.rulebooks.data.binance_brackets import BRACKETS, Tier
from engine.session import Session
from engine.setup import Setup
from tests.engine.tapes import tape_of

ROWS = json.loads((Path(__file__).parent / "binance.json").read_text(encoding="utf-8"), parse_float=Decimal)
Inputs = Mapping[str, Any]
Figures = dict[str, Decimal | list[Decimal]]
QUIET = {"slippage": False, "fees": False, "funding": False}


def bracket(symbol: str, rate: Decimal, cum: Decimal) -> tuple[str, ...]:
    """The `set` line of a market whose bracket charges notional × rate − cum."""
    return ("brackets", symbol, f"{plain(divide(cum, rate))}:0%:50x", f"9e9:{plain(rate * 100)}%:20x")


def position(symbol: str, row: Inputs) -> Position:
    size = Decimal(row["amount"]) * (1 if row["side"] == "long" else -1)
    return Position(symbol, size, size * Decimal(row["entry_price"]), int(row.get("leverage", 20)))


def liquidation_price(book: Any, pool: Pool, collateral: Decimal, about: Position, marks: Prices) -> Decimal:
    margin = book.health(pool, collateral, "maintenance").margin
    raw = raw_failing_price(margin, about.symbol, -about.side, marks)
    assert raw is not None
    return raw


def isolated(row: Inputs) -> Figures:
    book = rulebook_of("binance", (bracket("X", Decimal(row["mmr"]), Decimal(row["cum"])),))
    held = position("X", row)
    pool = Pool("iso:X", "you/iso:X", {"X": held})
    marks = {"X": Decimal(row["entry_price"])}
    return {"liquidation_price": liquidation_price(book, pool, Decimal(row["wallet_balance"]), held, marks)}


def cross(row: Inputs) -> Figures:
    legs = [row["position"], *row["other_positions"]]
    book = rulebook_of("binance", tuple(bracket(leg["symbol"], leg["mmr"], leg["cum"]) for leg in legs))
    held = {leg["symbol"]: position(leg["symbol"], leg) for leg in legs}
    marks = {leg["symbol"]: Decimal(leg["mark_price"]) for leg in legs}
    pool = Pool("cross", "you/cross", held)
    balance = Decimal(row["wallet_balance"])
    return {"liquidation_price": liquidation_price(book, pool, balance, held[legs[0]["symbol"]], marks)}


def cum_column(row: Inputs) -> Figures:
    tiers = tuple(Tier(Decimal(each["cap"]), Decimal(each["mmr"]), each["max_leverage"]) for each in row["brackets"])
    assert tiers in BRACKETS.values()
    brackets = Binance(Parameters(brackets={"X": tiers})).maintenance_brackets("X")
    assert [each.lower_bound for each in brackets] == [each["floor"] for each in row["brackets"]]
    return {"cum": [each.deduction for each in brackets]}


def one_cum(row: Inputs) -> Figures:
    """`prev_cum` is made by a bracket of no charge before the one before."""
    before, rate = Decimal(row["prev_mmr"]), Decimal(row["mmr"])
    floors = (divide(Decimal(row["prev_cum"]), before), Decimal(row["floor"]), Decimal(10**9))
    tiers = tuple(Tier(cap, each, 1) for cap, each in zip(floors, (ZERO, before, rate), strict=True))
    return {"cum": Binance(Parameters(brackets={"X": tiers})).maintenance_brackets("X")[-1].deduction}


def maintenance(row: Inputs) -> Figures:
    symbol = next(each for each in ("BTC", "SOL") if rate_of(each, Decimal(row["notional"])) == Decimal(row["mmr"]))
    held = Position(symbol, Decimal(row["notional"]), Decimal(row["notional"]), 1)
    health = rulebook_of("binance").health(Pool("iso:X", "", {symbol: held}), ZERO, "maintenance")
    return {"maintenance_margin": health.requirement.exact({symbol: Decimal(1)})}


def rate_of(symbol: str, notional: Decimal) -> Decimal:
    return next(tier.rate for tier in BRACKETS[symbol] if notional <= tier.cap)


SHAPES: dict[str, Callable[[Inputs], Figures]] = {
    "other_positions": cross,
    "wallet_balance": isolated,
    "brackets": cum_column,
    "prev_cum": one_cum,
    "notional": maintenance,
}
"""Which way through the rulebook, by the input that tells a row's shape; the first that fits."""


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
@exactly
def test_worked_example(row: dict[str, Any]) -> None:
    inputs = row["inputs"]
    figures = next(way for name, way in SHAPES.items() if name in inputs)(inputs)
    for name, expected in row["expected"].items():
        assert agree(figures[name], expected, row["tolerance"]), (name, figures[name])


def agree(found: Any, expected: Any, tolerance: Mapping[str, Any]) -> bool:
    if isinstance(expected, list):
        return len(found) == len(expected) and all(
            agree(one, other, tolerance) for one, other in zip(found, expected, strict=True)
        )
    allowed = Decimal(tolerance["abs"]) if "abs" in tolerance else abs(Decimal(expected)) * Decimal(tolerance["rel"])
    return abs(found - Decimal(expected)) <= allowed


BALANCE = Decimal("1535443.01")
BTC_BRACKET, ETH_BRACKET = ("652000:0%:50x", "9e9:2.5%:20x"), ("1353650:0%:50x", "9e9:10%:20x")
PLAYED = (("brackets", "BTC", *BTC_BRACKET), ("brackets", "ETH", *ETH_BRACKET))


def played(tape: Any, *commands: str) -> Session:
    session = Session(Setup(venue="binance", balance=BALANCE, overrides=PLAYED, **QUIET), tape)
    for text in commands:
        assert not isinstance(answer := session.do(parse(text)), Refusal), str(answer)
    session.advance(len(tape))
    return session


@pytest.mark.parametrize(
    ("tape", "command", "shown"),
    [
        (tape_of({"ETH": ["1456.84", "1456.84"]}), "buy 3683.979 ETH 10x {}", "1114.78"),
        (tape_of({"BTC": ["32481.98", "32481.98"]}), "buy 109.488 BTC 20x {}", "18778.73"),
    ],
    ids=["ETH", "BTC"],
)
def test_the_isolated_examples_played_with_all_of_the_balance_in_the_pool(tape: Any, command: str, shown: str) -> None:
    """In a pool of its own with the whole balance, or alone in the cross pool: the same price."""
    session = played(tape, command.format("iso"))
    symbol = session.view().positions[0].symbol
    assert not isinstance(session.do(parse(f"margin {symbol} +{session.view().wallet}")), Refusal)
    alone = played(tape, command.format("cross"))
    for each in (session, alone):
        raw = each.view().positions[0].raw_liquidation_price
        assert raw is not None
        assert str(raw.quantize(Decimal("0.01"))) == shown


def test_the_cross_examples_played_from_entry_to_mark() -> None:
    tape = tape_of({"ETH": ["1456.84", "1335.18"], "BTC": ["32481.98", "31967.27"]})
    session = played(tape, "buy 3683.979 ETH 20x cross", "buy 109.488 BTC 20x cross")
    raw = {p.symbol: p.raw_liquidation_price for p in session.view().positions}
    assert {symbol: str(price.quantize(Decimal("0.01"))) for symbol, price in raw.items() if price} == {
        "ETH": "1153.26",
        "BTC": "26316.89",
    }


def test_funding_is_clamped_around_the_interest_and_capped_by_the_market() -> None:
    book = rulebook_of("binance")
    rates = [book.funding_rate("BTC", Decimal(premium)) for premium in ("0", "0.0004", "0.002", "0.01", "-0.01")]
    assert [plain(rate) for rate in rates] == ["0.0001", "0.0001", "0.0015", "0.004", "-0.004"]
    assert book.funding_rate("SOL", Decimal("0.01")) == Decimal("0.005")
    midnight = 1_704_067_200_000
    assert [(book.next_funding(midnight + offset) - midnight) // 3_600_000 for offset in (-1, 0, 1)] == [0, 8, 8]


def test_who_is_deleveraged_first_is_profit_over_collateral_times_margin_ratio() -> None:
    book = rulebook_of("binance", (("maintenance", "1%"),))
    # 10 ETH bought at 1800, now at 2000: profit 2000; collateral 3000; ratio 200 ÷ 5000.
    long = Exposure("long", Decimal(10), Decimal(1800), Decimal(20_000), Decimal(5000))
    # 10 at 1900 with collateral 500: profit 1000 ÷ 500 × (200 ÷ 1500).
    tight = Exposure("tight", Decimal(10), Decimal(1900), Decimal(20_000), Decimal(1500))
    loser = Exposure("loser", Decimal(10), Decimal(2100), Decimal(20_000), Decimal(5000))
    ranked = book.adl_order("ETH", (long, tight, loser), Decimal(2000))
    assert [each.trader for each, _ in ranked] == ["tight", "long"]
    assert [round(index, 6) for _, index in ranked] == [
        round(Decimal(1000) / 500 * 200 / 1500, 6),
        round(Decimal(2000) / 3000 * 200 / 5000, 6),
    ]


@pytest.mark.parametrize(
    ("notional", "leverage"), [("50000", 125), ("50000.01", 100), ("12000000", 50), ("1800000000", 1), ("1.9e9", 0)]
)
def test_the_largest_leverage_is_the_brackets(notional: str, leverage: int) -> None:
    assert rulebook_of("binance").largest_leverage("BTC", Decimal(notional)) == leverage


def test_more_than_the_last_bracket_is_refused() -> None:
    session = Session(Setup(venue="binance", balance=Decimal(10**11), **QUIET), tape_of({"BTC": [60_000, 60_000]}))
    answer = session.do(parse("buy $1900000000 BTC 1x cross"))
    assert isinstance(answer, Refusal)
    assert "more than the venue takes" in str(answer)
    assert not isinstance(session.do(parse("buy 100% BTC 1x cross")), Refusal)
    assert session.view().positions[0].notional <= 1_800_000_000


@pytest.mark.parametrize(
    "words",
    [
        ("brackets", "ETH"),
        ("brackets", "ETH", "1000:1%"),
        ("brackets", "ETH", "1000:1%:10x", "500:2%:5x"),
        ("brackets", "ETH", "1000:1%:10x", "5000:2%:20x"),
        ("brackets", "ETH", "0:1%:10x"),
        ("compliant", "0%"),
        ("clearance", "100%"),
        ("insurance-fund", "-1"),
        ("vault", "1000"),
    ],
)
def test_what_can_not_be_set(words: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="try: "):
        rulebook_of("binance", (words,))
