"""What every key of the lessons does, as `key_rows.py` has it for the rest of the game."""

from __future__ import annotations

from tests.tui.key_rows import Row, differs

# The first lesson's desk.
LESSON = (
    Row("lesson.hint", differs("notice")),
    Row("lesson.show", differs("focus")),
    Row("lesson.back", differs("notice"), before="escape"),
    Row("lesson.checkpoint", differs("notice")),
    Row("lesson.restart", differs("sessions")),
)

LADDER = (
    Row("lessons.help", {"screen": "HelpScreen"}, after="escape"),
    Row("lessons.begin", {"screen": "LessonDesk"}, after="q l"),
    Row("lessons.leave", {"screen": "HomeScreen"}, after="l"),
)

LESSON_DONE = (
    Row("lesson_done.look", {"screen": "LessonDesk"}),
    Row("lesson_done.again", differs("sessions")),
    Row("lesson_done.ladder", {"screen": "LessonsScreen"}, after="escape"),
)
