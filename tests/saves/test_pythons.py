"""A save is the same on every Python: those that are installed here verify the stored saves."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.saves.make_stored import FOLDER
from tests.saves.test_stored import STORED, stated

ROOT = Path(__file__).resolve().parents[2]
VERSIONS = ("3.11", "3.12", "3.13", "3.14")
NEEDED = "numpy, msgspec, sqlite_utils, platformdirs"
"""What `isocross verify` imports."""


def pythons(version: str) -> Iterator[str]:
    """Pythons of that version on the PATH and, where pyenv keeps some, in its folder."""
    yield from filter(None, [shutil.which(f"python{version}")])
    yield from (str(each) for each in Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        yield sys.executable


def able(python: str, version: str) -> bool:
    """Whether it runs, is of that version and has what verifying needs."""
    question = f"import sys, {NEEDED}; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run([python, "-c", question], capture_output=True, text=True, check=False, timeout=60)
    except OSError:
        return False
    return done.returncode == 0 and done.stdout.strip() == version


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_the_stored_saves_are_identical_there(version: str, tmp_path: Path) -> None:
    assert STORED, f"{FOLDER} holds no saves"
    python = next((each for each in pythons(version) if able(each, version)), None)
    if python is None:
        pytest.skip(f"no Python {version} here that can import {NEEDED}")
    for stored in STORED:
        file = tmp_path / stored.name.removesuffix(".gz")
        file.write_bytes(gzip.decompress(stored.read_bytes()))
        done = subprocess.run(
            [python, "-m", "tui", "verify", str(file), "--json"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        verdict = json.loads(done.stdout)
        assert verdict["identical"]
        assert [(verdict["hash"],)] == stated(file, "SELECT hash FROM sessions")
