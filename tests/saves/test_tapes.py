"""Tapes come back as they were, once each; damaged or impossible ones don't come back at all."""

from __future__ import annotations

import json
import sqlite3
import zlib
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sqlite_utils import Database

import saves.tapes
from engine.market import Market
from engine.tape import Origin, Tape, arrays_of
from saves import SaveError
from saves.schema import migrate
from saves.tapes import TYPES, Shape, check_tape, load_tape, pack, store_tape, unpack
from tests.engine.tapes import tapes
from tests.saves.playing import random_tape


@pytest.fixture
def db() -> Database:
    db = Database(memory=True)
    migrate(db)
    return db


@given(
    st.sampled_from(sorted(TYPES)).flatmap(
        lambda kind: arrays.arrays(
            np.dtype(kind), st.one_of(st.integers(1, 40), st.tuples(st.integers(1, 9), st.just(3)))
        )
    )
)
def test_a_chunk_comes_back(part: np.ndarray) -> None:
    shape = Shape("any", part.dtype.str, part.shape[1] if part.ndim > 1 else 0)
    again = unpack(pack(part), shape, len(part))
    assert again.dtype == part.dtype
    assert again.tobytes() == part.tobytes()


def same(one: Tape, other: Tape) -> bool:
    pairs = zip(arrays_of(one), arrays_of(other), strict=True)
    return all(a[0] == b[0] and a[1].dtype == b[1].dtype and np.array_equal(a[1], b[1]) for a, b in pairs) and (
        (one.markets, one.origin, one.digest) == (other.markets, other.origin, other.digest)
    )


@given(tapes())
def test_a_tape_comes_back(tape: Tape) -> None:
    db = Database(memory=True)
    migrate(db)
    store_tape(db, tape)
    assert same(load_tape(db, tape.digest), tape)


@pytest.mark.parametrize("vertices", [1, 99, 100, 101, 200, 1234])
def test_a_tape_of_several_chunks_comes_back(db: Database, monkeypatch: pytest.MonkeyPatch, vertices: int) -> None:
    monkeypatch.setattr(saves.tapes, "CHUNK", 100)
    tape = random_tape(1, vertices)
    volume = np.random.default_rng(1).lognormal(3, 1, vertices)
    tape = replace(tape, columns={**tape.columns, ("ETH", "volume"): volume}, trading=np.ones((vertices, 2), np.bool_))
    written: list[float] = []
    read: list[float] = []
    store_tape(db, tape, written.append)
    assert same(load_tape(db, tape.digest, read.append), tape)
    assert (written[-1], read[-1]) == (1, 1)
    assert written == sorted(written)
    store_tape(db, tape, written.clear)  # type: ignore[arg-type]
    assert written, "a tape that is there is not written again"


def test_what_was_cut_short_is_taken_up_again(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saves.tapes, "CHUNK", 100)
    tape = random_tape(1, 1_000)

    def stop(done: float) -> None:
        if done > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store_tape(db, tape, stop)
    with pytest.raises(SaveError, match="missing"):
        load_tape(db, tape.digest)
    store_tape(db, tape)
    assert same(load_tape(db, tape.digest), tape)


def changed(db: Database, tape: Tape, **header: object) -> None:
    """Change the stored header."""
    text = db.execute("SELECT header FROM tapes").fetchone()[0]
    db.execute("UPDATE tapes SET header = ?", [json.dumps({**json.loads(text), **header})])


@pytest.mark.parametrize(
    "header",
    [
        {"markets": []},
        {"markets": [["ETH", "0.01", "0.001", "USDC"]] * 2},
        {"markets": [["\x1b[31m", "0.01", "0.001", "USDC"], ["SOL", "0.01", "0.001", "USDC"]]},
        {"markets": [["ETH", "0", "0.001", "USDC"], ["SOL", "0.01", "0.001", "USDC"]]},
        {"markets": [["ETH", "NaN", "0.001", "USDC"], ["SOL", "0.01", "0.001", "USDC"]]},
        {"markets": [["ETH", "1e999999", "0.001", "USDC"], ["SOL", "0.01", "0.001", "USDC"]]},
        {"markets": [["ETH", "nonsense", "0.001", "USDC"], ["SOL", "0.01", "0.001", "USDC"]]},
        {"markets": 7},
        {"arrays": []},
        {"arrays": [{"name": "times", "type": "<i8", "columns": 10**9}]},
        {"arrays": [{"name": "times", "type": "<O8", "columns": 0}]},
        {"arrays": [{"name": "../../times", "type": "<i8", "columns": 0}]},
        {"origin": {"kind": "synthetic", "description": "\x1b]0;title\x07", "bar_seconds": 0, "notes": []}},
        {"origin": {"kind": "revealed", "description": "", "bar_seconds": 0, "notes": []}},
        {"origin": None},
    ],
)
def test_a_changed_header_is_refused(db: Database, header: dict[str, object]) -> None:
    tape = random_tape(1, 50)
    store_tape(db, tape)
    changed(db, tape, **header)
    with pytest.raises(SaveError) as refusal:
        load_tape(db, tape.digest)
    assert str(refusal.value).isprintable()


