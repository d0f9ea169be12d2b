"""A tape: the prices of a set of markets through time, as a path of vertices.

Between two vertices all prices either *travelled* (inside a bar) or *gapped* (a close to the next open, or a
jump). A step is a vertex. A bar has four: open, the two extremes, close; a close and the next open are two
vertices of one time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.market import Market, valid_symbol
from engine.numbers import EXACT
from engine.search.index import BLOCKS, Index, Level, stacked

Kind = Literal["last", "mark", "premium", "volume"]
"""`last` and `mark` are in ticks, `premium` (of the perpetual over the index) in parts per billion,
`volume` in base units, on the vertex that ends what was traded."""

PREMIUM_UNIT = Decimal("1e-9")
LARGEST_TAPE = 20_000_000
"""Most vertex-markets (vertices × markets) that a tape may have."""

MOST_STACKS = 16
"""How many combinations of columns a path keeps the stacked blocks of."""

OriginKind = Literal["real bars", "reconstruction", "synthetic", "inline"]


class TapeTooLarge(ValueError):
    """A tape of more than 20 million vertex-markets was asked for."""


@dataclass(frozen=True)
class Origin:
    """Where a tape's prices come from, as the screen says it.

    Attributes:
        kind: what the prices are.
        description: one line, without any path of a machine (`synthetic crash, seed 7`).
        bar_seconds: length of a bar in seconds; 0 where the tape is not made of bars.
        notes: warnings and repairs, a sentence each.
        recipe: lines of a script that make the tape again, where nothing else says how. They are no part of the
            digest: whoever makes the tape again compares.
    """

    kind: OriginKind
    description: str
    bar_seconds: int = 0
    notes: tuple[str, ...] = ()
    recipe: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Tape:
    """An immutable tape.

    Attributes:
        markets: the markets, in the order of `trading`'s columns.
        times: (vertices,) int64, milliseconds since 1970 UTC, never falling.
        gapped: (vertices,) bool; True where the step into the vertex was a gap (True at vertex 0).
        columns: by (symbol, kind), one array of (vertices,) each; `last` is there for every market.
        trading: (vertices, markets) bool, False where a market does not trade; None where all always trade.
        origin: where the prices come from.
        derived: what has been worked out from the tape and is kept with it, by what it is.
    """

    markets: tuple[Market, ...]
    times: NDArray[np.int64]
    gapped: NDArray[np.bool_]
    columns: Mapping[tuple[str, Kind], NDArray[np.generic]]
    trading: NDArray[np.bool_] | None
    origin: Origin
    derived: dict[Hashable, object] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        check_size(len(self.times), len(self.markets))
        check_tape(self)
        for array in (self.times, self.gapped, *self.columns.values()):
            array.flags.writeable = False

    def __len__(self) -> int:
        return len(self.times)

    @cached_property
    def by_symbol(self) -> Mapping[str, Market]:
        """The markets by symbol."""
        return {market.symbol: market for market in self.markets}

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the header and every column: the same prices have the same digest on every machine."""
        sha = hashlib.sha256(json.dumps(header_of(self), sort_keys=True).encode())
        for name, array in arrays_of(self):
            sha.update(name.encode())
            sha.update(np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False).tobytes())
        return sha.hexdigest()

    def first_step(self, time: int) -> int:
        """The first vertex that is not before `time` (ms UTC); one past the last where all are."""
        return int(np.searchsorted(self.times, time, side="left"))

    def step_at(self, time: int) -> int:
        """The last vertex not after `time` (ms): the open of a bar where `time` starts one. −1 if there is none."""
        return int(np.searchsorted(self.times, time, side="right")) - 1


def check_size(vertices: int, markets: int) -> None:
    """Refuse a tape that would be too large.

    Raises:
        TapeTooLarge: above 20 million vertex-markets.
    """
    if vertices * markets > LARGEST_TAPE:
        raise TapeTooLarge(
            f"{vertices:,} vertices of {markets} markets are {vertices * markets:,} prices; at most {LARGEST_TAPE:,} "
            "fit: choose fewer days, a longer step or fewer markets"
        )


