"""Opening files: scripts and prices from disk, bounded, never a device or a pipe; and the tape that prices make."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.script import PricesRecipe, Recipe
from engine.tape import Tape
from tui.words.plain import harmless

if TYPE_CHECKING:
    from engine.tapes.price_files import PriceFileError

LARGEST_FILE = 512 * 1024 * 1024
"""Bytes: two years of minute bars of one market are about 100 MB of text."""

LARGEST_SCRIPT = 4 * 1024 * 1024
LONGEST_SHOWN = 120

Progress = Callable[[float], None]
"""Told how much is done, 0 to 1."""

_REASONS = {
    errno.ENOENT: ("there is no such file", "look at the spelling, and at the folder it is in"),
    errno.ENOTDIR: ("a part of its path is a file, not a folder", "look at the spelling"),
    errno.EACCES: ("you may not read it", "chmod u+r"),
    errno.EPERM: ("you may not read it", "chmod u+r"),
    errno.ENAMETOOLONG: ("its name is too long", "a shorter one"),
    errno.ELOOP: ("it is a link that leads back to itself", "the file itself"),
}


class SourceError(ValueError):
    """Prices or a script can't be had from disk.

    Attributes:
        reason: which file, and what is wrong.
        would_work: what to do instead; may be empty.
    """

    def __init__(self, reason: str, would_work: str = "") -> None:
        self.reason, self.would_work = reason, would_work
        super().__init__(f"{reason}; try: {would_work}" if would_work else reason)


def read_file(file: Path, largest: int = LARGEST_FILE) -> bytes:
    """The bytes of a regular file.

    Raises:
        SourceError: when it can't be read, is a folder, a device or a pipe, or is larger than `largest` bytes.
    """
    shown = harmless(str(file), LONGEST_SHOWN)
    try:
        # Non-blocking, for a pipe that nobody writes to would hold the program; what it is is asked of the open file.
        handle = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(handle, "rb") as opened:
            _check(opened.fileno(), shown, largest)
            data = opened.read(largest + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, SourceError):
            raise
        raise _unreadable(error, shown) from None
    if len(data) > largest:
        raise SourceError(f"{shown} grew while it was read", "a file that nobody writes to")
    return data


def _check(handle: int, shown: str, largest: int) -> None:
    found = os.fstat(handle)
    if stat.S_ISDIR(found.st_mode):
        raise SourceError(f"{shown} is a folder", "a file in it")
    if not stat.S_ISREG(found.st_mode):
        raise SourceError(f"{shown} is a device or a pipe, not a file", "save it to a file first")
    if found.st_size > largest:
        raise SourceError(
            f"{shown} has {found.st_size / 1e6:,.0f} MB, and at most {largest / 1e6:,.0f} MB are read",
            "a file of fewer days",
        )


def _unreadable(error: OSError | ValueError, shown: str) -> SourceError:
    if isinstance(error, ValueError):  # a name with a zero byte in it
        return SourceError(f"{shown} is no name of a file", "look at the spelling")
    if error.errno == errno.EISDIR:
        return SourceError(f"{shown} is a folder", "a file in it")
    known = _REASONS.get(error.errno or 0)
    reason, would_work = known or (f"it can’t be read ({error.strerror or error})", "")
    return SourceError(f"{shown}: {reason}", would_work)


def text_of(data: bytes, shown: str) -> str:
    """`data` as UTF-8.

    Raises:
        SourceError: naming the line of the first byte that isn't.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SourceError(
            f"{harmless(shown)} line {line}: this is not text in UTF-8", "a script as plain text"
        ) from None


def make_tape(recipe: Recipe, folder: Path, progress: Progress | None = None) -> Tape:
    """The tape that a recipe makes.

    Args:
        recipe: where the prices come from.
        folder: what the names of price files are relative to.
        progress: told how far the reading of files is.

    Raises:
        SourceError: when there is none to be had.
    """
    if isinstance(recipe, PricesRecipe):
        return _tape_of_files(recipe, folder, progress)
    return recipe.tape()


def _tape_of_files(recipe: PricesRecipe, folder: Path, progress: Progress | None) -> Tape:
    from engine.tape import TapeTooLarge
    from engine.tapes.bars import BarsError, tape_from_bars
    from engine.tapes.price_files import PriceFileError, read_prices

    bars, notes, files = [], list[str](), len(recipe.files)
    try:
        for place, (symbol, name) in enumerate(recipe.files):
            read = read_prices(name, read_file(folder / name), symbol, _share(progress, place, files), recipe.start_ms)
            bars.append(read.bars)
            notes += read.report.notes()
        return tape_from_bars(
            bars,
            start=recipe.start_ms,
            end=recipe.end_ms,
            description=described(recipe.files),
            notes=notes,
            recipe=without_folders(recipe).lines(),
        )
    except PriceFileError as error:
        raise _told(error) from None
    except (BarsError, TapeTooLarge) as error:
        raise SourceError(str(error)) from None


def clipped(tape: Tape, start: int | None, end: int | None) -> str | None:
    """What must be said where prices were asked for that there are not; `start` and `end` in ms UTC, None: unasked."""
    from engine.tapes.bars import iso

    first, last, length = int(tape.times[0]), int(tape.times[-1]), tape.origin.bar_seconds * 1000
    said = []
    if start is not None and first - start >= max(length, 1):
        said.append(f"the prices begin at {iso(first)}, not at {iso(start)} as asked for")
    if end is not None and end - last >= max(length, 1):
        said.append(f"the prices end at {iso(last)}, not at {iso(end)}" + ("" if said else " as asked for"))
    return "; ".join(said) or None


def _share(progress: Progress | None, place: int, files: int) -> Progress | None:
    """Hears how much of one file's rows is read, and tells how much of all files'."""
    return None if progress is None else lambda done: progress((place + done) / files)


def without_folders(recipe: PricesRecipe) -> PricesRecipe:
    """The same recipe with the files' own names."""
    from engine.tapes.price_files.errors import base_name

    return replace(recipe, files=tuple((symbol, base_name(name)) for symbol, name in recipe.files))


def described(files: Sequence[tuple[str, str]]) -> str:
    """`BTC from btc.csv, ETH from eth.csv`: without the folders of anybody's machine."""
    from engine.tapes.price_files.errors import base_name

    return ", ".join(f"{symbol} from {base_name(name)}" for symbol, name in files)


def inspect(file: Path, symbol: str | None = None, since: int | None = None) -> list[str]:
    """What a price file holds, as lines of text.

    Args:
        file: the file.
        symbol: what to call its market; None to take it from the file.
        since: ignore rows before this time, in ms UTC.

    Raises:
        SourceError: when it can't be read as bars.
    """
    from engine.tapes.price_files import PriceFileError, read_prices

    try:
        return read_prices(str(file), read_file(file), symbol, since=since).report.lines()
    except PriceFileError as error:
        raise _told(error) from None


def _told(error: PriceFileError) -> SourceError:
    where = error.file if error.line is None else f"{error.file} {error.unit} {error.line}"
    return SourceError(f"{where}: {error.reason}", error.would_work.removesuffix(" would work"))
