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

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType

from engine.account import CROSS, Account, Mode, Pool, Position, isolated_key
from engine.formula import Formula, Max, Price, Scaled, Sum
from engine.margin import Bracket, Health, bracket_requirement, brackets
from engine.market import Market
from engine.numbers import EXACT, ONE, ZERO, divide, plain
from engine.rulebooks.base import Card, Exposure, Level, Reduce, Refusal, Role, SetupError, Step, TakeOver
from engine.rulebooks.overrides import fraction, named, number, only

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
        return self.tiers.get(symbol, UNLISTED_TIERS)


EVERY_MARKET = "*"
LARGEST_LEVERAGE = 1000


class Hyperliquid:
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
        unsure=_UNSURE,
        sources=(
            "hyperliquid-docs: margining, margin-tiers, liquidations, auto-deleveraging, funding, fees",
            "freqtrade test_hyperliquid.py: 32 real positions",
            "Minnzen/hyperliquid-math: worked examples",
        ),
        dated="2026-11-22",
    )
    keeps = "what stays must cover the larger of initial margin and 10 % of notional"
    call_levels = (Decimal("0.5"), Decimal("0.8"), Decimal("0.95"))

    def __init__(self, parameters: Parameters | None = None) -> None:
        self.parameters = parameters or Parameters()
        self._brackets: dict[str, tuple[Bracket, ...]] = {}

    @property
    def vault_capital(self) -> Decimal:
        """What the liquidator vault starts with: stated here, not by the venue."""
        return self.parameters.vault_capital

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
        return symbol in self.parameters.isolated_only

    def pool_key(self, account: Account, symbol: str, mode: Mode) -> str | Refusal:
        """One position a market, in one mode: a second one in the other mode is refused."""
        if mode == "cross" and self.isolated_only(symbol):
            return Refusal(f"{symbol} is an isolated-only market on hyperliquid", "say iso")
        key = CROSS if mode == "cross" else isolated_key(symbol)
        for pool in account.pools_with(symbol):
            if pool.key != key:
                return Refusal(
                    f"{symbol} is open in {pool.mode} mode, and hyperliquid keeps one mode a market",
                    f"trade it in {pool.mode} mode, or close {symbol} first",
                )
        return key

    def maintenance_brackets(self, symbol: str) -> tuple[Bracket, ...]:
        """Maintenance rate per tier is half the initial margin at the tier's maximum leverage (docs: margin-tiers)."""
        if symbol not in self._brackets:
            flat = self.parameters.flat_maintenance
            rate = flat.get(symbol, flat.get(EVERY_MARKET))
            tiers = self.parameters.tiers_of(symbol)
            rates = [(lower, divide(Decimal("0.5"), Decimal(leverage))) for lower, leverage in tiers]
            self._brackets[symbol] = brackets([(ZERO, rate)] if rate is not None else rates)
        return self._brackets[symbol]

    def health(self, pool: Pool, collateral: Decimal, level: Level) -> Health:
        """Equity against: Σ initial margin to open; max(that, 10 % of notional) to move margin out; Σ maintenance to
        stay; 2/3 of that before the backstop. Equality is safe (docs: margining, liquidations)."""
        positions = [position for _, position in sorted(pool.positions.items())]
        requirement: Formula
        if level in ("maintenance", "backstop"):
            parts = tuple(bracket_requirement(p, self.maintenance_brackets(p.symbol)) for p in positions)
            requirement = Sum("maintenance requirement", parts)
            if level == "backstop":
                requirement = Scaled("2/3 of maintenance", divide(Decimal(2), Decimal(3)), requirement)
        else:
            initial = Sum("initial requirement", tuple(_initial(p) for p in positions))
            requirement = initial if level == "order" else self._to_keep(initial, positions)
        return Health(pool.equity(collateral), requirement)

    def _to_keep(self, initial: Formula, positions: list[Position]) -> Formula:
        share = self.parameters.transfer_share
        notional = tuple(
            Scaled(f"{plain(share * 100)}% of {p.symbol} notional", EXACT.multiply(share, abs(p.size)), Price(p.symbol))
            for p in positions
        )
        return Max("requirement to move margin out", (initial, Sum("share of notional", notional)))

    def initial_margin(self, position: Position, mark: Decimal) -> Decimal:
        """|size| × mark ÷ leverage (docs: margining)."""
        return _initial(position).exact({position.symbol: mark})

    def next_funding(self, after: int) -> int:
        """Every full hour."""
        return (after // HOUR + 1) * HOUR

    def funding_period(self) -> int:
        """One hour."""
        return HOUR

    def funding_rate(self, premium: Decimal | None) -> Decimal:
        """F(8h) = premium + clamp(interest − premium, ±0.05 %); an eighth of it each hour, capped (docs: funding)."""
        return hourly_funding(premium or ZERO, self.parameters)

    def next_step(
        self, pool: Pool, collateral: Decimal, marks: Mapping[str, Decimal], trading: frozenset[str], time: int
    ) -> Step | None:
        """The book first, 20 % of what is above $100,000; the vault below 2/3 of maintenance (docs: liquidations)."""
        if self.health(pool, collateral, "maintenance").safe(marks):
            return None
        if not self.health(pool, collateral, "backstop").safe(marks):
            return TakeOver("vault")
        open_now = [p for _, p in sorted(pool.positions.items()) if p.symbol in trading]
        if not open_now:
            return None
        target = max(open_now, key=lambda p: self._maintenance(p, marks[p.symbol]))
        if target.notional(marks[target.symbol]) > self.parameters.partial_above and time >= pool.whole_until:
            return Reduce(target.symbol, self.parameters.partial_share, self.parameters.cooldown)
        return Reduce(target.symbol, ONE)

    def _maintenance(self, position: Position, mark: Decimal) -> Decimal:
        return bracket_requirement(position, self.maintenance_brackets(position.symbol)).exact({position.symbol: mark})

    def adl_order(self, candidates: tuple[Exposure, ...], mark: Decimal) -> tuple[tuple[Exposure, Decimal], ...]:
        """Who is in profit, by (mark ÷ entry) × (notional ÷ account value), mark and entry swapped for a short (docs:
        auto-deleveraging gives the long's form)."""
        winners = [c for c in candidates if c.account_value > 0 and (mark - c.entry_price) * c.size > 0]
        ranked = [(candidate, adl_index(candidate, mark)) for candidate in winners]
        return tuple(sorted(ranked, key=lambda pair: (-pair[1], pair[0].trader)))

    def others(self, market: Market, price: Decimal) -> tuple[Exposure, ...]:
        """Three longs and three shorts a market, stated: $2m, $500k and $100k, entered 5 %, 2 % and 0 % in profit,
        at 3x, 5x and 10x."""
        book = ((2_000_000, "0.05", 3), (500_000, "0.02", 5), (100_000, "0", 10))
        return tuple(
            _other(market, price, side, Decimal(notional), Decimal(ahead), leverage)
            for side in (1, -1)
            for notional, ahead, leverage in book
        )


def _other(market: Market, price: Decimal, side: int, notional: Decimal, ahead: Decimal, leverage: int) -> Exposure:
    size = max(market.size_down(divide(notional, price)), market.lot_size)
    entry = max(market.price_down(price * (1 - side * ahead)), market.tick_size)
    who = f"{'long' if side > 0 else 'short'} {leverage}x {market.symbol}"
    return Exposure(who, side * size, entry, notional, divide(notional, Decimal(leverage)))


def _initial(position: Position) -> Formula:
    label = f"{position.symbol} initial: {plain(abs(position.size))} × mark ÷ {position.leverage}"
    return Scaled(label, divide(abs(position.size), Decimal(position.leverage)), Price(position.symbol))


def hourly_funding(premium: Decimal, parameters: Parameters) -> Decimal:
    """The hourly rate from a mean premium (a fraction of the index)."""
    return max(-parameters.funding_cap, min(parameters.funding_cap, funding_8h(premium, parameters) / 8))


def funding_8h(premium: Decimal, parameters: Parameters) -> Decimal:
    """F(8h) = P + clamp(interest − P, −0.05 %, +0.05 %) (docs: funding)."""
    clamp = parameters.funding_clamp
    return premium + max(-clamp, min(clamp, parameters.interest_8h - premium))


def impact_premium(impact_bid: Decimal, impact_ask: Decimal, oracle: Decimal) -> Decimal:
    """(max(impact bid − oracle, 0) − max(oracle − impact ask, 0)) ÷ oracle (docs: funding)."""
    return divide(max(impact_bid - oracle, ZERO) - max(oracle - impact_ask, ZERO), oracle)


def adl_index(exposure: Exposure, mark: Decimal) -> Decimal:
    """(mark ÷ entry) × (notional ÷ account value), which must be above zero; larger goes first."""
    gain = divide(mark, exposure.entry_price) if exposure.size > 0 else divide(exposure.entry_price, mark)
    return EXACT.multiply(gain, divide(exposure.notional, exposure.account_value))


def _set_maintenance(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    example = "set maintenance 0.5%, or set maintenance ETH 1%"
    only(words, 2 if len(words) == 2 else 1, example)
    market = named(words[0], example) if len(words) == 2 else EVERY_MARKET
    value = fraction(words[-1], "maintenance")
    if value == 0:
        raise SetupError("maintenance must be more than zero", example)
    return replace(parameters, flat_maintenance=MappingProxyType({**parameters.flat_maintenance, market: value}))


def _set_max_leverage(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    example = "set max-leverage ETH 50x"
    only(words, 2, example)
    text = words[1].lower().removesuffix("x")
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= LARGEST_LEVERAGE):
        raise SetupError(f"max-leverage wants 1x to {LARGEST_LEVERAGE}x, not “{words[1][:32]}”", example)
    tiers = {**parameters.tiers, named(words[0], example): ((ZERO, int(text)),)}
    return replace(parameters, tiers=MappingProxyType(tiers))


def _set_isolated_only(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    symbols = {named(word, "set isolated-only SOL MEME") for word in words}
    return replace(parameters, isolated_only=parameters.isolated_only | symbols)


def _set_vault(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
    example = "set vault 50000"
    only(words, 1, example)
    capital = number(words[0].removeprefix("$").replace(",", ""), "vault", example)
    if capital < 0:
        raise SetupError("the vault can’t start below zero", example)
    return replace(parameters, vault_capital=capital)


def _rate_setter(name: str, attribute: str) -> Callable[[Parameters, tuple[str, ...]], Parameters]:
    def setter(parameters: Parameters, words: tuple[str, ...]) -> Parameters:
        only(words, 1, f"set {name} 0.5%")
        return replace(parameters, **{attribute: fraction(words[0], name)})  # type: ignore[arg-type]

    return setter


OVERRIDES: Mapping[str, Callable[[Parameters, tuple[str, ...]], Parameters]] = MappingProxyType(
    {
        "maintenance": _set_maintenance,
        "max-leverage": _set_max_leverage,
        "isolated-only": _set_isolated_only,
        "vault": _set_vault,
        "taker": _rate_setter("taker", "taker"),
        "maker": _rate_setter("maker", "maker"),
        "interest": _rate_setter("interest", "interest_8h"),
        "funding-cap": _rate_setter("funding-cap", "funding_cap"),
    }
)
"""What `set` can change, by name."""


def rulebook(overrides: tuple[tuple[str, ...], ...]) -> Hyperliquid:
    """The venue with some parameters changed.

    Raises:
        SetupError: for a parameter or a value that can't be set.
    """
    parameters = Parameters()
    for name, *words in overrides:
        if name not in OVERRIDES or not words:
            known = ", ".join(f"set {each} …" for each in OVERRIDES)
            raise SetupError(f"hyperliquid has no parameter “{name}” to set so", known)
        parameters = OVERRIDES[name](parameters, tuple(words))
    return Hyperliquid(parameters)
