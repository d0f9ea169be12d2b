"""Refusing a scenario file: which file, line and field, what is wrong, and what would work."""

from __future__ import annotations


class ScenarioError(ValueError):
    """A scenario that can't be played.

    Attributes:
        file: its name.
        line: the line at fault, from 1.
        field: the field at fault, such as `tape.prices.ETH` or `steps[2].goal` (steps are counted from 1); empty where
            the file as a whole is.
        reason: what is wrong.
        would_work: what isn't; may be empty.
    """

    def __init__(self, file: str, line: int, field: str, reason: str, would_work: str) -> None:
        where = f"{file} line {line}" + (f", {field}" if field else "")
        super().__init__(f"{where}: {reason}" + (f"; try: {would_work}" if would_work else ""))
        self.file, self.line, self.field, self.reason, self.would_work = file, line, field, reason, would_work
