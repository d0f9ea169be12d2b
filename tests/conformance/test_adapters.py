"""Every adapter asks the engine, and none repeats what is expected: one that knows the answer itself proves nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

from tests.conformance.run import library, load, run_row
from tests.conformance.shape import REMARKS, Adapter, NotApplicable

ADAPTERS = [each for own in library().adapters.values() for each in own]
FILES = sorted((Path(__file__).parent.parent / "venues").glob("*.json"))
PLAIN = ("engine.numbers",)
"""What only counts: no rule is in there."""


def names_in(code: CodeType) -> Iterator[str]:
    """Names that a function uses, in the functions inside it too."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from names_in(constant)


def used_by(function: FunctionType, seen: set[int]) -> Iterator[Any]:
    """Everything that a function uses by name, through the tests' own functions and classes."""
    if id(function) in seen:
        return
    seen.add(id(function))
    held = [cell.cell_contents for cell in function.__closure__ or ()]
    for found in [*held, *(function.__globals__.get(name) for name in names_in(function.__code__))]:
        yield found
        for inner in functions_of(found):
            if inner.__module__.startswith("tests."):
                yield from used_by(inner, seen)


def functions_of(found: Any) -> Iterator[FunctionType]:
    """The functions that something is made of: itself, an adapter's, a class's, those in a table."""
    if isinstance(found, Adapter):
        yield from functions_of(found.function)
    elif isinstance(found, FunctionType):
        yield found
        if hasattr(found, "__wrapped__"):
            yield found.__wrapped__
    elif isinstance(found, type):
        yield from (each for each in vars(found).values() if isinstance(each, FunctionType))
    elif isinstance(found, dict):
        for each in found.values():
            yield from functions_of(each)


def asks_the_engine(found: Any) -> bool:
    """Whether it is one of the engine's functions, classes or modules with a rule in it."""
    name = found.__name__ if isinstance(found, ModuleType) else getattr(found, "__module__", None)
    return isinstance(name, str) and name.startswith("engine.") and name not in PLAIN


@pytest.mark.parametrize("adapter", ADAPTERS, ids=[f"{each.venue}: {each.name}" for each in ADAPTERS])
def test_it_asks_the_engine(adapter: Adapter) -> None:
    used = [found for function in functions_of(adapter) for found in used_by(function, set())]
    assert any(asks_the_engine(found) or found is NotApplicable for found in used), f"{adapter.name} asks nobody"


def test_one_that_asks_nobody_is_found() -> None:
    def computes(inputs: Any, expected: Any) -> Any:
        return {"value": inputs["size"] * inputs["price"]}

    assert not any(asks_the_engine(found) for found in used_by(computes, set()))


def altered(value: Any) -> Any:
    """The same with every figure in it changed beyond any tolerance."""
    if isinstance(value, Mapping):
        return {name: altered(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [altered(inner) for inner in value] or [None]
    if value is None or isinstance(value, (bool, str)):
        return {None: 0, True: False, False: True}.get(value, f"not {value}")
    return Decimal(value) * 2 + 10**9


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_row_that_expects_something_else_differs(path: Path) -> None:
    """One figure after the other."""
    for row in load(path):
        if run_row(row, library()).kind == "conforms":
            for name in set(row.expected) - REMARKS:
                other = replace(row, expected={**row.expected, name: altered(row.expected[name])})
                assert run_row(other, library()).kind == "differs", f"{row.name}: whatever {name} is expected conforms"
