"""Writes settings.toml: only the lines whose value changed. Comments and unknown settings of the player's stay."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, NamedTuple

import msgspec

from tui.keys.map import checked_map
from tui.settings import DEFAULTS, FIELDS, PAUSINGS, Settings
from tui.settings.lines import Statement, comment_behind, statements
from tui.settings.reading import Problem, settings_file, taken, text_of

HEAD = "# isocross: settings. The settings screen (F2) writes here; what it does not know stays as it is."


Names = tuple[str, ...]
"""The names that lead to a value."""


class Kept(NamedTuple):
    """What a change made of the settings: those that hold now, what must be told, and whether the file has it."""

    settings: Settings
    told: str | None
    written: bool


def keep_change(home: Path, before: Settings, after: Settings) -> Kept:
    """Write what differs between `before` and `after` onto what the file says now.

    Another game may have changed other settings meanwhile: they stay, and count here too from now on.
    """
    read = text_of(settings_file(home))
    if isinstance(read, Problem):
        wanted, lost = after, dict[str, str]()
    else:
        wanted, lost = merged(before, after, taken(settings_file(home), read).settings)
    told, written = _written(home, wanted)
    if not written:
        return Kept(after, told, written)
    if lost and told is None:
        told = f"another game had given a key to {', '.join(lost)}: that has its first keys again"
    return Kept(wanted, told, written)


def merged(before: Settings, after: Settings, now: Settings) -> tuple[Settings, dict[str, str]]:
    """`now` with what differs between `before` and `after`, and those keys of `now` that no longer can be had."""
    changes = {each: getattr(after, each) for each in FIELDS if getattr(after, each) != getattr(before, each)}
    if "auto_pause" in changes:
        kinds = set(now.auto_pause) - set(before.auto_pause) | set(after.auto_pause)
        kinds -= set(before.auto_pause) - set(after.auto_pause)
        changes["auto_pause"] = tuple(each for each in PAUSINGS if each in kinds)
    lost: dict[str, str] = {}
    if "keys" in changes:
        own = {each: keys for each, keys in after.keys.items() if before.keys.get(each) != keys}
        others = {each: keys for each, keys in now.keys.items() if each not in before.keys or each in after.keys}
        # The player's own come first: of two that want one key, the first has it.
        wanted = {**own, **{each: keys for each, keys in others.items() if each not in own}}
        changes["keys"], _ = checked_map(wanted)
        lost = {each: keys for each, keys in wanted.items() if each not in changes["keys"]}
    return msgspec.structs.replace(now, **changes), lost


def write_settings(home: Path, settings: Settings) -> str | None:
    """Keep `settings` in the folder `home`.

    What can't be read in the file is not lost: the file as it was is kept beside it first, under a name of its own.

    Returns:
        What the player must know: that the file as it was is kept beside it, or why nothing was written.
    """
    return _written(home, settings)[0]


def _written(home: Path, settings: Settings) -> tuple[str | None, bool]:
    """What the player must know, and whether it was written."""
    file = settings_file(home)
    # A link to a file elsewhere stays a link.
    target = Path(os.path.realpath(file))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        before = text_of(target)
        kept = None
        if isinstance(before, Problem):
            kept, before = _set_aside(target), ""
        after = edited(before, settings)
        if kept is None and (after is None or _loses(before, after)):
            kept = _set_aside(target)
        _replace(target, after or written_anew(settings))
    except OSError as error:
        return f"settings are not saved: {error.strerror or error} ({file})", False
    if kept is None:
        return None, True
    return f"{file.name} could not be read in full; as it was, it is kept as {kept.name}", True


def _replace(file: Path, text: str) -> None:
    """Put `text` in the file's place at once: nobody ever reads half of it. Raises OSError."""
    # A name of its own: another game may be writing, too.
    with NamedTemporaryFile(
        "w", encoding="utf-8", dir=file.parent, prefix=f"{file.name}.", suffix=".new", delete=False
    ) as new:
        new.write(text)
    written = Path(new.name)
    try:
        if file.exists():
            written.chmod(file.stat().st_mode & 0o777)
        written.replace(file)
    except OSError:
        written.unlink(missing_ok=True)
        raise


