"""dYdX v4 (dYdX Chain) perpetuals.

Cross margin a subaccount, isolated margin in a subaccount of its own; markets of type isolated with an insurance
fund of their own. Margin fractions by liquidity tier, the initial one scaled by open interest; liquidation in blocks by
IOC orders at the fillable price; deleveraging at the bankruptcy price. Sources: dydxprotocol/v4-chain at 84d4664b
(2026-03-04), dydxprotocol/v4-documentation at 3e475b73 (2026-04-22); each formula names its file. Margin is judged by
the oracle price, which on a tape is the mark. What they leave open and what is left out stands in `UNSURE`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import ClassVar

from engine.account import Account, Mode, Pool, Position, isolated_key
from engine.assets import base_asset, of_market
from engine.formula import Sum
from engine.margin import Bracket, Health, bracket_requirement
from engine.numbers import EXACT, MONEY_UNIT, ONE, ZERO, divide, paid
from engine.orders.order import PositionSide
from engine.rulebooks.base import (
    Card,
    Deleverage,
    Exposure,
    Failing,
    InsuranceDelta,
    Level,
    Reduce,
    Refusal,
    Role,
    Step,
    TakeOver,
    Wait,
)
from engine.rulebooks.data.dydx_v4_parameters import OVERRIDES, Parameters
from engine.rules.bankruptcy import bankruptcy_rating, fillable_price, largest_spread, proportional_prices
from engine.rules.initial_fraction import initial_at_fraction, whole_leverage_of
from engine.rules.overrides import flat_rate, overridden
from engine.rules.pseudo_random import from_pseudo_random
from engine.rules.venue import HOUR, Venue

EIGHT_HOURS = 8 * HOUR
FUND = "insurance fund"

UNSURE = (
    "chosen: a block a second; what fails is liquidated at once, and again each block while it fails",
    "chosen: pseudo-random picks come from a hash of the block’s time and the names, the chain’s from the block’s time",
    "chosen: open interest is what was set, at any price and with your own in it; below the lower cap if nothing was",
    "chosen: markets not in genesis.sh are permissionless listings: tier Isolated, isolated-only, a fund that is empty",
    "chosen: size of the common insurance fund, the traders that are deleveraged; what they can’t take, a fund takes",
    "chosen: a liquidation leaves orders where they are; they are checked again when they fill",
    "from memory: one margin mode a market at a time, as the front end has it",
    "sources differ: interest is 0 at launch and 0.01 % for 8 h in genesis.sh; for isolated markets the reverse",
    "sources differ: docs.dydx.community has deleveraging by profit and leverage; the source has no ranking",
    "live values may differ from genesis.sh",
    "left out: requirements rounded up to a millionth; the $1,000,000 that the fund may lose a block (never reached)",
    "left out: final settlement of markets at the oracle price, gated withdrawals, equity tiers of orders, rebates",
)


class DydxV4(Venue):
    """The rulebook `dydx_v4`."""

    card = Card(
        name="dydx_v4",
        title="dYdX v4 (dYdX Chain) perpetuals (USDC)",
        modes=(
            "cross margin of a subaccount; isolated: a subaccount of its own [x/subaccounts]",
            "markets of type isolated allow nothing beside them, and have a collateral pool and an insurance fund of "
            "their own; here EIGEN, BOME and markets that are not listed [isolated_subaccount.go]",
        ),
        margin=(
            "initial: notional × the tier’s fraction: BTC, ETH 2 %, SOL 5 %, others 5 to 20 %; or 1 ÷ your leverage, "
            "if that is more [liquidity_tier.go, genesis.sh]",
            "open interest between the tier’s caps raises the initial fraction to 100 %: SOL 40 to 100 million, "
            "small caps 20 to 50; not for BTC and ETH [liquidity_tier.go]",
            "maintenance: 50 or 60 % of the initial fraction, not scaled: BTC, ETH 1.2 %, SOL 3 % [liquidity_tier.go]",
            "margin moved out must leave the initial margin [risk.go]",
        ),
        costs=(
            "fees: taker 0.05 %, maker 0.01 % [tier 1]; a liquidation pays no trading fee [process_single_match.go]",
            "funding each hour: (premium + interest) ÷ 8, interest 0, of isolated markets 0.01 %; the 8 h rate at most "
            "6 × (initial − maintenance fraction) [x/perpetuals]",
        ),
        liquidation=(
            "below maintenance, by the oracle price: each block an IOC order for one position, at the fillable price: "
            "oracle ∓ 1.5 × maintenance fraction × (1 − equity ÷ maintenance) [liquidations.go]",
            "a block takes 10 % of the position, at least $1,000, at most $100,000 [mainnet genesis.json]",
            "what it fills better than the bankruptcy price goes to the insurance fund, up to 1.5 % of the value",
            "nothing filled and equity below zero: deleveraging at the bankruptcy price [deleveraging.go]",
        ),
        below_zero=(
            "the insurance fund: $10,000,000 here, of isolated markets 0; nothing fills that it can’t cover",
            "else other traders are closed at the bankruptcy price, in pseudo-random order, whether in profit or not",
        ),
        example=("open-interest SOL 70000000", "insurance-fund 1000"),
        unsure=UNSURE,
        sources=(
            "dydxprotocol/v4-chain: x/clob/keeper, x/perpetuals, x/subaccounts, lib/margin, testing/genesis.sh",
            "dydxprotocol/v4-documentation: liquidations, contract-loss-mechanism; dydx.forum 2939, 3417",
            "dydxprotocol/v4-abacus: V4CalculationTests",
        ),
        dated="2026-04-22",
    )
    keeps = "what stays must cover the initial margin"
    modes: ClassVar[tuple[Mode, ...]] = ("cross", "isolated")
    insurer = FUND

    def __init__(self, parameters: Parameters | None = None) -> None:
        self.parameters = parameters or Parameters()
        self._brackets: dict[str, tuple[Bracket, ...]] = {}

    @property
    def funds(self) -> Mapping[str, Decimal]:
        """The common fund, and those of isolated markets that something is known of; the others begin empty."""
        own = self.parameters
        capital = {**dict.fromkeys(map(base_asset, sorted(own.isolated_only)), ZERO), **own.isolated_funds}
        return {FUND: own.fund_capital, **{f"{FUND} {symbol}": amount for symbol, amount in capital.items()}}

    def insurer_of(self, pool: Pool) -> str:
        """`insurance-fund`, or `insurance-fund:<perpetualId>` of an isolated market (perpetual.go)."""
        symbol = pool.key.removeprefix(isolated_key(""))
        own = pool.mode == "isolated" and self.isolated_only(symbol)
        return f"{FUND} {base_asset(symbol)}" if own else FUND

    def fee_rate(self, role: Role) -> Decimal:
        """Fee tier 1."""
        return self.parameters.taker if role == "taker" else self.parameters.maker

    def initial_fraction(self, symbol: str) -> Decimal:
        """Of the market's tier, at its open interest."""
        return self.parameters.tier_of(symbol).initial_at(self._open_interest(symbol))

    def _open_interest(self, symbol: str) -> Decimal:
        return of_market(self.parameters.open_interest, symbol) or ZERO

    def largest_leverage(self, symbol: str, notional: Decimal) -> int:
        """1 ÷ initial fraction, whatever the notional."""
        return whole_leverage_of(self.initial_fraction(symbol))

    def isolated_only(self, symbol: str) -> bool:
        """Whether the market is PERPETUAL_MARKET_TYPE_ISOLATED."""
        return self.parameters.is_isolated(symbol)

    def pool_key(
        self, account: Account, symbol: str, mode: Mode, position_side: PositionSide = "both"
    ) -> str | Refusal:
        """One mode a market at a time; none but isolated for isolated markets."""
        if mode == "cross" and self.isolated_only(symbol):
            return Refusal(f"{symbol} is an isolated market on dydx_v4", "say iso")
        return super().pool_key(account, symbol, mode, position_side)

    def initial_margin(self, position: Position, mark: Decimal) -> Decimal:
        """|S| × P × IMF, rounded up."""
        charged = initial_at_fraction(position, self.initial_fraction(position.symbol))
        return margin_requirement(position.notional(mark), charged.rate)

    def health(self, pool: Pool, collateral: Decimal, level: Level) -> Health:
        """Net collateral against: Σ initial margin to open or to move margin out; Σ maintenance to stay; nothing before
        deleveraging. Equality is safe (lib/margin/risk.go)."""
        equity = pool.equity(collateral)
        held = [position for _, position in sorted(pool.positions.items())]
        if level == "backstop":
            return Health(equity, Sum("nothing", ()))
        if level in ("order", "withdraw"):
            initial = tuple(initial_at_fraction(p, self.initial_fraction(p.symbol)) for p in held)
            return Health(equity, Sum("initial requirement", initial))
        maintenance = tuple(bracket_requirement(p, self._bracket(p.symbol)) for p in held)
        return Health(equity, Sum("maintenance requirement", maintenance))

    def maintenance_rate(self, symbol: str) -> Decimal:
        """The market's maintenance margin fraction."""
        flat = flat_rate(self.parameters.flat_maintenance, symbol)
        return self.parameters.tier_of(symbol).maintenance if flat is None else flat

    def _bracket(self, symbol: str) -> tuple[Bracket, ...]:
        if symbol not in self._brackets:
            self._brackets[symbol] = (Bracket(ZERO, self.maintenance_rate(symbol), ZERO),)
        return self._brackets[symbol]

    def funding_rate(self, symbol: str, premium: Decimal | None) -> Decimal:
        """An eighth of premium + interest, clamped (x/perpetuals)."""
        own = self.parameters
        interest = own.isolated_interest_8h if self.isolated_only(symbol) else own.interest_8h
        cap = own.tier_of(symbol).largest_funding(own.funding_clamp_factor)
        return funding_share(max(-cap, min(cap, (premium or ZERO) + interest)), HOUR)

    # -- liquidation

    def next_step(self, failing: Failing) -> Step | None:
        """One IOC order a block; deleveraging where nothing of it filled and equity is below zero (liquidations.go)."""
        pool, marks = failing.pool, failing.marks
        health = self.health(pool, failing.collateral, "maintenance")
        if health.safe(marks) or not pool.positions:
            return None
        below_zero = health.credit.exact(marks) < 0
        if not failing.done:
            trading = [p for p in pool.positions.values() if p.symbol in failing.trading]
            if trading:
                return self._order(failing, self._pick(failing, trading))
            return self._deleverage(failing, self._pick(failing, pool.positions.values())) if below_zero else None
        last, filled = failing.done[-1], failing.filled[-1]
        if isinstance(last, Reduce) and not filled and below_zero:
            return self._deleverage(failing, pool.positions[last.position])
        if isinstance(last, Deleverage) and not filled:
            return TakeOver(self.insurer_of(pool), self.bankruptcy_prices(pool, failing.collateral, marks))
        return Wait((failing.time // self.parameters.block + 1) * self.parameters.block, "next block")

    def _pick(self, failing: Failing, positions: Iterable[Position]) -> Position:
        block = failing.time // self.parameters.block
        return from_pseudo_random(sorted(positions, key=lambda p: p.key), str(block))[0]

    def _order(self, failing: Failing, position: Position) -> Reduce:
        pool, marks, own = failing.pool, failing.marks, self.parameters
        notional = position.notional(marks[position.symbol])
        bankrupt = self.bankruptcy_prices(pool, failing.collateral, marks)[position.key]
        return Reduce(
            position.key,
            min(ONE, divide(liquidatable_notional(notional, own), notional)),
            limit=max(self.fillable_price(pool, failing.collateral, position, marks), ZERO),
            insurance=InsuranceDelta(self.insurer_of(pool), bankrupt, own.liquidation_fee),
        )

    def fillable_price(
        self, pool: Pool, collateral: Decimal, position: Position, marks: Mapping[str, Decimal]
    ) -> Decimal:
        """The limit of the order that closes a position of a pool below maintenance, off the tick grid."""
        health, own = self.health(pool, collateral, "maintenance"), self.parameters
        equity, required = health.credit.exact(marks), health.requirement.exact(marks)
        rating = bankruptcy_rating(equity, required, own.bankruptcy_adjustment)
        spread = largest_spread(self.maintenance_rate(position.symbol), own.spread_ratio)
        return fillable_price(marks[position.symbol], position.side, rating, spread)

    def _deleverage(self, failing: Failing, position: Position) -> Deleverage:
        prices = self.bankruptcy_prices(failing.pool, failing.collateral, failing.marks)
        return Deleverage(position.key, prices[position.key])

    def bankruptcy_prices(self, pool: Pool, collateral: Decimal, marks: Mapping[str, Decimal]) -> Mapping[str, Decimal]:
        """The price of each position of a pool at which closing takes its part of the equity, off the tick grid."""
        parts = {key: bracket_requirement(p, self._bracket(p.symbol)).exact(marks) for key, p in pool.positions.items()}
        return proportional_prices(pool, pool.equity(collateral).exact(marks), parts, marks)

    def adl_order(
        self, symbol: str, candidates: tuple[Exposure, ...], mark: Decimal
    ) -> tuple[tuple[Exposure, Decimal], ...]:
        """All of them, from a pseudo-random one on; nobody ranks before anybody (OffsetSubaccountPerpetualPosition)."""
        ordered = from_pseudo_random(sorted(candidates, key=lambda each: each.trader), symbol)
        return tuple((each, ZERO) for each in ordered)


# -- formulas


def margin_requirement(notional: Decimal, rate: Decimal, unit: Decimal = MONEY_UNIT) -> Decimal:
    """notional × rate, rounded up to `unit` (liquidity_tier.go GetInitialMarginQuoteQuantums)."""
    return paid(EXACT.multiply(notional, rate), unit)


def funding_share(rate_8h: Decimal, elapsed: int) -> Decimal:
    """What `elapsed` ms have of a rate for eight hours (x/perpetuals/funding GetFundingIndexDelta)."""
    return divide(EXACT.multiply(rate_8h, Decimal(elapsed)), Decimal(EIGHT_HOURS))


def least_liquidatable_notional(notional: Decimal, parameters: Parameters) -> Decimal:
    """The least of a position that a block must take (GetMaxAndMinPositionNotionalLiquidatable)."""
    return min(parameters.least_notional, notional)


def liquidatable_notional(notional: Decimal, parameters: Parameters) -> Decimal:
    """The most of a position of `notional` that a block takes: its share, not below the least; and the limit of the
    subaccount (GetMaxAndMinPositionNotionalLiquidatable, GetLiquidatablePositionSizeDelta)."""
    share = EXACT.multiply(notional, parameters.position_share)
    return min(max(least_liquidatable_notional(notional, parameters), share), parameters.block_limit)


def rulebook(overrides: tuple[tuple[str, ...], ...]) -> DydxV4:
    """The venue with some parameters changed.

    Raises:
        SetupError: for a parameter or a value that can't be set.
    """
    return DydxV4(overridden(Parameters(), OVERRIDES, overrides, "dydx_v4"))
