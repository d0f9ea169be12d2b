"""Worked examples, row by row: which adapter takes a row, and whether the engine gives what is expected."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import cache
from pathlib import Path
from typing import Any, Literal

from engine.numbers import EXACT, plain
from tests.conformance import adapters as adapters_package
from tests.conformance.comparison import MISSING, Difference, differences
from tests.conformance.shape import REMARKS, Adapter, NotApplicable, by_name

Kind = Literal["conforms", "differs", "not applicable", "unknown shape"]
KINDS: tuple[Kind, ...] = ("conforms", "differs", "not applicable", "unknown shape")


class BadFile(Exception):
    """A file that holds no rows of worked examples; the text says where and what is wrong."""


@dataclass(frozen=True)
class Row:
    """One worked example, with the numbers exactly as they are written."""

    venue: str
    name: str
    source: str
    kind: str
    inputs: Mapping[str, Any]
    expected: Mapping[str, Any]
    tolerance: Any


@dataclass(frozen=True)
class Result:
    """What came of a row; `detail` says what differs, or why it couldn't be run."""

    row: Row
    kind: Kind
    detail: str = ""

    def line(self) -> str:
        """The row in one line of text."""
        return f"{self.kind} {self.row.name}" + (f" ({self.detail})" if self.detail else "")


@dataclass(frozen=True)
class Library:
    """The adapters by row venue, and the modules that couldn't be loaded, with the reason."""

    adapters: Mapping[str, tuple[Adapter, ...]]
    broken: Mapping[str, str]


def load(path: Path) -> list[Row]:
    """The rows of a JSON file.

    Raises:
        BadFile: when it can't be read, is no JSON, or holds something that is no row.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise BadFile(f"{path}: can't be read: {reason}") from error
    try:
        rows = json.loads(text, parse_float=Decimal)
    except json.JSONDecodeError as error:
        raise BadFile(f"{path}:{error.lineno}: no JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise BadFile(f"{path}: no JSON: {error}") from error
    if not isinstance(rows, list):
        raise BadFile(
            f"{path}: holds no list of rows: try [{{venue, name, source, kind, inputs, expected, tolerance}}]"
        )
    return [_row(each, f"{path}: row {place}") for place, each in enumerate(rows, 1)]


def _row(found: Any, where: str) -> Row:
    if not isinstance(found, dict):
        raise BadFile(f"{where} is no object with venue, name, inputs and expected")
    for key in ("venue", "name", "inputs", "expected"):
        if key not in found:
            raise BadFile(f"{where} has no “{key}”")
    for key in ("venue", "name"):
        if not isinstance(found[key], str) or not found[key].strip():
            raise BadFile(f"{where}: “{key}” is no text")
    if not isinstance(found["inputs"], dict):
        raise BadFile(f"{where}: “inputs” is no object")
    return Row(
        venue=found["venue"],
        name=" ".join(found["name"].split()),
        source=str(found.get("source", "")),
        kind=str(found.get("kind", "")),
        inputs=found["inputs"],
        expected=by_name(found["expected"]),
        tolerance=found.get("tolerance"),
    )


@cache
def library() -> Library:
    """Every module in adapters/, loaded. One that can't be loaded doesn't keep the others from running."""
    by_venue: dict[str, tuple[Adapter, ...]] = {}
    broken: dict[str, str] = {}
    for found in pkgutil.iter_modules(adapters_package.__path__):
        try:
            module = importlib.import_module(f"{adapters_package.__name__}.{found.name}")
            by_venue |= _of_module(module.VENUES, module.ADAPTERS, by_venue)
        except Exception as error:  # whatever a module does while it is loaded
            broken[found.name] = _named(error)
    return Library(by_venue, broken)


def _of_module(
    venues: Iterable[str], adapters: Sequence[Adapter], there: Mapping[str, tuple[Adapter, ...]]
) -> dict[str, tuple[Adapter, ...]]:
    """A module's adapters by venue, behind those that are there already."""
    own = {venue: (*there.get(venue, ()), *(each for each in adapters if each.venue == venue)) for venue in venues}
    strangers = sorted({each.venue for each in adapters} - set(own))
    if strangers:
        raise ValueError(f"an adapter for {', '.join(strangers)}, which VENUES doesn't name")
    return own


def run(rows: Iterable[Row], shelf: Library | None = None) -> list[Result]:
    """A result for every row, in order; by the adapters given, or those of adapters/."""
    shelf = library() if shelf is None else shelf
    return [run_row(row, shelf) for row in rows]


def run_row(row: Row, shelf: Library) -> Result:
    """One row through the adapter that takes it. Whatever fails on the way is a difference that names the error."""
    adapter = choose(row, shelf)
    if isinstance(adapter, str):
        return Result(row, "unknown shape", adapter)
    try:
        with localcontext(EXACT):
            found = by_name(adapter(row.inputs, row.expected))
        different = list(differences(row.expected, found, row.tolerance))
    except NotApplicable as why:
        return Result(row, "not applicable", _one_line(str(why)) or "no reason given")
    except (Exception, SystemExit) as error:  # whatever an adapter does must not end the run
        return Result(row, "differs", f"expected {_said(row.expected)}, got {_named(error)} in {adapter.name}")
    return Result(row, "differs", _told(different)) if different else Result(row, "conforms")


def choose(row: Row, shelf: Library) -> Adapter | str:
    """The adapter that takes a row (of several, the one that asks for the most), or why there is none."""
    if not set(row.expected) - REMARKS:
        return "nothing is expected"
    known = shelf.adapters.get(row.venue, ())
    if not known:
        near = [f"adapters/{name}.py can't be loaded: {why}" for name, why in shelf.broken.items()]
        return "; ".join([f"no adapters for the venue {row.venue}", *near])
    reasons = {each: each.misfits(row.venue, row.name, row.inputs, row.expected) for each in known}
    fitting = [each for each, misfits in reasons.items() if not misfits]
    if fitting:
        return max(fitting, key=lambda each: (bool(each.named), len(each.needs)))
    nearest = min(known, key=lambda each: len(reasons[each]))
    return f"the nearest of {len(known)} adapters, {nearest.name}, {', '.join(reasons[nearest])}"


def _told(different: Sequence[Difference]) -> str:
    expected = ", ".join(f"{_label(each)}{_said(each.expected)}" for each in different)
    found = ", ".join(f"{_label(each)}{_said(each.found)}" for each in different)
    return f"expected {expected}, got {found}"


def _label(difference: Difference) -> str:
    return "" if difference.path == "value" else f"{difference.path} "


def _said(value: Any, deeper: int = 6) -> str:
    """A value in one line, numbers to 20 digits, down to so many levels."""
    if value is MISSING:
        return "nothing"
    if isinstance(value, (Mapping, Sequence)) and not isinstance(value, str):
        if not deeper:
            return "…"
        if isinstance(value, Mapping):
            return "{" + ", ".join(f"{name}: {_said(inner, deeper - 1)}" for name, inner in value.items()) + "}"
        return "[" + ", ".join(_said(inner, deeper - 1) for inner in value) + "]"
    if isinstance(value, Decimal) and value.is_finite():
        short = round(value, 20 - max(value.adjusted(), 0)) if value.adjusted() < 20 else value
        return plain(short) if -20 < value.adjusted() < 40 else str(value)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return _one_line(str(value))


def _named(error: BaseException) -> str:
    text = _one_line(str(error))
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 300 else f"{line[:299]}…"
