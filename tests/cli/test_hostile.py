"""Nothing hostile gets through, and nothing that goes wrong shows a traceback or loses a save."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command_line import ARTICLE, ROOT, Isocross, written
from tui.cli import main as cli


def test_nothing_from_outside_reaches_the_terminal_as_it_is(isocross: Isocross, tmp_path: Path) -> None:
    """`Result` looks at every character that is printed."""
    named = tmp_path / "a\x1b[31m\u202eb.txt"
    assert isocross("run", named).status == 2
    assert isocross("run", written(named, "path ETH 1m 1 \x1b]0;title\x07")).status == 2
    assert isocross("run", written(named, "venue \u202ehyperliquid")).status == 2
    assert isocross("run", written(named, "path ETH 1m 1 2\nbuy 1 DOGE\n@ end")).status == 0
    assert isocross("prices", "inspect", written(tmp_path / "\x1b[2J.csv", "time,open\n\x1b[2J,1\n")).status == 2
    assert isocross("saves", "show", "\x1b[2J").status == 2
    assert isocross("\x1b[2J" * 1000).status == 2
    assert isocross("play", "--venue", "\x1b[2J").status == 2


@pytest.mark.parametrize("command", [["run"], ["prices", "inspect"]])
def test_what_is_no_file_of_text_is_refused(isocross: Isocross, tmp_path: Path, command: list[str]) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "junk").write_bytes(bytes(range(256)) * 100)
    said = {
        "gone.txt": "there is no such file",
        ".": "is a folder",
        "fifo": "is a device or a pipe",
        "loop": "a link that leads back to itself",
        "junk/x": "a part of its path is a file",
        "x" * 300: "its name is too long",
        "a\0b": "is no name of a file",
        "junk": "junk line ",
    }
    for name, why in said.items():
        result = isocross(*command, tmp_path / name)
        assert (result.status, why in result.err) == (2, True), result.err
    assert isocross(*command, "/dev/zero").status == 2


def test_a_file_that_is_too_large_is_not_read(
    isocross: Isocross, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("large.txt", "large.csv"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(600 * 1024 * 1024)
    assert "and at most 4 MB are read" in isocross("run", tmp_path / "large.txt").err
    assert "has 629 MB, and at most 537 MB are read" in isocross("prices", "inspect", tmp_path / "large.csv").err


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(isocross: Isocross, article: Path) -> None:
    article.chmod(0)
    assert "you may not read it" in isocross("run", article).err


def test_an_internal_error_is_logged_and_told_in_a_line(
    isocross: Isocross, monkeypatch: pytest.MonkeyPatch, isocross_home: Path
) -> None:
    def broken(words: list[str]) -> int:
        raise KeyError("the \x1b[31minside")

    monkeypatch.setitem(cli.COMMANDS, "run", broken)
    result = isocross("run", "x")
    log = isocross_home / "logs" / "faults.log"
    assert result.status == 70
    assert result.err == f"isocross: the program failed inside (KeyError); the details are in {log}\n"
    assert "Traceback" in log.read_text(encoding="utf-8")


def test_an_interruption_is_quiet(isocross: Isocross, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(words: list[str]) -> int:
        raise KeyboardInterrupt

    monkeypatch.setitem(cli.COMMANDS, "run", interrupted)
    result = isocross("run", "x")
    assert (result.status, result.out, result.err) == (130, "", "")


# -- in a process of its own


def process(*words: object, **more: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tui", *map(str, words)]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, **more)  # type: ignore[call-overload]


def test_a_reader_that_goes_away_is_no_error_and_loses_no_save(isocross: Isocross, tmp_path: Path) -> None:
    notes = "\n".join(f"note {number} {'x' * 400}" for number in range(60))
    file = written(tmp_path / "long.txt", f"{ARTICLE}{notes}")
    reading, writing = os.pipe()
    os.close(reading)
    with process("run", file, "--save", "All of it", stdout=writing) as running:
        assert running.stderr.read() == b""  # type: ignore[union-attr]
    os.close(writing)
    assert running.returncode == 141
    assert isocross("saves", "list", "--json").rows[0]["commands"] == 61


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_output_that_cannot_be_written_is_told(article: Path) -> None:
    with Path("/dev/full").open("wb") as full, process("run", article, stdout=full) as running:
        said = running.stderr.read().decode()  # type: ignore[union-attr]
    assert running.returncode == 74
    assert said == "isocross: what it has to say can’t be written: No space left on device\n"


def test_an_old_terminal_without_our_letters_gets_escapes(article: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    with process("run", article, stdout=subprocess.PIPE, env=environment) as running:
        said = running.stdout.read()  # type: ignore[union-attr]
    assert running.returncode == 0
    assert said.isascii()


def test_help_is_there_at_once() -> None:
    """It imports little besides Python itself: nothing that an engine, a screen or a database is made of."""
    asked = "import sys, runpy; sys.argv = ['isocross', '--help']\ntry: runpy.run_module('tui', run_name='__main__')\n"
    asked += "except SystemExit: print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("isocross")
    assert {"tui"} <= set(done.stderr.split())
    assert not {"engine", "saves", "numpy", "textual", "rich", "sqlite3", "asyncio"} & set(done.stderr.split())
