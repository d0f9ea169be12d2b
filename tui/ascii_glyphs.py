"""Drawing with ASCII alone: a stand-in of one cell for every other glyph.

The table says what stands for what. A rising candle stays hollow (`O`), a falling one solid (`#`).
"""

from __future__ import annotations

import locale
import os
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from rich.cells import get_character_cell_size
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_SAME_CELL = (
    # Frames: rounded, plain, heavy and double.
    ("─━═╌╍┄┅┈┉╴╶╸╺", "-"),
    ("│┊┆┇┋╎╏", "|"),
    ("╭╮╰╯┌┐└┘┏┓┗┛╔╗╚╝├┤┬┴┼┣┫┳┻╋╠╣╦╩╬", "+"),
    # Candles: the wick; a solid body falls, a hollow one rises; half a body.
    ("╷╵╽╿", "|"),
    ("┃", "#"),
    ("║", "O"),
    ("╻", ","),
    ("╹", "'"),
    # Bars, and the edges that Textual draws with blocks.
    ("█▉▊▋▐▓", "#"),
    ("▌▍▅▄", "="),
    ("▎▏▕", "-"),
    ("▇▆", "%"),
    ("▃▂▁", "_"),
    ("▀▔", '"'),
    ("░▒", "."),
    # Dots of braille are a fine line.
    ("".join(map(chr, range(0x2801, 0x2900))), "*"),
    ("\u2800\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}", " "),
    # Arrows and pointers.
    ("▲△▴↑⇡⬆", "^"),
    ("▼▽▾↓⇣⬇", "v"),
    ("▶▸▷►›→⇒", ">"),
    ("◀◂◁◄‹←⇐", "<"),
    ("↔↕⇄±≈", "~"),
    # Signs.
    ("⚠✗✖", "!"),
    ("✕", "X"),
    ("✓✔", "+"),
    ("●◉⬤•◆◇", "*"),
    ("○◌◯□◻°", "o"),
    ("★", "*"),
    ("☆", "-"),
    ("■◼≠", "#"),
    ("❚⏸", "|"),
    ("·⋅…", "."),
    ("“”„", '"'),
    ("‘’‚", "'"),
    ("−–—‐‑", "-"),
    ("×", "x"),
    ("÷", "/"),
    ("≤⏎⌫", "<"),
    ("≥", ">"),
    ("Σ", "S"),
    ("σ", "s"),
    ("µμ", "u"),
    ("Δ", "D"),
    ("∞", "8"),
    ("√", "V"),
    ("€", "E"),
    ("£", "L"),
    ("¥", "Y"),
    ("␣", "_"),
)
STAND_INS = {glyph: stand_in for glyphs, stand_in in _SAME_CELL for glyph in glyphs}
"""What stands for each glyph that the game draws; `in_ascii` knows what to do with any other."""

UNKNOWN = "?"


def in_ascii(text: str) -> str:
    """`text` in ASCII, as many cells wide. A letter loses its accents; what has no stand-in is a question mark."""
    return text if text.isascii() else _translated(text)


@lru_cache(4096)
def _translated(text: str) -> str:
    return "".join(_stand_in(each) for each in text)


@lru_cache(4096)
def _stand_in(glyph: str) -> str:
    if glyph.isascii():
        return glyph
    if glyph in STAND_INS:
        return STAND_INS[glyph]
    cells = get_character_cell_size(glyph)
    plain = "".join(each for each in unicodedata.normalize("NFKD", glyph) if each.isascii() and each.isprintable())
    return plain if plain and len(plain) == cells else UNKNOWN * cells


class AsciiGlyphs(LineFilter):
    """Textual's filter of finished lines, with the table above."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            each if each.control or each.text.isascii() else Segment(in_ascii(each.text), each.style)
            for each in segments
        ]


def terminal_is_ascii(environment: Mapping[str, str] = os.environ, encoding: str | None = None) -> bool:
    """Whether the terminal is likely to show nothing but ASCII: a bare console, or letters in no Unicode encoding.

    Args:
        environment: of the process; TERM says what the terminal is. A browser (TEXTUAL_DRIVER) shows everything.
        encoding: of the locale; None asks for it.
    """
    if environment.get("TEXTUAL_DRIVER"):
        return False
    if environment.get("TERM", "") in ("linux", "dumb"):
        return True
    named = (encoding or locale.getencoding()).lower().replace("-", "").replace("_", "")
    return not named.startswith(("utf", "cp65001", "gb18030"))
