"""The post-mortem from a session's screen: of its last liquidation, or of how it stands."""

from __future__ import annotations

from tui.playing.session_record import NoRecord, record_of
from tui.screens.session_screen import SessionScreen
from tui.words.notice import spoken


class DeskPostMortem(SessionScreen):
    """Opens the post-mortem, of the desk and of a replay: up to the moment that is shown, and not further."""

    def action_post_mortem(self) -> None:
        from tui.screens.post_mortem import PostMortemScreen

        try:
            record = record_of(self.play)
        except NoRecord as error:
            self.say(spoken(str(error)))
            return
        self.play.stop()
        self.app.push_screen(PostMortemScreen(record))
