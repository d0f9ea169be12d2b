"""Compound v3 (Comet): an account a market, with one asset that can be borrowed.

Coins are collateral only: they earn nothing and are never lent. A borrow factor to open, a higher one to stay; an
account that fails is absorbed whole: all its collateral goes to the protocol at a discount, and what is left of it
after the debt is credited. Sources: comet@d5a30b0 contracts/Comet.sol, its tests, and deployments/*/configuration.json,
as collected on 2026-11-22. What they leave open stands in `UNSURE`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_FLOOR, Decimal
from types import MappingProxyType

from engine.account import Pool, Position
from engine.assets import of_market
from engine.margin import Health
from engine.numbers import EXACT, ONE, ZERO, divide, plain, to_grid
from engine.rulebooks.base import (
    Card,
    Charge,
    Failing,
    HandOver,
    Level,
    Overrides,
    Refusal,
    SetupError,
    Step,
)
from engine.rulebooks.data.compound_v3_markets import MAINNET_USDC, MARKETS, UNLISTED, Collateral, Comet
from engine.rules.curves import simple_growth
from engine.rules.lending import (
    Holding,
    holdings,
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
from engine.rules.overrides import EVERY_MARKET, Setter, capital_setter, overridden, rate_setter

RESERVES, BUYER = "reserves", "storefront buyer"
UNSURE = (
    "parameters are those of deployment (mainnet USDC 2022-08, arbitrum USDC 2023-09); live ones have changed since",
    "chosen: coins that the market lacks have the factors of ARB: 55 %, 60 %, 93 %; BTC and ETH are WBTC and WETH",
    "chosen: the quote asset of the tape is the base asset; markets with base WETH or wstETH are left out",
    "chosen: what is absorbed is sold at the storefront’s price at once, and the buyer sells it at the oracle’s; while "
    "the reserves are below their target, else the protocol keeps it at the oracle’s price",
    "chosen: utilisation is 80 %, where the curves bend; `set utilisation` changes it",
    "chosen: the reserves’ size; a swap costs 0.05 % and meets a stated depth: Comet itself trades nothing",
    "chosen: interest is settled every hour",
    "chosen: USDC earns interest only while there are coins too",
    "from memory: the smallest debt, 100 USDC",
    "left out: supply caps, COMP rewards, points of absorbers",
)


@dataclass(frozen=True, slots=True)
class Parameters:
    """The venue's numbers, dated 2022-08; `set NAME VALUE` in a set-up overrides one. Fractions and quote units."""

    comet: Comet = MAINNET_USDC
    borrow_factors: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    liquidate_factors: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    liquidation_factors: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    storefront: Decimal | None = None
    utilisation: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    smallest_debt: Decimal = Decimal(100)
    swap: Decimal = Decimal("0.0005")
    reserves: Decimal = Decimal(1_000_000)

    def collateral(self, symbol: str) -> Collateral:
        """A coin's factors, with what was set for it."""
        found = of_market(self.comet.collaterals, symbol) or UNLISTED
        covers = set_share(self.liquidate_factors, symbol, found.liquidate_factor)
        return Collateral(
            set_share(self.borrow_factors, symbol, min(found.borrow_factor, covers)),
            covers,
            set_share(self.liquidation_factors, symbol, found.liquidation_factor),
        )

    @property
    def storefront_factor(self) -> Decimal:
        """Share of the penalty that a buyer of absorbed collateral gets."""
        return self.comet.storefront if self.storefront is None else self.storefront


def surplus(balance: Decimal, collaterals: Iterable[tuple[Decimal, Decimal]]) -> Decimal:
    """Base balance + Σ value × factor, quote units; collateral as (value, factor) pairs.

    Source: Comet.sol isBorrowCollateralized, isLiquidatable.
    """
    return sum((EXACT.multiply(value, factor) for value, factor in collaterals), balance)


def borrow_collateralized(balance: Decimal, collaterals: Iterable[tuple[Decimal, Decimal]]) -> bool:
    """Whether a debt may stand as it is opened: at the borrow factors, not below zero."""
    return balance >= 0 or surplus(balance, collaterals) >= 0


def liquidatable(balance: Decimal, collaterals: Iterable[tuple[Decimal, Decimal]]) -> bool:
    """Whether an account may be absorbed: at the liquidate factors, below zero."""
    return balance < 0 and surplus(balance, collaterals) < 0


def liquidation_price(size: Decimal, debt: Decimal, liquidate_factor: Decimal) -> Decimal:
    """The price of the only collateral at which an account is on the edge of being absorbed."""
    return divide(debt, EXACT.multiply(size, liquidate_factor))


@dataclass(frozen=True, slots=True)
class Absorption:
    """What absorbing an account comes to, quote units.

    Attributes:
        credit: for its collateral; `balance` its base balance afterwards, at least 0.
        paid_out: what the reserves gave for the debt; `reserves_change` what they have more, apart from the coins.
    """

    credit: Decimal
    balance: Decimal
    paid_out: Decimal
    reserves_change: Decimal


