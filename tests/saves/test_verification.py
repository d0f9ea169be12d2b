"""Verifying: a save is identical to its replay, or the first place that differs is named."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import zlib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.session import Session
from engine.setup import Setup
from saves import Library, SaveError
from saves.transfer import verify_file
from saves.verification import Verdict
from tests.saves.playing import new_session, play_all, random_moves, random_tape

VENUES = ("hyperliquid", "binance", "dydx_v4", "aave_v3", "drift_v2")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A session in a file of its own, and its state hash."""
    home, session = tmp_path_factory.mktemp("original"), new_session(3, 300)
    with Library.open(home) as library:
        with library.create(session, "Original") as recorder:
            play_all(recorder, session, random_moves(3, 80))
        library.export(recorder.id, home / "original.isocross")
    return home / "original.isocross", session.state_hash()


@pytest.fixture
def file(original: tuple[Path, str], tmp_path: Path) -> Path:
    return Path(shutil.copy(original[0], tmp_path / "save.isocross"))


def verified(file: Path, *statements: str) -> Verdict:
    with sqlite3.connect(file) as db:
        for statement in statements:
            assert db.execute(statement).rowcount != 0, statement
    return verify_file(file)


def test_an_untouched_save_is_identical(file: Path, original: tuple[Path, str]) -> None:
    before, heard = file.read_bytes(), list[float]()
    verdict = verify_file(file, heard.append)
    assert verdict.identical
    assert verdict.hash == original[1]
    assert verdict.name == "Original"
    with sqlite3.connect(file) as db:
        for table in ("commands", "events", "snapshots"):
            assert db.execute(f"SELECT count(*) FROM {table}").fetchone() == (getattr(verdict, table),)
        assert db.execute("SELECT count(*) FROM equity").fetchone() == (verdict.samples,)
    assert verdict.snapshots >= 2
    assert heard == sorted(heard)
    assert 0 < heard[-1] <= 1
    assert file.read_bytes() == before


@given(st.integers(0, 10_000), st.sampled_from(VENUES), st.sampled_from(["isolated", "cross"]))
@settings(max_examples=15)
def test_whatever_is_played_is_verified(seed: int, venue: str, mode: str) -> None:
    setup = Setup(venue, "cross" if venue == "aave_v3" else mode, Decimal(5_000))  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory() as home, Library.open(Path(home)) as library:
        try:
            session = Session(setup, random_tape(seed, 300))
        except ValueError:
            session = Session(Setup(venue, "cross", Decimal(5_000)), random_tape(seed, 300))
        with library.create(session) as recorder:
            play_all(recorder, session, random_moves(seed, 30))
        with library.resume(recorder.id) as recorder:
            play_all(recorder, recorder.session, random_moves(seed + 1, 10))
        verdict = library.verify(recorder.id)
        assert verdict.difference is None
        assert verdict.hash == recorder.session.state_hash()


FIRST = "number = (SELECT min(number) FROM events WHERE kind = 'fill')"
LAST_SNAPSHOT = "commands = (SELECT max(commands) FROM snapshots)"

