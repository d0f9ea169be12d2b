"""The lesson on the desk: the step, what to do, how far its goal is, and the hints that were asked for."""

from __future__ import annotations

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Label

from engine.numbers import plain
from engine.scenarios.attempt import HINTS, Progress
from engine.scenarios.conditions.judge import Part
from tui.words.plain import harmless

HINT_NAMES = ("a nudge", "the formula", "what to type")


class ScenarioPanel(VerticalScroll):
    """One step of a lesson."""

    def compose(self) -> ComposeResult:
        yield Label("", id="scenario-text")

    def show(self, title: str, progress: Progress, command_key: str, hint_key: str) -> None:
        """Show how far the lesson is.

        Args:
            title: of the lesson.
            progress: its step.
            command_key, hint_key: the player's keys for the `:` line and for another hint.
        """
        self.border_title = f"{title} · step {progress.number} of {progress.count}"
        self.border_subtitle = f"{progress.stars}" if progress.done else f"{hint_key} hint"
        text = Content("\n").join(_lines(progress, command_key, hint_key))
        self.query_one("#scenario-text", Label).update(text)


def _lines(progress: Progress, command_key: str, hint_key: str) -> Iterator[Content]:
    if progress.done:
        yield Content.styled(f"Every step is done: {progress.stars}", "bold $iso-good")
    else:
        yield Content.assemble(("▸ ", "bold $iso-key"), (harmless(" ".join(progress.do.split())), "bold"))
    for part in progress.parts:
        yield _goal(part)
    for place, hint in enumerate(progress.hints):
        name = (f"hint {place + 1}, {HINT_NAMES[place]}: ", "$iso-key")
        yield Content.assemble(name, _hint(place, hint, command_key))
    if not progress.done and len(progress.hints) < HINTS:
        yield Content.styled(f"{hint_key} gives a hint: {HINT_NAMES[len(progress.hints)]}", "$iso-dim")
    for paragraph in progress.text.split("\n\n"):
        yield Content("")
        yield Content(harmless(" ".join(paragraph.split())))


def _hint(place: int, hint: str, command_key: str) -> str:
    if place < HINTS - 1:
        return harmless(" ".join(hint.split()))
    return ", then ".join(f"{command_key} {harmless(line)} ⏎" for line in hint.splitlines())


def _goal(part: Part) -> Content:
    mark, tone = ("✓", "$iso-good") if part.met else ("○", "$iso-warning")
    now = ", ".join(f"{figure} is {'–' if value is None else plain(round(value, 4))}" for figure, value in part.figures)
    return Content.assemble((f"{mark} ", tone), str(part.condition), (f"   {now}" if now else "", "$iso-dim"))
