"""Binance’s rules beyond its worked examples (`binance.json`, run by test_conformance.py), and some played as sessions:
one bracket given by its rate and maintenance amount (`cum`) is set by the floor that makes `cum` of it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.commands.grammar import parse
from engine.numbers import plain
from engine.rulebooks import rulebook_of
from engine.rulebooks.base import Exposure, Refusal
from engine.session import Session
from engine.setup import Setup
from tests.engine.tapes import tape_of

QUIET = {"slippage": False, "fees": False, "funding": False}


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
