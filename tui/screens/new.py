"""New: choose prices, rules and a name, and begin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input, Label
from textual.worker import Worker, get_current_worker

from engine.account import Mode
from engine.rulebooks import VENUES, rulebook_of
from engine.tapes.synthetic import MARKETS, REGIMES
from saves.home import home_folder
from tui.faults import log_fault
from tui.forms.new_session import FILES_EXAMPLE, STEPS, Wanted, overrides_in, wanted
from tui.keys.texts import spelled
from tui.prices.making import Made, PriceFiles, PricesError, make_tape
from tui.start import NewSession
from tui.widgets.choice import Choice
from tui.widgets.form_row import FormRow
from tui.widgets.key_bar import Key, KeyBar, keys_from
from tui.widgets.plain_input import FigureInput, PlainInput
from tui.words.plain import harmless
from tui.words.progress import progress_text

SWITCH = ("on", "off")
VENUE_HINT = "whose margin rules ({new.card}: its card)"
MODE_HINTS: Mapping[tuple[Mode, ...], str] = {
    ("cross", "isolated"): "a pool a position, or one pool for all",
    ("isolated", "cross"): "a pool a position, or one pool for all",
    ("cross",): "one pool for all; no other mode here",
    ("isolated",): "a pool a position; no other mode here",
}
FILES_NOTE = "a file a market, with spaces or commas between; {new.inspect} reads them"


class NewScreen(Screen[NewSession | None]):
    """A form. Answers the session to begin, or None."""

    CSS_PATH = "new.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "begin", "begin", id="new.begin"),
        Binding("escape", "leave", "home", id="new.leave"),
        Binding("up", "app.focus_previous", "field above", id="new.up"),
        Binding("down", "app.focus_next", "field below", id="new.down"),
        Binding("ctrl+r", "inspect", "read the files and say what is in them", id="new.inspect"),
        Binding("ctrl+o", "card", "the chosen venue’s card", id="new.card"),
        Binding(
            "question_mark,f1", "app.show_help('home')", "help (F1: in the name, and in the files, too)", id="new.help"
        ),
    ]

    @dataclass
    class Progress(Message):
        """Prices are being made."""

        done: float
        what: str

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._seed = seed
        self._busy = False
        self._mode = "isolated"
        self._worker: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        yield Label("isocross · a new session", id="new-title")
        with VerticalScroll(id="new-form", can_focus=False):
            yield from self._price_rows()
            yield from self._rule_rows()
        with Vertical(id="new-foot"):
            yield Label("", id="new-says")
            yield KeyBar(_keys())

    def _price_rows(self) -> Iterator[FormRow | Vertical | Label]:
        yield Label("Prices", classes="form-head first")
        yield FormRow(
            "source", "source", Choice(("synthetic", "files"), "synthetic"), "made up from a seed, or your files"
        )
        with Vertical(id="from-synthetic"):
            yield FormRow("regime", "market", Choice(tuple(REGIMES), "crash"), REGIMES["crash"].description)
            yield FormRow("seed", "seed", _field(str(self._seed), 18), "the same seed makes the same prices")
            yield FormRow("markets", "symbols", _field("ETH BTC SOL", 60), f"of {' '.join(MARKETS)}")
            yield FormRow("days", "days", _field("1", 10), "length of the tape")
            yield FormRow("step", "step", Choice(tuple(STEPS), "5 s"), "time between two prices")
        with Vertical(id="from-files"):
            row = FormRow("files", "files", _words("", 1000, f"{FILES_EXAMPLE}, or only the files"), "")
            row.add_class("-long")
            yield row
            yield Label(spelled(self, FILES_NOTE), classes="form-note", markup=False)
            yield FormRow("since", "from", _field("", 24, "2024-08-04T12:00Z"), "UTC; empty: where they begin")
            yield FormRow("until", "to", _field("", 24, "2024-08-06"), "UTC; empty: where they end")
            yield Label("", id="new-report")

    def _rule_rows(self) -> Iterator[FormRow | Label]:
        venue = next(iter(VENUES))
        yield Label("Rules", classes="form-head")
        yield FormRow("venue", "venue", Choice(tuple(VENUES), venue), spelled(self, VENUE_HINT))
        modes = rulebook_of(venue).modes
        yield FormRow("mode", "margin", Choice(modes, self._mode), MODE_HINTS[modes])
        yield FormRow("balance", "balance", _field("10000", 24), "first deposit; not real money")
        yield FormRow("slippage", "slippage", Choice(SWITCH, "on"), "market orders pay spread and impact")
        yield FormRow("fees", "fees", Choice(SWITCH, "on"), "the venue’s trading fees")
        yield FormRow("funding", "funding", Choice(SWITCH, "on"), "paid between longs and shorts")
        row = FormRow("overrides", "changed", _field("", 300), "")
        row.add_class("-long")
        yield row
        yield Label(_rules_example(venue), id="new-example", classes="form-note", markup=False)
        yield FormRow("name", "name", _words("", 80), "empty: one is made up")

    def on_mount(self) -> None:
        self._show_source("synthetic")
        self.query(Choice).first().focus()

    @on(Choice.Changed)
    def _chosen(self, event: Choice.Changed) -> None:
        row = event.choice.query_ancestor(FormRow)
        row.wrong(None)
        if row.field == "source":
            self._show_source(event.value)
        elif row.field == "regime":
            row.hint(REGIMES[event.value].description)
        elif row.field == "mode":
            self._mode = event.value
        elif row.field == "venue":
            self._show_venue(event.value)

    def _show_venue(self, venue: str) -> None:
        """Offer the margin modes that the venue has, and say what can be changed there."""
        modes = rulebook_of(venue).modes
        row = self.query_one("#row-mode", FormRow)
        row.query_one(Choice).offer(modes, self._mode)
        row.hint(MODE_HINTS[modes])
        self.query_one("#new-example", Label).update(_rules_example(venue))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        row = event.input.query_ancestor(FormRow)
        row.wrong(None)
        if row.field in ("files", "since", "until"):
            self._report([])

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_begin()

    def action_leave(self) -> None:
        if self._worker is not None:
            self._worker.cancel()
        self.dismiss(None)

    def action_begin(self) -> None:
        self._make(begin=True)

    def action_card(self) -> None:
        """Show the chosen venue's card, as the form changes it."""
        from tui.screens.venue_card import VenueCardScreen

        fields = {row.field: row.value for row in self.query(FormRow)}
        self.app.push_screen(VenueCardScreen(fields["venue"], {fields["venue"]: overrides_in(fields["overrides"])}))

    def action_inspect(self) -> None:
        if self.query_one("#row-source", FormRow).value == "files":
            self._make(begin=False)

    def _make(self, *, begin: bool) -> None:
        if self._busy:
            return
        asked = self._read()
        if asked is None:
            return
        self._busy = True
        # The app's worker: this screen goes before its thread has quite ended.
        self._worker = self.app.run_worker(lambda: self._work(asked, begin), thread=True)

    def _read(self) -> Wanted | None:
        """What the fields ask for; None where something is wrong, which is then said at its field."""
        rows = {row.field: row for row in self.query(FormRow)}
        asked = wanted({field: row.value for field, row in rows.items()})
        wrong = {} if isinstance(asked, Wanted) else asked
        for field, row in rows.items():
            row.wrong(wrong.get(field))
        if isinstance(asked, Wanted):
            return asked
        first = rows[next(field for field in rows if field in wrong)]
        first.control.focus()
        self._report([])
        self._say(f"✗ {wrong[first.field]}")
        return None

    def _work(self, asked: Wanted, begin: bool) -> None:
        """In a thread: make the tape."""
        worker = get_current_worker()
        try:
            made: Made | str = make_tape(asked.prices, self._tell)
        except PricesError as error:
            made = str(error)
        except MemoryError:
            made = "there is not enough memory for this tape; fewer days or a longer step would work"
        except Exception as error:
            # A file can hold what no reader expects; the form stays, and so does the program.
            made = log_fault(home_folder(), error, "making prices for a new session")
        if not worker.is_cancelled:
            self.app.call_from_thread(self._made, asked, made, begin)

    def _tell(self, done: float, what: str) -> None:
        self.post_message(self.Progress(done, what))

    @on(Progress)
    def _progressed(self, event: Progress) -> None:
        if self._busy:
            self._say(progress_text(event.done, event.what))

    def _made(self, asked: Wanted, made: Made | str, begin: bool) -> None:
        self._busy = False
        if not self.is_current:
            return
        if isinstance(made, str):
            self._say(f"✗ {made}")
            files = isinstance(asked.prices, PriceFiles)
            row = self.query_one("#row-files" if files else "#row-days", FormRow)
            row.wrong(made)
            row.control.focus()
            self._report([])
            return
        self._say("")
        self._report(made.lines())
        if begin:
            self.dismiss(NewSession(asked.setup, made.tape, asked.name, made.clipped))

    def _show_source(self, source: str) -> None:
        self.query_one("#from-synthetic").display = source == "synthetic"
        self.query_one("#from-files").display = source == "files"

    def _report(self, lines: Sequence[str]) -> None:
        """Say what is in the files that were read; nothing where that is no longer what stands there."""
        report = self.query_one("#new-report", Label)
        report.update(Content("\n".join(harmless(line, 400) for line in lines)))
        report.display = bool(lines)

    def _say(self, text: str) -> None:
        self.query_one("#new-says", Label).update(Content(text))


def _field(value: str, longest: int, placeholder: str = "") -> FigureInput:
    return FigureInput(value, placeholder, compact=True, max_length=longest, select_on_focus=False)


def _words(value: str, longest: int, placeholder: str = "") -> PlainInput:
    return PlainInput(value, placeholder, compact=True, max_length=longest, select_on_focus=False)


def _rules_example(venue: str) -> str:
    """What can be changed on a venue; its other kinds of account first, which are chosen so."""
    rulebook = rulebook_of(venue)
    others = [f"{name} ({' ; '.join(map(' '.join, how))})" for name, how in rulebook.variants.items()]
    example = f"rules to change, such as  {' ; '.join(rulebook.card.example)}"
    return "\n".join([*(f"other accounts: {' · '.join(others)}" for _ in others[:1]), example])


def _keys() -> tuple[Key, ...]:
    """The key bar's entries."""
    key, choice = keys_from(NewScreen.BINDINGS), keys_from(Choice.BINDINGS, "focused")
    return (
        key("begins", "new.begin"),
        key("field", "new.up", "new.down"),
        choice("change", "choice.before", "choice.next"),
        key("venue’s card", "new.card"),
        key("read files", "new.inspect"),
        key("home", "new.leave"),
        key("help", "new.help"),
    )
