"""Aave V3 played as sessions, with every figure computed by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.commands.grammar import parse
from engine.events import (
    HandedOver,
    InterestPaid,
    LiquidationStarted,
    LossSocialised,
    MarginRestored,
    PenaltyCharged,
    ShortfallPaid,
)
from engine.numbers import exactly
from engine.rulebooks.aave_v3 import AaveV3, health_factor, rulebook
from engine.rulebooks.base import Failing, HandOver, SetupError
from engine.rules.lending import holdings
from engine.session import Session
from engine.setup import Setup
from engine.tape import Tape
from tests.engine.tapes import tape_of, tapes
from tests.venues.lending_sessions import fund_of, only, opened, played, refused

FALL = tape_of({"ETH": [2000, 1500]})


def test_half_of_the_debt_goes_while_the_health_factor_is_above_095() -> None:
    """15 ETH for 30,000, 20,000 of it owed: HF = 15 × P × 0.83 ÷ 20,000 is 1 at 1606.4257. Half of the debt is repaid,
    10,600 worth of ETH seized: 6.59852 ETH. A tenth of the bonus, 60, is the treasury's."""
    session, events = played("aave_v3", FALL, "buy $30000 ETH 3x")
    (start,), (taken,), (fee,), (restored,) = (
        only(events, kind) for kind in (LiquidationStarted, HandedOver, PenaltyCharged, MarginRestored)
    )
    assert (start.price, start.requirement) == (Decimal("1606.42"), 20_000)
    assert (taken.size, taken.taker, taken.mark) == (Decimal("6.59852"), "liquidator", Decimal("1606.42"))
    assert (fee.amount, fee.fund) == (60, "treasury")
    assert fund_of(session, "treasury") == 60
    # 10,060 for 6.59852 ETH, rounded down to a tick a coin: 1524.58, 60 of which the treasury gets.
    assert taken.price == Decimal("1524.58")
    debt = restored.requirement
    assert abs(debt - 10_000) < Decimal("0.1")
    # What the liquidator has won: 0.9 × 600, and what ticks and lots leave.
    assert abs(fund_of(session, "liquidator") - 540) < Decimal("0.1")


def test_v30_and_v33_differ_where_a_position_is_small() -> None:
    """1,500 of debt against 2,250: below $2000 all of it is repaid at once since v3.3, half of it before."""
    tape = tape_of({"ETH": [2000, 1200]})
    for version, left in (("v3.3", 0), ("v3.0", 750)):
        overrides = (("version", version),)
        session, events = played("aave_v3", tape, "buy $2250 ETH 3x", overrides=overrides, balance=750)
        first = only(events, MarginRestored)[0]
        assert abs(first.requirement - left) < Decimal("0.1")
        assert session.view().equity > 0


def test_a_gap_below_the_debt_leaves_a_deficit_that_umbrella_pays() -> None:
    """At 1000 HF is 12,450 ÷ 20,000: 15 ETH pay 15,000 ÷ 1.06 = 14,150.94 of the debt; 5849.06 are the deficit."""
    session, events = played("aave_v3", tape_of({"ETH": [2000, 1000]}, gaps=[1]), "buy $30000 ETH 3x")
    (taken,), (shortfall,), (fee,) = (only(events, kind) for kind in (HandedOver, ShortfallPaid, PenaltyCharged))
    assert (taken.size, taken.position) == (15, 0)
    assert abs(shortfall.amount - Decimal("5849.06")) < Decimal("0.2")
    assert (shortfall.fund, shortfall.unpaid) == ("umbrella", 0)
    assert abs(fee.amount - Decimal("84.91")) < Decimal("0.01")  # a tenth of 849.06
    assert fund_of(session, "umbrella") == 1_000_000 - shortfall.amount
    assert (session.view().equity, session.state) == (0, "wiped out")


def test_depositors_bear_what_umbrella_can_not() -> None:
    tape = tape_of({"ETH": [2000, 1000]}, gaps=[1])
    _, events = played("aave_v3", tape, "buy $30000 ETH 3x", overrides=(("umbrella", "1000"),))
    (shortfall,), (borne,) = only(events, ShortfallPaid), only(events, LossSocialised)
    assert borne.bearer == "depositors"
    assert borne.amount == shortfall.amount - 1000


