"""Leaps and single steps agree on random sessions whose tapes cross many block edges: events, cents and hash."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.commands.grammar import parse
from engine.events import Event
from engine.market import Market
from engine.rulebooks import VENUES
from engine.rules.venue import references_of
from engine.search import search
from engine.search.gauges import Gauges
from engine.search.search import Search
from engine.session import Session
from engine.setup import Setup
from engine.tape import Kind, Origin, Path, Tape
from tests.engine.venues import default_mode

START = 1_704_067_200_000
PRICES: dict[str, int] = {"BTC": 6_000_000, "ETH": 200_000}
BLOCKS = st.sampled_from([(1, 2), (2, 4), (3, 9), (4, 16), (8, 8), (16, 64)])
COMMANDS = st.sampled_from(
    [
        "buy $20000 ETH 10x iso tp 3% sl 2%",
        "sell $20000 ETH 10x cross tp 3% sl 2%",
        "buy $30000 BTC 5x cross",
        "sell $30000 ETH 20x cross",
        "buy $9000 BTC 25x iso",
        "sell $5000 BTC 10x iso",
        "buy $3000 ETH at 1960",
        "sell $3000 ETH at 2030",
        "buy $3000 ETH stop 2040 sl 2%",
        "sell 50% ETH trail 1% reduce",
        "buy 50% ETH trail 1% reduce",
        "sell $4000 BTC trail 2%",
        "buy $4000 BTC trail 0.3%",
        "close ETH",
        "flatten",
        "deposit 500",
    ]
)


def walk(
    seed: int,
    vertices: int,
    milliseconds: int,
    wild: float,
    *,
    offset: int = 0,
    premium: float = 0.0,
    marks: bool = False,
) -> Tape:
    """A random walk of two markets with some gaps, halts and, if asked for, marks and premiums of their own."""
    generator = np.random.default_rng(seed)
    columns: dict[tuple[str, Kind], np.ndarray] = {}
    for symbol, price in PRICES.items():
        moves = np.cumsum(generator.normal(0, wild, vertices))
        columns[symbol, "last"] = np.maximum(1, price * np.exp(moves)).astype(np.int64)
        if marks:
            columns[symbol, "mark"] = columns[symbol, "last"] + generator.integers(-30, 30, vertices)
        if premium:
            columns[symbol, "premium"] = (generator.normal(0.0002, premium, vertices) * 1e9).astype(np.int64)
    gapped = generator.random(vertices) < 0.05
    gapped[0] = True
    trading = generator.random((vertices, 2)) > 0.01 if seed % 3 == 0 else None
    steps = np.arange(vertices, dtype=np.int64) * milliseconds
    times = START + offset + steps - steps % (2 * milliseconds) * (seed % 2)  # every other seed: pairs at one time
    markets = tuple(Market(symbol, Decimal("0.01"), Decimal("0.0001")) for symbol in PRICES)
    return Tape(markets, times, gapped, columns, trading, Origin("synthetic", "test walk"))  # type: ignore[arg-type]


def tapes(longest: int) -> st.SearchStrategy[Tape]:
    """Calm and wild tapes, a second to half a day a step, whose hours fall on vertices or between them."""
    return st.builds(
        walk,
        seed=st.integers(0, 10_000),
        vertices=st.integers(2, longest),
        milliseconds=st.sampled_from([1_000, 20_000, 60_000, 900_000, 2_700_000, 40_000_000]),
        wild=st.sampled_from([0.0001, 0.001, 0.01]),
        offset=st.sampled_from([0, 1_234_567]),
        premium=st.sampled_from([0.0, 0.0005, 0.02]),
        marks=st.booleans(),
    )


def played(session: Session, orders: list[tuple[int, str]], single: bool, stop_on: frozenset[str]) -> list[Event]:
    """Everything that happens while each command is given at its vertex, as far as it is not refused."""
    events: list[Event] = []
    for until, text in [*orders, (len(session.tape), "note over")]:
        target = min(until, len(session.tape) - 1)
        while session.step < target and session.state != "ended":
            events += session.advance(session.step + 1 if single else target, stop_on)
        given = session.do(parse(text))
        events += given if isinstance(given, tuple) else ()
    return events


ORDERS, EARLY_ORDERS = (
    st.lists(st.tuples(st.integers(0, last), COMMANDS), min_size=1, max_size=6).map(sorted) for last in (500, 90)
)
STOPS = st.sampled_from([frozenset[str](), frozenset({"fill"}), frozenset({"funding"}), frozenset({"any"})])


VENUE = st.sampled_from(sorted(VENUES))


def sessions(venue: str, tape: Tape, blocks: tuple[int, int]) -> tuple[Session, Session]:
    """Two alike, the first of which searches by blocks of these sizes."""
    leaping, stepping = (Session(Setup(venue, default_mode(venue), Decimal(20_000)), tape) for _ in range(2))
    leaping.path = Path(tape, blocks, references_of(leaping.rulebook))
    return leaping, stepping


def assert_alike(leaping: Session, stepping: Session) -> None:
    assert leaping.snapshot() == stepping.snapshot()
    assert leaping.state_hash() == stepping.state_hash()
    assert leaping.view().conserved


@given(venue=VENUE, tape=tapes(700), blocks=BLOCKS, orders=ORDERS, stop_on=STOPS, plain=st.integers(0, 3))
def test_leaps_are_single_steps(
    venue: str, tape: Tape, blocks: tuple[int, int], orders: list[tuple[int, str]], stop_on: frozenset[str], plain: int
) -> None:
    leaping, stepping = sessions(venue, tape, blocks)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "PLAIN", plain)
        leapt = played(leaping, orders, False, stop_on)
    assert leapt == played(stepping, orders, True, frozenset())
    assert_alike(leaping, stepping)


@given(venue=VENUE, tape=tapes(120), blocks=BLOCKS, orders=EARLY_ORDERS, stop_on=STOPS)
def test_leaps_are_exact_walks_over_every_segment(
    venue: str, tape: Tape, blocks: tuple[int, int], orders: list[tuple[int, str]], stop_on: frozenset[str]
) -> None:
    leaping, walking = sessions(venue, tape, blocks)
    leapt = played(leaping, orders, False, stop_on)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Search, "next", lambda self, after, until: after + 1)
        patch.setattr(Search, "quiet_gauges", lambda self, vertex: {})
        patch.setattr(Gauges, "quiet", lambda self, *others: {})
        walked = played(walking, orders, True, frozenset())
    assert leapt == walked
    assert_alike(leaping, walking)
