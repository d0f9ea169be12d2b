"""What the desk says in its notice line."""

from __future__ import annotations

from textual.content import Content

from tui.words.plain import harmless

SIGNS = {"plain": ("", ""), "good": ("✓ ", "bold $iso-calm"), "warning": ("⚠ ", "bold $iso-warning"),
         "danger": ("✗ ", "bold $iso-danger")}  # fmt: skip


def notice(text: str, tone: str = "plain") -> Content:
    """A sentence with its sign: nothing is said by colour alone."""
    sign, style = SIGNS.get(tone, SIGNS["plain"])
    return Content.assemble((sign, style), harmless(text)) if sign else Content(harmless(text))


def spoken(words: str) -> str:
    """Words as a sentence: a capital first, a full stop last."""
    text = words[:1].upper() + words[1:]
    return text if not text or text[-1] in ".!?…" else f"{text}."
