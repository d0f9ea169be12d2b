"""Rivals in the save: kept, copied by forks, carried by files, and never trusted."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from engine.setup import Setup
from saves import Library
from saves.landmarks import Point
from saves.rival_names import CAST, cast_for, rival_names
from saves.rivals import MOST_RIVALS, Cast
from tests.saves.playing import new_session, random_tape

SETUP = Setup(balance=Decimal(1000))
WHO: Cast = (("Wayne McKenzie", "hedger"), ("Beth Scott", "all-in"))


def test_they_are_there_again(library: Library) -> None:
    with library.create(new_session()) as recorder:
        assert recorder.rivals == ()
        recorder.set_rivals(WHO)
        assert recorder.saved
        session = recorder.id
    with library.resume(session) as recorder:
        assert recorder.rivals == WHO
        recorder.set_rivals(WHO[1:])
    with library.resume(session) as recorder:
        assert recorder.rivals == WHO[1:]


def test_a_fork_has_its_parent_s_and_a_deleted_session_leaves_none(library: Library) -> None:
    with library.create(new_session()) as recorder:
        recorder.set_rivals(WHO)
        recorder.advance(5)
        session = recorder.id
    forked = library.fork(session, Point(3, 0))
    library.delete(session)
    with library.resume(forked.id) as recorder:
        assert recorder.rivals == WHO
    library.delete(forked.id)
    assert library._db.execute("SELECT count(*) FROM rivals").fetchone()[0] == 0


def test_a_file_carries_them(library: Library, tmp_path: Path) -> None:
    file = tmp_path / "one.isocross"
    with library.create(new_session()) as recorder:
        recorder.set_rivals(WHO)
        session = recorder.id
    library.export(session, file)
    imported = library.import_file(file)
    with library.resume(imported.id) as recorder:
        assert recorder.rivals == WHO


@pytest.mark.parametrize("name", ["", "x" * 81, "a\x1b[2Jb", "a\nb", b"\x00"])
def test_a_name_that_can_t_be_shown_is_left_out(library: Library, name: object) -> None:
    with library.create(new_session()) as recorder:
        recorder.set_rivals(WHO)
        session = recorder.id
    library._db.execute("UPDATE rivals SET name = ? WHERE number = 1", [name])
    library._db.conn.commit()
    with library.resume(session) as recorder:
        assert recorder.rivals == WHO[1:]


def test_there_are_no_more_than_a_board_has_room_for(library: Library) -> None:
    with library.create(new_session()) as recorder:
        recorder.set_rivals(tuple((f"R {place}", "holder") for place in range(20)))
        session = recorder.id
    with library.resume(session) as recorder:
        assert len(recorder.rivals) == MOST_RIVALS


def test_who_they_are_follows_from_the_tape_and_the_rules() -> None:
    tape = random_tape()
    cast = cast_for(SETUP, tape)
    assert cast == cast_for(SETUP, tape)
    assert [strategy for _, strategy in cast] == list(CAST)
    assert len({name for name, _ in cast}) == len(CAST)
    others = {cast_for(Setup(balance=Decimal(1001)), tape), cast_for(Setup(mode="cross"), tape)}
    assert cast not in others
    assert len(others) == 2


def test_names_are_fixed_by_their_seed() -> None:
    assert rival_names(7, 4) == rival_names(7, 4) != rival_names(8, 4)
    assert len(set(rival_names(1, 100))) == 100
    with pytest.raises(ValueError, match="names"):
        rival_names(1, 101)
