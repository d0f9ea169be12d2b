"""Aave V3: an account of supplied and borrowed assets, all of them one collateral.

Loan to value to borrow, liquidation thresholds to stay, health factor = collateral × average threshold ÷ debt; a
liquidator repays a part of one debt for one collateral and its bonus. Isolation mode and eMode are rules about what
the one account may hold. Sources: aave-v3-core@782f519 (v3.0) GenericLogic.sol, ValidationLogic.sol,
LiquidationLogic.sol, IsolationModeLogic.sol, DefaultReserveInterestRateStrategy.sol, MathUtils.sol;
aave-v3-origin@fd1fbd9 docs/3.3/Aave-v3.3-features.md, docs/3.7, LiquidationLogic.sol; parameters of the Linea
activation of 2025-01-21, as collected on 2026-11-22. What they leave open, and what is left out, stands in
`UNSURE` of its card.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_FLOOR, Decimal
from types import MappingProxyType

from engine.account import Pool, Position
from engine.assets import of_market
from engine.formula import Formula, Sum
from engine.margin import Health
from engine.numbers import EXACT, ONE, ZERO, divide, plain, to_grid
from engine.rulebooks.base import (
    Failing,
    HandOver,
    Level,
    Overrides,
    OwnGauge,
    Refusal,
    SetupError,
    Step,
)
from engine.rulebooks.data.aave_v3_card import CARD
from engine.rulebooks.data.aave_v3_reserves import ETH_CORRELATED, QUOTE_RESERVE, RESERVES, UNLISTED, EMode, Reserve
from engine.rules.curves import compounded_growth, simple_growth, supply_rate
from engine.rules.floored_average import FlooredAverage
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
from engine.rules.lending_words import BASIS_POINT, maintenance_setter, set_share, shares_setter, switch
from engine.rules.overrides import EVERY_MARKET, Setter, capital_setter, overridden, rate_setter
from engine.rules.seizing import (
    Seizure,
    Side,
    bought_at_mark,
    close_factor,
    fee_on_bonus,
    liquidation_call,
    of_call,
    seizure,
    without_dust,
    written_off,
)

TREASURY, UMBRELLA = "treasury", "umbrella"


@dataclass(frozen=True, slots=True)
class Parameters:
    """The venue's numbers, dated 2025-01-21; `set NAME VALUE` in a set-up overrides one. Fractions and quote units.

    `emode` and `ceiling` (isolation mode) are None where the account is in neither; `since_v33` says which close
    factor and dust rules hold.
    """

    reserves: Mapping[str, Reserve] = field(default_factory=lambda: RESERVES)
    quote: Reserve = QUOTE_RESERVE
    ltv: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    thresholds: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    bonuses: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    utilisation: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    protocol_fee: Decimal | None = None
    emode: EMode | None = None
    ceiling: Decimal | None = None
    since_v33: bool = True
    close_factor: Decimal = Decimal("0.5")
    whole_below: Decimal = Decimal("0.95")
    part_from: Decimal = Decimal(2000)
    leftover: Decimal = Decimal(1000)
    swap: Decimal = Decimal("0.0005")
    umbrella: Decimal = Decimal(1_000_000)

    def reserve(self, symbol: str | None) -> Reserve:
        """The parameters of a market's coin, or of the quote asset, with what was set for it."""
        name = "USDC" if symbol is None else symbol
        found = self.quote if symbol is None else of_market(self.reserves, symbol) or UNLISTED
        in_emode = self.emode is not None and symbol is not None and in_category(self.emode.collateral, symbol)
        own = self.emode if self.emode is not None and in_emode else found
        threshold = set_share(self.thresholds, name, own.threshold)
        return replace(
            found,
            ltv=set_share(self.ltv, name, min(own.ltv, threshold)),
            threshold=threshold,
            bonus=set_share(self.bonuses, name, own.bonus),
            protocol_fee=found.protocol_fee if self.protocol_fee is None else self.protocol_fee,
        )


def in_category(category: frozenset[str], symbol: str) -> bool:
    """Whether a market's coin is of a category."""
    return of_market(dict.fromkeys(category, True), symbol) is True


def average_weight(collaterals: Iterable[tuple[Decimal, Decimal]]) -> Decimal:
    """Σ(value × weight) ÷ Σ value, rounded down to basis points (GenericLogic.sol calculateUserAccountData)."""
    pairs = list(collaterals)
    whole = sum((value for value, _ in pairs), ZERO)
    counted = sum((EXACT.multiply(value, weight) for value, weight in pairs), ZERO)
    return to_grid(divide(counted, whole), BASIS_POINT, ROUND_FLOOR) if whole else ZERO