def test_a_short_is_a_debt_in_coins_against_usdc() -> None:
    """10 ETH sold for 20,000, 30,000 USDC at 78 %: HF is 1 at 2340. Half is bought back at 2340.01 with 5 % on top."""
    session, events = played("aave_v3", tape_of({"ETH": [2000, 2400]}), "sell $20000 ETH 2x")
    (start,), (taken,), (fee,) = (only(events, kind) for kind in (LiquidationStarted, HandedOver, PenaltyCharged))
    assert (start.price, start.requirement) == (Decimal("2340.01"), Decimal("23400.10"))
    assert (taken.side, taken.size) == ("buy", 5)
    assert taken.price == Decimal("2445.32")  # 2340.01 × 1.045, up to the tick
    assert fee.amount == Decimal("58.50025")  # a tenth of 5 % of 5 × 2340.01
    assert session.view().positions[0].size == -5


def test_coins_for_a_debt_in_coins_are_two_hand_overs() -> None:
    """20,000 of BTC and 10,000 of ETH sold: at 3600 ETH is owed 18,000, more than 78 % of 20,000."""
    tape = tape_of({"ETH": [2000, 3600], "BTC": [60_000, 60_000]}, gaps=[1])
    session, events = played("aave_v3", tape, "buy $20000 BTC 3x", "sell $10000 ETH 3x")
    (debt, coins), (fee,) = only(events, HandedOver), only(events, PenaltyCharged)
    assert (debt.symbol, debt.price, debt.mark) == ("ETH", 3600, 3600)  # repaid at the oracle's price
    assert coins.symbol == "BTC"
    repaid = debt.size * 3600
    assert abs(coins.size * 60_000 - repaid * Decimal("1.07")) < Decimal("0.1")
    assert abs(fee.amount - repaid * Decimal("0.007")) < Decimal("0.01")
    assert [each.symbol for each in session.view().positions] == ["BTC"]  # HF was 0.867: the whole debt went


def test_without_a_bonus_a_short_is_bought_back_at_the_oracles_price() -> None:
    """And the 5 ETH that are held besides are left alone."""
    tape = tape_of({"ETH": [2000, 2000], "BTC": [60_000, 79_000]}, gaps=[1])
    _, events = played("aave_v3", tape, "buy 1 ETH", "sell 0.5 BTC", overrides=(("bonus", "0%"), ("version", "v3.0")))
    assert {each.symbol for each in only(events, HandedOver)} == {"BTC"}
    assert only(events, HandedOver)[0].price == 79_000


def test_a_coin_debt_without_collateral_is_written_off() -> None:
    tape = tape_of({"ETH": [2000, 5000]}, gaps=[1])
    session, events = played("aave_v3", tape, "sell $20000 ETH 2x")
    last, (shortfall,) = only(events, HandedOver)[-1], only(events, ShortfallPaid)
    assert (last.taker, last.price, last.position) == ("umbrella", 5000, 0)
    # 30,000 pay 30,000 ÷ 1.05 ÷ 5000 = 5.71428 ETH; 4.28572 are missing.
    assert abs(shortfall.amount - Decimal("4.28572") * 5000) < 1
    assert session.view().equity == 0


def test_no_dust_is_left() -> None:
    """Two debts: 2400 in ETH and 2000 in BTC, HF above 0.95. Half of all debts is 2200: it would leave 200 of ETH, so
    1400 are repaid and 1000 stay."""
    tape = tape_of({"ETH": [2000, 2000], "BTC": [50_000, 50_000]})
    session = opened("aave_v3", tape, ("sell 0.8 ETH", "sell 0.04 BTC"), balance=2500)
    pool, venue = session.account.wallet, rulebook(())
    marks = {"ETH": Decimal(3000), "BTC": Decimal(50_000)}
    failing = Failing(pool, Decimal(2000), marks, frozenset(marks), 0)  # 5600 USDC against 4400
    factor = venue.health_factor(holdings(pool, failing.collateral), marks)
    assert factor is not None
    assert Decimal("0.95") < factor < 1
    step = venue.next_step(failing)
    assert isinstance(step, HandOver)
    assert step.position == "ETH"
    assert abs(step.size * 3000 - 1400) < Decimal("0.01")


@exactly
def test_averages_are_rounded_down_to_basis_points() -> None:
    """10,000 of ETH at 83 % and 5000 of BTC at 78 %: 81.3333 % becomes 81.33 %."""
    tape = tape_of({"ETH": [2000, 2000], "BTC": [50_000, 50_000]})
    session = opened("aave_v3", tape, ("buy 5 ETH", "buy 0.1 BTC"), balance=6000)
    pool, marks = session.account.wallet, {"ETH": Decimal(2000), "BTC": Decimal(50_000)}
    health = session.rulebook.health(pool, session.world.balance(pool), "maintenance")
    assert health.credit.exact(marks) == Decimal("12199.5")  # 15,000 × 0.8133, not 12,200
    gauge = session.rulebook.own_gauge(pool, session.world.balance(pool), marks)
    assert gauge is not None
    assert (gauge.name, gauge.value, gauge.rises) == ("health factor", Decimal("1.3555"), False)
    assert session.rulebook.health(pool, session.world.balance(pool), "order").credit.exact(marks) == 11649


