"""What every key of the lessons does, as `key_rows.py` has it for the rest of the game."""

from __future__ import annotations

from tests.tui.key_rows import Row, differs

# The first lesson's desk.
LESSON = (
    Row("scenario.hint", differs("notice")),
    Row("scenario.show", differs("focus")),
    Row("scenario.back", differs("notice"), before="escape"),
    Row("scenario.checkpoint", differs("notice")),
    Row("scenario.restart", differs("notice")),
)

LADDER = (
    Row("scenarios.help", {"screen": "HelpScreen"}, after="escape"),
    Row("scenarios.next_group", differs("row")),
    Row("scenarios.group_before", differs("row")),
    Row("scenarios.view", differs("text"), before="home"),
    Row("scenarios.copy", differs("text"), before="home"),
    Row("scenarios.begin", {"screen": "ScenarioDesk"}, before="home", after="q l"),
    Row("scenarios.anew", {"screen": "ScenarioDesk"}, before="home", after="q l"),
    Row("scenarios.leave", {"screen": "HomeScreen"}, after="l"),
)

# Nothing was liquidated, and a lesson has no line to share: those two keys do nothing here.
LESSON_DONE = (
    Row("scenario_done.copy", {"screen": "ScenarioDoneDialog"}),
    Row("scenario_done.post_mortem", {"screen": "ScenarioDoneDialog"}),
    Row("scenario_done.look", {"screen": "ScenarioDesk"}),
    Row("scenario_done.again", {"screen": "ScenarioDesk"}),
    Row("scenario_done.next", {"screen": "ScenarioDesk"}),
    Row("scenario_done.ladder", {"screen": "ScenariosScreen"}, after="escape"),
)
