"""A command line in this process, and a script to give it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command_line import ARTICLE, Isocross, Result, written
from tui.cli import main as cli
from tui.start import Coming, NewSession


@pytest.fixture
def isocross(capsys: pytest.CaptureFixture[str]) -> Isocross:
    """Runs a command line in this process."""

    def run(*words: object) -> Result:
        capsys.readouterr()
        with pytest.raises(SystemExit) as stop:
            cli.main([str(word) for word in words])
        return Result(int(stop.value.code or 0), *capsys.readouterr())

    return run


@pytest.fixture
def article(tmp_path: Path) -> Path:
    return written(tmp_path / "article.txt", ARTICLE)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[NewSession | str | None]:
    """What the app was started with, instead of the app."""
    starts: list[NewSession | str | None] = []

    def app(library: object, start: NewSession | Coming | str | None) -> int:
        starts.append(start.make() if isinstance(start, Coming) else start)
        return 0

    monkeypatch.setattr(cli, "_app", app)
    monkeypatch.setattr(cli, "_check_terminal", lambda: None)
    return starts
