"""The section `[prop_desk]` of a scenario file."""

from __future__ import annotations

from decimal import Decimal

from engine.numbers import divide
from engine.scenarios.fields import Fields
from engine.scenarios.format import PropDeskSection
from engine.scenarios.prop_desk import PropDeskRules
from engine.script.words import WordsError, number

EXAMPLE = '[prop_desk] with target = "8%", daily_loss = "4%", trailing_drawdown = "6%" and minimum_days = 3'
MOST_DAYS = 366


def read_prop_desk(fields: Fields) -> PropDeskRules | None:
    """The rules of the desk; None where there is no such section. Raises ScenarioError."""
    if "prop_desk" not in fields.data:
        return None
    section = fields.section(("prop_desk",), fields.data["prop_desk"], PropDeskSection, EXAMPLE)
    if not 0 <= section.minimum_days <= MOST_DAYS:
        raise fields.error(("prop_desk", "minimum_days"), f"it is 0 to {MOST_DAYS}", "minimum_days = 3")
    return PropDeskRules(
        target=_share(fields, "target", section.target),
        daily_loss=_share(fields, "daily_loss", section.daily_loss),
        trailing_drawdown=_share(fields, "trailing_drawdown", section.trailing_drawdown),
        minimum_days=section.minimum_days,
    )


def _share(fields: Fields, name: str, text: str) -> Decimal:
    example = f'{name} = "5%"'
    with fields.at(("prop_desk", name)):
        if not text.endswith("%"):
            raise WordsError("it is a percentage of the balance", example)
        share = divide(number(text.removesuffix("%"), "a percentage", example), Decimal(100))
        if not 0 < share <= 1:
            raise WordsError("it is more than 0% and at most 100%", example)
    return share
