"""The tables: numbered steps, the same by any way, and as the documentation says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlite_utils import Database

import saves.schema
import saves.transfer
from saves import Library, SaveError
from saves.schema import MIGRATIONS, VERSION, migrate, version_of
from tests.saves.playing import new_session

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "saves.md"


def test_an_empty_file_is_version_0_and_becomes_the_newest() -> None:
    db = Database(memory=True)
    assert version_of(db) == 0
    migrate(db)
    assert version_of(db) == VERSION
    migrate(db)
    assert version_of(db) == VERSION


def _next_version(db: Database) -> None:
    db.execute("ALTER TABLE snapshots ADD COLUMN remark TEXT")


def _failing_version(db: Database) -> None:
    db.execute("DROP TABLE equity")
    raise SaveError("the disk refuses")


def test_an_older_library_and_an_older_file_are_brought_up(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.create(new_session(), "Old").close()
    session = library.find("Old")
    library.export(session.id, tmp_path / "old.isocross")
    library.close()
    for module in (saves.schema, saves.transfer):
        monkeypatch.setattr(module, "MIGRATIONS", (*MIGRATIONS, _next_version))
    for module in (saves.schema, saves.transfer):
        monkeypatch.setattr(module, "VERSION", VERSION + 1)
    with Library.open(library.home) as opened:
        assert opened.sessions() == [session]
        columns = opened._db.table("snapshots").columns_dict
        assert "remark" in columns
        recorded = saves.transfer._read(tmp_path / "old.isocross", None)[0]
        assert recorded.row.hash == session.hash


def test_a_step_that_fails_changes_nothing(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    library.create(new_session(), "Old").close()
    before = library.sessions()
    library.close()
    with monkeypatch.context() as patched:
        patched.setattr(saves.schema, "MIGRATIONS", (*MIGRATIONS, _failing_version))
        patched.setattr(saves.schema, "VERSION", VERSION + 1)
        with pytest.raises(SaveError):
            Library.open(library.home)
    with Library.open(library.home) as opened:
        assert opened.sessions() == before


def test_the_document_names_every_table_and_column() -> None:
    db = Database(memory=True)
    migrate(db)
    text = DOCUMENT.read_text(encoding="utf-8")
    sections = dict(re.findall(r"^### (.+?)\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL))
    for table in db.tables:
        section = next(body for title, body in sections.items() if table.name in title.split(", "))
        first_cells = " ".join(re.findall(r"^\| (.+?) \|", section, re.MULTILINE))
        named = set(re.split(r"[ ,.]+", first_cells))
        assert {column.name for column in table.columns} <= named, table.name


def test_the_documents_examples_work(library: Library) -> None:
    with library.create(new_session(vertices=70_000), "Amber Fjord") as recorder:
        pass
    example = re.search(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None
    found: dict[str, object] = {}
    exec(example[1].replace("library.db", (library.home / "library.db").as_posix()), found)
    ticks = found["ticks"]
    assert (ticks == recorder.session.tape.columns["ETH", "last"]).all()  # type: ignore[attr-defined]
