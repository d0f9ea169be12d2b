"""Mango as a venue: what a pool of coins and perpetuals counts for, and how liquidators take it apart.

The health of an account is equity less what of it does not count: of a coin or a perpetual's base what its weight takes
off, of a perpetual's open profit what its overall weight does. The same number comes out of `Holdings.health`, which is
what liquidations are reckoned with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.account import Pool, Position
from engine.assets import of_market
from engine.formula import Const, Formula, Max, Min, Price, Scaled, Sum
from engine.margin import Health, initial_requirement
from engine.numbers import EXACT, MONEY_UNIT, ONE, ZERO, divide, exactly, plain
from engine.rulebooks.base import (
    Accrual,
    CancelOrders,
    Charge,
    Failing,
    HandOver,
    Level,
    OwnGauge,
    Refusal,
    Role,
    Settle,
    Step,
)
from engine.rulebooks.data.mango_tiers import TokenTerms
from engine.rules.curves import simple_growth
from engine.rules.mango.health import (
    HealthType,
    HealthWeights,
    Holdings,
    Perp,
    Token,
    TokenPrices,
    one_price,
    scaled_asset_weight,
    scaled_liability_weight,
)
from engine.rules.mango.liquidation import LiquidationFees, perp_transfer, token_transfer
from engine.rules.mango.parameters import Parameters
from engine.rules.mango.scaled_price import ScaledPrice
from engine.rules.mango.stable_price import stable_price
from engine.rules.spot_and_perp import (
    Growth,
    is_spot,
    perp_positions,
    quote_money,
    spot_and_perp_accruals,
    spot_positions,
)
from engine.rules.venue import HOUR, Venue
from engine.rules.weights import Weighed, Weights, counted, haircut
from engine.tape import Path

QUOTE = "USDC"
LIQUIDATOR, PLATFORM = "liquidator", "platform fees"
HOURS_A_DAY = Decimal(24)
NEAR_ENOUGH = Decimal("0.001")
"""Share of what is required at the end of a liquidation that it may stay below."""


def stable_name(symbol: str) -> str:
    """What a market's stable price is called in formulas."""
    return f"stable {symbol}"


@dataclass(frozen=True, slots=True)
class FirstLeg(HandOver):
    """A coin that is sold to buy back another: `then` follows at once."""

    then: HandOver | None = None


