"""Rivals at the desk: a key shows their board beside you, and they play while time passes."""

from __future__ import annotations

from engine.looking.views import View
from saves.rival_names import cast_for
from tui.keys.texts import key_for
from tui.playing.play import Play
from tui.playing.rivals import STILL_SECONDS
from tui.screens.desk_charts import DeskCharts
from tui.screens.desk_one_key import OneKeyMode
from tui.widgets.rivals_board import RivalsBoard

WAITED_FOR = "The rivals come after: they play from the start to where you are."


class DeskRivals(DeskCharts):
    """The desk's board of rivals. Time is the matter of `DeskTime`."""

    play: Play
    one_key: OneKeyMode

    _board = False

    def show_rivals(self) -> None:
        """Show the board, and let the rivals play from now on."""
        self._board = True
        self._arrange()
        self.call_after_refresh(self._begin_rivals)

    def _begin_rivals(self) -> None:
        """Once the board is painted: making up names, the first time in a session, takes up to a fifth of a second."""
        self.call_rivals()
        if self.play.rivals.behind and self.app.screen is self:
            self.say(f"{WAITED_FOR} {key_for(self, 'desk.rivals')} puts the board away.")
        self.draw()

    def call_rivals(self) -> None:
        """Let them play, whether the board is seen or not; who they are is made up once for a session."""
        rivals, session = self.play.rivals, self.play.session
        if not rivals.called:
            rivals.call(rivals.cast or cast_for(session.setup, session.tape))
            rivals.follow(STILL_SECONDS)

    def action_rivals(self) -> None:
        """Show the board, or put it away; the rivals play on."""
        if self._narrow:
            self.show_rivals()
            self._to_pane("desk" if self._pane == "rivals" else "rivals")
        elif self._board:
            self._board = False
            self._arrange()
            self.call_after_refresh(self.draw)
        else:
            self.show_rivals()

    def panes(self) -> tuple[str, ...]:
        panes = super().panes()
        return (*panes, "rivals") if self._board else panes

    def _arrange(self) -> None:
        self.set_class(self._board, "-rivals")
        super()._arrange()

    def tick(self) -> None:
        """A frame: while time stands still, rivals that are behind come after. What was dropped is said."""
        super().tick()  # type: ignore[misc]
        rivals = self.play.rivals
        if self.app.screen is not self or not (rivals.behind or rivals.has_news):
            return
        if not self.play.running:
            rivals.follow(STILL_SECONDS)
            self._draw_board(self._view())
        for news in rivals.news():
            self.say(news, "danger")

    def draw_beside(self, view: View) -> None:
        """Draw the board, where it is seen."""
        self._draw_board(view)

    def _draw_board(self, view: View) -> None:
        board, rivals = self.query_one(RivalsBoard), self.play.rivals
        if board.display and board.size.width > 0:
            board.show(rivals.board(view), view.time, rivals.share)
            board.caption(board.title_text(), board.subtitle_text())

    def on_rivals_board_opened(self, message: RivalsBoard.Opened) -> None:
        from tui.dialogs.rival import RivalDialog

        self.one_key.disarm()
        self.app.push_screen(RivalDialog(self.play.rivals.playing, message.name))
