"""Aevo played: orders every two seconds, the insurance fund, deleveraging, coins and portfolio margin."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.commands.grammar import parse
from engine.events import (
    ClearanceCharged,
    Deleveraged,
    Event,
    Filled,
    FundingPaid,
    HandedOver,
    LiquidationStarted,
    MarginRestored,
    OrderCancelled,
    PenaltyCharged,
    ShortfallPaid,
    TakenOver,
)
from engine.numbers import plain
from engine.rulebooks import rulebook_of
from engine.rulebooks.aevo import Aevo, AevoPortfolio
from engine.rulebooks.base import Exposure, Refusal, SetupError
from engine.rulebooks.data.aevo_markets import underlying
from engine.rules.conversion import Holding, conversions
from engine.session import Session
from engine.setup import Setup
from engine.tape import Tape
from tests.engine.tapes import START, tape_of

QUIET = {"slippage": False, "fees": False, "funding": False}
Overrides = tuple[tuple[str, ...], ...]
PORTFOLIO = ("margin", "portfolio")
EQUAL = 1570
"""Quote money with which 10 ETH from 2000 have 570 at 1900, which is their maintenance: 3 % of 19,000."""


def opened(tape: Tape, *commands: str, overrides: Overrides = (), balance: int = EQUAL, **changed: Any) -> Session:
    how = {"mode": "cross", **QUIET, **changed}
    setup = Setup(venue="aevo", balance=Decimal(balance), overrides=overrides, **how)
    session = Session(setup, tape)
    for text in commands:
        answer = session.do(parse(text))
        assert not isinstance(answer, Refusal), str(answer)
    return session


def played(tape: Tape, *commands: str, **how: Any) -> tuple[Session, list[Event]]:
    """A session that was given `commands` and ran to the end of its tape: in one leap as in single steps."""
    session, stepping = opened(tape, *commands, **how), opened(tape, *commands, **how)
    events = list(session.advance(len(tape)))
    while stepping.step < len(tape) - 1:
        stepping.advance(stepping.step + 1)
        assert stepping.view().conserved
    assert session.state_hash() == stepping.state_hash()
    return session, events


def only(events: list[Event], kind: type) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def refusal(session: Session, text: str) -> str:
    answer = session.do(parse(text))
    assert isinstance(answer, Refusal)
    return str(answer)


def seconds(events: list[Any]) -> list[int]:
    return [(event.time - START) // 1000 for event in events]


def required(session: Session) -> tuple[Decimal, Decimal]:
    """Initial and maintenance requirement of the account."""
    (pool,) = session.view().pools
    return pool.initial_requirement, pool.requirement


def test_equality_is_liquidated() -> None:
    _, events = played(tape_of({"ETH": [2000, 1890]}), "buy 10 ETH 20x")
    (start,) = only(events, LiquidationStarted)
    assert (start.price, start.raw_price, start.equity, start.requirement) == (1900, 1900, 570, 570)


def test_orders_every_two_seconds_until_it_complies() -> None:
    """At 1880 balance is 370 and 564 is required. An order sells a fifteenth of 10 ETH: 37.60 less is required, and the
    fee takes 12.53. 564 − 37.6 n is less than 0.9 × (370 − 12.53 n) after nine of them, 16 s later."""
    tape = tape_of({"ETH": [2000, 1880, 1880]}, gaps=[1])
    session, events = played(tape, "buy 10 ETH 20x", "sell 1 ETH at 2500")
    fills, (restored,) = only(events, Filled), only(events, MarginRestored)
    assert seconds(fills) == [60 + 2 * place for place in range(9)]
    assert {(each.size, each.price) for each in fills} <= {
        (Decimal("0.66666"), 1880),
        (Decimal("0.66667"), 1880),
    }
    assert [(each.rate, each.fund) for each in only(events, ClearanceCharged)] == [
        (Decimal("0.01"), "insurance fund")
    ] * 9
    assert restored.requirement <= Decimal("0.9") * restored.equity
    assert only(events, OrderCancelled)[0].reason == "its pool is being liquidated"
    assert session.view().insurance == 10_000_000 + sum(each.amount for each in only(events, ClearanceCharged))


def test_it_looks_again_after_each_order() -> None:
    """Two seconds after the first order the price is back, and nothing more is sold."""
    tape = tape_of({"ETH": [2000, 1880, 2000, 2000, 2000]}, gaps=[1, 2], seconds=1)
    session, events = played(tape, "buy 10 ETH 20x")
    assert seconds(only(events, Filled)) == [1]
    assert seconds(only(events, MarginRestored)) == [3]
    assert session.view().positions[0].size == Decimal("9.33334")


def test_every_position_has_its_orders_the_largest_first() -> None:
    tape = tape_of({"ETH": [2000, 1750, 1750], "SOL": [100, 90, 90]}, gaps=[1])
    _, events = played(tape, "buy 10 ETH 20x", "buy 50 SOL 20x", balance=3300)
    assert [(each.symbol, seconds([each])[0]) for each in only(events, Filled)][:4] == [
        ("ETH", 60),
        ("SOL", 60),
        ("ETH", 62),
        ("SOL", 62),
    ]


def test_what_the_book_does_not_take_trades_with_the_fund_at_a_markup() -> None:
    """The market stands still from 1890 on. After 30 s the fund takes 10 ETH at 1871.10, and 1 % of 18,900: of 470 are
    left 470 − 189 − 189."""
    tape = tape_of({"ETH": [2000, 1890, 1890]}, gaps=[1], halts={"ETH": [1, 2]})
    session, events = played(tape, "buy 10 ETH 20x")
    (taken,), (fee,) = only(events, HandedOver), only(events, PenaltyCharged)
    assert (seconds([taken]), taken.taker, taken.price, taken.size) == (
        [90],
        "insurance fund",
        Decimal("1871.10"),
        10,
    )
    assert (fee.fund, fee.amount) == ("insurance fund", 189)
    assert not only(events, Filled)
    assert (session.view().equity, session.view().insurance) == (92, 10_000_378)


def test_no_order_is_worse_than_what_the_account_can_pay() -> None:
    """Bankrupt over a gap: nothing is sold on the book; after 30 s the fund takes the account and pays 230."""
    tape = tape_of({"ETH": [2000, 1820, 1820]}, gaps=[1])
    session, events = played(tape, "buy 10 ETH 20x")
    (taken,) = only(events, TakenOver)
    assert (seconds([taken]), taken.lost, taken.price) == ([90], -230, 1820)
    assert not only(events, Filled)
    assert (session.view().equity, session.view().insurance) == (0, 9_999_770)


def test_majors_are_never_deleveraged() -> None:
    tape = tape_of({"ETH": [2000, 1820, 1820]}, gaps=[1])
    _, events = played(tape, "buy 10 ETH 20x", overrides=(("insurance-fund", "0"),))
    (shortfall,) = only(events, ShortfallPaid)
    assert shortfall.unpaid == 230
    assert not only(events, Deleveraged)


def test_others_are_deleveraged_by_score() -> None:
    """The shorts by profit ÷ balance × maintenance ÷ (balance + profit) at 8, with 6 %: who has the most of both, at
    10x, closes first."""
    tape = tape_of({"MEME": [10, 8, 8]}, gaps=[1])
    session, events = played(tape, "buy 1000 MEME 10x", overrides=(("insurance-fund", "0"),), balance=1100)
    (adl,) = only(events, Deleveraged)
    assert (adl.trader, adl.size, adl.price) == ("other short 10x MEME", 1000, 8)
    # 10,000 MEME short from 10, 10,000 of balance: profit 20,000 ÷ 10,000 × 4800 ÷ 30,000
    assert adl.rank == Decimal("0.32")
    assert only(events, ShortfallPaid)[0].unpaid == 900
    assert not only(events, TakenOver)
    assert session.view().conserved


def test_what_others_do_not_hold_goes_to_the_fund() -> None:
    """The shorts hold 260,000 MEME in all; the 40,000 more are the fund’s."""
    tape = tape_of({"MEME": [10, 8, 8]}, gaps=[1])
    session, events = played(tape, "buy 300000 MEME 10x", overrides=(("insurance-fund", "0"),), balance=330_000)
    assert sum(each.size for each in only(events, Deleveraged)) == 260_000
    (taken,) = only(events, TakenOver)
    assert (taken.size, taken.price) == (40_000, 8)
    assert only(events, ShortfallPaid)[0].unpaid == 270_000
    assert session.view().conserved


def test_the_score_is_nothing_without_a_profit() -> None:
    book = rulebook_of("aevo")
    loser = Exposure("loser", Decimal(10), Decimal(3), Decimal(20), Decimal(100))
    winner = Exposure("winner", Decimal(10), Decimal(1), Decimal(20), Decimal(100))
    assert [each.trader for each, _ in book.adl_order("MEME", (loser, winner), Decimal(2))] == ["winner"]
    assert book.adl_order("BTC-PERP", (winner,), Decimal(2)) == ()


def test_standard_margin_by_market() -> None:
    prices = {"ETH": [2000, 2000], "LINK": [10, 10], "MEME": [1, 1]}
    session = opened(tape_of(prices), balance=10_000, overrides=(("pre-launch", "MEME"),))
    assert "20x" in refusal(session, "buy 1 ETH 25x")
    assert "2x" in refusal(session, "buy 100 MEME 3x")
    for text, initial, maintenance in (
        ("buy 1 ETH 20x", 100, 60),
        ("buy 100 LINK 10x", 200, 120),
        ("buy 1000 MEME 2x", 700, 600),
    ):
        assert not isinstance(session.do(parse(text)), Refusal)
        assert required(session) == (initial, maintenance)


def test_portfolio_margin_of_one_position_is_the_largest_move_and_the_floor() -> None:
    """20 % and 1 % of 20,000, and 60 % of that: more than in standard margin."""
    session = opened(tape_of({"ETH": [2000, 2000]}), "buy 10 ETH 20x", balance=5000, overrides=(PORTFOLIO,))
    assert required(session) == (4200, 2520)
    assert isinstance(session.rulebook, AevoPortfolio)


def test_portfolio_margin_lets_a_hedge_off() -> None:
    """5 ETH in coins against 5 short: the scenarios cancel, and the floor is left."""
    tape = tape_of({"ETH": [2000, 2000], "ETH-SPOT": [2000, 2000]})
    hedge = ("buy 5 ETH-SPOT", "sell 5 ETH 10x")
    standard, portfolio = (
        opened(tape, *hedge, balance=11_000),
        opened(tape, *hedge, balance=11_000, overrides=(PORTFOLIO,)),
    )
    assert required(standard) == (1000, 300)
    assert required(portfolio) == (100, 60)


def test_underlyings_offset_each_other_only_when_that_is_set() -> None:
    tape = tape_of({"BTC": [60_000, 60_000], "ETH": [2000, 2000]})
    pair = ("buy 0.5 BTC 10x", "sell 15 ETH 10x")
    apart = opened(tape, *pair, balance=20_000, overrides=(PORTFOLIO,))
    together = opened(tape, *pair, balance=20_000, overrides=(PORTFOLIO, ("underlyings", "together")))
    assert required(apart) == (12_600, 7560)
    assert required(together) == (600, 360)


def test_a_portfolio_is_liquidated_as_well() -> None:
    """5000 and 10 ETH: 5000 + 10 (P − 2000) meets 0.126 × 10 P at P = 15,000 ÷ 8.74."""
    _, events = played(tape_of({"ETH": [2000, 1600]}), "buy 10 ETH 20x", balance=5000, overrides=(PORTFOLIO,))
    start = only(events, LiquidationStarted)[0]
    assert round(start.raw_price, 6) == round(Decimal(15_000) / Decimal("8.74"), 6)


def test_coins_count_at_their_ratio_and_can_not_be_taken_out_as_usdc() -> None:
    tape = tape_of({"ETH": [2000, 2000], "ETH-SPOT": [2000, 2000]})
    session = opened(tape, "buy 4 ETH-SPOT", "buy 20 ETH 20x", balance=10_000)
    pool = session.account.wallet
    balance = session.rulebook.health(pool, Decimal(10_000), "maintenance").credit
    assert balance.exact({"ETH": Decimal(2000), "ETH-SPOT": Decimal(2000)}) == 2000 + Decimal("0.9") * 8000
    assert session.view().pools[0].free == 2000
    refusal(session, "cash out 2001")
    assert not isinstance(session.do(parse("cash out 2000")), Refusal)


def test_losses_are_topped_up_from_coins_in_a_liquidation() -> None:
    """500 of USDC, 4 ETH of coins, 20 ETH on 20x. At 1700 it has 500 + 0.9 × 6800 − 6000, less than 3 % of 34,000. The
    orders realise the losses; once USDC is below −1, coins are sold 0.1 % below the mark for what is missing."""
    tape = tape_of({"ETH": [2000, 1700, 1700], "ETH-SPOT": [2000, 1700, 1700]}, gaps=[1])
    session, events = played(tape, "buy 4 ETH-SPOT", "buy 20 ETH 20x", balance=8500)
    sold = only(events, HandedOver)
    assert sold
    assert {(each.taker, each.symbol, each.price) for each in sold} == {
        ("collateral conversion", "ETH-SPOT", Decimal("1698.30"))
    }
    first = next(each for each in events if isinstance(each, HandedOver))
    before = events[: events.index(first)]
    lost = sum(each.realised - each.fee for each in only(before, Filled))
    fees = sum(each.amount for each in only(before, ClearanceCharged))
    missing = -(500 + lost - fees)
    assert 0 <= missing - first.size * first.price < Decimal("0.1")
    assert session.view().conserved


def test_coins_are_deposited_and_taken_out() -> None:
    """1000 USDC and 4 ETH, of which 7200 count: 1500 of margin must stay. At 1580 orders lose more than the USDC."""
    tape = tape_of({"ETH": [2000, 1580, 1580], "ETH-SPOT": [2000, 1580, 1580]}, gaps=[1])
    commands = ("supply 4 ETH", "buy 15 ETH 20x")
    session = opened(tape, *commands, balance=1000)
    assert "withdraw 3.72222 ETH" in refusal(session, "withdraw 4 ETH")
    assert "lends none" in refusal(opened(tape, balance=1000), "borrow 0.1 ETH")
    assert not isinstance(session.do(parse("withdraw 0.5 ETH")), Refusal)
    assert session.view().equity == 8000
    session, events = played(tape, *commands, balance=1000)
    assert only(events, HandedOver)[0].symbol == "ETH-SPOT"
    assert session.view().conserved


def test_coins_in_the_venues_order() -> None:
    """1500 missing: 1000 USDT bring 999.90, then ETH at 1998 the rest; BTC stays. A dollar is left alone."""
    stock = (
        Holding("BTC", 3, Decimal(1), Decimal(60_000), Decimal("0.001")),
        Holding("ETH", 2, Decimal(1), Decimal(2000), Decimal("0.001")),
        Holding("USDT", 0, Decimal(1000), Decimal(1), Decimal("0.0001")),
    )
    sold = list(conversions(Decimal(1500), stock, Decimal(1)))
    assert [(each.key, plain(round(each.proceeds, 6))) for each in sold] == [("USDT", "999.9"), ("ETH", "500.1")]
    assert list(conversions(Decimal(1), stock, Decimal(1))) == []
    assert [underlying(symbol) for symbol in ("WBTC-SPOT", "BTC-SPOT", "AEUSD-SPOT", "ETH-PERP")] == [
        "BTC",
        "BTC",
        "AEUSD",
        "ETH",
    ]


def test_what_coins_can_not_do() -> None:
    prices = {"ETH": [2000, 2000], "ETH-SPOT": [2000, 2000], "DOGE-SPOT": [1, 1]}
    session = opened(tape_of(prices), balance=3000)
    assert "lends none" in refusal(session, "sell 1 ETH-SPOT")
    assert "no collateral" in refusal(session, "buy 100 DOGE-SPOT")
    assert "200 USDC would be missing" in refusal(session, "buy 1.6 ETH-SPOT")
    assert not isinstance(session.do(parse("buy 1.5 ETH-SPOT")), Refusal)


def test_funding_each_hour_but_not_of_coins_nor_before_launch() -> None:
    flat = [2000, 2000]
    tape = tape_of({"ETH": flat, "ETH-SPOT": flat, "MEME": flat}, seconds=3600)
    commands = ("buy 1 ETH-SPOT", "buy 1 ETH 10x", "buy 1 MEME 2x")
    _, events = played(tape, *commands, balance=10_000, overrides=(("pre-launch", "MEME"),), funding=True)
    paid = {each.symbol: each.amount for each in only(events, FundingPaid)}
    assert {symbol: amount for symbol, amount in paid.items() if amount} == {"ETH": Decimal("-0.025")}


def test_funding_is_capped_where_that_is_set() -> None:
    premium = Decimal("0.08")
    assert rulebook_of("aevo").funding_rate("ETH", premium) == Decimal("0.0795") / 8
    capped = rulebook_of("aevo", (("funding-cap", "1%"),))
    assert [capped.funding_rate("ETH", sign * premium) for sign in (1, -1)] == [Decimal("0.00125"), Decimal("-0.00125")]


def test_cross_only() -> None:
    with pytest.raises(SetupError, match="no isolated margin"):
        opened(tape_of({"ETH": [2000, 2000]}), mode="isolated")
    assert "no isolated margin" in refusal(opened(tape_of({"ETH": [2000, 2000]})), "buy 1 ETH 5x iso")


def test_the_variant_is_portfolio_margin() -> None:
    variant = rulebook_of("aevo").variants["portfolio"]
    assert isinstance(rulebook_of("aevo", variant), AevoPortfolio)
    assert type(rulebook_of("aevo")) is Aevo


def test_what_can_be_set() -> None:
    book = rulebook_of("aevo", (("maintenance", "2%"), ("initial", "LINK", "20%"), ("spot-move", "10%")))
    assert isinstance(book, Aevo)
    assert book.parameters.terms("ETH").maintenance == Decimal("0.02")
    assert book.largest_leverage("LINKUSDT", Decimal(0)) == 5
    assert book.clearance_rate("LINK") == Decimal("0.03")


@pytest.mark.parametrize(
    "words",
    [
        ("margin", "isolated"),
        ("underlyings", "maybe"),
        ("initial", "ETH"),
        ("initial", "ETH", "0%"),
        ("maintenance", "0%"),
        ("insurance-fund", "-1"),
        ("vault", "1"),
    ],
)
def test_what_can_not_be_set(words: tuple[str, ...]) -> None:
    with pytest.raises(SetupError, match="try: "):
        rulebook_of("aevo", (words,))


def test_the_card_says_what_is_chosen() -> None:
    card = rulebook_of("aevo").card
    assert card.name == "aevo"
    assert any("from memory" in line for line in card.unsure)
    assert any("markup" in line for line in card.unsure)
    assert any("options" in line for line in card.unsure)