def health_factor(collaterals: Iterable[tuple[Decimal, Decimal]], debt: Decimal) -> Decimal | None:
    """Collateral × average threshold ÷ debt, from (value, threshold) pairs; None without debt (GenericLogic.sol)."""
    pairs = list(collaterals)
    whole = sum((value for value, _ in pairs), ZERO)
    return divide(EXACT.multiply(whole, average_weight(pairs)), debt) if debt else None


def available_borrows(collaterals: Iterable[tuple[Decimal, Decimal]], debt: Decimal) -> Decimal:
    """Collateral × average LTV − debt, from (value, ltv) pairs, at least 0 (GenericLogic.sol)."""
    pairs = list(collaterals)
    whole = sum((value for value, _ in pairs), ZERO)
    return max(ZERO, EXACT.multiply(whole, average_weight(pairs)) - debt)


def most_repaid(
    debt: Decimal, debts: Decimal, collateral: Decimal, factor: Decimal, rules: Parameters | None = None
) -> Decimal:
    """What one call may repay of a debt, of all `debts` together, for a collateral, at a health factor; quote units.

    v3.3: all of it, unless debt and collateral are $2000 or more and the health factor is above 0.95; then half of all
    debts. Before: half of the debt above 0.95, else all (LiquidationLogic.sol; docs/3.3).
    """
    own = rules or Parameters()
    part = close_factor(factor, own.whole_below, own.close_factor)
    if not own.since_v33:
        return EXACT.multiply(debt, part)
    if part < ONE and min(debt, collateral) >= own.part_from:
        return min(debt, EXACT.multiply(debts, part))
    return debt


def isolated_debt(before: int, borrowed: Decimal, decimals: int = 2) -> int:
    """The debt against an isolated asset after a borrow, in units of its ceiling (IsolationModeLogic.sol)."""
    return before + int(to_grid(borrowed.scaleb(decimals), ONE, ROUND_FLOOR))


def exceeds_ceiling(debt: Decimal | int, ceiling: Decimal | int) -> bool:
    """Whether so much may not be owed (ValidationLogic.sol, DEBT_CEILING_EXCEEDED)."""
    return debt > ceiling


def loop_leverage(threshold: Decimal, factor: Decimal) -> Decimal:
    """1 ÷ (1 − threshold ÷ health factor): leverage of a loop that is held at that health factor (proposal 311)."""
    return divide(ONE, ONE - divide(threshold, factor))


