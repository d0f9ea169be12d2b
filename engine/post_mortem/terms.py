"""What counted and what was required, term by term, at two moments side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from engine.formula import Prices, Term, Unit
from engine.margin import Health
from engine.numbers import ZERO, exactly

Side = Literal["price", "credit", "requirement", "cushion"]


@dataclass(frozen=True, slots=True)
class TermChange:
    """One row of two trees: what it came to before and after; None where it was not there.

    Attributes:
        depth, label, unit: as in `Term`.
        side: `price` of a mark that it is judged by; `credit`, `requirement`, or `cushion`: what the one is more than
            the other.
    """

    depth: int
    label: str
    side: Side
    before: Decimal | None
    after: Decimal | None
    unit: Unit = "money"

    @property
    @exactly
    def change(self) -> Decimal:
        """After less before; what was not there is nothing."""
        return (self.after or ZERO) - (self.before or ZERO)


@dataclass(frozen=True, slots=True)
class Judged:
    """A pool as its venue judged it at one moment: its health at maintenance, and the prices then."""

    health: Health
    marks: Prices
    step: int
    time: int

    @property
    def credit(self) -> Decimal:
        """What counted."""
        return self.health.credit.exact(self.marks)

    @property
    def requirement(self) -> Decimal:
        """What was required."""
        return self.health.requirement.exact(self.marks)


def side_by_side(before: Judged | None, after: Judged) -> tuple[TermChange, ...]:
    """The marks of what is held, both trees of the two moments, then what is left between them. Of tiers only the one
    in force is a row."""
    rows = [_mark(symbol, before, after) for symbol in after.marks]
    sides: tuple[Side, ...] = ("credit", "requirement")
    for side in sides:
        trees = [() if each is None else tuple(_in_force(each, side)) for each in (before, after)]
        rows += _aligned(trees[0], trees[1], side)
    cushions = [None if each is None else each.credit - each.requirement for each in (before, after)]
    return (*rows, TermChange(0, "cushion", "cushion", cushions[0], cushions[1]))


def _mark(symbol: str, before: Judged | None, after: Judged) -> TermChange:
    earlier = None if before is None else before.marks.get(symbol)
    return TermChange(0, f"{symbol} mark", "price", earlier, after.marks[symbol], "price")


def _in_force(judged: Judged, side: Side) -> Iterator[Term]:
    """A tree without the lines of a maximum that do not apply, and without the one that does where it says no more
    than the maximum itself."""
    formula = judged.health.credit if side == "credit" else judged.health.requirement
    terms = formula.terms(judged.marks)
    for place, term in enumerate(terms):
        above = next((each for each in reversed(terms[:place]) if each.depth < term.depth), None)
        tiered = above is not None and above.rate is not None and term.rate is not None
        if term.applies and not tiered:
            yield replace(term, label=term.label.removesuffix(": the largest tier"))


_Row = tuple[tuple[str, ...], Term]


def _aligned(before: Sequence[Term], after: Sequence[Term], side: Side) -> Iterator[TermChange]:
    """Rows of the same name under the same names stand beside each other; others by themselves, where they stood."""
    earlier, later = list(_placed(before)), list(_placed(after))
    there = dict(earlier)
    names = {name for name, _ in later}
    waiting = earlier
    for name, term in later:
        while waiting and waiting[0][0] not in names and waiting[0][0][:-1] == name[:-1]:
            yield _gone(waiting.pop(0)[1], side)
        waiting = [each for each in waiting if each[0] != name]
        old = there.get(name)
        yield TermChange(term.depth, term.label, side, None if old is None else old.value, term.value, term.unit)
    yield from (_gone(term, side) for name, term in waiting if name not in names)


def _gone(term: Term, side: Side) -> TermChange:
    return TermChange(term.depth, term.label, side, term.value, None, term.unit)


def _placed(terms: Iterable[Term]) -> Iterator[_Row]:
    """Each term under the names of those above it; names that come again are counted."""
    above, seen = list[str](), Counter[tuple[str, ...]]()
    for term in terms:
        above = [*above[: term.depth], term.label]
        seen[tuple(above)] += 1
        count = seen[tuple(above)]
        yield (*above[:-1], term.label if count == 1 else f"{term.label} ({count})"), term
