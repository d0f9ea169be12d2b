"""Compound v2: an account of supplied and borrowed assets with one collateral factor each.

Liquidity = Σ factor × supplied value − Σ borrowed value, both to borrow and to stay; below zero a liquidator repays up
to half of one borrow and seizes 8 % more of one collateral. Sources: compound-protocol@a3214f6 Comptroller.sol,
CToken.sol, CTokenInterfaces.sol, JumpRateModel.sol, BaseJumpRateModelV2.sol, networks/mainnet.json and its tests;
comp.xyz forum threads for factors, as collected on 2026-11-22. What they leave open stands in `UNSURE`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType

from engine.account import Pool, Position
from engine.assets import of_market
from engine.margin import Health
from engine.numbers import EXACT, ONE, ZERO, divide, to_grid
from engine.rulebooks.base import Card, Failing, Level, Overrides, OwnGauge, Step
from engine.rules.curves import KinkedCurve, simple_growth, supply_rate
from engine.rules.lending import (
    Holding,
    holdings,
    largest,
    largest_multiple,
    opening_margin,
    owed,
    quote_amount,
    supplied,
    total,
    weighted,
    withdrawable,
)
from engine.rules.lending_venue import SECONDS, LendingVenue
from engine.rules.lending_words import maintenance_setter, set_share, shares_setter
from engine.rules.overrides import Setter, capital_setter, overridden, rate_setter
from engine.rules.seizing import bought_at_mark, fee_on_seized, of_call, seizure, written_off

RESERVES = "reserves"
UNSURE = (
    "from memory: ETH’s factor of 82.5 %; third-party pages: close factor 50 %, incentive 8 %",
    "chosen: BTC has the 60 % that cWBTC was lowered to; coins that are not listed have 60 %",
    "chosen: USDC’s curve is JumpRateModelV2 0/4/109 %, kink 80 %, coins’ JumpRateModel 2/20/200 %, kink 90 %: two "
    "examples of mainnet.json; reserve factor 10 %",
    "chosen: utilisation of every pool is where its curve bends; `set utilisation` changes it",
    "chosen: supplying and borrowing the same asset at once is netted; every market is entered",
    "chosen: one liquidator at once, the largest debt for the largest collateral, call after call",
    "chosen: what is seized is sold and what is repaid bought at the oracle’s price, at once",
    "not found: what happens to bad debt; here the reserves pay it, as far as they go, then the depositors",
    "chosen: the reserves’ size; a swap costs 0.05 % and meets a stated depth: Compound itself trades nothing",
    "chosen: interest is settled every hour, on coins in USDC at the mark; amounts are not truncated to 18 decimals",
    "chosen: USDC earns interest only while there are coins too, supplied or owed",
    "left out: deprecated markets (liquidated without shortfall), borrow caps, COMP rewards",
)


@dataclass(frozen=True, slots=True)
class Parameters:
    """The venue's numbers, dated 2024-08 (USDC's factor); `set NAME VALUE` in a set-up overrides one. Fractions and
    quote units; `incentive` is on top of what was repaid."""

    factors: Mapping[str, Decimal] = field(
        default_factory=lambda: MappingProxyType(
            {
                "ETH": Decimal("0.825"),
                "WETH": Decimal("0.825"),
                "BTC": Decimal("0.60"),
                "WBTC": Decimal("0.60"),
                "USDC": Decimal("0.845"),
            }
        )
    )
    unlisted: Decimal = Decimal("0.60")
    set_factors: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    close_factor: Decimal = Decimal("0.5")
    incentive: Decimal = Decimal("0.08")
    protocol_share: Decimal = Decimal("0.028")
    reserve_factor: Decimal = Decimal("0.1")
    quote_curve: KinkedCurve = field(default_factory=lambda: jump_rate_v2(*map(Decimal, ("0", "0.04", "1.09", "0.8"))))
    coin_curve: KinkedCurve = field(default_factory=lambda: jump_rate(*map(Decimal, ("0.02", "0.2", "2", "0.9"))))
    utilisation: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    swap: Decimal = Decimal("0.0005")
    reserves: Decimal = Decimal(1_000_000)

    def factor(self, symbol: str | None) -> Decimal:
        """What a unit of value lets one borrow, by market; of the quote asset for None."""
        name = "USDC" if symbol is None else symbol
        found = of_market(self.factors, name)
        return set_share(self.set_factors, name, self.unlisted if found is None else found)

    def curve(self, symbol: str | None) -> KinkedCurve:
        """The interest rate model of an asset."""
        return self.quote_curve if symbol is None else self.coin_curve


def jump_rate(base: Decimal, multiplier: Decimal, jump: Decimal, kink: Decimal) -> KinkedCurve:
    """Rates a year: base + U × multiplier up to the kink, jump × what is above it besides (JumpRateModel.sol)."""
    return KinkedCurve(base, multiplier, jump, kink)


def jump_rate_v2(base: Decimal, multiplier: Decimal, jump: Decimal, kink: Decimal) -> KinkedCurve:
    """The same with a multiplier that is reached at the kink (BaseJumpRateModelV2.sol updateJumpRateModelInternal)."""
    return KinkedCurve(base, divide(multiplier, kink), jump, kink)


@dataclass(frozen=True, slots=True)
class Supply:
    """A market's cTokens of an account: `tokens` × exchange rate is what they are worth in the asset."""

    tokens: Decimal
    price: Decimal
    factor: Decimal
    exchange_rate: Decimal = ONE

    def counted(self, unit: Decimal) -> Decimal:
        """factor × exchange rate × price × tokens, truncated to `unit`."""
        each = EXACT.multiply(EXACT.multiply(self.factor, self.exchange_rate), self.price)
        return to_grid(EXACT.multiply(each, self.tokens), unit)