class AaveV3(LendingVenue):
    """The rulebook `aave_v3`."""

    card = CARD
    keeps = "what stays must keep the health factor at 1 or more"
    variants = MappingProxyType({"emode": (("emode", "on"),), "isolation": (("isolation", "1000000"),)})
    insurer = UMBRELLA

    def __init__(self, parameters: Parameters | None = None) -> None:
        self.parameters = parameters or Parameters()
        self._reserves: dict[str | None, Reserve] = {}

    @property
    def funds(self) -> Mapping[str, Decimal]:
        """Umbrella, with a capital that is stated here."""
        return {UMBRELLA: self.parameters.umbrella}

    @property
    def swap_fee(self) -> Decimal:
        """Stated here."""
        return self.parameters.swap

    def reserve(self, symbol: str | None) -> Reserve:
        """The parameters of a market's coin; of the quote asset for None."""
        if symbol not in self._reserves:
            self._reserves[symbol] = self.parameters.reserve(symbol)
        return self._reserves[symbol]

    def largest_leverage(self, symbol: str, notional: Decimal) -> int:
        """Of a loop: 1 ÷ (1 − LTV), rounded down."""
        return largest_multiple(self.reserve(symbol).ltv)

    def initial_margin(self, position: Position, mark: Decimal) -> Decimal:
        """What can't be borrowed against the position itself."""
        own, quote = self.reserve(position.symbol).ltv, self.reserve(None).ltv
        return opening_margin(position.size, position.notional(mark), own, quote)

    def refuse(self, pool: Pool, collateral: Decimal, marks: Mapping[str, Decimal]) -> Refusal | None:
        """What isolation mode and eMode don't let an account hold (ValidationLogic.sol)."""
        held, own = holdings(pool, collateral), self.parameters
        if own.emode is not None:
            return _refuse_outside(own.emode, owed(held))
        if own.ceiling is not None:
            return _refuse_isolated(own.ceiling, held, marks)
        return None

    def _weight(self, holding: Holding, level: Level) -> Decimal:
        """LTV to borrow, else the threshold; in isolation mode the quote asset is no collateral."""
        if holding.symbol is None and self.parameters.ceiling is not None:
            return ZERO
        reserve = self.reserve(holding.symbol)
        return reserve.ltv if level == "order" else reserve.threshold

    def _collateral(self, held: Iterable[Holding], level: Level) -> Formula:
        """Collateral at its average weight: rounded down to basis points, where several are averaged."""
        counted = [each for each in supplied(held) if self._weight(each, "maintenance")]
        name = "LTV" if level == "order" else "liquidation threshold"
        each = weighted(f"collateral at its {name}", counted, lambda one: self._weight(one, level))
        if len({self._weight(one, level) for one in counted}) < 2:
            return each
        return FlooredAverage(f"collateral at its average {name}", each, total("collateral", counted), BASIS_POINT)

    def health(self, pool: Pool, collateral: Decimal, level: Level) -> Health:
        """Collateral at its average LTV (to borrow) or threshold (to stay), against all debts. Equality is safe."""
        held = holdings(pool, collateral)
        debts = total("debt", owed(held))
        if level != "withdraw":
            return Health(self._collateral(held, level), debts)
        money, coins = quote_amount(pool, collateral), [each for each in held if each.symbol is not None]
        weight = self._weight(Holding("", ONE), "maintenance")
        beside = {weight} if money > 0 else set()
        staying, opening = self._surely(coins, "maintenance", beside), self._surely(coins, "order", set())
        borrowed = None if self.parameters.emode is not None else opening
        return Health(withdrawable(money, weight, staying, borrowed, debts), Sum("nothing", ()))

    def _surely(self, coins: Iterable[Holding], level: Level, others: set[Decimal]) -> Formula:
        """The coins as collateral, a basis point less each where an average may be rounded down."""
        counted = supplied(coins)
        weights = {self._weight(each, level) for each in counted} | others
        less = BASIS_POINT if len(weights) > 1 else ZERO
        return weighted("coins as collateral", counted, lambda one: max(ZERO, self._weight(one, level) - less))

    def own_gauge(self, pool: Pool, collateral: Decimal, marks: Mapping[str, Decimal]) -> OwnGauge | None:
        """The health factor."""
        factor = self.health_factor(holdings(pool, collateral), marks)
        return None if factor is None else OwnGauge("health factor", factor, ONE, rises=False)

    def health_factor(self, held: Iterable[Holding], marks: Mapping[str, Decimal]) -> Decimal | None:
        """Of an account; None without debt."""
        known = tuple(held)
        thresholds = [(each, self._weight(each, "maintenance")) for each in supplied(known)]
        debt = sum((each.value(marks) for each in owed(known)), ZERO)
        return health_factor([(each.value(marks), weight) for each, weight in thresholds if weight], debt)

    def earned(self, symbol: str | None) -> Decimal:
        """What is supplied grows in a line (MathUtils.sol)."""
        return simple_growth(self.rates(symbol)[1], SECONDS)

    def charged(self, symbol: str | None) -> Decimal:
        """Debts compound by the second (MathUtils.sol)."""
        return compounded_growth(self.rates(symbol)[0], SECONDS)

    def rates(self, symbol: str | None) -> tuple[Decimal, Decimal]:
        """What borrowing a coin costs and supplying it earns a year, at the stated utilisation."""
        reserve = self.reserve(symbol)
        used = set_share(self.parameters.utilisation, "USDC" if symbol is None else symbol, reserve.curve.kink)
        borrow = reserve.curve.rate(used)
        return borrow, supply_rate(borrow, used, reserve.reserve_factor)

    def next_step(self, failing: Failing) -> Step | None:
        """One call after the other, until the health factor is 1 or nothing is left (LiquidationLogic.sol)."""
        marks, held = failing.marks, holdings(failing.pool, failing.collateral)
        collaterals = [each for each in supplied(held) if self._weight(each, "maintenance")] or list(supplied(held))
        repaid = bought_at_mark(failing)
        coins = [each for each in collaterals if each.symbol is not None]
        if repaid is not None and coins:
            return self._sale(repaid, coins, marks)
        if self.health(failing.pool, failing.collateral, "maintenance").safe(marks):
            return None
        debt, collateral = largest(owed(held), marks), largest(collaterals, marks)
        if debt is None or collateral is None:
            return written_off(failing, UMBRELLA)  # at the oracle’s price it becomes a deficit
        return of_call(self._call(debt, collateral, held, marks), debt, collateral, marks, TREASURY)[0]

    def _call(
        self, debt: Holding, collateral: Holding, held: Iterable[Holding], marks: Mapping[str, Decimal]
    ) -> Seizure:
        """The largest call that one may make of a debt and a collateral, in quote units."""
        there, own, known = self.reserve(collateral.symbol), self.parameters, tuple(held)
        debts, factor = sum((each.value(marks) for each in owed(known)), ZERO), self.health_factor(known, marks)
        price, worth = debt.price(marks), collateral.value(marks)
        most = most_repaid(debt.value(marks), debts, worth, factor or ZERO, own)
        giving = Side(collateral.amount, collateral.price(marks), there.unit)
        owing = Side(-debt.amount, price, self.reserve(debt.symbol).unit)
        call = liquidation_call(giving, owing, divide(most, price), there.bonus, there.protocol_fee)
        found = Seizure(call.repaid * price, call.seized * giving.price, call.fee * giving.price)
        if not own.since_v33:
            return found
        clean = without_dust(found, debt.value(marks), worth, own.leftover)
        return replace(clean, fee=EXACT.multiply(clean.seized - clean.repaid, there.protocol_fee))

    def _sale(self, repaid: Decimal, coins: Iterable[Holding], marks: Mapping[str, Decimal]) -> HandOver:
        """The coins that a liquidator gets for a coin debt that it has just repaid: the largest collateral."""
        collateral = max(coins, key=lambda each: each.value(marks))
        there = self.reserve(collateral.symbol)
        call = fee_on_bonus(seizure(repaid, collateral.value(marks), there.bonus), there.protocol_fee)
        return of_call(call, Holding("USDC", -call.repaid), collateral, marks, TREASURY)[0]


