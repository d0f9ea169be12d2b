"""Which scenarios there are, what they are called by, and files that may not be called so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.scenarios.daily import DailyError
from engine.scenarios.errors import ScenarioError
from tests.tui.desks import playing, saved
from tests.tui.scenario_playing import FIRST
from tui.scenarios import found as scenarios
from tui.scenarios.found import NotFound
from tui.screens.scenario_desk import ScenarioDesk


def test_scenarios_are_found_by_number_id_and_date() -> None:
    assert [each.name for each in scenarios.lessons()] == [
        str(number + 1) for number in range(len(scenarios.lessons()))
    ]
    assert scenarios.find("lesson", "1").title.startswith("Lesson 1: ")
    assert scenarios.find("challenge", "3").scenario.id == "survive-luna"
    assert scenarios.find("daily", "2026-01-01").scenario.id == "daily-2026-01-01"
    assert (found := scenarios.with_id("daily-2026-01-01")) is not None
    assert found.group == "daily"
    for identity in ("daily-2025-01-01", "daily-x", "nothing"):
        assert scenarios.with_id(identity) is None
    with pytest.raises(NotFound) as caught:
        scenarios.find("challenge", "survive-lnua")
    assert caught.value.near == "survive-luna"
    with pytest.raises(NotFound):
        scenarios.find("daily", "tomorrow")
    with pytest.raises(DailyError):
        scenarios.find("daily", "2025-12-31")


def test_an_own_scenario_may_not_be_called_as_a_challenge_or_a_daily(isocross_home: Path) -> None:
    from engine.package_data import text_in
    from engine.scenarios.shipped import LESSONS

    folder = isocross_home / scenarios.OWN_FOLDER
    folder.mkdir()
    text = text_in(LESSONS, "01_long_and_short.toml").replace("needs = []", "")
    for name in ("survive-luna", "daily-2026-01-01", "mine"):
        (folder / f"{name}.toml").write_text(text.replace('id = "long-and-short"', f'id = "{name}"'), encoding="utf-8")
    found, wrong = scenarios.own_scenarios()
    assert [each.group for each in found] == ["own"] * 3
    assert sorted(getattr(each, "would_work", "") for each in wrong) == ["my-daily-2026-01-01", "survive-luna-2"]


def test_a_file_called_as_a_shipped_scenario_or_a_daily_earns_nothing_for_it(isocross_home: Path) -> None:
    from engine.scenarios.reader import read_scenario
    from tui.cli.scenario_play import asked_for

    text = text_of_first().replace('goal = "price ETH >= 2100"', 'goal = "equity > 0"')
    file = isocross_home / "copy.toml"
    for name in ("long-and-short", "survive-luna", "daily-2026-01-01"):
        file.write_text(text.replace('id = "long-and-short"', f'id = "{name}"'), encoding="utf-8")
        with pytest.raises(ScenarioError, match=f"copy.toml line 1, id: another scenario is called “{name}”"):
            asked_for("lessons", [str(file)])
        found = scenarios.find("lesson", str(file))
        with pytest.raises(ScenarioError, match="another scenario"):
            scenarios.check_id(found)
    mine = replace(FIRST, scenario=read_scenario("a.toml", text.replace("long-and-short", "mine")), group="own")
    scenarios.check_id(mine)


async def test_a_file_called_as_a_shipped_scenario_is_not_begun(isocross_home: Path) -> None:
    async with playing(isocross_home) as pilot:
        pilot.app.begin_scenario(replace(FIRST, group="own"))  # type: ignore[attr-defined]
        await pilot.pause()
        assert not isinstance(pilot.app.screen, ScenarioDesk)
        assert saved(isocross_home) == []


def text_of_first() -> str:
    from engine.package_data import text_in
    from engine.scenarios.shipped import LESSONS

    return text_in(LESSONS, "01_long_and_short.toml")