def check_tape(tape: Tape) -> None:
    """Refuse a tape that can't be played.

    Raises:
        ValueError: with what is wrong with it.
    """
    vertices, symbols = tape.times.shape, [market.symbol for market in tape.markets]
    checks = {
        "a tape needs at least one vertex and one market": len(vertices) == 1 and vertices[0] > 0 and bool(symbols),
        "the markets of a tape have names, each once": all(map(valid_symbol, symbols))
        and len(set(symbols)) == len(symbols),
        "ticks and lots are more than zero": all(min(m.tick_size, m.lot_size) > 0 for m in tape.markets),
        "the times of a tape never fall": bool((np.diff(tape.times) >= 0).all()),
        "every vertex is gapped or not": tape.gapped.shape == vertices,
        "every market has its last price": all((symbol, "last") in tape.columns for symbol in symbols),
        "every column belongs to a market": all(symbol in symbols for symbol, _ in tape.columns),
        "every column has one entry a vertex": all(c.shape == vertices for c in tape.columns.values()),
        "which markets trade is known for every vertex": tape.trading is None
        or tape.trading.shape == (*vertices, len(symbols)),
    }
    for requirement, met in checks.items():
        if not met:
            raise ValueError(requirement)
    for (symbol, kind), column in tape.columns.items():
        whole = np.issubdtype(column.dtype, np.integer)
        if kind in ("last", "mark") and not (whole and int(column.min()) >= 1):
            raise ValueError(f"the {kind} prices of {symbol} are not all whole ticks above zero")
        if kind == "premium" and not whole:
            raise ValueError(f"the premium of {symbol} is not in whole parts per billion")


_NOTHING: Mapping[str, Decimal] = MappingProxyType({})


class Path:
    """What a session sees of a tape. Sessions read prices here and nowhere else.

    Args:
        blocks: the sizes of the blocks that its searches read by.
        references: what the venue says besides marks at a vertex, by names of its own; None for nothing.

    Attributes:
        has_marks: whether any market is marked at another price than its last.
    """

    def __init__(
        self,
        tape: Tape,
        blocks: tuple[int, int] = BLOCKS,
        references: Callable[[Path, int], Mapping[str, Decimal]] | None = None,
    ) -> None:
        self.tape, self.blocks, self._references = tape, blocks, references
        self._symbols = [market.symbol for market in tape.markets]
        self._every = frozenset(self._symbols)
        self._stacks: dict[tuple[tuple[str, Literal["last", "mark"]], ...], tuple[Level, Level]] = {}
        self.has_marks = any(self.has(symbol, "mark") for symbol in self._symbols)

    def ticks(self, symbol: str, kind: Literal["last", "mark"], step: int) -> int:
        """The price at vertex `step`, in ticks. A tape without marks is marked at its last price."""
        columns = self.tape.columns
        return int(columns[(symbol, kind) if (symbol, kind) in columns else (symbol, "last")][step])

    def price(self, symbol: str, kind: Literal["last", "mark"], step: int) -> Decimal:
        """The price at vertex `step`, in quote units."""
        return self.tape.by_symbol[symbol].tick_size * self.ticks(symbol, kind, step)

    def marks(self, step: int) -> dict[str, Decimal]:
        """Every mark at a vertex, and the venue's own references there."""
        marks = {symbol: self.price(symbol, "mark", step) for symbol in self._symbols}
        return {**marks, **self._references(self, step)} if self._references else marks

    def references(self, step: int) -> Mapping[str, Decimal]:
        """What the venue says besides marks at a vertex."""
        return self._references(self, step) if self._references else _NOTHING

    def mean_premium(self, symbol: str, since: int, until: int, step: int) -> Decimal | None:
        """Mean premium over the vertices in (since, until] ms, none later than `step`; the last known where none is.

        A fraction, to 60 digits; None where the tape has no premium.
        """
        column = self.tape.columns.get((symbol, "premium"))
        if column is None:
            return None
        last = min(self.tape.step_at(until), step)
        first = min(self.tape.step_at(since) + 1, last)
        total = int(column[first : last + 1].sum(dtype=np.int64))
        return EXACT.divide(PREMIUM_UNIT * total, Decimal(last - first + 1))

    def trades(self, symbol: str, step: int) -> bool:
        """Whether the market trades at vertex `step`."""
        return symbol in self.trading(step)

    def trading(self, step: int) -> frozenset[str]:
        """The markets that trade at vertex `step`."""
        if self.tape.trading is None:
            return self._every
        return frozenset(
            symbol for symbol, trades in zip(self._symbols, self.tape.trading[step], strict=True) if trades
        )

    def trading_changes(self, after: int) -> int:
        """The first vertex after `after` at which other markets trade than there; past the tape when there is none."""
        if self.tape.trading is None:
            return len(self.tape)
        changes = self.tape.derived.get("trading changes")
        if not isinstance(changes, np.ndarray):
            changes = np.flatnonzero((self.tape.trading[1:] != self.tape.trading[:-1]).any(axis=1)) + 1
            self.tape.derived["trading changes"] = changes
        place = int(np.searchsorted(changes, after, side="right"))
        return int(changes[place]) if place < len(changes) else len(self.tape)

    def has(self, symbol: str, kind: Kind) -> bool:
        """Whether the tape carries that column itself."""
        return (symbol, kind) in self.tape.columns

    def index(self, symbol: str, kind: Literal["last", "mark"]) -> Index:
        """The price column in ticks with the extremes of its blocks, made once a tape."""
        held = (symbol, kind) if self.has(symbol, kind) else (symbol, "last")
        index = self.tape.derived.get((held, self.blocks))
        if not isinstance(index, Index):
            column = self.tape.columns[held]
            index = self.tape.derived[held, self.blocks] = Index(column, self.blocks)  # type: ignore[arg-type]
        return index

    def stack(self, sides: tuple[tuple[str, Literal["last", "mark"]], ...]) -> tuple[Level, Level]:
        """The small and the large blocks of several columns side by side; the last few asked for are kept."""
        if sides not in self._stacks:
            if len(self._stacks) >= MOST_STACKS:
                self._stacks.clear()
            self._stacks[sides] = stacked([self.index(*side) for side in sides])
        return self._stacks[sides]

    def extreme(self, symbol: str, kind: Literal["last", "mark"], since: int, step: int, highest: bool) -> Decimal:
        """The highest (or lowest) price over the vertices `since` to `step`, both counted, in quote units."""
        index = self.index(symbol, kind)
        ticks = (index.highest if highest else index.lowest)(since, step)
        return self.tape.by_symbol[symbol].price(ticks)


