"""A snapshot restores exactly, and anything else is refused before it can be played."""

from __future__ import annotations

import copy
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.commands.grammar import parse
from engine.session import Session
from engine.setup import Setup
from engine.state.checks import SnapshotError
from engine.tape import Origin, Tape, arrays_of, header_of, tape_from
from tests.engine.tapes import tape_of

TAPE = tape_of({"ETH": [2000, 2010, 1990, 1995], "SOL": [100, 101, 99, 98]}, seconds=1800)
VALUES = [None, True, False, -1, 0, 1.5, 10**30, "", "NaN", "Infinity", "-0", "1e5", "x", "-5", "1" * 100, "\ud800"]


def played() -> Session:
    session = Session(Setup(), TAPE)
    for text in (
        "buy 1 ETH 10x iso tp 2500 sl 1500",
        "sell 5 SOL 5x cross",
        "buy 1 SOL at 50 cross",
        "leverage SOL 3x",
        "protect ETH sl 20% trail 10%",
        "sell 2 SOL stop 90 limit 89 cross tp 5% sl 120",
    ):
        assert isinstance(session.do(parse(text)), tuple), text
    session.advance(2)
    return session


SNAPSHOT = played().snapshot()


def places(content: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value in a JSON document, containers included."""
    found = [path] if path else []
    items = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, inner in items:
        found += places(inner, (*path, key))
    return found


PLACES = places(json.loads(SNAPSHOT))


def test_it_restores_what_it_was_taken_of() -> None:
    session = played()
    again = Session.restore(session.setup, TAPE, session.snapshot())
    assert again.snapshot() == session.snapshot()
    assert again.view() == session.view()
    assert again.advance(9) == session.advance(9)
    assert again.state_hash() == session.state_hash()


@given(place=st.sampled_from(PLACES), value=st.sampled_from(VALUES), drop=st.booleans())
def test_an_altered_one_is_refused_or_can_be_played(place: tuple[Any, ...], value: Any, drop: bool) -> None:
    content = copy.deepcopy(json.loads(SNAPSHOT))
    inner = content
    for key in place[:-1]:
        inner = inner[key]
    if drop:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    altered = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    try:
        session = Session.restore(Setup(), TAPE, altered.encode("utf-8", "surrogatepass"))
    except SnapshotError:
        return
    assert session.view().conserved
    session.do(parse("flatten"))
    session.advance(9)
    session.snapshot()


@pytest.mark.parametrize("junk", [b"", b"{}", b"[]", b"null", b"\xff", b"[" * 100_000, SNAPSHOT[:-5], SNAPSHOT + b" "])
def test_junk_is_refused(junk: bytes) -> None:
    with pytest.raises(SnapshotError):
        Session.restore(Setup(), TAPE, junk)


def test_a_snapshot_of_another_tape_is_refused() -> None:
    with pytest.raises(SnapshotError, match="not on this tape"):
        Session.restore(Setup(), tape_of({"BTC": [100, 101, 102, 103]}, seconds=1800), SNAPSHOT)


def test_a_tape_comes_back_from_its_parts_with_the_same_digest() -> None:
    again = tape_from(header_of(TAPE), dict(arrays_of(TAPE)))
    assert again.digest == TAPE.digest


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("times", np.array([3, 2, 1, 0])),
        ("times", np.array([[1, 2, 3, 4]])),
        ("gapped", np.array([True])),
        ("trading", np.ones((4, 1), dtype=np.bool_)),
        ("ETH/last", np.array([1, 2, 3])),
        ("ETH/last", np.array([1, 2, 3, 0])),
        ("ETH/last", np.array([1.5, 2, 3, 4])),
        ("DOGE/last", np.array([1, 2, 3, 4])),
    ],
)
def test_a_tape_that_cannot_be_played_is_refused(name: str, array: Any) -> None:
    with pytest.raises(ValueError, match=r"[a-z]"):
        tape_from(header_of(TAPE), {**dict(arrays_of(TAPE)), name: array})


def test_a_tape_without_prices_or_with_bad_grids_is_refused() -> None:
    with pytest.raises(ValueError, match="last price"):
        Tape(TAPE.markets, TAPE.times, TAPE.gapped, {}, None, Origin("inline", "none"))
    header = header_of(TAPE)
    header["markets"] = [["ETH", "0", "0.1", "USDC"], ["SOL", "0.01", "0.1", "USDC"]]
    with pytest.raises(ValueError, match="more than zero"):
        tape_from(header, dict(arrays_of(TAPE)))