def absorbed(balance: Decimal, collaterals: Iterable[tuple[Decimal, Decimal]]) -> Absorption:
    """Seize all collateral, (value, liquidation factor) pairs, and credit it; the reserves bear what is missing.

    Source: Comet.sol absorbInternal.
    """
    credit = sum((EXACT.multiply(value, factor) for value, factor in collaterals), ZERO)
    after = max(ZERO, balance + credit)
    return Absorption(credit, after, after - balance, balance - after)


def storefront_discount(storefront: Decimal, liquidation_factor: Decimal) -> Decimal:
    """Storefront factor × (1 − liquidation factor) (Comet.sol quoteCollateral)."""
    return EXACT.multiply(storefront, ONE - liquidation_factor)


def storefront_price(price: Decimal, storefront: Decimal, liquidation_factor: Decimal) -> Decimal:
    """What absorbed collateral is sold at, quote units a coin (Comet.sol quoteCollateral)."""
    return EXACT.multiply(price, ONE - storefront_discount(storefront, liquidation_factor))


def quote_collateral(paid: Decimal, base_price: Decimal, price: Decimal, unit: Decimal = Decimal("1e-18")) -> Decimal:
    """How much collateral `paid` of the base asset buys at the storefront's `price`, rounded down to its smallest unit
    (Comet.sol quoteCollateral)."""
    return to_grid(divide(EXACT.multiply(paid, base_price), price), unit, ROUND_FLOOR)


def for_sale(reserves: Decimal, target: Decimal) -> bool:
    """Whether absorbed collateral is sold: while reserves are below their target (Comet.sol buyCollateral)."""
    return reserves < 0 or reserves < target


class CompoundV3(LendingVenue):
    """The rulebook `compound_v3`."""

    card = Card(
        name="compound_v3",
        title="Compound v3, Comet (lending: coins as collateral for a debt in USDC)",
        modes=(
            "cross: one account a market (Comet), all its coins are one collateral [Comet.sol]",
            "only USDC can be borrowed: coins can be bought on credit, not sold short [Comet.sol]",
            "`set market arbitrum`: the factors of arbitrum’s USDC market",
        ),
        margin=(
            "open: debt ≤ Σ coins × borrow factor: ETH 82.5 %, BTC 70 %, LINK 79 %, UNI 75 %, COMP 65 % [mainnet USDC]",
            "stay: debt ≤ Σ coins × liquidate factor: ETH 89.5 %, BTC 77 %, LINK 85 %, UNI 81 %, COMP 70 %",
        ),
        costs=(
            "debt: 1.5 % + 3.5 % × U, above 80 % 25 % × the rest besides; 4.3 % at 80 % [mainnet USDC]",
            "supplied USDC earns 3.25 % × U, above 80 % 40 % × the rest besides; coins earn nothing",
            "a swap 0.05 % (stated here)",
        ),
        liquidation=(
            "below, by the oracle’s price: anyone may have the account absorbed, whole [Comet.sol absorb]",
            "all coins go to the protocol at price × liquidation factor: ETH and BTC 95 %, others 93 %",
            "what is left after the debt is credited in USDC [Comet.sol absorb]",
            "the protocol sells the coins at half the penalty off, while its reserves are below target [buyCollateral]",
        ),
        below_zero=("the reserves bear the loss, 1,000,000 here; then the depositors",),
        example=("borrow-factor ETH 75%", "liquidation-factor 90%", "utilisation 95%", "market arbitrum"),
        unsure=UNSURE,
        sources=("compound-finance/comet@d5a30b0: contracts/Comet.sol, test/*.ts, deployments/*/configuration.json",),
        dated="2022-08",
        gauge="debt ÷ (coins × their liquidate factor): rises, liquidation above 100 %",
    )
    keeps = "what stays must cover the debt, at the borrow factors"
    variants = MappingProxyType({"arbitrum": (("market", "arbitrum"),)})
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
        """Of a loop: 1 ÷ (1 − borrow factor), rounded down."""
        return largest_multiple(self.parameters.collateral(symbol).borrow_factor)

    def initial_margin(self, position: Position, mark: Decimal) -> Decimal:
        """What can't be borrowed against the position itself."""
        factor = self.parameters.collateral(position.symbol).borrow_factor
        return opening_margin(position.size, position.notional(mark), factor, ONE)

    def refuse(self, pool: Pool, collateral: Decimal, marks: Mapping[str, Decimal]) -> Refusal | None:
        """Only the base asset can be borrowed, and not too little of it."""
        for debt in owed(holdings(pool, collateral)):
            if debt.symbol is not None:
                reason = f"Comet lends only its base asset: no {debt.asset} can be borrowed to be sold"
                return Refusal(reason, f"sell no more {debt.asset} than you have, or buy it")
            if -debt.amount < self.parameters.smallest_debt:
                least = plain(self.parameters.smallest_debt)
                reason = f"a debt of {plain(-debt.amount)} is less than the smallest, {least}"
                return Refusal(reason, f"owe {least} or more, or nothing")
        return None

    def _factor(self, holding: Holding, level: Level) -> Decimal:
        if holding.symbol is None:
            return ONE
        found = self.parameters.collateral(holding.symbol)
        return found.borrow_factor if level in ("order", "withdraw") else found.liquidate_factor

    def health(self, pool: Pool, collateral: Decimal, level: Level) -> Health:
        """Coins at their borrow factors (to open) or liquidate factors (to stay), against the debt. Equal is safe."""
        held = holdings(pool, collateral)
        debts = total("debt", owed(held))
        if level != "withdraw":
            return Health(weighted("collateral at its factor", supplied(held), lambda e: self._factor(e, level)), debts)
        coins = supplied(each for each in held if each.symbol is not None)
        counted = weighted("coins as collateral", coins, lambda each: self._factor(each, level))
        left = withdrawable(quote_amount(pool, collateral), ONE, counted, counted, debts)
        return Health(left, total("nothing", ()))

    def earned(self, symbol: str | None) -> Decimal:
        """Linear, on the base asset alone (Comet.sol accruedInterestIndices)."""
        return simple_growth(self.rates()[1], SECONDS) if symbol is None else ZERO

    def charged(self, symbol: str | None) -> Decimal:
        """Linear too; nothing else can be owed."""
        return simple_growth(self.rates()[0], SECONDS) if symbol is None else ZERO

    def rates(self) -> tuple[Decimal, Decimal]:
        """What borrowing the base asset costs and supplying it earns a year, at the stated utilisation."""
        comet = self.parameters.comet
        used = set_share(self.parameters.utilisation, "USDC", comet.borrow.kink)
        return comet.borrow.rate(used), comet.supply.rate(used)

    def next_step(self, failing: Failing) -> Step | None:
        """Absorb the account: one coin after the other, all of each (Comet.sol absorb)."""
        began = any(isinstance(step, HandOver) for step in failing.done)
        if not began and self.health(failing.pool, failing.collateral, "maintenance").safe(failing.marks):
            return None
        key, position = min(failing.pool.positions.items())
        return self._seized(key, position, failing.marks[position.symbol], failing.insurance)

    def _seized(self, key: str, position: Position, mark: Decimal, reserves: Decimal) -> HandOver:
        """All of one coin. Sold at the storefront its price is above the credit: the difference is the reserves'."""
        own, size = self.parameters, abs(position.size)
        if position.size < 0:
            return HandOver(key, size, mark, taker=RESERVES)
        factor = own.collateral(position.symbol).liquidation_factor
        credit = EXACT.multiply(mark, factor)
        if not for_sale(reserves, own.comet.target_reserves):
            return HandOver(key, size, credit, taker=RESERVES)
        price = storefront_price(mark, own.storefront_factor, factor)
        return HandOver(key, size, price, (Charge(RESERVES, EXACT.multiply(size, price - credit)),), BUYER)


