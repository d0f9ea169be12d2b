"""The stored saves of every earlier version of the tables: the present isocross opens, imports and verifies them, and
every state hash is as it was."""

from __future__ import annotations

import gzip
import shutil
import sqlite3
from pathlib import Path

import pytest

from saves import Library
from saves.schema import VERSION
from saves.transfer import verify_file
from tests.saves.make_stored import FOLDER, MUST

STORED = sorted(FOLDER.glob("version_*.isocross.gz"))


@pytest.fixture(params=STORED, ids=[file.name.partition(".")[0] for file in STORED])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The file that `isocross saves export` wrote then."""
    unpacked = tmp_path / request.param.name.removesuffix(".gz")
    unpacked.write_bytes(gzip.decompress(request.param.read_bytes()))
    return unpacked


def stated(file: Path, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(file) as db:
        return db.execute(query).fetchall()


def test_there_is_one_of_every_earlier_version() -> None:
    versions = {int(file.name.split("_")[1]) for file in STORED}
    assert versions >= set(range(1, VERSION))
    assert max(versions) <= VERSION


def test_each_says_much(file: Path) -> None:
    kinds = {str(kind) for (kind,) in stated(file, "SELECT DISTINCT kind FROM events")}
    assert kinds >= MUST
    pools = {str(pool) for (pool,) in stated(file, "SELECT DISTINCT json_extract(figures, '$.pool') FROM events")}
    assert "cross" in pools
    assert any(pool.startswith("iso:") for pool in pools)


def test_a_stored_file_is_verified(file: Path) -> None:
    verdict = verify_file(file)
    assert verdict.difference is None
    assert [(verdict.hash, verdict.commands, verdict.events)] == stated(
        file, "SELECT hash, commands, events FROM sessions"
    )
    assert [(verdict.snapshots,)] == stated(file, "SELECT count(*) FROM snapshots")
    assert [(verdict.samples,)] == stated(file, "SELECT count(*) FROM equity")


def test_a_stored_file_is_imported(file: Path, library: Library) -> None:
    imported = library.import_file(file)
    hashes = [hash_ for (hash_,) in stated(file, "SELECT hash FROM commands ORDER BY number")]
    assert [each.hash for each in library.commands(imported.id)] == hashes
    assert [(imported.hash,)] == stated(file, "SELECT hash FROM sessions")
    assert library.verify(imported.id).identical
    assert imported.parent is None


def test_a_stored_library_is_opened_played_on_and_replayed(file: Path, isocross_home: Path) -> None:
    shutil.copy(file, isocross_home / "library.db")
    ((session, step, hash_),) = stated(file, "SELECT id, step, hash FROM sessions")
    with Library.open(isocross_home) as library:
        assert library.verify(str(session)).identical
        replay = library.replay(str(session))
        for number, at, state in stated(file, "SELECT number, step, hash FROM commands ORDER BY number DESC"):
            replay.seek(int(str(at)), int(str(number)))
            assert replay.session.state_hash() == state
        with library.resume(str(session)) as recorder:
            assert (recorder.session.step, recorder.session.state_hash()) == (step, hash_)
            recorder.advance(int(str(step)) + 5)
        assert library.verify(str(session)).identical
