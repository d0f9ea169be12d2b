"""Aevo: the formulas of its pages through the rulebook. No tests of the venue's own were found."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.account import Pool, Position
from engine.numbers import EXACT, ONE, ZERO, divide
from engine.rulebooks.aevo import LARGEST_DEBT, Aevo, Parameters, adl_score, funding_8h
from engine.rulebooks.base import Exposure
from engine.rulebooks.data.aevo_markets import MAJOR, Coin, Terms
from engine.rules.conversion import conversions
from engine.rules.spot_and_perp import quote_money
from tests.conformance.shape import Adapter, Inputs, NotApplicable, adapter

VENUES = ("aevo",)
SYMBOL = "X"


def _number(inputs: Inputs, name: str, default: Decimal = ZERO) -> Decimal:
    return Decimal(str(inputs[name])) if name in inputs else default


@adapter(
    "aevo",
    "avg_premium",
    optional=("interest", "clamp", "cap"),
    gives=("rate_8h", "rate_1h"),
)
def funding(inputs: Inputs, expected: Any) -> dict[str, object]:
    """The rate of eight hours, and the one that is charged each hour."""
    own = Parameters()
    book = Aevo(
        Parameters(
            interest_8h=_number(inputs, "interest", own.interest_8h),
            funding_clamp=_number(inputs, "clamp", own.funding_clamp),
            funding_cap=_number(inputs, "cap") if "cap" in inputs else None,
        )
    )
    premium = _number(inputs, "avg_premium")
    return {"rate_8h": funding_8h(premium, book.parameters), "rate_1h": book.funding_rate("ETH", premium)}


@adapter("aevo", "upnl", "balance", "maintenance_margin", gives=("adl_score",))
def deleveraging(inputs: Inputs, expected: Any) -> dict[str, object]:
    """The score by itself, and as the rulebook ranks a trader with that maintenance: the same."""
    profit, balance = _number(inputs, "upnl"), _number(inputs, "balance")
    maintenance = _number(inputs, "maintenance_margin")
    score = adl_score(profit, balance, maintenance)
    notional = divide(maintenance, MAJOR.maintenance)
    trader = Exposure("a", notional, ONE - divide(profit, notional), notional, balance + profit)
    ranked = Aevo(Parameters(markets={SYMBOL: MAJOR})).adl_rank(SYMBOL, trader, ONE)
    if abs(ranked - score) > Decimal("1e-40"):
        raise AssertionError(f"score {score}, ranked by {ranked}")
    return {"adl_score": score}


@adapter(
    "aevo",
    *("notional", "im", "mm"),
    optional=("leverage",),
    gives=("initial_margin", "maintenance_margin", "liquidation_fee_tier1_full"),
)
def margins(inputs: Inputs, expected: Any) -> dict[str, object]:
    """A perpetual at its largest leverage; liquidating all of it costs the fee of its tier."""
    own = Terms(_number(inputs, "im"), _number(inputs, "mm"), MAJOR.liquidation_fee)
    book, notional = Aevo(Parameters(markets={SYMBOL: own})), _number(inputs, "notional")
    leverage = int(inputs.get("leverage", book.largest_leverage(SYMBOL, notional)))
    pool = Pool("cross", "you/cross", {SYMBOL: Position(SYMBOL, notional, notional, leverage)})
    prices = {SYMBOL: ONE}
    return {
        "initial_margin": book.health(pool, ZERO, "order").requirement.exact(prices),
        "maintenance_margin": book.health(pool, ZERO, "maintenance").requirement.exact(prices),
        "liquidation_fee_tier1_full": EXACT.multiply(notional, book.clearance_rate(SYMBOL)),
    }


@adapter(
    "aevo",
    *("eth", "eth_price", "options_cost"),
    gives=("usdc_before_convert", "eth_value_after_convert", "usdc_after", "option_value", "equity"),
)
def converted(inputs: Inputs, expected: Any) -> dict[str, object]:
    """Coins for an option that was bought without USDC, fees ignored as the page does. The option, which can't be
    traded here, stands for anything held that is worth its price and is no collateral."""
    amount, price, cost = (_number(inputs, name) for name in ("eth", "eth_price", "options_cost"))
    book = Aevo(Parameters(coins=(Coin("ETH", Decimal("0.9"), ZERO),)))
    coin = Position("ETH-SPOT", amount, EXACT.multiply(amount, price))
    option = Position("OPTION-SPOT", cost, cost)
    pool = Pool("cross", "you/cross", {coin.symbol: coin, option.symbol: option})
    missing = -quote_money(pool, coin.cost)
    stock = [held for held in (book.holding(each, price) for each in (coin, option)) if held is not None]
    (sold,) = conversions(missing, stock, LARGEST_DEBT)
    left, profit = coin.traded(-sold.amount, -sold.proceeds)
    after = Pool("cross", "you/cross", {coin.symbol: left, option.symbol: option})
    marks = {coin.symbol: price, option.symbol: ONE}
    return {
        "usdc_before_convert": -missing,
        "eth_value_after_convert": left.notional(price),
        "usdc_after": quote_money(after, coin.cost + profit),
        "option_value": option.notional(ONE),
        "equity": after.equity(coin.cost + profit).exact(marks),
    }


@adapter("aevo", "option_contracts", "index", "fee_rate", gives=("fee_usd",))
def option_fee(inputs: Inputs, expected: Any) -> dict[str, object]:
    """Options are not traded here."""
    raise NotApplicable("Aevo’s options are out of scope: the program has no options")


ADAPTERS: tuple[Adapter, ...] = (funding, deleveraging, margins, converted, option_fee)
