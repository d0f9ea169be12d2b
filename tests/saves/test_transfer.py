"""A session in a file of its own: the same session elsewhere; and nothing that somebody changed."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from engine.commands.grammar import parse
from saves import Library, Point, SavedSession, SaveError
from saves.names import LONGEST_NAME
from saves.transfer import LARGEST_NUMBER, verify_file
from tests.saves.playing import new_session, play_all, random_moves


@pytest.fixture
def played(library: Library) -> SavedSession:
    session = new_session(3, 200)
    with library.create(session, "Played") as recorder:
        play_all(recorder, session, random_moves(3, 25))
    return library.find("Played")


@pytest.fixture
def file(library: Library, played: SavedSession, tmp_path: Path) -> Path:
    file = tmp_path / "played.isocross"
    library.export(played.id, file)
    return file


@pytest.fixture
def elsewhere(tmp_path: Path) -> Library:
    return Library.open(tmp_path / "elsewhere")


def spoil(file: Path, *statements: str) -> None:
    with sqlite3.connect(file) as db:
        for statement in statements:
            db.execute(statement)


def test_it_is_the_same_session_elsewhere(
    library: Library, played: SavedSession, file: Path, elsewhere: Library
) -> None:
    imported = elsewhere.import_file(file)
    same = ("name", "venue", "mode", "symbols", "created", "step", "steps", "time", "equity", "state", "modified")
    for name in (*same, "commands", "calls", "liquidations", "digest", "hash"):
        assert getattr(imported, name) == getattr(played, name)
    assert imported.id != played.id
    with library.resume(played.id) as one, elsewhere.resume(imported.id) as other:
        assert one.session.view() == other.session.view()
        assert one.events() == other.events()
        assert one.commands() == other.commands()


def test_imported_twice_it_is_there_twice(file: Path, elsewhere: Library) -> None:
    names = [elsewhere.import_file(file).name for _ in range(3)]
    assert names == ["Played", "Played 2", "Played 3"]
    assert len({each.digest for each in elsewhere.sessions()}) == 1


def test_the_file_is_one_file(file: Path, tmp_path: Path) -> None:
    assert [each.name for each in tmp_path.iterdir() if "played" in each.name or "part" in each.name] == [file.name]
    with sqlite3.connect(file) as db:
        assert db.execute("SELECT name FROM sessions").fetchall() == [("Played",)]
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_only_the_session_itself_is_exported(library: Library, played: SavedSession, tmp_path: Path) -> None:
    library.create(new_session(4), "Private").close()
    file = tmp_path / "one.isocross"
    library.export(played.id, file)
    assert b"Private" not in file.read_bytes()


def test_a_session_can_be_exported_while_it_is_played(library: Library, played: SavedSession, tmp_path: Path) -> None:
    with library.resume(played.id):
        library.export(played.id, tmp_path / "now.isocross")
    assert library.import_file(tmp_path / "now.isocross").hash == played.hash


def test_nothing_is_overwritten(library: Library, played: SavedSession, file: Path) -> None:
    before = file.read_bytes()
    with pytest.raises(SaveError, match="exists already"):
        library.export(played.id, file)
    assert file.read_bytes() == before


def test_where_nothing_can_be_written(library: Library, played: SavedSession, tmp_path: Path) -> None:
    for path in (tmp_path / "no" / "folder", tmp_path, Path("/proc/nothing"), tmp_path / "\x1b[31m" / "x"):
        with pytest.raises(SaveError) as refusal:
            library.export(played.id, path)
        assert str(refusal.value).isprintable()
    with pytest.raises(SaveError, match="not in the library"):
        library.export("0123456789ab", tmp_path / "nobody")
    assert not (tmp_path / "nobody").exists()


STATEMENTS = {
    "a command": ["UPDATE commands SET text = 'note changed' WHERE number = 1"],
    "no command": ["UPDATE commands SET text = char(27) || '[31m' WHERE number = 1"],
    "a long command": ["UPDATE commands SET text = replace(hex(zeroblob(1000000)), '00', 'note ') WHERE number = 1"],
    "a step": ["UPDATE sessions SET step = step + 1"],
    "another end": ["UPDATE sessions SET hash = 'x'"],
    "a missing command": ["DELETE FROM commands WHERE number = 1"],
    "the set-up": ["UPDATE sessions SET setup = replace(setup, '5000', '6000')"],
    "no set-up": ["UPDATE sessions SET setup = '[]'"],
    "the digest": [
        "UPDATE tapes SET digest = 'x'",
        "UPDATE tape_chunks SET tape = 'x'",
        "UPDATE sessions SET tape = 'x'",
    ],
    "no tape": ["DELETE FROM tapes"],
    "no chunks": ["DELETE FROM tape_chunks"],
    "two sessions": ["INSERT INTO sessions SELECT 'x', 'x', created, played, program, setup, tape, step, steps, time, "
                     "equity, state, commands, events, calls, liquidations, hash, parent, forked_step, "
                     "forked_commands, forked_time, change FROM sessions"],
    "no session": ["DELETE FROM sessions"],
    "a view": ["ALTER TABLE events RENAME TO old", "CREATE VIEW events AS SELECT * FROM old"],
    "an endless view": [
        "ALTER TABLE commands RENAME TO old",
        "CREATE VIEW commands AS WITH RECURSIVE endless(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM endless) "
        "SELECT 'x' AS session, n AS number, 0 AS step, '' AS time, '' AS text, '' AS size, '' AS hash FROM endless",
    ],
    "a trigger": ["CREATE TRIGGER more AFTER INSERT ON events BEGIN DELETE FROM sessions; END"],
    "a table": ["CREATE TABLE more (x)"],
    "a newer one": ["PRAGMA user_version = 99"],
    "another program’s": ["PRAGMA application_id = 7"],
    "no version": ["PRAGMA user_version = 0"],
}  # fmt: skip


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_changed_file_is_refused(file: Path, elsewhere: Library, name: str) -> None:
    spoil(file, *STATEMENTS[name])
    with pytest.raises(SaveError) as refusal:
        elsewhere.import_file(file)
    assert str(refusal.value).isprintable()
    assert elsewhere.sessions() == []


FORGED = {
    "an event": ("UPDATE events SET figures = json_set(figures, '$.price', '1.5') WHERE kind = 'fill'", "fill: price"),
    "a figure too many": ("UPDATE events SET figures = json_set(figures, '$.more', '1') WHERE number = 2", "more"),
    "escape sequences": ("UPDATE events SET figures = json_set(figures, '$.symbol', char(27) || '[31m')", "event 1"),
    "a sample": ("UPDATE equity SET equity = '1e99' WHERE step > 0", "equity sample"),
    "a snapshot": ("UPDATE snapshots SET state = x'78da' WHERE step > 0", "snapshot"),
    "the equity": ("UPDATE sessions SET equity = '1000000'", "equity at the end"),
    "the liquidations": ("UPDATE sessions SET liquidations = liquidations + 1", "number of liquidations"),
    "the calls": ("UPDATE sessions SET calls = -5", "number of calls"),
    "the state": ("UPDATE sessions SET state = 'rich'", "state at the end"),
    "a size": ("UPDATE commands SET size = '5' WHERE size IS NOT NULL", "size"),
}


@pytest.mark.parametrize("name", FORGED)
def test_what_the_replay_does_not_tell_is_refused_by_name(file: Path, elsewhere: Library, name: str) -> None:
    statement, what = FORGED[name]
    spoil(file, statement)
    with pytest.raises(SaveError, match="was altered or damaged") as refusal:
        elsewhere.import_file(file)
    assert what in refusal.value.reason
    assert str(refusal.value).isprintable()
    assert elsewhere.sessions() == []


def test_an_older_save_may_lack_figures_that_came_later(library: Library, elsewhere: Library, tmp_path: Path) -> None:
    with library.create(new_session(3), "Older") as recorder:
        for text in ("buy $9000 ETH 20x iso", "sell $9000 SOL 20x iso"):
            recorder.do(parse(text))
        recorder.advance(899)
    file = tmp_path / "older.isocross"
    library.export(recorder.id, file)
    with sqlite3.connect(file) as db:
        ((figures,),) = db.execute("SELECT figures FROM events WHERE kind = 'liquidation' LIMIT 1").fetchall()
        assert "funding" in json.loads(figures)
        db.execute("UPDATE events SET figures = json_remove(figures, '$.funding') WHERE kind = 'liquidation'")
    assert verify_file(file).identical
    imported = elsewhere.import_file(file)
    assert elsewhere.replay(imported.id).events() == library.replay(recorder.id).events(), (
        "which the replay tells again"
    )
    for change in ("json_remove(figures, '$.equity')", "json_set(figures, '$.funding', '77')"):
        altered = Path(shutil.copy(file, tmp_path / "altered.isocross"))
        spoil(altered, f"UPDATE events SET figures = {change} WHERE kind = 'liquidation'")
        assert not verify_file(altered).identical
        with pytest.raises(SaveError, match="a liquidation: "):
            elsewhere.import_file(altered)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["\x1b[31mred", "two\nlines", "", "\u202e", "x" * 5_000, "[b]bold[/b]"])
def test_a_hostile_name_loses_its_sting(file: Path, elsewhere: Library, name: str) -> None:
    with sqlite3.connect(file) as db:
        db.execute("UPDATE sessions SET name = ?, created = ?, program = ?, id = ?", [name, name, name, f"../{name}"])
        for table in ("commands", "events", "equity", "snapshots"):
            db.execute(f"UPDATE {table} SET session = ?", [f"../{name}"])
    imported = elsewhere.import_file(file)
    assert imported.name.isprintable()
    assert 0 < len(imported.name) <= 80
    assert imported.created.isprintable()
    assert elsewhere.find(imported.name) == imported


@pytest.mark.parametrize(
    "content", [b"", b"text", b"\x00" * 4096, b"PK\x03\x04" * 1000], ids=["empty", "text", "zeros", "zip"]
)
def test_what_is_no_save_is_refused(elsewhere: Library, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "odd").write_bytes(content)
    with pytest.raises(SaveError):
        elsewhere.import_file(tmp_path / "odd")
    for path in (tmp_path / "nothing", tmp_path, Path("/dev/zero")):
        with pytest.raises(SaveError, match="no such file"):
            elsewhere.import_file(path)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.8])
def test_a_file_cut_short_is_refused(file: Path, elsewhere: Library, share: float) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(SaveError):
        elsewhere.import_file(file)


def flipped(file: Path, elsewhere: Library, played: SavedSession, chance: random.Random) -> None:
    """Change a few bytes anywhere: the file is refused, or what was changed doesn't matter to the session."""
    content = bytearray(file.read_bytes())
    for _ in range(chance.choice((1, 1, 5, 50))):
        content[chance.randrange(len(content))] = chance.randrange(256)
    odd = file.with_name("odd")
    odd.write_bytes(content)
    try:
        imported = elsewhere.import_file(odd)
    except SaveError as error:
        refusal = str(error)
    else:
        refusal = ""
        assert (imported.hash, imported.step) == (played.hash, played.step)
        elsewhere.delete(imported.id)
    assert refusal.isprintable()


