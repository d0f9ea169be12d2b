"""The key map: every key by what it does; Enter and another key change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

import msgspec
from rich.cells import set_cell_size
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from tui.dialogs.confirm import ConfirmDialog
from tui.dialogs.press_key import PressKeyDialog
from tui.keys.map import KeyMapError, by_id, checked_keys, places
from tui.keys.names import key_name, keys_of, shown_keys
from tui.settings import settings_of
from tui.widgets.key_bar import Key, KeyBar, keys_from
from tui.words.plain import harmless

if TYPE_CHECKING:
    from tui.app import IsocrossApp

KEYS_WIDTH, ID_WIDTH = 14, 24
CHANGED = "•"


class KeyMapScreen(Screen[None]):
    """A list of all bindings with their keys."""

    CSS_PATH = "key_map.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "press", "give it another key: press it", id="keys.press"),
        Binding("delete,backspace", "reset", "give it its first keys back", id="keys.reset"),
        Binding("ctrl+r", "reset_all", "give everything its first keys back", id="keys.reset_all"),
        Binding("question_mark,f1", "app.show_help('settings')", "help", id="keys.help"),
        Binding("escape,q", "leave", "close; everything is kept already", id="keys.leave"),
    ]

    def compose(self) -> ComposeResult:
        yield Label("isocross · the key map", id="keys-title")
        yield Label("", id="keys-heading")
        yield OptionList(id="keys-list", compact=True)
        yield Label("", id="keys-says")
        yield KeyBar(_keys())

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self._fill)

    @property
    def _app(self) -> IsocrossApp:
        return cast("IsocrossApp", self.app)

    def _fill(self) -> None:
        """List everything; the cursor stays where it was."""
        listed = self.query_one(OptionList)
        width, keymap = listed.scrollable_content_region.width, settings_of(self.app).keys
        before = listed.highlighted
        options: list[Option] = []
        for place in places():
            options.append(Option(Content.styled(place.title, "bold"), disabled=True))
            options += [Option(Content(_row(each, keymap, width)), id=each.id) for each in place.bindings]
        listed.clear_options()
        listed.add_options(options)
        listed.highlighted = 1 if before is None else before
        self.query_one("#keys-heading", Label).update(Content(_laid("keys", "what they do", "id", width)))

    @property
    def chosen(self) -> Binding | None:
        """The binding under the cursor."""
        listed = self.query_one(OptionList)
        option = None if listed.highlighted is None else listed.get_option_at_index(listed.highlighted)
        return None if option is None or option.id is None else by_id()[option.id]

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_press()

    def action_press(self) -> None:
        chosen = self.chosen
        if chosen is not None:
            self.app.push_screen(PressKeyDialog(chosen.description), lambda key: self._pressed(chosen, key))

    def _pressed(self, binding: Binding, key: str | None) -> None:
        if key is None:
            self.say("It keeps its keys.")
            return
        others = {each: keys for each, keys in settings_of(self.app).keys.items() if each != binding.id}
        try:
            own = checked_keys(binding.id or "", _as_written(key), others)
        except KeyMapError as error:
            self.say(f"✗ {error.reason}: {error.would_work}")
            return
        self._keep({**others, **own}, f"{key_name(key)}: {binding.description}.")

    def action_reset(self) -> None:
        chosen = self.chosen
        if chosen is None or chosen.id not in settings_of(self.app).keys:
            return
        others = {each: keys for each, keys in settings_of(self.app).keys.items() if each != chosen.id}
        try:
            checked_keys(chosen.id or "", chosen.key, others)
        except KeyMapError as error:
            self.say(f"✗ {error.reason}: {error.would_work}")
            return
        self._keep(others, f"{shown_keys(chosen, {})}: {chosen.description}, as at first.")

    def action_reset_all(self) -> None:
        if not settings_of(self.app).keys:
            self.say("Everything has its first keys.")
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._keep({}, "Everything has its first keys again.")

        question = Content("Give everything its first keys back?")
        self.app.push_screen(ConfirmDialog("Key map", question), answered)

    def _keep(self, keys: dict[str, str], said: str) -> None:
        plain = {
            each: wanted for each, wanted in keys.items() if keys_of(by_id()[each], keys) != keys_of(by_id()[each], {})
        }
        told = self._app.change_settings(msgspec.structs.replace(settings_of(self.app), keys=plain))
        self._fill()
        self.say(f"⚠ {told}" if told else said)

    def say(self, text: str) -> None:
        """Say something above the keys."""
        self.query_one("#keys-says", Label).update(Content(harmless(text)))

    def action_leave(self) -> None:
        self.dismiss()


def _as_written(key: str) -> str:
    return "comma" if key == "," else key


def _row(binding: Binding, keymap: dict[str, str], width: int) -> str:
    keys = shown_keys(binding, keymap)
    changed = f"{CHANGED} " if binding.id in keymap else ""
    return _laid(f"{changed}{keys}", binding.description, binding.id or "", width)


def _laid(keys: str, what: str, name: str, width: int) -> str:
    words = max(width - KEYS_WIDTH - ID_WIDTH - 3, 8)
    return f"  {_cell(keys, KEYS_WIDTH)}{_cell(what, words)} {set_cell_size(name, ID_WIDTH)}"


def _cell(text: str, width: int) -> str:
    cut = set_cell_size(text, width)
    return cut if cut.rstrip() == text.rstrip() else set_cell_size(text, width - 1) + "…"


def _keys() -> tuple[Key, ...]:
    """The key bar's entries."""
    key = keys_from(KeyMapScreen.BINDINGS)
    return (
        key("another key", "keys.press"),
        key("first keys", "keys.reset"),
        key("all as at first", "keys.reset_all"),
        key("close", "keys.leave"),
        key("help", "keys.help"),
    )
