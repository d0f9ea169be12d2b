"""Attempts at challenges, attempts that are resumed, and that what is left unlooked at changes nothing."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.commands.grammar import parse
from engine.events import Event
from engine.record import Given, Record
from engine.rulebooks.base import Refusal
from engine.scenarios.attempt import Attempt, RefusedCommand
from engine.scenarios.challenge import record_of_attempt, take_book
from engine.scenarios.prop_desk import judged
from engine.scenarios.shipped import shipped_challenges, shipped_lessons

SHIPPED = {each.id: each for each in (*shipped_lessons(), *shipped_challenges())}
DESK = SHIPPED["prop-desk-one-step"]


def test_the_book_is_taken_when_it_begins_and_not_again_when_it_is_replayed() -> None:
    scenario = SHIPPED["survive-luna"]
    trying = Attempt(scenario, scenario.tape()).again()
    assert [str(each.command) for each in trying.commands] == [line.text for line in scenario.book]
    trying.advance(50)
    back = Attempt.replayed(scenario, record_of_attempt(trying))
    assert back.session.state_hash() == trying.session.state_hash()
    assert len(back.commands) == len(scenario.book)


def test_a_desk_that_takes_its_account_back_ends_the_attempt() -> None:
    trying = Attempt(DESK, DESK.tape())
    trying.do(parse("buy $400000 BTC 10x"))
    trying.advance(len(trying.tape) - 1)
    assert trying.verdict is not None
    assert trying.verdict.broken is not None
    assert trying.result is not None
    assert trying.result.count <= 1
    assert trying.end is not None
    assert trying.end[0] == trying.verdict.broken.step


# -- as if it had never been left, and as if every vertex were looked at

WORDS = st.sampled_from(
    (
        *("buy 30% {0} 3x", "sell 20% {0} 5x", "buy 90% {0} 20x iso", "sell 60% {0} 15x cross", "close {0}", "flatten"),
        *("margin {0} +100", "margin {0} +9999999", "protect {0} sl 3%", "note 120", "deposit 50", "leverage {0} 3x"),
        *("buy $1 {0}", "cancel all", "hint", "end"),
    )
)
MOVES = st.lists(st.tuples(WORDS, st.integers(0, 1), st.integers(0, 60)), max_size=9)


class LookingAttempt(Attempt):
    """Looks at everything at every vertex: slow, and what the quick one is held against."""

    def next_look(self, until: int) -> int:
        return min(super().next_look(until), self.session.step + 1)

    def _is_moment(self, events: Sequence[Event]) -> bool:
        return self.result is None


def play(trying: Attempt, moves: list[tuple[str, int, int]]) -> tuple[list[Given], list[RefusedCommand]]:
    """Make the moves; the commands as they were typed, and what was refused."""
    typed, refused = list[Given](), list[RefusedCommand]()
    for words, place, steps in moves:
        symbols = trying.scenario.markets
        if words == "hint":
            trying.hint()
        else:
            command = parse(words.format(symbols[place % len(symbols)]))
            at, before = trying.session.step, trying.session.commands
            if isinstance(trying.do(command), Refusal):
                refused.append(RefusedCommand(trying.session.step, before, command))
            else:
                typed.append(Given(at, command, trying.session.commands))
        trying.advance(min(trying.session.step + steps, len(trying.tape) - 1))
    return typed, refused


EXAMPLES = settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
SLOW = [pytest.param("survive-luna", marks=pytest.mark.slow)]
PLAYED = pytest.mark.parametrize("identity", ["idle-margin", "leverage-is-size", DESK.id, *SLOW])


@PLAYED
@EXAMPLES
@given(moves=MOVES)
def test_an_attempt_that_is_resumed_is_as_if_it_had_never_been_left(
    identity: str, moves: list[tuple[str, int, int]]
) -> None:
    scenario = SHIPPED[identity]
    trying = Attempt(scenario, scenario.tape()).again()
    book = [Given(0, line.action, number) for number, line in enumerate(scenario.book, 1)]
    typed, refused = play(trying, moves)
    record = Record(scenario.setup, trying.tape, (*book, *typed), trying.session.step)
    back = Attempt.replayed(scenario, record, refused)
    back.hints = list(trying.hints)
    assert back.progress() == trying.progress()
    assert (back.refusals, back.events, back.end) == (trying.refusals, trying.events, trying.end)
    assert (back.verdict, back.waits) == (trying.verdict, trying.waits)
    assert back.session.state_hash() == trying.session.state_hash()


@PLAYED
@EXAMPLES
@given(moves=MOVES)
def test_what_is_left_unlooked_at_changes_nothing(identity: str, moves: list[tuple[str, int, int]]) -> None:
    scenario = SHIPPED[identity]
    tape = scenario.tape()
    quick, looking = Attempt(scenario, tape), LookingAttempt(scenario, tape)
    for trying in (quick, looking):
        for _ in take_book(trying):
            pass
        play(trying, moves)
    assert quick.progress() == looking.progress()
    assert [each.view for each in quick.begun] == [each.view for each in looking.begun]
    assert (quick.end, quick.verdict) == (looking.end, looking.verdict)


@EXAMPLES
@given(moves=MOVES)
def test_the_desk_that_watches_says_what_it_says_of_the_record(moves: list[tuple[str, int, int]]) -> None:
    assert DESK.prop_desk is not None
    trying = Attempt(DESK, DESK.tape())
    play(trying, moves)
    if trying.result is None:
        assert trying.verdict == judged(DESK.prop_desk, record_of_attempt(trying))
    trying.advance(len(trying.tape) - 1)
    assert trying.verdict is not None
    said = judged(DESK.prop_desk, record_of_attempt(trying))
    assert (trying.verdict.broken, trying.verdict.days) == (said.broken, said.days)
