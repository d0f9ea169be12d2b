"""What every key of the report does, as `key_rows.py` has it for the rest of the game."""

from __future__ import annotations

from tests.tui.key_rows import Row, differs

# Of two sessions.
REPORT = (
    Row("report.pane", differs("text"), after="shift+tab"),
    Row("report.pane_back", differs("text"), after="tab"),
    Row("report.other", differs("text"), after="o"),
    Row("report.save", {"screen": "NameDialog"}, after="escape"),
    Row("report.help", {"screen": "HelpScreen"}, after="escape"),
    Row("report.leave", {"screen": "DeskScreen"}),
)
