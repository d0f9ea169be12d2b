"""Equity, growth and leverage at every vertex of the tape, from what postings left of cash and sizes.

Between postings only prices change, so a whole block of vertices is one sum of arrays. Exact figures are taken where
they are shown.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.numbers import EXACT, ZERO, divide
from engine.report.postings import Posting
from engine.session import Session

Floats = NDArray[np.float64]
BLOCK = 1 << 18
"""Vertices that are looked at at once."""


@dataclass(frozen=True, slots=True)
class State:
    """The account from a vertex on: `cash`, and by market the net size and the sum of all sizes without their signs.
    `put_in` is what came from outside so far, less what went there."""

    step: int
    cash: Decimal
    put_in: Decimal
    net: Mapping[str, Decimal]
    gross: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Base:
    """Where a time-weighted return begins anew: at the start, and where money comes in or goes out.

    Attributes:
        step: its vertex.
        index: what 1 had grown to by then.
        before, after: equity just before and just after.
    """

    step: int
    index: float
    before: Decimal
    after: Decimal


class Block(NamedTuple):
    """Vertices `first` to `first + len(equity) − 1`: equity, profit (equity less what was put in), the growth of 1,
    and the value of all positions."""

    first: int
    equity: Floats
    profit: Floats
    growth: Floats
    notional: Floats


class Course:
    """An account through time."""

    def __init__(self, session: Session, postings: Iterable[Posting]) -> None:
        self.session, self.until = session, session.step
        self.states: list[State] = []
        self.bases: list[Base] = []
        self._keep(postings)
        self._steps = np.array([state.step for state in self.states], dtype=np.int64)
        self._cash = np.array([float(state.cash) for state in self.states])
        self._put_in = np.array([float(state.put_in) for state in self.states])
        traded = sorted({symbol for state in self.states for symbol in state.net})
        self._net = {s: np.array([float(state.net.get(s, ZERO)) for state in self.states]) for s in traded}
        self._gross = {s: np.array([float(state.gross.get(s, ZERO)) for state in self.states]) for s in traded}
        self._places = self._steps.tolist()

    def _keep(self, postings: Iterable[Posting]) -> None:
        """The states after the last posting of every vertex, and a base at each that came from outside."""
        held: dict[tuple[str, str], tuple[str, Decimal]] = {}
        state = State(0, ZERO, ZERO, {}, {})
        for posting in postings:
            before, step = state, posting.event.step
            net, gross = state.net, state.gross
            if posting.size:
                net, gross = _traded(held, posting)
            state = State(step, state.cash + posting.cash, state.put_in + posting.flow, net, gross)
            if posting.flow:
                self._begin(before, state)
            if self.states and self.states[-1].step == step:
                self.states.pop()
            self.states.append(state)

    def _begin(self, before: State, after: State) -> None:
        worth = self._worth(before, after.step)
        self.bases.append(Base(after.step, self._grown(worth), worth, self._worth(after, after.step)))

    def _grown(self, worth: Decimal) -> float:
        """The index at an equity after the last base: no more than all can be lost."""
        if not self.bases:
            return 1.0
        base = self.bases[-1]
        grown = growth(base.after, worth)
        return base.index if grown is None else base.index * float(grown)

    def _worth(self, state: State, step: int) -> Decimal:
        path, total = self.session.path, state.cash
        for symbol, size in state.net.items():
            total += EXACT.multiply(size, path.price(symbol, "mark", step))
        return total

    # -- at one vertex, exactly

    def state_at(self, step: int) -> State:
        """What held at a vertex, after all that happened there."""
        return self.states[bisect_right(self._places, step) - 1]

    def equity_at(self, step: int) -> Decimal:
        """Equity at a vertex, quote units."""
        return self._worth(self.state_at(step), step)

    def profit_at(self, step: int) -> Decimal:
        """Equity less all that was put in by then, quote units."""
        return self.equity_at(step) - self.state_at(step).put_in

    def notional_at(self, step: int) -> Decimal:
        """The value of all positions, long and short alike, quote units."""
        path, gross = self.session.path, self.state_at(step).gross
        return sum((EXACT.multiply(size, path.price(each, "mark", step)) for each, size in gross.items()), ZERO)

    # -- at every vertex

    def blocks(self) -> Iterator[Block]:
        """Every vertex up to the last, block by block."""
        bases = np.array([base.step for base in self.bases], dtype=np.int64)
        indices = np.array([base.index for base in self.bases])
        starts = np.array([float(base.after) for base in self.bases])
        for first in range(0, self.until + 1, BLOCK):
            vertices = np.arange(first, min(first + BLOCK, self.until + 1))
            place = np.searchsorted(self._steps, vertices, side="right") - 1
            equity, notional = self._cash[place], np.zeros(len(vertices))
            for symbol, net in self._net.items():
                marks = self._marks(symbol, vertices)
                equity = equity + net[place] * marks
                notional += self._gross[symbol][place] * marks
            base = np.searchsorted(bases, vertices, side="right") - 1
            start = starts[base]
            grown = np.maximum(equity, 0.0) / np.where(start > 0, start, 1.0)
            index = indices[base] * np.where(start > 0, grown, 1.0)
            yield Block(first, equity, equity - self._put_in[place], index, notional)

    def _marks(self, symbol: str, vertices: NDArray[np.int64]) -> Floats:
        columns = self.session.tape.columns
        column = columns[(symbol, "mark") if (symbol, "mark") in columns else (symbol, "last")]
        ticks: Floats = column[vertices[0] : vertices[-1] + 1].astype(np.float64)
        return ticks * float(self.session.tape.by_symbol[symbol].tick_size)

    @property
    def waits(self) -> NDArray[np.int64]:
        """How long each vertex lasts until the next, ms; the last no time."""
        times = self.session.tape.times[: self.until + 1]
        return np.append(np.diff(times), 0)


def growth(start: Decimal, end: Decimal) -> Decimal | None:
    """What 1 grew to, at least 0; None where nothing was there to grow."""
    return max(ZERO, divide(end, start)) if start > 0 else None


def _traded(
    held: dict[tuple[str, str], tuple[str, Decimal]], posting: Posting
) -> tuple[Mapping[str, Decimal], Mapping[str, Decimal]]:
    """Net and gross sizes by market after a trade."""
    key = posting.pool, posting.key
    size = held.pop(key, ("", ZERO))[1] + posting.size
    if size:
        held[key] = posting.symbol, size
    net, gross = dict[str, Decimal](), dict[str, Decimal]()
    for symbol, each in held.values():
        net[symbol] = net.get(symbol, ZERO) + each
        gross[symbol] = gross.get(symbol, ZERO) + abs(each)
    return net, gross
