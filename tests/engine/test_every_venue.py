"""What holds for every session holds under every rulebook, in every mode and kind of account that it has.

Random commands on random tapes of up to 300 vertices: a leap is its single steps, nothing is lost, a loss stays in its
pool, a save is the session, and what is left standing is above what it needs.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.account import Mode
from engine.commands.grammar import parse
from engine.events import Event, ShortfallPaid
from engine.market import Market
from engine.rulebooks import VENUES
from engine.rulebooks.base import Overrides, Refusal
from engine.session import Session
from engine.setup import Setup
from engine.tape import Kind, Origin, Tape
from tests.engine.test_session_properties import watched  # noqa: F401
from tests.engine.venues import every_account, modes_of

START = 1_704_067_200_000
PRICES = {"BTC": 6_000_000, "ETH": 200_000, "ETH-SPOT": 200_000}
SHARE_OF_EXAMPLES = Decimal(25) / 60
"""Of what a profile asks for: 25 in `make test`, 250 in `make test-all`."""

TRADES = st.builds(
    "{} {} {} {} {}".format,
    st.sampled_from(["buy", "sell"]),
    st.sampled_from(["$900", "$9000", "$40000", "20%", "60%", "100%"]),
    st.sampled_from(list(PRICES)),
    st.sampled_from(["", "2x", "3x", "5x", "10x", "20x"]),
    st.sampled_from(["", "", "iso", "cross", "sl 2%", "tp 3% sl 4%"]),
)
OTHERS = st.builds(
    lambda text, symbol: text.format(symbol),
    st.sampled_from(
        [
            "close {}",
            "close {} 30%",
            "reverse {}",
            "margin {} +200",
            "margin {} -100",
            "sell $3000 {} trail 1%",
            "buy $2000 {} take 900",
            "protect {} sl 1%",
            "leverage {} 3x",
            "flatten",
            "deposit 500",
            "cash out 300",
            "hedge on",
        ]
    ),
    st.sampled_from(list(PRICES)),
)
LOANS = st.builds(
    "{} {}".format,
    st.sampled_from(["supply", "withdraw", "borrow", "repay", "deposit"]),
    st.sampled_from(["500 USDC", "7000 USDC", "0.05 BTC", "1 ETH", "5 ETH"]),
) | st.just("cash out 5000")
COMMANDS = st.lists(st.tuples(st.integers(0, 260), TRADES | OTHERS | LOANS), max_size=5).map(sorted)
FIRST = st.lists(TRADES | LOANS, min_size=1, max_size=4)


def walk(seed: int, vertices: int, milliseconds: int, wild: float, premium: float) -> Tape:
    """A random walk of three markets, one of them the coin itself, with gaps and now and then a jump of a tenth."""
    generator = np.random.default_rng(seed)
    columns: dict[tuple[str, Kind], np.ndarray] = {}
    together = generator.normal(0, wild, vertices)
    jumps = np.where(generator.random(vertices) < 0.01, generator.normal(0, 0.1, vertices), 0.0)
    for symbol, price in PRICES.items():
        moves = np.cumsum(together + generator.normal(0, wild / 3, vertices) + jumps)
        columns[symbol, "last"] = np.maximum(100, price * np.exp(moves)).astype(np.int64)
        if premium:
            columns[symbol, "premium"] = (generator.normal(0.0002, premium, vertices) * 1e9).astype(np.int64)
    gapped = (generator.random(vertices) < 0.05) | (jumps != 0)
    gapped[0] = True
    trading = generator.random((vertices, len(PRICES))) > 0.01 if seed % 4 == 0 else None
    times = START + np.arange(vertices, dtype=np.int64) * milliseconds
    markets = tuple(Market(symbol, Decimal("0.01"), Decimal("0.0001")) for symbol in PRICES)
    return Tape(markets, times, gapped, columns, trading, Origin("synthetic", "test walk"))  # type: ignore[arg-type]


TAPES = st.builds(
    walk,
    seed=st.integers(0, 10_000),
    vertices=st.integers(2, 300),
    milliseconds=st.sampled_from([700, 20_000, 60_000, 900_000, 2_700_000]),
    wild=st.sampled_from([0.0005, 0.003, 0.015]),
    premium=st.sampled_from([0.0, 0.001]),
)


@pytest.fixture(autouse=True)
def _watched(watched: None) -> None:  # noqa: F811
    """Everything is watched at every event."""


def made(session: Session) -> Decimal:
    """What the player has made: what there is and was taken out, less what was put in. No command adds to it."""
    view = session.view()
    return view.equity + view.withdrawals - view.deposits


def give(leaping: Session, stepping: Session, text: str) -> None:
    """Give both the same command: a refused one changes nothing, and none makes the player richer, but where the venue
    pays what is below zero."""
    before, worth = leaping.snapshot(), made(leaping)
    answer = leaping.do(parse(text))
    assert stepping.do(parse(text)) == answer
    if isinstance(answer, Refusal):
        assert answer.reason
        assert leaping.snapshot() == before
    elif not any(isinstance(event, ShortfallPaid) for event in answer):
        assert made(leaping) <= worth


def check(session: Session) -> None:
    """What holds at any time."""
    view = session.view()
    assert view.conserved
    assert view.equity == sum(pool.equity for pool in view.pools)
    trading = {market.symbol for market in view.markets if market.trades}
    for pool in view.pools:
        acting = session.account.pools[pool.key].acts_at if pool.key in session.account.pools else 0
        if {position.symbol for position in pool.positions} <= trading and not acting:
            assert pool.cushion >= 0
        for explanation in session.explain(pool.key):
            assert explanation.value is not None or explanation.title
    again = Session.restore(session.setup, session.tape, session.snapshot())
    assert again.snapshot() == session.snapshot()
    assert again.view() == view


def advance(leaping: Session, stepping: Session, until: int) -> None:
    """Leap there, and go there step by step: the same."""
    leapt, stepped = list(leaping.advance(until)), list[Event]()
    while stepping.step < min(until, len(stepping.tape) - 1) and stepping.state != "ended":
        stepped += stepping.advance(stepping.step + 1)
    assert leapt == stepped
    assert leaping.snapshot() == stepping.snapshot()
    check(leaping)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("venue", "mode", "overrides"), every_account(), ids=lambda each: each if isinstance(each, str) else None
)
@settings(
    max_examples=int(settings().max_examples * SHARE_OF_EXAMPLES),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(tape=TAPES, first=FIRST, orders=COMMANDS, balance=st.sampled_from([2_000, 30_000]), costs=st.booleans())
def test_sessions(
    venue: str,
    mode: Mode,
    overrides: Overrides,
    tape: Tape,
    first: list[str],
    orders: list[tuple[int, str]],
    balance: int,
    costs: bool,
) -> None:
    setup = Setup(venue, mode, Decimal(balance), slippage=costs, fees=costs, funding=True, overrides=overrides)
    leaping, stepping = Session(setup, tape), Session(setup, tape)
    for text in first:
        give(leaping, stepping, text)
    for until, text in orders:
        advance(leaping, stepping, until)
        give(leaping, stepping, text)
    advance(leaping, stepping, len(tape))


@pytest.mark.parametrize("venue", VENUES)
def test_a_mode_that_the_venue_has_not_is_refused(venue: str) -> None:
    missing = {"cross", "isolated"} - set(modes_of(venue))
    for mode in missing:
        with pytest.raises(ValueError, match=mode):
            Session(Setup(venue, mode), walk(1, 3, 1000, 0.001, 0.0))  # type: ignore[arg-type]


def test_there_are_commands_to_give() -> None:
    """Most of what is drawn is understood, on the venue that everything began with."""
    setup: dict[str, Any] = {"venue": "hyperliquid", "mode": "cross", "balance": Decimal(30_000)}
    session = Session(Setup(**setup), walk(1, 300, 60_000, 0.003, 0.0))
    for text in ("buy $900 BTC 2x", "sell $9000 ETH", "buy $900 ETH-SPOT", "protect BTC sl 1%", "close BTC 30%"):
        assert not isinstance(session.do(parse(text)), Refusal)
