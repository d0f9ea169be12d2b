"""Rivals: deterministic, conserved, and blind to what comes."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import Setup
from engine.rivals import STRATEGIES, Rivals
from engine.tape import Tape
from engine.tapes.synthetic import SyntheticSetup, synthetic_tape
from saves.rival_names import cast_of, rival_names

CAST = tuple((name.title(), name) for name in STRATEGIES)
SETUP = Setup(mode="cross")


def tape_of(seed: int) -> Tape:
    return synthetic_tape(SyntheticSetup("crash", seed, ("BTC", "ETH"), Decimal(1), 300))


def other_future(tape: Tape, after: int) -> Tape:
    """The same prices up to a vertex, and half of them from there on."""
    columns = {key: np.array(column) for key, column in tape.columns.items()}
    for (_, kind), column in columns.items():
        if kind == "last":
            column[after + 1 :] //= 2
    return Tape(tape.markets, tape.times, tape.gapped, columns, tape.trading, tape.origin)


@pytest.mark.slow
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 1000), pieces=st.lists(st.integers(1, 288), max_size=4))
def test_they_do_the_same_however_time_is_cut_and_the_ledger_adds_up(seed: int, pieces: list[int]) -> None:
    tape = tape_of(seed)
    one, cut = Rivals(CAST, SETUP, tape), Rivals(CAST, SETUP, tape)
    one.advance(288)
    for until in [*sorted(pieces), 288]:
        cut.advance(until)
    assert one.board() == cut.board()
    for rival, again in zip(one.rivals, cut.rivals, strict=True):
        assert rival.session.state_hash() == again.session.state_hash()
        assert rival.view().conserved
        assert rival.commands


@pytest.mark.slow
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 1000), after=st.integers(0, 287))
def test_what_comes_changes_nothing_before(seed: int, after: int) -> None:
    tape = tape_of(seed)
    one, other = Rivals(CAST, SETUP, tape), Rivals(CAST, SETUP, other_future(tape, after))
    one.advance(after)
    other.advance(after)
    assert one.board() == other.board()
    for rival, blind in zip(one.rivals, other.rivals, strict=True):
        assert (rival.commands, rival.last) == (blind.commands, blind.last)


def test_another_past_changes_something() -> None:
    """That the test before can fail."""
    tape = tape_of(3)
    one, other = Rivals(CAST, SETUP, tape), Rivals(CAST, SETUP, other_future(tape, 20))
    one.advance(288)
    other.advance(288)
    assert one.board() != other.board()


def test_a_board_ranks_everybody_and_the_player() -> None:
    tape = tape_of(3)
    rivals = Rivals(CAST, SETUP, tape)
    rivals.advance(288)
    rows = rivals.board(rivals.rivals[0].view())
    assert {row.name for row in rows} == {"you", *(name for name, _ in CAST)}
    assert [row.worth for row in rows] == sorted((row.worth for row in rows), reverse=True)
    tied = {row.rank for row in rows if row.strategy in ("you", rivals.rivals[0].strategy)}
    assert len(tied) == 1
    assert all(row.last for row in rows if row.name != "you")


def test_a_record_of_a_rival_is_their_session_again() -> None:
    rivals = Rivals(CAST, SETUP, tape_of(5))
    rivals.advance(250)
    for rival in rivals.rivals:
        record, session = rival.record(), rival.record().start()
        for each in record.commands:
            session.advance(each.step)
            session.do(each.command, each.number)
        session.advance(record.until)
        assert session.view().equity == rival.view().equity


def test_names_are_fixed_by_their_seed() -> None:
    assert rival_names(7, 4) == rival_names(7, 4) != rival_names(8, 4)
    assert len(set(rival_names(1, 100))) == 100
    assert [strategy for _, strategy in cast_of(7, tuple(STRATEGIES))] == list(STRATEGIES)
    with pytest.raises(ValueError, match="names"):
        rival_names(1, 101)