class Mango(Venue):
    """What versions 4 and 3 share: everything but their numbers and their cards."""

    keeps = "what stays must keep the init health at zero or above"
    modes = ("cross",)
    insurer = "insurance fund"
    bearer = "depositors"
    accrues = "by pool"
    margin_by_leverage = False

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters

    @property
    def funds(self) -> Mapping[str, Decimal]:
        """The insurance fund, with a capital that is stated here, not by the venue."""
        return {self.insurer: self.parameters.fund_capital}

    def lends(self, symbol: str) -> bool:
        """Coins are held and borrowed; perpetuals are not."""
        return is_spot(symbol)

    def bearer_of(self, pool: Pool) -> str:
        """Depositors bear what coins have lost, the open interest what perpetuals have (token_liq_bankruptcy.rs,
        perp_liq_negative_pnl_or_bankruptcy.rs)."""
        return self.bearer if spot_positions(pool) else "open interest"

    def fee_rate(self, role: Role) -> Decimal:
        """A maker is paid where its rate is below zero."""
        return self.parameters.taker if role == "taker" else self.parameters.maker

    def largest_leverage(self, symbol: str, notional: Decimal) -> int:
        """1 ÷ (1 − init asset weight), rounded down."""
        return max(1, self._weights(symbol).init.leverage)

    def initial_margin(self, position: Position, mark: Decimal) -> Decimal:
        """What of the position doesn't count at the init weights."""
        prices = {position.symbol: mark, stable_name(position.symbol): mark}
        return self._uncounted(position, "init", opens=True).exact(prices)

    def refuse(self, pool: Pool, collateral: Decimal, marks: Mapping[str, Decimal]) -> Refusal | None:
        """No more of a token may be owed than its net borrow limit (state/bank.rs check_net_borrows)."""
        money = quote_money(pool, collateral)
        coins = spot_positions(pool)
        debts = [(QUOTE, -money, self.parameters.quote)]
        debts += [(each.symbol, -each.size * marks[each.symbol], self.parameters.token(each.symbol)) for each in coins]
        for name, value, terms in debts:
            if terms.borrow_limit is not None and value > terms.borrow_limit:
                most = f"{terms.borrow_limit:,f}"
                return Refusal(
                    f"this would owe {value:,.2f} of {name}, and at most {most} of it is lent", "borrow less"
                )
        return None

    # -- health

    @exactly
    def health(self, pool: Pool, collateral: Decimal, level: Level) -> Health:
        """Equity against what of it doesn't count: at init weights and the worse of oracle and stable price to open, at
        maint weights to stay, at init weights for a liquidation to end. Equality is safe."""
        opens = level in ("order", "withdraw")
        kind: HealthType = "init" if opens else "liquidation_end" if level == "liquidation_end" else "maint"
        parts = tuple(self._uncounted(position, kind, opens) for _, position in sorted(pool.positions.items()))
        return Health(pool.equity(collateral), Sum("what doesn’t count", parts))

    def _uncounted(self, position: Position, kind: HealthType, opens: bool) -> Formula:
        """What is taken off a position's value; of a perpetual that is opened, no less than notional ÷ leverage."""
        part = Weighed(
            position.name, position.size, self._price(position, kind), self._weights(position.symbol).at(kind)
        )
        lost = _lost(position, part)
        if is_spot(position.symbol):
            return lost
        terms = self.parameters.perp(position.symbol)
        overall = terms.overall_maint if kind == "maint" else terms.overall_init
        if overall < 1:
            lost = Max(f"{position.name} not counted", (lost, _unsettled(position, part, overall)))
        return Max(f"{position.name} to open", (initial_requirement(position), lost)) if opens else lost

    def _price(self, position: Position, kind: HealthType) -> Formula:
        """The mark; to open, of a coin held or a long the lower of it and the stable price, else the higher, scaled by
        all that is deposited or owed of the coin."""
        mark = Price(position.symbol)
        if kind != "init":
            return mark
        start = self.parameters.token(position.symbol).scaled_from if is_spot(position.symbol) else None
        low, high = self._extremes(position)
        if start is not None:
            name = f"{position.name} price, scaled"
            return ScaledPrice(name, low, high, self._all_of_it(position), start, position.size < 0)
        return high if position.size < 0 else low

    def _extremes(self, position: Position) -> tuple[Formula, Formula]:
        mark, stable = Price(position.symbol), Price(stable_name(position.symbol))
        if self.parameters.stable is None:
            return mark, mark
        name = f"{position.name} price"
        return Min(f"{name}, the lower", (mark, stable)), Max(f"{name}, the higher", (mark, stable))

    def _all_of_it(self, position: Position) -> Decimal:
        """Coins that all depositors have, or that all borrowers owe: others’, as stated, and the position's own."""
        others = self.parameters.deposits if position.size > 0 else self.parameters.borrows
        return (of_market(others, position.symbol) or ZERO) + abs(position.size)

    def _weights(self, symbol: str) -> HealthWeights:
        terms = self.parameters
        return terms.token(symbol).weights if is_spot(symbol) else terms.perp(symbol).weights

    def holdings(self, pool: Pool, collateral: Decimal, marks: Mapping[str, Decimal]) -> Holdings:
        """The account as its health is reckoned at these prices: quote money, coins by position key, perpetuals."""
        money = Token(QUOTE, quote_money(pool, collateral), one_price(ONE), self.parameters.quote.weights)
        coins = [self._token(position, marks) for position in spot_positions(pool)]
        return Holdings((money, *coins), tuple(self._perp(position, marks) for position in perp_positions(pool)))

    def _token(self, position: Position, marks: Mapping[str, Decimal]) -> Token:
        prices, terms = _prices(position.symbol, marks), self.parameters.token(position.symbol)
        weights, amount, price = terms.weights, self._all_of_it(position), prices.liability("init")
        long = scaled_asset_weight(weights.init.long, amount, price, terms.scaled_from)
        short = scaled_liability_weight(weights.init.short, amount, price, terms.scaled_from)
        return Token(position.key, position.size, prices, replace(weights, scaled=Weights(long, short)))

    def _perp(self, position: Position, marks: Mapping[str, Decimal]) -> Perp:
        terms, prices = self.parameters.perp(position.symbol), _prices(position.symbol, marks)
        return Perp(
            position.key,
            position.size,
            -position.cost,
            prices,
            terms.weights,
            terms.overall_init,
            terms.overall_maint,
            QUOTE,
        )

    def own_gauge(self, pool: Pool, collateral: Decimal, marks: Mapping[str, Decimal]) -> OwnGauge | None:
        """The health ratio: 100 × (weighted assets − weighted liabilities) ÷ weighted liabilities, at maintenance."""
        ratio = self.holdings(pool, collateral, marks).health_ratio("maint")
        return None if ratio is None else OwnGauge("health ratio, %", ratio, ZERO, rises=False)

    def references(self, path: Path, step: int) -> Mapping[str, Decimal]:
        """The stable price of every market."""
        limits = self.parameters.stable
        if limits is None:
            return {}
        return {stable_name(symbol): stable_price(path, symbol, step, limits) for symbol in path.tape.by_symbol}

    # -- interest and funding

    def accruals(
        self,
        pool: Pool,
        collateral: Decimal,
        marks: Mapping[str, Decimal],
        premiums: Mapping[str, Decimal | None],
    ) -> tuple[Accrual, ...]:
        """Each hour: funding, a 24th of the premium within ±5 % a day, and interest on coins and quote money."""
        return spot_and_perp_accruals(
            pool, collateral, marks, lambda symbol: self.funding_rate(symbol, premiums[symbol]), self.growth, QUOTE
        )

    def funding_rate(self, symbol: str, premium: Decimal | None) -> Decimal:
        """clamp(book ÷ oracle − 1, ±5 %) a day, for an hour (state/perp_market.rs)."""
        cap = self.parameters.funding_cap
        return divide(max(-cap, min(cap, premium or ZERO)), HOURS_A_DAY)

    @exactly
    def growth(self, symbol: str | None) -> Growth:
        """An hour's interest of a coin, or of quote money (None): depositors share what borrowers pay but the loan fee
        (state/bank.rs compute_index)."""
        terms = self.parameters.quote if symbol is None else self.parameters.token(symbol)
        rate, seconds = self.parameters.borrow_rate(), HOUR // 1000
        earned = simple_growth(rate * self.parameters.utilisation, seconds)
        return Growth(earned, simple_growth(rate + terms.loan_fee, seconds))

    # -- liquidation

    @exactly
    def next_step(self, failing: Failing) -> Step | None:
        """Orders go; then perpetuals, the largest first; then the largest coin for the largest debt; then what is owed
        without anything to pay it (health/cache.rs phases 1 to 3; their liquidator's order within them)."""
        holdings = self.holdings(failing.pool, failing.collateral, failing.marks)
        if not failing.done and holdings.health("maint") >= 0:
            return None
        last = failing.done[-1] if failing.done else None
        if isinstance(last, FirstLeg):
            return last.then
        if failing.done and self._ended(failing, holdings):
            return None
        if failing.has_orders:
            return CancelOrders()
        return self._from_perps(failing, holdings) or self._from_tokens(failing, holdings)

    def _ended(self, failing: Failing, holdings: Holdings) -> bool:
        """Whether the liquidation has come to its end, but for what the grids of prices and sizes leave."""
        return holdings.health("liquidation_end") >= -self._dust(failing)

    def _dust(self, failing: Failing) -> Decimal:
        required = self.health(failing.pool, failing.collateral, "liquidation_end").requirement.exact(failing.marks)
        return max(MONEY_UNIT, required * NEAR_ENOUGH)

    def _from_perps(self, failing: Failing, holdings: Holdings) -> Step | None:
        """The largest perpetual first (perp_liq_base_or_positive_pnl.rs)."""
        open_now = [p for p in perp_positions(failing.pool) if p.symbol in failing.trading]
        largest = sorted(open_now, key=lambda p: (-p.notional(failing.marks[p.symbol]), p.key))
        perps = {perp.name: perp for perp in holdings.perps}
        for position in largest:
            fees = self.parameters.perp(position.symbol).fees
            transfer = perp_transfer(holdings, perps[position.key], fees)
            if transfer.settled_first > self._dust(failing):  # less would be eaten by rounding, again and again
                kept = Charge(LIQUIDATOR, transfer.settled_first * fees.settling)
                return Settle(position.key, transfer.settled_first, _above_zero((kept,)))
            if transfer.base:
                kept = Charge(LIQUIDATOR, transfer.settled_after * fees.settling)
                charges = (Charge(PLATFORM, transfer.base * transfer.fee), kept)
                return HandOver(position.key, transfer.base, transfer.price, _above_zero(charges))
        return None

    def _from_tokens(self, failing: Failing, holdings: Holdings) -> Step | None:
        """The most valuable coin for the largest debt (token_liq_with_token.rs), or a debt that nothing is left for
        (token_liq_bankruptcy.rs)."""
        values = _values(holdings)
        movable = [name for name in values if name == QUOTE or failing.pool.positions[name].symbol in failing.trading]
        debts = sorted((name for name in movable if values[name] < 0), key=lambda name: (values[name], name))
        least = {QUOTE: self._dust(failing)}  # of quote money, less than that goes with the debt as it is taken over
        there = [name for name in movable if values[name] >= least.get(name, MONEY_UNIT)]
        held = sorted(there, key=lambda name: (-values[name], name))
        if not debts:
            return None
        if held:
            return self._token_for_token(failing, holdings, held[0], debts[0])
        coins = [name for name in debts if name != QUOTE]
        return self._bankrupt(failing, coins[0]) if coins else None

    def _token_for_token(self, failing: Failing, holdings: Holdings, asset: str, debt: str) -> Step | None:
        """The pool sells `asset` and pays `debt`: the fees come out of what is sold, or, with quote money, of the price
        at which the debt is bought back. Liquidator and venue each end with what the instruction gives them."""
        asset_fees, debt_fees = self._fees(failing.pool, asset), self._fees(failing.pool, debt)
        transfer = token_transfer(holdings, asset, debt, asset_fees, debt_fees)
        if not transfer.liability:
            return None
        tokens = holdings.by_name
        price = tokens[asset].prices.oracle
        paid, fee = transfer.liability * tokens[debt].prices.oracle, transfer.fee * price
        charges = _above_zero((Charge(PLATFORM, fee),))
        if asset == QUOTE:
            return HandOver(debt, transfer.liability, divide(transfer.to_liquidator, transfer.liability), charges)
        sold_at = divide(paid + fee, transfer.asset)
        if debt == QUOTE:
            return HandOver(asset, transfer.asset, sold_at, charges)
        back = HandOver(debt, transfer.liability, tokens[debt].prices.oracle)
        return FirstLeg(asset, transfer.asset, sold_at, charges, then=back)

    def _bankrupt(self, failing: Failing, debt: str) -> Step:
        """A liquidator takes the debt over for its value and the coin's fee; whoever pays below zero pays that."""
        position = failing.pool.positions[debt]
        fee = self._fees(failing.pool, debt).liquidator
        return HandOver(debt, abs(position.size), failing.marks[position.symbol] * (ONE + fee))

    def _fees(self, pool: Pool, name: str) -> LiquidationFees:
        return self._terms(pool, name).fees

    def _terms(self, pool: Pool, name: str) -> TokenTerms:
        return self.parameters.quote if name == QUOTE else self.parameters.token(pool.positions[name].symbol)


