"""The lessons that come with the program: each is proved, is readable, and ends with another kind of account."""

from __future__ import annotations

import re
from textwrap import wrap

import pytest

from engine.commands.grammar import parse
from engine.package_data import names_in
from engine.scenarios.attempt import Attempt
from engine.scenarios.conditions.judge import figures_of
from engine.scenarios.conditions.words import goal_lines
from engine.scenarios.proof import played, prove
from engine.scenarios.scenario import Scenario
from engine.scenarios.shipped import LESSONS, shipped_challenges, shipped_lessons
from engine.scenarios.texts import Shown, Text

ALL = shipped_lessons()
NUMBERS = {lesson.id: number for number, lesson in enumerate(ALL, 1)}

READABLE = 110
"""Words of a step's text."""

COLUMNS, ROWS = 76, 18
"""Of the panel at 80 × 24."""


def texts_of(lesson: Scenario) -> list[Text]:
    steps = [text for step in lesson.steps for text in (step.text, step.do, step.nudge, step.formula)]
    return [*steps, lesson.thought, lesson.closing.look_at, lesson.closing.sentence]


def typed(text: Text) -> str:
    return " ".join(piece for piece in text.pieces if isinstance(piece, str))


@pytest.mark.parametrize("lesson", ALL, ids=lambda each: each.id)
def test_the_solution_earns_three_stars_and_the_naive_attempt_does_not(lesson: Scenario) -> None:
    proof = prove(lesson, lesson.tape())
    assert [str(problem) for problem in proof.problems] == []
    assert proof.solution.count == 3
    assert proof.naive.count < 3
    assert proof.naive.missing


@pytest.mark.parametrize("lesson", ALL, ids=lambda each: each.id)
def test_the_naive_attempt_fails_at_the_market_and_not_at_the_first_step(lesson: Scenario) -> None:
    """It opens something, so that what comes of it can be seen."""
    trying = Attempt(lesson, lesson.tape())
    assert list(played(trying, lesson.naive, ("naive", "script"))) == []
    assert any(event.kind == "fill" for event in trying.events)
    assert trying.done >= 1
    assert trying.session.step == len(trying.tape) - 1


@pytest.mark.parametrize("lesson", ALL, ids=lambda each: each.id)
def test_a_step_is_readable_in_the_smallest_panel(lesson: Scenario) -> None:
    """With what to do, the parts of its goal, and the rows that offer a hint and say that the step before is done."""
    attempt = Attempt(lesson, lesson.tape())
    assert list(played(attempt, lesson.solution, ("solution",))) == []
    assert 3 <= len(lesson.steps) <= 6
    for place, (step, now) in enumerate(zip(lesson.steps, attempt.begun, strict=False)):
        text, do = step.text.render(now), "▸ " + step.do.render(now)
        paragraphs = text.split("\n\n")
        rows = sum(len(wrap(each, COLUMNS)) + 1 for each in paragraphs) + len(wrap(do, COLUMNS))
        goals = [f"○ {line.text}   now {line.now}" for line in goal_lines(step.goal, now)]
        rows += sum(len(wrap(each, COLUMNS)) for each in goals) + 1
        assert rows + 2 * (place > 0) <= ROWS, text
        assert len(text.split()) <= READABLE, text


@pytest.mark.parametrize("lesson", ALL, ids=lambda each: each.id)
def test_sentences_are_short(lesson: Scenario) -> None:
    for text in texts_of(lesson):
        words = "".join(piece if isinstance(piece, str) else "5" for piece in text.pieces)
        for sentence in re.split(r"(?<=[.?!:])\s", words):
            assert len(sentence.split()) <= 32, sentence


def test_the_ladder_leads_upwards() -> None:
    assert len(NUMBERS) == len(ALL)
    for number, lesson in enumerate(ALL, 1):
        assert lesson.file.startswith(f"{number:02}_")
        assert all(NUMBERS[need] < number for need in lesson.needs), lesson.id
        assert lesson.needs or number == 1
    assert len(names_in(LESSONS, ".toml")) == len(ALL)


def test_a_lesson_looks_at_the_other_mode_and_ends_with_a_sentence() -> None:
    for lesson in ALL:
        kind, own = lesson.closing.ghost, lesson.setup
        other = (kind.venue, kind.mode) != (own.venue, own.mode)
        assert other or kind.variant or lesson.id == "contagion"  # there the orders say that SOL is isolated
        assert any(isinstance(piece, Shown) for piece in lesson.closing.look_at.pieces)
        assert typed(lesson.closing.sentence).endswith(".")
        assert 8 <= len(typed(lesson.closing.sentence).split()) <= 45


@pytest.mark.parametrize("scenario", [*ALL, *shipped_challenges()], ids=lambda each: each.id)
def test_no_goal_is_met_by_paying_money_in(scenario: Scenario) -> None:
    paid_in = {"equity", "wallet", "free", "deposits"}
    for step in scenario.steps:
        assert not {figure.name for figure in figures_of(step.goal)} & paid_in, str(step.goal)


@pytest.mark.parametrize("number", [6, 8, 13])
def test_a_deposit_does_not_mend_a_naive_attempt(number: int) -> None:
    lesson = ALL[number - 1]
    attempt = Attempt(lesson, lesson.tape())
    attempt.do(parse("deposit 1000000"))
    for _ in played(attempt, lesson.naive, ("naive",)):
        pass  # what is refused there is no matter
    attempt.advance(len(attempt.tape) - 1)
    assert not attempt.stars().met
