"""marginfi v2: lending on Solana, an account of supplied and borrowed assets with a weight for each side.

Health = Σ held × asset weight × low price − Σ owed × liability weight × high price; initial health at a time-weighted
price to open, maintenance health at the price as it is to stay. Sources: mrgnlabs/marginfi-v2@3031ba3 (2026-01-28)
programs/marginfi/src state/marginfi_account.rs, price.rs, bank.rs, interest_rate.rs, instructions liquidate.rs,
liquidate_end.rs, handle_bankruptcy.rs, type-crate/src/constants.rs, and its guides. Banks in
`data/marginfi_v2_banks.py`; what they leave open, and what is left out, stands in `UNSURE` of the card.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType

from engine.account import Pool, Position
from engine.formula import Const, Formula, Min, Price, Scaled, Sum
from engine.margin import Health
from engine.numbers import EXACT, ONE, ZERO, divide, exactly, plain
from engine.rulebooks.base import (
    Failing,
    HandOver,
    Level,
    Overrides,
    OwnGauge,
    Refusal,
    Step,
    Wait,
)
from engine.rulebooks.data.marginfi_v2_banks import Bank, Fees
from engine.rulebooks.data.marginfi_v2_card import CARD
from engine.rulebooks.data.marginfi_v2_parameters import OVERRIDES, Parameters, check
from engine.rules.average_price import average_name, average_price
from engine.rules.curves import rate_through_points, simple_growth
from engine.rules.lending import (
    QUOTE,
    Holding,
    holdings,
    largest,
    largest_multiple,
    opening_margin,
    owed,
    quote_amount,
    supplied,
    withdrawable,
)
from engine.rules.lending_venue import SECONDS, LendingVenue
from engine.rules.lending_words import set_share
from engine.rules.overrides import overridden
from engine.rules.seizing import Seizure, bought_at_mark, of_call
from engine.rules.weights import ONE_QUOTE, Weighed, Weights, counted
from engine.rules.weights import owed as owed_at_weight
from engine.tape import Path

INSURANCE = "insurance vault"
LEAST_MAX_FEE = Decimal("0.05")
CLOSED_OUT_BELOW, BANKRUPT_BELOW = Decimal(5), Decimal("0.1")
CENT, A_LITTLE_MORE = Decimal("0.01"), Decimal("1.0001")
"""A liquidation takes at least a cent's worth, and aims above zero by more than ticks and lots take off."""
WATCHED = "watched"


@exactly
def account_health(assets: Iterable[tuple[Decimal, Decimal]], debts: Iterable[tuple[Decimal, Decimal]]) -> Decimal:
    """Σ value × asset weight − Σ value × liability weight, of (value, weight) pairs, values in quote units at the low
    and the high price (marginfi_account.rs get_account_health_components)."""
    held = sum((value * weight for value, weight in assets), ZERO)
    return held - sum((value * weight for value, weight in debts), ZERO)


def liquidatable(health: Decimal) -> bool:
    """Whether a maintenance health lets a liquidator act: zero is enough
    (marginfi_account.rs check_pre_liquidation_condition_and_get_account_health)."""
    return health <= 0


def pair_ltv(asset_weight: Decimal, liability_weight: Decimal) -> Decimal:
    """What a unit of one asset lets one borrow of another (guides/RISK_AND_LIQUIDATORS/GETTING_STARTED_RISK.md)."""
    return divide(asset_weight, liability_weight)


def init_discount(deposits: Decimal, limit: Decimal | None) -> Decimal:
    """What an asset weight is multiplied by to open: limit ÷ deposits where these are above it, in quote units
    (bank.rs maybe_get_asset_weight_init_discount)."""
    return ONE if limit is None or deposits <= limit else divide(limit, deposits)


@dataclass(frozen=True, slots=True)
class Liquidation:
    """A classic liquidation, in units of the debt.

    Attributes:
        taken: of the debt by the liquidator, `repaid` of it for the account, `insured` what the vault gets.
    """

    taken: Decimal
    repaid: Decimal

    @property
    def insured(self) -> Decimal:
        """What the liquidator takes more than it repays."""
        return EXACT.subtract(self.taken, self.repaid)


@exactly
def classic_liquidation(
    seized: Decimal, asset_price: Decimal, debt_price: Decimal, liquidator_fee: Decimal, insurance_fee: Decimal
) -> Liquidation:
    """q × p_asset × (1 − f_l) ÷ p_debt is taken, q × p_asset × (1 − f_l − f_i) ÷ p_debt repaid for q = `seized` units;
    the asset at its low price, the debt at its high one (liquidate.rs)."""
    units = divide(seized * asset_price, debt_price)
    return Liquidation(units * (ONE - liquidator_fee), units * (ONE - liquidator_fee - insurance_fee))


