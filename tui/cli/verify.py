"""What `isocross verify` says."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from saves import Library, SaveError
from saves.verification import Difference, Verdict


class Verification:
    """What `isocross verify` is asked; `identical` says what came of it."""

    def __init__(self, options: Namespace) -> None:
        self._options = options
        self.identical = False

    def lines(self, library: Library) -> Iterator[str]:
        """What to print. Raises SaveError."""
        verdict = verdict_of(library, self._options.save)
        self.identical = verdict.identical
        yield from verdict_lines(verdict, self._options.json)


def verdict_of(library: Library, named: str) -> Verdict:
    """What comes of verifying a saved session by its name or id, or the session in a file.

    Raises:
        SaveError: when there is neither, or the file is no save.
    """
    try:
        session = library.find(named).id
    except SaveError as error:
        if not Path(named).is_file():
            raise SaveError(f"{error.reason}, nor such a file", f"{error.would_work}; isocross saves list") from None
        from saves.transfer import verify_file

        return verify_file(Path(named))
    return library.verify(session)


def verdict_lines(verdict: Verdict, as_json: bool) -> Iterator[str]:
    """What to print: a few lines, or one object of JSON."""
    if as_json:
        yield json.dumps({"identical": verdict.identical, **asdict(verdict)})
        return
    compared = [
        _many(verdict.commands, "command"),
        _many(verdict.events, "event"),
        _many(verdict.snapshots, "snapshot"),
        _many(verdict.samples, "equity sample"),
    ]
    if verdict.difference is None:
        yield f"{verdict.name}: identical"
        yield f"  compared  {', '.join(compared)}"
        yield f"  state     {verdict.hash}"
        return
    yield f"{verdict.name}: NOT identical"
    yield from _difference_lines(verdict.difference)
    yield f"  the same until there: {', '.join(compared)}"


def _difference_lines(difference: Difference) -> Iterator[str]:
    if difference.step is not None:
        yield f"  first at  step {difference.step:,}, {difference.time}"
    yield f"  what      {difference.what}"
    if difference.recorded or difference.replayed:
        yield f"  recorded  {difference.recorded or 'nothing'}"
        yield f"  replayed  {difference.replayed or 'nothing'}"


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}" + ("" if count == 1 else "s")
