"""The settings in words: what each is called, may be, and means. Screen, palette and command line read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from tui.settings import CONFIRMS, PAUSINGS, SWITCHES, Settings
from tui.themes import KINDS, THEMES

OFF_ON = ("off", "on")


@dataclass(frozen=True, slots=True)
class Described:
    """One row of the settings.

    Attributes:
        id, label, group: its name in the screen, what it is called, and the heading it stands under.
        options: what it may be, in words, and what each means; none where something is typed.
        get, put: read it from the settings as such a word, and the settings with another one.
    """

    id: str
    label: str
    group: str
    options: Mapping[str, str]
    get: Callable[[Settings], str]
    put: Callable[[Settings, str], Settings]

    @property
    def words(self) -> str:
        """The setting in words that stand alone."""
        return {"one_key_size": "one-key size"}.get(
            self.id, f"pause on {self.label}" if self.id.startswith("pause_") else self.label
        )

    def meaning(self, value: str) -> str:
        """What `value` means."""
        return self.options.get(value, "")


def _plain(field: str, label: str, group: str, options: Mapping[str, str]) -> Described:
    return Described(
        field,
        label,
        group,
        options,
        lambda settings: str(getattr(settings, field)),
        lambda settings, value: msgspec.structs.replace(settings, **{field: value}),
    )


def _switch(field: str, label: str, group: str, off: str, on: str) -> Described:
    return Described(
        field,
        label,
        group,
        dict(zip(OFF_ON, (off, on), strict=True)),
        lambda settings: OFF_ON[getattr(settings, field)],
        lambda settings, value: msgspec.structs.replace(settings, **{field: value == "on"}),
    )


def _pause(kind: str, off: str, on: str) -> Described:
    def put(settings: Settings, value: str) -> Settings:
        kinds = {*settings.auto_pause, kind} if value == "on" else {*settings.auto_pause} - {kind}
        return msgspec.structs.replace(settings, auto_pause=tuple(each for each in PAUSINGS if each in kinds))

    return Described(
        f"pause_{kind}",
        f"{kind}s",
        "Time pauses by itself",
        dict(zip(OFF_ON, (off, on), strict=True)),
        lambda settings: OFF_ON[kind in settings.auto_pause],
        put,
    )


_SWITCH_MEANS = (
    "as the terminal seems to need it",
    "every glyph has a stand-in",
    "all glyphs are drawn",
)
_CONFIRM_MEANS = (
    "two Enters in the ticket: one checks, one sends; the : line checks while you type",
    "two only for what takes a pool above 50 %",
    "one Enter sends; flatten and cancel act at once",
)

DESCRIBED = (
    _plain("theme", "theme", "Looks", {each.name: KINDS[each.name.rpartition("-")[0]] for each in THEMES}),
    _plain("ascii", "ASCII only", "Looks", dict(zip(SWITCHES, _SWITCH_MEANS, strict=True))),
    _switch(
        "reduced_motion",
        "less motion",
        "Looks",
        "thirty paints a second",
        "five paints a second, nothing blinks",
    ),
    _plain("confirm", "confirm", "Orders", dict(zip(CONFIRMS, _CONFIRM_MEANS, strict=True))),
    _switch(
        "one_key",
        "one-key mode",
        "Orders",
        "the keys to buy and sell open the ticket",
        "armed at the desk, one key trades at once",
    ),
    _plain("one_key_size", "its size", "Orders", {}),
    _pause("call", "time runs through margin calls", "at 50, 80 and 95 % of a pool"),
    _pause("fill", "time runs through fills", "when an order fills"),
    _pause("liquidation", "it is told, and time goes on", "when the venue liquidates"),
)
"""Every setting but the keys, in the order of the screen."""


def described(id: str) -> Described:  # noqa: A002  (it is what the field is called)
    """The setting of that name. Raises StopIteration."""
    return next(each for each in DESCRIBED if each.id == id)


SIZE_MEANS = "what one key trades then: 10%, $1000, 0.5"
