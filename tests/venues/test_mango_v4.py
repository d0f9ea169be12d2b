"""Mango v4 and v3 played: health, liquidation in its steps, who pays, interest, and the attack of October 2022."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.account import Pool, Position
from engine.commands.grammar import parse
from engine.events import (
    Event,
    HandedOver,
    InterestPaid,
    LiquidationStarted,
    LossSocialised,
    MarginRestored,
    OrderCancelled,
    PenaltyCharged,
    ProfitSettled,
    ShortfallPaid,
)
from engine.numbers import exactly
from engine.rulebooks import rulebook_of
from engine.rulebooks.base import Failing, HandOver, Level, Refusal, SetupError
from engine.rules.mango.health import HealthType
from engine.rules.mango.venue import Mango
from engine.session import Session
from engine.setup import Setup
from engine.tape import Path, Tape
from tests.engine.tapes import tape_of

QUIET = {"slippage": False, "fees": False, "funding": False}
MICRO = Decimal("0.000001")


def session_of(tape: Tape, *commands: str, venue: str = "mango_v4", balance: int = 10_000, **changed: Any) -> Session:
    setup = Setup(venue=venue, mode="cross", balance=Decimal(balance), **{**QUIET, **changed})
    session = Session(setup, tape)
    for text in commands:
        answer = session.do(parse(text))
        assert not isinstance(answer, Refusal), str(answer)
    return session


def played(tape: Tape, *commands: str, **changed: Any) -> tuple[Session, list[Event]]:
    """A session that ran to the end of its tape: in one leap as in single steps."""
    session, stepping = session_of(tape, *commands, **changed), session_of(tape, *commands, **changed)
    events = list(session.advance(len(tape)))
    while stepping.step < len(tape) - 1:
        stepping.advance(stepping.step + 1)
    assert session.state_hash() == stepping.state_hash()
    assert session.view().conserved
    return session, events


def only(events: list[Event], kind: type) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def held_by(session: Session, owner: str) -> Decimal:
    return session.world.balance(session.world.account(owner).wallet)


# -- health


amounts = st.integers(-50_000, 50_000).map(lambda number: Decimal(number).scaleb(-2))
prices = st.integers(1, 500_000).map(lambda number: Decimal(number).scaleb(-2))
SYMBOLS = ("BTC", "SOL", "ETH-SPOT", "AVAX-SPOT", "MNGO-SPOT")
LEVELS: tuple[tuple[Level, HealthType], ...] = (
    ("withdraw", "init"),
    ("maintenance", "maint"),
    ("liquidation_end", "liquidation_end"),
)


@given(
    st.dictionaries(st.sampled_from(SYMBOLS), st.tuples(amounts.filter(bool), prices, prices, prices), min_size=1),
    amounts,
    st.sampled_from([(), (("deposits", "ETH", "9000"), ("borrows", "ETH", "8000")), (("preset", "v3"),)]),
)
@exactly
def test_the_formulas_are_the_health_that_the_examples_prove(
    held: dict[str, tuple[Decimal, ...]], collateral: Decimal, overrides: tuple[tuple[str, ...], ...]
) -> None:
    """Credit − requirement of the rulebook's trees is `Holdings.health`, which the worked examples go through; to open
    a perpetual at 1x the chosen leverage may ask for more."""
    book = rulebook_of("mango_v4", overrides)
    assert isinstance(book, Mango)
    positions = {s: Position(s, size, size * entry, leverage=1000) for s, (size, entry, _, _) in held.items()}
    pool = Pool("cross", "you/cross", positions)
    marks = {symbol: mark for symbol, (_, _, mark, _) in held.items()}
    if book.parameters.stable is not None:
        marks |= {f"stable {symbol}": stable for symbol, (_, _, _, stable) in held.items()}
    holdings = book.holdings(pool, collateral, marks)
    for level, kind in LEVELS:
        by_tree, by_holdings = book.health(pool, collateral, level).margin.exact(marks), holdings.health(kind)
        if level == "withdraw":
            assert by_tree <= by_holdings + MICRO
            spots = {key: each for key, each in positions.items() if key.endswith("-SPOT")}
            alone = Pool("cross", "you/cross", spots)
            by_tree = book.health(alone, collateral, level).margin.exact(marks)
            by_holdings = book.holdings(alone, collateral, marks).health(kind)
        assert abs(by_tree - by_holdings) < MICRO
    if book.parameters.stable is not None:
        assert holdings.health("init") <= holdings.health("liquidation_end") + MICRO
    assert holdings.health("liquidation_end") <= holdings.health("maint") + MICRO


def test_what_may_be_opened_goes_by_the_stable_price() -> None:
    """SOL-SPOT doubles within ten minutes. Its stable price is hardly moved: what the coin counts for isn't either."""
    tape = tape_of({"SOL-SPOT": [100, *["200"] * 10]}, gaps=[1])
    session = session_of(tape, "buy 100 SOL-SPOT 2x cross")
    before = session.view().free
    session.advance(len(tape))
    stable = session.path.references(session.step)["stable SOL-SPOT"]
    assert 100 < stable < 125
    assert session.view().free == pytest.approx(
        Decimal("0.8") * 100 * stable, abs=MICRO
    )  # all of the 10,000 went for the coins
    assert session.view().free - before < 2000
    assert session.view().equity == 20_000