@pytest.mark.parametrize("text", ["", "null", "[1]", "{", "[" * 90_000, '"x"', "{}" + " " * 200_000])
def test_a_header_that_is_none_is_refused(db: Database, text: str) -> None:
    tape = random_tape(1, 50)
    store_tape(db, tape)
    db.execute("UPDATE tapes SET header = ?", [text])
    with pytest.raises(SaveError):
        load_tape(db, tape.digest)


@pytest.mark.parametrize("vertices", [0, -1, 49, 51, 20_000_000, 2**62])
def test_another_length_is_refused(db: Database, vertices: int) -> None:
    tape = random_tape(1, 50)
    store_tape(db, tape)
    db.execute("UPDATE tapes SET vertices = ?", [vertices])
    with pytest.raises(SaveError):
        load_tape(db, tape.digest)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no zlib",
        zlib.compress(b"\x00" * 49 * 8),
        zlib.compress(b"\x00" * 51 * 8),
        zlib.compress(b"\x00" * 50 * 8),
        zlib.compress(b"\x00" * 50 * 8) + b"more",
        zlib.compress(b"\x00" * 50 * 8)[:-2],
        zlib.compress(b"\x00" * 1_000_000_000)[:1_000_000],
        None,
        "text",
    ],
    ids=["empty", "no zlib", "short", "long", "other prices", "a tail", "no end", "a bomb", "null", "text"],
)
def test_a_damaged_chunk_is_refused(db: Database, data: object) -> None:
    tape = random_tape(1, 50)
    store_tape(db, tape)
    try:
        db.execute("UPDATE tape_chunks SET data = ? WHERE array = 'ETH/last'", [data])
    except sqlite3.IntegrityError:
        return
    with pytest.raises(SaveError, match=r"ETH/last|whole ticks|digest"):
        load_tape(db, tape.digest)


def test_chunks_too_many_are_refused(db: Database) -> None:
    tape = random_tape(1, 50)
    store_tape(db, tape)
    db.execute("INSERT INTO tape_chunks SELECT tape, array, 1, data FROM tape_chunks")
    with pytest.raises(SaveError, match="too many"):
        load_tape(db, tape.digest)


def one_market(**parts: object) -> Tape:
    times = np.arange(4, dtype=np.int64) * 1000
    whole: dict[str, object] = {
        "markets": (Market("ETH", Decimal("0.01"), Decimal("0.001")),),
        "times": times,
        "gapped": np.zeros(4, np.bool_),
        "columns": {("ETH", "last"): np.array([5, 6, 7, 8])},
        "trading": None,
        "origin": Origin("inline", "test"),
    }
    return Tape(**{**whole, **parts})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "parts",
    [
        {"times": np.array([0, 2, 1, 3])},
        {"times": np.array([-5, 2, 3, 4])},
        {"times": np.array([0, 1, 2, 2**62])},
        {"columns": {("ETH", "last"): np.array([5, 6, 0, 8])}},
        {"columns": {("ETH", "last"): np.array([5, 6, -7, 8])}},
        {"columns": {("ETH", "last"): np.array([5, 6, 2**60, 8])}},
        {"columns": {("ETH", "last"): np.array([5.0, 6.0, np.nan, 8.0])}},
        {"origin": Origin("inline", "two\nlines")},
        {"origin": Origin("inline", "fine", notes=("\x1b[2J",))},
    ],
)
def test_an_impossible_tape_is_not_stored(parts: dict[str, object]) -> None:
    check_tape(one_market())
    with pytest.raises(ValueError):
        check_tape(one_market(**parts))