def _refuse_outside(emode: EMode, debts: Iterable[Holding]) -> Refusal | None:
    for debt in debts:
        if debt.symbol is None or not in_category(emode.borrowable, debt.symbol):
            ways = " or ".join(sorted(emode.borrowable))
            return Refusal(f"in eMode {emode.name} no {debt.asset} can be borrowed", f"sell {ways}, to borrow it")
    return None


def _refuse_isolated(ceiling: Decimal, held: Iterable[Holding], marks: Mapping[str, Decimal]) -> Refusal | None:
    known = tuple(held)
    coins = [each.asset for each in supplied(known) if each.symbol is not None]
    if len(coins) > 1:
        return Refusal("in isolation mode only one coin can be collateral", f"close {coins[0]} or {coins[1]} first")
    for debt in owed(known):
        if debt.symbol is not None:
            return Refusal(f"in isolation mode no {debt.asset} can be borrowed, only USDC", f"buy {debt.asset} instead")
        if exceeds_ceiling(debt.value(marks), ceiling):
            return Refusal(f"a debt of more than {plain(ceiling)} exceeds the debt ceiling", "owe less")
    return None


def _set_emode(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    """`set emode on`: the category of coins that move with ETH."""
    return replace(parameters, emode=ETH_CORRELATED if switch(words, "emode") else None)


def _set_version(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    """`set version v3.0`: the close factor of v3.0 to v3.2."""
    if words not in (("v3.0",), ("v3.3",)):
        raise SetupError("the rules of v3.0 and of v3.3 are known", "set version v3.0")
    return replace(parameters, since_v33=words == ("v3.3",))


OVERRIDES: Mapping[str, Setter[Parameters]] = MappingProxyType(
    {
        "ltv": shares_setter("ltv", "ltv"),
        "threshold": shares_setter("threshold", "thresholds"),
        "maintenance": maintenance_setter("thresholds"),
        "bonus": shares_setter("bonus", "bonuses"),
        "protocol-fee": rate_setter("protocol-fee", "protocol_fee"),
        "utilisation": shares_setter("utilisation", "utilisation"),
        "emode": _set_emode,
        "isolation": capital_setter("isolation", "ceiling"),
        "version": _set_version,
        "swap": rate_setter("swap", "swap"),
        "umbrella": capital_setter("umbrella", "umbrella"),
    }
)
"""What `set` can change, by name."""


def rulebook(overrides: Overrides) -> AaveV3:
    """The venue with some parameters changed.

    Raises:
        SetupError: for a parameter or a value that can't be set.
    """
    parameters = overridden(Parameters(), OVERRIDES, overrides, "aave_v3")
    for symbol in (None, *sorted({*RESERVES, *parameters.ltv, *parameters.thresholds} - {EVERY_MARKET, "USDC"})):
        reserve, asset = parameters.reserve(symbol), symbol or "USDC"
        if reserve.ltv > reserve.threshold:
            raise SetupError(f"the LTV of {asset} can’t be above its threshold", f"set threshold {asset} 85%")
    return AaveV3(parameters)
