"""Whether two values agree within a row's tolerance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.numbers import EXACT
from tests.conformance.shape import REMARKS

VOUCHED_DIGITS = 15
"""Significant digits that survive a binary float, as most sources compute in."""

MISSING = object()


@dataclass(frozen=True)
class Difference:
    """One figure that differs, by its path in what was expected; `found` is `MISSING` where there is none."""

    path: str
    expected: Any
    found: Any


def differences(expected: Any, found: Any, tolerance: Any, path: str = "") -> Iterator[Difference]:
    """Every figure of `expected` that `found` doesn't agree with. Names that only `found` has don't matter.

    `tolerance` is a number (absolute), `{abs}` and/or `{rel}` (the wider of the two), a table of these by name, or
    None: to the digits that are given.
    """
    if isinstance(expected, Mapping):
        if not isinstance(found, Mapping):
            yield Difference(path, expected, found)
            return
        for name, value in expected.items():
            if name not in REMARKS:
                inner = _tolerance_of(name, tolerance, expected)
                yield from differences(value, found.get(name, MISSING), inner, f"{path}.{name}" if path else name)
    elif isinstance(expected, Sequence) and not isinstance(expected, str):
        if not isinstance(found, Sequence) or isinstance(found, str) or len(found) != len(expected):
            yield Difference(path, expected, found)
            return
        for place, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from differences(one, other, tolerance, f"{path}[{place}]")
    elif not _agree(expected, found, tolerance):
        yield Difference(path, expected, found)


def _agree(expected: Any, found: Any, tolerance: Any) -> bool:
    if expected is None or isinstance(expected, bool) or found is None or isinstance(found, bool):
        return type(expected) is type(found) and expected == found
    if isinstance(expected, str) and isinstance(found, str):
        return expected == found
    one, other = _number(expected), _number(found)
    if one is None or other is None:
        return False
    if not one.is_finite() or not other.is_finite():
        return one == other
    return abs(EXACT.subtract(other, one)) <= allowed(one, tolerance)


def allowed(expected: Decimal, tolerance: Any) -> Decimal:
    """How far from `expected` a value may be.

    Raises:
        ValueError: for a tolerance that is none.
    """
    if isinstance(tolerance, Mapping):
        if not tolerance or not set(tolerance) <= {"abs", "rel"}:
            raise ValueError(f"{dict(tolerance)} is no tolerance: try a number, {{abs}} or {{rel}}")
        absolute, relative = _margin(tolerance.get("abs", 0)), _margin(tolerance.get("rel", 0))
        return max(absolute, EXACT.multiply(abs(expected), relative))
    return _half_a_digit(expected) if tolerance is None else _margin(tolerance)


def _margin(value: Any) -> Decimal:
    number = None if isinstance(value, bool) else _number(value)
    if number is None or not number >= 0:
        raise ValueError(f"{value!r} is no tolerance: try a number from zero on")
    return number


def _half_a_digit(expected: Decimal) -> Decimal:
    """Half of the last decimal place that is given; of the 15th digit where more are given than a float vouches for."""
    exponent = expected.as_tuple().exponent
    assert isinstance(exponent, int)
    place = max(min(exponent, 0), expected.adjusted() - VOUCHED_DIGITS + 1) if expected else min(exponent, 0)
    return Decimal((0, (5,), place - 1))


def _number(value: Any) -> Decimal | None:
    """A value as an exact number; None for what is no number."""
    if isinstance(value, Fraction):
        return EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return None
    try:
        number = Decimal(str(value))
    except ArithmeticError:
        return None
    return None if number.is_nan() else number


def _tolerance_of(name: str, tolerance: Any, expected: Mapping[str, Any]) -> Any:
    """The tolerance of one name. In a table by name, a name may stand for those that hold it as a word ("fees" for
    platform_fee, "hf" for hf_before); what stands for none ("amounts", "others") is meant for the rest."""
    if not isinstance(tolerance, Mapping) or set(tolerance) <= {"abs", "rel"}:
        return tolerance
    if name in tolerance:
        return tolerance[name]
    named = [value for key, value in tolerance.items() if _stands_for(key, name)]
    if named:
        return named[0]
    rest = [value for key, value in tolerance.items() if not any(_stands_for(key, other) for other in expected)]
    if not rest and isinstance(expected.get(name), Mapping):
        return tolerance  # the names are deeper down
    return tolerance.get("others", rest[0] if rest else None)


def _stands_for(key: str, name: str) -> bool:
    """Whether the words of `key`, or their singular, are among those of `name`, one after the other."""
    padded = f"_{name}_"
    return any(f"_{each}_" in padded for each in (key, key.removesuffix("s")))
