"""Tables in JSON: arrays of arrays, arrays of objects, an object of columns; wherever they stand in an answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from engine.tapes.price_files.errors import PriceFileError, quoted
from engine.tapes.price_files.figures import number
from engine.tapes.price_files.report import Repair
from engine.tapes.price_files.source import SAMPLE_ROWS, Floats, Loaded, Progress, as_bytes

DEEPEST = 6
BARS_IN_JSON = "an array of [time, open, high, low, close, volume] would work"


class Records:
    """A table in JSON (see `Source`)."""

    words = "JSON"
    unit = "row"
    header_line: int | None = None

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self.notes: list[str] = []
        self.header: list[str] | None = None
        content = parse(name, data)
        self.hint = _symbol_in(content)
        found = _find_rows(content, DEEPEST)
        if found is None:
            raise PriceFileError(name, f"no rows of numbers in this JSON{_message(content)}", BARS_IN_JSON)
        self.rows = self._level(found)
        if not self.rows:
            raise PriceFileError(name, "no rows in this JSON", BARS_IN_JSON)

    def sample(self) -> list[list[str]]:
        """The first rows, every cell as text."""
        return [[_text(cell) for cell in row] for row in self.rows[:SAMPLE_ROWS]]

    def cells(self, column: int, places: Sequence[int]) -> list[str]:
        """The cells of a column in the rows at `places`."""
        return [_text(self.rows[place - 1][column]) for place in places]

    def load(self, numeric: Sequence[int], text: Sequence[int], progress: Progress | None) -> Loaded:
        """Read columns.

        Raises:
            PriceFileError: a row that is too short, or a cell that is no number.
        """
        repairs = self._trim(max((*numeric, *text)) + 1)
        numbers = {column: self._numbers(column) for column in numeric}
        if progress is not None:
            progress(1.0)
        texts = {column: as_bytes([_text(row[column]) for row in self.rows]) for column in text}
        return Loaded(numbers, texts, np.arange(1, len(self.rows) + 1, dtype=np.int64), repairs)

    def _trim(self, needed: int) -> list[Repair]:
        """Leave out a last row that was cut short; refuse any other."""
        short = [place for place, row in enumerate(self.rows, 1) if len(row) < needed]
        if short == [len(self.rows)] and len(self.rows) > 1:
            self.rows.pop()
            return [Repair("1 half-written last row left out", 1, short[0], "row")]
        if short:
            raise PriceFileError(
                self.name,
                f"{len(self.rows[short[0] - 1])} values where {needed} are needed",
                BARS_IN_JSON,
                short[0],
                "row",
            )
        return []

    def _numbers(self, column: int) -> Floats:
        values = [row[column] for row in self.rows]
        try:
            array = np.array(values, dtype=np.float64)
        except (TypeError, ValueError, OverflowError):
            return np.array([self._number(value, place) for place, value in enumerate(values, 1)], np.float64)
        return array

    def _number(self, value: Any, place: int) -> float:
        found = number(_text(value)[:400]) if isinstance(value, str | int | float) or value is None else None
        if found is None:
            raise PriceFileError(self.name, f"{quoted(_text(value))} is no number", BARS_IN_JSON, place, "row")
        return found

    def _level(self, found: list[Any]) -> list[list[Any]]:
        """Rows as lists; objects become rows under their names."""
        if isinstance(found[0], list):
            wrong = next((place for place, row in enumerate(found, 1) if not isinstance(row, list)), None)
            if wrong is not None:
                raise PriceFileError(self.name, "a row that is no array like the others", BARS_IN_JSON, wrong, "row")
            return found
        wrong = next((place for place, row in enumerate(found, 1) if not isinstance(row, dict)), None)
        if wrong is not None:
            raise PriceFileError(self.name, "a row that is no object like the others", BARS_IN_JSON, wrong, "row")
        self.header = [str(key) for key in found[0]]
        return [[row.get(key) for key in self.header] for row in found]


def parse(name: str, data: bytes) -> Any:
    """What a JSON text says; also one JSON value a line.

    Raises:
        PriceFileError: no JSON, with the line.
    """
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return msgspec.json.decode(data)
    except RecursionError as error:
        raise PriceFileError(name, "this JSON is nested too deeply", BARS_IN_JSON, 1) from error
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError):
        pass
    # The slower parser takes NaN, which Python programs write, and says where a text goes wrong.
    try:
        return json.loads(data)
    except json.JSONDecodeError as error:
        lines = data.strip().splitlines()
        if len(lines) > 1 and error.msg == "Extra data" and error.lineno == 2:
            return [_line(name, line, place) for place, line in enumerate(lines, 1) if line.strip()]
        raise PriceFileError(
            name, f"this is no whole JSON: {error.msg.lower()}", "download it again", error.lineno
        ) from error
    except (RecursionError, UnicodeDecodeError, ValueError) as error:
        raise PriceFileError(name, "this JSON cannot be read", BARS_IN_JSON, 1) from error


def _line(name: str, line: bytes, place: int) -> Any:
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise PriceFileError(name, "this line is no JSON", "mend or delete the line", place) from error


def _find_rows(content: Any, deeper: int) -> list[Any] | None:
    """The first array of arrays or of objects in an answer, or its columns turned into rows."""
    if isinstance(content, list):
        if content and isinstance(content[0], list | dict):
            return content
        return None
    if not isinstance(content, dict) or deeper == 0:
        return None
    columns = {key: value for key, value in content.items() if isinstance(value, list) and len(value) > 1}
    plain = {key: value for key, value in columns.items() if not isinstance(value[0], list | dict)}
    if len(plain) >= 5 and len({len(value) for value in plain.values()}) == 1:
        return [dict(zip(plain, row, strict=True)) for row in zip(*plain.values(), strict=True)]
    for value in content.values():
        rows = _find_rows(value, deeper - 1)
        if rows is not None:
            return rows
    return None


def _symbol_in(content: Any) -> str:
    """The symbol that an answer states beside its rows; empty where it states none."""
    for _ in range(3):
        if not isinstance(content, dict):
            return ""
        for key in ("symbol", "pair", "coin", "product_id", "instId"):
            if isinstance(content.get(key), str):
                return str(content[key])
        content = content.get("result", content.get("data"))
    return ""


def _message(content: Any) -> str:
    """What an exchange's error answer says."""
    if isinstance(content, dict):
        said = next((content[key] for key in ("msg", "message", "error", "retMsg") if content.get(key)), None)
        if isinstance(said, str):
            return f", it says {quoted(said)}"
    return ""


def _text(value: Any) -> str:
    """A cell as text; a long integer or a nested value is cut, for it is no cell of a bar."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and abs(value) > 10**30:
        return "inf"
    return "…" if isinstance(value, list | dict) else str(value)
