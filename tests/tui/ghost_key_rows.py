"""What every key of the ghosts does, as `key_rows.py` has it for the rest of the game."""

from __future__ import annotations

from tests.tui.key_rows import Row, Wanted, differs, grows, shrinks


def says(words: str) -> Wanted:
    return lambda before, after: words in after["text"]


# Two ghosts, the first of which missed more commands than it has room for.
GHOSTS = (
    Row("ghosts.down", differs("text"), after="up"),
    Row("ghosts.up", differs("text"), after="down"),
    Row("ghosts.page_down", differs("text"), after="pageup"),
    Row("ghosts.page_up", differs("text"), before="pagedown"),
    Row("ghosts.venue", {"screen": "GhostKindDialog"}, after="escape"),
    Row("ghosts.leverage", {"screen": "GhostKindDialog"}, after="escape"),
    Row("ghost_kind.leave", {"screen": "GhostsScreen"}, before="v"),
    Row("ghosts.run", {"running": True}, after="space"),
    Row("ghosts.slower", shrinks("speed"), before="greater_than_sign"),
    Row("ghosts.faster", grows("speed"), after="less_than_sign"),
    Row("ghosts.step", grows("step")),
    Row("ghosts.remove", says("The ghost cross is gone."), after="m"),
    Row("ghosts.mode", says("The ghost cross follows."), before="x"),
    Row("ghosts.best", says("Only a scenario has a best run: a lesson, a challenge or the daily.")),
    Row("ghosts.help", {"screen": "HelpScreen"}, after="escape"),
    Row("ghosts.leave", {"screen": "DeskScreen"}, after="g"),
)
