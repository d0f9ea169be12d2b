"""Hyperliquid perpetuals.

Cross, isolated and isolated-only margin; tiered maintenance; liquidation on the book first, then the liquidator
vault, then auto-deleveraging. Sources: hyperliquid-docs trading/margining, /margin-tiers, /liquidations,
/auto-deleveraging, /funding, /fees, as collected on 2026-11-22; each formula names its page.

Not found in those sources, and chosen here:
- which position of a cross pool is liquidated first: the one with the largest maintenance requirement;
- whether a liquidation on the book pays the taker fee: it does ("no clearance fee" is stated);
- how the vault works off what it takes: at the mark, at once;
- whether a resting order reserves margin: it is checked when placed and again when it fills, nothing is reserved;
- whether the 30 s of a partial liquidation belong to the user or the pool: to the pool;
- what happens to a pool of a market that stands still: nothing, until the backstop takes it at its last mark;
- the vault's size, the book of other traders, and the brackets of markets that the venue doesn't list.
Left out, though the venue has them: the largest value of an order, the 10 % slippage tolerance of triggered orders.
From memory, unverified: unrealised cross profit counts as available initial margin; the mode of an open position
can't be changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType

from engine.account import Account, Mode, Pool, Position
from engine.assets import base_asset, of_market
from engine.formula import Formula, Max, Price, Scaled, Sum
from engine.margin import Bracket, Health, bracket_requirement, brackets, initial_requirement
from engine.numbers import EXACT, ONE, ZERO, divide, plain
from engine.orders.order import PositionSide
from engine.rulebooks.base import Card, Exposure, Failing, Level, Reduce, Refusal, Role, Step, TakeOver
from engine.rules.funding_formula import premium_and_interest
from engine.rules.modes import one_mode_key
from engine.rules.overrides import (
    Setter,
    capital_setter,
    flat_rate,
    named,
    only,
    overridden,
    rate_setter,
    set_flat_maintenance,
    whole_leverage,
)
from engine.rules.venue import Venue

HOUR = 3_600_000
_CHOSEN = [line[2:].rstrip(".;") for line in (__doc__ or "").splitlines() if line.startswith("- ")]
_UNSURE = (
    *(f"not found, chosen here: {choice}" for choice in _CHOSEN),
    "from memory: unrealised cross profit counts as initial margin; the mode of an open position can’t be changed",
    "after a partial liquidation the docs and the wiki differ on what the 30 s mean; the docs are followed",
    "left out: the largest value of an order, the 10 % slippage tolerance of triggered orders",
)
Tiers = tuple[tuple[Decimal, int], ...]
"""(lower bound of notional in USDC, max leverage) pairs."""


def _tiers(*pairs: tuple[int, int]) -> Tiers:
    return tuple((Decimal(lower) * 1_000_000, leverage) for lower, leverage in pairs)


_LARGE_ALTS = (
    "DOGE KPEPE SUI WLD TRUMP LTC ENA POPCAT WIF AAVE KBONK LINK CRV AVAX ADA UNI NEAR TIA APT BCH HYPE FARTCOIN"
)
_SMALL_ALTS = "OP ARB LDO TON MKR ONDO JUP INJ KSHIB SEI TRX BNB DOT"

TIERS: Mapping[str, Tiers] = MappingProxyType(
    {
        "BTC": _tiers((0, 40), (150, 20)),
        "ETH": _tiers((0, 25), (100, 15)),
        "SOL": _tiers((0, 20), (70, 10)),
        "XRP": _tiers((0, 20), (40, 10)),
        **{symbol: _tiers((0, 10), (20, 5)) for symbol in _LARGE_ALTS.split()},
        **{symbol: _tiers((0, 10), (3, 5)) for symbol in _SMALL_ALTS.split()},
    }
)
"""hyperliquid-docs trading/margin-tiers, mainnet, in millions of USDC. The venue changes caps over time."""

UNLISTED_TIERS = _tiers((0, 5))
"""Other markets have one tier of 3x to 10x; this is the middle."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """The venue's numbers, dated 2026-11-22; `set NAME VALUE` in a set-up overrides one.

    Rates are fractions, money is in USDC, times are in milliseconds.
    """

    tiers: Mapping[str, Tiers] = field(default_factory=lambda: TIERS)
    flat_maintenance: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    isolated_only: frozenset[str] = frozenset({"MEME"})
    taker: Decimal = Decimal("0.00045")
    maker: Decimal = Decimal("0.00015")
    interest_8h: Decimal = Decimal("0.0001")
    funding_clamp: Decimal = Decimal("0.0005")
    funding_cap: Decimal = Decimal("0.04")
    transfer_share: Decimal = Decimal("0.1")
    partial_above: Decimal = Decimal(100_000)
    partial_share: Decimal = Decimal("0.2")
    cooldown: int = 30_000
    vault_capital: Decimal = Decimal(10_000_000)

    def tiers_of(self, symbol: str) -> Tiers:
        """The tiers of a market; a stated stand-in for markets that the venue doesn't list."""
        return of_market(self.tiers, symbol) or UNLISTED_TIERS