def account_liquidity(
    supplies: Iterable[Supply],
    borrows: Iterable[tuple[Decimal, Decimal]],
    redeemed: Supply | None = None,
    borrowed: tuple[Decimal, Decimal] | None = None,
    unit: Decimal = Decimal("1e-18"),
) -> Decimal:
    """Liquidity of an account, below zero a shortfall; `borrows` are (amount, price) pairs. With what it would redeem
    or borrow, if it did: a redeemed supply counts as borrowed at its factor.

    Source: Comptroller.sol getHypotheticalAccountLiquidityInternal; each market is truncated to the smallest `unit`.
    """
    known = [*borrows, *([borrowed] if borrowed else [])]
    owes = sum((to_grid(EXACT.multiply(amount, price), unit) for amount, price in known), ZERO)
    effect = redeemed.counted(unit) if redeemed else ZERO
    return sum((each.counted(unit) for each in supplies), ZERO) - owes - effect


def liquidatable(liquidity: Decimal) -> bool:
    """Whether there is a shortfall: exactly none is not enough (Comptroller.sol liquidateBorrowAllowed)."""
    return liquidity < 0


def most_repaid(borrow: Decimal, close_factor: Decimal) -> Decimal:
    """What one call may repay of a single borrow (Comptroller.sol liquidateBorrowAllowed, TOO_MUCH_REPAY)."""
    return EXACT.multiply(borrow, close_factor)


def seize_tokens(
    repaid: Decimal, incentive: Decimal, price_borrowed: Decimal, price_collateral: Decimal, exchange_rate: Decimal
) -> Decimal:
    """cTokens that are seized for what was repaid; `incentive` is 1.08 for 8 % (liquidateCalculateSeizeTokens)."""
    worth = EXACT.multiply(EXACT.multiply(repaid, incentive), price_borrowed)
    return divide(worth, EXACT.multiply(price_collateral, exchange_rate))


def split_seized(tokens: Decimal, protocol_share: Decimal) -> tuple[Decimal, Decimal]:
    """What of seized tokens goes to the reserves, and what to the liquidator (CToken.sol seizeInternal)."""
    protocol = EXACT.multiply(tokens, protocol_share)
    return protocol, tokens - protocol


