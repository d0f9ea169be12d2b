"""Prices written down as turning points: `0 2000, 30m 1950, 31m !1700`.

Between two of them a price travels in a straight line, or waits and jumps where the later one has a `!`. A wiggle makes
the line look like a market, and never leads beyond the two turning points: what the writer says of the highest and the
lowest price stays true.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import sha256
from itertools import pairwise

from engine.numbers import EXACT, divide
from engine.script.words import WordsError, duration_text, number, parse_duration, short
from engine.tape import Origin, Tape
from engine.tapes.inline import InlineError, InlinePath, check_paths, inline_tape

EXAMPLE = "0 2000, 30m 1950, 31m !1700"
MOST_ANCHORS = 2_000
MOST_VERTICES = 200_000
LARGEST_WIGGLE = Decimal("0.1")
_STEP = 65_536


class AnchorsError(ValueError):
    """These turning points make no tape.

    Attributes:
        message, would_work: what is wrong, and what would be right.
        symbol: the market at fault; empty where it is none in particular.
        part: `prices`, `marks`, `premiums` or `tick`, or the setting at fault.
    """

    def __init__(self, message: str, would_work: str = EXAMPLE, symbol: str = "", part: str = "prices") -> None:
        super().__init__(f"{message}; try: {would_work}")
        self.message, self.would_work, self.symbol, self.part = message, would_work, symbol, part


@dataclass(frozen=True, slots=True)
class Anchor:
    """A turning point: `seconds` after the tape's start, the value there, and whether it was jumped to."""

    seconds: int
    value: Decimal
    jump: bool = False


@dataclass(frozen=True, slots=True)
class AnchoredPath:
    """The turning points of one market.

    Attributes:
        symbol: the market, upper case.
        prices: last prices, quote units.
        marks: mark prices; None where the mark is the last price.
        premiums: premium over the index, fractions; None where the tape carries none.
        tick_size: the price grid; None for the one that the prices need.
    """

    symbol: str
    prices: tuple[Anchor, ...]
    marks: tuple[Anchor, ...] | None = None
    premiums: tuple[Anchor, ...] | None = None
    tick_size: Decimal | None = None


@dataclass(frozen=True, slots=True)
class AnchoredSetup:
    """What an anchored tape is made from.

    Attributes:
        step_seconds: time from one vertex to the next.
        start_ms: time of the first vertex, ms UTC.
        wiggle: how far a price may wander off the straight line, a fraction of it.
    """

    paths: tuple[AnchoredPath, ...]
    step_seconds: int
    start_ms: int
    wiggle: Decimal = Decimal(0)


def parse_anchors(text: str, percent: bool = False) -> tuple[Anchor, ...]:
    """The turning points that `text` spells, separated by commas or lines; values in per cent where `percent`.

    Raises:
        WordsError: for the first one that doesn't fit.
    """
    pieces = [piece.split() for piece in text.replace("\n", ",").split(",") if piece.strip()]
    if not pieces:
        raise WordsError("there are no turning points", EXAMPLE)
    if len(pieces) > MOST_ANCHORS:
        raise WordsError(f"there are {len(pieces):,} turning points", f"at most {MOST_ANCHORS:,}")
    anchors = tuple(_anchor(words, percent) for words in pieces)
    for before, after in pairwise(anchors):
        if after.seconds <= before.seconds:
            raise WordsError("the times of turning points rise", EXAMPLE)
    if anchors[0].seconds or anchors[0].jump:
        raise WordsError("the first turning point is at 0, and is no jump", EXAMPLE)
    return anchors


def anchored_tape(setup: AnchoredSetup, origin: Origin | None = None) -> Tape:
    """The tape. A shorter path holds its last values to the end; a jump in any market is a jump of all.

    Args:
        setup: the turning points.
        origin: what the tape is said to be; made up from the turning points otherwise.

    Raises:
        AnchorsError: for turning points off the step, more than 200,000 vertices, and what no price may be.
    """
    vertices = _vertices(setup)
    paths = [_laid(path, setup, vertices) for path in setup.paths]
    try:
        check_paths(paths, setup.start_ms)
    except InlineError as error:
        raise _of_inline(error, error.symbol) from None
    return replace(inline_tape(paths, setup.start_ms), origin=origin or _origin(setup, vertices))


def _anchor(words: Sequence[str], percent: bool) -> Anchor:
    if len(words) != 2:
        raise WordsError(f"“{short(' '.join(words))}” is not a time and a value", EXAMPLE)
    time, value = words
    jump = value.startswith("!")
    bare = value.removeprefix("!")
    if percent and not bare.endswith("%"):
        raise WordsError(f"“{short(value)}” is not a percentage", "0 0.01%, 8h -0.05%")
    amount = number(bare.removesuffix("%") if percent else bare, "a value", EXAMPLE)
    seconds = 0 if time.strip("smhd") == "0" else parse_duration(time)
    return Anchor(seconds, divide(amount, Decimal(100)) if percent else amount, jump)


