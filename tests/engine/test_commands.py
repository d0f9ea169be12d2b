"""The grammar: text ⇄ Command, both ways, and errors that help."""

from __future__ import annotations

import string
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.commands import command as c
from engine.commands.command import CommandError, Size
from engine.commands.grammar import EXAMPLES, parse

NUMBERS = st.integers(1, 10**9).map(lambda n: Decimal(n) / 10**4)
SYMBOLS = st.text(string.ascii_uppercase, min_size=2, max_size=6).filter(lambda s: s not in ("ISO", "CROSS"))
SIZES = st.one_of(
    st.builds(Size, NUMBERS, st.sampled_from(["base", "quote"])),
    st.builds(Size, st.integers(1, 100).map(Decimal), st.just("percent")),
)
MODES = st.sampled_from(["isolated", "cross"])
SHARES = st.integers(1, 9999).map(lambda n: Decimal(n) / 10**4)
SELECTORS = {"mode": st.none() | MODES, "position_side": st.none() | st.sampled_from(["long", "short"])}


@st.composite
def legs(draw: st.DrawFn) -> dict[str, Decimal]:
    """A take profit and a stop: each absent, at a price, or at a distance."""
    said = {}
    for leg in ("take_profit", "stop_loss"):
        name = draw(st.sampled_from([None, leg, f"{leg}_share"]))
        if name:
            said[name] = draw(SHARES if name.endswith("share") else NUMBERS)
    return said


@st.composite
def places(draw: st.DrawFn) -> c.Place:
    kind = draw(st.sampled_from(["market", "limit", "stop", "take", "trail"]))
    reduce = draw(st.booleans())
    return c.Place(
        side=draw(st.sampled_from(["buy", "sell"])),
        size=draw(SIZES),
        symbol=draw(SYMBOLS),
        kind=kind,
        price=None if kind in ("market", "trail") else draw(NUMBERS),
        leverage=draw(st.none() | st.integers(1, 1000)),
        mode=draw(st.none() | MODES),
        reduce_only=reduce,
        limit=draw(st.none() | NUMBERS) if kind in ("stop", "take") else None,
        trail=draw(SHARES) if kind == "trail" else None,
        time_in_force=draw(st.sampled_from(["gtc", "post", "ioc", "fok"])) if kind == "limit" else "gtc",
        **({} if reduce else draw(legs())),
    )


@st.composite
def protects(draw: st.DrawFn) -> c.Protect:
    said = draw(legs())
    trail = draw(SHARES if not said else st.none() | SHARES)
    selector = {name: draw(values) for name, values in SELECTORS.items()}
    return c.Protect(draw(SYMBOLS), trail=trail, **said, **selector)


COMMANDS = st.one_of(
    places(),
    protects(),
    st.builds(c.Close, SYMBOLS, st.none() | SIZES, **SELECTORS),
    st.builds(c.Reverse, SYMBOLS, **SELECTORS),
    st.builds(c.Margin, SYMBOLS, NUMBERS | NUMBERS.map(lambda n: -n), **SELECTORS),
    st.builds(c.Leverage, SYMBOLS, st.integers(1, 999)),
    st.builds(c.SetMode, SYMBOLS, MODES),
    st.builds(c.Hedge, st.booleans()),
    st.builds(c.Deposit, NUMBERS, st.none() | SYMBOLS),
    st.builds(c.CashOut, NUMBERS),
    st.builds(c.Cancel, st.sampled_from(["all", "c12", "c12.tp", "c12.trail", "ETH"])),
    st.builds(c.Note, st.text(string.ascii_letters + "é€", min_size=1, max_size=40)),
    st.just(c.Flatten()),
    st.just(c.End()),
)


@given(COMMANDS)
def test_text_and_command_say_the_same(command: c.Command) -> None:
    assert parse(str(command)) == command


VERBS = st.sampled_from(["buy 1 ETH", "sell $500 ETH", "close ETH", "reverse ETH", "protect ETH", "margin ETH +5"])
WORDS = st.sampled_from(
    [
        *["at", "stop", "take", "trail", "limit", "tp", "sl"],
        *["2000", "2%", "25%", "10x", "iso", "cross", "long", "short", "reduce", "post", "ioc", "fok"],
    ]
)
NEAR_COMMANDS = st.builds(lambda verb, rest: " ".join([verb, *rest]), VERBS, st.lists(WORDS, max_size=8))


@given(NEAR_COMMANDS | st.text(max_size=80) | st.text(string.ascii_lowercase + " 0123456789.$%x+-@", max_size=60))
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


@pytest.mark.parametrize("text", [example for line in EXAMPLES.values() for example in line.split(" | ")])
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
        ("buy 1 ETH reduce sl 5%", "can’t carry"),
        ("buy 1 ETH limit 5", "comes after stop or take"),
        ("buy 1 ETH at 5 limit 6", "comes after stop or take"),
        ("buy 1 ETH ioc", "“ioc” goes with “at”"),
        ("buy 1 ETH stop 5 limit 6 fok", "“fok” goes with “at”"),
        ("buy 1 ETH at 5 post fok", "“fok” has no meaning here"),
        ("buy 1 ETH trail 50", "“50” is not a percentage such as 2%"),
        ("buy 1 ETH trail 100%", "less than 100%"),
        ("buy 1 ETH sl 100%", "less than 100%"),
        ("sell 1 ETH tp 120%", "less than 100%"),
        ("buy 1 ETH tp 1 tp 2%", "“tp” has no meaning here"),
        ("close ETH half", "“half” is not a size"),
        ("close ETH long short", "“short” has no meaning here"),
        ("reverse ETH 50%", "“50%” has no meaning here"),
        ("protect ETH", "tp, sl or trail is missing"),
        ("protect ETH iso", "“iso” has no meaning here"),
        ("hedge maybe", "neither on nor off"),
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


@pytest.mark.parametrize("text", ["buy 1 ETH ioc", "buy 1 ETH limit 2000", "sell 5 SOL reduce tp 2%"])
def test_words_that_do_not_go_together_come_back_as_ones_that_do(text: str) -> None:
    with pytest.raises(CommandError) as caught:
        parse(text)
    parse(caught.value.would_work.replace("PRICE", "2000"))


@pytest.mark.parametrize("text", ["close BTC long 30%", "close BTC 30% long"])
def test_which_position_is_said_before_a_size_or_behind_it(text: str) -> None:
    assert parse(text) == parse("close BTC 30% long") != parse("close BTC long")
    assert str(parse(text)) == "close BTC 30% long"
    assert parse("close BTC iso 30% long") == parse("close BTC 30% iso long")
    for wrong in ("close BTC long 30% long", "close BTC 30% long 20%", "close BTC iso 30% cross"):
        with pytest.raises(CommandError):
            parse(wrong)
