"""Events and set-ups come back from their text as they were."""

from __future__ import annotations

import dataclasses
import typing
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Session, events, parse
from engine.events import Event, iso
from engine.rulebooks.base import Refusal
from engine.setup import Setup
from saves import SaveError
from saves.records import event_from, event_text, resolved_size
from saves.rows import milliseconds, setup_from, setup_text
from tests.engine.tapes import tape_of

KINDS = [each for each in vars(events).values() if isinstance(each, type) and issubclass(each, Event)]
MOMENTS = st.integers(0, 253_402_300_799_999)
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=12)
TEXTS = st.text(st.characters(exclude_categories=("C", "Zl", "Zp", "Zs"))).filter(str.isprintable)


def values(kind: object) -> st.SearchStrategy[object]:
    if kind is Decimal:
        return NUMBERS
    if typing.get_origin(kind) is typing.Literal:
        return st.sampled_from(typing.get_args(kind))
    if typing.get_args(kind):
        return st.one_of(*(values(each) for each in typing.get_args(kind)))
    return {int: st.integers(0, 2**53), str: TEXTS, bool: st.booleans(), type(None): st.none()}[kind]  # type: ignore[index]


@st.composite
def any_event(draw: st.DrawFn) -> Event:
    kind = draw(st.sampled_from(KINDS))
    hints = typing.get_type_hints(kind)
    parts = {each.name: draw(values(hints[each.name])) for each in dataclasses.fields(kind)}
    return kind(**{**parts, "time": draw(MOMENTS)})  # type: ignore[arg-type]


@given(any_event())
def test_an_event_comes_back(event: Event) -> None:
    assert event_from(event.kind, event.step, iso(event.time), event_text(event)) == event


@given(MOMENTS)
def test_a_moment_comes_back(time: int) -> None:
    assert milliseconds(iso(time)) == time


@pytest.mark.parametrize("text", ["", "yesterday", "2024-01-01", "2024-01-01T00:00:00", "9" * 40])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        milliseconds(text)


@pytest.mark.parametrize(
    ("kind", "time", "text"),
    [
        ("note", "2024-01-01T00:00:00Z", "no JSON"),
        ("note", "2024-01-01T00:00:00Z", "[]"),
        ("note", "2024-01-01T00:00:00Z", '{"text": 5}'),
        ("note", "2024-01-01T00:00:00Z", "[" * 10_000),
        ("note", "never", '{"text": "x"}'),
        ("unheard of", "2024-01-01T00:00:00Z", "{}"),
        ("deposit", "2024-01-01T00:00:00Z", '{"amount": "a lot"}'),
    ],
)
def test_what_is_no_event_is_refused(kind: str, time: str, text: str) -> None:
    with pytest.raises(SaveError, match="damaged"):
        event_from(kind, 1, time, text)


@pytest.mark.parametrize(
    "setup",
    [
        Setup(),
        Setup("hyperliquid", "cross", Decimal("123.456789"), False, False, False),
        Setup(overrides=(("maintenance", "0.5%"), ("set", "a", "b c"))),
    ],
)
def test_a_setup_comes_back(setup: Setup) -> None:
    assert setup_from(setup_text(setup)) == setup


@pytest.mark.parametrize(
    ("commands", "size"),
    [
        (("buy 400 ETH",), "400"),
        (("buy 400 ETH at 1900",), "400"),
        (("buy 400 ETH at 2002.10",), "400"),  # 300 at once, 100 wait
        (("buy 400 ETH at 2002.10 ioc",), "300"),
        (("buy 400 ETH at 2002.10 sl 1900",), "400"),
        (("buy 3 ETH", "sell 5 ETH"), "5"),
        (("buy 3 ETH", "reverse ETH"), "6"),
        (("buy 3 ETH", "close ETH 50%"), "1.5"),
        (("buy 3 ETH", "flatten"), "3"),
        (("buy 3 ETH", "sell 1 BTC", "flatten"), None),
        (("buy 3 ETH", "protect ETH sl 1900"), None),
        (("deposit 100",), None),
    ],
)
def test_a_commands_size_is_all_that_its_order_came_to(commands: tuple[str, ...], size: str | None) -> None:
    game = Session(Setup(balance=Decimal(10_000_000)), tape_of({"ETH": [2000, 2000], "BTC": [60_000, 60_000]}))
    for text in commands:
        answer = game.do(parse(text))
        assert not isinstance(answer, Refusal)
    assert resolved_size(len(commands), answer) == size