@pytest.mark.slow
def test_changed_bytes_do_no_harm(file: Path, elsewhere: Library, played: SavedSession) -> None:
    chance = random.Random(1)
    for _ in range(25):
        flipped(file, elsewhere, played, chance)


@pytest.mark.slow
def test_many_changed_bytes_do_no_harm(file: Path, elsewhere: Library, played: SavedSession) -> None:
    chance = random.Random(2)
    for _ in range(300):
        flipped(file, elsewhere, played, chance)


def test_changed_bytes_in_a_library_do_no_harm(library: Library, played: SavedSession) -> None:
    library.close()
    source = library.home / "library.db"
    with sqlite3.connect(source) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    chance, refusals = random.Random(3), list[str]()
    for number in range(40):
        home = library.home / f"copy {number}"
        home.mkdir()
        content = bytearray(source.read_bytes())
        for _ in range(chance.choice((1, 5, 50))):
            content[chance.randrange(len(content))] = chance.randrange(256)
        (home / "library.db").write_bytes(content)
        try:
            with Library.open(home) as damaged:
                for each in damaged.sessions():
                    with damaged.resume(each.id) as recorder:
                        assert recorder.session.step == played.step
        except SaveError as error:
            refusals.append(str(error))
        shutil.rmtree(home)
    assert refusals
    assert all(each.isprintable() for each in refusals)


def test_a_command_of_an_impossible_number_is_refused(
    library: Library, played: SavedSession, elsewhere: Library, tmp_path: Path
) -> None:
    """All hashes of the file are right: whoever made it played it so."""
    forked = library.fork(played.id, Point(20, 0), "Far", None)
    with library.resume(forked.id) as recorder:
        recorder.do(parse("note far"), LARGEST_NUMBER + 1)
    library.export(forked.id, tmp_path / "far.isocross")
    with pytest.raises(SaveError, match="its commands go up to number 1,000,000,000"):
        elsewhere.import_file(tmp_path / "far.isocross")


def test_a_verdict_has_a_name_that_can_be_printed(file: Path) -> None:
    spoil(file, "UPDATE sessions SET name = replace(hex(zeroblob(100000)), '00', 'x')")
    assert len(verify_file(file).name) <= LONGEST_NAME