def test_what_may_be_taken_out() -> None:
    """Everything without a debt; up to HF 1 of what is supplied; beyond that only what may be borrowed."""
    tape = tape_of({"ETH": [2000, 2000]})
    assert opened("aave_v3", tape, ("cash out 10000",)).view().equity == 0
    # 5 ETH and nothing else: 80 % of 10,000 can be borrowed.
    assert "8,000.00" in refused("aave_v3", tape, "cash out 8001", ("buy 5 ETH",))
    # 5 ETH owed, 20,000 USDC: 10,000 ÷ 0.78 must stay.
    assert "7,179.48" in refused("aave_v3", tape, "cash out 7180", ("sell 5 ETH",))


def test_interest_compounds_for_debts_and_not_for_supplies() -> None:
    """20,000 USDC owed at 5.5 % (90 % used) for an hour; 15 ETH supplied at 2.7 % × 90 % × 85 %."""
    tape = tape_of({"ETH": [2000] * 3}, seconds=1800)
    _, events = played("aave_v3", tape, "buy $30000 ETH 3x", funding=True)
    coin, quote = only(events, InterestPaid)
    assert (coin.symbol, coin.amount, quote.symbol) == ("ETH", Decimal("0.070736"), "USDC")
    simple = Decimal(20_000) * Decimal("0.055") / 8760
    assert simple < -quote.amount < simple * Decimal("1.00001")


def test_utilisation_above_the_kink_costs() -> None:
    tape = tape_of({"ETH": [2000] * 3}, seconds=1800)
    overrides = (("utilisation", "USDC", "95%"),)
    _, events = played("aave_v3", tape, "buy $30000 ETH 3x", funding=True, overrides=overrides)
    quote = only(events, InterestPaid)[-1]
    rate = rulebook(overrides).rates(None)[0]
    assert rate == Decimal("0.355")  # 5.5 % and half of 60 %
    assert -quote.amount > Decimal(20_000) * rate / 8760


def test_isolation_mode_is_one_coin_and_a_ceiling() -> None:
    tape, mode = tape_of({"ETH": [2000, 2000], "BTC": [60_000, 60_000]}), (("isolation", "15000"),)
    assert "debt ceiling" in refused("aave_v3", tape, "buy $30000 ETH 3x", (), mode)
    assert "no ETH can be borrowed" in refused("aave_v3", tape, "sell 1 ETH", (), mode)
    assert "only one coin" in refused("aave_v3", tape, "buy $1000 BTC", ("buy $20000 ETH 3x",), mode)
    session = opened("aave_v3", tape, ("buy $20000 ETH 3x",), mode)
    assert session.view().equity == 10_000


def test_emode_lends_only_coins_of_its_category_and_much_more_of_them() -> None:
    """wstETH bought with 10,000, then ETH is borrowed and sold for more of it: LTV 93.5 % allows 15x."""
    tape = tape_of({"ETH": [2000, 2000], "WSTETH": [2300, 2100]})
    mode = (("emode", "on"),)
    assert "no USDC can be borrowed" in refused("aave_v3", tape, "buy $30000 WSTETH 3x", (), mode)
    assert "no WSTETH can be borrowed" in refused("aave_v3", tape, "sell 1 WSTETH", (), mode)
    loop = ("buy $10000 WSTETH", "sell $20000 ETH", "buy $20000 WSTETH", "sell $20000 ETH", "buy $20000 WSTETH")
    session, events = played("aave_v3", tape, *loop, overrides=mode)
    assert session.rulebook.largest_leverage("WSTETH", Decimal(0)) == 15
    # 21.739 wstETH × P × 0.955 cover 40,000 of ETH down to 1926.8: at 2100 it stands, at 1 % bonus.
    assert not only(events, LiquidationStarted)
    fallen = tape_of({"ETH": [2000, 2000], "WSTETH": [2300, 1900]})
    _, events = played("aave_v3", fallen, *loop, overrides=mode)
    coins = next(each for each in only(events, HandedOver) if each.symbol == "WSTETH")
    assert Decimal("1.008") < coins.mark / coins.price < Decimal("1.0095")  # 0.9 % to the liquidator, 0.1 % charged
    assert "can spare 0.0" in refused("aave_v3", tape, "cash out 10", loop, mode)


