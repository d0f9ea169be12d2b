"""Which isocross is running."""

from __future__ import annotations


def program_version() -> str:
    """The version of isocross that is running; “unknown” where it is not installed."""
    from importlib import metadata

    try:
        return metadata.version("isocross")
    except metadata.PackageNotFoundError:
        return "unknown"