def header_of(tape: Tape) -> dict[str, object]:
    """What a tape is besides its arrays, as JSON-ready values; `tape_from` takes it back, with a `recipe` if it is
    there."""
    return {
        "markets": [[m.symbol, str(m.tick_size), str(m.lot_size), m.quote] for m in tape.markets],
        "origin": {
            "kind": tape.origin.kind,
            "description": tape.origin.description,
            "bar_seconds": tape.origin.bar_seconds,
            "notes": list(tape.origin.notes),
        },
    }


def arrays_of(tape: Tape) -> list[tuple[str, NDArray[np.generic]]]:
    """Every array of a tape by name, in a fixed order; `tape_from` takes them back."""
    named: list[tuple[str, NDArray[np.generic]]] = [("times", tape.times), ("gapped", tape.gapped)]
    if tape.trading is not None:
        named.append(("trading", tape.trading))
    named += [(f"{symbol}/{kind}", tape.columns[symbol, kind]) for symbol, kind in sorted(tape.columns)]
    return named


def tape_from(header: Mapping[str, object], arrays: Mapping[str, NDArray[np.generic]]) -> Tape:
    """The tape that `header_of` and `arrays_of` described.

    Raises:
        ValueError: when a part is missing or does not fit.
    """
    try:
        markets = tuple(
            Market(symbol, Decimal(tick), Decimal(lot), quote)
            for symbol, tick, lot, quote in header["markets"]  # type: ignore[attr-defined]
        )
        columns = {tuple(name.rsplit("/", 1)): array for name, array in arrays.items() if "/" in name}
        trading = arrays.get("trading")
        origin_row: Mapping[str, Any] = header["origin"]  # type: ignore[assignment]
        recipe: Sequence[str] = header.get("recipe", ())  # type: ignore[assignment]
        return Tape(
            markets=markets,
            times=arrays["times"].astype(np.int64),
            gapped=arrays["gapped"].astype(np.bool_),
            columns=columns,  # type: ignore[arg-type]
            trading=None if trading is None else trading.astype(np.bool_),
            origin=Origin(**{**origin_row, "notes": tuple(origin_row["notes"])}, recipe=tuple(recipe)),
        )
    except (KeyError, TypeError, ArithmeticError) as error:
        raise ValueError(f"this tape is damaged: {error}") from error
