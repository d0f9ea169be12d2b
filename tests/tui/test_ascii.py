"""ASCII mode: every glyph has a stand-in of its own width, and nothing that a shape said is lost."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color

from tests.tui.desks import NARROW, WIDE, new_session, playing, screen_text, strips_of
from tests.tui.every_screen import walk
from tests.tui.strip_text import assert_golden
from tui.app import IsocrossApp
from tui.ascii_glyphs import STAND_INS, AsciiGlyphs, in_ascii, terminal_is_ascii
from tui.settings import DEFAULTS
from tui.settings.writing import write_settings
from tui.widgets.chart_candles import _FALLING, _RISING
from tui.widgets.chart_marks import SHAPES


def test_stand_ins_are_ascii_and_as_wide() -> None:
    for glyph, stand_in in STAND_INS.items():
        assert stand_in.isascii(), glyph
        assert cell_len(stand_in) == cell_len(glyph) == 1, glyph


@pytest.mark.parametrize("text", ["plain", "Zoë’s × 2 …", "資金費率", "e\u0301", "🔎 x", "\u200b", "½ ﬁ"])
def test_any_text_keeps_its_width(text: str) -> None:
    shown = in_ascii(text)
    assert shown.isascii()
    assert cell_len(shown) == cell_len(text)


def test_a_letter_loses_only_its_accent() -> None:
    assert in_ascii("Zoë pays 5 €, −3 × “é”") == 'Zoe pays 5 E, -3 x "e"'


def test_rising_and_falling_candles_differ() -> None:
    rising, falling = (in_ascii("".join(map(chr, codes.tolist()))) for codes in (_RISING, _FALLING))
    assert (rising[8], falling[8]) == ("O", "#")
    # Of two bodies of the same prices, the rising one has a whole cell, which nothing falling has.
    assert "O" not in falling


def test_the_signs_of_danger_differ() -> None:
    assert len({in_ascii(sign) for sign in ("✓", "✗", "●", "○", "▲", "▼")}) == 6


def test_styles_stay() -> None:
    ((text, style, control),) = AsciiGlyphs().apply([Segment("█", None)], Color(0, 0, 0))
    assert (text, style, control) == ("#", None, None)


@pytest.mark.slow
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])
async def test_every_screen_is_ascii(isocross_home: Path, size: tuple[int, int]) -> None:
    write_settings(isocross_home, msgspec.structs.replace(DEFAULTS, ascii="on"))
    seen = set()
    async for name, pilot in walk(isocross_home, size):
        seen.add(type(pilot.app.screen).__name__)
        for strip in strips_of(pilot):
            text = "".join(segment.text for segment in strip)
            assert text.isascii(), (name, text)
            assert len(text) == size[0], name
        if name == "desk":
            assert_golden(f"ascii-desk-{size[0]}x{size[1]}", strips_of(pilot))
    assert {"DeskScreen", "HomeScreen", "NewScreen", "SettingsScreen", "HelpScreen", "CommandPalette"} <= seen


async def test_it_can_be_turned_on_and_off_at_once(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        app = pilot.app
        assert isinstance(app, IsocrossApp)
        assert not screen_text(pilot).isascii()
        app.change_settings(msgspec.structs.replace(DEFAULTS, ascii="on"))
        await pilot.pause()
        assert screen_text(pilot).isascii()
        app.change_settings(DEFAULTS)
        await pilot.pause()
        assert not screen_text(pilot).isascii()


@pytest.mark.parametrize(
    ("environment", "encoding", "ascii_only"),
    [
        ({"TERM": "xterm-256color"}, "UTF-8", False),
        ({"TERM": "linux"}, "UTF-8", True),
        ({"TERM": "dumb"}, "UTF-8", True),
        ({"TERM": "linux", "TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver"}, "UTF-8", False),
        ({"TERM": "xterm"}, "ANSI_X3.4-1968", True),
        ({"TERM": "xterm"}, "ISO-8859-1", True),
        ({}, "utf8", False),
    ],
)
def test_what_the_terminal_seems_to_need(environment: dict[str, str], encoding: str, ascii_only: bool) -> None:
    assert terminal_is_ascii(environment, encoding) is ascii_only


async def test_auto_asks_the_terminal(isocross_home: Path) -> None:
    from tests.tui.desks import library_in

    with library_in(isocross_home) as library:
        app = IsocrossApp(library, clock=lambda: 0.0, ticking=False, ascii_terminal=True)
        async with app.run_test(size=NARROW) as pilot:
            await pilot.pause()
            assert screen_text(pilot).isascii()


def test_marks_on_the_chart_are_told_apart() -> None:
    letters = [in_ascii(shape.letter) for shape in SHAPES.values()]
    assert len(set(letters)) == len(letters)
