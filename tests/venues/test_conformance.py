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


@pytest.mark.parametrize("row", CASES)
def test_worked_example(row: Row | BadFile) -> None:
    assert isinstance(row, Row), str(row)
    result = run_row(row, library())
    assert result.kind in ("conforms", "not applicable"), result.line()


def test_no_row_is_there_twice() -> None:
    names = Counter(case.id for case in CASES)
    assert [name for name, count in names.items() if count > 1] == []


def test_every_row_says_where_it_is_from() -> None:
    rows = [row for case in CASES for row in case.values if isinstance(row, Row)]
    assert rows
    assert [row.name for row in rows if not row.source or not row.kind] == []
