"""The themes and the palette made of them."""

from __future__ import annotations

import pytest
from textual.app import App
from textual.color import Color

from tests.tui.examples import view
from tests.tui.strip_text import OneWidget
from tui.themes import DARK_COLOURS, DEFAULT_PALETTE, LIGHT_COLOURS, THEMES, palette_from
from tui.widgets.pools import PoolsPanel


def test_gain_loss_and_ghost_are_okabe_and_itos() -> None:
    assert (DARK_COLOURS["iso-up"], DARK_COLOURS["iso-down"], DARK_COLOURS["iso-ghost"]) == (
        "#56b4e9",
        "#e69f00",
        "#cc79a7",
    )


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_everything_can_be_read_on_its_ground(theme: object) -> None:
    ground = Color.parse(theme.background)  # type: ignore[attr-defined]
    colours = DARK_COLOURS if theme.dark else LIGHT_COLOURS  # type: ignore[attr-defined]
    for name, colour in colours.items():
        # Lines and grids may be faint; text and figures may not.
        assert name == "iso-faint" or _contrast(Color.parse(colour), ground) >= 4.5, name


def _contrast(one: Color, other: Color) -> float:
    def light(colour: Color) -> float:
        parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    bright, dim = sorted((light(one), light(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


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