class CompoundV2(LendingVenue):
    """The rulebook `compound_v2`."""

    card = Card(
        name="compound_v2",
        title="Compound v2 (lending: collateral and debt in one account)",
        modes=(
            "cross: one account over all markets it has entered [Comptroller]",
            "buying with more than there is borrows USDC; selling what isn’t there borrows the coin",
        ),
        margin=(
            "liquidity = Σ collateral factor × supplied − Σ borrowed: at least 0 to borrow, to withdraw and to stay "
            "[Comptroller]",
            "collateral factors: ETH 82.5 %, BTC 60 %, USDC 84.5 % [memory; comp.xyz/t/4108, t/5516]",
        ),
        costs=(
            "interest by utilisation with a jump above the kink: USDC 4 % at 80 % [mainnet.json, JumpRateModelV2]",
            "suppliers get it less the reserve factor × utilisation [BaseJumpRateModelV2]",
            "a swap 0.05 % (stated here)",
        ),
        liquidation=(
            "a shortfall, by the oracle’s price: anyone may repay up to half of one borrow [close factor]",
            "and seizes 8 % more of one collateral; 2.8 % of what is seized goes to the reserves [CToken]",
            "again and again while there is a shortfall [Comptroller]",
        ),
        below_zero=(
            "not settled by the contracts: the debt stays bad",
            "here the reserves pay it, 1,000,000 at first; then the depositors bear it",
        ),
        example=("factor ETH 75%", "close-factor 25%", "incentive 5%", "utilisation 95%"),
        unsure=UNSURE,
        sources=(
            "compound-finance/compound-protocol@a3214f6: contracts, tests, spec/scenario, networks/mainnet.json",
            "comp.xyz/t/565, t/5516 (USDC), t/4108 (cWBTC)",
        ),
        dated="2024-08",
        gauge="account liquidity: falls, liquidation below 0",
    )
    keeps = "what stays must cover what is borrowed, at the collateral factors"
    insurer = RESERVES

    def __init__(self, parameters: Parameters | None = None) -> None:
        self.parameters = parameters or Parameters()

    @property
    def funds(self) -> Mapping[str, Decimal]:
        """The reserves, with a capital that is stated here."""
        return {RESERVES: self.parameters.reserves}

    @property
    def swap_fee(self) -> Decimal:
        """Stated here."""
        return self.parameters.swap

    def largest_leverage(self, symbol: str, notional: Decimal) -> int:
        """Of a loop: 1 ÷ (1 − factor), rounded down."""
        return largest_multiple(self.parameters.factor(symbol))

    def initial_margin(self, position: Position, mark: Decimal) -> Decimal:
        """What can't be borrowed against the position itself."""
        own, quote = self.parameters.factor(position.symbol), self.parameters.factor(None)
        return opening_margin(position.size, position.notional(mark), own, quote)

    def _factor(self, holding: Holding) -> Decimal:
        return self.parameters.factor(holding.symbol)

    def health(self, pool: Pool, collateral: Decimal, level: Level) -> Health:
        """Collateral at its factors against all that is borrowed, at every level. Equality is safe."""
        held = holdings(pool, collateral)
        debts = total("borrowed", owed(held))
        if level != "withdraw":
            return Health(weighted("collateral at its factor", supplied(held), self._factor), debts)
        coins = weighted("coins as collateral", supplied(each for each in held if each.symbol), self._factor)
        money = quote_amount(pool, collateral)
        left = withdrawable(money, self.parameters.factor(None), coins, coins, debts)
        return Health(left, total("nothing", ()))

    def own_gauge(self, pool: Pool, collateral: Decimal, marks: Mapping[str, Decimal]) -> OwnGauge | None:
        """Its account liquidity: what could still be borrowed, below zero a shortfall."""
        health = self.health(pool, collateral, "maintenance")
        owes = health.requirement.exact(marks)
        return OwnGauge("account liquidity", health.margin.exact(marks), ZERO, rises=False) if owes else None

    def earned(self, symbol: str | None) -> Decimal:
        """Simple within the hour (CToken.sol accrueInterest)."""
        return simple_growth(self.rates(symbol)[1], SECONDS)

    def charged(self, symbol: str | None) -> Decimal:
        """Simple within the hour too."""
        return simple_growth(self.rates(symbol)[0], SECONDS)

    def rates(self, symbol: str | None) -> tuple[Decimal, Decimal]:
        """What borrowing an asset costs and supplying it earns a year, at the stated utilisation."""
        own, curve = self.parameters, self.parameters.curve(symbol)
        used = set_share(own.utilisation, "USDC" if symbol is None else symbol, curve.kink)
        borrow = curve.rate(used)
        return borrow, supply_rate(borrow, used, own.reserve_factor)

    def next_step(self, failing: Failing) -> Step | None:
        """One call after the other, until there is no shortfall or no collateral (CToken.sol liquidateBorrow)."""
        own, marks = self.parameters, failing.marks
        held = holdings(failing.pool, failing.collateral)
        coins = [each for each in supplied(held) if each.symbol is not None]
        repaid = bought_at_mark(failing)
        if repaid is not None and coins:
            collateral = max(coins, key=lambda each: each.value(marks))
            call = fee_on_seized(seizure(repaid, collateral.value(marks), own.incentive), own.protocol_share)
            return of_call(call, Holding("USDC", -call.repaid), collateral, marks, RESERVES)[0]
        if self.health(failing.pool, failing.collateral, "maintenance").safe(marks):
            return None
        debt, most = largest(owed(held), marks), largest(supplied(held), marks)
        if debt is None or most is None:
            return written_off(failing, RESERVES)
        wanted = most_repaid(debt.value(marks), own.close_factor)
        call = fee_on_seized(seizure(wanted, most.value(marks), own.incentive), own.protocol_share)
        return of_call(call, debt, most, marks, RESERVES)[0]


OVERRIDES: Mapping[str, Setter[Parameters]] = MappingProxyType(
    {
        "factor": shares_setter("factor", "set_factors"),
        "maintenance": maintenance_setter("set_factors"),
        "close-factor": rate_setter("close-factor", "close_factor"),
        "incentive": rate_setter("incentive", "incentive"),
        "protocol-share": rate_setter("protocol-share", "protocol_share"),
        "reserve-factor": rate_setter("reserve-factor", "reserve_factor"),
        "utilisation": shares_setter("utilisation", "utilisation"),
        "swap": rate_setter("swap", "swap"),
        "reserves": capital_setter("reserves", "reserves"),
    }
)
"""What `set` can change, by name."""


def rulebook(overrides: Overrides) -> CompoundV2:
    """The venue with some parameters changed.

    Raises:
        SetupError: for a parameter or a value that can't be set.
    """
    return CompoundV2(overridden(Parameters(), OVERRIDES, overrides, "compound_v2"))