def most_seized(repaid: Decimal, max_fee: Decimal) -> Decimal:
    """The value that a receivership liquidation may take for what it repaid; a fee below 5 % is 5 %
    (liquidate_end.rs)."""
    return EXACT.multiply(repaid, ONE + max(max_fee, LEAST_MAX_FEE))


def bankrupt(assets: Decimal, debts: Decimal) -> bool:
    """Whether values without weights make an account bankrupt (marginfi_account.rs check_account_bankrupt)."""
    return assets < debts and assets < BANKRUPT_BELOW


def settle_bad_debt(bad_debt: Decimal, insurance: Decimal) -> tuple[Decimal, Decimal]:
    """What of a bad debt the insurance vault covers, and what depositors bear (handle_bankruptcy.rs)."""
    covered = min(bad_debt, insurance)
    return covered, bad_debt - covered


def share_value(deposits: Decimal, loss: Decimal) -> Decimal:
    """What a unit of deposits is worth once all of them bear a loss; zero where the bank is killed
    (bank.rs socialize_loss)."""
    return divide(max(ZERO, deposits - loss), deposits)


@dataclass(frozen=True, slots=True)
class Rates:
    """Rates a year, as fractions: the bank's base rate, what depositors get and borrowers pay, and the fees in that."""

    base: Decimal
    lending: Decimal
    borrowing: Decimal
    group_fee: Decimal
    insurance_fee: Decimal
    program_fee: Decimal


@exactly
def interest_rates(
    points: Iterable[tuple[Decimal, Decimal]], utilisation: Decimal, group: Fees, insurance: Fees, program: Fees
) -> Rates:
    """lending = base × U, borrowing = base × (1 + Σ rate fees) + Σ fixed fees (interest_rate.rs calc_interest_rate)."""
    base = rate_through_points(points, utilisation)
    fees = [base * each.rate + each.fixed for each in (group, insurance, program)]
    return Rates(base, base * utilisation, base + sum(fees, ZERO), *fees)


