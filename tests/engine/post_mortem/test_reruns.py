"""What would have been: real runs. Each is checked against a session that is given those commands by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.commands.grammar import parse
from engine.events import Filled
from engine.ghost import Kind
from engine.post_mortem import Played, PostMortem, play, post_mortem
from engine.post_mortem.changes import Change, changes_of
from engine.post_mortem.edits import plain_amount
from engine.post_mortem.reruns import Rerun, again, rerun, reruns
from engine.record import Record
from engine.rulebooks import VENUES
from engine.rulebooks.base import Refusal
from engine.session import Session
from engine.setup import Setup
from tests.engine.liquidated import trend
from tests.engine.post_mortem.recorded import Typed, fall, first, played, record_of, recorded
from tests.engine.tapes import tape_of
from tests.engine.venues import every_account

D = Decimal
ISOLATED = Setup(balance=D(3000))
CROSS = replace(ISOLATED, mode="cross")
LONG: Typed = [(0, "buy $10000 ETH 10x")]
PAIR: Typed = [(0, "buy $10000 ETH 10x"), (5, "buy 30% BTC 20x"), (9, "buy 1 ETH at 1900"), (20, "cancel c3")]


def found_in(session: Played) -> PostMortem:
    """Of the first liquidation, or of how it stands."""
    if session.liquidations:
        return first(session)
    found = post_mortem(session)
    assert found is not None
    return found


def runs_of(session: Played, *what: str) -> dict[str, Rerun]:
    """The reruns of these kinds, by their words; all but the venues without any."""
    changes = changes_of(session, found_in(session))
    wanted = [each for each in changes if each.what in (what or ("size", "margin", "stop", "leverage", "mode"))]
    return {each.change.words: each for each in reruns(session, wanted)}


def by_hand(setup: Setup, session: Played, typed: Typed) -> Decimal:
    """What is kept of a session that is given these commands."""
    other = Session(setup, session.record.tape)
    for step, text in typed:
        other.advance(step)
        answer = other.do(parse(text))
        assert not isinstance(answer, Refusal), answer
    other.advance(session.record.until)
    view = other.view()
    return view.equity + view.withdrawals


def test_half_the_size_halves_each_fill_of_the_opening() -> None:
    session = played(ISOLATED, fall(), [(0, "buy 2 ETH 10x"), (3, "buy $3000 ETH 10x"), (4, "close ETH 1")])
    change = next(each for each in changes_of(session, first(session)) if each.words == "half the size")
    _, events = again(session, change)
    before, after = (
        [each.size for each in happened if isinstance(each, Filled) and each.reason != "liquidation"]
        for happened in (session.events, events)
    )
    lot = session.record.tape.by_symbol["ETH"].lot_size
    assert len(before) == len(after) == 3
    assert all(0 <= was / 2 - now < lot for was, now in zip(before, after, strict=True))


@pytest.mark.parametrize(
    ("words", "typed"),
    [
        ("half the size", [(0, "buy $5000 ETH 10x")]),
        ("twice the margin: 1,000.18 more", [(0, LONG[0][1]), (0, "margin ETH +1000.18")]),
        ("half the leverage: 10x → 5x", [(0, "buy $10000 ETH 5x")]),
        ("in cross margin", [(0, "buy $10000 ETH 10x cross")]),
    ],
)
def test_each_is_what_these_commands_come_to(words: str, typed: Typed) -> None:
    session = played(ISOLATED, fall(), LONG)
    run = runs_of(session)[words]
    assert run.possible
    assert run.kept == by_hand(ISOLATED, session, typed)
    view = session.session.view()
    assert run.difference == run.kept - view.equity - view.withdrawals


def test_the_stop_stands_halfway_and_gets_out_there() -> None:
    session = played(ISOLATED, fall(), LONG)
    found = first(session)
    entry, at = found.positions["ETH"].entry_price, found.liquidation_prices["ETH"]
    assert at is not None
    words = next(words for words in runs_of(session) if words.startswith("a stop at "))
    price = D(words.removeprefix("a stop at ").replace(",", ""))
    assert 0 <= price - (entry + at) / 2 < D("0.01")
    run = runs_of(session)[words]
    assert not run.held
    assert run.liquidated_at is None
    assert run.kept == by_hand(ISOLATED, session, [*LONG, (0, f"protect ETH sl {price}")])


def test_more_margin_in_cross_is_paid_in_and_taken_off_again() -> None:
    session = played(CROSS, fall(), PAIR)
    run = runs_of(session)["twice the margin: 3,000.00 more"]
    assert run.change.paid_in == 3000
    assert run.liquidations == 0
    typed = [(0, LONG[0][1]), (0, "deposit 3000"), *PAIR[1:]]
    # 30 % was a size, and stays it.
    typed = [(step, text.replace("30%", str(session.commands[1].command.size.amount))) for step, text in typed]  # type: ignore[union-attr]
    typed[-1] = (20, "cancel c4")
    assert run.kept == by_hand(CROSS, session, typed) - 3000
    assert run.complete


def test_of_several_positions_the_worst_is_halved_and_left_out_by_itself() -> None:
    session = played(CROSS, fall(), PAIR)
    runs = runs_of(session, "size")
    assert list(runs) == ["half the size", "half of ETH", "without ETH"]
    left = [str(each.command).split()[2] for each in runs["without ETH"].change.commands[:1]]
    assert left == ["BTC"]
    assert runs["without ETH"].difference > runs["half of ETH"].difference > 0


def test_what_the_wallet_has_not_is_no_run() -> None:
    session = played(replace(ISOLATED, balance=D(1100)), fall(), LONG)
    runs = runs_of(session)
    more = runs["twice the margin: 1,000.18 more"]
    assert not more.possible
    assert more.impossible.startswith("the wallet can spare 95.")
    assert "is missing" in runs["half the leverage: 10x → 5x"].impossible
    assert runs["half the size"].possible


def test_what_the_venue_has_not_is_no_run() -> None:
    session = play(record_of_lending())
    runs = runs_of(session)
    assert runs["in isolated margin"].impossible == "aave_v3 has no isolated margin"
    assert runs["half the size"].difference > 0


def record_of_lending() -> Record:
    setup = Setup("aave_v3", "cross", D(10_000), funding=False)
    tape = tape_of({"ETH": [2000 - 12 * place for place in range(60)]})
    return recorded(setup, tape, [(0, "buy $45000 ETH 5x")])


def test_half_of_a_loan() -> None:
    setup = Setup("aave_v3", "cross", D(1000), funding=False)
    tape = tape_of({"ETH": [2000 - 12 * place for place in range(80)]})
    session = played(setup, tape, [(0, "supply 5 ETH"), (1, "withdraw 1000 USDC"), (2, "borrow 7500 USDC")])
    found = found_in(session)
    assert found.event is not None
    (half, *_) = [each for each in changes_of(session, found) if each.what == "size"]
    assert half.words == "half of what is borrowed"
    assert [str(each.command) for each in half.commands] == ["supply 5 ETH", "withdraw 1000 USDC", "borrow 3750 USDC"]
    assert rerun(session, half).liquidations == 0


def test_other_venues_are_all_there_and_those_that_can_not_open_it_say_why() -> None:
    session = played(ISOLATED, fall(), LONG)
    runs = runs_of(session, "venue")
    assert {each.change.account.venue for each in runs.values()} == set(VENUES) - {"hyperliquid"}
    assert runs["aave_v3 emode"].impossible == "in eMode ETH correlated no USDC can be borrowed"
    assert runs["gmx_v1 isolated"].liquidations == 1
    assert [str(each) for each in runs["aave_v3 cross"].lowered] == ["10x → 5x"]
    assert runs["binance cross"].kept == by_hand(Setup("binance", "cross", D(3000)), session, LONG)


def test_it_goes_no_further_than_the_player_has_seen() -> None:
    tape = fall()
    whole, part = (played(ISOLATED, tape, LONG, until) for until in (None, 260))
    assert part.session.step == 260
    runs, further = runs_of(part), runs_of(whole)
    assert runs["in cross margin"].kept > further["in cross margin"].kept
    assert runs["in cross margin"].kept == by_hand(CROSS, part, LONG)


def test_it_stops_when_it_is_told_to() -> None:
    session, asked = played(ISOLATED, fall(), LONG), 0
    changes = changes_of(session, first(session))

    def stopped() -> bool:
        nonlocal asked
        asked += 1
        return asked > 20

    done = list(reruns(session, changes, stopped))
    assert 0 < len(done) < len(changes)
    assert done == list(reruns(session, changes[: len(done)]))


SCRIPTS: tuple[Typed, ...] = (
    LONG,
    PAIR,
    [(0, "buy 30% ETH 5x tp 6% sl 4%"), (3, "sell 20% BTC"), (40, "buy $2000 ETH at 1900"), (200, "close BTC 50%")],
    [(0, "buy $5000 ETH 10x iso"), (1, "mode BTC cross"), (2, "sell $4000 BTC 5x"), (5, "margin ETH +100")],
)


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_unchanged_commands_come_to_the_very_state(data: st.DataObject) -> None:
    """Whatever was played: the same commands as they were typed have the same hash, and nothing is kept or lost."""
    setup = data.draw(
        st.sampled_from([ISOLATED, CROSS, replace(CROSS, venue="binance"), replace(CROSS, venue="mango_v4")])
    )
    typed = data.draw(
        st.sampled_from([each for each in SCRIPTS if "iso" not in str(each) or setup.venue == "hyperliquid"])
    )
    until = data.draw(st.integers(210, 500))
    session = played(setup, fall(), typed, until)
    same = Change("mode", "as it was", Kind(setup.venue, setup.mode, as_given=True), session.record.commands)
    ghost, events = again(session, same)
    assert ghost.session.state_hash() == session.session.state_hash()
    assert tuple(events) == session.events[len(session.record.start().opening) :]
    # With the sizes and leverages that they came to, it is the same money.
    resolved = rerun(session, replace(same, commands=session.commands))
    assert resolved.difference == 0
    assert resolved.complete


@pytest.mark.slow
@pytest.mark.parametrize("account", every_account(), ids=lambda each: f"{each[0]}-{each[1]}{len(each[2])}")
def test_all_can_be_made_on_every_venue(account: tuple[str, str, tuple[tuple[str, ...], ...]]) -> None:
    """Every change is either played or says why not, and nothing is lost in it."""
    from tests.engine.liquidated import played as into_liquidation

    found = into_liquidation(account[0], account[1], account[2], "buy")  # type: ignore[arg-type]
    if found is None:
        pytest.skip("this account lends no coin")
    session = play(replace(record_of(found), tape=trend(True)))
    runs = runs_of(session)
    assert runs["half the size"].possible
    assert {each.change.what for each in runs.values()} >= {"size", "margin", "stop", "leverage", "mode"}
    assert all(bool(run.impossible) != run.possible for run in runs.values())
    ghost, _ = again(session, runs["half the size"].change)
    assert ghost.session.view().conserved


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("0.01", 1),
        ("1", 1),
        ("1.2", 2),
        ("3", 5),
        ("6", 10),
        ("12", 20),
        ("37.12", 50),
        ("99", 100),
        ("101", 110),
        ("966.16", 970),
        ("1000", 1000),
        ("37078.27", 38000),
    ],
)
def test_plain_amounts(amount: str, said: int) -> None:
    assert plain_amount(D(amount)) == said
    assert "E" not in str(plain_amount(D(amount)))
