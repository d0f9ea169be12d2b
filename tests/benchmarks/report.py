"""What a benchmark found: a table on the screen, and JSON in the file that ISOCROSS_BENCH_JSON names."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path

Row = Mapping[str, str | float]
"""A line of the table: figures by the name of their column, with the unit in the name."""


def report(name: str, rows: Sequence[Row]) -> None:
    """Print `rows` as a table and add them, under `name`, to the JSON file."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    table = [columns, *([_shown(row.get(column, "")) for column in columns] for row in rows)]
    widths = [max(len(line[place]) for line in table) for place in range(len(columns))]
    print(f"\n{name}")
    for line in table:
        first, *rest = (cell.ljust(width) if not place else cell.rjust(width)
                        for place, (cell, width) in enumerate(zip(line, widths, strict=True)))  # fmt: skip
        print("  " + "  ".join([first, *rest]))
    _keep(name, rows)


def _shown(value: str | float) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def _keep(name: str, rows: Sequence[Row]) -> None:
    """Benchmarks of one run share the file."""
    target = os.environ.get("ISOCROSS_BENCH_JSON")
    if not target:
        return
    file = Path(target)
    found = json.loads(file.read_text()) if file.exists() and file.stat().st_size else {}
    found.setdefault("machine", {"python": platform.python_version(), "cores": os.cpu_count()})
    found[name] = [dict(row) for row in rows]
    file.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