ALTERED = {
    "an event’s price": ([f"UPDATE events SET figures = json_set(figures, '$.price', '1.5') WHERE {FIRST}"],
                         "a fill: price", "1.5"),
    "an event’s kind": (["UPDATE events SET kind = 'note' WHERE number = 1"], "event 1, a deposit: kind", "note"),
    "an event’s step": ([f"UPDATE events SET step = step + 1 WHERE {FIRST}"], "a fill: step", ""),
    "an event’s time": (["UPDATE events SET time = '2024-01-01T00:00:01Z' WHERE number = 1"], "deposit: time", ""),
    "an event’s command": ([f"UPDATE events SET command = 99 WHERE {FIRST}"], "a fill: command", "99"),
    "an event is missing": (["DELETE FROM events WHERE number = 4"], "event 4", ""),
    "an event too many": (["INSERT INTO events SELECT session, 99999, step, time, kind, command, figures FROM events "
                           "WHERE number = 1"], "event 99999", ""),
    "an event that is no text": (["UPDATE events SET figures = 5 WHERE number = 2"], "event 2", "5"),
    "a command’s text": (["UPDATE commands SET text = 'note another' WHERE number = 2"], "event", ""),
    "no command": (["UPDATE commands SET text = 'nonsense' WHERE number = 2"], "command 2 is none", "nonsense"),
    "an impossible command": (["UPDATE commands SET text = 'buy $1 DOGE' WHERE number = 2"],
                              "command 2 is refused", "buy $1 DOGE"),
    "a command’s size": (["UPDATE commands SET size = '777' WHERE number = (SELECT min(number) FROM commands "
                          "WHERE size IS NOT NULL)"], ": size", "777"),
    "a command’s time": (["UPDATE commands SET time = '1999-01-01T00:00:00Z' WHERE number = 3"],
                         "command 3: time", "1999"),
    "a command’s hash": (["UPDATE commands SET hash = 'another' WHERE number = 5"],
                         "state after command 5: hash", "another"),
    "the hash at the end": (["UPDATE sessions SET hash = 'another'"], "state at the end", "another"),
    "the equity at the end": (["UPDATE sessions SET equity = '1e9'"], "equity at the end", "1e9"),
    "the calls": (["UPDATE sessions SET calls = calls + 1"], "number of calls at the end", ""),
    "a sample": (["UPDATE equity SET equity = '123.5' WHERE step = (SELECT max(step) FROM equity)"],
                 "equity sample", "123.5"),
    "a sample after the end": (["UPDATE equity SET step = 250000 WHERE step = 1"], "sample of step 250000", ""),
    "a snapshot’s hash": ([f"UPDATE snapshots SET hash = 'another' WHERE {LAST_SNAPSHOT}"], "hash", "another"),
    "a snapshot’s data": ([f"UPDATE snapshots SET state = x'00' WHERE {LAST_SNAPSHOT}"], "can’t be unpacked", ""),
    "a snapshot’s place": (["UPDATE snapshots SET step = 3 WHERE step = 0"], "snapshot", ""),
    "a snapshot’s events": (["UPDATE snapshots SET events = events + 1 WHERE step = 0"], "number of events", "2"),
    "the set-up": (["UPDATE sessions SET setup = json_set(setup, '$.balance', '5001')"],
                   "event 1, a deposit: amount", "5000"),
    "a tape’s chunk": (["UPDATE tape_chunks SET data = x'78da' WHERE array = 'ETH/last'"], "damaged in ETH/last", ""),
    "the step": (["UPDATE sessions SET step = steps"], "states step", ""),
    "the number of commands": (["UPDATE sessions SET commands = commands - 1"], "commands", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", ALTERED)
def test_what_was_altered_is_named(file: Path, name: str) -> None:
    statements, what, recorded = ALTERED[name]
    difference = verified(file, *statements).difference
    assert difference is not None
    assert what in difference.what
    assert recorded in difference.recorded
    assert difference.recorded != difference.replayed or not difference.recorded
    assert difference.what.isprintable()
    assert difference.step is None or difference.step >= 0


def test_the_part_of_the_state_is_named(file: Path) -> None:
    """A forged state with a hash that fits it: the replay says which money it doesn't have."""
    import json
    from hashlib import sha256

    with sqlite3.connect(file) as db:
        ((step, commands, packed),) = db.execute(
            "SELECT step, commands, state FROM snapshots ORDER BY step DESC, commands DESC LIMIT 1"
        ).fetchall()
        state = json.loads(zlib.decompress(packed))
        entry = next(each for each in state["ledger"] if each[0] == "you/cross")
        before, entry[2] = entry[2], "1234567"
        forged = json.dumps(state, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        db.execute(
            "UPDATE snapshots SET state = ?, hash = ? WHERE step = ? AND commands = ?",
            [zlib.compress(forged), sha256(forged).hexdigest(), step, commands],
        )
        db.execute("UPDATE sessions SET hash = ?", [sha256(forged).hexdigest()])
    difference = verify_file(file).difference
    assert difference is not None
    assert difference.step == step
    assert "ledger[you/cross][2]" in difference.what
    assert (difference.recorded, difference.replayed) == ("1234567", before)


def test_what_is_no_save_is_refused(file: Path, tmp_path: Path) -> None:
    (tmp_path / "odd").write_text("odd")
    for path in (tmp_path / "odd", tmp_path, tmp_path / "nothing"):
        with pytest.raises(SaveError):
            verify_file(path)
    with sqlite3.connect(file) as db:
        db.execute("CREATE TRIGGER more AFTER INSERT ON events BEGIN DELETE FROM sessions; END")
    with pytest.raises(SaveError, match="tables"):
        verify_file(file)


def test_a_session_that_is_being_played_is_verified(library: Library) -> None:
    session = new_session(4)
    with library.create(session, "Now") as recorder:
        play_all(recorder, session, random_moves(4, 30))
        recorder.save()
        assert library.verify(recorder.id).identical
    with pytest.raises(SaveError, match="not in the library"):
        library.verify("0123456789ab")
