"""Goals in words: every form of a condition, how it stands now, and nothing given away of what is to be noted."""

from __future__ import annotations

import re

import pytest
from hypothesis import given

from engine.scenarios.conditions.parser import parse_condition
from engine.scenarios.conditions.values import Condition
from engine.scenarios.conditions.words import goal_lines, in_words, now_in_words
from engine.scenarios.shipped import shipped_lessons
from tests.scenarios.conditions import conditions
from tests.scenarios.test_conditions import TAPE, situation


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("position", "a position"),
        ("no position", "no position"),
        ("position ETH", "a position in ETH"),
        ("no position ETH", "no position in ETH"),
        ("position ETH long", "long ETH"),
        ("no position ETH short", "no short ETH"),
        ("position ETH iso", "a position in ETH in isolated mode"),
        ("position ETH long >= 0.1", "long ETH of at least 0.1"),
        ("position ETH long cross < 1,000.50", "long ETH in cross mode of less than 1,000.5"),
        ("position ETH > size SOL * 2", "a position in ETH of more than size of SOL × 2"),
        ("price ETH >= 2100", "price of ETH at least 2,100"),
        ("not price ETH >= 2100", "price of ETH below 2,100"),
        ("1900 > mark ETH", "mark of ETH below 1,900"),
        ("price ETH < liquidation price ETH", "price of ETH below liquidation price of ETH"),
        ("unrealised ETH < -500", "PnL of ETH below −500"),
        ("gauge cross != 50%", "gauge of the account other than 50%"),
        ("leverage ETH = 10x", "ETH with exactly 10x"),
        ("calls <= 2", "margin calls at most 2"),
        ("margin added ETH > 0", "margin added to ETH above 0"),
        ("notional ETH >= 50% * (equity - 10)", "notional of ETH at least 50% × (equity − 10)"),
        ("equity > 10 - (fees - funding)", "equity above 10 − (fees paid − funding received)"),
        ("equity > 10 / (calls / 2)", "equity above 10 ÷ (margin calls ÷ 2)"),
        ("time >= 2024-01-02T00:00Z", "the time not before 2024-01-02 00:00 UTC"),
        ("time < 2024-01-02T00:00Z", "the time before 2024-01-02 00:00 UTC"),
        ("noted = maintenance margin ETH", "the right number in a note"),
        ("order", "an order is waiting"),
        ("no order", "no order is waiting"),
        ("order ETH", "an order in ETH is waiting"),
        ("order stop sell ETH below 1900", "a stop order to sell ETH below 1,900 is waiting"),
        ("no order take buy ETH at 2000", "no take-profit order to buy ETH at 2,000 is waiting"),
        ("order trail", "a trailing stop order is waiting"),
        ("liquidation", "a liquidation"),
        ("no liquidation", "no liquidation"),
        ("liquidated ETH", "a liquidation of ETH"),
        ("not liquidated ETH", "no liquidation of ETH"),
        ("called ETH", "a margin call for ETH"),
        ("refused SOL", "a command about SOL that is refused"),
        ("deleveraging", "a deleveraging (ADL)"),
        ("closed ETH", "ETH closed, not by force"),
        ("not closed ETH", "not: ETH closed, not by force"),
        ("mode ETH iso", "ETH in isolated mode"),
        ("not mode ETH iso", "ETH not in isolated mode"),
        ("end of tape", "time has run to the end"),
        ("not wiped out", "the account is not wiped out"),
        ("ended", "the session has ended"),
        ("call or refusal and ended", "a margin call or (a command that is refused and the session has ended)"),
        ("call and (refusal or ended)", "a margin call and (a command that is refused or the session has ended)"),
        ("not (call or refusal)", "not: (a margin call or a command that is refused)"),
        ("not not call", "a margin call"),
    ],
)
def test_every_form_in_words(text: str, words: str) -> None:
    assert in_words(parse_condition(text)) == words


@pytest.mark.parametrize(
    ("text", "now"),
    [
        ("position ETH long >= 5", "long 2.5"),
        ("no position ETH", "long 2.5"),
        ("position", "long 2.5 ETH"),
        ("position SOL", "none"),
        ("price ETH >= 2100", "2,000"),
        ("equity < 5.5", "1,000"),
        ("price ETH < liquidation price ETH", "2,000 and 1,836.73"),
        ("entry ETH - entry SOL > 1", "none"),
        ("entry ETH * 99% > 1", "1,980"),
        ("gauge ETH > 50%", "20%"),
        ("margin ETH / notional ETH > 5%", "0.1"),
        ("leverage ETH > 20", "10x"),
        ("time > 2024-01-02", "2024-01-01 00:00 UTC"),
        ("mode ETH cross", "isolated"),
        ("mode DOGE cross", "none"),
        ("end of tape", "0% of it"),
        ("no liquidation", ""),
        ("wiped out", ""),
        ("order limit", ""),
        ("position SOL or price ETH > 5 or call", "none; 2,000"),
    ],
)
def test_how_it_stands(text: str, now: str) -> None:
    assert now_in_words(parse_condition(text), situation(TAPE, "buy $5000 ETH 10x")) == now


@pytest.mark.parametrize(
    ("goal", "note", "now"),
    [
        ("noted = maintenance margin ETH", "", "nothing is noted yet"),
        ("noted = maintenance margin ETH", "note about 99", "you noted 99: too low"),
        ("maintenance margin ETH = noted", "note 1,000", "you noted 1,000: too high"),
        ("noted = maintenance margin ETH", "note 100", ""),
        ("noted > margin ETH - 1 and noted < margin ETH + 1", "note 498", "you noted 498: too low"),
        ("noted > margin ETH - 1 and noted < margin ETH + 1", "note 501.5", "you noted 501.5: too high"),
        ("noted > margin ETH - 1 and noted < margin ETH + 1", "note 500.5", ""),
        ("noted != 5", "note 5", "you noted 5: not that one"),
        ("noted > entry SOL", "note 5", "you noted 5"),
        ("noted * 2 > 50", "note 5", "you noted 5"),
    ],
)
def test_a_note_is_judged_and_its_number_not_given_away(goal: str, note: str, now: str) -> None:
    lines = goal_lines(parse_condition(goal), situation(TAPE, "buy $5000 ETH 10x", *[note] * bool(note)))
    assert [(line.text, line.now, line.met) for line in lines] == [("the right number in a note", now, not now)]


def test_each_part_of_a_goal_has_its_state() -> None:
    goal = parse_condition("end of tape and position ETH long and profit > 0 and no liquidation")
    lines = goal_lines(goal, situation(TAPE, "buy $5000 ETH 10x", until=1))
    assert [(line.text, line.now, line.met) for line in lines] == [
        ("time has run to the end", "33% of it", False),
        ("long ETH", "long 2.5", True),
        ("profit since the start above 0", "−125", False),
        ("no liquidation", "", True),
    ]


def test_no_goal_of_a_lesson_gives_its_number_away_or_is_left_in_the_language_of_authors() -> None:
    for lesson in shipped_lessons():
        for step in lesson.steps:
            words = in_words(step.goal)
            assert not re.search(r"[<>=*/]", words), words
            assert "noted" not in words


@given(conditions)
def test_any_condition_has_words_and_a_state(condition: Condition) -> None:
    words = in_words(condition)
    assert words == " ".join(words.split())
    assert not re.search(r"[<>=*/]", words)
    for line in goal_lines(condition, situation(TAPE, "buy $5000 ETH 10x")):
        assert line.text