def _lost(position: Position, part: Weighed) -> Formula:
    """value − amount × weight × price: what the weight takes off, and the price where it isn't the mark."""
    if isinstance(part.price, Price):
        return haircut(part)
    value = Scaled(f"{position.name} size × mark", position.size, Price(position.symbol))
    return Sum(f"{position.name} not counted", (value, Scaled("less what counts", -ONE, counted(part))))


def _unsettled(position: Position, part: Weighed, overall: Decimal) -> Formula:
    """Open profit less `overall` of what its base counts for: what doesn't count of a perpetual in profit."""
    value = Scaled(f"{position.name} size × mark", position.size, Price(position.symbol))
    spent = Const("less its cost", -position.cost)
    profit = Sum("weighed profit", (counted(part), spent))
    share = Scaled(f"less {plain(overall * 100)}% of", -overall, profit)
    return Sum(f"{position.name} open profit at {plain(overall * 100)}%", (value, spent, share))


def _prices(symbol: str, marks: Mapping[str, Decimal]) -> TokenPrices:
    return TokenPrices(marks[symbol], marks.get(stable_name(symbol), marks[symbol]))


def _values(holdings: Holdings) -> dict[str, Decimal]:
    """By token, in quote units, what can be taken of it (above zero) or is owed (below): no more than either its
    balance or the effective one."""
    balances = holdings.effective("liquidation_end")
    values = {}
    for token in holdings.tokens:
        sides = (token.balance, balances[token.name])
        amount = max(ZERO, min(sides)) or min(ZERO, max(sides))
        values[token.name] = EXACT.multiply(amount, token.prices.oracle)
    return values


def _above_zero(charges: tuple[Charge, ...]) -> tuple[Charge, ...]:
    return tuple(each for each in charges if each.amount > 0)
