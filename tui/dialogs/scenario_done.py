"""The end of a lesson: its stars with why, the other account beside yours, and the sentence to take along."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label

from engine.looking.views import View
from engine.rulebooks.base import SetupError
from engine.scenarios.stars import Stars
from tui.keys.texts import key_line
from tui.scenarios.scenario_play import ScenarioPlay
from tui.widgets.figures import money
from tui.words.plain import harmless


class ScenarioDoneDialog(ModalScreen[str]):
    """Answers “ladder”, “again” or “look”."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "answer('ladder')", "the lessons", id="scenario_done.ladder"),
        Binding("r", "answer('again')", "begin it again", id="scenario_done.again"),
        Binding("escape", "answer('look')", "look around", id="scenario_done.look"),
    ]

    def __init__(self, play: ScenarioPlay) -> None:
        super().__init__()
        self._play = play

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = "The lesson is done"
            yield Label(Content("\n").join(self._lines()), classes="dialog-text")
            keys = "{scenario_done.ladder} lessons   {scenario_done.again} again   {scenario_done.look} looks around"
            yield Label(key_line(self, keys), classes="dialog-keys")

    def action_answer(self, wanted: str) -> None:
        self.dismiss(wanted)

    def _lines(self) -> Iterator[Content]:
        attempt = self._play.attempt
        yield from _stars(attempt.stars())
        yield Content("")
        try:
            look_at, sentence = attempt.closing()
            other = attempt.beside_ghost().ghost
        except SetupError as error:
            yield Content(harmless(f"The other account can’t be played on these prices: {error}"))
            return
        if other is not None:
            kind = attempt.scenario.closing.ghost
            yield from _beside(self._play.view(), other, kind.name)
        yield Content("")
        for paragraph in look_at.split("\n\n"):
            yield Content(harmless(" ".join(paragraph.split())))
        yield Content.styled(harmless(" ".join(sentence.split())), "bold $iso-key")


def _stars(stars: Stars) -> Iterator[Content]:
    yield Content.assemble((str(stars), "bold $iso-key"), "" if stars.missing else "  solvent, done, within the par")
    for why in stars.missing:
        yield Content(harmless(f"missing: {why}"))


def _beside(own: View, other: View, name: str) -> Iterator[Content]:
    yield Content.styled(f"{'':<14}{'yours':>14}{harmless(name)[:20]:>22}", "$iso-dim")
    rows = [
        ("equity", money(own.equity), money(other.equity)),
        ("positions", str(len(own.positions)), str(len(other.positions))),
        ("margin calls", str(own.calls), str(other.calls)),
        ("liquidations", str(own.liquidations), str(other.liquidations)),
    ]
    for label, yours, theirs in rows:
        yield Content.assemble((f"{label:<14}", "$iso-dim"), f"{yours:>14}{theirs:>22}")
