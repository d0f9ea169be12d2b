"""Outcomes of a comparison as a table: its columns, how they fold where the room is short, and what is said besides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

from rich.cells import cell_len

from engine.compare import Outcome
from engine.ghost import Kind
from engine.numbers import plain
from engine.sentences import money, price
from engine.tape import Tape

NONE, PENDING = "–", "…"
OWN, BEST, WORST = "▸", "▲", "▼"
GAPS = ("  ", " ")
"""Between columns: two spaces, or one where only so all of them fit beside each other."""

CENT = Decimal("0.01")

Entry = tuple[Kind, Outcome | None]
"""A kind of account, and how it fared; None while that is not known."""


@dataclass(frozen=True, slots=True)
class Column:
    """A title and a cell for each row."""

    title: str
    cells: tuple[str, ...]
    left: bool = False

    @property
    def width(self) -> int:
        """Its widest cell."""
        return max(map(cell_len, (self.title, *self.cells)))

    def laid(self, cell: str) -> str:
        """A cell, or the title, in the column's width."""
        room = " " * (self.width - cell_len(cell))
        return cell + room if self.left else room + cell


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that are kinds of account.

    Attributes:
        account: the first column: the names.
        verdict: what became of it: liquidation prices, when it was liquidated, and last what was kept.
        costs: initial margin, fees, funding.
        instead: by row, why there is nothing to show in it; empty where there is.
        notes: by row, what no column says.
        gap: between columns.
    """

    account: Column
    verdict: tuple[Column, ...]
    costs: tuple[Column, ...]
    instead: tuple[str, ...]
    notes: tuple[str, ...]
    gap: str = GAPS[0]

    def blocks(self, width: int) -> list[tuple[Column, ...]]:
        """All columns in one block where that fits, else in several: the verdict first, and what it cost last."""
        *prices, liquidated, kept = self.verdict
        blocks = [list[Column]()]
        for column in (liquidated, kept, *prices, *self.costs):
            if blocks[-1] and self._width([*blocks[-1], column]) > width:
                blocks.append([])
            blocks[-1].append(column)
        return [tuple(column for column in self._in_order() if column in block) for block in blocks]

    def _in_order(self) -> tuple[Column, ...]:
        margin, *others = self.costs
        return (margin, *self.verdict, *others)

    def in_width(self, width: int) -> Table:
        """The same with the gap between columns that fits the width best."""
        tables = (replace(self, gap=gap) for gap in GAPS)
        return next((table for table in tables if table._width(self._in_order()) <= width), self)

    def _width(self, columns: Iterable[Column]) -> int:
        return self.account.width + sum(len(self.gap) + column.width for column in columns)

    def heading(self, columns: Sequence[Column]) -> str:
        """The titles of a block."""
        return self.gap.join(each.laid(each.title) for each in (self.account, *columns))

    def row(self, place: int, columns: Sequence[Column]) -> str:
        """One row of a block; where there is nothing to show, why."""
        name = self.account.laid(self.account.cells[place])
        if self.instead[place]:
            return f"{name}{self.gap}{self.instead[place]}"
        return self.gap.join([name, *(each.laid(each.cells[place]) for each in columns)])


def table_of(entries: Sequence[Entry], own: Kind, tape: Tape, width: int) -> Table:
    """The table of what is known so far, for a terminal of that many columns."""
    outcomes = [outcome for _, outcome in entries]
    kept = [_cents(each.kept) for each in outcomes if each and complete(each)]
    ends = (max(kept), min(kept)) if len(set(kept)) > 1 else None
    long = _years(tape)

    def column(title: str, cells: Iterable[str]) -> Column:
        return Column(title, tuple(cells))

    traded = [each if each and each.traded else None for each in outcomes]
    table = Table(
        account=Column("  account", tuple(_name(kind, kind == own) for kind, _ in entries), left=True),
        verdict=(
            *_liquidation_prices(traded, tape),
            column("liquidated", (_liquidated(each, long) if each else "" for each in traded)),
            column("kept  ", (_kept(each, ends) if each else "" for each in traded)),
        ),
        costs=(
            column("margin", (money(each.initial_margin or Decimal(0)) if each else "" for each in traded)),
            column("fees", (money(each.fees) if each else "" for each in traded)),
            column("funding", (money(each.funding) if each else "" for each in traded)),
        ),
        instead=tuple(PENDING if each is None else why_not(each) for each in outcomes),
        notes=tuple(" · ".join(notes(each)) if each and each.traded else "" for each in outcomes),
    )
    return table.in_width(width)


def complete(outcome: Outcome) -> bool:
    """Whether every command was played: only then may what is kept be held against others."""
    return outcome.traded and not outcome.refused


def why_not(outcome: Outcome) -> str:
    """Why there is nothing to show; empty where there is."""
    if outcome.traded:
        return ""
    reason = outcome.unplayable or next((reason for _, reason in outcome.refused), "nothing was opened")
    return f"{NONE} {reason}"


def notes(outcome: Outcome) -> Iterator[str]:
    """What no column says: leverage that was lowered, who paid below zero, what is left, what was refused."""
    several = len({each.symbol for each in outcome.lowered}) > 1
    yield from (f"{each.symbol} {each}" if several else str(each) for each in outcome.lowered)
    yield from (f"below zero: {money(amount)} paid by {payer}" for payer, amount in shortfalls(outcome))
    if outcome.deleveraged:
        yield f"traders deleveraged: {outcome.deleveraged}"
    if outcome.liquidations and outcome.held:
        yield "still open at the end"
    if outcome.refused:
        yield f"commands refused: {len(outcome.refused)}"


def shortfalls(outcome: Outcome) -> list[tuple[str, Decimal]]:
    """Who paid for what fell below zero; what is less than a cent is rounding."""
    return [(payer, amount) for payer, amount in outcome.paid_by if amount >= CENT]


def refusals(outcomes: Iterable[Outcome]) -> Mapping[str, Mapping[str, list[str]]]:
    """By refused command and reason, the accounts that refused it so."""
    found: dict[str, dict[str, list[str]]] = {}
    for outcome in outcomes:
        name = f"{outcome.kind.venue} {outcome.kind.name}"
        for command, reason in outcome.refused:
            accounts = found.setdefault(command, {}).setdefault(reason, [])
            accounts += [name] if name not in accounts else []
    return found


def figures(outcome: Outcome, tape: Tape) -> Iterator[str]:
    """Every figure of an outcome, in words for a person."""
    yield f"margin {money(outcome.initial_margin or Decimal(0))}"
    for key, at in outcome.liquidation_prices:
        yield f"liquidation price of {_position(key)} {_price(key, at, tape)}"
    yield "not liquidated" if outcome.liquidated_at is None else f"liquidated {_liquidated(outcome, years=True)}"
    yield f"kept {money(outcome.kept)}"
    yield f"fees {money(outcome.fees)}"
    yield f"funding and interest {money(outcome.funding, signed=True)}"


def _name(kind: Kind, own: bool) -> str:
    return f"{OWN if own else ' '} {kind.venue} {kind.name}"


def _liquidation_prices(outcomes: Sequence[Outcome | None], tape: Tape) -> Iterator[Column]:
    prices = [dict(each.liquidation_prices) if each else {} for each in outcomes]
    keys = list(dict.fromkeys(key for each in prices for key in each))
    for key in keys:
        cells = (_price(key, each[key], tape) if key in each else "" for each in prices)
        yield Column("liq. price" if len(keys) == 1 else f"liq. {_position(key)}", tuple(cells))


def _position(key: str) -> str:
    return key.replace(":", " ")


def _price(key: str, at: Decimal | None, tape: Tape) -> str:
    market = tape.by_symbol.get(key.partition(":")[0])
    return NONE if at is None else price(at, market.tick_size) if market else plain(at)


def _liquidated(outcome: Outcome, years: bool) -> str:
    if outcome.liquidated_at is None:
        return NONE
    moment = datetime.fromtimestamp(outcome.liquidated_at // 1000, UTC)
    times = f" ×{outcome.liquidations}" if outcome.liquidations > 1 else ""
    return moment.strftime("%Y-%m-%d %H:%M" if years else "%m-%d %H:%M") + times


def _kept(outcome: Outcome, ends: tuple[Decimal, Decimal] | None) -> str:
    """What was kept; the most and the least of those that can be compared are marked."""
    mark = " "
    if ends is not None and complete(outcome):
        mark = {ends[1]: WORST, ends[0]: BEST}.get(_cents(outcome.kept), " ")
    return f"{money(outcome.kept)} {mark}"


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT)


def _years(tape: Tape) -> bool:
    """Whether the tape is so long that a date needs its year."""
    first, last = (datetime.fromtimestamp(int(tape.times[place]) // 1000, UTC).year for place in (0, -1))
    return first != last