def _set_market(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    """`set market arbitrum`: another deployment's factors and storefront."""
    if len(words) != 1 or words[0] not in MARKETS:
        raise SetupError("the markets mainnet and arbitrum are known", "set market arbitrum")
    return replace(parameters, comet=MARKETS[words[0]])


OVERRIDES: Mapping[str, Setter[Parameters]] = MappingProxyType(
    {
        "market": _set_market,
        "borrow-factor": shares_setter("borrow-factor", "borrow_factors"),
        "liquidate-factor": shares_setter("liquidate-factor", "liquidate_factors"),
        "maintenance": maintenance_setter("liquidate_factors"),
        "liquidation-factor": shares_setter("liquidation-factor", "liquidation_factors"),
        "storefront": rate_setter("storefront", "storefront"),
        "utilisation": shares_setter("utilisation", "utilisation"),
        "smallest-debt": capital_setter("smallest-debt", "smallest_debt"),
        "swap": rate_setter("swap", "swap"),
        "reserves": capital_setter("reserves", "reserves"),
    }
)
"""What `set` can change, by name."""


def rulebook(overrides: Overrides) -> CompoundV3:
    """The venue with some parameters changed.

    Raises:
        SetupError: for a parameter or a value that can't be set.
    """
    parameters = overridden(Parameters(), OVERRIDES, overrides, "compound_v3")
    changed = {*parameters.borrow_factors, *parameters.liquidate_factors} - {EVERY_MARKET}
    for symbol in sorted({*parameters.comet.collaterals, *changed}):
        found = parameters.collateral(symbol)
        if found.borrow_factor > found.liquidate_factor:
            reason = f"the borrow factor of {symbol} can’t be above its liquidate factor"
            raise SetupError(reason, f"set liquidate-factor {symbol} 90%")
    return CompoundV3(parameters)
