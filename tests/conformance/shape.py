"""What an adapter is: which rows it understands, and the way of such a row through the engine.

A row's shape is its venue, the names of its inputs and the names of what it expects. An adapter takes a row when every
input that it needs is there, no input is there that it doesn't know, and it gives all that is expected. Where two
shapes have the same inputs, a word of the row's name may tell them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Inputs = Mapping[str, Any]
"""A row's `inputs`: numbers with a point are Decimals, whole numbers are ints."""

Function = Callable[[Inputs, Mapping[str, Any]], Any]
"""From inputs and what is expected (for its names only) to what the engine says, by the same names."""

REMARKS = frozenset({"note", "notes", "comment", "formula", "source"})
"""Inputs and expected names that only talk to the reader."""


class NotApplicable(Exception):
    """A row about something that is out of the program's scope; the text says what and why."""


@dataclass(frozen=True)
class Adapter:
    """The way of one shape of rows through the engine; callable like the function that it wraps."""

    venue: str
    needs: frozenset[str]
    optional: frozenset[str]
    gives: frozenset[str]
    function: Function
    named: str = ""

    def __call__(self, inputs: Inputs, expected: Mapping[str, Any]) -> Any:
        """What the engine says for each expected name."""
        return self.function(inputs, expected)

    @property
    def name(self) -> str:
        """The function's name."""
        return getattr(self.function, "__name__", "adapter")

    def misfits(self, venue: str, name: str, inputs: Inputs, expected: Mapping[str, Any]) -> list[str]:
        """Why this adapter can't take a row; empty when it can."""
        there, wanted = set(inputs), set(expected) - REMARKS
        reasons = [f"is for {self.venue}"] if venue != self.venue else []
        if self.named.lower() not in name.lower():
            reasons.append(f"wants “{self.named}” in the name")
        for names, what in (
            (self.needs - there, "needs the input"),
            (there - self.needs - self.optional - REMARKS, "doesn't know the input"),
            (wanted - self.gives, "doesn't give"),
        ):
            reasons += [f"{what} {each}" for each in sorted(names)]
        return reasons


def adapter(
    venue: str, *needs: str, gives: tuple[str, ...], optional: tuple[str, ...] = (), named: str = ""
) -> Callable[[Function], Adapter]:
    """Make an `Adapter` of a function.

    Args:
        venue: the rows' venue.
        needs: names of inputs that must be there.
        gives: names that may be expected; what is expected without a name is called "value".
        optional: names of inputs that may be there.
        named: what the row's name must hold, where the inputs don't tell two shapes apart.
    """
    if isinstance(gives, str) or isinstance(optional, str):
        raise TypeError("gives and optional are tuples of names: a comma is missing")

    def wrap(function: Function) -> Adapter:
        return Adapter(venue, frozenset(needs), frozenset(optional), frozenset(gives), function, named)

    return wrap


def by_name(expected: Any) -> Mapping[str, Any]:
    """What is expected, by name; a bare value is called "value"."""
    return expected if isinstance(expected, Mapping) else {"value": expected}
