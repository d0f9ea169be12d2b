"""marginfi v2 played as sessions, with every figure computed by hand."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

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
from engine.rulebooks import rulebook_of
from engine.rulebooks.base import Refusal, SetupError
from engine.rulebooks.marginfi_v2 import MarginfiV2, account_health, init_discount, rulebook
from engine.rules.average_price import average_price
from engine.session import Session
from engine.tape import Path
from tests.engine.tapes import tape_of
from tests.venues.lending_sessions import fund_of, only, opened, played, refused

VENUE = "marginfi_v2"
LOW, HIGH = Decimal("0.99894"), Decimal("1.00106")  # 2.12 × a confidence of 0.05 %
VAULT = "insurance vault"
BUY = "buy $20000 ETH 2x"  # 10 ETH against 10,000 owed; stays above 11,000 ÷ (10 × 0.99894 × 0.8) = 1376.459


def books(session: Session) -> MarginfiV2:
    """The session's rulebook, by its own type."""
    assert isinstance(session.rulebook, MarginfiV2)
    return session.rulebook


@exactly
def health_of(size: Decimal, price: int, debt: Decimal) -> Decimal:
    """Maintenance health of ETH held and USDC owed."""
    return account_health([(size * price * LOW, Decimal("0.8"))], [(debt, Decimal("1.1"))])


def test_a_liquidation_brings_the_health_to_zero() -> None:
    """At 1300 the health is 10,388.976 − 11,000. A unit of value taken repays 0.95 × 0.99894 and so lifts it by
    1.043892 − 0.799152: 611.024 ÷ 0.244740 = 2496.62 is taken, and a ten-thousandth more."""
    session, events = played(VENUE, tape_of({"ETH": [2000, 1300, 1300]}, gaps=[1]), BUY)
    (start,), (taken,), (fee,), (restored,) = (
        only(events, kind) for kind in (LiquidationStarted, HandedOver, PenaltyCharged, MarginRestored)
    )
    assert (start.equity, start.requirement) == (Decimal("10388.976"), 11_000)
    value = taken.size * 1300
    assert abs(value - Decimal("2496.62") * Decimal("1.0001")) < Decimal("0.1")
    assert taken.price == Decimal("1266.15")  # 1300 × 0.99894 × 0.975, down to the tick
    assert (fee.fund, fund_of(session, VAULT)) == (VAULT, 1_000_000 + fee.amount)
    assert abs(fee.amount - value * LOW * Decimal("0.025")) < Decimal("0.01")
    assert abs(fund_of(session, "liquidator") - taken.size * (1300 - taken.price)) < Decimal("0.001")
    debt = 10_000 - taken.size * taken.price + fee.amount
    assert 0 < health_of(taken.position, 1300, debt) < Decimal("0.1")
    assert restored.time - start.time == 60_000


def test_the_first_tick_at_which_health_is_gone_liquidates() -> None:
    session, events = played(VENUE, tape_of({"ETH": [2000, 1370]}), BUY)
    (start,) = only(events, LiquidationStarted)
    assert (start.price, start.raw_price.quantize(Decimal("0.001"))) == (Decimal("1376.45"), Decimal("1376.459"))
    assert session.view().positions[0].size == 10 - only(events, HandedOver)[0].size


def test_a_health_of_exactly_zero_is_too_little_to_stay_and_enough_to_open() -> None:
    overrides = (("confidence", "0%"), ("average", "off"), ("asset-init", "80%"), ("liability-init", "USDC", "110%"))
    session = opened(VENUE, tape_of({"ETH": [2000, 2000]}), ("buy 5 ETH 2x", "borrow 4000 USDC"), overrides)
    pool, balance = session.account.wallet, session.world.balance(session.account.wallet)
    at_zero, at_rest = {"ETH": Decimal(1100)}, {"ETH": Decimal(1101)}  # 5 × 0.8 × 1100 = 4000 × 1.1
    assert session.rulebook.health(pool, balance, "maintenance").margin.exact(at_zero) == 0
    assert not session.rulebook.health(pool, balance, "maintenance").safe(at_zero)
    assert session.rulebook.health(pool, balance, "maintenance").safe(at_rest)
    assert session.rulebook.health(pool, balance, "order").safe(at_zero)


