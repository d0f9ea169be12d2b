"""What every test of the command line stands on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.test_script import ARTICLE

__all__ = ["ARTICLE", "BARS", "ROOT", "Isocross", "Result", "written"]

ROOT = Path(__file__).resolve().parents[2]
BARS = "time,open,high,low,close\n2022-11-08 00:00,100,101,99,100\n2022-11-08 00:01,100,102,98,99\n"
BARS += "2022-11-08 00:02,99,99,90,91\n"


class Result:
    """What a command line came to."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err
        for text in (out, err):
            assert all(line.isprintable() for line in text.split("\n"))
            assert "Traceback" not in text

    @property
    def rows(self) -> list[dict[str, object]]:
        """The lines of JSON."""
        return [json.loads(line) for line in self.out.splitlines()]


Isocross = Callable[..., Result]


def written(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    return file
