"""The grammar: text ⇄ Command, both ways, and errors that help."""

from __future__ import annotations

import string
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import commands as c
from engine.commands import CommandError, Size, parse

NUMBERS = st.integers(1, 10**9).map(lambda n: Decimal(n) / 10**4)
SYMBOLS = st.text(string.ascii_uppercase, min_size=2, max_size=6).filter(lambda s: s not in ("ISO", "CROSS"))
SIZES = st.one_of(
    st.builds(Size, NUMBERS, st.sampled_from(["base", "quote"])),
    st.builds(Size, st.integers(1, 100).map(Decimal), st.just("percent")),
)
MODES = st.sampled_from(["isolated", "cross"])


@st.composite
def places(draw: st.DrawFn) -> c.Place:
    kind = draw(st.sampled_from(["market", "limit", "stop", "take"]))
    reduce = draw(st.booleans())
    leg = st.none() if reduce else st.none() | NUMBERS
    return c.Place(
        side=draw(st.sampled_from(["buy", "sell"])),
        size=draw(SIZES),
        symbol=draw(SYMBOLS),
        kind=kind,
        price=None if kind == "market" else draw(NUMBERS),
        leverage=draw(st.none() | st.integers(1, 1000)),
        mode=draw(st.none() | MODES),
        take_profit=draw(leg),
        stop_loss=draw(leg),
        reduce_only=reduce,
    )


COMMANDS = st.one_of(
    places(),
    st.builds(c.Close, SYMBOLS, st.none() | SIZES),
    st.builds(c.Margin, SYMBOLS, NUMBERS | NUMBERS.map(lambda n: -n)),
    st.builds(c.Leverage, SYMBOLS, st.integers(1, 999)),
    st.builds(c.SetMode, SYMBOLS, MODES),
    st.builds(c.Deposit, NUMBERS, st.none() | SYMBOLS),
    st.builds(c.CashOut, NUMBERS),
    st.builds(c.Cancel, st.sampled_from(["all", "c12", "c12.tp", "ETH"])),
    st.builds(c.Note, st.text(string.ascii_letters + "é€", min_size=1, max_size=40)),
    st.just(c.Flatten()),
    st.just(c.End()),
)


@given(COMMANDS)
def test_text_and_command_say_the_same(command: c.Command) -> None:
    assert parse(str(command)) == command


@given(st.text(max_size=80) | st.text(string.ascii_lowercase + " 0123456789.$%x+-@", max_size=60))
def test_any_text_is_a_command_or_a_helpful_refusal(text: str) -> None:
    try:
        command = parse(text)
    except CommandError as error:
        refused = error
    else:
        assert parse(str(command)) == command
        return
    assert refused.message
    assert refused.would_work
    assert str(refused).isprintable()


@pytest.mark.parametrize("text", [example for line in c.EXAMPLES.values() for example in line.split(" | ")])
def test_every_example_works(text: str) -> None:
    parse(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "a command is missing"),
        ("hodl", "“hodl” is not a command"),
        ("buy", "a size is missing"),
        ("buy 1", "a market is missing"),
        ("buy zero ETH", "“zero” is not a size"),
        ("buy -1 ETH", "more than zero"),
        ("buy 101% ETH", "more than 100%"),
        ("buy nan ETH", "is not a size"),
        ("buy 1e400 ETH", "out of range"),
        ("buy 1 ETH at", "a price is missing"),
        ("buy 1 ETH 0x", "0x"),
        ("buy 1 ETH iso cross", "“cross” has no meaning here"),
        ("buy 1 ETH reduce tp 5", "can’t carry"),
        ("margin ETH 100", "say whether to add"),
        ("mode ETH both", "neither iso nor cross"),
        ("cash in 5", "followed by “out”"),
        ("note", "the note is empty"),
        ("end now", "“now” has no meaning here"),
        ("buy 1 ETH\x1b[31m", "printable"),
    ],
)
def test_errors_name_the_word(text: str, says: str) -> None:
    with pytest.raises(CommandError) as caught:
        parse(text)
    assert says in caught.value.message