def test_an_account_without_debt_is_never_liquidated() -> None:
    overrides = (("tier", "ETH", "isolated"),)
    session, events = played(VENUE, tape_of({"ETH": [2000, 1, 1]}, gaps=[1]), "buy $10000 ETH 1x", overrides=overrides)
    assert not only(events, LiquidationStarted)
    assert session.view().positions[0].size == 5


def test_the_liquidator_looks_again_after_a_minute_and_nothing_is_opened_until_then() -> None:
    prices = [2000, 1300, 1290, 1290, 1290, 1290, 1290, 1290]
    session = opened(VENUE, tape_of({"ETH": prices}, gaps=[1], seconds=20), (BUY,))
    session.advance(1)
    answer = session.do(parse("buy 1 ETH"))
    assert isinstance(answer, Refusal)
    assert "is being liquidated" in str(answer)
    events = session.advance(len(prices))
    again, restored = only(events, HandedOver), only(events, MarginRestored)
    assert [each.step for each in again] == [4]  # a minute after the first; 1290 was there for 40 seconds
    assert len(restored) == 1
    assert not only(events, LiquidationStarted)
    _, sooner = played(VENUE, tape_of({"ETH": prices}, gaps=[1], seconds=20), BUY, overrides=(("interval", "10s"),))
    assert len(only(sooner, HandedOver)) > 2


def test_receivership_takes_ten_percent_more_than_it_repays() -> None:
    """0.799152 against 1.1 × 0.99894 ÷ 1.1: a unit of value lifts by 0.199788."""
    tape = tape_of({"ETH": [2000, 1300, 1300]}, gaps=[1])
    session, events = played(VENUE, tape, BUY, overrides=(("liquidation", "receivership"),))
    (taken,) = only(events, HandedOver)
    assert taken.price == Decimal("1180.56")  # 1300 × 0.99894 ÷ 1.1, down to the tick
    assert abs(taken.size * 1300 - Decimal("611.024") / Decimal("0.199788") * Decimal("1.0001")) < Decimal("0.1")
    assert not only(events, PenaltyCharged)
    assert fund_of(session, VAULT) == 1_000_000


def test_receivership_closes_a_small_account_out() -> None:
    """Of 0.004 ETH everything is taken for the whole debt, whatever the health would be then."""
    overrides = (("liquidation", "receivership"),)
    tape = tape_of({"ETH": [2000, 1200, 1200]}, gaps=[1])
    session, events = played(VENUE, tape, "buy 0.004 ETH", overrides=overrides, balance=4)
    (taken,) = only(events, HandedOver)
    assert (taken.size, taken.position) == (Decimal("0.004"), 0)
    assert session.view().equity < Decimal("0.001")


def test_the_vault_pays_a_bad_debt_and_depositors_what_is_left() -> None:
    """10 ETH at 700 repay 7000 × 0.99894 × 0.95 = 6642.951 of 10,000; the vault has just got 174.8145 of them."""
    tape = tape_of({"ETH": [2000, 700, 700]}, gaps=[1])
    session, events = played(VENUE, tape, BUY, overrides=(("insurance", "1000"),))
    (shortfall,), (socialised,) = only(events, ShortfallPaid), only(events, LossSocialised)
    assert shortfall.fund == VAULT
    assert abs(shortfall.amount - Decimal("3357.049")) < Decimal("0.1")
    assert abs(socialised.amount - (shortfall.amount - Decimal("1174.8145"))) < Decimal("0.001")
    assert (socialised.bearer, fund_of(session, VAULT), session.view().equity) == ("depositors", 0, 0)


