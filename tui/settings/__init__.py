"""The player's settings: what there is to set, and what holds where nothing was said."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec
from textual.app import App

from tui.themes import DEFAULT_THEME

Switch = Literal["auto", "on", "off"]
Confirm = Literal["always", "risky", "never"]
Pausing = Literal["call", "fill", "liquidation"]

SWITCHES: tuple[Switch, ...] = get_args(Switch)
CONFIRMS: tuple[Confirm, ...] = get_args(Confirm)
PAUSINGS: tuple[Pausing, ...] = get_args(Pausing)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings.

    Attributes:
        theme: the colours, one of `tui.themes.THEMES` by its name.
        ascii: whether only ASCII is drawn; `auto` asks the terminal.
        reduced_motion: no animations, and five paints a second while time runs.
        confirm: when an order needs a second Enter; `tui.settings.confirm` says what is risky.
        auto_pause: events that stop a running tape.
        one_key: whether the one-key mode may be armed; `one_key_size` is what its b and s trade.
        keys: the player's keys by binding id, several with commas between.
    """

    theme: str = DEFAULT_THEME
    ascii: Switch = "auto"
    reduced_motion: bool = False
    confirm: Confirm = "always"
    auto_pause: tuple[Pausing, ...] = ("call", "liquidation")
    one_key: bool = False
    one_key_size: str = "10%"
    keys: dict[str, str] = {}


DEFAULTS = Settings()
FIELDS = Settings.__struct_fields__


def settings_of(app: App[object]) -> Settings:
    """The settings that `app` follows; an app without any follows the defaults."""
    settings = getattr(app, "settings", DEFAULTS)
    return settings if isinstance(settings, Settings) else DEFAULTS
