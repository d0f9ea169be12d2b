"""Rivals: deterministic, conserved, and blind to what comes."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import Setup
from engine.rivals import STRATEGIES, Rivals, described
from engine.rivals.rival import REMEMBERED
from engine.rivals.sight import Sight
from engine.rivals.strategies import Memory
from engine.rulebooks import VENUES, rulebook_of
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


MODES = [(venue, mode) for venue in VENUES for mode in rulebook_of(venue).modes]


@pytest.mark.parametrize(("venue", "mode"), MODES)
def test_they_play_at_every_venue_and_see_what_a_view_says(venue: str, mode: str) -> None:
    tape = synthetic_tape(SyntheticSetup("crash", 3, ("BTC", "ETH"), Decimal("0.4"), 600))
    rivals = Rivals(CAST, Setup(venue=venue, mode=mode), tape)  # type: ignore[arg-type]
    for until in (0, 20, len(tape) - 1):
        rivals.advance(until)
        for rival in rivals.rivals:
            sight, view = Sight(rival.session), rival.view()
            assert sight.held == tuple(position.symbol for position in view.positions)
            assert sight.ordered == {order.symbol for order in view.orders}
            assert sight.free == view.free
            assert sight.running == (view.state == "running")
            assert [(each.symbol, each.last) for each in sight.markets] == [(m.symbol, m.last) for m in view.markets]
            assert all(sight.largest_leverage(m.symbol) == m.largest_leverage for m in view.markets)
            assert view.conserved
    assert sum(len(rival.commands) for rival in rivals.rivals) >= len(CAST)


def test_what_was_refused_is_said() -> None:
    rivals = Rivals([("Ann", "holder")], Setup(venue="gmx_v1"), tape_of(3))
    rivals.advance(30)
    (row,) = rivals.board()
    assert not rivals.rivals[0].commands
    assert row.last is not None
    assert row.last.text == "refused: buy BTC 1x"


def test_what_happened_to_them_is_kept_and_not_without_end() -> None:
    rival = Rivals([("Dee", "all-in")], Setup(), tape_of(3)).rivals[0]
    rival.advance(288)
    kinds = [event.kind for event in rival.happened]
    assert {"fill", "call", "liquidation"} <= set(kinds)
    assert len(kinds) <= REMEMBERED
    assert [event.step for event in rival.happened] == sorted(event.step for event in rival.happened)


def test_every_strategy_says_what_it_does() -> None:
    told = [described(name) for name in STRATEGIES]
    assert len(set(told)) == len(STRATEGIES)
    assert all(each.startswith("The ") and each.endswith(".") and "\n" not in each for each in told)


def test_the_example_of_the_documentation_is_a_strategy() -> None:
    text = (Path(__file__).parents[2] / "docs" / "rivals.md").read_text(encoding="utf-8")
    code = text.split("```python\n")[1].split("```")[0]
    names: dict[str, Any] = {"Sight": Sight, "Memory": Memory, "Decision": Any}
    exec(code, names)
    session = Rivals(CAST, SETUP, tape_of(3)).rivals[0].session
    assert names["wait_and_see"](Sight(session), Memory()) == ((), Memory())
    documented = {line.split("`")[1] for line in text.splitlines() if line.startswith("| `") and line.count("|") == 3}
    assert documented >= set(STRATEGIES)