def test_a_short_is_bought_back_above_the_mark() -> None:
    """10 ETH owed at 2600: 26,000 × 1.00106 × 1.2 against 30,000 of USDC."""
    _, events = played(VENUE, tape_of({"ETH": [2000, 2600, 2600]}, gaps=[1]), "sell $20000 ETH 2x")
    (start,), (bought,), (fee,) = (only(events, kind) for kind in (LiquidationStarted, HandedOver, PenaltyCharged))
    assert (start.equity, start.requirement) == (30_000, Decimal("31233.072"))
    assert (bought.side, fee.fund) == ("buy", VAULT)
    # A unit of USDC taken repays 0.95 ÷ 1.00106 of value, which counts 1.2 × 1.00106: 1.14 against 1.
    taken = Decimal("1233.072") / Decimal("0.14") * Decimal("1.0001")
    assert abs(bought.size * bought.price + fee.amount - taken) < 1


def test_a_debt_without_anything_to_pay_it_is_written_off() -> None:
    session, events = played(VENUE, tape_of({"ETH": [2000, 9900, 9900]}, gaps=[1]), "sell $20000 ETH 2x")
    liquidated, written_off = only(events, HandedOver)
    assert (liquidated.taker, written_off.taker, written_off.price) == ("liquidator", VAULT, 9900)
    assert session.view().equity == 0
    assert only(events, ShortfallPaid)


def test_coins_owed_against_coins_are_bought_and_then_sold() -> None:
    """A BTC bank’s 0.8 and a debt’s 1.2: 2.5 ETH at 4900 against 0.15 BTC and 6000 USDC."""
    tape = tape_of({"ETH": [2000, 4900, 4900], "BTC": [60_000, 60_000, 60_000]}, gaps=[1])
    _, events = played(VENUE, tape, "buy $9000 BTC 2x", "sell $5000 ETH 2x")
    debt, coins = only(events, HandedOver)
    assert (debt.symbol, debt.price, coins.symbol) == ("ETH", 4900, "BTC")
    repaid = debt.size * 4900
    assert abs(coins.size * 60_000 - repaid * HIGH / LOW / Decimal("0.95")) < 1
    (fee,) = only(events, PenaltyCharged)
    assert abs(fee.amount - coins.size * 60_000 * LOW / HIGH * Decimal("0.025")) < Decimal("0.01")


def test_what_is_held_earns_and_what_is_owed_costs() -> None:
    """At 80 %: ETH’s base rate is 10 %, depositors get 80 % of it; USDC’s is 20 %, borrowers pay 1.05 × and 1 %."""
    _, events = played(VENUE, tape_of({"ETH": [2000] * 3}, seconds=1800), BUY, funding=True)
    coin, quote = only(events, InterestPaid)
    assert quote.amount == Decimal("-0.251142")  # 10,000 × 22 % ÷ 8760
    assert coin.amount == Decimal("0.182648")  # 20,000 × 8 % ÷ 8760
    _, dearer = played(
        VENUE, tape_of({"ETH": [2000] * 3}, seconds=1800), BUY, funding=True, overrides=(("utilisation", "90%"),)
    )
    assert only(dearer, InterestPaid)[1].amount == Decimal("-2.528539")  # 10,000 × (210 % × 1.05 + 1 %) ÷ 8760


def test_the_health_of_a_pool_is_that_of_its_values() -> None:
    tape = tape_of({"ETH": [2000, 2000], "BTC": [60_000, 60_000]})
    session = opened(VENUE, tape, ("buy 2 ETH", "sell 0.1 BTC"))
    pool, marks = session.account.wallet, session.path.references(0) | {"ETH": Decimal(2100), "BTC": Decimal(58_000)}
    balance = session.world.balance(pool)
    money = Decimal(12_000)
    stays = [(4200 * LOW, Decimal("0.8")), (money, Decimal(1))], [(5800 * HIGH, Decimal("1.2"))]
    opens = [(4000 * LOW, Decimal("0.65")), (money, Decimal(1))], [(6000 * HIGH, Decimal("1.3"))]
    assert session.rulebook.health(pool, balance, "maintenance").margin.exact(marks) == account_health(*stays)
    assert session.rulebook.health(pool, balance, "order").margin.exact(marks) == account_health(*opens)
    gauge = session.rulebook.own_gauge(pool, balance, marks)
    assert gauge is not None
    assert (gauge.value, gauge.liquidation, gauge.rises) == (account_health(*stays), 0, False)