def test_nothing_later_tells_on_a_stable_price() -> None:
    prices = ["100", "101", "140", "90", "160", "30", "200"]
    whole, part = (Path(tape_of({"SOL": row}, seconds=3700)) for row in (prices, [*prices[:4], "5", "5", "5"]))
    book = rulebook_of("mango_v4")
    assert [book.references(whole, step) for step in range(4)] == [book.references(part, step) for step in range(4)]
    backwards = Path(tape_of({"SOL": prices}, seconds=3700))
    late = book.references(backwards, 6)
    assert book.references(backwards, 2) == book.references(whole, 2)
    assert late == book.references(whole, 6)
    assert set(late) == {"stable SOL"}


def test_too_many_deposits_of_a_coin_scale_its_weight() -> None:
    """20,000 ETH of others at 2000 are 40 million, eight times what tier S scales from, and a little more with ours."""
    tape = tape_of({"ETH-SPOT": [2000, 2000]})
    plain = session_of(tape, "buy 5 ETH-SPOT 1x cross").view().free
    scaled = session_of(tape, "buy 5 ETH-SPOT 1x cross", overrides=(("deposits", "ETH", "20000"),)).view().free
    assert plain == 8000
    share = Decimal(5_000_000) / (20_005 * 2000)
    assert scaled == (8000 * share).quantize(MICRO, rounding="ROUND_FLOOR")


# -- liquidation


def test_a_perpetual_is_reduced_until_the_health_to_open_is_back() -> None:
    """10 BTC at 20,000 with 10,000: 10,000 − 10 × (20,000 − P) = 2.5 % × 10 × P at P = 190,000 ÷ 9.75 = 19,487.17948.
    At 19,487.17 the liquidator pays 98.75 %: a coin less gains 3.75 % × 19,487.17 = 730.768875 of the 4871.885 missing,
    5 % × 194,871.70 − 4871.70 + …: 6.66679 coins."""
    session, events = played(tape_of({"BTC": [20_000, 19_300]}), "buy 10 BTC 20x cross")
    (start,), (over,), (back,) = (only(events, kind) for kind in (LiquidationStarted, HandedOver, MarginRestored))
    assert (start.price, start.equity) == (Decimal("19487.17"), Decimal("4871.70"))
    assert over.price == Decimal("19243.58")  # 98.75 % of 19,487.17 is 19,243.580375
    assert over.size == Decimal("6.666793")  # 4871.885 ÷ 730.768875 = 6.6667933…
    assert (over.side, over.taker) == ("sell", "liquidator")
    assert back.equity == pytest.approx(2 * back.requirement, rel=Decimal("0.001"))  # 5 % is twice 2.5 %
    assert not only(events, ShortfallPaid)
    assert held_by(session, "liquidator") == pytest.approx(over.size * (over.mark - over.price), abs=2 * MICRO)