class Hyperliquid(Venue):
    """The rulebook `hyperliquid`."""

    card = Card(
        name="hyperliquid",
        title="Hyperliquid perpetuals (USDC)",
        modes=(
            "cross (the default there), isolated; one mode a market at a time [margining]",
            "isolated-only: no cross, margin can’t be taken out by hand; here MEME [margining]",
        ),
        margin=(
            "initial: notional ÷ leverage, checked when opening; leverage is a whole number [margining]",
            "largest leverage: BTC 40x, ETH 25x, SOL 20x, listed alts 10x, others 5x here; less in higher tiers "
            "[margin-tiers]",
            "maintenance: half of the initial margin at the largest leverage: BTC 1.25 %, ETH 2 %, SOL 2.5 % "
            "[margin-tiers]",
            "margin moved out of a pool must leave the larger of initial margin and 10 % of notional [margining]",
        ),
        costs=(
            "fees: taker 0.045 %, maker 0.015 % of notional [fees, tier 0]",
            "funding each hour: an eighth of premium + clamp(0.01 % − premium, ±0.05 %), at most 4 % [funding]",
        ),
        liquidation=(
            "below maintenance: market orders to the book, the largest requirement first [liquidations]",
            "above $100,000 of notional 20 % goes first; for 30 s after that, further orders take the whole position "
            "[liquidations]",
            "it stops as soon as what is left is above maintenance; no clearance fee [liquidations]",
            "below 2/3 of maintenance: the liquidator vault takes the pool, positions and collateral [liquidations]",
        ),
        below_zero=(
            "the vault, as far as its capital goes: $10,000,000 here [liquidations]",
            "then auto-deleveraging of winners at the previous mark [auto-deleveraging]",
        ),
        example=("maintenance 0.5%", "vault 1000"),
        unsure=_UNSURE,
        sources=(
            "hyperliquid-docs: margining, margin-tiers, liquidations, auto-deleveraging, funding, fees",
            "freqtrade test_hyperliquid.py: 32 real positions",
            "Minnzen/hyperliquid-math: worked examples",
        ),
        dated="2026-11-22",
    )
    keeps = "what stays must cover the larger of initial margin and 10 % of notional"
    modes = ("cross", "isolated")
    insurer = "vault"

    def __init__(self, parameters: Parameters | None = None) -> None:
        self.parameters = parameters or Parameters()
        self._brackets: dict[str, tuple[Bracket, ...]] = {}

    @property
    def funds(self) -> Mapping[str, Decimal]:
        """The liquidator vault, with a capital that is stated here, not by the venue."""
        return {self.insurer: self.parameters.vault_capital}

    def fee_rate(self, role: Role) -> Decimal:
        """Tier 0 of hyperliquid-docs trading/fees."""
        return self.parameters.taker if role == "taker" else self.parameters.maker

    def largest_leverage(self, symbol: str, notional: Decimal) -> int:
        """Maximum leverage of the tier that `notional` falls into (docs: margin-tiers)."""
        return [leverage for lower, leverage in self.parameters.tiers_of(symbol) if notional >= lower][-1]

    def largest_notional(self, symbol: str, leverage: int) -> Decimal | None:
        """The lower bound of the first tier whose maximum leverage is less (docs: margin-tiers)."""
        return next((lower for lower, most in self.parameters.tiers_of(symbol) if most < leverage), None)

    def isolated_only(self, symbol: str) -> bool:
        """Whether the market is strictly isolated (docs: margining)."""
        return not self.parameters.isolated_only.isdisjoint({symbol, base_asset(symbol)})

    def pool_key(
        self, account: Account, symbol: str, mode: Mode, position_side: PositionSide = "both"
    ) -> str | Refusal:
        """One position a market, in one mode: a second one in the other mode is refused."""
        if mode == "cross" and self.isolated_only(symbol):
            return Refusal(f"{symbol} is an isolated-only market on hyperliquid", "say iso")
        return one_mode_key(account, symbol, mode, position_side, "hyperliquid")

    def maintenance_brackets(self, symbol: str) -> tuple[Bracket, ...]:
        """Maintenance rate per tier is half the initial margin at the tier's maximum leverage (docs: margin-tiers)."""
        if symbol not in self._brackets:
            rate = flat_rate(self.parameters.flat_maintenance, symbol)
            tiers = self.parameters.tiers_of(symbol)
            rates = [(lower, divide(Decimal("0.5"), Decimal(leverage))) for lower, leverage in tiers]
            self._brackets[symbol] = brackets([(ZERO, rate)] if rate is not None else rates)
        return self._brackets[symbol]

    def health(self, pool: Pool, collateral: Decimal, level: Level) -> Health:
        """Equity against: Σ initial margin to open; max(that, 10 % of notional) to move margin out; Σ maintenance to
        stay; 2/3 of that before the backstop. Equality is safe (docs: margining, liquidations)."""
        positions = [position for _, position in sorted(pool.positions.items())]
        requirement: Formula
        if level in ("maintenance", "liquidation_end", "backstop"):
            parts = tuple(bracket_requirement(p, self.maintenance_brackets(p.symbol)) for p in positions)
            requirement = Sum("maintenance requirement", parts)
            if level == "backstop":
                requirement = Scaled("2/3 of maintenance", divide(Decimal(2), Decimal(3)), requirement)
        else:
            initial = Sum("initial requirement", tuple(initial_requirement(p) for p in positions))
            requirement = initial if level == "order" else self._to_keep(initial, positions)
        return Health(pool.equity(collateral), requirement)

    def _to_keep(self, initial: Formula, positions: list[Position]) -> Formula:
        share = self.parameters.transfer_share
        notional = tuple(
            Scaled(f"{plain(share * 100)}% of {p.symbol} notional", EXACT.multiply(share, abs(p.size)), Price(p.symbol))
            for p in positions
        )
        return Max("requirement to move margin out", (initial, Sum("share of notional", notional)))

    def funding_rate(self, symbol: str, premium: Decimal | None) -> Decimal:
        """F(8h) = premium + clamp(interest − premium, ±0.05 %); an eighth of it each hour, capped (docs: funding)."""
        return hourly_funding(premium or ZERO, self.parameters)

    def next_step(self, failing: Failing) -> Step | None:
        """The book first, 20 % of what is above $100,000; the vault below 2/3 of maintenance (docs: liquidations)."""
        pool, marks = failing.pool, failing.marks
        if self.health(pool, failing.collateral, "maintenance").safe(marks):
            return None
        if not self.health(pool, failing.collateral, "backstop").safe(marks):
            return TakeOver(self.insurer)
        open_now = [p for _, p in sorted(pool.positions.items()) if p.symbol in failing.trading]
        if not open_now:
            return None
        target = max(open_now, key=lambda p: self._maintenance(p, marks[p.symbol]))
        large = target.notional(marks[target.symbol]) > self.parameters.partial_above
        if large and failing.time >= pool.whole_until:
            return Reduce(target.key, self.parameters.partial_share, self.parameters.cooldown)
        return Reduce(target.key, ONE)

    def _maintenance(self, position: Position, mark: Decimal) -> Decimal:
        return bracket_requirement(position, self.maintenance_brackets(position.symbol)).exact({position.symbol: mark})

    def adl_rank(self, symbol: str, exposure: Exposure, mark: Decimal) -> Decimal:
        """(mark ÷ entry) × (notional ÷ account value), mark and entry swapped for a short (docs: auto-deleveraging
        gives the long's form)."""
        return adl_index(exposure, mark)


