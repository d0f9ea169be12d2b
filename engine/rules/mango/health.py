"""Mango's health: what an account's tokens, perpetuals and open spot orders count for, at three levels.

An account's positions are first gathered by token: the balance of each, and the health-weighted profit of the
perpetuals that settle in it. What is above zero then counts at the asset weight and price, what is below at the
liability weight and price. Amounts are in units of their token, prices in quote units.

Source: blockworks-foundation/mango-v4@1303a4a programs/mango-v4/src/health/cache.rs, state/bank.rs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from engine.numbers import ONE, ZERO, divide, exactly
from engine.rules.weights import Weights

HealthType = Literal["init", "maint", "liquidation_end"]
"""`init` to open (scaled weights; the worse of oracle and stable price), `maint` to stay, `liquidation_end` (the
weights of init without scaling, at the oracle price) until which a liquidation goes on."""


@dataclass(frozen=True, slots=True)
class TokenPrices:
    """The oracle's price now, and the venue's own slow one."""

    oracle: Decimal
    stable: Decimal

    def asset(self, kind: HealthType) -> Decimal:
        """What something held is valued at."""
        return min(self.oracle, self.stable) if kind == "init" else self.oracle

    def liability(self, kind: HealthType) -> Decimal:
        """What something owed is valued at."""
        return max(self.oracle, self.stable) if kind == "init" else self.oracle


def one_price(price: Decimal) -> TokenPrices:
    """Oracle and stable price are the same."""
    return TokenPrices(price, price)


@dataclass(frozen=True, slots=True)
class HealthWeights:
    """Weights to open and to stay; `scaled` stand in for those of init where a token has too many deposits or borrows
    (`scaled_asset_weight`, `scaled_liability_weight`)."""

    init: Weights
    maint: Weights
    scaled: Weights | None = None

    def at(self, kind: HealthType) -> Weights:
        """Those of a level."""
        if kind == "maint":
            return self.maint
        return self.scaled if kind == "init" and self.scaled is not None else self.init


@dataclass(frozen=True, slots=True)
class Token:
    """What an account has of a token, below zero when owed: deposits, borrows, and what is free on open-orders
    accounts."""

    name: str
    balance: Decimal
    prices: TokenPrices
    weights: HealthWeights

    def contribution(self, balance: Decimal, kind: HealthType) -> Decimal:
        """What `balance` of it adds to the health, in quote units."""
        return balance * (self.weighted_liability(kind) if balance < 0 else self.weighted_asset(kind))

    def weighted_asset(self, kind: HealthType) -> Decimal:
        """What a unit held counts for."""
        return self.weights.at(kind).long * self.prices.asset(kind)

    def weighted_liability(self, kind: HealthType) -> Decimal:
        """What a unit owed counts for."""
        return self.weights.at(kind).short * self.prices.liability(kind)


@dataclass(frozen=True, slots=True)
class Perp:
    """A perpetual's position.

    Attributes:
        base: signed size in base units; `bids` and `asks` are what its resting orders would add and take away.
        quote: what it has received less what it has paid, funding included, in units of the token that it settles in.
        overall: weights of its profit, by level (`init`, `maint`): 0 where nothing may be borrowed against it.
    """

    name: str
    base: Decimal
    quote: Decimal
    prices: TokenPrices
    weights: HealthWeights
    overall_init: Decimal
    overall_maint: Decimal
    settles_in: str
    bids: Decimal = ZERO
    asks: Decimal = ZERO

    def overall(self, kind: HealthType) -> Decimal:
        """The weight of profit at a level."""
        return self.overall_maint if kind == "maint" else self.overall_init

    def unweighted(self, kind: HealthType) -> Decimal:
        """uhupnl: quote + the worse of all bids and all asks filled, the base that is left at its weight."""
        bids = self._filled(self.bids, self.prices.liability(kind), kind)
        asks = self._filled(-self.asks, self.prices.asset(kind), kind)
        return self.quote + min(bids, asks)

    def _filled(self, orders: Decimal, order_price: Decimal, kind: HealthType) -> Decimal:
        base = self.base + orders
        price = self.prices.liability(kind) if base < 0 else self.prices.asset(kind)
        return base * self.weights.at(kind).of(base) * price - orders * order_price

    def profit(self, kind: HealthType) -> Decimal:
        """hupnl: uhupnl, weighed by the overall weight where it is above zero."""
        unweighted = self.unweighted(kind)
        return unweighted * self.overall(kind) if unweighted > 0 else unweighted


def perp_quote(quote: Decimal, base_lots: Decimal, funding: Decimal, settled: Decimal) -> Decimal:
    """A perpetual's quote with the funding that it has not settled: quote − (funding − settled) × lots; `funding` and
    `settled` are the market's running sums a lot, of the position's side. Source: state/mango_account_components.rs."""
    return quote - (funding - settled) * base_lots


@dataclass(frozen=True, slots=True)
class SpotOrders:
    """What open spot orders of a market have reserved. `lowest_ask` and `highest_bid_inverse` (base a quote) bound what
    they can turn into; zero where they are not known."""

    base: str
    quote: str
    reserved_base: Decimal
    reserved_quote: Decimal
    lowest_ask: Decimal = ZERO
    highest_bid_inverse: Decimal = ZERO

    def all_base(self, tokens: Mapping[str, Token], kind: HealthType) -> Decimal:
        """Base tokens if every bid is filled."""
        asset, liability = tokens[self.quote].prices.asset(kind), tokens[self.base].prices.liability(kind)
        bought, limit = divide(self.reserved_quote * asset, liability), self.reserved_quote * self.highest_bid_inverse
        return self.reserved_base + (min(bought, limit) if limit else bought)

    def all_quote(self, tokens: Mapping[str, Token], kind: HealthType) -> Decimal:
        """Quote tokens if every ask is filled."""
        asset, liability = tokens[self.base].prices.asset(kind), tokens[self.quote].prices.liability(kind)
        sold, limit = divide(self.reserved_base * asset, liability), self.reserved_base * self.lowest_ask
        return self.reserved_quote + (min(sold, limit) if limit else sold)


@dataclass(frozen=True, slots=True)
class Holdings:
    """All that an account's health is made of."""

    tokens: tuple[Token, ...]
    perps: tuple[Perp, ...] = ()
    orders: tuple[SpotOrders, ...] = ()

    @property
    def by_name(self) -> dict[str, Token]:
        """The tokens."""
        return {token.name: token for token in self.tokens}

    @exactly
    def effective(self, kind: HealthType) -> dict[str, Decimal]:
        """By token: its balance and the hupnl of the perpetuals that settle in it."""
        balances = {token.name: token.balance for token in self.tokens}
        for perp in self.perps:
            balances[perp.settles_in] += perp.profit(kind)
        return balances

    @exactly
    def health(self, kind: HealthType) -> Decimal:
        """The account's health at a level, in quote units; below zero is short of it."""
        balances = self.effective(kind)
        weighed = [token.contribution(balances[token.name], kind) for token in self.tokens]
        return sum([*weighed, *self._of_orders(balances, kind)], ZERO)

    def _of_orders(self, balances: Mapping[str, Decimal], kind: HealthType) -> list[Decimal]:
        """Market by market, the worse of all to base and all to quote, added last to what every market could bring."""
        tokens, most = self.by_name, dict.fromkeys(balances, ZERO)
        outcomes = [(each.all_base(tokens, kind), each.all_quote(tokens, kind)) for each in self.orders]
        for each, (base, quote) in zip(self.orders, outcomes, strict=True):
            most[each.base] += base
            most[each.quote] += quote
        full = {name: balance + most[name] for name, balance in balances.items()}
        return [
            min(_last_added(tokens[each.base], full, base, kind), _last_added(tokens[each.quote], full, quote, kind))
            if base and quote
            else ZERO
            for each, (base, quote) in zip(self.orders, outcomes, strict=True)
        ]

    @exactly
    def assets_and_liabilities(self, kind: HealthType, stable: Literal["assets", "liabilities"]) -> tuple[Decimal, ...]:
        """The health as weighted assets less weighted liabilities; what compensates the other within a token is weighed
        so that `stable` side doesn't change with it."""
        assets = liabilities = ZERO
        for token in self.tokens:
            profits = (perp.profit(kind) for perp in self.perps if perp.settles_in == token.name)
            held, owed = _both_sides([token.balance, *profits])
            net = token.contribution(held - owed, kind)
            price = token.weighted_asset(kind) if stable == "assets" else token.weighted_liability(kind)
            if stable == "assets":
                assets, liabilities = assets + held * price, liabilities + held * price - net
            else:
                assets, liabilities = assets + owed * price + net, liabilities + owed * price
        gained, lost = _both_sides(self._of_orders(self.effective(kind), kind))
        return assets + gained, liabilities + lost

    @exactly
    def health_ratio(self, kind: HealthType) -> Decimal | None:
        """100 × (assets − liabilities) ÷ liabilities: 0 at the edge; None without liabilities."""
        assets, liabilities = self.assets_and_liabilities(kind, "liabilities")
        return divide(100 * (assets - liabilities), liabilities) if liabilities > 0 else None

    @exactly
    def leverage(self) -> Decimal:
        """Liabilities ÷ equity at the oracle's prices and no weights: 0 with deposits only."""
        tokens = self.by_name
        values = [token.balance * token.prices.oracle for token in self.tokens]
        for each in self.orders:
            values.append(each.reserved_base * tokens[each.base].prices.oracle)
            values.append(each.reserved_quote * tokens[each.quote].prices.oracle)
        for perp in self.perps:
            unit = tokens[perp.settles_in].prices.oracle
            values += [perp.quote * unit, perp.base * perp.prices.oracle * unit]
        held, owed = _both_sides(values)
        return divide(owed, max(held - owed, SMALLEST_EQUITY))