def test_a_coin_pays_for_a_quote_debt_and_each_ends_with_its_part() -> None:
    """20 ETH-SPOT on 30,000 of debt. x = −health ÷ (1 − 1.05 × 0.8); the liquidator pays x and gets coins worth 1.01 x,
    the venue 0.04 x, out of coins worth 1.05 x."""
    session, events = played(tape_of({"ETH-SPOT": [2000, 1650]}), "buy 20 ETH-SPOT 4x cross")
    (start,), (over,), (fee,) = (only(events, kind) for kind in (LiquidationStarted, HandedOver, PenaltyCharged))
    assert start.raw_price == pytest.approx(Decimal(30_000) / 18)  # 0.9 × 20 × P = 30,000
    missing = 30_000 - Decimal("0.8") * 20 * over.mark
    paid = missing / (1 - Decimal("1.05") * Decimal("0.8"))
    cent = Decimal("0.2")  # prices are on a grid of a cent, and there are 13 coins
    assert over.size * over.mark == pytest.approx(paid * Decimal("1.05"), abs=cent)
    assert fee.fund == "platform fees"
    assert fee.amount == pytest.approx(paid * Decimal("0.04"), abs=cent)
    assert held_by(session, "platform fees") == fee.amount
    assert held_by(session, "liquidator") == pytest.approx(paid * Decimal("0.01"), abs=cent)


def test_quote_money_pays_for_a_coin_that_is_owed() -> None:
    """15 ETH sold short: bought back at 101 % of the mark, and 4 % to the venue."""
    _, events = played(tape_of({"ETH-SPOT": [2000, 2430]}), "sell 15 ETH-SPOT 3x cross")
    (start,), (over,), (fee,) = (only(events, kind) for kind in (LiquidationStarted, HandedOver, PenaltyCharged))
    assert start.raw_price == pytest.approx(Decimal(40_000) / Decimal("16.5"))  # 40,000 = 1.1 × 15 × P
    assert over.side == "buy"
    assert over.price == pytest.approx(over.mark * Decimal("1.01"), abs=Decimal("0.01"))
    assert fee.amount == pytest.approx(over.size * over.mark * Decimal("0.04"), abs=Decimal("0.1"))


def test_a_coin_pays_for_another_with_both_fees() -> None:
    """Quote money first, being worth more; then SOL for ETH: 1.05 × 1.05 of it, 1.01 × 1.01 to the liquidator."""
    tape = tape_of({"ETH-SPOT": [2000, 2600], "SOL-SPOT": [100, 90]})
    _, events = played(tape, "sell 15 ETH-SPOT 3x cross", "buy 200 SOL-SPOT 3x cross")
    (_, sold, bought), (_, fee) = only(events, HandedOver), only(events, PenaltyCharged)
    assert (sold.symbol, bought.symbol) == ("SOL-SPOT", "ETH-SPOT")
    assert bought.price == bought.mark
    paid = bought.size * bought.mark
    assert sold.size * sold.mark == pytest.approx(paid * Decimal("1.1025"), rel=Decimal("0.0001"))
    assert fee.amount == pytest.approx(paid * (Decimal("1.1025") - Decimal("1.0201")), rel=Decimal("0.001"))
    gained = sold.size * (sold.mark - sold.price)
    assert gained == pytest.approx(paid * Decimal("0.0201"), rel=Decimal("0.01"))


def test_profit_that_did_not_count_is_settled_before_anything_is_sold() -> None:
    """SOL's perpetual is untrusted: its profit counts for nothing, and the account fails with it. A liquidator takes
    profit over for 97.5 % of it, and the perpetual stays as it was."""
    tape = tape_of({"SOL": [100, 160, 160], "ETH-SPOT": [2000, 2000, 1520]})
    session, events = played(tape, "buy 100 SOL 5x cross", "buy 16 ETH-SPOT 4x cross")
    (settled,), (fee,) = only(events, ProfitSettled), only(events, PenaltyCharged)
    assert settled.symbol == "SOL"
    assert (fee.fund, fee.amount) == (
        "liquidator",
        (settled.amount * Decimal("0.025")).quantize(MICRO, "ROUND_CEILING"),
    )
    assert not only(events, HandedOver)
    position = session.account.wallet.positions["SOL"]
    assert position.size == 100
    assert position.cost == 10_000 + settled.amount
    assert only(events, MarginRestored)


def test_profit_too_small_to_settle_does_not_hold_a_liquidation_up() -> None:
    """A uhupnl of less than the smallest unit of money: settling it would bring nothing and cost its fee for ever."""
    book = rulebook_of("mango_v4")
    mark, size = Decimal("20000"), Decimal("-0.01")
    cost = size * mark * Decimal("1.05") + Decimal("0.0000006")
    held = {
        "BTC": Position("BTC", size, cost - Decimal("0.0000012")),
        "ETH-SPOT": Position("ETH-SPOT", Decimal(20), Decimal(40_000)),
    }
    pool, marks = Pool("cross", "you/cross", held), {"BTC": mark, "ETH-SPOT": Decimal(1600)}
    assert isinstance(book, Mango)
    (perp,) = book.holdings(pool, Decimal(10_000), marks).perps
    assert 0 < perp.unweighted("liquidation_end") < MICRO
    step = book.next_step(Failing(pool, Decimal(10_000), marks, frozenset(marks), 0))
    assert isinstance(step, HandOver)
    assert step.position == "BTC"


