"""Binance's rows through its rulebook. Where a row gives one bracket by its maintenance rate and amount (`cum`), it is
set up by the floor that makes `cum` of it: floor × rate above a bracket that charges nothing."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.account import Pool, Position
from engine.formula import Prices
from engine.margin import raw_failing_price
from engine.numbers import ONE, ZERO, divide
from engine.rulebooks.base import Exposure
from engine.rulebooks.binance import Binance, Parameters
from engine.rulebooks.data.binance_brackets import BRACKETS, Tier
from tests.conformance.shape import Inputs, adapter

VENUES = ("binance_usdm",)
Figures = dict[str, Any]
LAST = Decimal(10) ** 15


def bracket(rate: Decimal, cum: Decimal) -> tuple[Tier, ...]:
    """Tiers whose last charges notional × rate − cum."""
    return (Tier(divide(cum, rate), ZERO, 125), Tier(LAST, rate, 125)) if cum else (Tier(LAST, rate, 125),)


def book_of(legs: Mapping[str, Inputs]) -> Binance:
    return Binance(Parameters(brackets={s: bracket(Decimal(leg["mmr"]), cum_of(leg)) for s, leg in legs.items()}))


def cum_of(leg: Inputs) -> Decimal:
    return Decimal(leg.get("cum", 0))


def position(symbol: str, row: Inputs) -> Position:
    size = Decimal(row["amount"]) * (1 if row["side"] == "long" else -1)
    return Position(symbol, size, size * Decimal(row["entry_price"]), int(row.get("leverage", 1)))


def liquidation_price(book: Binance, pool: Pool, balance: Decimal, about: Position, marks: Prices) -> Decimal | None:
    margin = book.health(pool, balance, "maintenance").margin
    return raw_failing_price(margin, about.symbol, -about.side, marks)


@adapter(
    "binance_usdm",
    "side",
    "wallet_balance",
    "amount",
    "entry_price",
    "mmr",
    gives=("liquidation_price", "bankruptcy_price"),
    optional=("margin_mode", "cum", "leverage", "symbol", "mark_price"),
)
def alone(row: Inputs, expected: Mapping[str, Any]) -> Figures:
    """A position alone in its pool, isolated or cross."""
    book, held = book_of({"X": row}), position("X", row)
    marks = {"X": Decimal(row.get("mark_price", row["entry_price"]))}
    pool, balance = Pool("iso:X", "you/iso:X", {"X": held}), Decimal(row["wallet_balance"])
    return {
        "liquidation_price": liquidation_price(book, pool, balance, held, marks),
        "bankruptcy_price": book.bankruptcy_prices(pool, balance, marks)["X"],
    }


@adapter(
    "binance_usdm",
    "wallet_balance",
    "position",
    "other_positions",
    gives=("liquidation_price",),
    optional=("margin_mode",),
)
def among_others(row: Inputs, expected: Mapping[str, Any]) -> Figures:
    """A position in a cross pool with others. Two sides of one market are two positions of it (hedge mode)."""
    legs = [row["position"], *row["other_positions"]]
    held = [position(leg["symbol"], leg) for leg in legs]
    pool = Pool("cross", "you/cross")
    for each in held:
        twice = sum(other.symbol == each.symbol for other in held) > 1
        side = ("long" if each.side > 0 else "short") if twice else "both"
        pool.keep(Position(each.symbol, each.size, each.cost, each.leverage, position_side=side))
    marks = {leg["symbol"]: Decimal(leg.get("mark_price", leg["entry_price"])) for leg in legs}
    book = book_of({leg["symbol"]: leg for leg in legs})
    return {"liquidation_price": liquidation_price(book, pool, Decimal(row["wallet_balance"]), held[0], marks)}


@adapter("binance_usdm", "brackets", gives=("cum",), optional=("symbol",))
def cum_column(row: Inputs, expected: Mapping[str, Any]) -> Figures:
    """A market's whole table: one of the venue's own, of which the tables beside the rule must be the same."""
    tiers = tuple(Tier(Decimal(each["cap"]), Decimal(each["mmr"]), each["max_leverage"]) for each in row["brackets"])
    symbol = next((name for name, own in BRACKETS.items() if own == tiers), None)
    book = Binance() if symbol else Binance(Parameters(brackets={"X": tiers}))
    brackets = book.maintenance_brackets(symbol or "X")
    assert [each.lower_bound for each in brackets] == [each["floor"] for each in row["brackets"]]
    return {"cum": [each.deduction for each in brackets]}


@adapter("binance_usdm", "floor", "mmr", "prev_mmr", "prev_cum", gives=("cum",))
def one_cum(row: Inputs, expected: Mapping[str, Any]) -> Figures:
    """`prev_cum` is made by a bracket of no charge before the one before."""
    before, rate = Decimal(row["prev_mmr"]), Decimal(row["mmr"])
    floors = (divide(Decimal(row["prev_cum"]), before), Decimal(row["floor"]), LAST)
    tiers = tuple(Tier(cap, each, 1) for cap, each in zip(floors, (ZERO, before, rate), strict=True))
    return {"cum": Binance(Parameters(brackets={"X": tiers})).maintenance_brackets("X")[-1].deduction}


@adapter(
    "binance_usdm",
    "notional",
    "mmr",
    gives=("maintenance_margin", "initial_margin"),
    optional=("cum", "symbol", "leverage"),
)
def requirement(row: Inputs, expected: Mapping[str, Any]) -> Figures:
    """By the venue's own table of the market that has such a bracket at that notional; else by the row's bracket."""
    notional, rate, cum = Decimal(row["notional"]), Decimal(row["mmr"]), cum_of(row)
    own = Binance()

    def listed(symbol: str) -> bool:
        (*_, last) = (each for each in own.maintenance_brackets(symbol) if each.lower_bound < notional)
        return (last.rate, last.deduction) == (rate, cum)

    symbol = next((name for name in BRACKETS if listed(name)), "X")
    book = own if symbol in BRACKETS else book_of({"X": row})
    held = Position(symbol, notional, notional, int(row.get("leverage", 1)))
    pool, prices = Pool("iso:X", "", {symbol: held}), {symbol: ONE}
    return {
        "maintenance_margin": book.health(pool, ZERO, "maintenance").requirement.exact(prices),
        "initial_margin": book.health(pool, ZERO, "order").requirement.exact(prices),
    }


@adapter("binance_usdm", "premium", gives=("rate_8h", "rate"), optional=("interest_8h", "interest", "clamp", "cap"))
def funding(row: Inputs, expected: Mapping[str, Any]) -> Figures:
    own = Parameters()
    parameters = Parameters(
        interest_8h=Decimal(row.get("interest_8h", row.get("interest", own.interest_8h))),
        funding_clamp=Decimal(row.get("clamp", own.funding_clamp)),
        funding_cap=Decimal(row["cap"]) if "cap" in row else None,
    )
    rate = Binance(parameters).funding_rate("BTC", Decimal(row["premium"]))
    return {"rate_8h": rate, "rate": rate}


@adapter(
    "binance_usdm",
    "unrealised_pnl",
    "collateral",
    "margin_ratio",
    gives=("leverage_pnl", "adl_score"),
)
def deleveraging_score(row: Inputs, expected: Mapping[str, Any]) -> Figures:
    """A long of one unit with that profit; the market's maintenance rate makes the margin ratio."""
    profit, collateral = Decimal(row["unrealised_pnl"]), Decimal(row["collateral"])
    value = collateral + profit
    mark = max(value, profit) + ONE
    rate = divide(Decimal(row["margin_ratio"]) * value, mark)
    book = Binance(Parameters(brackets={"X": (Tier(LAST, rate, 1),)}))
    score = book.leverage_pnl("X", Exposure("a", ONE, mark - profit, mark, value), mark)
    return {"leverage_pnl": score, "adl_score": score}


ADAPTERS = (alone, among_others, cum_column, one_cum, requirement, funding, deleveraging_score)
