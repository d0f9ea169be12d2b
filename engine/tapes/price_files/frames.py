"""Feather and Parquet files, through polars, which is loaded only when such a file is opened."""

from __future__ import annotations

import importlib
import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.tapes.price_files.errors import PriceFileError, quoted
from engine.tapes.price_files.source import SAMPLE_ROWS, Floats, Loaded, Progress, as_bytes
from engine.tapes.price_files.unpack import ARROW, LARGEST_FILE, PARQUET

INSTALL = 'pip install "isocross[files]", or save the file as CSV'
CSV_WOULD_WORK = "save it again, or as CSV"


class Frame:
    """A table in feather or Parquet (see `Source`)."""

    unit = "row"
    hint = ""
    header_line: int | None = None

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self.notes: list[str] = []
        self.words = "feather" if data.startswith(ARROW) else "Parquet"
        self._polars = _polars(name, self.words)
        self._frame = self._read(data)
        if self._frame.height == 0:
            raise PriceFileError(name, "no rows in this file", "a file with one bar a row would work")
        self.header: list[str] | None = list(self._frame.columns)

    def sample(self) -> list[list[str]]:
        """The first rows, every cell as text."""
        return [[_text(cell) for cell in row] for row in self._frame.head(SAMPLE_ROWS).rows()]

    def cells(self, column: int, places: Sequence[int]) -> list[str]:
        """The cells of a column in the rows at `places`."""
        series = self._frame.to_series(column)
        return [_text(series[place - 1]) for place in places]

    def load(self, numeric: Sequence[int], text: Sequence[int], progress: Progress | None) -> Loaded:
        """Read columns.

        Raises:
            PriceFileError: a column of prices that is no column of numbers.
        """
        numbers = {column: self._numbers(column) for column in numeric}
        texts = {column: as_bytes([_text(cell) for cell in self._frame.to_series(column).to_list()]) for column in text}
        if progress is not None:
            progress(1.0)
        return Loaded(numbers, texts, np.arange(1, self._frame.height + 1, dtype=np.int64))

    def _numbers(self, column: int) -> Floats:
        series = self._frame.to_series(column)
        kind = series.dtype
        try:
            if not kind.is_numeric():
                series = series.cast(self._polars.Float64, strict=True)
            values = series.cast(self._polars.Float64, strict=False).fill_null(float("nan")).to_numpy()
        except Exception as error:  # polars has an exception for every kind of bad column
            raise PriceFileError(
                self.name, f"column {quoted(series.name)} holds {quoted(str(kind))}, no numbers", CSV_WOULD_WORK
            ) from error
        return np.ascontiguousarray(values, dtype=np.float64)

    def _read(self, data: bytes) -> Any:
        read = self._polars.read_ipc if self.words == "feather" else self._polars.read_parquet
        try:
            frame = read(io.BytesIO(data))
            if frame.estimated_size() > LARGEST_FILE:
                raise PriceFileError(
                    self.name, f"it holds more than {LARGEST_FILE // 1024**2} MiB", "fewer days would work"
                )
        except (PriceFileError, KeyboardInterrupt, SystemExit):
            raise
        # A panic inside polars is a BaseException that is no Exception: damaged files cause them.
        except BaseException as error:
            raise PriceFileError(self.name, f"this {self.words} file is damaged", CSV_WOULD_WORK) from error
        return self._with_plain_times(frame)

    def _with_plain_times(self, frame: Any) -> Any:
        """Dates and times as ms UTC, in plain numbers, which the reader of epochs takes as they are."""
        kinds = (self._polars.Date, self._polars.Datetime)
        dated = [name for name, kind in frame.schema.items() if kind in kinds]
        to_ms = [self._polars.col(name).cast(self._polars.Datetime("ms")).cast(self._polars.Int64) for name in dated]
        return frame.with_columns(to_ms)


def is_frame(data: bytes) -> bool:
    """Whether these bytes are a feather or Parquet file."""
    return data.startswith((ARROW, PARQUET))


def _polars(name: str, words: str) -> Any:
    try:
        return importlib.import_module("polars")
    except ImportError as error:
        raise PriceFileError(name, f"reading {words} files needs polars", INSTALL) from error


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    return cell.isoformat(" ") if hasattr(cell, "isoformat") else str(cell)