def test_assets_are_supplied_borrowed_repaid_and_withdrawn() -> None:
    """10 ETH from outside and 10,000 USDC: 16,000 and 7500 can be borrowed against; HF is then 24,400 ÷ 12,000."""
    tape = tape_of({"ETH": [2000, 2000], "BTC": [60_000, 60_000]})
    session, _ = played("aave_v3", tape, "supply 10 ETH", "borrow 0.2 BTC")
    (pool,) = session.view().pools
    assert (pool.equity, pool.requirement) == (18_000, 12_000)  # what was borrowed has left
    gauge = session.rulebook.own_gauge(
        session.account.wallet, pool.balance, {"ETH": Decimal(2000), "BTC": Decimal(60_000)}
    )
    assert gauge is not None
    assert gauge.value == Decimal("2.03325")  # 30,000 × 81.33 %, rounded down from 81.3333 %, ÷ 12,000
    held = ("supply 10 ETH", "borrow 0.2 BTC", "withdraw 10000 USDC")
    # 10 ETH cover 16,600; 12,000 ÷ 0.83 must stay: 2.7711 ETH may go.
    assert "2.771" in refused("aave_v3", tape, "withdraw 3 ETH", held)
    assert "borrow 0.0666" in refused("aave_v3", tape, "borrow 0.1 BTC", held)  # 16,000 at 80 %
    session = opened("aave_v3", tape, (*held, "repay 0.2 BTC", "withdraw 10 ETH"))
    assert session.view().equity == 0
    assert session.view().conserved


def test_maintenance_is_what_a_threshold_leaves() -> None:
    reserve = rulebook((("maintenance", "ETH", "30%"),)).reserve("ETH")
    assert (reserve.threshold, reserve.ltv) == (Decimal("0.7"), Decimal("0.7"))
    assert rulebook((("maintenance", "2%"),)).reserve("SOL").threshold == Decimal("0.98")
    with pytest.raises(SetupError):
        rulebook((("maintenance", "0%"),))


def test_what_can_be_set_is_checked() -> None:
    assert rulebook((("threshold", "ETH", "90%"),)).reserve("ETH").threshold == Decimal("0.9")
    for words in (
        ("ltv", "ETH", "85%"),
        ("threshold", "199%"),
        ("version", "v2"),
        ("emode", "maybe"),
        ("ltv", "0.005%"),
    ):
        with pytest.raises(SetupError):
            rulebook((words,))


def test_its_card_says_what_was_chosen() -> None:
    card = AaveV3().card
    assert card.name == "aave_v3"
    assert "health factor" in card.gauge
    assert any("netted" in line for line in card.unsure)
    assert AaveV3().modes == ("cross",)


@given(
    tape=tapes(longest=12, markets=("BTC", "ETH")),
    sizes=st.lists(st.integers(-9, 22), min_size=2, max_size=2),
    funding=st.booleans(),
)
def test_a_leap_is_single_steps_with_several_collaterals(tape: Tape, sizes: list[int], funding: bool) -> None:
    """With an average that is rounded down, too, the search stops early enough."""
    setup = Setup(venue="aave_v3", balance=Decimal(10_000), mode="cross", fees=False, slippage=False, funding=funding)
    leaping, stepping = Session(setup, tape), Session(setup, tape)
    for symbol, size in zip(tape.by_symbol, sizes, strict=False):
        word = "buy" if size > 0 else "sell"
        for session in (leaping, stepping):
            if size:
                session.do(parse(f"{word} ${abs(size) * 1000} {symbol}"))
    leaping.advance(len(tape))
    while stepping.step < len(tape) - 1:
        stepping.advance(stepping.step + 1)
    assert leaping.state_hash() == stepping.state_hash()
    assert leaping.view().conserved


@exactly
def test_the_health_factor_of_rows_and_of_pools_is_one() -> None:
    tape = tape_of({"ETH": [2000, 2000], "BTC": [60_000, 60_000]})
    session = opened("aave_v3", tape, ("buy $20000 ETH", "buy $10000 BTC"))
    pool, marks = session.account.wallet, {"ETH": Decimal(2000), "BTC": Decimal(60_000)}
    gauge = session.rulebook.own_gauge(pool, session.world.balance(pool), marks)
    held = {position.symbol: position.size * marks[position.symbol] for position in pool.positions.values()}
    debt = sum(held.values()) - 10_000
    expected = health_factor([(held["ETH"], Decimal("0.83")), (held["BTC"], Decimal("0.78"))], debt)
    assert gauge is not None
    assert abs(gauge.value - expected) < Decimal("1e-9")