def _vertices(setup: AnchoredSetup) -> int:
    if not setup.paths:
        raise AnchorsError("there is no market", "ETH = “0 2000, 1h 1900”")
    if not 0 <= setup.wiggle <= LARGEST_WIGGLE:
        raise AnchorsError("the wiggle is out of range", "0% to 10%", part="wiggle")
    last = 0
    for path in setup.paths:
        for part, anchors in _parts(path):
            off = next((each for each in anchors if each.seconds % setup.step_seconds), None)
            if off is not None:
                raise AnchorsError(
                    f"{duration_text(off.seconds)} is between two steps of {duration_text(setup.step_seconds)}",
                    "a shorter step",
                    path.symbol,
                    part,
                )
            last = max(last, anchors[-1].seconds)
    vertices = last // setup.step_seconds + 1
    if vertices * len(setup.paths) > MOST_VERTICES:
        raise AnchorsError(f"that makes {vertices:,} prices a market", "a longer step", part="step")
    return vertices


def _of_inline(error: InlineError, symbol: str) -> AnchorsError:
    """The same refusal in the words of turning points; what would work is no line of a script here."""
    part = {"path": "prices", "mark": "marks", "premium": "premiums"}.get(error.part, error.part)
    of_script = error.would_work.startswith(("path ", "mark ", "premium ", "tick "))
    return AnchorsError(error.message, EXAMPLE if of_script else error.would_work, symbol, part)


def _parts(path: AnchoredPath) -> Iterator[tuple[str, tuple[Anchor, ...]]]:
    for part, anchors in (("prices", path.prices), ("marks", path.marks), ("premiums", path.premiums)):
        if anchors is not None:
            yield part, anchors


def _laid(path: AnchoredPath, setup: AnchoredSetup, vertices: int) -> InlinePath:
    """The path vertex by vertex."""
    marks = None if path.marks is None else tuple(each.value for each in path.marks)
    turns = InlinePath(path.symbol, 1, tuple(each.value for each in path.prices), marks=marks, tick_size=path.tick_size)
    try:
        check_paths([turns], 0)
    except InlineError as error:
        raise _of_inline(error, path.symbol) from None
    tick, step = turns.tick, setup.step_seconds
    jumps = frozenset(each.seconds // step for _, anchors in _parts(path) for each in anchors if each.jump)
    return InlinePath(
        symbol=path.symbol,
        step_seconds=step,
        prices=tuple(_line(path.prices, step, tick, vertices, setup.wiggle, path.symbol)),
        gaps=jumps,
        marks=None if path.marks is None else tuple(_line(path.marks, step, tick, vertices)),
        premiums=None if path.premiums is None else tuple(_line(path.premiums, step, Decimal("1e-9"), vertices)),
        tick_size=tick,
    )


def _line(
    anchors: Sequence[Anchor],
    step: int,
    unit: Decimal,
    vertices: int,
    wiggle: Decimal = Decimal(0),
    seed: str = "",
) -> Iterator[Decimal]:
    """The value at every vertex, on the grid of `unit`."""
    yield anchors[0].value
    for before, after in pairwise(anchors):
        legs = (after.seconds - before.seconds) // step
        low, high = sorted((_units(before.value, unit), _units(after.value, unit)))
        start, end = _units(before.value, unit), _units(after.value, unit)
        sways = _sways(legs, f"{seed} {before.seconds}") if wiggle and not after.jump else [0] * legs
        for leg in range(1, legs):
            straight = start if after.jump else (start * (legs - leg) + end * leg + legs // 2) // legs
            sway = int(straight * wiggle * sways[leg] / _STEP)
            yield EXACT.multiply(unit, Decimal(min(max(straight + sway, low), high)))
        yield after.value
    for _ in range(anchors[-1].seconds // step + 1, vertices):
        yield anchors[-1].value


def _units(value: Decimal, unit: Decimal) -> int:
    return int(divide(value, unit).to_integral_value())


def _sways(legs: int, seed: str) -> list[int]:
    """A random walk that begins and ends at nothing, of about ±65,536, the same for the same seed on every machine."""
    steps = [int.from_bytes(sha256(f"{seed} {leg}".encode()).digest()[:4], "big") - 2**31 for leg in range(legs)]
    drift, walk, reached = sum(steps), [0], 0
    for leg, each in enumerate(steps, 1):
        reached += each
        walk.append(reached - drift * leg // legs)
    largest = max(1, *(abs(each) for each in walk))
    return [each * _STEP // largest for each in walk]


def _origin(setup: AnchoredSetup, vertices: int) -> Origin:
    symbols = " ".join(path.symbol for path in setup.paths)
    points = sum(len(path.prices) for path in setup.paths)
    description = f"written for a lesson: {symbols}, {vertices:,} prices a market from {points} turning points"
    return Origin("inline", description)