def test_what_may_be_opened_goes_by_the_average_price() -> None:
    """ETH doubles within a minute: what it counts for to open hardly moves. Without the average it doubles too."""
    tape = tape_of({"ETH": [2000, 4000, 4000]}, gaps=[1])
    slow = opened(VENUE, tape, ("buy $10000 ETH 1x",))
    slow.advance(1)
    assert slow.path.references(1)["average ETH"] == 2000
    assert isinstance(slow.do(parse("borrow 6000 USDC")), Refusal)
    assert not isinstance(slow.do(parse("borrow 5190 USDC")), Refusal)  # 10,000 × 0.99894 × 0.65 ÷ 1.25 = 5194.49
    quick = opened(VENUE, tape, ("buy $10000 ETH 1x",), (("average", "off"),))
    quick.advance(1)
    assert not isinstance(quick.do(parse("borrow 10000 USDC")), Refusal)


def test_the_average_price_follows_and_nothing_later_tells_on_it() -> None:
    """A step of a minute on the way from 2000 to 2600: 60 ÷ 3660 of the way from 2000 to 2300."""
    whole, part = (tape_of({"ETH": prices}) for prices in ([2000, 2600, 2600, 9000], [2000, 2600, 2600]))
    known = [average_price(Path(whole), "ETH", step, 3600) for step in (0, 1, 2)]
    assert known == [average_price(Path(part), "ETH", step, 3600) for step in (0, 1, 2)]
    first = 2000 + Decimal(300) * 60 / 3660
    assert known[0] == 2000
    assert known[1] == pytest.approx(first)
    assert known[2] == pytest.approx(first + (2600 - first) * 60 / 3660)
    tape = tape_of({"ETH": [2000] + [3000] * 200}, gaps=[1])
    late = Path(tape)
    assert average_price(late, "ETH", 200, 3600) == average_price(Path(tape), "ETH", 200, 3600)
    rising = np.diff([float(average_price(late, "ETH", step, 3600)) for step in range(200)])
    assert (rising >= 0).all()
    assert rising[0] == 0  # the gap is not foreseen


def test_a_coin_of_the_isolated_tier_is_no_collateral_and_borrowed_the_only_debt() -> None:
    tape = tape_of({"ETH": [2000, 2000], "BTC": [60_000, 60_000]})
    overrides = (("tier", "ETH", "isolated"),)
    assert "is missing" in refused(VENUE, tape, "buy $12000 ETH 1x", overrides=overrides)
    alone = opened(VENUE, tape, ("sell $4000 ETH 1x",), overrides)
    assert alone.view().positions[0].size == -2
    assert "the only debt" in refused(VENUE, tape, "sell $600 BTC 1x", ("sell $4000 ETH 1x",), overrides)
    assert "the only debt" in refused(VENUE, tape, "sell $600 ETH 1x", ("sell $600 BTC 1x",), overrides)
    assert "the only debt" in refused(VENUE, tape, "borrow 0.01 BTC", ("sell $4000 ETH 1x",), overrides)
    both = opened(VENUE, tape, ("sell $4000 ETH 1x", "sell $600 BTC 1x"))
    assert len(both.view().positions) == 2
    assert rulebook(overrides).largest_leverage("ETH", Decimal(0)) == 1


def test_supplying_borrowing_repaying_and_withdrawing() -> None:
    """10,000 USDC are withdrawn against 10 ETH: these cover 20,000 × 0.99894 × 0.65 ÷ 1.25 = 10,388.976 of debt."""
    session = opened(VENUE, tape_of({"ETH": [2000, 2000]}), ("supply 10 ETH", "withdraw 10000 USDC"))
    assert (session.view().positions[0].size, session.view().equity) == (10, 20_000)
    pool, balance = session.account.wallet, session.world.balance(session.account.wallet)
    marks = {"ETH": Decimal(2000)} | session.path.references(0)
    assert session.rulebook.health(pool, balance, "withdraw").margin.exact(marks) == Decimal("10388.976")
    assert isinstance(session.do(parse("borrow 10389 USDC")), Refusal)
    assert not isinstance(session.do(parse("borrow 10388 USDC")), Refusal)
    assert isinstance(session.do(parse("withdraw 0.5 ETH")), Refusal)
    assert not isinstance(session.do(parse("repay 10388 USDC")), Refusal)
    assert not isinstance(session.do(parse("withdraw 9 ETH")), Refusal)
    assert not isinstance(session.do(parse("supply 500 USDC")), Refusal)
    pool, balance = session.account.wallet, session.world.balance(session.account.wallet)
    most = session.rulebook.health(pool, balance, "withdraw").margin.exact(marks)
    assert abs(most - (500 + Decimal("1038.8976"))) < Decimal("1e-20")  # what is there, and what could be borrowed
    assert session.view().conserved


