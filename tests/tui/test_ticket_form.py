"""The ticket's form: what keys make of it, and that it always spells a command."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.commands.grammar import parse
from engine.session import Session
from tests.tui.desks import new_session
from tui.forms.ticket import FIELDS, FORCES, KINDS, PRESETS, TicketForm


def form() -> TicketForm:
    """A ticket on the fall."""
    start = new_session()
    return TicketForm("buy", Session(start.setup, start.tape).view().markets, "ETH")


def test_every_field_changes_and_comes_back_to_a_command() -> None:
    ticket = form()
    for _ in range(2 * len(FIELDS)):
        ticket.move(1)
        for by in (1, 1, -1, 1):
            ticket.change(by)
            assert ticket.problem is not None or parse(ticket.text)


def test_only_what_a_field_takes_can_be_typed() -> None:
    ticket = form()
    assert not ticket.type("x")
    assert not ticket.type("\x1b")
    assert not ticket.type("")
    assert ticket.type("7")
    assert ticket.size == "7"
    for _ in range(50):
        ticket.type("1")
    assert len(ticket.size) <= 20


def test_the_arrows_go_through_the_size_presets() -> None:
    ticket = form()
    seen = [ticket.size]
    for _ in range(3):
        ticket.change(1)
        seen.append(ticket.size)
    assert seen == ["25%", "50%", "100%", "100%"]
    for _ in range(6):
        ticket.change(-1)
    assert ticket.size == "5%"


def test_leverage_stays_within_the_market() -> None:
    ticket = form()
    for _ in range(30):
        ticket.change_leverage(1)
    assert int(ticket.leverage) == ticket.market.largest_leverage
    for _ in range(30):
        ticket.change_leverage(-1)
    assert ticket.leverage == "1"


def test_an_order_that_only_reduces_has_no_legs() -> None:
    ticket = form()
    ticket.tp = "2100"
    ticket.change_reduce()
    assert ticket.text.endswith("reduce")
    assert " tp " not in ticket.text


LETTERS = "0123456789.,$%xX"
KEYS = st.sampled_from(
    [
        *(("go", field) for field in FIELDS),
        *(("kind", kind) for kind in KINDS),
        *(("force", force) for force in FORCES if force),
        *(("leg", leg) for leg in ("tp", "sl")),
        *(("type", letter) for letter in LETTERS),
        *(("size", size) for size in PRESETS),
        *(("change", by) for by in (1, -1)),
        ("erase", None),
        ("reduce", None),
        ("mode", None),
        ("risk", None),
        ("turn", None),
        ("leverage", 1),
    ]
)


@given(st.lists(KEYS, max_size=40))
def test_whatever_is_pressed_the_text_is_a_command_or_the_form_says_why(keys: list[tuple[str, Any]]) -> None:
    ticket = form()
    acts: dict[str, Any] = {
        "go": ticket.go, "kind": ticket.take_kind, "force": ticket.take_force, "leg": ticket.take_leg,
        "type": ticket.type, "size": ticket.take_size, "change": ticket.change, "leverage": ticket.change_leverage,
    }  # fmt: skip
    plain_acts: dict[str, Any] = {
        "erase": ticket.erase, "reduce": ticket.change_reduce, "mode": ticket.change_mode,
        "risk": ticket.take_risk, "turn": ticket.turn,
    }  # fmt: skip
    for key, value in keys:
        plain_acts[key]() if key in plain_acts else acts[key](value)
        assert ticket.applies(ticket.field) or ticket.field in FIELDS
    if ticket.problem is None and all(number(text) for text in numbers_of(ticket)):
        command = parse(ticket.text)
        assert parse(str(command)) == command


def numbers_of(ticket: TicketForm) -> list[str]:
    """What was typed where a number belongs."""
    texts = [ticket.size.removeprefix("$").removesuffix("%"), ticket.leverage or "1"]
    texts += [ticket.price.removesuffix("%")] if ticket.kind != "market" else []
    texts += [ticket.limit] if ticket.kind == "stop limit" else []
    return texts + [text.removesuffix("%") for text in (ticket.tp, ticket.sl) if text and not ticket.reduce]


def number(text: str) -> bool:
    """Whether it is one that any field would take."""
    return text.replace(".", "", 1).isdigit() and 0 < float(text) <= 99


def test_single_keys_set_the_kind_and_jump_to_the_price() -> None:
    ticket = form()
    texts = []
    for kind in KINDS:
        ticket.take_kind(kind)
        texts.append((ticket.field, ticket.text))
    assert texts == [
        ("kind", "buy 25% ETH 10x iso"),
        ("price", "buy 25% ETH at 2000 10x iso"),
        ("price", "buy 25% ETH stop 2000 10x iso"),
        ("price", "buy 25% ETH stop 2000 limit 2000 10x iso"),
        ("price", "buy 25% ETH take 2000 10x iso"),
        ("price", "buy 25% ETH trail 1% 10x iso"),
    ]
    ticket.take_force("ioc")
    assert ticket.text == "buy 25% ETH at 2000 10x iso ioc"
    ticket.take_force("ioc")
    assert ticket.text == "buy 25% ETH at 2000 10x iso"
