"""Opening, listing, finding, renaming and deleting; and files that are no library."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest

from engine.commands.grammar import parse
from engine.setup import Setup
from saves import Library, SavedSession, SaveError
from saves.home import home_folder
from saves.schema import VERSION
from tests.saves.conftest import Clock
from tests.saves.playing import new_session

HOSTILE = (
    "\x1b[31mred\x1b[0m",
    "two\nlines",
    "tab\there",
    "rtl\u202eevil",
    "zero\u200bwidth",
    "null\x00",
    "bell\x07",
    "\x9b31m",
)


def saved(library: Library, name: str | None = None, seed: int = 1) -> SavedSession:
    """A session in the library, which nobody plays."""
    with library.create(new_session(seed), name) as recorder:
        pass
    return library.find(recorder.id)


def sql(library: Library, statement: str, *values: object) -> None:
    with sqlite3.connect(library.home / "library.db") as db:
        db.execute(statement, values)


def test_the_folder_is_the_one_that_the_environment_names(isocross_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert home_folder() == isocross_home
    monkeypatch.delenv("ISOCROSS_HOME")
    assert home_folder().name == "isocross"
    assert home_folder().is_absolute()


def test_a_folder_is_made_where_there_is_none(tmp_path: Path) -> None:
    with Library.open(tmp_path / "some" / "where") as library:
        assert library.sessions() == []
        assert library.writable
    assert (tmp_path / "some" / "where" / "library.db").is_file()


def test_a_listed_session_says_what_it_is(library: Library, clock: Clock) -> None:
    setup = Setup(mode="cross", balance=Decimal(5_000), fees=False)
    with library.create(new_session(setup=setup), "  My   first ") as recorder:
        recorder.do(parse("buy $9000 ETH 10x"))
        clock.now += 90_000
        recorder.advance(5)
        view = recorder.session.view()
    found = library.sessions()[0]
    assert found.name == "My first"
    assert (found.venue, found.mode, found.modified) == ("hyperliquid", "cross", ("fees off",))
    assert found.symbols == ("ETH", "SOL")
    assert (found.created, found.played) == ("2027-01-15T08:00:00Z", "2027-01-15T08:01:30Z")
    assert (found.step, found.steps, found.time) == (5, 900, "2024-01-01T01:15:00Z")
    assert (found.equity, found.state, found.commands) == (view.equity, "running", 1)
    assert (found.calls, found.liquidations) == (view.calls, view.liquidations)
    assert found.digest == recorder.session.tape.digest
    assert found.hash == recorder.session.state_hash()


def test_the_last_played_comes_first(library: Library, clock: Clock) -> None:
    for name in ("one", "two", "three"):
        clock.now += 1_000
        saved(library, name)
    clock.now += 1_000
    with library.resume(library.find("one").id) as recorder:
        recorder.advance(3)
    assert [each.name for each in library.sessions()] == ["one", "three", "two"]


def test_an_unnamed_session_gets_two_words(library: Library) -> None:
    names = [saved(library).name for _ in range(5)]
    assert len(set(names)) == 5
    assert all(len(name.split()) == 2 and name.istitle() for name in names)


def test_finding(library: Library) -> None:
    first, second = saved(library, "Amber Fjord"), saved(library, "Amber Falls")
    assert library.find("Amber Fjord") == first
    assert library.find(" amber fjord ") == first
    assert library.find(second.id) == second
    assert library.find(second.id[:9]) == second
    assert library.find("Amber Fa") == second
    with pytest.raises(SaveError, match="several"):
        library.find("amber")
    with pytest.raises(SaveError, match="“Amber Fjord”"):
        library.find("Ambre Fjrod")
    with pytest.raises(SaveError, match="“Amber"):
        library.find("")


def test_finding_in_an_empty_library(library: Library) -> None:
    with pytest.raises(SaveError, match="no saves yet"):
        library.find("anything")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_refusal_repeats_no_escape_sequence(library: Library, name: str) -> None:
    for refused in (library.find, library.resume, library.delete):
        with pytest.raises(SaveError) as refusal:
            refused(name)
        assert str(refusal.value).isprintable()


@pytest.mark.parametrize("name", [*HOSTILE, "", "   ", "x" * 81])
def test_an_impossible_name_is_refused(library: Library, name: str) -> None:
    with pytest.raises(SaveError) as refusal:
        library.create(new_session(), name)
    assert str(refusal.value).isprintable()
    assert refusal.value.would_work
    assert library.sessions() == []
    kept = saved(library, "Kept")
    with pytest.raises(SaveError):
        library.rename(kept.id, name)
    assert library.sessions() == [kept]


@pytest.mark.parametrize(
    "name", ["[bold red]markup[/]", "日本語", "naïve", "🦀 crab", "x" * 80, "'; DROP TABLE sessions; --", "{0}"]
)
def test_an_odd_name_is_kept(library: Library, name: str) -> None:
    assert saved(library, name).name == name
    assert library.find(name).name == name


def test_a_taken_name_is_refused(library: Library) -> None:
    first, second = saved(library, "First"), saved(library, "Second")
    for taken in ("First", "first", " FIRST "):
        with pytest.raises(SaveError, match="already"):
            library.create(new_session(), taken)
        with pytest.raises(SaveError, match="already"):
            library.rename(second.id, taken)
    library.rename(first.id, "FIRST")
    assert library.find(first.id).name == "FIRST"


def test_renaming(library: Library) -> None:
    first = saved(library, "First")
    library.rename(first.id, "Renamed")
    assert library.find(first.id).name == "Renamed"
    with library.resume(first.id) as recorder:
        assert recorder.name == "Renamed"
    with pytest.raises(SaveError, match="no such session"):
        library.rename("0123456789ab", "Nobody")


def test_a_tape_stays_while_somebody_plays_on_it(library: Library) -> None:
    first, second, other = saved(library), saved(library), saved(library, seed=2)
    assert first.digest == second.digest != other.digest
    with sqlite3.connect(library.home / "library.db") as db:
        assert db.execute("SELECT count(*) FROM tapes").fetchone() == (2,)
        library.delete(first.id)
        library.resume(second.id).close()
        library.delete(second.id)
        assert db.execute("SELECT digest FROM tapes").fetchall() == [(other.digest,)]
        for table in ("tape_chunks", "commands", "events", "equity", "snapshots"):
            owner = "tape" if table == "tape_chunks" else "session"
            left = {row[0] for row in db.execute(f"SELECT DISTINCT {owner} FROM {table}")}
            assert left <= {other.id, other.digest}
    assert [each.id for each in library.sessions()] == [other.id]
    with pytest.raises(SaveError, match="no such session"):
        library.delete(first.id)


def test_deleting_gives_the_space_back(library: Library) -> None:
    kept = saved(library)
    before = _size(library)
    with library.create(new_session(7, 100_000)) as recorder:
        pass
    assert _size(library) > before + 500_000
    library.delete(recorder.id)
    assert _size(library) < before + 50_000
    library.resume(kept.id).close()


def _size(library: Library) -> int:
    with sqlite3.connect(library.home / "library.db") as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return (library.home / "library.db").stat().st_size


@pytest.mark.parametrize(
    "content",
    [b"no database at all, only text " * 10, b"\x00" * 5000, b"SQLite format 3\x00" + b"\xff" * 4080, b"SQLite"],
    ids=["text", "zeros", "header only", "short"],
)
def test_what_is_no_library_is_refused_and_left(isocross_home: Path, content: bytes) -> None:
    file = isocross_home / "library.db"
    file.write_bytes(content)
    with pytest.raises(SaveError, match=r"ISOCROSS_HOME|left as it is"):
        Library.open(isocross_home)
    assert file.read_bytes() == content
    assert Library.attempt(isocross_home).trouble is not None


def test_an_empty_file_becomes_a_library(isocross_home: Path) -> None:
    (isocross_home / "library.db").touch()
    assert Library.open(isocross_home).sessions() == []


def test_another_programs_database_is_left(isocross_home: Path) -> None:
    file = isocross_home / "library.db"
    with sqlite3.connect(file) as db:
        db.execute("CREATE TABLE recipes (name TEXT)")
    before = file.read_bytes()
    with pytest.raises(SaveError, match="another program"):
        Library.open(isocross_home)
    assert file.read_bytes() == before


def test_a_newer_library_is_left(library: Library) -> None:
    saved(library)
    library.close()
    sql(library, f"PRAGMA user_version = {VERSION + 1}")
    file = library.home / "library.db"
    before = file.read_bytes()
    with pytest.raises(SaveError, match="newer isocross") as refusal:
        Library.open(library.home)
    assert "update isocross" in refusal.value.would_work
    assert file.read_bytes() == before


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_library_cut_short_is_refused_and_left(library: Library, share: float) -> None:
    session = saved(library)
    library.close()
    file = library.home / "library.db"
    _size(library)
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])
    before = file.read_bytes()
    with pytest.raises(SaveError):
        _open_and_resume(library.home, session.id)
    assert file.read_bytes() == before
    file.write_bytes(content)
    _open_and_resume(library.home, session.id)


def _open_and_resume(home: Path, session: str) -> None:
    with Library.open(home) as library:
        assert library.sessions()
        library.resume(session).close()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("setup", "{}"),
        ("setup", "no JSON"),
        ("setup", '{"venue": "\x1b[31m"}'),
        ("setup", '{"balance": "NaN"}'),
        ("step", "many"),
        ("equity", "Infinity"),
        ("time", "yesterday"),
        ("commands", 1.5),
        ("tape", b"\x00"),
        ("state", b"\xff"),
        ("steps", None),
    ],
)
def test_a_spoilt_row_is_listed_and_hurts_no_other(library: Library, column: str, value: object) -> None:
    good, bad = saved(library, "Good"), saved(library, "Bad")
    with sqlite3.connect(library.home / "library.db") as db:
        db.execute("PRAGMA ignore_check_constraints = ON")
        try:
            db.execute(f"UPDATE sessions SET {column} = ? WHERE id = ?", (value, bad.id))
        except sqlite3.IntegrityError:
            return
    listed = {each.name: each for each in library.sessions()}
    assert listed["Good"] == good
    if (column, value) != ("setup", "{}"):  # which is the set-up as it comes
        assert listed["Bad"].state == "damaged"
    if column in ("time", "equity"):  # only for the list: playing on writes them anew
        with library.resume(bad.id) as recorder:
            recorder.advance(1)
        assert library.find(bad.id).state == "running"
    elif value != "{}":
        with pytest.raises(SaveError) as refusal:
            library.resume(bad.id)
        assert str(refusal.value).isprintable()
    library.rename(bad.id, "Still bad")
    library.delete(bad.id)
    assert library.sessions() == [good]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_in_the_file_is_shown_without_its_sting(library: Library, name: str) -> None:
    session = saved(library)
    sql(library, "UPDATE sessions SET name = ?", name)
    listed = library.sessions()[0]
    assert listed.name.isprintable()
    assert library.find(listed.name).id == session.id
    with library.resume(session.id) as recorder:
        assert recorder.name.isprintable()


def test_events_without_their_sting(library: Library) -> None:
    with library.create(new_session()) as recorder:
        recorder.do(parse("note harmless"))
        sql(library, "UPDATE events SET figures = replace(figures, 'harmless', '\\u001b[31m') WHERE kind = 'note'")
        assert recorder.events(last=1)[0].text == "�[31m"  # type: ignore[attr-defined]
        sql(library, "UPDATE events SET figures = '{}' WHERE kind = 'note'")
        with pytest.raises(SaveError, match="damaged"):
            recorder.events()
