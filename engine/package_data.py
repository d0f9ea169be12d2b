"""Texts that lie in the engine's own packages: lessons and episodes. Nothing else of the engine opens anything."""

from __future__ import annotations

from importlib.resources import files


def names_in(package: str, suffix: str) -> tuple[str, ...]:
    """The names of a package's files that end in `suffix`, in order."""
    return tuple(sorted(file.name for file in files(package).iterdir() if file.name.endswith(suffix)))


def text_in(package: str, name: str) -> str:
    """One of them as text. Raises FileNotFoundError."""
    return files(package).joinpath(name).read_bytes().decode("utf-8")
