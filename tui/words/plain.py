"""Text from outside, made harmless for a terminal."""

from __future__ import annotations

INSTEAD = "\N{REPLACEMENT CHARACTER}"


def harmless(text: str, longest: int | None = None) -> str:
    """`text` on one line, in which control, direction and other invisible characters are replaced by `�`.

    Nothing of it is markup any more when it is put into a `Content` or `Text` as plain text.
    """
    shown = "".join(each if each.isprintable() else INSTEAD for each in text)
    if longest is not None and len(shown) > longest:
        return shown[: max(longest - 1, 0)] + "…"
    return shown
