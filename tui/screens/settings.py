"""Settings: every one with what it means, kept as soon as it is changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, Label

from saves.home import home_folder
from tui.screens.key_map import KeyMapScreen
from tui.settings import DEFAULTS, Settings, settings_of
from tui.settings.described import DESCRIBED, SIZE_MEANS, Described, described
from tui.settings.reading import Untaken, checked, settings_file
from tui.widgets.choice import Choice
from tui.widgets.form_row import FormRow
from tui.widgets.key_bar import Key, KeyBar, keys_from
from tui.widgets.plain_input import FigureInput
from tui.widgets.theme_sample import ThemeSample
from tui.words.plain import harmless

if TYPE_CHECKING:
    from tui.app import IsocrossApp

LONGEST_SIZE = 12
SHOWN_PROBLEMS = 3


class SettingsScreen(Screen[None]):
    """A form whose every change counts at once."""

    CSS_PATH = "settings.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "app.focus_previous", "setting above", id="settings.up"),
        Binding("down", "app.focus_next", "setting below", id="settings.down"),
        Binding("ctrl+k", "keys", "the key map: give keys to what you like", id="settings.keys"),
        Binding("ctrl+r", "reset", "this setting as it was at first", id="settings.reset"),
        Binding("question_mark,f1", "app.show_help('settings')", "help", id="settings.help"),
        Binding("escape,q", "leave", "close; everything is kept already", id="settings.leave"),
    ]

    def compose(self) -> ComposeResult:
        yield Label("isocross · settings", id="settings-title")
        with VerticalScroll(id="settings-form", can_focus=False):
            yield Label("", id="settings-problems")
            yield from self._rows()
        with Vertical(id="settings-foot"):
            yield Label("", id="settings-says")
            yield KeyBar(_keys())

    def _rows(self) -> Iterator[Widget]:
        settings, group = settings_of(self.app), ""
        for each in DESCRIBED:
            if each.group != group:
                group = each.group
                yield Label(group, classes="form-head")
            value = each.get(settings)
            if each.options:
                yield FormRow(each.id, each.label, Choice(tuple(each.options), value), each.meaning(value))
            else:
                field = FigureInput(value, compact=True, max_length=LONGEST_SIZE, select_on_focus=False)
                yield FormRow(each.id, each.label, field, SIZE_MEANS)
            if each.id == "theme":
                yield ThemeSample(id="settings-sample")

    def on_mount(self) -> None:
        self.query(Choice).first().focus()
        self._show_problems()
        self.say(f"Kept in {settings_file(home_folder())}")

    @property
    def _app(self) -> IsocrossApp:
        return cast("IsocrossApp", self.app)

    def _show_problems(self) -> None:
        problems = [str(each) for each in self._app.problems]
        more = len(problems) - SHOWN_PROBLEMS
        lines = [f"✗ {each}" for each in problems[:SHOWN_PROBLEMS]]
        lines += [f"  and {more} more: isocross settings prints all"] if more > 0 else []
        label = self.query_one("#settings-problems", Label)
        label.update(Content("\n".join(lines)))
        label.display = bool(lines)

    @on(Choice.Changed)
    def _chosen(self, event: Choice.Changed) -> None:
        row = event.choice.query_ancestor(FormRow)
        self._put(described(row.field), event.value)
        row.hint(described(row.field).meaning(event.value))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        row = event.input.query_ancestor(FormRow)
        setting = described(row.field)
        if event.value == setting.get(settings_of(self.app)):
            row.wrong(None)
            return
        try:
            value = checked(setting.id, event.value)
        except Untaken as error:
            row.wrong(f"{error.reason}; {error.would_work} would work")
        else:
            row.wrong(None)
            self._put(setting, value)

    def _put(self, setting: Described, value: str) -> None:
        self._keep(setting.put(settings_of(self.app), value))

    def _keep(self, settings: Settings) -> None:
        told = self._app.change_settings(settings)
        self.say(f"⚠ {told}" if told else f"Kept in {settings_file(home_folder())}")
        self._show_problems()
        self._show_others()

    def _show_others(self) -> None:
        """Show what another game changed meanwhile."""
        settings = settings_of(self.app)
        for row in self.query(FormRow):
            value = described(row.field).get(settings)
            if isinstance(row.control, Choice) and row.control.value != value:
                row.control.value = value
                row.hint(described(row.field).meaning(value))

    def say(self, text: str) -> None:
        """Say something above the keys."""
        self.query_one("#settings-says", Label).update(Content(harmless(text)))

    def action_reset(self) -> None:
        row = next((each for each in self.query(FormRow) if each.has_focus_within), None)
        if row is None:
            return
        setting = described(row.field)
        value = setting.get(DEFAULTS)
        if isinstance(row.control, Choice | Input):
            row.control.value = value
        self._put(setting, value)
        if setting.options:
            row.hint(setting.meaning(value))

    def action_keys(self) -> None:
        self.app.push_screen(KeyMapScreen())

    def action_leave(self) -> None:
        self.dismiss()


def _keys() -> tuple[Key, ...]:
    """The key bar's entries."""
    key, choice = keys_from(SettingsScreen.BINDINGS), keys_from(Choice.BINDINGS, "focused")
    return (
        key("setting", "settings.up", "settings.down"),
        choice("change", "choice.before", "choice.next"),
        key("key map", "settings.keys"),
        key("default", "settings.reset"),
        key("close", "settings.leave"),
        key("help", "settings.help"),
    )
