"""What every key of the lessons does, as `key_rows.py` has it for the rest of the game."""

from __future__ import annotations

from tests.tui.key_rows import Row, differs

# The first lesson's desk.
LESSON = (
    Row("scenario.hint", differs("notice")),
    Row("scenario.show", differs("focus")),
    Row("scenario.back", differs("notice"), before="escape"),
    Row("scenario.checkpoint", differs("notice")),
    Row("scenario.restart", differs("sessions")),
)

LADDER = (
    Row("scenarios.help", {"screen": "HelpScreen"}, after="escape"),
    Row("scenarios.begin", {"screen": "ScenarioDesk"}, after="q l"),
    Row("scenarios.leave", {"screen": "HomeScreen"}, after="l"),
)

LESSON_DONE = (
    Row("scenario_done.look", {"screen": "ScenarioDesk"}),
    Row("scenario_done.again", differs("sessions")),
    Row("scenario_done.ladder", {"screen": "ScenariosScreen"}, after="escape"),
)