class MarginfiV2(LendingVenue):
    """The rulebook `marginfi_v2`."""

    card = CARD
    keeps = "what stays must keep the initial health at zero or above"
    variants = MappingProxyType({"receivership": (("liquidation", "receivership"),)})
    insurer = INSURANCE

    def __init__(self, parameters: Parameters | None = None) -> None:
        self.parameters = parameters or Parameters()
        self._banks: dict[str | None, Bank] = {}

    @property
    def funds(self) -> Mapping[str, Decimal]:
        """The insurance vault, with a capital that is stated here."""
        return {INSURANCE: self.parameters.insurance}

    @property
    def swap_fee(self) -> Decimal:
        """Stated here."""
        return self.parameters.swap

    def bank(self, symbol: str | None) -> Bank:
        """The bank of a market's coin; of the quote asset for None."""
        if symbol not in self._banks:
            self._banks[symbol] = self.parameters.bank(symbol)
        return self._banks[symbol]

    def largest_leverage(self, symbol: str, notional: Decimal) -> int:
        """Of a loop: 1 ÷ (1 − asset weight ÷ liability weight), rounded down (guides/USER/FEES.md)."""
        quote = self.bank(None).weights.initial
        return largest_multiple(pair_ltv(self._weights(symbol, initial=True).long, quote.short))

    def initial_margin(self, position: Position, mark: Decimal) -> Decimal:
        """What can't be borrowed against the position itself."""
        own, quote = self._weights(position.symbol, initial=True), self.bank(None).weights.initial
        sold = pair_ltv(quote.long, own.short)
        return opening_margin(position.size, position.notional(mark), pair_ltv(own.long, quote.short), sold)

    def refuse(self, pool: Pool, collateral: Decimal, marks: Mapping[str, Decimal]) -> Refusal | None:
        """A coin of the isolated tier can only be borrowed alone (check_account_risk_tiers)."""
        debts = owed(holdings(pool, collateral))
        isolated = [each.asset for each in debts if self.bank(each.symbol).isolated]
        if not isolated or len(debts) == 1:
            return None
        others = ", ".join(each.asset for each in debts if each.asset != isolated[0])
        reason = (
            f"{isolated[0]} is in the isolated tier: borrowed, it must be the only debt, and {others} would be owed"
        )
        return Refusal(reason, f"repay {others} first")

    # -- health

    def _weights(self, symbol: str | None, initial: bool) -> Weights:
        """Of a bank at a level, with a maintenance that was set for the coin."""
        own, rate = self.bank(symbol), self.parameters.flat(symbol)
        if rate is None:
            return own.weights.initial if initial else own.weights.maintenance
        stays, opens = Weights(ONE - rate, ONE + rate), own.weights.initial
        return Weights(min(opens.long, stays.long), max(opens.short, stays.short)) if initial else stays

    def _is_flat(self, pool: Pool) -> bool:
        """Whether a maintenance was set for a coin of the account: quote money counts for what it is then."""
        return any(self.parameters.flat(each.symbol) is not None for each in pool.positions.values())

    def _weighed(self, holding: Holding, initial: bool, flat: bool = False) -> Weighed:
        """A holding at its weights and its biased price; `flat` as in `_is_flat`."""
        symbol = holding.symbol
        if symbol is None:
            weights = Weights(ONE, ONE) if flat and not initial else self._weights(None, initial)
            return Weighed(holding.asset, holding.amount, ONE_QUOTE, weights)
        averaged = initial and self.parameters.average > 0
        price = Price(average_name(symbol) if averaged else symbol)
        weights, bias = self._weights(symbol, initial), self.parameters.bias(symbol)
        if not bias or (not initial and self.parameters.flat(symbol) is not None):
            return Weighed(holding.asset, holding.amount, price, weights)
        share, word = (ONE - bias, "less") if holding.amount > 0 else (ONE + bias, "plus")
        biased = Scaled(f"{price.label} {word} {plain(bias * 100)} %", share, price)
        return Weighed(f"{holding.asset} ({word} {plain(bias * 100)} %)", holding.amount, biased, weights)

    def _asset(self, part: Weighed, symbol: str | None, initial: bool) -> Formula:
        """What something held counts for: to open, no more than the bank's init limit lets it."""
        limit = self.bank(symbol).init_limit
        if not initial or limit is None:
            return counted(part)
        most = Const(f"init limit of {part.name}", EXACT.multiply(part.weight, limit))
        return Min(f"{part.name} to open", (counted(part), most))

    def health(self, pool: Pool, collateral: Decimal, level: Level) -> Health:
        """Weighted assets against weighted liabilities. Equality is safe to open and to withdraw, not to stay."""
        initial = level in ("order", "withdraw")
        held, flat = holdings(pool, collateral), self._is_flat(pool)
        if level == "withdraw":
            return Health(self._withdrawable(held, quote_amount(pool, collateral)), Sum("nothing", ()))
        assets, debts = self._assets(held, initial, flat), self._debts(held, initial, flat)
        return Health(assets, debts, equal_is_safe=initial or not debts.parts)

    def _assets(self, held: Iterable[Holding], initial: bool, flat: bool) -> Sum:
        parts = (self._asset(self._weighed(each, initial, flat), each.symbol, initial) for each in supplied(held))
        return Sum("weighted assets", tuple(parts))

    def _debts(self, held: Iterable[Holding], initial: bool, flat: bool) -> Sum:
        parts = (owed_at_weight(self._weighed(each, initial, flat)) for each in owed(held))
        return Sum("weighted liabilities", tuple(parts))

    def _withdrawable(self, held: tuple[Holding, ...], money: Decimal) -> Formula:
        """Quote money that may leave: everything is taken in units of what may be owed of it, one for one."""
        quote = self._weights(None, initial=True)
        unit = divide(ONE, quote.short)
        coins = Scaled("coins as collateral", unit, self._assets([each for each in held if each.symbol], True, False))
        debts = Scaled("debts", unit, self._debts(held, True, False))
        borrowable = None if any(self.bank(each.symbol).isolated for each in owed(held)) else coins
        return withdrawable(money, EXACT.multiply(quote.long, unit), coins, borrowable, debts)

    def own_gauge(self, pool: Pool, collateral: Decimal, marks: Mapping[str, Decimal]) -> OwnGauge | None:
        """Its maintenance health; None without debt."""
        health = self.health(pool, collateral, "maintenance")
        owes = health.requirement.exact(marks)
        return OwnGauge("maintenance health", health.margin.exact(marks), ZERO, rises=False) if owes else None

    def references(self, path: Path, step: int) -> Mapping[str, Decimal]:
        """The time-weighted price of every market."""
        span = self.parameters.average
        return {average_name(each): average_price(path, each, step, span) for each in path.tape.by_symbol if span}

    # -- interest

    def earned(self, symbol: str | None) -> Decimal:
        """Simple within the hour (interest_rate.rs calc_interest_rate_accrual_state_changes)."""
        return simple_growth(self.rates(symbol).lending, SECONDS)

    def charged(self, symbol: str | None) -> Decimal:
        """Simple within the hour too."""
        return simple_growth(self.rates(symbol).borrowing, SECONDS)

    def rates(self, symbol: str | None) -> Rates:
        """An asset's rates a year, at the stated utilisation."""
        bank = self.bank(symbol)
        used = set_share(self.parameters.utilisation, QUOTE if symbol is None else symbol, bank.optimal)
        return interest_rates(bank.points, used, bank.group, bank.insurance, Fees())

    # -- liquidation

    @exactly
    def next_step(self, failing: Failing) -> Step | None:
        """Collateral for debt until the health is above zero; then the liquidator looks again after a while."""
        marks, held = failing.marks, holdings(failing.pool, failing.collateral)
        repaid = bought_at_mark(failing)
        coins = [each for each in self._seizable(held) if each.symbol is not None]
        if repaid is not None and coins:
            return self._sale(repaid, max(coins, key=lambda each: each.value(marks)), failing)
        health = self.health(failing.pool, failing.collateral, "maintenance")
        if health.safe(marks):
            return Wait(failing.time + self.parameters.interval * 1000, WATCHED) if failing.done else None
        assets, debts = (sum((each.value(marks) for each in side), ZERO) for side in (supplied(held), owed(held)))
        debt, collateral = largest(owed(held), marks), largest(self._seizable(held), marks)
        if debt is None or collateral is None or bankrupt(assets, debts):
            return _write_off(failing)
        margin = health.margin.exact(marks)
        call = self._call(debt, collateral, -margin, assets < CLOSED_OUT_BELOW, failing)
        return replace(of_call(call, debt, collateral, marks, INSURANCE)[0], up=True)

    def _seizable(self, held: Iterable[Holding]) -> tuple[Holding, ...]:
        """What a liquidator may take: in receivership nothing that counts for nothing, as long as there is else."""
        there = supplied(held)
        worth = tuple(each for each in there if self._weights(each.symbol, initial=False).long)
        return worth if self.parameters.receivership and worth else there

    def _exchange(self, asset: str | None, debt: str | None) -> tuple[Decimal, Decimal]:
        """For a unit of value taken, at the marks: what is repaid, and what the insurance vault gets."""
        own = self.parameters
        low, high = ONE - own.bias(asset), ONE + own.bias(debt)
        if own.receivership:
            return divide(low, most_seized(high, own.max_fee)), ZERO
        call = classic_liquidation(ONE, low, high, own.liquidator_fee, own.insurance_fee)
        return call.repaid, call.insured

    def _unit(self, holding: Holding, flat: bool) -> Decimal:
        """What a unit of a holding's value counts for to stay, held or owed."""
        at_one = replace(holding, amount=ONE if holding.amount > 0 else -ONE)
        part = self._weighed(at_one, initial=False, flat=flat)
        return EXACT.multiply(part.weight, part.price.exact({holding.symbol: ONE} if holding.symbol else {}))

    def _call(self, debt: Holding, collateral: Holding, missing: Decimal, closes: bool, failing: Failing) -> Seizure:
        """What lifts the health by `missing`, as far as debt and collateral go; all of them where nothing lifts it, or
        where receivership `closes` a small account."""
        marks, flat = failing.marks, self._is_flat(failing.pool)
        repaid, fee = self._exchange(collateral.symbol, debt.symbol)
        lifted = repaid * self._unit(debt, flat) - self._unit(collateral, flat)
        worth, owes = collateral.value(marks), debt.value(marks)
        if closes and self.parameters.receivership:
            return Seizure(min(owes, worth * repaid), worth)
        wanted = max(CENT, divide(missing * A_LITTLE_MORE, lifted)) if lifted > 0 else worth
        seized = min(wanted, worth, divide(owes, repaid))
        return Seizure(seized * repaid, seized, seized * fee)

    def _sale(self, repaid: Decimal, collateral: Holding, failing: Failing) -> Step:
        """The coins that a liquidator gets for a coin debt that it has just repaid."""
        bought = failing.done[-1]
        share, fee = self._exchange(collateral.symbol, bought.position if isinstance(bought, HandOver) else None)
        seized = min(collateral.value(failing.marks), divide(repaid, share))
        call = Seizure(repaid, seized, seized * fee)
        return replace(of_call(call, Holding(QUOTE, -repaid), collateral, failing.marks, INSURANCE)[0], up=True)


def _write_off(failing: Failing) -> Step | None:
    """A bankrupt account's coins and debts go at the oracle's price; the insurance vault pays what is missing."""
    for key, position in sorted(failing.pool.positions.items()):
        return HandOver(key, abs(position.size), failing.marks[position.symbol], taker=INSURANCE)
    return None


def rulebook(overrides: Overrides) -> MarginfiV2:
    """The venue with some parameters changed.

    Raises:
        SetupError: for a parameter or a value that can't be set.
    """
    parameters = overridden(Parameters(), OVERRIDES, overrides, "marginfi_v2")
    check(parameters)
    return MarginfiV2(parameters)
