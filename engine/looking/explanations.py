"""Every figure of a pool, opened into the terms that it was added up from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.account import Pool, Position
from engine.formula import Formula, Prices, Sum, Term, Unit
from engine.looking.views import Explanation
from engine.margin import ByMarket, Health, bankruptcy_price, failing_price
from engine.numbers import EXACT, ONE, ZERO, divide, plain
from engine.segment import at_vertex

if TYPE_CHECKING:
    from engine.session import Session


def explanations(session: Session, pool_key: str) -> tuple[Explanation, ...]:
    """The figures of a pool as its view shows them, then two prices of each position of it."""
    pool = session.account.pools.get(pool_key)
    if pool is None:
        return ()
    opened = _Opened(session, pool, at_vertex(session.path, session.step).marks)
    return (*opened.figures(), *opened.prices())


@dataclass(frozen=True, slots=True)
class _Opened:
    """A pool at certain marks, and its figures' terms."""

    session: Session
    pool: Pool
    marks: Prices

    @property
    def maintenance(self) -> Health:
        return self.session.exchange.health(self.pool, "maintenance")

    @property
    def equity(self) -> Formula:
        return self.pool.equity(self.session.world.balance(self.pool))

    def figures(self) -> Iterator[Explanation]:
        order = self.session.exchange.health(self.pool, "order")
        unrealised = Sum("unrealised", self.equity.children()[1:])
        yield self._formula("Equity", "equity", self.equity)
        yield self._formula("Unrealised profit", "unrealised", unrealised)
        yield self._formula("Maintenance requirement", "requirement", self.maintenance.requirement)
        yield self._formula("Initial requirement", "initial_requirement", order.requirement)
        yield self._figure("To liquidation", "cushion", self._less("to liquidation", self.maintenance))
        yield self._gauge()
        yield from self._own_gauge()
        yield self._effective_leverage()
        yield self._figure("Free", "free", self._free())

    def _formula(self, title: str, figure: str, formula: Formula) -> Explanation:
        return self._figure(title, figure, formula.terms(self.marks))

    def _figure(
        self, title: str, figure: str, terms: list[Term], unit: Unit = "money", position: str | None = None
    ) -> Explanation:
        return Explanation(title, tuple(terms), figure, position, terms[0].value, unit)

    def _nothing(
        self, title: str, figure: str, why: str, unit: Unit, position: str | None = None, below: tuple[Term, ...] = ()
    ) -> Explanation:
        return Explanation(title, (Term(0, why, ZERO, "", unit=unit), *below), figure, position, None, unit)

    def _less(self, label: str, health: Health, depth: int = 0) -> list[Term]:
        """Credit less requirement."""
        required = health.requirement.terms(self.marks, depth + 1)
        less = replace(required[0], label=f"less the {required[0].label}", value=-required[0].value)
        total = Term(depth, label, health.margin.exact(self.marks), "credit − requirement")
        return [total, *health.credit.terms(self.marks, depth + 1), less, *required[1:]]

    def _gauge(self) -> Explanation:
        value = self.maintenance.gauge(self.marks)
        terms = (*self.maintenance.requirement.terms(self.marks, 1), *self.maintenance.credit.terms(self.marks, 1))
        if value is None:
            return self._nothing("Gauge", "gauge", "nothing is required", "share", below=terms)
        top = Term(0, "gauge: 100 % is liquidation", value, "requirement ÷ credit", unit="share")
        return self._figure("Gauge", "gauge", [top, *terms], "share")

    def _own_gauge(self) -> Iterator[Explanation]:
        """The venue's own, where it has one: beside the two sides that it, too, is made of."""
        balance = self.session.world.balance(self.pool)
        own = self.session.rulebook.own_gauge(self.pool, balance, self.marks) if self.pool.positions else None
        if own is None:
            return
        way = "rises" if own.rises else "falls"
        working = f"{way} to {plain(round(own.liquidation, 6))}, which is liquidation"
        top = Term(0, own.name, own.value, working, unit="price")
        terms = [top, *self.maintenance.credit.terms(self.marks, 1), *self.maintenance.requirement.terms(self.marks, 1)]
        yield self._figure(own.name[:1].upper() + own.name[1:], "own_gauge", terms, "price")

    def _effective_leverage(self) -> Explanation:
        title, figure = "Effective leverage", "effective_leverage"
        sizes = [(p, p.notional(self.marks[p.symbol])) for _, p in sorted(self.pool.positions.items())]
        notional, equity = sum((value for _, value in sizes), ZERO), self.equity.exact(self.marks)
        if not notional or equity <= 0:
            return self._nothing(title, figure, "no notional, or no equity to carry it", "times")
        rows = [Term(2, f"{p.name} notional", value, self._product(p), notional=value) for p, value in sizes]
        top = Term(0, "effective leverage", divide(notional, equity), "notional ÷ equity", unit="times")
        terms = [top, Term(1, "notional", notional, "", notional=notional), *rows, *self.equity.terms(self.marks, 1)]
        return self._figure(title, figure, terms, "times")

    def _product(self, position: Position) -> str:
        return f"{plain(abs(position.size))} × {plain(self.marks[position.symbol])}"

    def _free(self) -> list[Term]:
        """What may be moved out: the smaller of what the ledger holds and what need not stay; nothing below zero."""
        exchange, balance = self.session.exchange, self.session.world.balance(self.pool)
        moment = at_vertex(self.session.path, self.session.step)
        spare = self._less("equity less what must stay", exchange.health(self.pool, "withdraw"), 1)
        top = Term(0, "free", exchange.movable(self.pool, moment), "the smaller of, at least 0, in whole millionths")
        held = Term(1, "collateral", balance, "", applies=balance <= spare[0].value)
        return [top, held, replace(spare[0], applies=spare[0].value < balance), *spare[1:]]

    # -- prices

    def prices(self) -> Iterator[Explanation]:
        for _, position in sorted(self.pool.positions.items()):
            yield self._liquidation_price(position)
            yield self._bankruptcy_price(position)

    def _liquidation_price(self, position: Position) -> Explanation:
        title, figure = f"Liquidation price of {position.name}", "liquidation_price"
        market = self.session.tape.by_symbol[position.symbol]
        margin = ByMarket(self.maintenance.margin, self.marks).along(position.symbol)
        failing = failing_price(self.maintenance, position, market, self.marks, margin)
        if failing is None:
            return self._nothing(title, figure, _never(position), "price", position.key)
        top = Term(0, "liquidation price", failing.price, "the first tick at or beyond the crossing", unit="price")
        parts = [(part, ONE) for part in _parts(self.maintenance.credit)]
        parts += [(part, -ONE) for part in _parts(self.maintenance.requirement)]
        crossing = self._crossing("where credit equals requirement", position.symbol, failing.raw, parts)
        there = {**self.marks, position.symbol: failing.price}
        proof = [*self.maintenance.credit.terms(there, 1), *self.maintenance.requirement.terms(there, 1)]
        at = f" at {plain(failing.price)}"
        below = [replace(term, label=term.label + at) if term.depth == 1 else term for term in proof]
        return self._figure(title, figure, [top, *crossing, *below], "price", position.key)

    def _bankruptcy_price(self, position: Position) -> Explanation:
        title, figure = f"Bankruptcy price of {position.name}", "bankruptcy_price"
        balance, equity = self.session.world.balance(self.pool), ByMarket(self.equity, self.marks)
        raw = bankruptcy_price(self.pool, balance, position, self.marks, equity.along(position.symbol))
        if raw is None:
            return self._nothing(title, figure, _never(position), "price", position.key)
        parts = [(part, ONE) for part in _parts(self.equity)]
        crossing = self._crossing("where equity is zero", position.symbol, raw, parts)
        top = replace(crossing[0], depth=0, label="bankruptcy price")
        return self._figure(title, figure, [top, *crossing[1:]], "price", position.key)

    def _crossing(self, label: str, symbol: str, raw: Decimal, parts: list[tuple[Formula, Decimal]]) -> list[Term]:
        """A price as a quotient. On the piece around it, each part is fixed + slope × price: they come to zero at
        −Σ fixed ÷ Σ slopes."""
        fixed, slopes = [Term(2, "fixed, with the sign turned", ZERO, "")], [Term(2, "for each 1 of price", ZERO, "")]
        for part, sign in parts:
            line = part.along({**self.marks, symbol: raw}, {symbol: ONE})
            slope = EXACT.multiply(sign, line.slope)
            still = EXACT.multiply(sign, line.value) - EXACT.multiply(slope, raw)
            fixed += [Term(3, part.label, -still, "")] if still else []
            slopes += [Term(3, part.label, slope, "", unit="size")] if slope else []
        above, below = (sum((term.value for term in terms), ZERO) for terms in (fixed, slopes))
        tops = [replace(fixed[0], value=above), replace(slopes[0], value=below, unit="size")]
        working = f"{plain(above)} ÷ {plain(below)}" if below else "it is there already"
        return [Term(1, label, raw, working, unit="price"), tops[0], *fixed[1:], tops[1], *slopes[1:]]


def _never(position: Position) -> str:
    """A long is looked for below, a short above; where a market has both, the other way may well do it."""
    return f"no {'fall' if position.side > 0 else 'rise'} of {position.symbol} does it"


def _parts(formula: Formula) -> tuple[Formula, ...]:
    return formula.parts if isinstance(formula, Sum) else (formula,)
