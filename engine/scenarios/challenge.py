"""What a challenge has besides a lesson: a given book, and the rules of a prop desk."""

from __future__ import annotations

from collections.abc import Iterator

from engine.record import Record
from engine.rulebooks.base import Refusal
from engine.scenarios.attempt import Attempt
from engine.scenarios.prop_desk import judged
from engine.scenarios.stars import Stars
from engine.script.moves import MoveTime
from engine.script.reader import ScriptLine


def take_book(attempt: Attempt) -> Iterator[tuple[ScriptLine, Refusal]]:
    """Give the commands of the given book, before the player does anything; those that are refused."""
    for line in attempt.scenario.book:
        if not isinstance(line.action, MoveTime):
            answer = attempt.do(line.action)
            if isinstance(answer, Refusal):
                yield line, answer


def record_of_attempt(attempt: Attempt) -> Record:
    """What was played so far; refused commands changed nothing and are left out."""
    given = tuple(each for each in attempt.commands if each.number)
    return Record(attempt.scenario.setup, attempt.tape, given, attempt.session.step)


def challenge_stars(attempt: Attempt) -> Stars:
    """An attempt's stars, and of a prop desk's challenge what the desk says of the record: who fails it has one at
    most."""
    stars, rules = attempt.stars(), attempt.scenario.prop_desk
    if rules is None:
        return stars
    verdict = judged(rules, record_of_attempt(attempt))
    if verdict.passed:
        return stars
    return Stars(stars.solvent, False, False, (*stars.missing, *verdict.missing))
