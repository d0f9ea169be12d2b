"""What holds for every file of the tree."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FILE = 400

# Written so that this file doesn't hold what it looks for.
UNFINISHED = re.compile(r"\b(TO[D]O|FIX[M]E|XX[X])\b")
REGISTRY = re.compile(r"(pypi|pythonhosted|npmjs)[.](org|com)")
MACHINE_PATH = re.compile(r"(^|[^A-Za-z0-9_.])/(work|tmp|root|farm|home/[a-z]+|Users/[A-Za-z]+)/[A-Za-z0-9_.-]+")
PIN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*==[0-9][0-9a-z.]*")


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Every text file of the tree that git knows or would add, by its path."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    found = {}
    for name in listed.stdout.split("\0"):
        if name and (ROOT / name).is_file():
            try:
                found[name] = (ROOT / name).read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue
    return found


def matches(texts: dict[str, str], pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in texts.items()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_nothing_is_marked_unfinished(texts: dict[str, str]) -> None:
    python = {name: text for name, text in texts.items() if name.endswith(".py")}
    assert matches(python, UNFINISHED) == []


def test_no_registry_is_named(texts: dict[str, str]) -> None:
    assert matches(texts, REGISTRY) == []


def test_no_path_of_a_machine_is_named(texts: dict[str, str]) -> None:
    written = {name: text for name, text in texts.items() if not name.endswith((".svg", ".ambr"))}
    assert matches(written, MACHINE_PATH) == []


def test_a_file_fits_in_the_head(texts: dict[str, str]) -> None:
    lengths = {name: text.count("\n") for name, text in texts.items() if name.endswith(".py")}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_constraints_are_plain_pins() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not PIN.fullmatch(line)] == []

    names = [line.partition("==")[0] for line in lines]
    assert len(names) == len(set(names))
