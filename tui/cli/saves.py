"""What `isocross saves` does."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Callable
from dataclasses import asdict, fields
from decimal import Decimal
from pathlib import Path

from engine.numbers import plain
from engine.script.price_recipes import Unspellable
from engine.script.spelling import spelled
from engine.sentences import money
from saves import Library, SavedSession, SaveError
from tui.cli.forks import fork, in_tree
from tui.words.fork_tree import told
from tui.words.progress import played

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
    if options.action == "fork":
        return list(fork(library, saved, options))
    if options.action == "script":
        return _script(library, saved, options.file)
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
    rows = list(in_tree(sessions))
    width = max(len(called) for _, called in rows)
    return [
        f"{called:<{width}}  {each.id}  {each.venue} {each.mode}  {' '.join(each.symbols)}  "
        f"{played(each.step, each.steps)}  equity {money(each.equity)}  {each.state}{_change(each)}"
        for each, called in rows
    ]


def _change(saved: SavedSession) -> str:
    """What a fork does otherwise, at the end of its row."""
    return f"  {saved.change}" if saved.change else ""


def _show(library: Library, saved: SavedSession, as_json: bool) -> list[str]:
    commands, share = library.commands(saved.id), played(saved.step, saved.steps)
    if as_json:
        return [_json(saved, commands=[asdict(each) for each in commands])]
    rows = {
        "id": saved.id,
        "venue": f"{saved.venue}, {saved.mode}",
        "changed": ", ".join(saved.modified) or "nothing",
        "markets": " ".join(saved.symbols),
        **_fork_rows(library, saved),
        "begun": saved.created,
        "played": saved.played,
        "reached": f"{saved.time}, step {saved.step:,} of {saved.steps - 1:,} ({share}), {saved.state}",
        "equity": money(saved.equity),
        "calls": str(saved.calls),
        "liquidations": str(saved.liquidations),
        "tape": saved.digest,
        "state": saved.hash,
    }
    lines = [saved.name, *(f"  {name:<13}{text}" for name, text in rows.items())]
    return [*lines, *(f"  {each.time}  c{each.number}  {each.text}" for each in commands)]


def _fork_rows(library: Library, saved: SavedSession) -> dict[str, str]:
    """Where a fork comes from."""
    if saved.parent is None:
        return {}
    parent = next((each.name for each in library.sessions() if each.id == saved.parent), None)
    return {"forked": told(saved, parent)}


def _script(library: Library, saved: SavedSession, file: str | None) -> list[str]:
    """The session as a script: on the output, or in a file that was not there before."""
    try:
        text = spelled(library.record(saved.id), saved.hash, saved.name)
    except Unspellable as error:
        raise SaveError(
            f"{saved.name} can’t be a script: {error}", "isocross saves export, which takes the prices along"
        ) from error
    if file is None:
        return text.splitlines()
    try:
        with Path(file).open("x", encoding="utf-8", newline="\n") as written:
            written.write(text)
    except FileExistsError:
        raise SaveError(f"{file} exists already", "choose another name; nothing was overwritten") from None
    except (OSError, ValueError) as error:
        raise SaveError(f"{file} can’t be written: {getattr(error, 'strerror', None) or error}") from error
    return [f"{saved.name} is in {file}; isocross run {file} plays it again"]


def _json(saved: SavedSession, **more: object) -> str:
    row = {each.name: getattr(saved, each.name) for each in fields(saved)}
    return json.dumps({**row, **more}, default=_exact)


def _exact(value: object) -> str:
    if not isinstance(value, Decimal):
        raise TypeError(f"{value!r} does not belong into JSON")
    return plain(value)
