"""The same commands under other rules: what is kept of them, what gives way, and figures of a session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from engine.commands.grammar import parse
from engine.compare import DELEVERAGED, Outcome, compared, given_again, kinds, own_kind
from engine.events import Event, Filled, LiquidationStarted
from engine.ghost import Kind
from engine.record import Given
from engine.rulebooks import VENUES, rulebook_of
from engine.rulebooks.base import Refusal
from engine.session import Session
from engine.setup import Setup
from engine.tape import Tape
from tests.engine.tapes import tape_of

D = Decimal
FALL = (2000, 2010, 2005, 1990, 1970, 1940, 1900, 1850, 1800, 1780, 1790, 1810, 1800, 1760, 1700, 1650, 1640, 1660)
ISOLATED = Setup(balance=D(3000))
Typed = Sequence[tuple[int, str]]


def fall(*gaps: int, repeats: int = 30) -> Tape:
    """ETH falls, minute by minute and then for hours; BTC falls half as much."""
    eth = [price for price in FALL for _ in range(repeats)]
    return tape_of({"ETH": eth, "BTC": [50_000 + 12 * (price - 2000) for price in eth]}, gaps=gaps)


def typed(commands: Typed) -> list[Given]:
    return [Given(step, parse(text)) for step, text in commands]


def played(setup: Setup, tape: Tape, commands: Typed) -> tuple[Session, list[Event]]:
    """The session itself, with its events."""
    session, events = Session(setup, tape), list[Event]()
    for step, text in commands:
        events += session.advance(step)
        answer = session.do(parse(text))
        events += () if isinstance(answer, Refusal) else answer
    return session, events + list(session.advance(len(tape) - 1))


def rows(setup: Setup, tape: Tape, commands: Typed, accounts: Sequence[Kind]) -> list[Outcome]:
    given = given_again(setup, tape, typed(commands))
    return list(compared(setup, tape, given, len(tape) - 1, accounts))


SCRIPTS: dict[str, Typed] = {
    "a long": [(0, "buy $10000 ETH 10x")],
    "a pair": [(0, "buy $10000 ETH 10x"), (1, "sell $10000 BTC 10x")],
    "percentages, legs and orders that wait": [
        (0, "buy 30% ETH 5x tp 6% sl 4%"),
        (3, "sell 20% BTC"),
        (40, "buy $2000 ETH at 1900"),
        (200, "close BTC 50%"),
        (300, "reverse BTC"),
    ],
    "modes, margin, money": [
        (0, "buy $5000 ETH 10x iso"),
        (1, "mode BTC cross"),
        (2, "sell $4000 BTC 5x"),
        (5, "margin ETH +100"),
        (8, "deposit 500"),
        (60, "cash out 200"),
        (90, "buy 999 ETH 10x"),
    ],
}


@pytest.mark.parametrize("name", SCRIPTS)
@pytest.mark.parametrize("setup", [ISOLATED, replace(ISOLATED, mode="cross", overrides=(("maintenance", "1%"),))])
def test_the_own_account_is_the_session_itself(name: str, setup: Setup) -> None:
    tape, commands = fall(), SCRIPTS[name]
    session, events = played(setup, tape, commands)
    (row,) = rows(setup, tape, commands, [own_kind(setup, typed(commands))])
    view = session.view()
    starts = [event.time for event in events if isinstance(event, LiquidationStarted)]
    assert any(isinstance(event, Filled) for event in events)
    assert row.kept == view.equity + view.withdrawals
    assert (row.fees, row.funding, row.liquidations) == (view.fees, view.funding, view.liquidations)
    assert row.liquidated_at == (starts[0] if starts else None)
    assert row.held == bool(view.positions)
    assert row.traded


@pytest.mark.slow
@pytest.mark.parametrize("name", SCRIPTS)
def test_nothing_is_lost_under_any_rules(name: str) -> None:
    outcomes = rows(ISOLATED, fall(200), SCRIPTS[name], list(kinds()))
    assert len(outcomes) == len(list(kinds()))
    assert all(outcome.conserved for outcome in outcomes)
    assert {outcome.kind.venue for outcome in outcomes} == set(VENUES)
    assert sum(outcome.traded for outcome in outcomes) > 10
    assert all(outcome.traded or outcome.refused or outcome.unplayable for outcome in outcomes)


def test_a_percentage_keeps_the_size_and_an_open_leverage_the_one_that_it_came_to() -> None:
    tape = fall()
    given = given_again(ISOLATED, tape, typed([(0, "buy 50% ETH"), (1, "buy 10% BTC at 48000 4x"), (2, "close ETH")]))
    session, events = played(ISOLATED, tape, [(0, "buy 50% ETH")])
    bought = next(event.size for event in events if isinstance(event, Filled))
    assert str(given[0].command) == f"buy {bought} ETH 10x"
    assert str(given[1].command).startswith("buy 0.0")
    assert str(given[1].command).endswith("BTC at 48000 4x")
    assert str(given[2].command) == "close ETH"
    assert session.account.leverages.get("ETH") is None
    for kind in (Kind("binance", "cross"), Kind("dydx_v4", "isolated")):
        (row,) = compared(ISOLATED, tape, given[:1], 1, [kind])
        assert row.initial_margin == pytest.approx(bought * 2000 / 10, rel=D("0.01"))


def test_what_was_refused_is_tried_elsewhere() -> None:
    tape, commands = fall(), [(0, "buy $10000 ETH 30x"), (1, "buy $900 BTC 60x")]
    given = given_again(replace(ISOLATED, venue="dydx_v4"), tape, typed(commands))
    assert [str(each.command) for each in given] == [text for _, text in commands]
    (row,) = compared(ISOLATED, tape, given, 5, [Kind("binance", "cross")])
    assert row.refused == ()
    assert [key for key, _ in row.liquidation_prices] == ["BTC", "ETH"]


def test_leverage_above_the_venues_is_lowered_and_said() -> None:
    setup = replace(ISOLATED, venue="binance")
    lowered = {
        row.kind.venue: [str(each) for each in row.lowered]
        for row in rows(setup, fall(), [(0, "buy $10000 ETH 10x")], list(kinds(modes=["cross"])))
        if row.traded
    }
    assert lowered["binance"] == []
    assert lowered["aave_v3"] == ["10x → 5x"]
    for venue, said in lowered.items():
        most = rulebook_of(venue).largest_leverage("ETH", D(10_000))
        assert said == ([] if most >= 10 else [f"10x → {most}x"]), venue


def test_a_lowered_leverage_that_the_margin_does_not_allow_is_refused_with_its_reason() -> None:
    (row,) = rows(replace(ISOLATED, balance=D(1500)), fall(), [(0, "buy $10000 ETH 10x")], [Kind("aave_v3", "cross")])
    assert not row.traded
    ((command, why),) = row.refused
    assert command == "buy $10000 ETH 10x"
    assert why.startswith("5x at most, and there this needs 2,000.00 of margin")


def test_words_that_say_a_mode_count_only_in_the_account_as_it_was_given() -> None:
    commands = SCRIPTS["modes, margin, money"]
    own = own_kind(ISOLATED, typed(commands))
    assert own == Kind("hyperliquid", "isolated", as_given=True)
    assert own_kind(ISOLATED, typed([(0, "buy $10 ETH iso")])) == Kind("hyperliquid", "isolated")
    mixed, cross, isolated = (
        dict(row.liquidation_prices) for row in rows(ISOLATED, fall(), commands, [own, *kinds(["hyperliquid"])])
    )
    assert mixed["ETH"] == isolated["ETH"] != cross["ETH"]
    assert isolated["BTC"] != mixed["BTC"] != cross["BTC"]


def test_what_is_set_belongs_to_its_venue() -> None:
    setup = replace(ISOLATED, overrides=(("maintenance", "4%"),))
    plain, changed = (
        {row.kind: row.liquidation_prices for row in rows(each, fall(), [(0, "buy $10000 ETH 10x")], list(kinds()))}
        for each in (ISOLATED, setup)
    )
    assert {kind.venue for kind in plain if plain[kind] != changed[kind]} == {"hyperliquid"}


def test_a_gap_below_zero_is_paid_for() -> None:
    prices = [2000] * 5 + [1500] * 5
    tape, setup = tape_of({"ETH": prices}, gaps=[5]), replace(ISOLATED, slippage=False, fees=False, funding=False)
    outcomes = rows(setup, tape, [(0, "buy $10000 ETH 10x")], list(kinds(["hyperliquid", "gmx_v1"])))
    by_name = {(row.kind.venue, row.kind.name): row for row in outcomes}
    isolated = by_name["hyperliquid", "isolated"]
    assert isolated.kept == D(2000)
    assert sum(amount for payer, amount in isolated.paid_by if payer != DELEVERAGED) <= D(1500)
    assert sum(amount for _, amount in isolated.paid_by) == D(1500)
    cross = by_name["hyperliquid", "cross"]
    assert cross.paid_by == ()
    assert cross.kept <= D(500)


def test_an_order_that_fills_later_counts_as_the_opening() -> None:
    (row,) = rows(ISOLATED, fall(), [(0, "buy $9000 ETH at 1900 10x")], [Kind("hyperliquid", "isolated")])
    assert row.initial_margin == pytest.approx(D(900), rel=D("0.05"))
    assert row.liquidated_at is not None


def test_it_stops_when_it_is_told_to() -> None:
    tape, asked = fall(), 0

    def stopped() -> bool:
        nonlocal asked
        asked += 1
        return asked > 12

    given = given_again(ISOLATED, tape, typed([(0, "buy $10000 ETH 10x")]))
    done = list(compared(ISOLATED, tape, given, len(tape) - 1, kinds(), stopped))
    assert 0 < len(done) < len(list(kinds()))
    assert done == list(compared(ISOLATED, tape, given, len(tape) - 1, list(kinds())[: len(done)]))


def test_kinds_by_venue_and_mode() -> None:
    assert [kind.name for kind in kinds(["gmx_v1", "aave_v3"])] == ["isolated", "cross", "emode", "isolation"]
    assert {kind.name for kind in kinds(modes=["isolated"])} == {"isolated"}
    assert all(kind.name not in VENUES for kind in kinds())
    for kind in kinds():
        assert kind.mode in rulebook_of(kind.venue, kind.overrides).modes
