"""Fork: from a moment of a replay, play on as a new session, or change one command and see the rest play out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from engine.commands.command import CommandError
from engine.rulebooks.base import Refusal
from tui.forms.fork import HINTS, PLAY_ON, Beginning, Wanted, Way, changed, first_value, ways_of
from tui.keys.texts import key_line
from tui.widgets.choice import Choice
from tui.widgets.form_row import FormRow
from tui.widgets.plain_input import PlainInput
from tui.words.notice import notice, spoken
from tui.words.plain import harmless

LONGEST_NAME, LONGEST_COMMAND = 80, 600
DESK, REPLAY = "the desk, at its end", "a replay, from here"
WRITE = "Write what is to be given instead."
THEN = {DESK: "to play on", REPLAY: "to see what became of it"}


class ForkDialog(ModalScreen[Wanted | None]):
    """Answers what the fork is to be, or None.

    Args:
        where: the moment, in words.
        commands: those that can be changed: the next one, the last one.
        name: what the fork is called at first.
        wrong_name: says why a fork can't have a name, or None.
        refused: says why a text can't stand in the place of the command of that number, or None.
    """

    CSS_PATH = "fork.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "begin", "fork", id="fork.begin"),
        Binding("escape", "leave", "leave it", id="fork.leave"),
        Binding("up", "app.focus_previous", "field above", id="fork.up"),
        Binding("down", "app.focus_next", "field below", id="fork.down"),
    ]

    def __init__(
        self,
        where: str,
        commands: Sequence[Beginning],
        name: str,
        wrong_name: Callable[[str], str | None],
        refused: Callable[[int, str], str | None],
    ) -> None:
        super().__init__()
        self._where, self._commands = where, tuple(commands)
        self._wrong_name, self._refused = wrong_name, refused
        self._first_name = name
        self._ways: dict[str, tuple[Way, ...]] = {each.which: ways_of(each.text) for each in commands}

    def compose(self) -> ComposeResult:
        which = [each.which for each in self._commands] or ["none"]
        with Vertical(classes="dialog") as box:
            box.border_title = "Fork"
            yield Label(self._where, classes="dialog-text", markup=False)
            yield FormRow("way", "do", Choice((PLAY_ON,), PLAY_ON), HINTS[PLAY_ON])
            yield FormRow("which", "command", Choice(which, which[0]), "")
            yield FormRow("value", "instead", PlainInput("", compact=True, max_length=LONGEST_COMMAND), "")
            yield FormRow("name", "name", PlainInput(self._first_name, compact=True, max_length=LONGEST_NAME), "")
            yield FormRow("then", "opens", Choice(tuple(THEN), DESK), THEN[DESK])
            yield Label("", id="fork-becomes")
            keys = "{fork.begin} forks   {fork.up} {fork.down} field   {choice.before} {choice.next} change"
            keys += "   {fork.leave} leaves"
            yield Label(key_line(self, keys), classes="dialog-keys")

    def on_mount(self) -> None:
        if self._commands:
            self._row("way").query_one(Choice).offer((PLAY_ON, *self._offered()), PLAY_ON)
        self._arrange()
        self._row("way").control.focus()

    # -- the fields

    @property
    def way(self) -> Way:
        """What is to be done."""
        return cast(Way, self._row("way").value)

    @property
    def command(self) -> Beginning | None:
        """The command that is meant."""
        which = self._row("which").value
        return next((each for each in self._commands if each.which == which), None)

    def _row(self, field: str) -> FormRow:
        return self.query_one(f"#row-{field}", FormRow)

    def _offered(self) -> tuple[Way, ...]:
        return () if self.command is None else self._ways[self.command.which]

    @on(Choice.Changed)
    def _chosen(self, event: Choice.Changed) -> None:
        row = event.choice.query_ancestor(FormRow)
        if row.field == "which":
            self._row("way").query_one(Choice).offer((PLAY_ON, *self._offered()), self.way)
        if row.field in ("way", "which") and self.command is not None:
            with self.prevent(Input.Changed):
                cast(Input, self._row("value").control).value = first_value(self.way, self.command.text)
        self._arrange()

    @on(Input.Changed)
    def _typed(self) -> None:
        self._arrange()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_begin()

    def _arrange(self) -> None:
        """Show the fields that the way needs, and what comes of them."""
        way, command = self.way, self.command
        self._row("way").hint(HINTS[way])
        self._row("which").display = way != PLAY_ON
        self._row("which").hint("" if command is None else harmless(command.text))
        self._row("value").display = bool(first_value(way, command.text)) if command is not None else False
        self._row("value").set_class(way == "other words", "-long")
        self._row("value").hint("" if way == "other words" else HINTS[way])
        self._row("then").display = way != PLAY_ON
        self._row("then").hint(THEN[self._row("then").value])
        for field in ("value", "name"):
            self._row(field).wrong(None)
        self.query_one("#fork-becomes", Label).update(self._becomes())

    def _becomes(self) -> Content:
        """The command as it will be, or what is wrong with what stands there."""
        command = self.command
        if self.way == PLAY_ON or command is None:
            return Content("")
        new = self._new(command)
        if isinstance(new, Refusal):
            as_it_was = self._row("value").value.strip() == command.text
            return Content.styled(WRITE, "$iso-dim") if as_it_was else notice(spoken(new.reason), "danger")
        if new is None:
            return Content.assemble(("without  ", "$iso-dim"), (harmless(command.text), "strike"))
        return Content.assemble((harmless(command.text), "strike $iso-dim"), "  →  ", (harmless(new), "bold"))

    def _new(self, command: Beginning) -> str | Refusal | None:
        """The command instead, None where it is left out, or why there is none: it is tried where it would be given."""
        try:
            new = changed(self.way, self._row("value").value, command.text)
        except CommandError as error:
            return Refusal(str(error), error.would_work)
        wrong = None if new is None else self._refused(command.number, new)
        return new if wrong is None else Refusal(wrong, "")

    # -- keys

    def action_begin(self) -> None:
        name = self._row("name").value.strip()
        command = self.command if self.way != PLAY_ON else None
        new = None if command is None else self._new(command)
        if isinstance(new, Refusal):
            self._say_wrong("value", new.reason)
        elif (wrong := self._wrong_name(name)) is not None:
            self._say_wrong("name", wrong)
        elif command is None:
            self.dismiss(Wanted(name))
        else:
            self.dismiss(Wanted(name, command.number, new, self._row("then").value == REPLAY))

    def _say_wrong(self, field: str, why: str) -> None:
        row = self._row(field)
        row.wrong(why)
        row.control.focus()

    def action_leave(self) -> None:
        self.dismiss(None)
