"""The one-key mode: while it is armed, single keys trade at the market at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.commands.command import CommandError
from engine.commands.grammar import parse
from tui.keys.texts import spelled
from tui.settings import settings_of
from tui.settings.confirm import needs_confirmation

if TYPE_CHECKING:
    from tui.screens.desk_acts import DeskActs

NOT_ALLOWED = (
    "One-key mode is not allowed: the settings ({app.settings}) allow it. {desk.buy} and {desk.sell} open the ticket."
)
ARMED = (
    "ARMED: {desk.buy} and {desk.sell} trade SIZE at the market at once, {desk.close} closes, {desk.flatten} flattens. "
    "{desk.quiet} disarms."
)
DISARMED = "Disarmed: {desk.buy} and {desk.sell} open the ticket again."


class OneKeyMode:
    """Whether the mode is armed, and what its keys do. It is never armed when a desk opens."""

    def __init__(self, desk: DeskActs) -> None:
        self._desk = desk
        self.armed = False

    def toggle(self) -> None:
        """Arm it, where the settings allow that, or disarm it."""
        desk = self._desk
        settings = settings_of(desk.app)
        if self.armed:
            self.disarm()
            desk.say(spelled(desk, DISARMED))
        elif not settings.one_key:
            desk.say(spelled(desk, NOT_ALLOWED))
        elif desk.play.session.state == "running":
            self.armed = True
            desk.say(spelled(desk, ARMED).replace("SIZE", f"{settings.one_key_size} of {desk.symbol}"), "warning")
        desk.draw()

    def disarm(self) -> None:
        """Take the danger out of the keys; whether armed or not."""
        self.armed = False

    def order(self, side: str) -> None:
        """Buy or sell the settings' size of the market shown."""
        self._desk.give(f"{side} {settings_of(self._desk.app).one_key_size} {self._desk.symbol}")

    def close(self) -> None:
        """Close the position in the market shown."""
        self._desk.give(f"close {self._desk.symbol}")

    def at_once(self, text: str) -> bool:
        """Whether a command that concerns everything is given without being typed for the player first."""
        try:
            return self.armed or not needs_confirmation(settings_of(self._desk.app), parse(text))
        except CommandError:
            return False
