"""Why a price file is refused, in words that are safe to print."""

from __future__ import annotations

TEXT_SHOWN = 60
NAME_SHOWN = 80


class PriceFileError(ValueError):
    """A price file cannot be read as bars.

    Attributes:
        file: the file's name, without folders, printable.
        line: the line (or row) it is about, counted from 1; None where it is about the whole file.
        reason: what is wrong.
        would_work: what to do instead; may be empty.
        unit: what `line` counts: `line` of a text, `row` of a JSON or feather table.
    """

    def __init__(
        self, file: str, reason: str, would_work: str = "", line: int | None = None, unit: str = "line"
    ) -> None:
        self.file = base_name(file)
        self.line = line
        self.reason = printable(reason, 600)
        self.would_work = printable(would_work, 600)
        self.unit = unit
        where = self.file if line is None else f"{self.file} {unit} {line}"
        super().__init__(f"{where}: {self.reason}" + (f"; {self.would_work}" if self.would_work else ""))


def printable(text: str, longest: int = TEXT_SHOWN) -> str:
    """`text` fit for a terminal: control and other unprintable characters escaped, at most `longest` long."""
    cut = text[: longest + 1]
    safe = "".join(mark if mark.isprintable() else mark.encode("unicode_escape").decode("ascii") for mark in cut)
    return safe if len(safe) <= longest else safe[: longest - 1] + "…"


def quoted(text: str) -> str:
    """A cell of a file, printable and in quotes, for a message."""
    return f"'{printable(text, 40)}'"


def base_name(name: str) -> str:
    """The file's own name, printable: no folder of anybody's machine reaches a save or a screen."""
    return printable(name.replace("\\", "/").rstrip("/").rpartition("/")[2] or "file", NAME_SHOWN)
