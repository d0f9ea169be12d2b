"""Tapes in the library: once each, by their digest, compressed and in chunks.

A chunk holds 65,536 vertices of one array. Whole numbers are stored as differences to the one before (prices move by
little), then everything goes through zlib; a tape of a million vertices and one market takes about 2 MB.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.market import valid_symbol
from engine.tape import LARGEST_TAPE, OriginKind, Tape, arrays_of, header_of, tape_from
from saves.database import writing
from saves.errors import SaveError

if TYPE_CHECKING:
    from sqlite_utils import Database

CHUNK = 65_536
TYPES = frozenset({"<i8", "<i4", "<i2", "|i1", "<u8", "<u4", "<u2", "|u1", "<f8", "<f4", "|b1"})
KINDS = frozenset({"last", "mark", "premium", "volume"})
LARGEST_HEADER = 100_000
LATEST_TIME = 253_402_300_799_000
"""Ms UTC: the end of the year 9999."""
LARGEST_TICKS = 10**15

Progress = Callable[[float], None]
"""Told how much is done, 0 to 1."""

_DAMAGED = "it was changed after it was saved, or cut short: take another copy"


@dataclass(frozen=True, slots=True)
class Shape:
    """One array as the header states it: `columns` is 0 for a plain column."""

    name: str
    type: str
    columns: int

    @property
    def width(self) -> int:
        return max(self.columns, 1)


@dataclass(frozen=True, slots=True)
class _Origin:
    kind: OriginKind
    description: str
    bar_seconds: int
    notes: list[str]


@dataclass(frozen=True, slots=True)
class _Header:
    """A tape’s header: `engine.tape.header_of`, and its arrays."""

    markets: list[tuple[str, str, str, str]]
    origin: _Origin
    arrays: list[Shape]
    recipe: list[str] = field(default_factory=list)


def pack(part: NDArray[np.generic]) -> bytes:
    """One chunk as it is stored."""
    little = np.ascontiguousarray(part.astype(part.dtype.newbyteorder("<"), copy=False))
    if little.dtype.kind in "iu" and little.ndim == 1:
        little = np.concatenate((little[:1], np.diff(little)))
    return zlib.compress(little.tobytes(), 1)


def unpack(data: bytes, shape: Shape, rows: int) -> NDArray[np.generic]:
    """The chunk of `rows` vertices that `pack` made; reads no more bytes than such a chunk has.

    Raises:
        SaveError: when the data is not that.
    """
    kind = np.dtype(shape.type)
    expected = rows * shape.width * kind.itemsize
    reader = zlib.decompressobj()
    try:
        raw = reader.decompress(data, expected + 1)
    except zlib.error as error:
        raise SaveError(f"the tape is damaged in {shape.name} ({error})", _DAMAGED) from error
    if len(raw) != expected or not reader.eof or reader.unused_data:
        raise SaveError(f"the tape is damaged in {shape.name}: a chunk has another length than it states", _DAMAGED)
    numbers: NDArray[np.generic] = np.frombuffer(raw, kind)
    if shape.columns:
        return numbers.reshape(rows, shape.columns)
    return np.cumsum(numbers, dtype=kind) if kind.kind in "iu" else numbers


def store_tape(db: Database, tape: Tape, progress: Progress | None = None) -> None:
    """Put the tape into the library unless it is there. Each chunk is a transaction of its own, so that another
    program never waits long; what a killed program or a full disk cut short is taken up again.

    Raises:
        sqlite3.Error: when the disk refuses.
    """
    known = db.execute("SELECT complete FROM tapes WHERE digest = ?", [tape.digest]).fetchone()
    if known and known[0]:
        return
    chunks = _chunk_count(tape)
    for done, row in enumerate(_chunks(tape, _present(db, tape.digest)), 1):
        with writing(db):
            _insert_header(db, tape)
            _insert_chunk(db, row)
        if progress is not None:
            progress(done / chunks)
    with writing(db):
        _insert_header(db, tape)
        for row in _chunks(tape, _present(db, tape.digest)):  # whatever a clearing-up took away meanwhile
            _insert_chunk(db, row)
        db.execute("UPDATE tapes SET complete = 1 WHERE digest = ?", [tape.digest])


def _insert_header(db: Database, tape: Tape) -> None:
    arrays = [_shape(name, array) for name, array in arrays_of(tape)]
    recipe = {"recipe": list(tape.origin.recipe)} if tape.origin.recipe else {}
    header = json.dumps({**header_of(tape), "arrays": arrays, **recipe}, ensure_ascii=False)
    db.execute("INSERT OR IGNORE INTO tapes VALUES (?, ?, ?, 0)", [tape.digest, len(tape), header])


def _shape(name: str, array: NDArray[np.generic]) -> dict[str, str | int]:
    columns = array.shape[1] if array.ndim > 1 else 0
    return {"name": name, "type": array.dtype.newbyteorder("<").str, "columns": columns}


def _insert_chunk(db: Database, row: tuple[str, str, int, bytes]) -> None:
    db.execute("INSERT OR IGNORE INTO tape_chunks VALUES (?, ?, ?, ?)", row)


def _present(db: Database, digest: str) -> set[tuple[str, int]]:
    return set(db.execute("SELECT array, number FROM tape_chunks WHERE tape = ?", [digest]).fetchall())


def _chunk_count(tape: Tape) -> int:
    return len(arrays_of(tape)) * -(-len(tape) // CHUNK)


def _chunks(tape: Tape, present: set[tuple[str, int]]) -> Iterator[tuple[str, str, int, bytes]]:
    """The rows of `tape_chunks` that are not present."""
    for name, array in arrays_of(tape):
        for number, start in enumerate(range(0, len(array), CHUNK)):
            if (name, number) not in present:
                yield tape.digest, name, number, pack(array[start : start + CHUNK])


def load_tape(db: Database, digest: str, progress: Progress | None = None) -> Tape:
    """The tape with that digest, every value checked.

    Raises:
        SaveError: when it is missing, damaged, too large, or another than its digest says.
        DISK_ERRORS: when the file can't be read.
    """
    row = db.execute("SELECT vertices, header FROM tapes WHERE digest = ? AND complete = 1", [digest]).fetchone()
    if row is None:
        raise SaveError("the tape of this session is missing", "take another copy of the save")
    vertices, header = int(row[0]), _described(row[1])
    _check_shapes(header, vertices)
    arrays: dict[str, NDArray[np.generic]] = {}
    for done, shape in enumerate(header.arrays, 1):
        arrays[shape.name] = _load_array(db, digest, shape, vertices)
        if progress is not None:
            progress(done / len(header.arrays))
    return _checked(json.loads(row[1]), arrays, digest)


def _described(text: object) -> _Header:
    """What a tape says of itself, with the types that this must have. Raises SaveError."""
    try:
        if not isinstance(text, str) or len(text) > LARGEST_HEADER:
            raise ValueError("no text of a fitting length")
        return msgspec.json.decode(text, type=_Header)
    except (ValueError, RecursionError) as error:
        raise SaveError(f"the tape’s description is damaged ({error})", _DAMAGED) from error


def _check_shapes(header: _Header, vertices: int) -> None:
    """Refuse whatever a real tape can't have, before anything is unpacked."""
    symbols = [symbol for symbol, *_ in header.markets]
    if not symbols or not all(valid_symbol(symbol) for symbol in symbols):
        raise SaveError("the tape has a market with an impossible name", _DAMAGED)
    if len(set(symbols)) < len(symbols):
        raise SaveError("the tape has a market twice", _DAMAGED)
    if not 0 < vertices * len(symbols) <= LARGEST_TAPE:
        raise SaveError(f"the tape states {vertices} vertices; at most {LARGEST_TAPE:,} prices fit", _DAMAGED)
    widths = {"times": 0, "gapped": 0, "trading": len(symbols)}
    widths |= {f"{symbol}/{kind}": 0 for symbol in symbols for kind in KINDS}
    names = [shape.name for shape in header.arrays]
    needed = {"times", "gapped", *(f"{symbol}/last" for symbol in symbols)}
    fits = all(shape.type in TYPES and widths.get(shape.name) == shape.columns for shape in header.arrays)
    if not fits or len(set(names)) < len(names) or not needed <= set(names):
        raise SaveError("the tape’s description does not fit its arrays", _DAMAGED)


