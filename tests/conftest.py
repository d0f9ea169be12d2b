"""What every test stands on: its own home folder, reproducible random examples, the shared price files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import Phase, settings

ROOT = Path(__file__).resolve().parent.parent

# The same examples every time, so that a red test is red for everybody. `make test-all` asks for more of them.
# Hypothesis' last phase, which explains a failure line by line, takes minutes on whole sessions.
PHASES = [phase for phase in Phase if phase is not Phase.explain]
settings.register_profile("few", derandomize=True, deadline=None, phases=PHASES, max_examples=20)
settings.register_profile("all", derandomize=True, deadline=None, phases=PHASES, max_examples=200)
settings.load_profile(os.environ.get("ISOCROSS_HYPOTHESIS", "few"))


@pytest.fixture(autouse=True)
def isocross_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh folder for saves and settings, so that no test touches the player's own."""
    home = tmp_path / "isocross-home"
    home.mkdir()
    monkeypatch.setenv("ISOCROSS_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """The folder of price files and venue examples beside the checkout; tests that need it are skipped without it."""
    named = os.environ.get("ISOCROSS_SHARED")
    folder = Path(named) if named else ROOT.parent / "shared"
    if not (folder / "prices").is_dir():
        pytest.skip(f"no price files: {folder} has no folder prices (ISOCROSS_SHARED=... says where it is)")
    return folder
