"""The challenges that come with the program, and the rules that they are judged by."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal

import pytest

from engine import Setup
from engine.commands.grammar import parse
from engine.package_data import text_in
from engine.record import Given, Record
from engine.scenarios.errors import ScenarioError
from engine.scenarios.proof import prove
from engine.scenarios.prop_desk import PropDeskRules, judged
from engine.scenarios.reader import read_scenario
from engine.scenarios.scenario import Scenario
from engine.scenarios.shipped import CHALLENGES, shipped_challenges, shipped_lessons
from engine.tape import Tape
from engine.tapes.anchors import AnchoredPath, AnchoredSetup, anchored_tape, parse_anchors
from tests.cli.command_line import Isocross
from tests.conftest import ROOT

ALL = shipped_challenges()
RULES = PropDeskRules(Decimal("0.1"), Decimal("0.05"), Decimal("0.06"), 1)
PAGE = (ROOT / "docs" / "challenges.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("challenge", ALL, ids=lambda each: each.id)
def test_the_solution_earns_three_stars_and_the_naive_attempt_does_not(challenge: Scenario) -> None:
    proof = prove(challenge, challenge.tape())
    assert [str(problem) for problem in proof.problems] == []
    assert proof.solution.count == 3 > proof.naive.count


def test_the_seven_crashes_are_there_and_say_what_they_are() -> None:
    crashes = [each for each in ALL if each.id.startswith("survive-")]
    assert len({each.tape().origin.description for each in crashes}) == 7
    for each in crashes:
        said = re.search(r"reconstruction from (\d+) historical prices", each.tape().origin.description)
        assert said is not None
        assert said[0] in each.teaches
    assert {bool(each.book) for each in crashes} == {True, False}
    lessons = {each.id for each in shipped_lessons()}
    assert all(set(each.needs) <= lessons and each.id not in lessons for each in ALL)


def tape_of(prices: str) -> Tape:
    path = AnchoredPath("ETH", parse_anchors(prices))
    return anchored_tape(AnchoredSetup((path,), 3600, 1_704_067_200_000))


def record_of(tape: Tape, *commands: tuple[int, str]) -> Record:
    setup = Setup(balance=Decimal(10_000), slippage=False, fees=False, funding=False)
    given = tuple(Given(step, parse(text), number) for number, (step, text) in enumerate(commands, 1))
    return Record(setup, tape, given, len(tape) - 1)


def test_a_daily_loss_is_judged_at_the_end_of_the_day_and_against_the_day_before() -> None:
    tape = tape_of("0 2000, 24h 1990, 48h 1880, 72h 2300")
    verdict = judged(RULES, record_of(tape, (0, "buy 5 ETH 2x")))
    assert verdict.broken is not None
    assert (verdict.broken.rule, verdict.broken.step) == ("daily loss", 48)
    assert (verdict.broken.worth, verdict.broken.floor) == (Decimal(9_400), Decimal(9_450))
    assert not verdict.passed
    assert verdict.worth == 11_500
    assert judged(
        replace(RULES, daily_loss=Decimal("0.06"), trailing_drawdown=Decimal("0.07")),
        record_of(tape, (0, "buy 5 ETH 2x")),
    ).passed


def test_a_drawdown_trails_the_best_day_and_a_command_is_a_moment() -> None:
    tape = tape_of("0 2000, 24h 2100, 30h 1980, 48h 2400")
    held, looked = record_of(tape, (0, "buy 5 ETH 2x")), record_of(tape, (0, "buy 5 ETH 2x"), (30, "note what now"))
    assert judged(RULES, held).broken is None
    broken = judged(RULES, looked).broken
    assert broken is not None
    assert (broken.rule, broken.step, broken.floor) == ("daily loss", 30, Decimal(10_000))
    wide = judged(replace(RULES, daily_loss=Decimal("0.5")), looked).broken
    assert wide is not None
    assert (wide.rule, wide.floor) == ("trailing drawdown", Decimal(9_900))


def test_days_and_target_are_counted_and_deposits_are_no_profit() -> None:
    tape = tape_of("0 2000, 48h 2200")
    verdict = judged(replace(RULES, minimum_days=2), record_of(tape, (0, "buy 5 ETH 2x"), (5, "deposit 5000")))
    assert (verdict.worth, verdict.days, len(verdict.missing)) == (Decimal(11_000), 1, 1)
    assert judged(RULES, record_of(tape, (5, "deposit 5000"))).missing[0].startswith("10,000.00 is below")


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [('target = "10%"', 'target = "10"', "target"), ("minimum_days = 3", "minimum_days = -1", "minimum_days")],
)
def test_a_desk_without_sense_is_refused(old: str, new: str, field: str) -> None:
    text = text_in(CHALLENGES, "08_prop_desk_one_step.toml")
    with pytest.raises(ScenarioError) as caught:
        read_scenario("desk.toml", text.replace(old, new, 1))
    assert caught.value.field == f"prop_desk.{field}"


def test_a_book_that_does_not_fit_is_a_problem() -> None:
    text = text_in(CHALLENGES, "01_survive_black_thursday.toml").replace("buy $30000 BTC 5x", "buy $9000000 BTC 5x", 1)
    scenario = read_scenario("book.toml", text)
    assert any(each.field == "book" for each in prove(scenario, scenario.tape()).problems)


def test_the_command_line_lists_shows_and_tests(isocross: Isocross) -> None:
    assert [row["id"] for row in isocross("challenges", "list", "--json").rows] == [each.id for each in ALL]
    shown = isocross("challenges", "show", "survive-luna").out
    assert "historical prices" in shown
    assert "given book" in shown
    (row,) = isocross("challenges", "test", "8", "--json").rows
    assert (row["proved"], row["solution"]) == (True, 3)
    assert "there is no challenge" in isocross("challenges", "show", "survive-lnua").err


def test_the_page_names_every_challenge_and_its_commands_work(isocross: Isocross) -> None:
    assert all(f"`{each.id}`" in PAGE for each in ALL)
    for line in re.findall(r"^isocross (challenges .*|daily .*(?<!--share)(?<!SAVE))$", PAGE, re.MULTILINE):
        result = isocross(*line.split())
        if " play" in line:
            assert "the game needs a terminal" in result.err, line
        else:
            assert result.status == 0, line
    assert json.loads(isocross("challenges", "list", "--json").out.splitlines()[0])["number"] == 1
    assert len(PAGE.splitlines()) < 100
