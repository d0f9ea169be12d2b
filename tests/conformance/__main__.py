"""`python -m tests.conformance FILE.json …`: a line a row, and totals.

Exit status: 0 when nothing differs, 1 when a row differs or an adapter can't be loaded, 2 for a file that can't be run.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.conformance.run import KINDS, BadFile, Library, Result, library, load, run


def main(arguments: Sequence[str] | None = None, shelf: Library | None = None) -> int:
    """Run the files named in `arguments` and print what came of them. Returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.conformance",
        description="Run venues' worked examples against the engine: a line a row, and totals.",
        epilog="Exit status: 0 nothing differs, 1 something differs, 2 a file can't be run.",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE.json", help="a JSON list of rows")
    files = parser.parse_args(arguments).files
    try:
        rows = [row for path in files for row in load(path)]
    except BadFile as error:
        print(f"conformance: {error}", file=sys.stderr)
        return 2
    shelf = library() if shelf is None else shelf
    results = run(rows, shelf)
    for line in (*(result.line() for result in results), "", *totals(results)):
        print(line)
    for name, why in shelf.broken.items():
        print(f"conformance: adapters/{name}.py can't be loaded: {why}", file=sys.stderr)
    return 1 if shelf.broken or any(result.kind == "differs" for result in results) else 0


def totals(results: Sequence[Result]) -> list[str]:
    """How many of each kind of result: by venue, by kind of row, and of all."""
    lines = []
    for what, names in (
        ("venue", [result.row.venue for result in results]),
        ("kind", [result.row.kind or "none" for result in results]),
    ):
        for name in sorted(set(names)):
            of_name = [result for result, own in zip(results, names, strict=True) if own == name]
            lines.append(f"{what} {name}: {_counted(of_name)}")
    return [*lines, f"total: {_counted(results)}"]


def _counted(results: Sequence[Result]) -> str:
    counts = Counter(result.kind for result in results)
    return f"{len(results)} rows, " + ", ".join(f"{counts[kind]} {kind}" for kind in KINDS)


if __name__ == "__main__":
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    sys.exit(status)
