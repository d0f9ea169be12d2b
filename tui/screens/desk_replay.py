"""From the desk to the replay of the session that is being played, and back."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from tui.screens.desk_acts import DeskActs
from tui.words.notice import spoken


class DeskReplay(DeskActs):
    """The desk's way to the replay."""

    @dataclass
    class Replayed(Message):
        """The session that is being played is to be seen again."""

        session: str

    def action_replay(self) -> None:
        """Time stands still; what was played so far is seen again, from disk."""
        recorder = self.play.recorder
        self.one_key.disarm()
        self.play.stop()
        if self.play.broken or not recorder.save():
            why = recorder.trouble or "the program failed inside"
            self.say(spoken(f"a replay is read from the save, and it is not up to date: {why}"), "danger")
            return
        self.draw()
        self.post_message(self.Replayed(recorder.id))
