"""A cheap `dataclasses.replace` for frozen values that are altered at every fill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

Value = TypeVar("Value")

_new = object.__new__


class _Layout(NamedTuple):
    """How the fields of a class are read, all at once, and written, one by one."""

    read: Callable[[Any], tuple[Any, ...]]
    writers: tuple[Callable[[Any, Any], None], ...]
    writer: dict[str, Callable[[Any, Any], None]]


_layouts: dict[type, _Layout] = {}


def _layout(kind: type) -> _Layout:
    if kind not in _layouts:
        _layouts[kind] = _learnt(kind)
    return _layouts[kind]


def _learnt(kind: type) -> _Layout:
    names = [each.name for each in fields(kind)]
    writer = {name: getattr(kind, name).__set__ for name in names}
    return _Layout(attrgetter(*names), tuple(writer.values()), writer)


def altered(value: Value, **changes: object) -> Value:
    """A copy of `value` with some fields changed: what `dataclasses.replace` gives, in a quarter of the time.

    It writes the slots and calls no constructor: for dataclasses with slots, of two fields or more, that check nothing
    in `__post_init__`.

    Raises:
        KeyError: for a name that is no field.
    """
    read, writers, writer = _layout(type(value))
    copy = _new(type(value))
    for write, field in zip(writers, read(value), strict=True):
        write(copy, field)
    for name, changed in changes.items():
        writer[name](copy, changed)
    return copy
