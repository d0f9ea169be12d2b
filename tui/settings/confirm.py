"""When an order needs a second look: the confirm level of the settings."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from engine.commands.command import Cancel, Command, Deposit, End, Flatten, Leverage, Note, SetMode
from engine.looking.views import Preview
from tui.settings import Settings

RISKY_GAUGE = Decimal("0.5")
"""Gauge of a pool (requirement ÷ credit, 1 = liquidation) above which an order is risky."""

HARMLESS = (Deposit, End, Leverage, Note, SetMode)
"""Commands that trade and move nothing at risk; ending a session asks by itself."""


def needs_confirmation(settings: Settings, command: Command, previews: Iterable[Preview] = ()) -> bool:
    """Whether `command` is given only with a second Enter.

    At the level `always`, everything that trades, cancels or moves margin; at `never`, nothing. At `risky`: flatten,
    cancel all, and what would push a pool's gauge above 50 %, or further above it. What makes a pool safer is not
    slowed down, however bad things are.

    Args:
        settings: the player's.
        command: what would be given.
        previews: what it would do, in the mode it would be done in; without any, an order counts as risky.
    """
    if settings.confirm == "never" or isinstance(command, HARMLESS):
        return False
    if settings.confirm == "always" or isinstance(command, Flatten):
        return True
    if isinstance(command, Cancel):
        return command.target.lower() == "all"
    seen = [each for each in previews if each.refusal is None]
    return not seen or any(_worsens(each) for each in seen)


def _worsens(preview: Preview) -> bool:
    after = None if preview.after is None else preview.after.gauge
    before = None if preview.before is None else preview.before.gauge
    if after is None:
        return False
    if after.is_nan() or after < 0:
        # Credit at or below zero: past liquidation.
        return True
    known = before is not None and not before.is_nan() and before >= 0
    return after > RISKY_GAUGE and not (known and before is not None and after <= before)
