"""Imports run downwards only, and the engine touches neither disk, clock nor chance."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ENGINE_FILES = sorted((ROOT / "engine").rglob("*.py"))

ABOVE_THE_ENGINE = {
    *("tui", "saves"),
    *("textual", "rich", "sqlite3", "sqlite_utils", "click", "platformdirs", "faker"),
}
ABOVE_THE_SAVES = {"tui", "textual", "rich"}
SLOW_TO_IMPORT = {"textual", "rich", "numpy", "faker", "sqlite_utils", "polars"}

# Modules that bring the outside world, or chance, into a session.
OUTSIDE_WORLD = {
    *("os", "pathlib", "shutil", "tempfile", "glob", "fileinput", "mmap", "sqlite3", "importlib.resources"),
    *("socket", "ssl", "http", "urllib", "subprocess", "multiprocessing", "threading", "asyncio"),
    *("time", "random", "secrets", "uuid"),
}
OUTSIDE_CALLS = {
    *("open", "io.open", "print", "input"),
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today"),
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today"),
}
FILE_METHODS = {"read_text", "read_bytes", "write_text", "write_bytes", "tofile", "fromfile", "memmap"}
PACKAGE_TEXTS = ROOT / "engine" / "package_data.py"
"""The one file of the engine that opens anything: the texts that lie in its own packages."""
SEEDED_GENERATORS = {"default_rng", "Generator", "SeedSequence", "PCG64", "PCG64DXSM", "Philox", "SFC64"}

IMPORT_EVERYTHING = """
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    if not found.name.endswith("__main__"):
        try:
            importlib.import_module(found.name)
        except ModuleNotFoundError as missing:
            if missing.name != "polars":  # the one optional dependency
                raise
print(*sorted(set(module.partition(".")[0] for module in sys.modules)))
"""

HELP = """
import sys
sys.argv = ["isocross", "--help"]
from tui.cli.main import main
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
print(*sorted(set(module.partition(".")[0] for module in sys.modules)))
"""


OPENING = """
import sys
import saves.library, tui.app, tui.cli.at_once
print(*sys.modules)
"""

DESK = """
import sys
from tui.ahead import PLAYING, import_all
from tui.start import quick_session
import_all(*PLAYING)
quick_session(1)
print(*sys.modules)
"""


def run(code: str, *arguments: str) -> list[str]:
    """The lines that `code` prints in a Python of its own, started in the checkout."""
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize(("package", "above"), [("engine", ABOVE_THE_ENGINE), ("saves", ABOVE_THE_SAVES)])
def test_a_package_loads_nothing_from_above(package: str, above: set[str]) -> None:
    loaded = set(run(IMPORT_EVERYTHING, package)[-1].split())
    assert package in loaded
    assert sorted(loaded & above) == []


def test_a_desk_needs_no_database_and_no_names_to_be_painted() -> None:
    """A new game is on the screen before they are imported."""
    loaded = set(run(DESK)[-1].split())
    assert {"engine.session", "saves.recorder", "tui.screens.desk"} <= loaded
    needless = {"sqlite_utils", "faker", "engine.script.reader", "tui.screens.home", "tui.screens.settings"}
    assert sorted(loaded & needless) == []


def test_play_begins_without_the_engine() -> None:
    """What is imported before the first picture."""
    loaded = set(run(OPENING)[-1].split())
    assert "tui.dialogs.opening" in loaded
    needless = {"numpy", "sqlite_utils", "faker", "engine.session", "engine.tape", "tui.screens.desk"}
    assert sorted(loaded & needless) == []


def test_help_loads_nothing_slow() -> None:
    *text, modules = run(HELP)
    assert "isocross" in "\n".join(text)
    assert sorted(set(modules.split()) & SLOW_TO_IMPORT) == []


def breaches(tree: ast.Module) -> Iterator[str]:
    """What in an engine file reaches for the disk, the clock or unseeded chance."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            names = []
        for name in names:
            if name in OUTSIDE_WORLD or name.partition(".")[0] in OUTSIDE_WORLD:
                yield f"line {node.lineno}: imports {name}"
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            last = called.rpartition(".")[2]
            if called in OUTSIDE_CALLS or last in FILE_METHODS:
                yield f"line {node.lineno}: calls {called}"
            if called.startswith(("np.random.", "numpy.random.")) and last not in SEEDED_GENERATORS:
                yield f"line {node.lineno}: {called} has a state of its own"
            if last in SEEDED_GENERATORS - {"Generator"} and not node.args and not node.keywords:
                yield f"line {node.lineno}: {called} without a seed"


@pytest.mark.parametrize("file", ENGINE_FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_the_engine_has_no_disk_no_clock_and_no_chance(file: Path) -> None:
    found = list(breaches(ast.parse(file.read_text(encoding="utf-8"))))
    assert bool(found) == (file == PACKAGE_TEXTS), found


@pytest.mark.parametrize(
    "line",
    [
        "open('prices.csv')",
        "import time",
        "from os import path",
        "import os.path",
        "from importlib import resources",
        "datetime.now(UTC)",
        "np.random.normal()",
        "np.random.default_rng()",
        "file.read_text()",
    ],
)
def test_a_breach_is_seen(line: str) -> None:
    assert list(breaches(ast.parse(line)))


@pytest.mark.parametrize("line", ["np.random.default_rng(seed)", "from datetime import datetime", "book.open(order)"])
def test_what_is_harmless_is_let_through(line: str) -> None:
    assert not list(breaches(ast.parse(line)))