def test_deposits_above_the_init_limit_count_for_less() -> None:
    tape = tape_of({"ETH": [2000, 2000]})
    session = opened(VENUE, tape, ("buy $9000 ETH 1x",), (("init-limit", "ETH", "$3000"), ("confidence", "0%")))
    pool, balance = session.account.wallet, session.world.balance(session.account.wallet)
    marks = {"ETH": Decimal(2000)} | session.path.references(0)
    weight = Decimal("0.65") * init_discount(Decimal(9000), Decimal(3000))
    counted = session.rulebook.health(pool, balance, "order").credit.exact(marks) - 1000
    assert abs(counted - 9000 * weight) < Decimal("1e-20")
    assert session.rulebook.health(pool, balance, "maintenance").credit.exact(marks) == 1000 + 9000 * Decimal("0.8")
    assert init_discount(Decimal(3000), Decimal(3000)) == init_discount(Decimal(9), None) == 1


def test_a_maintenance_that_is_set_is_the_share_that_has_to_be_left() -> None:
    """10 ETH against 10,000 at 5 %: gone at 10,000 ÷ 9.5 = 1052.63. Where no exchange helps, all of it is taken."""
    _, events = played(VENUE, tape_of({"ETH": [2000, 1050]}), BUY, overrides=(("maintenance", "ETH", "5%"),))
    assert only(events, LiquidationStarted)[0].price == Decimal("1052.63")
    session, events = played(VENUE, tape_of({"ETH": [2000, 1015]}, gaps=[1]), BUY, overrides=(("maintenance", "2%"),))
    assert [each.position for each in only(events, HandedOver)] == [0]
    assert session.view().equity == 0


def test_what_can_be_set_is_checked() -> None:
    book = rulebook((("asset-maint", "85%"), ("asset-maint", "ETH", "90%"), ("average", "30m"), ("interval", "10s")))
    assert book.bank("ETHUSDT").weights.maintenance.long == Decimal("0.9")
    assert book.bank("BTC").weights.maintenance.long == Decimal("0.85")
    assert (book.parameters.average, book.parameters.interval) == (1800, 10)
    assert rulebook((("confidence", "5%"),)).parameters.bias("ETH") == Decimal("0.05")
    for words in [
        *(("asset-init", "120%"), ("liability-maint", "ETH", "90%"), ("tier", "ETH", "safe"), ("liquidation", "fast")),
        *(("interval", "off"), ("interval", "0s"), ("average", "x"), ("init-limit", "ETH", "0"), ("confidence",)),
        *(("asset-init", "ETH", "90%"), ("liability-init", "ETH", "110%"), ("liquidator-fee", "60%"), ("ltv", "80%")),
    ]:
        with pytest.raises(SetupError):
            rulebook((words,))


def test_the_card_and_the_variant() -> None:
    book = rulebook_of(VENUE)
    assert (book.card.name, book.modes, book.lends("ETH")) == (VENUE, ("cross",), True)
    assert rulebook(book.variants["receivership"]).parameters.receivership
    assert rulebook(tuple(tuple(each.split()) for each in book.card.example)).parameters.receivership
    assert book.largest_leverage("ETH", Decimal(0)) == 2  # 1 ÷ (1 − 0.65 ÷ 1.25) = 2.08
    assert book.largest_leverage("PYUSD", Decimal(0)) == 3
    assert books(opened(VENUE, tape_of({"ETH": [2000, 2000]}), ())).bank("META").isolated
