"""The game's colours: two themes, and the palette that the strip widgets draw with.

Blue, orange and pink are Okabe and Ito's, which most colour-blind people can tell apart. Nothing is said by colour
alone: a sign, a word or a shape says it too, so that a monochrome terminal (`NO_COLOR`) loses no information.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from rich.style import Style
from textual.app import App
from textual.color import Color, ColorParseError
from textual.theme import Theme

DARK_COLOURS = {
    "iso-text": "#d6dae2",
    "iso-dim": "#858c9b",
    "iso-faint": "#3b4250",
    "iso-up": "#56b4e9",
    "iso-down": "#e69f00",
    "iso-ghost": "#cc79a7",
    "iso-key": "#f0e442",
    "iso-warning": "#f0e442",
    "iso-danger": "#ff5f5f",
    "iso-entry": "#8fc1b5",
}

LIGHT_COLOURS = {
    "iso-text": "#1c2230",
    "iso-dim": "#5b6474",
    "iso-faint": "#c3c8d1",
    "iso-up": "#0072b2",
    "iso-down": "#b35900",
    "iso-ghost": "#a3477c",
    "iso-key": "#7a5c00",
    "iso-warning": "#8a6d00",
    "iso-danger": "#c0272d",
    "iso-entry": "#2f7568",
}

DARK = Theme(
    name="isocross-dark",
    primary="#56b4e9",
    secondary="#e69f00",
    accent="#f0e442",
    warning="#e69f00",
    error="#ff5f5f",
    success="#56b4e9",
    foreground="#d6dae2",
    background="#101318",
    surface="#101318",
    panel="#1a1f27",
    dark=True,
    variables={
        **DARK_COLOURS,
        "border": "#3b4250",
        "border-blurred": "#3b4250",
        "footer-key-foreground": "#f0e442",
        "block-cursor-background": "#56b4e9",
        "block-cursor-foreground": "#101318",
        "input-cursor-background": "#f0e442",
    },
)

LIGHT = Theme(
    name="isocross-light",
    primary="#0072b2",
    secondary="#b35900",
    accent="#7a5c00",
    warning="#b35900",
    error="#c0272d",
    success="#0072b2",
    foreground="#1c2230",
    background="#f7f7f4",
    surface="#f7f7f4",
    panel="#e9eaea",
    dark=False,
    variables={
        **LIGHT_COLOURS,
        "border": "#c3c8d1",
        "border-blurred": "#c3c8d1",
        "footer-key-foreground": "#7a5c00",
        "block-cursor-background": "#0072b2",
        "block-cursor-foreground": "#f7f7f4",
        "input-cursor-background": "#7a5c00",
    },
)

THEMES = (DARK, LIGHT)
DEFAULT_THEME = DARK.name


def register_themes(app: App[object]) -> None:
    """Make the game's themes known to `app` and wear the default one. Call it in the app's `__init__`."""
    for theme in THEMES:
        app.register_theme(theme)
    app.theme = DEFAULT_THEME


def variable_defaults(app: App[object]) -> dict[str, str]:
    """The game's colours for a theme that is not its own: `App.get_theme_variable_defaults` returns this."""
    return DARK_COLOURS if app.current_theme.dark else LIGHT_COLOURS


@dataclass(frozen=True, slots=True)
class Palette:
    """The styles that strips are drawn with. They set no background: the widget's own shows through.

    Attributes:
        text, strong, dim, faint: figures; what counts most; what explains; lines and grids.
        up, down, ghost: gain, loss, the other session. `ghost` is used for nothing else.
        key: keys, and what belongs to the game itself. `warning`, `danger`: the bands before liquidation.
        entry: the player's own entry price.
    """

    text: Style
    strong: Style
    dim: Style
    faint: Style
    up: Style
    down: Style
    ghost: Style
    key: Style
    warning: Style
    danger: Style
    entry: Style

    def style(self, name: str) -> Style:
        """The style called `name`, plain text where there is none of that name."""
        return getattr(self, name) if name in _NAMES else self.text

    @property
    def strong_only(self) -> Style:
        """Bold and nothing else, to add to another style."""
        return _BOLD

    def badge(self, name: str) -> Style:
        """The style called `name` as a filled label. Reversed, so that it stays a label without colours."""
        return self.style(name) + _BADGE

    def bold(self, name: str) -> Style:
        """The style called `name`, bold."""
        return self.style(name) + _BOLD


_NAMES = frozenset(each.name for each in fields(Palette))
_BADGE = Style(reverse=True)
_BOLD = Style(bold=True)


def palette_from(variables: Mapping[str, str]) -> Palette:
    """The palette in a theme's CSS variables; the dark theme fills in what they lack."""
    colours = {name: Style(color=_colour(variables, name)) for name in _NAMES - {"strong"}}
    # Red is the darkest of the colours: without them, bold is what keeps danger from looking faint.
    return Palette(**{**colours, "strong": colours["text"] + _BOLD, "danger": colours["danger"] + _BOLD})


def _colour(variables: Mapping[str, str], name: str) -> str:
    ours = f"iso-{name}"
    try:
        return Color.parse(variables[ours]).hex6
    except (KeyError, ColorParseError):
        return DARK_COLOURS[ours]


DEFAULT_PALETTE = palette_from(DARK_COLOURS)
