"""The ladder: lessons, challenges, the daily and the player’s own, with what each teaches. Nothing is locked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Label, OptionList

from saves import Library
from tui.keys.texts import key_line
from tui.widgets.key_bar import Key, KeyBar, keys_from
from tui.widgets.scenario_list import ScenarioList
from tui.words.plain import harmless

if TYPE_CHECKING:
    # Reading every scenario takes a moment: the screen is painted before that.
    from tui.app import IsocrossApp
    from tui.scenarios.found import Found
    from tui.scenarios.ladder import Ladder, Rung
    from tui.widgets.scenario_list import Row
    from tui.words.scenario_details import PricesTold

BESIDE = 120
"""Columns of the terminal from which the details stand beside the list."""

BAR, SHORT_BAR = 18, 12
"""Columns of the progress bar, and on a small terminal."""
READING = "Reading the lessons …"
"""Said until they are there."""


class ScenariosScreen(Screen[None]):
    """Every scenario with its stars; the chosen one’s details."""

    CSS_PATH = "scenarios.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-below"), (BESIDE, "-beside")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "begin", "begin the chosen scenario, or continue it", id="scenarios.begin"),
        Binding("n", "anew", "begin the chosen scenario anew", id="scenarios.anew"),
        Binding("right", "group(1)", "the next group: challenges, daily, your own", id="scenarios.next_group"),
        Binding("left", "group(-1)", "the group before", id="scenarios.group_before"),
        Binding("v", "view", "view: replay the best attempt at it", id="scenarios.view"),
        Binding("c", "copy", "copy the share line of a daily", id="scenarios.copy"),
        Binding("question_mark,f1", "app.show_help('scenarios')", "help", id="scenarios.help"),
        Binding("escape,q", "leave", "home", id="scenarios.leave"),
    ]

    @dataclass
    class Chosen(Message):
        """A scenario is to begin anew."""

        found: Found

    def __init__(self, library: Library) -> None:
        super().__init__()
        self._library = library
        self._ladder: Ladder | None = None
        self._prices: dict[str, PricesTold] = {}

    def compose(self) -> ComposeResult:
        with Horizontal(id="scenarios-top"):
            yield Label("Scenarios", id="scenarios-title")
            yield Label("nothing is locked", id="scenarios-free")
            yield Label("", id="scenarios-progress")
        with Container(id="scenarios-panes"):
            with Container(id="scenarios-left"):
                yield ScenarioList(id="scenarios-list")
            with VerticalScroll(id="scenarios-box"):
                yield Label(READING, id="scenarios-about")
        yield Label("", id="scenarios-says")
        yield KeyBar(_keys())

    def on_mount(self) -> None:
        self._list.focus()
        self.call_after_refresh(self.reload)

    def on_screen_resume(self) -> None:
        if self._ladder is not None:
            self.reload()

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self._show)

    @property
    def _list(self) -> ScenarioList:
        return self.query_one(ScenarioList)

    @property
    def chosen(self) -> Row | None:
        """The row that the cursor is on."""
        return self._list.chosen

    def say(self, text: str) -> None:
        """Say something above the keys; nothing takes it away again."""
        label = self.query_one("#scenarios-says", Label)
        label.update(Content(harmless(text)))
        label.display = bool(text)

    def reload(self) -> None:
        """List what there is now."""
        from tui.scenarios.ladder import ladder

        self._ladder = ladder(self._library)
        self._list.show(self._ladder)
        if self._ladder.trouble is not None:
            self.say(f"✗ {self._ladder.trouble}")
        self._show()

    # -- the details

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self.query_one("#scenarios-box").scroll_home(animate=False)
        self._show()

    def _show(self) -> None:
        """Say what is known of the chosen row."""
        row = self.chosen
        if row is None or self._ladder is None:
            return
        from tui.words.scenario_details import brief_details, details, title_of

        beside = self.size.width >= BESIDE
        bar = _progress(self._ladder, BAR if beside else SHORT_BAR)
        self.query_one("#scenarios-progress", Label).update(bar)
        box = self.query_one("#scenarios-box")
        width = box.scrollable_content_region.width
        told = (details if beside else brief_details)(row, self._prices_of(row), self._offered(row), width)
        self.query_one("#scenarios-about", Label).update(Content("\n").join(told))
        box.border_title = Content(title_of(row)) if beside else Content(_short_title(row))

    def _prices_of(self, row: Row) -> PricesTold | None:
        """What is known of its prices; None while they are made."""
        if isinstance(row, Exception):
            return None
        known = self._prices.get(row.found.scenario.id)
        if known is None:
            self.run_worker(lambda: self._make_prices(row.found), thread=True, exclusive=True, group="prices")
        return known

    def _make_prices(self, found: Found) -> None:
        """In a thread: the tape of a week takes a moment."""
        from engine.scenarios.errors import ScenarioError
        from tui.prices.source import SourceError
        from tui.words.scenario_details import PricesTold, prices_told

        try:
            told = prices_told(found.tape)
        except (ScenarioError, SourceError) as error:
            told = PricesTold(wrong=str(error))
        self.app.call_from_thread(self._know_prices, found, told)

    def _know_prices(self, found: Found, told: PricesTold) -> None:
        self._prices[found.scenario.id] = told
        if self.is_attached:
            self._show()

    def _offered(self, row: Row) -> Content:
        """What the keys do with it."""
        if isinstance(row, Exception):
            return Content("")
        return key_line(self, "   ".join(_offers(row)))

    # -- keys

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_begin()

    def action_begin(self) -> None:
        rung = self._playable()
        if rung is not None and rung.unfinished is not None:
            self._game.open_session(rung.unfinished.id)
        elif rung is not None:
            self.post_message(self.Chosen(rung.found))

    def action_anew(self) -> None:
        rung = self._playable()
        if rung is not None:
            self.post_message(self.Chosen(rung.found))

    def _playable(self) -> Rung | None:
        """The chosen scenario; what is wrong is said where it can’t be played."""
        row = self.chosen
        if row is None:
            return None
        if isinstance(row, Exception):
            self.say(f"✗ {row}")
            return None
        known = self._prices.get(row.found.scenario.id)
        if known is not None and known.wrong:
            self.say(f"✗ {known.wrong}")
            return None
        return row

    def action_group(self, by: int) -> None:
        self._list.to_group(by)

    def action_view(self) -> None:
        row = self.chosen
        if row is None or isinstance(row, Exception) or row.best_session is None:
            self.say("There is no finished attempt at it to view.")
            return
        from tui.start import SeenAgain

        self._game.open_replay(SeenAgain(row.best_session.id))

    def action_copy(self) -> None:
        row = self.chosen
        run = None if row is None or isinstance(row, Exception) else row.run
        if run is None:
            self.say("A share line is there once the ranked attempt at a daily is over.")
            return
        self.app.copy_to_clipboard(run.share_line())
        self.say(f"Copied: {run.share_line()}")

    def action_leave(self) -> None:
        self.dismiss(None)

    @property
    def _game(self) -> IsocrossApp:
        return cast("IsocrossApp", self.app)


def _offers(rung: Rung) -> list[str]:
    daily, ranked = rung.found.group == "daily", not rung.ranked_begun
    begins = ("begins the ranked attempt" if ranked else "practises") if daily else "begins"
    if rung.unfinished is not None:
        what = "your ranked attempt" if _is_ranked(rung, rung.unfinished.id) else "your attempt"
        return [f"{{scenarios.begin}} continues {what}", f"{{scenarios.anew}} {begins} anew"]
    again = "again" if rung.best is not None and not daily else ""
    first = " ".join(each for each in ("{scenarios.begin}", begins, again) if each)
    views = ["{scenarios.view} views the best attempt"] if rung.best_session is not None else []
    return [first, *views, *(["{scenarios.copy} copies the share line"] if rung.run is not None else [])]


def _is_ranked(rung: Rung, session: str) -> bool:
    return any(each.ranked and each.session == session for each in rung.attempts)


def _short_title(row: Row) -> str:
    from tui.words.scenario_details import title_of

    if isinstance(row, Exception):
        return title_of(row)
    title = harmless(row.found.scenario.title)
    return title if row.found.group == "daily" else f"{title_of(row)}: {title}"


def _progress(ladder: Ladder, width: int) -> Content:
    stars, most = ladder.stars
    filled = width * stars // max(most, 1)
    return Content.assemble(
        (f"{ladder.done} of {len(ladder.lessons)} lessons  ", "$iso-text"),
        ("━" * filled, "$iso-key"),
        ("━" * (width - filled), "$iso-faint"),
        (f"  {stars} ★", "bold $iso-key"),
        (f" of {most}", "$iso-dim"),
    )


def _keys() -> tuple[Key, ...]:
    """The key bar’s entries."""
    key = keys_from(ScenariosScreen.BINDINGS)
    return (
        key("begin or continue", "scenarios.begin"),
        key("anew", "scenarios.anew"),
        key("groups", "scenarios.group_before", "scenarios.next_group"),
        key("home", "scenarios.leave"),
        key("view the best", "scenarios.view"),
        key("copy the share line", "scenarios.copy"),
        key("help", "scenarios.help"),
    )
