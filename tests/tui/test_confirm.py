"""When an order needs a second Enter."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from engine.commands.grammar import parse
from engine.looking.views import Outcome, Preview
from tui.settings import DEFAULTS, Confirm
from tui.settings.confirm import needs_confirmation


def outcome(gauge: str | None) -> Outcome:
    zero = Decimal(0)
    return Outcome(zero, zero, zero, zero, None, None, None if gauge is None else Decimal(gauge), None)


def preview(after: str | None, before: str | None = None, refusal: str | None = None) -> Preview:
    """A preview of which only the gauges matter."""
    zero = Decimal(0)
    return Preview("cross", refusal, "ETH", zero, zero, zero, outcome(before), outcome(after))


def needs(level: Confirm, text: str, *previews: Preview) -> bool:
    return needs_confirmation(msgspec.structs.replace(DEFAULTS, confirm=level), parse(text), previews)


TRADES = ("buy 1 ETH", "close ETH", "flatten", "cancel all", "cancel c1", "margin ETH +5", "cash out 5")


@pytest.mark.parametrize("text", TRADES)
def test_always_and_never(text: str) -> None:
    assert needs("always", text)
    assert not needs("never", text, preview("0.99"))


@pytest.mark.parametrize("level", ["always", "risky"])
@pytest.mark.parametrize("text", ["note hello", "leverage ETH 5x", "mode ETH cross", "deposit 5", "end"])
def test_what_risks_nothing_needs_none(level: Confirm, text: str) -> None:
    assert not needs(level, text)


@pytest.mark.parametrize(
    ("text", "previews", "needed"),
    [
        ("flatten", (), True),
        ("cancel all", (), True),
        ("cancel ETH", (), False),
        ("buy 1 ETH", (), True),
        ("buy 1 ETH", (preview("0.5"),), False),
        ("buy 1 ETH", (preview("0.51"),), True),
        ("buy 1 ETH", (preview("0.3"), preview("0.51")), True),
        ("buy 1 ETH", (preview("0.6", before="0.55"),), True),
        ("close ETH 50%", (preview("0.6", before="0.9"),), False),
        ("close ETH", (preview(None, before="0.9"),), False),
        ("margin ETH +5", (preview("0.6", before="-0.1"),), True),
        ("buy 1 ETH", (preview("-0.2"),), True),
        ("buy 1 ETH", (preview("NaN"),), True),
        ("buy 1 ETH", (preview("0.1", refusal="too large"),), True),
    ],
)
def test_risky(text: str, previews: tuple[Preview, ...], needed: bool) -> None:
    assert needs("risky", text, *previews) is needed
