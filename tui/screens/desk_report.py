"""The report from a session's screen: of what was played up to the moment that is shown."""

from __future__ import annotations

from tui.playing.session_record import NoRecord, record_of
from tui.screens.session_screen import SessionScreen
from tui.words.notice import spoken


class DeskReport(SessionScreen):
    """Opens the report, of the desk and of a replay."""

    def action_report(self) -> None:
        from tui.screens.report import ReportScreen

        try:
            record = record_of(self.play)
        except NoRecord as error:
            self.say(spoken(str(error)))
            return
        self.play.stop()
        self.app.push_screen(ReportScreen([(self.play.recorder.name, record)]))