def test_orders_go_first() -> None:
    _, events = played(tape_of({"BTC": [20_000, 19_300]}), "buy 10 BTC 20x cross", "sell 1 BTC at 30000 cross")
    kinds = [event.kind for event in events if event.kind not in ("call",)]
    assert kinds[:3] == [LiquidationStarted.kind, OrderCancelled.kind, HandedOver.kind]


def test_a_standing_market_is_not_liquidated() -> None:
    tape = tape_of({"ETH-SPOT": [2000, 1500, 1500]}, halts={"ETH-SPOT": [1, 2]}, gaps=[1])
    _, events = played(tape, "buy 20 ETH-SPOT 4x cross")
    assert not only(events, HandedOver)


# -- below zero


def test_a_debt_in_quote_money_is_paid_by_the_fund_and_then_by_depositors() -> None:
    """At 1000 the 20 ETH pay 20,000 ÷ 1.05 = 19,047.62 of the 30,000."""
    tape = tape_of({"ETH-SPOT": [2000, 1000]}, gaps=[1])
    session, events = played(tape, "buy 20 ETH-SPOT 4x cross", overrides=(("insurance-fund", "100"),))
    (short,), (loss,) = only(events, ShortfallPaid), only(events, LossSocialised)
    assert short.amount == pytest.approx(30_000 - Decimal(20_000) / Decimal("1.05"), abs=Decimal("0.2"))
    assert (short.fund, loss.bearer) == ("insurance fund", "depositors")
    assert loss.amount == short.amount - 100
    assert session.view().equity == 0


def test_a_coin_owed_with_nothing_left_is_taken_over_with_its_fee() -> None:
    """At 4000 the 40,000 buy back 40,000 ÷ 4200 = 9.5238 of 15 ETH; the fund pays 101 % for the other 5.4762."""
    session, events = played(tape_of({"ETH-SPOT": [2000, 4000]}, gaps=[1]), "sell 15 ETH-SPOT 3x cross")
    first, last = only(events, HandedOver)
    assert first.size == pytest.approx(Decimal(40_000) / 4200, abs=Decimal("0.00002"))
    assert (last.price, last.position) == (4040, 0)
    (short,) = only(events, ShortfallPaid)
    assert short.amount == pytest.approx(last.size * 4040, abs=Decimal("0.2"))
    assert held_by(session, "insurance fund") == 1_000_000 - short.amount


def test_what_a_perpetual_loses_is_borne_by_its_open_interest() -> None:
    tape = tape_of({"BTC": [20_000, 18_000]}, gaps=[1])
    _, events = played(tape, "buy 10 BTC 20x cross", overrides=(("insurance-fund", "100"),))
    (loss,) = only(events, LossSocialised)
    assert loss.bearer == "open interest"
    assert loss.amount == 10_000 + 10 * 18_000 * Decimal("0.0125") - 100


# -- costs


def test_interest_and_funding_each_hour() -> None:
    """At 50 % utilisation the curve is at 1.8 %, × 4: borrowers pay 7.2 % and the loan fee of 0.5 %, depositors earn
    half of the 7.2 %. The book 8 % above the oracle pays 5 % a day."""
    tape = tape_of({"ETH-SPOT": [2000, 2000], "BTC": [20_000] * 2}, seconds=3600, premiums={"BTC": [80_000_000] * 2})
    session, events = played(tape, "buy 10 ETH-SPOT 3x cross", "buy 0.1 BTC 10x cross", funding=True)
    due = {event.symbol: event for event in only(events, InterestPaid)}
    hour = Decimal(1) / 8760
    assert due["USDC"].amount == pytest.approx(-10_000 * Decimal("0.077") * hour, abs=MICRO)
    assert due["ETH-SPOT"].amount == pytest.approx(20_000 * Decimal("0.036") * hour, abs=MICRO)
    assert (due["BTC"].accrual, due["BTC"].amount) == (
        "funding",
        (-2000 * Decimal("0.05") / 24).quantize(MICRO, "ROUND_FLOOR"),
    )
    assert session.view().equity == 10_000 + sum(event.amount for event in due.values())


