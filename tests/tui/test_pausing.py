"""Which events stop a running tape."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.events import Ended, Event, Filled, LiquidationStarted, MarginCalled, WipedOut
from tests.tui.examples import D, happened
from tui.playing.pausing import ALWAYS, CHOICES, CHOSEN, described, gravest, next_choice


def of_kind(kind: type[Event]) -> Event:
    return next(event for event in happened() if isinstance(event, kind))


CALL, FILL, LIQUIDATION = of_kind(MarginCalled), of_kind(Filled), of_kind(LiquidationStarted)
WIPED_OUT = WipedOut(step=9, time=CALL.time, equity=D(0))


def test_the_gravest_of_several_is_told() -> None:
    every = CHOICES[0] | ALWAYS
    assert gravest([FILL, CALL, LIQUIDATION, CALL], every) is LIQUIDATION
    worse = replace(CALL, level=D("0.95"), equity=CALL.requirement / D("0.97"))
    for told in ([FILL, CALL, worse], [worse, CALL, FILL], [CALL, worse, CALL]):
        assert gravest(told, every) is worse
    hopeless = replace(CALL, equity=D(0))
    assert gravest([worse, hopeless, CALL], every) is hopeless
    assert gravest([LIQUIDATION, WIPED_OUT], every) is WIPED_OUT
    assert gravest([FILL, CALL], frozenset({"liquidation"})) is None


def test_the_trades_of_a_liquidation_are_its_own() -> None:
    trade = replace(FILL, reason="liquidation")
    assert gravest([trade], frozenset({"fill"})) is None
    assert gravest([trade], frozenset({"liquidation"})) is trade
    assert gravest([replace(FILL, reason="limit")], frozenset({"fill"})) is not None


def test_any_event_is_any() -> None:
    assert gravest([FILL], frozenset({"any"})) is FILL


def test_the_key_goes_through_every_choice() -> None:
    seen = [CHOSEN]
    for _ in CHOICES:
        seen.append(next_choice(seen[-1]))
    assert set(seen) == set(CHOICES)
    assert seen[-1] == CHOSEN
    assert next_choice(frozenset({"fill"})) == CHOICES[0], "another choice, from the settings, leads into the round"


@pytest.mark.parametrize(
    ("pausing", "words"),
    [
        (CHOICES[0], "pauses on margin calls, fills of waiting orders and liquidations."),
        (CHOSEN, "pauses on margin calls and liquidations."),
        (frozenset({"liquidation"}), "pauses on liquidations."),
        (frozenset(), "only a wipe-out or the end stops it"),
    ],
)
def test_each_choice_is_said(pausing: frozenset[str], words: str) -> None:
    assert words in described(pausing)


def test_the_end_stops_always() -> None:
    ended = Ended(step=9, time=CALL.time, equity=D(1), reason="end")
    assert gravest([ended], ALWAYS) is ended
