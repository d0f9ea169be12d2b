"""The scenario on the desk: what the step is about, and set off from it what to do, how far it is, and hints."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Label

from tui.widgets.scenario_rows import ShownStep, StepKeys, account_line, steps_line, task_of_step, text_of_step

ROOM_FOR_MORE = 14
"""Cells of the border that say that there is more to read."""


class ScenarioPanel(VerticalScroll):
    """One step of a scenario. The text scrolls; what to do stays in sight."""

    def __init__(self, id: str | None = None) -> None:  # noqa: A002  (Textual's own name)
        super().__init__(id=id)
        self._shown: tuple[ShownStep, StepKeys] | None = None
        self._painted: tuple[Content, Content] | None = None

    def compose(self) -> ComposeResult:
        yield Label("", id="scenario-task")
        yield Label("", id="scenario-text")

    def show(self, shown: ShownStep, keys: StepKeys) -> None:
        """Show how far the attempt is."""
        self._shown = shown, keys
        steps = steps_line(shown.progress)
        self.border_title = f"{shown.title} · {steps}" if steps else shown.title
        self.set_class(shown.just_done is not None, "-done")
        text, task = text_of_step(shown), task_of_step(shown, keys)
        if (text, task) != self._painted:  # laying out anew takes longer than all the rest of a frame
            self._painted = text, task
            self.query_one("#scenario-text", Label).update(text)
            self.query_one("#scenario-task", Label).update(task)
            self.call_after_refresh(self._show_border)
        self._show_border()

    def on_resize(self) -> None:
        self._show_border()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._show_border()

    def _show_border(self) -> None:
        """Whether there is more to read, and the account where no other panel shows it."""
        if self._shown is None:
            return
        below = int(self.max_scroll_y - self.scroll_y)
        more = f"▼ {below} more" if below > 0 else "▲ scrolled" if self.scroll_y > 0 else ""
        if self.screen.has_class("-narrow") and not self.screen.has_class("-pane-desk"):
            room = max(self.size.width - ROOM_FOR_MORE - 4, 10)
            account = account_line(self._shown[0].view, room)
            self.border_subtitle = Content(f"{more} · {account}" if more else account)
        else:
            self.border_subtitle = Content(more)
