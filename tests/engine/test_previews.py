"""Previews: an order that waits is shown as it fills, and what is posted is what was shown."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine import Session, Setup, parse
from engine.events import Filled
from engine.script import DEFAULT_START
from engine.tapes.inline import InlinePath, inline_tape

D = Decimal


def session(*prices: int) -> Session:
    """ETH at those prices, a vertex a minute."""
    path = InlinePath("ETH", 60, tuple(D(price) for price in prices))
    return Session(Setup(balance=D(1000), funding=False), inline_tape([path], DEFAULT_START))


@pytest.mark.parametrize("mode", ["iso", "cross"])
@pytest.mark.parametrize(
    ("order", "way"),
    [
        ("buy 1 ETH at 1950 10x {} post", (2000, 1900)),
        ("sell 1 ETH at 2050 10x {}", (2000, 2100)),
        ("buy 1 ETH stop 2050 10x {}", (2000, 2100)),
        ("sell 1 ETH take 2050 10x {}", (2000, 2100)),
        ("buy 1 ETH stop 2050 limit 2060 10x {}", (2000, 2100)),
        ("buy 1 ETH trail 2% 10x {}", (2000, 2100)),
    ],
)
def test_what_waits_is_shown_as_it_fills(order: str, way: tuple[int, ...], mode: str) -> None:
    game = session(*way)
    command = parse(order.format(mode))
    shown = next(
        each for each in game.preview(command) if each.mode in (mode, "isolated" if mode == "iso" else "cross")
    )
    assert shown.waits
    assert shown.after is not None
    game.do(command)
    (fill,) = (event for event in game.advance(1) if isinstance(event, Filled))
    (position,) = game.view().positions
    assert (shown.fee, shown.side, shown.size) == (fill.fee, fill.side, fill.size)
    assert shown.after.liquidation_price == position.liquidation_price
    if mode == "iso":
        assert shown.margin == fill.posted


def test_looking_at_what_waits_changes_nothing() -> None:
    game = session(2000, 1900)
    before = game.state_hash()
    game.preview(parse("buy 1 ETH at 1950 10x"))
    assert game.state_hash() == before


def test_isolated_shows_what_is_posted_at_the_price_of_the_fill() -> None:
    game = session(2000, 2000)
    isolated, cross = game.preview(parse("buy 1 ETH 10x"))
    assert not isolated.waits
    assert cross.after is not None
    assert cross.margin == cross.after.initial_margin == 200
    told = game.do(parse("buy 1 ETH 10x iso"))
    assert isinstance(told, tuple)
    (fill,) = (event for event in told if isinstance(event, Filled))
    assert isolated.margin == fill.posted > 200


def test_what_a_stop_closes_is_shown_as_it_closes() -> None:
    game = session(2000, 1900)
    game.do(parse("buy 1 ETH 10x iso"))
    (shown,) = game.preview(parse("sell 1 ETH stop 1950 10x iso reduce"))
    assert shown.waits
    assert shown.fee > 0
    assert shown.after is not None
    assert shown.after.initial_margin == 0
    assert shown.margin < 0


@pytest.mark.parametrize(
    ("order", "far"),
    [
        ("buy 0.01 ETH at 200", 200),
        ("sell 0.01 ETH at 20000 1x", 20000),
        ("buy 0.01 ETH stop 2050 limit 20000", 20000),
        ("buy 0.01 ETH at 401", None),
        ("sell 0.01 ETH at 9999 1x", None),
        ("buy 0.01 ETH sl 300", 300),
    ],
)
def test_prices_far_from_the_mark_are_told(order: str, far: int | None) -> None:
    assert [each.far for each in session(2000, 2000).preview(parse(order))] == [far, far]


@pytest.mark.parametrize(
    "order", ["sell 1 ETH stop {} reduce", "sell 0.5 ETH stop {} reduce", "sell 1 ETH stop {} limit 1700 reduce"]
)
def test_what_comes_after_a_liquidation_is_not_shown(order: str) -> None:
    game = session(2000, 1700)
    game.do(parse("buy 1 ETH 10x iso"))
    liquidation = game.view().positions[0].liquidation_price
    assert liquidation is not None
    for price, shown in ((liquidation, True), (liquidation - D("0.01"), False), (liquidation - 100, False)):
        (preview,) = game.preview(parse(order.format(price)))
        assert preview.refusal is None
        assert (preview.after is not None) == shown, price
