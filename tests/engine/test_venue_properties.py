"""What holds for every session holds on venues with hedge mode, and where modes live side by side."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from engine import rulebooks
from engine.commands.grammar import parse
from engine.events import Deleveraged, Event, LiquidationStarted, ShortfallPaid, TakenOver
from engine.liquidation.aftermath import aftermath
from engine.liquidation.alternatives import alternatives_of
from engine.looking.views import PoolView
from engine.rulebooks import VENUES
from engine.session import Session
from engine.setup import Setup
from engine.tape import Tape
from tests.engine import side_by_side
from tests.engine.tapes import tapes
from tests.engine.test_session_properties import SIZES, SessionMachine, watched  # noqa: F401

SETUPS = st.builds(
    Setup,
    venue=st.just("binance"),
    mode=st.sampled_from(["isolated", "cross"]),
    balance=st.sampled_from([Decimal(2000), Decimal(50_000), Decimal("1234.567891"), Decimal(40_000_000)]),
    slippage=st.booleans(),
    fees=st.booleans(),
    funding=st.booleans(),
    overrides=st.sampled_from(
        [
            (),
            (("insurance-fund", "0"), ("maintenance", "3%")),
            (("compliant", "50%"), ("brackets", "ETH", "10000:1%:50x", "60000:5%:20x", "90000000:15%:5x")),
            (("clearance", "0%"), ("brackets", "BTC", "20000:1%:50x", "90000000:12%:8x")),
        ]
    ),
)
OPENINGS = st.sampled_from(["", "buy 30%", "sell 60%", "buy $150000"])


class BinanceMachine(SessionMachine):
    """The same machine on Binance: its brackets, its liquidations, and hedge mode."""

    venue = "binance"

    @initialize(setup=SETUPS, tape=tapes(), opening=OPENINGS, hedged=st.booleans())
    def start(self, setup: Setup, tape: Any, opening: str, hedged: bool) -> None:  # type: ignore[override]
        setup = replace(setup, venue=self.venue)
        self.leaping, self.stepping = Session(setup, tape), Session(setup, tape)
        self.symbols = [market.symbol for market in tape.markets]
        if hedged:
            self.give("hedge on")
        if opening:
            self.give(f"{opening} {self.symbol(0)} 5x")

    @rule(
        text=st.sampled_from(
            ["close {} {}", "close {} 40% {}", "margin {} +100 {}", "margin {} -50 {}", "reverse {} {}"]
        ),
        place=st.integers(0, 2),
        which=st.sampled_from(["iso", "cross", "long", "short", "iso long", "cross short"]),
    )
    def of_one(self, text: str, place: int, which: str) -> None:
        self.give(text.format(self.symbol(place), which))

    @rule(size=SIZES, place=st.integers(0, 2), mode=st.sampled_from(["iso", "cross"]))
    def pair(self, size: str, place: int, mode: str) -> None:
        for side in ("buy", "sell"):
            self.give(f"{side} {size} {self.symbol(place)} 10x {mode}")

    @rule(on=st.sampled_from(["on", "off"]))
    def hedge(self, on: str) -> None:
        self.give(f"hedge {on}")

    @precondition(lambda self: hasattr(self, "leaping"))
    @invariant()
    def keeps_positions_apart(self) -> None:
        """One mode a market, and in it one position, or one a side."""
        account = self.leaping.account
        for symbol in self.symbols:
            held = account.positions_in(symbol)
            assert len({pool.mode for pool, _ in held}) <= 1
            assert len(held) <= (2 if account.hedged else 1)
            assert len({position.position_side for _, position in held}) == len(held)


class SideBySideMachine(BinanceMachine):
    """And where an isolated and a cross position live side by side."""

    venue = side_by_side.VENUE

    @precondition(lambda self: hasattr(self, "leaping"))
    @invariant()
    def keeps_positions_apart(self) -> None:
        """One position a market, mode and side."""
        account = self.leaping.account
        for symbol in self.symbols:
            held = [(pool.mode, position.position_side) for pool, position in account.positions_in(symbol)]
            assert len(set(held)) == len(held)


@pytest.fixture(autouse=True)
def _venues(watched: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """Everything is watched, and the venue is there, while a machine runs."""
    monkeypatch.setattr(rulebooks, "VENUES", {**VENUES, side_by_side.VENUE: side_by_side.rulebook})


OPENS = st.tuples(
    st.sampled_from(["buy", "sell"]),
    st.sampled_from(["20%", "60%", "100%", "$150000", "$3000000"]),
    st.integers(0, 2),
    st.sampled_from([5, 10, 20, 50]),
    st.sampled_from(["iso", "cross"]),
)


@given(
    setup=SETUPS,
    venue=st.sampled_from(["binance", side_by_side.VENUE]),
    tape=tapes(),
    hedged=st.booleans(),
    opens=st.lists(OPENS, min_size=1, max_size=4),
    waiting=st.booleans(),
)
@settings(max_examples=settings().max_examples * 2, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_books_that_are_left_alone_fare_the_same_in_a_leap_as_in_steps(
    setup: Setup, venue: str, tape: Tape, hedged: bool, opens: list[tuple[str, str, int, int, str]], waiting: bool
) -> None:
    """Highly leveraged books on violent tapes: most of them are liquidated."""
    leaping, stepping = (Session(replace(setup, venue=venue), tape) for _ in range(2))
    symbols = [market.symbol for market in tape.markets]
    commands = ["hedge on"] if hedged else []
    for side, size, place, leverage, mode in opens:
        symbol = symbols[place % len(symbols)]
        commands.append(f"{side} {size} {symbol} {leverage}x {mode}")
        commands += [f"sell 1 {symbol} take 99999 {mode} reduce"] if waiting else []
    for text in commands:
        assert leaping.do(parse(text)) == stepping.do(parse(text))
    leapt, stepped = list(leaping.advance(len(tape))), list[Event]()
    while stepping.step < len(tape) - 1:
        stepped += stepping.advance(stepping.step + 1)
        _check_figures(stepping)
    assert leapt == stepped
    assert leaping.state_hash() == stepping.state_hash()
    _check_accounts(leaping, leapt)


def _check_figures(session: Session) -> None:
    """What stands is above maintenance; what is explained is what is shown."""
    view = session.view()
    assert view.conserved
    trading = {market.symbol for market in view.markets if market.trades}
    for pool in view.pools:
        assert pool.cushion >= 0 or not {position.symbol for position in pool.positions} <= trading
        for explanation in session.explain(pool.key):
            shown = _shown(pool, explanation.figure, explanation.position)
            assert explanation.value == shown, explanation.title


def _shown(pool: PoolView, figure: str, position: str | None) -> Decimal | None:
    if position is not None:
        return getattr(next(each for each in pool.positions if each.key == position), figure)  # type: ignore[no-any-return]
    if figure == "unrealised":
        return sum((each.unrealised for each in pool.positions), Decimal(0))
    return getattr(pool, figure)  # type: ignore[no-any-return]


def _check_accounts(session: Session, events: list[Event]) -> None:
    """Every liquidation can be accounted for, and what is said to would have moved it further away."""
    for place, event in enumerate(events):
        if isinstance(event, LiquidationStarted):
            again = _next_start(events, place)
            cost = aftermath(events[place:again], event.pool)
            assert cost is not None
            said = alternatives_of(session, event)
            for at in [each.liquidation for each in said.more_margin if event.size]:
                assert at is None or (event.price - at) * event.size > 0  # type: ignore[operator]
            if event.balance is not None and cost.taken_by:
                assert cost.lost == event.balance
        if isinstance(event, ShortfallPaid) and event.unpaid:
            assert not _all_deleveraged(session, [each for each in events[:place] if each.step == event.step])


def _next_start(events: list[Event], place: int) -> int:
    """Where the same pool is liquidated once more, or the end."""
    for later in range(place + 1, len(events)):
        event = events[later]
        if isinstance(event, LiquidationStarted) and event.figures()["pool"] == events[place].figures()["pool"]:
            return later
    return len(events)


def _all_deleveraged(session: Session, events: list[Event]) -> bool:
    """Whether others were closed for every position that a fund took below what it was worth: then all is paid."""
    taken = [event for event in events if isinstance(event, TakenOver)]
    closed = sum(event.size for event in events if isinstance(event, Deleveraged))
    marks = {each.symbol: session.path.price(each.symbol, "mark", each.step) for each in taken}
    bearing = [each for each in taken if (each.price - marks[each.symbol]) * each.size > 0]
    floored = any(each.price <= session.tape.by_symbol[each.symbol].tick_size for each in bearing)
    return bool(bearing) and not floored and closed == sum(abs(each.size) for each in bearing)


@pytest.mark.slow  # test_every_venue plays it among the quick ones
class TestBinance(BinanceMachine.TestCase):
    """The machine as a test."""

    settings = settings(stateful_step_count=16)

    @pytest.fixture(autouse=True)
    def _watched(self, _venues: None) -> None:
        """Everything is watched while the machine runs."""


@pytest.mark.slow
class TestSideBySide(SideBySideMachine.TestCase):
    """The machine as a test."""

    settings = settings(stateful_step_count=16)

    @pytest.fixture(autouse=True)
    def _watched(self, _venues: None) -> None:
        """Everything is watched while the machine runs."""
