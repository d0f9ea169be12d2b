"""docs/write-a-scenario.md: its example is a scenario that is proved, and what it names exists."""

from __future__ import annotations

import re
from typing import get_args

from engine.scenarios.conditions.parser import parse_amount, parse_condition
from engine.scenarios.format import (
    ClosingSection,
    HeadSection,
    NaiveSection,
    PropDeskSection,
    RulesSection,
    StarsSection,
    StepSection,
    TapeSection,
)
from engine.scenarios.proof import prove
from engine.scenarios.proposals import FIELD_EXAMPLES
from engine.scenarios.reader import read_scenario
from engine.scenarios.texts import ShownAs, parse_text
from engine.tapes.anchors import parse_anchors
from engine.tapes.episodes import EPISODES
from tests.cli.command_line import Isocross, written
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "write-a-scenario.md").read_text(encoding="utf-8")
(EXAMPLE,) = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def rows(heading: str) -> list[tuple[str, str]]:
    """The rows of the first table below a heading."""
    below = PAGE[PAGE.index(heading) :]
    table = re.search(r"^\|.*?\n\n", below, re.DOTALL | re.MULTILINE)
    assert table is not None
    found = [row.strip("| ").split(" | ", 1) for row in table[0].strip().splitlines()[2:]]
    return [(first, second) for first, second in found]


def test_its_example_is_proved() -> None:
    scenario = read_scenario("my_lesson.toml", EXAMPLE)
    proof = prove(scenario, scenario.tape())
    assert [str(problem) for problem in proof.problems] == []
    assert (proof.solution.count, proof.naive.count < 3) == (3, True)


def test_its_refusal_is_the_one_that_comes(isocross: Isocross, tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    said = re.search(r"^isocross: my_lesson.toml line .*$", PAGE, re.MULTILINE)
    assert said is not None
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "my_lesson.toml", EXAMPLE.replace("position ETH long and", "position ETH longer and", 1))
    assert isocross("lessons", "test", "my_lesson.toml").err.strip() == said[0]


def test_it_names_every_field() -> None:
    said = set(re.findall(r"`([a-z_]+)`", PAGE))
    sections = [HeadSection, RulesSection, *get_args(TapeSection), StepSection, NaiveSection, StarsSection]
    sections += [ClosingSection, PropDeskSection]
    assert {name for section in sections for name in section.__struct_encode_fields__} <= said


def test_its_examples_are_those_that_refusals_propose() -> None:
    """And every field has one: of its own, or of the fields that share its row."""
    for name, example in FIELD_EXAMPLES.items():
        assert f"`{name}`" in PAGE
        assert example.partition(", or")[0] in PAGE or name in ("book", "script", "keys", "slippage", "funding"), name
    sections = [HeadSection, RulesSection, *get_args(TapeSection), StarsSection, PropDeskSection]
    named = {name for section in sections for name in section.__struct_encode_fields__}
    assert named <= set(FIELD_EXAMPLES)


def test_its_conditions_are_conditions() -> None:
    cells = [first for first, _ in rows("## Goals")]
    conditions = [text for cell in cells for text in re.findall(r"`([^`]+)`", cell) if not re.search(r"\b[AB]\b", text)]
    assert len(conditions) >= 15
    for text in conditions:
        parse_condition(text)


def test_its_amounts_and_texts_are_read() -> None:
    texts = PAGE[PAGE.index("## Texts") : PAGE.index("## Goals")]
    for text in re.findall(r"`(\{[^`]+\})`", texts):
        parse_text(text)
    ways = re.search(r"The ways are (.*?)\.", texts)
    assert ways is not None
    assert set(re.findall(r"`(\w+)`", ways[1])) == set(get_args(ShownAs))
    for number in ("1900", "50%", "10x", "2024-01-01T03:00Z"):
        assert f"`{number}`" in PAGE
        parse_amount(number)


def test_its_turning_points_and_episodes_are_there() -> None:
    assert len(parse_anchors(re.findall(r"`(0 2000, [^`]+)`", PAGE)[0])) == 3
    assert all(name in PAGE for name in EPISODES)
