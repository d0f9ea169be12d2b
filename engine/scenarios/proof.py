"""The proof of a scenario: its solution earns three stars, its naive attempt does not, and its texts say what is so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.rulebooks.base import Refusal, SetupError
from engine.scenarios.attempt import Attempt
from engine.scenarios.challenge import take_book
from engine.scenarios.conditions.judge import figures_of
from engine.scenarios.conditions.situation import Situation
from engine.scenarios.conditions.values import And, Condition, Figure, Happened, Not, Or
from engine.scenarios.errors import ScenarioError
from engine.scenarios.places import FieldPath
from engine.scenarios.scenario import Scenario
from engine.scenarios.stars import Stars
from engine.scenarios.texts import Text
from engine.script.moves import MoveError, MoveTime, target_step
from engine.script.reader import ScriptLine
from engine.tape import Tape

THREE = 3


@dataclass(frozen=True, slots=True)
class Proof:
    """What a scenario's own attempts came to.

    Attributes:
        solution, naive: their stars.
        ghost: equity of the solution, and of its commands in the other kind of account; None where that is unplayable.
        problems: what is wrong with the scenario; none where it is proved.
    """

    scenario: Scenario
    solution: Stars
    naive: Stars
    ghost: tuple[Decimal, Decimal] | None
    problems: tuple[ScenarioError, ...]

    @property
    def proved(self) -> bool:
        """Whether everything is as it should be."""
        return not self.problems


def prove(scenario: Scenario, tape: Tape) -> Proof:
    """Play a scenario's solution and naive attempt, and check what it says.

    Raises:
        ScenarioError: when its rules can't be played on its prices.
    """
    try:
        solved, naive = Attempt(scenario, tape), Attempt(scenario, tape)
    except SetupError as error:
        raise scenario.error(("rules",), error.message, error.would_work) from None
    solution_path: FieldPath = ("solution",) if ("solution",) in scenario.places else ("steps",)
    problems = list(_given_book(solved))
    problems += _given_book(naive)
    problems += played(solved, scenario.solution, solution_path)
    problems += _of_solution(solved, solution_path)
    problems += _of_hints(scenario, tape, solution_path)
    problems += played(naive, scenario.naive, ("naive", "script"))
    problems += _of_naive(naive)
    problems += _of_texts(solved)
    ghost, wrong = _ghost(solved)
    each_once = {str(problem): problem for problem in (*problems, *wrong)}
    return Proof(scenario, solved.stars(), naive.stars(), ghost, tuple(each_once.values()))


def _given_book(attempt: Attempt) -> Iterator[ScenarioError]:
    """Take over the given book; commands of it that are refused."""
    for line, refusal in take_book(attempt):
        yield attempt.scenario.error(("book",), f"“{line.text}” is refused: {refusal}", "a position that fits")


def played(attempt: Attempt, lines: Sequence[ScriptLine], path: FieldPath) -> Iterator[ScenarioError]:
    """Play lines in order; what is refused though no goal waits for a refusal, and steps that need nothing done."""
    scenario = attempt.scenario
    if attempt.done:
        yield scenario.error(("steps", 0, "goal"), "it holds before anything was done", "a goal that has to be reached")
    for line in lines:
        before = attempt.done
        reason = _refused(attempt, line)
        if reason and not any(_waits_for_refusal(step.goal) for step in scenario.steps):
            yield scenario.error(path, f"“{line.text}” is refused: {reason}", "a command that is allowed", line.number)
        for place in range(before + 1, attempt.done):
            if attempt.begun[place].view.step == attempt.session.step and path != ("naive", "script"):
                yield scenario.error(("steps", place, "goal"), "it holds as soon as the step begins", "another goal")


def _refused(attempt: Attempt, line: ScriptLine) -> str:
    """Play a line; why it is refused, or nothing."""
    if not isinstance(line.action, MoveTime):
        answer = attempt.do(line.action)
        return str(answer) if isinstance(answer, Refusal) else ""
    try:
        target = target_step(line.action, attempt.session.time, attempt.tape)
    except MoveError as error:
        return error.message
    attempt.advance(max(target.step, attempt.session.step), target.stop_on)
    return ""


def _of_solution(attempt: Attempt, path: FieldPath) -> Iterator[ScenarioError]:
    stars, scenario = attempt.stars(), attempt.scenario
    if stars.count < THREE:
        where: FieldPath = path if attempt.done == len(scenario.steps) else ("steps", attempt.done, "keys")
        reason = f"the solution earns {stars}: {'; '.join(stars.missing)}"
        yield scenario.error(where, reason, "a solution that earns ★★★, or a goal that it meets")


def _of_hints(scenario: Scenario, tape: Tape, path: FieldPath) -> Iterator[ScenarioError]:
    """Where the solution stands by itself, the last hints have to do, too."""
    if path != ("solution",):
        return
    attempt = Attempt(scenario, tape)
    yield from _given_book(attempt)
    for place, step in enumerate(scenario.steps):
        yield from played(attempt, step.keys, ("steps", place, "keys"))
        if attempt.done <= place:
            yield scenario.error(("steps", place, "keys"), "who types this does not reach the goal", str(step.goal))
            return


def _of_naive(attempt: Attempt) -> Iterator[ScenarioError]:
    stars, scenario = attempt.stars(), attempt.scenario
    if stars.count == THREE:
        yield scenario.error(("naive", "script"), "it earns ★★★, so there is nothing to learn", "a tape it fails on")


def _of_texts(attempt: Attempt) -> Iterator[ScenarioError]:
    """Figures that aren't there when a text is shown, and numbers that are typed though they follow from the rules."""
    scenario = attempt.scenario
    for place, (step, now) in enumerate(zip(scenario.steps, attempt.begun, strict=False)):
        for name, text in (("text", step.text), ("do", step.do), ("nudge", step.nudge), ("formula", step.formula)):
            yield from _of_text(scenario, ("steps", place, name), text, now)
    yield from _of_text(scenario, ("naive", "thought"), scenario.thought, attempt.begun[0])


def _of_text(scenario: Scenario, path: FieldPath, text: Text, now: Situation) -> Iterator[ScenarioError]:
    for missing in text.missing(now):
        reason = f"{{{missing}}} is not there when this is shown"
        yield scenario.error(path, reason, "a figure of that moment: before a position is opened it has none")
    for number in text.typed_numbers:
        if Decimal(number.replace(",", "")) not in scenario.stated:
            reason = f"{number} stands neither in the rules, nor in the prices, goals or commands"
            yield scenario.error(path, reason, "the figure between braces, such as {liquidation price ETH}")


def _ghost(attempt: Attempt) -> tuple[tuple[Decimal, Decimal] | None, list[ScenarioError]]:
    scenario = attempt.scenario
    try:
        both = attempt.beside_ghost()
    except SetupError as error:
        return None, [scenario.error(("closing", "ghost"), error.message, error.would_work)]
    assert both.ghost is not None
    closing = scenario.closing
    problems = list(_of_text(scenario, ("closing", "look_at"), closing.look_at, both))
    problems += _of_text(scenario, ("closing", "sentence"), closing.sentence, both)
    return (both.view.equity, both.ghost.equity), problems


def _waits_for_refusal(goal: Condition) -> bool:
    if Figure("refusals") in figures_of(goal):
        return True
    match goal:
        case And(parts) | Or(parts):
            return any(map(_waits_for_refusal, parts))
        case Not(part):
            return _waits_for_refusal(part)
    return isinstance(goal, Happened) and goal.what == "refusal"
