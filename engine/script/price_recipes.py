"""From a tape back to the lines of a script that make it again."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, localcontext

import numpy as np

from engine.numbers import EXACT
from engine.script.recipes import DailyRecipe, InlinePaths, PricesRecipe, Recipe, SyntheticRecipe
from engine.script.words import WordsError
from engine.tape import PREMIUM_UNIT, Kind, Tape
from engine.tapes.inline import InlineError, InlinePath

MOST_INLINE = 100_000
"""Prices that are written out one by one; more would be a file of megabytes."""

_INLINE = re.compile(r"inline .*, [0-9,]+ (?:vertex|vertices) of ([0-9]+) s")
_HELD = re.compile(r"(\S+) has ([0-9,]+) of [0-9,]+ prices: .*")
_SYNTHETIC = re.compile(r"synthetic (\S+), seed ([0-9]+), .*, ([0-9.]+) days? of ([0-9]+) ([smhd])")
_DAILY = re.compile(r"synthetic, daily #[0-9]+ of ([0-9]{4}-[0-9]{2}-[0-9]{2}), .*")
_FILE = re.compile(r"(\S+) from (.+)")
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


class Unspellable(ValueError):
    """These prices can't be said in a script; the text says why."""


def recipe_of(tape: Tape) -> Recipe:
    """The recipe that makes the tape again; whoever makes it compares the digest.

    Inline and synthetic tapes say themselves what they were made of; those of files name the files, and from which
    time to which.

    Raises:
        Unspellable: when there is none.
    """
    try:
        if tape.origin.kind == "inline":
            return _inline(tape)
        if tape.origin.kind == "synthetic":
            return _daily(tape) or _synthetic(tape)
        if tape.origin.kind == "real bars":
            return _files(tape)
    except (InlineError, WordsError) as error:
        raise Unspellable(f"its prices can’t be written as a script: {error}") from error
    raise Unspellable(f"its prices ({tape.origin.description}) can’t be made again from a script")


def _inline(tape: Tape) -> InlinePaths:
    if len(tape) * len(tape.markets) > MOST_INLINE:
        raise Unspellable(f"it has {len(tape) * len(tape.markets):,} prices; at most {MOST_INLINE:,} are written out")
    found = _INLINE.fullmatch(tape.origin.description)
    if found is None:
        raise Unspellable("its prices do not say how far they lie apart")
    lengths = {held[1]: int(held[2].replace(",", "")) for note in tape.origin.notes if (held := _HELD.fullmatch(note))}
    paths = tuple(_path(tape, market.symbol, int(found[1]), lengths) for market in tape.markets)
    return InlinePaths(paths, int(tape.times[0]))


def _path(tape: Tape, symbol: str, seconds: int, lengths: dict[str, int]) -> InlinePath:
    """One market's prices; those that only hold the last one to the end are left out, as they were."""
    count, tick = lengths.get(symbol, len(tape)), tape.by_symbol[symbol].tick_size
    jumped = np.flatnonzero(tape.gapped[:count])
    path = InlinePath(
        symbol,
        seconds,
        _values(tape, symbol, "last", count, tick) or (),
        frozenset(int(place) for place in jumped if place),
        _values(tape, symbol, "mark", count, tick),
        _values(tape, symbol, "premium", count, PREMIUM_UNIT),
    )
    if str(path.tick) == str(tick):
        return path
    return InlinePath(symbol, seconds, path.prices, path.gaps, path.marks, path.premiums, tick)


def _values(tape: Tape, symbol: str, kind: Kind, count: int, unit: Decimal) -> tuple[Decimal, ...] | None:
    column = tape.columns.get((symbol, kind))
    if column is None:
        return None
    with localcontext(EXACT):
        return tuple((unit * int(each)).normalize() for each in column[:count])


def _daily(tape: Tape) -> DailyRecipe | None:
    """A day's tape, if it is one: who runs the script compares its digest."""
    found = _DAILY.fullmatch(tape.origin.description)
    try:
        return None if found is None else DailyRecipe(date.fromisoformat(found[1]))
    except ValueError:
        return None


def _synthetic(tape: Tape) -> SyntheticRecipe:
    # Imported here: an inline script has no use for the synthetic market.
    from engine.tapes.synthetic import SyntheticError, SyntheticSetup, check

    found = _SYNTHETIC.fullmatch(tape.origin.description)
    if found is None:
        raise Unspellable(f"its prices ({tape.origin.description}) are none of the synthetic market")
    symbols = tuple(market.symbol for market in tape.markets)
    seconds = int(found[4]) * _UNITS[found[5]]
    made = SyntheticSetup(found[1], int(found[2]), symbols, Decimal(found[3]), seconds, int(tape.times[0]))
    try:
        check(made)
    except SyntheticError as error:
        raise Unspellable(f"its prices can’t be made any more: {error}") from error
    if (made.description, made.vertices) != (tape.origin.description, len(tape)):
        raise Unspellable("its prices are not those that their description makes")
    return SyntheticRecipe(made)


def _files(tape: Tape) -> PricesRecipe:
    from engine.script.reader import ScriptError, read_script

    if tape.origin.recipe:
        try:
            recipe = read_script("recipe", "\n".join(tape.origin.recipe)).recipe
        except ScriptError as error:
            raise Unspellable(f"what it says of its files is no line of a script: {error.reason}") from error
        if isinstance(recipe, PricesRecipe):
            return recipe
    # An older save says only what its files are called: what it has of them is cut out of them again.
    files = [_FILE.fullmatch(each) for each in tape.origin.description.split(", ")]
    named = tuple((each[1], each[2]) for each in files if each is not None)
    if [symbol for symbol, _ in named] != [market.symbol for market in tape.markets] or len(named) < len(files):
        raise Unspellable(f"its prices ({tape.origin.description}) do not say which files they are of")
    return PricesRecipe(named, int(tape.times[0]), int(tape.times[-1]))
