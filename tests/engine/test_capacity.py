"""Percentages and the sizes that refusals propose are granted: by the same command, whatever is open."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.commands.command import Place, Size
from engine.commands.grammar import parse
from engine.events import Filled, OrderPlaced
from engine.rulebooks.base import Refusal
from engine.session import Session
from engine.setup import Setup
from engine.tape import Tape
from tests.engine.tapes import tape_of

FLAT = tape_of({"ETH": [2000, 2000]})
PROPOSED = re.compile(r"(?:buy|sell) (\S+) ETH")


def session(*commands: str, venue: str = "hyperliquid", balance: int = 1000, mode: str = "isolated") -> Session:
    game = Session(Setup(venue=venue, mode=mode, balance=Decimal(balance)), FLAT)  # type: ignore[arg-type]
    for text in commands:
        answer = game.do(parse(text))
        assert not isinstance(answer, Refusal), f"{text}: {answer}"
    return game


def granted(game: Session, text: str) -> Decimal:
    """What an order comes to, on a copy; zero where it is refused."""
    answer = game.copy().do(parse(text))
    if isinstance(answer, Refusal):
        return Decimal(0)
    return sum((event.size for event in answer if isinstance(event, Filled | OrderPlaced)), Decimal(0))


def retried(game: Session, text: str) -> str | None:
    """The command with the size that its refusal proposes; None where it is granted, or no size is proposed."""
    answer = game.copy().do(parse(text))
    if not isinstance(answer, Refusal):
        return None
    found = PROPOSED.search(answer.would_work)
    return re.sub(r"^(buy|sell) \S+", rf"\1 {found[1]}", text) if found else None


@pytest.mark.parametrize("mode", ["isolated", "cross"])
def test_a_limit_that_the_market_meets_is_sized_by_what_it_gets(mode: str) -> None:
    game = session(mode=mode)
    assert Decimal("4.96") < granted(game, "sell 100% ETH at 1900") < Decimal("4.98")
    assert abs(granted(game, "sell 100% ETH at 1900") - granted(game, "sell 100% ETH")) < Decimal("0.01")


def test_a_limit_met_in_part_needs_margin_for_what_is_left_too() -> None:
    game = session(balance=20_000_000, mode="cross")
    most = granted(game, "buy 100% ETH at 2000.50 10x")
    assert granted(game, f"buy {most} ETH at 2000.50 10x") == most
    assert not granted(game, f"buy {most + Decimal('0.1')} ETH at 2000.50 10x")


def test_the_leverage_of_what_is_open_counts() -> None:
    game = session("buy 30% ETH 20x", venue="binance", balance=100_000, mode="cross")
    held = game.view().positions[0].size
    assert not granted(game, "buy 100% ETH 5x")  # at 5x what is open needs more than there is
    most = granted(game, "buy 100% ETH 8x")
    assert Decimal(70) < most < Decimal(120)
    assert (held + most) * 2000 / 8 < 100_000
    assert retried(game, "buy 500 ETH 8x") == f"buy {most.normalize():f} ETH 8x"


def test_a_waiting_order_has_the_bracket_of_its_own_price() -> None:
    game = session(venue="binance", balance=100_000, mode="cross")
    assert 0 < granted(game, "sell 100% ETH at 2100 20x") * 2100 / 20 < 100_000
    large = session(balance=10_000_000)  # $100,000,000 is the end of the first tier
    assert Decimal(99_999_900) < granted(large, "sell 100% ETH at 2100 20x") * 2100 < 100_000_000


def test_what_an_order_closes_counts_into_its_size() -> None:
    game = session("buy 1 ETH")
    most = granted(game, "sell 100% ETH")
    assert Decimal("5.9") < most < Decimal("6.0")
    assert not granted(game, f"sell {most + Decimal('0.01')} ETH")


def test_too_small_for_a_lot_says_what_is_missing() -> None:
    game = session("buy 100% ETH")
    answer = game.do(parse("buy 100% ETH"))
    assert isinstance(answer, Refusal)
    assert "is missing" in answer.reason
    assert "deposit" in answer.would_work


@pytest.mark.parametrize("mode", ["iso", "cross"])
def test_a_refused_reverse_proposes_what_works_after_closing(mode: str) -> None:
    game = session(f"buy 100% ETH 25x {mode}")
    answer = game.do(parse("reverse ETH"))
    assert isinstance(answer, Refusal)
    found = PROPOSED.search(answer.would_work)
    assert found is not None
    game.do(parse("close ETH"))
    assert granted(game, f"sell {found[1]} ETH 25x {mode}") == Decimal(found[1])


KINDS = st.sampled_from(["", "at {}", "stop {}", "stop {} limit {}", "take {}", "take {} limit {}", "trail 2%"])
TIMES = st.sampled_from(["", "post", "ioc", "fok"])
PRICES = st.sampled_from(["1500", "1900", "1990", "1999.95", "2000", "2000.3", "2001", "2010", "2100", "2600"])
LEVERAGES = st.sampled_from(["", "1x", "3x", "5x", "10x", "20x", "25x"])
MODES = st.sampled_from(["", "iso", "cross"])
SIDES = st.sampled_from(["buy", "sell"])


@st.composite
def orders(draw: st.DrawFn, size: st.SearchStrategy[str]) -> str:
    kind = draw(KINDS)
    words = kind.format(draw(PRICES), draw(PRICES))
    in_force = draw(TIMES) if kind.startswith("at") else ""
    parts = (draw(SIDES), draw(size), "ETH", words, draw(LEVERAGES), draw(MODES), in_force)
    return " ".join(part for part in parts if part)


@st.composite
def states(draw: st.DrawFn) -> Session:
    """Some position or other in one or two markets, with profit or loss, and orders that wait."""
    prices: dict[str, list[str | int | Decimal]] = {
        "ETH": [draw(st.sampled_from([1940, 1990, 2000, 2010, 2060])), 2000],
        "BTC": [draw(st.sampled_from([58_000, 60_000, 61_000])), 60_000],
    }
    tape: Tape = tape_of(prices, marks={"ETH": [prices["ETH"][0], draw(st.sampled_from([1996, 2000, 2004]))]})
    setup = Setup(
        venue=draw(st.sampled_from(["hyperliquid", "binance"])),
        mode=draw(st.sampled_from(["isolated", "cross"])),
        balance=draw(st.sampled_from([Decimal(100), Decimal("1234.567891"), Decimal(100_000), Decimal(40_000_000)])),
        slippage=draw(st.booleans()),
        fees=draw(st.booleans()),
        funding=False,
    )
    game = Session(setup, tape)
    sizes = st.sampled_from(["10%", "50%", "90%", "100%", "$500"])
    if setup.venue == "binance" and draw(st.booleans()):
        game.do(parse("hedge on"))
    for text in draw(st.lists(orders(sizes), max_size=2)):
        game.do(parse(text))
    if draw(st.booleans()):
        game.do(parse(f"{draw(SIDES)} {draw(sizes)} BTC 10x"))
    game.advance(1)
    return game


@given(states(), orders(st.just("100%")))
def test_all_of_it_is_granted(game: Session, text: str) -> None:
    """Or nothing of it is: then not a lot would be, or it is refused for something else than its size."""
    answer = game.copy().do(parse(text))
    if not isinstance(answer, Refusal):
        return
    again = retried(game, text)
    if again is not None:
        assert not isinstance(game.copy().do(parse(again)), Refusal), (str(answer), again)
    elif not re.search("can be had|would fire at once", answer.reason):  # these are about prices
        command = parse(text)
        assert isinstance(command, Place)
        lot = Size(game.tape.by_symbol["ETH"].lot_size, "base")
        assert isinstance(game.copy().do(replace(command, size=lot)), Refusal), (text, str(answer))


@given(states(), orders(st.sampled_from(["$3000000000", "$700000", "$20000", "$1500"])))
def test_the_size_that_a_refusal_proposes_is_granted(game: Session, text: str) -> None:
    again = retried(game, text)
    if again is not None:
        answer = game.copy().do(parse(again))
        assert not isinstance(answer, Refusal), (text, again, str(answer))