def _loses(before: str, after: str) -> bool:
    """Whether a statement that is not ours, or could not be read, is no longer in the file as it was."""
    left = {each.path for each in statements(after)}
    return any(each.wrong is not None or each.path not in left for each in statements(before) if not _is_ours(each))


def _is_ours(each: Statement) -> bool:
    return each.wrong is None and each.path[:1] in {(field,) for field in FIELDS}


def _set_aside(file: Path) -> Path:
    """Keep a copy of the file as it is."""
    number = 1
    while (kept := file.with_name(f"{file.stem}.kept-{number}{file.suffix}")).exists():
        number += 1
    kept.write_bytes(file.read_bytes())
    return kept


def edited(text: str, settings: Settings) -> str | None:
    """The file `text` so that it says `settings`. A line whose setting stays as it counts now is not touched.

    None where that can't be done line by line: an inline table, or a setting named twice.
    """
    counted = taken(Path(), text).settings
    wanted, before = _flat(settings), _flat(counted)
    changed = {path: value for path, value in wanted.items() if path not in before or before[path] != value}
    gone = before.keys() - wanted.keys()
    lines = text.splitlines() or [HEAD]
    said: set[Names] = set()
    read = list(statements(text))
    if any(one.first == other.first for one, other in pairwise(read)):
        return None
    for each in reversed(read):
        path = _flat_path(each.path)
        if each.wrong is not None:
            # Kept elsewhere; here it would stand in the way of every other reader.
            lines[each.first] = f"# {lines[each.first]}"
        elif path in gone and each.value is not None:
            lines[each.first : each.last] = []
        elif path in changed and each.value is not None:
            said.add(path)
            lines[each.first : each.last] = [_line(each, lines[each.first], changed[path])]
    edit = "\n".join(_with_new(lines, {path: value for path, value in changed.items() if path not in said})) + "\n"
    return edit if taken(Path(), edit).settings == settings else None


def written_anew(settings: Settings) -> str:
    """A file that says nothing but `settings`."""
    new = {path: value for path, value in _flat(settings).items() if _flat(DEFAULTS).get(path) != value}
    return "\n".join(_with_new([HEAD], new)) + "\n"


def _flat(settings: Settings) -> dict[Names, Any]:
    """Every value by its path; a binding id counts as one name."""
    fields = {(field,): getattr(settings, field) for field in FIELDS if field != "keys"}
    return {**fields, **{("keys", binding): keys for binding, keys in settings.keys.items()}}


def _flat_path(path: Names) -> Names:
    return ("keys", ".".join(path[1:])) if path[:1] == ("keys",) else path


def _line(each: Statement, line: str, value: object) -> str:
    """The statement with another value, its comment kept."""
    comment = comment_behind(line) if each.last == each.first + 1 else ""
    return f"{line.partition('=')[0].rstrip()} = {as_toml(value)}{comment}"


def _with_new(lines: list[str], new: dict[Names, Any]) -> list[str]:
    """Put settings that the file does not name yet where they belong."""
    plain = [f"{path[0]} = {as_toml(value)}" for path, value in new.items() if path[0] != "keys"]
    keys = [f"{path[1]} = {as_toml(value)}" for path, value in new.items() if path[0] == "keys"]
    table = next((place for place, line in enumerate(lines) if line.split("#")[0].strip() == "[keys]"), None)
    if keys and table is None:
        lines = [*lines, "", "[keys]", *keys]
    elif keys and table is not None:
        lines = [*lines[: table + 1], *keys, *lines[table + 1 :]]
    if not plain:
        return lines
    # Before the first table: behind it, they would be its keys.
    first = next((place for place, line in enumerate(lines) if line.lstrip().startswith("[")), len(lines))
    while first > 0 and not lines[first - 1].strip():
        first -= 1
    return [*lines[:first], *plain, *lines[first:]]


def as_toml(value: object) -> str:
    """A setting's value as TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        escaped = "".join(
            each if each.isprintable() and each not in '"\\' else f"\\u{ord(each):04x}" if ord(each) < 65536 else "?"
            for each in value
        )
        return f'"{escaped}"'
    if isinstance(value, tuple):
        return f"[{', '.join(as_toml(each) for each in value)}]"
    raise TypeError(f"{value!r} is no setting's value")
