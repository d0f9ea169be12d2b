"""Programs for a disk of their own: a small or read-only file system that `unshare` lets anybody mount.

    python -m tests.saves.disks NAME FOLDER

runs the function NAME in FOLDER, inside the mount; what it asserts fails the test.
"""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from engine.commands.command import Note
from engine.setup import Setup
from saves import Library, SaveError
from tests.saves.playing import new_session, play_all, random_moves

ROOT = Path(__file__).resolve().parents[2]


def on_a_disk(name: str, folder: Path, size: str) -> None:
    """Run a function of this file with `folder` as a file system of that size. Skips where mounting isn't allowed."""
    folder.mkdir()
    mount = f'mount -t tmpfs -o size={size} none "$1" || exit 77; exec "$2" -m tests.saves.disks "$3" "$1"'
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", mount, "sh", str(folder), sys.executable, name]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no unshare on this machine")
    if done.returncode == 77 or "unshare:" in done.stderr:
        pytest.skip("this machine lets nobody mount a file system")
    assert done.returncode == 0, done.stderr


def fills_up(disk: Path) -> None:
    """The disk is full in the middle of a game; later there is room again."""
    home, ballast = disk / "home", disk / "ballast"
    alone, session = new_session(), new_session()
    with Library.open(home) as library, library.create(session, "Full") as recorder:
        assert recorder.saved
        _fill(ballast)
        moves = random_moves(3, 60)
        expected = [*alone.opening, *play_all(alone, alone, moves)]
        play_all(recorder, session, moves)
        assert not recorder.saved
        assert recorder.trouble == "the disk is full", recorder.trouble
        assert session.state_hash() == alone.state_hash()
        assert list(recorder.events()) == expected, "the log goes on"
        ballast.unlink()
        assert recorder.save(), recorder.trouble
        assert recorder.trouble is None
    with Library.open(home) as library, library.resume(recorder.id) as again:
        assert again.session.state_hash() == alone.state_hash()
        assert list(again.events()) == expected


def is_full_from_the_start(disk: Path) -> None:
    """There is room for the library, but not for the tape."""
    home, ballast = disk / "home", disk / "ballast"
    Library.open(home).close()
    _fill(ballast)
    session = new_session(vertices=60_000)
    with Library.attempt(home) as library, library.create(session, "No room") as recorder:
        assert not recorder.saved
        assert recorder.trouble is not None
        recorder.do(Note("played nevertheless"))
        assert not recorder.saved
        ballast.unlink()
        recorder.do(Note("and now there is room"))
        assert recorder.saved, recorder.trouble
    with Library.open(home) as library:
        assert [each.text for each in library.commands(recorder.id)] == [
            "note played nevertheless",
            "note and now there is room",
        ]


def becomes_read_only(disk: Path) -> None:
    """The folder can't be written: what is there can be seen and played on, and nothing is said to be saved."""
    home = disk / "home"
    with Library.open(home) as library, library.create(new_session(), "Before") as recorder:
        recorder.do(Note("on disk"))
    _remount(disk, "ro")
    with Library.open(home) as library:
        assert not library.writable
        assert [each.name for each in library.sessions()] == ["Before"]
        with library.resume(recorder.id) as again:
            assert again.session.commands == 1
            assert not again.saved
            assert again.trouble is not None
            assert "read-only" in again.trouble
            again.do(Note("not on disk"))
            assert [each.text for each in again.commands()] == ["note not on disk"]
            _remount(disk, "rw")
            again.do(Note("on disk again"))
            assert again.saved, again.trouble
    with Library.open(home) as library:
        assert len(library.commands(recorder.id)) == 3


def was_always_read_only(disk: Path) -> None:
    """Not even a library can be made."""
    _remount(disk, "ro")
    home = disk / "home"
    with pytest.raises(SaveError, match="read-only"):
        Library.open(home)
    with Library.attempt(home) as library:
        assert library.trouble is not None
        assert library.sessions() == []
        with library.create(new_session(setup=Setup(balance=Decimal(777)))) as recorder:
            recorder.do(Note("in memory"))
            assert recorder.trouble is not None
            assert recorder.trouble
            _remount(disk, "rw")
            recorder.do(Note("on disk"))
            assert recorder.saved, recorder.trouble
    with Library.open(home) as library:
        assert library.sessions()[0].commands == 2


def _fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            return


def _remount(disk: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(disk)], check=True)


if __name__ == "__main__":
    globals()[sys.argv[1]](Path(sys.argv[2]))
