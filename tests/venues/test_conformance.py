"""Every row of worked examples in this folder goes through the engine: it conforms, or is out of scope and says why.

The rows with their sources are in the JSON files here; the adapters from a row to the engine's public functions are in
tests/conformance/adapters.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.run import BadFile, Row, library, load, run_row

HERE = Path(__file__).parent


def _cases() -> list[Any]:
    """A case a row; one for a file that can't be read, which fails."""
    cases = []
    for path in sorted(HERE.glob("*.json")):
        try:
            cases += [pytest.param(row, id=f"{row.venue}: {row.name}") for row in load(path)]
        except BadFile as error:
            cases.append(pytest.param(error, id=path.name))
    return cases


CASES = _cases()
ROWS = [row for case in CASES for row in case.values if isinstance(row, Row)]
DOCUMENT = (HERE.parent.parent / "docs" / "venues.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("row", CASES)
def test_worked_example(row: Row | BadFile) -> None:
    assert isinstance(row, Row), str(row)
    result = run_row(row, library())
    assert result.kind in ("conforms", "not applicable"), result.line()


def test_no_row_is_there_twice() -> None:
    names = Counter(case.id for case in CASES)
    assert [name for name, count in names.items() if count > 1] == []


def test_every_row_says_where_it_is_from() -> None:
    assert ROWS
    assert [row.name for row in ROWS if not row.source or not row.kind] == []


def test_the_table_in_the_documents_counts_what_is_here() -> None:
    counts: Counter[tuple[str, str]] = Counter()
    for row in ROWS:
        kind = run_row(row, library()).kind
        counts.update([(row.venue, "rows"), (row.venue, kind), ("all", "rows"), ("all", kind)])
    columns = ("rows", "conforms", "not applicable")
    venues = sorted({venue for venue, _ in counts})
    lines = [f"| {venue} | " + " | ".join(str(counts[venue, each]) for each in columns) + " |" for venue in venues]
    assert [line for line in lines if line not in DOCUMENT.splitlines()] == []


def test_every_row_that_is_not_applicable_is_named_in_the_documents() -> None:
    results = [run_row(row, library()) for row in ROWS]
    left_out = [result.row.name for result in results if result.kind == "not applicable"]
    assert [name for name in left_out if name not in DOCUMENT] == []
