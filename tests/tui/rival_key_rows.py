"""What every key of the rivals does, as `key_rows.py` has it for the rest of the game."""

from __future__ import annotations

from tests.tui.key_rows import Row, differs

# The desk with the board.
BOARD = (
    Row("rivals.down", differs("rival"), after="up", focus="rivals"),
    Row("rivals.up", differs("rival"), before="down", focus="rivals"),
    Row("rivals.open", {"screen": "RivalDialog"}, after="escape", focus="rivals"),
)

# A rival's dialog: the one who trades most, whose trades have no room.
RIVAL = (
    Row("rival.next", differs("text"), after="left"),
    Row("rival.before", differs("text"), after="right"),
    Row("rival.down", differs("scrolled"), after="up"),
    Row("rival.up", differs("scrolled"), before="down"),
    Row("rival.page_down", differs("scrolled"), after="pageup"),
    Row("rival.page_up", differs("scrolled"), before="pagedown"),
    Row("rival.close", {"screen": "DeskScreen"}),
)