def _load_array(db: Database, digest: str, shape: Shape, vertices: int) -> NDArray[np.generic]:
    query = "SELECT number, data FROM tape_chunks WHERE tape = ? AND array = ? ORDER BY number"
    size = (vertices, shape.columns) if shape.columns else vertices
    array: NDArray[np.generic] = np.empty(size, shape.type)
    start = 0
    for number, data in db.execute(query, [digest, shape.name]):
        rows = min(CHUNK, vertices - start)
        if number != start // CHUNK or rows <= 0 or not isinstance(data, bytes):
            raise SaveError(f"the tape is damaged in {shape.name}: a chunk is missing or too many", _DAMAGED)
        array[start : start + rows] = unpack(data, shape, rows)
        start += rows
    if start != vertices:
        raise SaveError(f"the tape is damaged in {shape.name}: a chunk is missing", _DAMAGED)
    return array


def _checked(header: dict[str, object], arrays: dict[str, NDArray[np.generic]], digest: str) -> Tape:
    try:
        tape = tape_from(header, arrays)
    except (ValueError, AttributeError) as error:
        raise SaveError(f"the tape is damaged ({error})", _DAMAGED) from error
    if tape.digest != digest:
        raise SaveError("the tape’s prices are not those that were played: its digest differs", _DAMAGED)
    check_tape(tape)
    return tape


def check_tape(tape: Tape) -> None:
    """Refuse what no price file or generator makes: time running back, prices that are not positive, impossible
    grids, texts that a terminal would obey. The same check stands before storing and after loading.

    Raises:
        SaveError: saying what.
    """
    if tape.times[0] < 0 or tape.times[-1] > LATEST_TIME or bool(np.any(tape.times[1:] < tape.times[:-1])):
        raise SaveError("the tape’s times run backwards or leave the calendar", _DAMAGED)
    origin = tape.origin
    texts = (origin.kind, origin.description, *origin.notes, *origin.recipe, *(market.quote for market in tape.markets))
    if not all(text.isprintable() for text in texts):
        raise SaveError("the tape’s description holds control characters", _DAMAGED)
    for market in tape.markets:
        if not all(_is_grid(unit) for unit in (market.tick_size, market.lot_size)):
            raise SaveError(f"the tape states an impossible price or size grid for {market.symbol}", _DAMAGED)
    for (symbol, kind), column in tape.columns.items():
        if not _is_sound(kind, column):
            raise SaveError(f"the tape has impossible prices in {symbol}/{kind}", _DAMAGED)


def _is_grid(unit: Decimal) -> bool:
    return unit.is_finite() and Decimal("1e-30") <= unit <= LARGEST_TICKS


def _is_sound(kind: str, column: NDArray[np.generic]) -> bool:
    if kind == "volume":
        return True
    low = 1 if kind in ("last", "mark") else -LARGEST_TICKS
    if column.dtype.kind not in "iu":
        return False
    return low <= int(column.min()) and int(column.max()) <= LARGEST_TICKS
