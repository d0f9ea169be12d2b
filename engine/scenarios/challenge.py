"""What a challenge has besides a lesson: a given book, and the rules of a prop desk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from engine.commands.command import Command
from engine.events import Event
from engine.record import Record
from engine.rulebooks.base import Refusal
from engine.scenarios.prop_desk import Verdict
from engine.scenarios.stars import Stars
from engine.script.moves import MoveTime
from engine.script.reader import ScriptLine

if TYPE_CHECKING:
    from engine.scenarios.attempt import Attempt

Do = Callable[[Command], Sequence[Event] | Refusal]


def take_book(attempt: Attempt, do: Do | None = None) -> Iterator[tuple[ScriptLine, Refusal]]:
    """Give the commands of the given book, before the player does anything; those that are refused.

    Args:
        attempt: at its beginning.
        do: gives a command to the session and to the attempt, where that is not the attempt's own `do`.
    """
    give = do or attempt.do
    for line in attempt.scenario.book:
        if not isinstance(line.action, MoveTime):
            answer = give(line.action)
            if isinstance(answer, Refusal):
                yield line, answer


def record_of_attempt(attempt: Attempt) -> Record:
    """What was played so far, or until it was over; refused commands changed nothing and are left out."""
    until, count = attempt.end or (attempt.session.step, len(attempt.commands))
    given = tuple(each for each in attempt.commands[:count] if each.number)
    return Record(attempt.scenario.setup, attempt.tape, given, until)


def with_verdict(stars: Stars, verdict: Verdict) -> Stars:
    """The stars where a prop desk has its say: who fails it has one at most."""
    if verdict.passed:
        return stars
    return Stars(stars.solvent, False, False, (*stars.missing, *verdict.missing))
