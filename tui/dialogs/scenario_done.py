"""The end of an attempt: its stars with why, the other account beside yours, and the sentence to take along."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label

from tui.keys.texts import key_line
from tui.scenarios.found import Found
from tui.scenarios.scenario_play import ScenarioPlay
from tui.words.scenario_end import end_lines

NEXT = {"lesson": "next lesson", "challenge": "next challenge"}


class ScenarioDoneDialog(ModalScreen[str]):
    """Answers “next”, “ladder”, “again”, “post-mortem” or “look”.

    Args:
        play: the attempt, which is over.
        found: its scenario.
        has_next: whether another one of its group comes after it.
    """

    CSS_PATH = "scenario_done.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (36, "-tall")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "answer('ladder')", "the ladder", id="scenario_done.ladder"),
        Binding("n", "answer('next')", "the next one of the ladder", id="scenario_done.next"),
        Binding("r", "answer('again')", "begin it again", id="scenario_done.again"),
        Binding("y", "answer('post-mortem')", "post-mortem, where a liquidation was", id="scenario_done.post_mortem"),
        Binding("c", "copy", "copy the share line of a daily", id="scenario_done.copy"),
        Binding("escape", "answer('look')", "look around", id="scenario_done.look"),
    ]

    def __init__(self, play: ScenarioPlay, found: Found, has_next: bool) -> None:
        super().__init__()
        self._play, self._found = play, found
        self._died = play.view().liquidations > 0
        self._has_next = has_next
        stars = play.attempt.stars()
        self.set_class(stars.count < 3, "-short")
        self.set_class(not stars.solvent, "-wiped-out")

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = self._title()
            with VerticalScroll(id="scenario-done-told"):
                yield Label(Content("\n").join(end_lines(self._play, self._found)), id="scenario-done-text")
            yield Label(key_line(self, self._keys()), classes="dialog-keys")

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()
        self.call_after_refresh(self._say_more)

    def on_resize(self) -> None:
        self.call_after_refresh(self._say_more)

    def _say_more(self) -> None:
        hidden = self.query_one(VerticalScroll).max_scroll_y
        self.query_one(".dialog", Vertical).border_subtitle = (
            f"▼ {hidden} more row{'s' * (hidden > 1)}: ↓" if hidden > 0 else ""
        )

    def _title(self) -> str:
        progress = self._play.attempt.progress()
        said = "done" if progress.done and self._play.attempt.stars().met else "over"
        return f"{self._found.title}: {said}"

    def _keys(self) -> str:
        return "  ".join(
            [
                *(["{scenario_done.next} " + NEXT[self._found.group]] if self._has_next else []),
                "{scenario_done.ladder} ladder",
                "{scenario_done.again} practice" if self._found.group == "daily" else "{scenario_done.again} again",
                *(["{scenario_done.copy} copies the line"] if self._play.share_line is not None else []),
                *(["{scenario_done.post_mortem} post-mortem"] if self._died else []),
                "{scenario_done.look} looks around",
            ]
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "copy":
            return self._play.share_line is not None
        if parameters == ("next",):
            return self._has_next
        return self._died if parameters == ("post-mortem",) else True

    def action_copy(self) -> None:
        if (line := self._play.share_line) is not None:
            self.app.copy_to_clipboard(line)
            self.query_one(".dialog", Vertical).border_subtitle = "the line is copied"

    def action_answer(self, wanted: str) -> None:
        self.dismiss(wanted)