SMALLEST_EQUITY = Decimal("0.001")


def _last_added(token: Token, full: Mapping[str, Decimal], amount: Decimal, kind: HealthType) -> Decimal:
    """What the health gains by `amount` that is added last to a balance of `full` in the end."""
    return token.contribution(full[token.name], kind) - token.contribution(full[token.name] - amount, kind)


def _both_sides(values: Iterable[Decimal]) -> tuple[Decimal, Decimal]:
    """What is above zero, and the size of what is below."""
    known = list(values)
    return sum((each for each in known if each > 0), ZERO), -sum((each for each in known if each < 0), ZERO)


def added_for_no_health(token: Token, health: Decimal, balance: Decimal, kind: HealthType) -> Decimal:
    """How much of a token must be added to `balance` to bring a health below zero up to zero; else zero.

    A debt is paid off first, at its weighted price; beyond it a deposit grows at the weighted price of one.
    """
    if health >= 0:
        return ZERO
    owed, added = max(-balance, ZERO), ZERO
    if owed:
        enough = divide(-health, token.weighted_liability(kind))
        if enough <= owed:
            return enough
        added, health = owed, health + owed * token.weighted_liability(kind)
    price = token.weighted_asset(kind)
    return added + divide(-health, price) if price else UNREACHABLE


UNREACHABLE = Decimal("1e30")
"""More of a token than there is: where nothing that is added to it counts."""


def scaled_asset_weight(weight: Decimal, deposits: Decimal, price: Decimal, start: Decimal | None) -> Decimal:
    """The init asset weight × start ÷ deposits where all deposits of the token are worth more than `start`, quote
    units, so that weight × deposits stays what it was; None: never. Source: state/bank.rs."""
    value = deposits * price
    return weight if start is None or value <= start else weight * divide(start, value)


def scaled_liability_weight(weight: Decimal, borrows: Decimal, price: Decimal, start: Decimal | None) -> Decimal:
    """The init liability weight × borrows ÷ start where all borrows of the token are worth more than `start`."""
    value = borrows * price
    return weight if start is None or value <= start else weight * divide(value, start or ONE)
