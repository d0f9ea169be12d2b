"""What is installed is what is in the tree: the wheel, in a Python that knows nothing of the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("engine", "saves", "tui")
CONSTRAINTS = (ROOT / "constraints.txt").as_uri()

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]

CRASH = """
balance 1000
path ETH 1m 2000 1900 1500
buy $5000 ETH 10x iso
@ end
"""


def run(*command: str | Path, cwd: Path) -> str:
    """What `command` prints; its last words on failure."""
    world = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    world |= {"PIP_CONSTRAINT": CONSTRAINTS, "PIP_BUILD_CONSTRAINT": CONSTRAINTS}
    done = subprocess.run([*map(str, command)], cwd=cwd, env=world, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def files_of_the_tree() -> set[str]:
    return {
        file.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source distribution, and the wheel made from it."""
    folder = tmp_path_factory.mktemp("built")
    run(sys.executable, "-m", "build", "--outdir", folder, ROOT, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of a fresh environment in which the wheel is installed."""
    folder = tmp_path_factory.mktemp("fresh") / "venv"
    venv.create(folder, with_pip=True)
    commands = folder / ("Scripts" if os.name == "nt" else "bin")
    (wheel,) = built.glob("*.whl")
    run(commands / "python", "-m", "pip", "install", "-qq", wheel, cwd=built)
    return commands


def test_the_wheel_holds_every_file_of_the_packages(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == files_of_the_tree()


def test_the_source_distribution_can_be_tested(built: Path) -> None:
    (source,) = built.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert files_of_the_tree() <= names
    assert {"LICENSE", "Makefile", "constraints.txt", "pyproject.toml", "tests/conftest.py"} <= names


def test_the_installed_command_answers(installed: Path, tmp_path: Path) -> None:
    assert "isocross" in run(installed / "isocross", "--help", cwd=tmp_path)
    assert "isocross" in run(installed / "python", "-m", "tui", "--help", cwd=tmp_path)


def test_the_installed_command_plays_a_script_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "crash.txt").write_text(CRASH, encoding="utf-8")
    printed = run(installed / "isocross", "run", "crash.txt", "--json", cwd=tmp_path).splitlines()
    kinds = [json.loads(line)["kind"] for line in printed]
    assert "liquidation" in kinds
    assert kinds[-1] == "summary"
