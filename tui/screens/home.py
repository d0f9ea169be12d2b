"""Home: what this is, the saved sessions, and how to begin another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Label, OptionList

from saves import Library, SavedSession, SaveError
from tui.dialogs.confirm import ConfirmDialog
from tui.dialogs.name import NameDialog
from tui.keys.texts import key_for, spelled
from tui.widgets.key_bar import Key, KeyBar, keys_from
from tui.widgets.session_list import SessionList
from tui.words.fork_tree import told
from tui.words.plain import harmless

TITLE = "[bold $iso-key]isocross[/]   margin trading, isolated against cross"
MOTTO = "You get liquidated here so that you don’t get liquidated there."
WARNING = (
    "[bold]This is a simulator.[/] No real money, no real orders, and nothing here is advice. Prices are made up from "
    "a seed or replayed from your files, and the venues’ rules are rebuilt from what they publish."
)
PLAYABLE = "You can play all the same; what you play is lost when you leave."
EMPTY = (
    "No sessions yet.\n\n[bold $iso-key]$scenarios[/] leads to [bold]the first lesson[/]: there are eighteen, of five "
    "to ten minutes and with one idea each, and no word is taken for known.\n[bold $iso-key]$quick[/] plays at once: "
    "10,000 dollars that are not real, three markets, six hours, and a crash that is coming.\n[bold $iso-key]$new[/] "
    "lets you choose prices and rules.\n[bold $iso-key]$help[/] explains the keys."
)
NOTHING_CHOSEN = "There is no session to continue: {home.scenarios} leads to the lessons, {home.quick} plays at once."
NOTHING_TO_VIEW = "There is no session to replay yet: {home.quick} plays at once."


class HomeScreen(Screen[None]):
    """The first screen. It knows the library; the app opens what is chosen."""

    AUTO_FOCUS = ""
    CSS_PATH = "home.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "quick", "play now: a good session at once", id="home.quick"),
        Binding("n", "new", "a new session: choose prices and rules", id="home.new"),
        Binding("l", "app.scenarios", "learn: lessons, challenges and the daily", id="home.scenarios"),
        Binding("enter", "resume", "continue the chosen session", id="home.resume"),
        Binding("v", "view", "view: replay the chosen session", id="home.view"),
        Binding("h", "report", "report on the chosen session, a fork’s beside its parent’s", id="home.report"),
        Binding("r", "rename", "rename the chosen session", id="home.rename"),
        Binding("d,delete", "delete", "delete the chosen session", id="home.delete"),
        Binding("t", "app.other_theme", "light or dark colours", id="home.theme"),
        Binding("s", "app.settings", "settings", id="home.settings"),
        Binding("question_mark", "help", "help", id="home.help"),
        Binding("q", "quit", "quit", id="home.quit"),
    ]

    @dataclass
    class Resumed(Message):
        """A saved session is to be continued."""

        session: str

    @dataclass
    class Viewed(Message):
        """A saved session is to be seen again."""

        session: str

    class Quick(Message):
        """A good session is to begin at once."""

    class New(Message):
        """A new session is to be chosen."""

    def __init__(self, library: Library) -> None:
        super().__init__()
        self._library = library

    def compose(self) -> ComposeResult:
        yield Label(Content.from_markup(TITLE), id="home-title")
        yield Label(MOTTO, id="home-motto")
        yield Label(Content.from_markup(WARNING), id="home-warning")
        if self._library.trouble is not None:
            told = harmless(f"not saved: {self._library.trouble}. {PLAYABLE}")
            yield Label(Content.assemble(("✗ ", "bold $iso-danger"), told), id="home-trouble")
        with Vertical(id="home-saves") as box:
            box.border_title = "Saved sessions"
            yield Label("", id="home-heading")
            yield SessionList(id="home-list")
            yield Label("", id="home-empty")
        yield Label("", id="home-fork")
        yield Label("", id="home-says")
        yield KeyBar(_keys())

    def on_mount(self) -> None:
        self.reload()

    def on_screen_resume(self) -> None:
        self.reload()

    def on_resize(self) -> None:
        self.call_after_refresh(self._head)

    @property
    def chosen(self) -> SavedSession | None:
        """The session under the cursor."""
        return self.query_one(SessionList).chosen

    def say(self, text: str) -> None:
        """Say something above the keys."""
        self.query_one("#home-says", Label).update(Content(harmless(text)))

    def reload(self) -> None:
        """List what the library holds now."""
        try:
            sessions = list(self._library.sessions())
        except SaveError as error:
            self.say(f"✗ {error}")
            return
        listed = self.query_one(SessionList)
        listed.show(sessions)
        listed.display = self.query_one("#home-heading").display = bool(sessions)
        empty = self.query_one("#home-empty", Label)
        empty.display = not sessions
        keys = {each: key_for(self, f"home.{each}") for each in ("scenarios", "quick", "new", "help")}
        empty.update(Content.from_markup(EMPTY, **keys))
        # A list without rows would take Enter for itself.
        self.set_focus(listed if sessions else None)
        self.query_one(KeyBar).show(_keys() if sessions else _first_keys())
        self._head()
        self._tell_fork()

    def on_session_list_laid(self) -> None:
        self._head()

    def _head(self) -> None:
        self.query_one("#home-heading", Label).update(Content(self.query_one(SessionList).heading))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_resume()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._tell_fork()

    def _tell_fork(self) -> None:
        """Say of a chosen fork what it is a fork of."""
        listed = self.query_one(SessionList)
        chosen = listed.chosen
        names = {each.id: each.name for each in listed.sessions}
        said = "" if chosen is None else told(chosen, names.get(chosen.parent or ""))
        label = self.query_one("#home-fork", Label)
        label.display = bool(said)
        label.update(Content.assemble(("└ ", "$iso-key"), harmless(said)) if said else "")

    def action_view(self) -> None:
        chosen = self.chosen
        if chosen is None:
            self.say(spelled(self, NOTHING_TO_VIEW))
        else:
            self.post_message(self.Viewed(chosen.id))

    def action_report(self) -> None:
        chosen = self.chosen
        if chosen is None:
            self.say(spelled(self, NOTHING_TO_VIEW))
            return
        from tui.screens.report import ReportScreen, records_of

        try:
            self.app.push_screen(ReportScreen(records_of(self._library, chosen)))
        except SaveError as error:
            self.say(str(error))

    def action_resume(self) -> None:
        chosen = self.chosen
        if chosen is None:
            self.say(spelled(self, NOTHING_CHOSEN))
        else:
            self.post_message(self.Resumed(chosen.id))

    def action_quick(self) -> None:
        self.post_message(self.Quick())

    def action_new(self) -> None:
        self.post_message(self.New())

    def action_rename(self) -> None:
        chosen = self.chosen
        if chosen is not None:
            take = self._taking(lambda name: self._library.rename(chosen.id, name))
            self.app.push_screen(NameDialog("Rename", harmless(chosen.name), take))

    def action_delete(self) -> None:
        chosen = self.chosen
        if chosen is None:
            return
        question = Content.assemble("Delete ", (harmless(chosen.name), "bold"), " for good? It cannot be brought back.")

        def answered(yes: bool | None) -> None:
            if yes:
                wrong = self._taking(lambda _: self._library.delete(chosen.id))("")
                self.say(f"✗ {wrong}" if wrong else f"Deleted {chosen.name}.")
                self.reload()

        self.app.push_screen(ConfirmDialog("Delete", question), answered)

    def action_help(self) -> None:
        self.app.action_show_help("home")  # type: ignore[attr-defined]

    def action_quit(self) -> None:
        self.app.exit()

    @staticmethod
    def _taking(work: Callable[[str], object]) -> Callable[[str], str | None]:
        """`work` as a function that answers what the library refused."""

        def take(text: str) -> str | None:
            try:
                work(text)
            except SaveError as error:
                return str(error)
            return None

        return take


def _first_keys() -> tuple[Key, ...]:
    """The key bar's entries while there is no session."""
    key = keys_from(HomeScreen.BINDINGS)
    return (
        key("learn", "home.scenarios"),
        key("play now", "home.quick"),
        key("new", "home.new"),
        key("settings", "home.settings"),
        replace(key("quit", "home.quit"), stays=True),
        key("help", "home.help"),
    )


def _keys() -> tuple[Key, ...]:
    """The key bar's entries."""
    key = keys_from(HomeScreen.BINDINGS)
    return (
        key("continue", "home.resume"),
        key("play now", "home.quick"),
        key("new", "home.new"),
        key("learn", "home.scenarios"),
        key("view", "home.view"),
        key("report", "home.report"),
        key("settings", "home.settings"),
        replace(key("quit", "home.quit"), stays=True),
        key("delete", "home.delete"),
        key("rename", "home.rename"),
        key("help", "home.help"),
    )
