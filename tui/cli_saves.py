"""What `isocross saves` does."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Callable
from dataclasses import asdict, fields
from decimal import Decimal
from pathlib import Path

from engine.numbers import plain
from engine.sentences import money
from saves import Library, SavedSession

Asked = Callable[[str], bool]
"""Whether the player says yes to a question."""


def act(library: Library, options: Namespace, asked: Asked) -> list[str]:
    """Do what `isocross saves` is asked; what to print.

    Raises:
        SaveError: when it can't be done.
        UsageError: when nobody can be asked whether it is meant.
    """
    if options.action == "list":
        return _list(library.sessions(), options.json)
    if options.action == "import":
        taken = library.import_file(Path(options.file))
        return [f"imported as {taken.name} ({taken.id})"]
    saved = library.find(options.name)
    if options.action == "show":
        return _show(library, saved, options.json)
    if options.action == "rename":
        library.rename(saved.id, options.new)
        return [f"{saved.name} is called {library.find(saved.id).name} now"]
    if options.action == "export":
        library.export(saved.id, Path(options.file))
        return [f"{saved.name} is in {options.file}"]
    return _delete(library, saved, options.yes, asked)


def _delete(library: Library, saved: SavedSession, sure: bool, asked: Asked) -> list[str]:
    if not sure and not asked(f"Delete {saved.name} for good? It cannot be brought back."):
        return [f"{saved.name} was kept"]
    library.delete(saved.id)
    return [f"{saved.name} is deleted"]


def _list(sessions: list[SavedSession], as_json: bool) -> list[str]:
    if as_json:
        return [_json(each) for each in sessions]
    if not sessions:
        return ["there are no saved sessions yet; isocross play begins one"]
    width = max(len(each.name) for each in sessions)
    return [
        f"{each.name:<{width}}  {each.id}  {each.venue} {each.mode}  {' '.join(each.symbols)}  "
        f"{_share(each)}  equity {money(each.equity)}  {each.state}"
        for each in sessions
    ]


def _share(saved: SavedSession) -> str:
    """How much of the tape is played."""
    return f"{100 * saved.step // max(saved.steps - 1, 1)} %"


def _show(library: Library, saved: SavedSession, as_json: bool) -> list[str]:
    commands = library.commands(saved.id)
    if as_json:
        return [_json(saved, commands=[asdict(each) for each in commands])]
    rows = {
        "id": saved.id,
        "venue": f"{saved.venue}, {saved.mode}",
        "changed": ", ".join(saved.modified) or "nothing",
        "markets": " ".join(saved.symbols),
        "begun": saved.created,
        "played": saved.played,
        "reached": f"{saved.time}, step {saved.step:,} of {saved.steps - 1:,} ({_share(saved)}), {saved.state}",
        "equity": money(saved.equity),
        "calls": str(saved.calls),
        "liquidations": str(saved.liquidations),
        "tape": saved.digest,
        "state": saved.hash,
    }
    lines = [saved.name, *(f"  {name:<13}{text}" for name, text in rows.items())]
    return [*lines, *(f"  {each.time}  {each.text}" for each in commands)]


def _json(saved: SavedSession, **more: object) -> str:
    row = {each.name: getattr(saved, each.name) for each in fields(saved)}
    return json.dumps({**row, **more}, default=_exact)


def _exact(value: object) -> str:
    if not isinstance(value, Decimal):
        raise TypeError(f"{value!r} does not belong into JSON")
    return plain(value)
