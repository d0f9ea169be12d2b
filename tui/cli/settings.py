"""What `isocross settings` prints: the file, every setting, and what is wrong in the file."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tui.settings import FIELDS
from tui.settings.described import DESCRIBED, SIZE_MEANS
from tui.settings.reading import Read, settings_file

WIDTH = 24


def settings_lines(home: Path, read: Read, *, as_json: bool) -> list[str]:
    """The settings as a person reads them, or as one JSON object."""
    file = settings_file(home)
    if as_json:
        values = {field: getattr(read.settings, field) for field in FIELDS}
        problems = [str(each) for each in read.problems]
        return [msgspec.json.encode({"file": str(file), **values, "problems": problems}).decode()]
    lines = [f"{file}{'' if file.exists() else ' (not there yet: everything is as at first)'}"]
    for each in DESCRIBED:
        value = each.get(read.settings)
        lines.append(f"  {each.words:<{WIDTH}}{value:<17} {each.meaning(value) or SIZE_MEANS}")
    keys = read.settings.keys
    lines.append(f"  {'keys':<{WIDTH}}{'as at first' if not keys else ''}".rstrip())
    return [*lines, *(f"    {binding:<{WIDTH - 2}}{own}" for binding, own in keys.items())]
