"""The themes and the palette made of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.app import App
from textual.color import Color
from textual.strip import Strip
from textual.theme import Theme

from tests.tui.desks import NARROW, WIDE, screen_text, strips_of
from tests.tui.every_screen import strips_in_front, walk
from tests.tui.examples import view
from tests.tui.strip_text import OneWidget
from tui.themes import DARK, DARK_COLOURS, DEFAULT_PALETTE, THEMES, other_ground, palette_from
from tui.widgets.pools import PoolsPanel
from tui.widgets.theme_sample import sample_rows


def test_gain_loss_and_ghost_are_okabe_and_itos() -> None:
    assert (DARK_COLOURS["iso-up"], DARK_COLOURS["iso-down"], DARK_COLOURS["iso-ghost"]) == (
        "#56b4e9",
        "#e69f00",
        "#cc79a7",
    )


def _contrast(one: Color, other: Color) -> float:
    """The contrast ratio of WCAG 2.2."""

    def light(colour: Color) -> float:
        parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    bright, dim = sorted((light(one), light(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


GROUNDS = ("iso-faint", "iso-field")
"""Of lines and of the field with the focus: nothing is written in them."""


def test_the_contrast_is_that_of_the_standard() -> None:
    assert _contrast(Color.parse("#000000"), Color.parse("#ffffff")) == pytest.approx(21)
    assert _contrast(Color.parse("#777777"), Color.parse("#ffffff")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_every_colour_can_be_read_on_every_ground(theme: Theme) -> None:
    colours = {name: colour for name, colour in theme.variables.items() if name.startswith("iso-")}
    assert set(colours) == set(DARK_COLOURS)
    for name, colour in colours.items():
        for ground in (theme.background, theme.panel):
            # Lines and grids may be faint; text and figures may not.
            assert name in GROUNDS or _contrast(Color.parse(colour), Color.parse(ground)) >= 4.5, (name, ground)
    for name, ground in (("iso-text", "iso-faint"), ("iso-text", "iso-field"), ("iso-dim", "iso-field")):
        assert _contrast(Color.parse(colours[name]), Color.parse(colours[ground])) >= 4.5, (name, ground)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_what_must_not_be_confused_differs(theme: Theme) -> None:
    named = ("iso-up", "iso-down", "iso-ghost", "iso-danger", "iso-text", "iso-key")
    assert len({theme.variables[name] for name in named}) == len(named)
    assert theme.variables["iso-danger"] not in (theme.variables["iso-up"], theme.variables["iso-calm"])


def test_kinds_say_which_way_is_which() -> None:
    def reddish(colour: str) -> bool:
        return Color.parse(colour).r > Color.parse(colour).g

    for theme in THEMES:
        up, down = (reddish(theme.variables[name]) for name in ("iso-up", "iso-down"))
        assert (up, down) == ((True, False) if theme.name.startswith("red-up") else (False, True)), theme.name


def test_every_theme_has_one_on_the_other_ground() -> None:
    for theme in THEMES:
        other = other_ground(theme.name)
        assert other != theme.name
        assert other_ground(other) == theme.name
    assert other_ground("nord") == DARK.name


# Lines, bars and candles may be faint; what is read may not.
READ = re.compile(r"\w")


@pytest.mark.slow
async def test_everything_on_every_screen_can_be_read_in_every_theme(isocross_home: Path) -> None:
    wrong = set()
    async for name, pilot in walk(isocross_home):
        for theme in THEMES:
            pilot.app.theme = theme.name
            await pilot.pause()
            for strip in strips_in_front(pilot):
                wrong |= {(name, theme.name, *unread) for unread in _unreadable(strip)}
        pilot.app.theme = DARK.name
        await pilot.pause()
    assert not wrong, "\n".join(" | ".join(each) for each in sorted(wrong))


def _unreadable(strip: Strip) -> Iterator[tuple[str, str, str]]:
    for text, style, _ in strip:
        if style is None or style.color is None or style.bgcolor is None or not READ.search(text):
            continue
        colours = Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)
        if _contrast(*colours) < 4.5:
            yield text.strip(), *(colour.hex for colour in colours)


@pytest.mark.slow
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])
async def test_without_colours_the_screens_say_the_same(
    isocross_home: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    coloured = [(name, screen_text(pilot)) async for name, pilot in walk(isocross_home / "coloured", size)]
    monkeypatch.setenv("NO_COLOR", "1")
    grey = []
    async for name, pilot in walk(isocross_home / "grey", size):
        assert pilot.app.no_color
        grey.append((name, screen_text(pilot)))
        for strip in strips_of(pilot):
            for _, style, _ in strip:
                colours = [each for each in (style.color, style.bgcolor) if each is not None] if style else []
                assert all(len(set(each.get_truecolor())) == 1 for each in colours), name
    assert [name for name, _ in grey] == [name for name, _ in coloured]
    differ = [
        name for (name, one), (_, other) in zip(coloured, grey, strict=True) if one.replace("coloured", "grey") != other
    ]
    assert differ == []


@pytest.mark.parametrize("theme", THEMES, ids=[theme.name for theme in THEMES])
def test_text_is_readable_without_colours(theme: Theme) -> None:
    """Textual's `NO_COLOR` leaves greys: those must differ as much as colours do."""
    palette = {name: colour for name, colour in theme.variables.items() if name.startswith("iso-")}
    for ground in (theme.background, theme.panel):
        under = Color.parse(str(ground)).monochrome
        for name in palette.keys() - {"iso-faint", "iso-field"}:
            assert _contrast(Color.parse(palette[name]).monochrome, under) > 4, (name, ground)


def test_gains_and_losses_differ_without_colour() -> None:
    rows = sample_rows(DEFAULT_PALETTE, 76)
    said = "".join(text for text, _ in rows[0])
    assert "▲ +1.2 %" in said
    assert "▼ −3.4 %" in said
    labels = [row[-1][0].strip() for row in rows[1:]]
    assert labels == ["31 % used", "83 % used ⚠", "97 % used ⚠⚠"]


def test_a_theme_that_lacks_our_colours_gets_them() -> None:
    assert palette_from({}) == DEFAULT_PALETTE
    assert palette_from({"iso-up": "no colour"}) == DEFAULT_PALETTE
    assert palette_from({"iso-up": "red"}) != DEFAULT_PALETTE


async def test_without_colours_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    panel = PoolsPanel()
    app: App[None] = OneWidget(panel)
    async with app.run_test(size=(56, 20)):
        assert app.no_color
        panel.show(view())
        assert "90 % used ⚠" in app.text()
        assert "−795.86" in app.text()


@pytest.mark.parametrize("theme", ["textual-light", "nord"])
async def test_themes_of_textuals_own_can_be_worn(theme: str) -> None:
    panel = PoolsPanel()
    app = OneWidget(panel)
    async with app.run_test(size=(56, 20)) as pilot:
        app.theme = theme
        await pilot.pause()
        panel.show(view())
        assert "WALLET" in app.text()