def test_a_maker_is_paid() -> None:
    session, _ = played(tape_of({"BTC": [20_000, 19_000]}), "buy 1 BTC at 19500 cross", fees=True)
    assert session.view().fees == Decimal("-1.95")


# -- admission and set-up


def test_no_more_is_lent_than_a_day_s_limit() -> None:
    session = session_of(tape_of({"AVAX-SPOT": [20, 20]}), balance=1_000_000)
    answer = session.do(parse("sell 2501 AVAX-SPOT cross"))
    assert isinstance(answer, Refusal)
    assert "50,000" in str(answer)
    assert not isinstance(session.do(parse("sell 2500 AVAX-SPOT cross")), Refusal)


def test_cross_only() -> None:
    session = session_of(tape_of({"BTC": [20_000, 20_000]}))
    assert isinstance(session.do(parse("buy 1 BTC 5x iso")), Refusal)
    with pytest.raises(SetupError, match="no isolated margin"):
        Session(Setup(venue="mango_v4", mode="isolated"), tape_of({"BTC": [20_000, 20_000]}))


@pytest.mark.parametrize(
    ("words", "symbol", "leverage"),
    [((), "BTC", 20), ((), "SOL", 5), ((), "ETH-SPOT", 5), ((), "AVAX-SPOT", 2), ((), "MNGO-SPOT", 1),
     (("tier", "AVAX", "AAA"), "AVAX-SPOT", 5), (("maintenance", "10%"), "BTC", 10), (("preset", "v3"), "BTC", 10)],
)  # fmt: skip
def test_largest_leverage(words: tuple[str, ...], symbol: str, leverage: int) -> None:
    assert rulebook_of("mango_v4", (words,) if words else ()).largest_leverage(symbol, Decimal(0)) == leverage


@pytest.mark.parametrize(
    "words",
    [("tier", "ETH", "Z"), ("preset", "v2"), ("stable-price", "slow"), ("overall", "BTC"), ("utilisation", "120%"),
     ("deposits", "ETH", "-1"), ("nonsense", "1"), ("maintenance", "0%")],
)  # fmt: skip
def test_what_can_not_be_set_says_what_can(words: tuple[str, ...]) -> None:
    with pytest.raises(SetupError) as error:
        rulebook_of("mango_v4", (words,))
    assert error.value.would_work


def test_the_card_names_what_is_not_found_and_what_is_chosen() -> None:
    for venue in ("mango_v4", "mango_v3"):
        card = rulebook_of(venue).card
        assert card.name == venue
        assert {each.split(":")[0].split()[0] for each in card.unsure} >= {"not", "chosen", "from", "left"}
        for words in card.example:
            rulebook_of(venue, (tuple(words.split()),))


# -- October 2022

PUMP = {"MNGO": ["0.0382", "0.91"], "BTC-SPOT": [19_000, 19_000]}


def attacked(venue: str, **changed: Any) -> tuple[Session, Event | Any]:
    """483 million MNGO-PERP on 5 million, its price up 24-fold; then as many coins on credit as were taken."""
    tape = tape_of(PUMP, gaps=[1], tick=Decimal("0.0001"), seconds=1500)
    session = session_of(tape, "buy 483000000 MNGO 4x cross", venue=venue, balance=5_000_000, **changed)
    session.advance(1)
    assert session.view().conserved
    return session, session.do(parse("buy 6000 BTC-SPOT 5x cross"))  # 114 million


def test_version_3_lends_against_a_pumped_price() -> None:
    session, answer = attacked("mango_v3")
    assert not isinstance(answer, Refusal)
    assert session.view().equity == pytest.approx(5_000_000 + Decimal("421079400"))


def test_version_4_does_not() -> None:
    """The perpetual is untrusted and counts at the stable price: of 421 million nothing can be borrowed against, and
    what is free is a part of the 5 million that were put in."""
    session, answer = attacked("mango_v4")
    assert isinstance(answer, Refusal)
    assert session.view().equity > 420_000_000
    assert session.view().free < 5_000_000


def test_the_preset_is_that_version() -> None:
    preset = dict(rulebook_of("mango_v4").variants)["mango_v3"]
    _, answer = attacked("mango_v4", overrides=preset)
    assert not isinstance(answer, Refusal)
