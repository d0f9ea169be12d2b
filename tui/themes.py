"""The game's colours: its themes, and the palette that the strip widgets draw with.

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
    "iso-dim": "#8b92a1",
    "iso-faint": "#3b4250",
    "iso-field": "#232a34",
    "iso-up": "#56b4e9",
    "iso-down": "#e69f00",
    "iso-ghost": "#cc79a7",
    "iso-key": "#f0e442",
    "iso-accent": "#56b4e9",
    "iso-calm": "#56b4e9",
    "iso-warning": "#f0e442",
    "iso-alarm": "#e69f00",
    "iso-danger": "#ff5f5f",
    "iso-entry": "#8fc1b5",
}

LIGHT_COLOURS = {
    "iso-text": "#1c2230",
    "iso-dim": "#5b6474",
    "iso-faint": "#c3c8d1",
    "iso-field": "#dfe1e3",
    "iso-up": "#006ba6",
    "iso-down": "#a35200",
    "iso-ghost": "#a3477c",
    "iso-key": "#755800",
    "iso-accent": "#006ba6",
    "iso-calm": "#006ba6",
    "iso-warning": "#755c00",
    "iso-alarm": "#a35200",
    "iso-danger": "#b8242a",
    "iso-entry": "#2a6a5e",
}

# A loss and a liquidation are both red here: the signs ⚠ and ✗, words and dashes tell them apart.
RED_GREEN_DARK = {
    **DARK_COLOURS,
    "iso-up": "#4cc38a",
    "iso-down": "#f2777a",
    "iso-calm": "#4cc38a",
    "iso-alarm": "#ff9d3b",
}
RED_GREEN_LIGHT = {
    **LIGHT_COLOURS,
    "iso-up": "#0a6e3a",
    "iso-down": "#b3343a",
    "iso-calm": "#0a6e3a",
    "iso-danger": "#a80f2a",
}

# Red is good news here, so that danger needs another colour.
RED_UP_DARK = {
    **DARK_COLOURS,
    "iso-up": "#f2777a",
    "iso-down": "#4cc38a",
    "iso-alarm": "#ff9d3b",
    "iso-danger": "#ff70e0",
    "iso-ghost": "#a99cff",
}
RED_UP_LIGHT = {
    **LIGHT_COLOURS,
    "iso-up": "#b3343a",
    "iso-down": "#0a6e3a",
    "iso-danger": "#9c1590",
    "iso-ghost": "#5a4bc0",
}

_DARK_GROUND = {"foreground": "#d6dae2", "background": "#101318", "surface": "#101318", "panel": "#1a1f27"}
_LIGHT_GROUND = {"foreground": "#1c2230", "background": "#f7f7f4", "surface": "#f7f7f4", "panel": "#e9eaea"}


def _theme(name: str, colours: Mapping[str, str], *, dark: bool) -> Theme:
    """A theme of the game's, with Textual's own colours taken from its palette."""
    ground = _DARK_GROUND if dark else _LIGHT_GROUND
    return Theme(
        name=name,
        primary=colours["iso-accent"],
        secondary=colours["iso-alarm"],
        accent=colours["iso-key"],
        warning=colours["iso-warning"],
        error=colours["iso-danger"],
        success=colours["iso-calm"],
        dark=dark,
        variables={
            **colours,
            "border": colours["iso-faint"],
            "border-blurred": colours["iso-faint"],
            "footer-key-foreground": colours["iso-key"],
            "block-cursor-background": colours["iso-accent"],
            "block-cursor-foreground": ground["background"],
            "input-cursor-background": colours["iso-key"],
            "input-selection-background": colours["iso-faint"],
            "text-disabled": colours["iso-dim"],
            "input-cursor-foreground": ground["background"],
        },
        **ground,
    )


DARK = _theme("isocross-dark", DARK_COLOURS, dark=True)
LIGHT = _theme("isocross-light", LIGHT_COLOURS, dark=False)
THEMES = (
    DARK,
    LIGHT,
    _theme("red-green-dark", RED_GREEN_DARK, dark=True),
    _theme("red-green-light", RED_GREEN_LIGHT, dark=False),
    _theme("red-up-dark", RED_UP_DARK, dark=True),
    _theme("red-up-light", RED_UP_LIGHT, dark=False),
)
"""The game's themes, a dark and a light one of each kind."""

KINDS = {
    "isocross": "blue and orange: colour-blind safe",
    "red-green": "green gains, red losses",
    "red-up": "red gains, green losses, as in East Asia",
}
"""What the kinds of themes are for, by the first part of their names."""

DEFAULT_THEME = DARK.name


def other_ground(name: str) -> str:
    """The theme of the same kind on the other ground: the light one of a dark one. The default for a stranger."""
    kind, _, ground = name.rpartition("-")
    other = f"{kind}-{'light' if ground == 'dark' else 'dark'}"
    return other if any(theme.name == other for theme in THEMES) else DEFAULT_THEME


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
        key: keys, and what belongs to the game itself. `accent`: what has the focus, and badges.
        calm, warning, alarm, danger: the bands before liquidation; `calm` also says that something went well.
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
    accent: Style
    calm: Style
    warning: Style
    alarm: Style
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
