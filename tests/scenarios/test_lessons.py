"""The lessons that come with the program: each is proved, and none uses a word that no lesson before it explained."""

from __future__ import annotations

import re

import pytest

from engine.package_data import names_in
from engine.scenarios.proof import prove
from engine.scenarios.scenario import Scenario
from engine.scenarios.shipped import LESSONS, shipped_lessons
from engine.scenarios.texts import Shown, Text

ALL = shipped_lessons()
NUMBERS = {lesson.id: number for number, lesson in enumerate(ALL, 1)}

FIRST_USED = {
    r"long": "long-and-short",
    r"short": "long-and-short",
    r"pnl": "long-and-short",
    r"margin": "leverage-is-size",
    r"leverage": "leverage-is-size",
    r"notional": "leverage-is-size",
    r"liquidat\w*": "leverage-is-size",
    r"initial": "initial-and-maintenance",
    r"maintenance": "initial-and-maintenance",
    r"equity": "initial-and-maintenance",
    r"gauges?": "initial-and-maintenance",
    r"margin calls?": "initial-and-maintenance",
    r"wicks?": "mark-and-last",
    r"mark": "mark-and-last",
    r"perpetuals?": "delta-neutral",
    r"basis": "delta-neutral",
    r"hedged?": "delta-neutral",
    r"legs?": "delta-neutral",
    r"funding": "funding-bleeds",
    r"brackets?": "brackets",
    r"bankrupt\w*": "bankruptcy",
    r"insurance": "bankruptcy",
    r"deleverag\w*": "bankruptcy",
    r"collateral": "coin-as-collateral",
    r"haircut": "coin-as-collateral",
    r"pools?": "health-factor",
    r"loops?": "health-factor",
    r"health factor": "health-factor",
    r"oracle": "oracle-attack",
    r"slippage": "thin-book",
    r"spread|peg|vega|basis points?|order book|api|dex|cex": "nowhere",
}
"""The lesson that explains a word: no earlier one may use it."""


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
    from engine.scenarios.attempt import Attempt
    from engine.scenarios.proof import played

    trying = Attempt(lesson, lesson.tape())
    assert list(played(trying, lesson.naive, ("naive", "script"))) == []
    assert any(event.kind == "fill" for event in trying.events)
    assert trying.done >= 1
    assert trying.session.step == len(trying.tape) - 1


@pytest.mark.parametrize("lesson", ALL, ids=lambda each: each.id)
def test_no_word_is_used_before_it_is_explained(lesson: Scenario) -> None:
    said = " ".join(map(typed, texts_of(lesson))).lower()
    for word, explained in FIRST_USED.items():
        if NUMBERS[lesson.id] < NUMBERS.get(explained, len(ALL) + 1):
            assert re.findall(rf"\b{word}\b", said) == [], (lesson.id, explained)


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