def hourly_funding(premium: Decimal, parameters: Parameters) -> Decimal:
    """The hourly rate from a mean premium (a fraction of the index)."""
    return max(-parameters.funding_cap, min(parameters.funding_cap, funding_8h(premium, parameters) / 8))


def funding_8h(premium: Decimal, parameters: Parameters) -> Decimal:
    """F(8h) = P + clamp(interest − P, −0.05 %, +0.05 %) (docs: funding)."""
    return premium_and_interest(premium, parameters.interest_8h, parameters.funding_clamp)


def adl_index(exposure: Exposure, mark: Decimal) -> Decimal:
    """(mark ÷ entry) × (notional ÷ account value), which must be above zero; larger goes first."""
    gain = divide(mark, exposure.entry_price) if exposure.size > 0 else divide(exposure.entry_price, mark)
    return EXACT.multiply(gain, divide(exposure.notional, exposure.account_value))


def _set_max_leverage(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    example = "set max-leverage ETH 50x"
    only(words, 2, example)
    tiers = {**parameters.tiers, named(words[0], example): ((ZERO, whole_leverage(words[1], "max-leverage", example)),)}
    return replace(parameters, tiers=MappingProxyType(tiers))


def _set_isolated_only(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    symbols = {named(word, "set isolated-only SOL MEME") for word in words}
    return replace(parameters, isolated_only=parameters.isolated_only | symbols)


OVERRIDES: Mapping[str, Setter[Parameters]] = MappingProxyType(
    {
        "maintenance": set_flat_maintenance,
        "max-leverage": _set_max_leverage,
        "isolated-only": _set_isolated_only,
        "vault": capital_setter("vault", "vault_capital"),
        "taker": rate_setter("taker", "taker"),
        "maker": rate_setter("maker", "maker"),
        "interest": rate_setter("interest", "interest_8h"),
        "funding-cap": rate_setter("funding-cap", "funding_cap"),
    }
)
"""What `set` can change, by name."""


def rulebook(overrides: tuple[tuple[str, ...], ...]) -> Hyperliquid:
    """The venue with some parameters changed.

    Raises:
        SetupError: for a parameter or a value that can't be set.
    """
    return Hyperliquid(overridden(Parameters(), OVERRIDES, overrides, "hyperliquid"))
