"""Compare: the commands of the session so far, played again under every kind of account."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option
from textual.worker import Worker, get_current_worker

from engine.compare import Outcome, compared, given_again, kinds, own_kind
from engine.events import iso
from engine.ghost import Kind
from engine.record import Given
from engine.sentences import money
from engine.setup import Setup
from engine.tape import Tape
from saves.home import home_folder
from tui.faults import log_fault
from tui.screens.venue_card import VenueCardScreen
from tui.widgets.key_bar import Key, KeyBar, keys_from
from tui.words.compare_table import OWN, Table, figures, notes, table_of, why_not
from tui.words.progress import progress_text

ALL = "all"
LEAST_NOTE = 20
"""Columns that notes need behind a row: of what is cut shorter nothing can be read."""

ALL_PLAYED = "Every account that is listed has been played."


class CompareScreen(Screen[None]):
    """A table of accounts that fills as they are played.

    Args:
        setup, tape: of the session.
        commands: as they were given, each at its vertex.
        until: the vertex that the session has reached.
    """

    CSS_PATH = "compare.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "card", "the venue’s card", id="compare.card"),
        Binding("v", "venues(1)", "venues: all of them, or the next one", id="compare.venues"),
        Binding("V", "venues(-1)", "venues: the one before", id="compare.venues_back"),
        Binding("m", "modes(1)", "modes: all of them, or the next one", id="compare.modes"),
        Binding("M", "modes(-1)", "modes: the one before", id="compare.modes_back"),
        Binding("space", "stop", "stop, or go on", id="compare.stop"),
        Binding("question_mark,f1", "app.show_help('compare')", "help", id="compare.help"),
        Binding("escape,q", "leave", "back to the desk", id="compare.leave"),
    ]

    @dataclass
    class Played(Message):
        """An account was played to its end."""

        outcome: Outcome

    @dataclass
    class Ended(Message):
        """Nothing more is played for now; `wrong` says where the program failed inside."""

        worker: Worker[None]
        wrong: str = ""

    def __init__(self, setup: Setup, tape: Tape, commands: Sequence[Given], until: int) -> None:
        super().__init__()
        self._setup, self._tape, self._commands, self._until = setup, tape, commands, until
        self.own = own_kind(setup, commands)
        self._all = (*([self.own] if self.own.as_given else []), *kinds())
        self._venues = (ALL, *dict.fromkeys([setup.venue, *(kind.venue for kind in self._all)]))
        self._modes = (ALL, *dict.fromkeys(kind.name for kind in self._all))
        self._venue, self._mode = ALL, ALL
        self.shown: tuple[Kind, ...] = self._all
        self.known: dict[Kind, Outcome] = {}
        self._worker: Worker[None] | None = None
        self._said = ""
        self._resolved: tuple[Given, ...] = ()

    def compose(self) -> ComposeResult:
        yield Label("isocross · the same commands under every venue’s rules", id="compare-title")
        yield Label("", id="compare-what")
        yield Label("", id="compare-choice")
        yield Label("", id="compare-heading")
        yield OptionList(id="compare-list", compact=True)
        yield Label("", id="compare-says")
        yield KeyBar(_keys())

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()
        self._list(self.own)
        self._go_on()

    def on_unmount(self) -> None:
        self._cancel()

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self._show)

    # -- playing

    @property
    def running(self) -> bool:
        """Whether accounts are being played."""
        return self._worker is not None

    def _go_on(self) -> None:
        if not self.running and _first(self.shown, self.known) is not None:
            # The app's worker: this screen may go before its thread has quite ended.
            self._worker = self.app.run_worker(self._work, thread=True)

    def _cancel(self) -> None:
        if self._worker is not None:
            self._worker.cancel()
            self._worker = None

    def _work(self) -> None:
        """In a thread: play one account after the other, until none is left or the player stops it."""
        worker, wrong = get_current_worker(), ""
        played = set(self.known)

        def missing() -> Iterator[Kind]:
            while not worker.is_cancelled and (kind := _first(self.shown, played)) is not None:
                played.add(kind)
                yield kind

        try:
            self._resolved = self._resolved or given_again(self._setup, self._tape, self._commands)
            stopped = partial(getattr, worker, "is_cancelled")
            for outcome in compared(self._setup, self._tape, self._resolved, self._until, missing(), stopped):
                self.post_message(self.Played(outcome))
        except Exception as error:
            wrong = log_fault(home_folder(), error, "comparing a session")
        self.post_message(self.Ended(worker, wrong))

    @on(Played)
    def _played(self, event: Played) -> None:
        self.known[event.outcome.kind] = event.outcome
        self._show()

    @on(Ended)
    def _ended(self, event: Ended) -> None:
        if event.worker is not self._worker:
            return
        self._worker, self._said = None, f"✗ {event.wrong}" if event.wrong else ""
        if not event.wrong:
            self._go_on()  # what was chosen while the last one was played
        self._show()

    def action_stop(self) -> None:
        self._said = ""
        if self.running:
            self._cancel()
        elif _first(self.shown, self.known) is None:
            self._said = ALL_PLAYED
        else:
            self._go_on()
        self._show()

    # -- showing

    def _list(self, chosen: Kind | None) -> None:
        """List the accounts that are wanted; the cursor on `chosen` where it is one of them."""
        listed = self.query_one(OptionList)
        listed.clear_options()
        listed.add_options([Option("", id=str(place)) for place in range(len(self.shown))])
        if self.shown:
            listed.highlighted = self.shown.index(chosen) if chosen in self.shown else 0
        self._show()

    def _show(self) -> None:
        listed = self.query_one(OptionList)
        width = listed.scrollable_content_region.width
        if width <= 0:
            return
        table = table_of([(kind, self.known.get(kind)) for kind in self.shown], self.own, self._tape, width)
        columns = table.blocks(width)[0]
        self.query_one("#compare-heading", Label).update(Content(set_cell_size(table.heading(columns), width)))
        for place in range(len(self.shown)):
            row = _row(table, place, table.row(place, columns), width)
            style = "bold" if self.shown[place] == self.own else ""
            listed.replace_option_prompt_at_index(place, Content.styled(row, style))
        self.query_one("#compare-what", Label).update(Content(self._what()))
        self.query_one("#compare-choice", Label).update(Content(f"venues: {self._venue}   modes: {self._mode}"))
        self._tell()

    def _what(self) -> str:
        """What is compared, and how far it is."""
        missing = sum(kind not in self.known for kind in self.shown)
        if self._said:
            return self._said
        if missing:
            done = progress_text(1 - missing / len(self.shown), f"{len(self.shown) - missing} of {len(self.shown)}")
            return done if self.running else f"{done}, stopped"
        count = len(self._commands)
        commands = f"{count} command{'' if count == 1 else 's'}"
        until = iso(int(self._tape.times[self._until]))
        return f"{commands} up to {until}, {money(self._setup.balance)} at first; {OWN} is your account"

    @property
    def chosen(self) -> Kind | None:
        """The account under the cursor."""
        place = self.query_one(OptionList).highlighted
        return None if place is None or place >= len(self.shown) else self.shown[place]

    def _tell(self) -> None:
        """Say all of the account under the cursor."""
        kind = self.chosen
        outcome = None if kind is None else self.known.get(kind)
        self.query_one("#compare-says", Label).update(Content(_told(outcome, self._tape) if outcome else ""))

    @on(OptionList.OptionHighlighted)
    def _moved(self) -> None:
        self._tell()

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_card()

    # -- keys

    def action_card(self) -> None:
        kind = self.chosen
        if kind is not None:
            self.app.push_screen(VenueCardScreen(kind.venue, {self._setup.venue: self._setup.overrides}))

    def action_venues(self, by: int) -> None:
        self._venue = self._venues[(self._venues.index(self._venue) + by) % len(self._venues)]
        self._choose()

    def action_modes(self, by: int) -> None:
        self._mode = self._modes[(self._modes.index(self._mode) + by) % len(self._modes)]
        self._choose()

    def _choose(self) -> None:
        """Show the accounts that are wanted, and play those that are not known yet."""
        before, self._said = self.chosen, ""
        self.shown = tuple(
            kind for kind in self._all if self._venue in (ALL, kind.venue) and self._mode in (ALL, kind.name)
        )
        self._list(before)
        self._go_on()

    def action_leave(self) -> None:
        self._cancel()
        self.dismiss()


def _first(shown: Iterable[Kind], known: Container[Kind]) -> Kind | None:
    """The account to play next."""
    return next((kind for kind in shown if kind not in known), None)


def _row(table: Table, place: int, row: str, width: int) -> str:
    """A row with its notes behind it, as far as there is room."""
    notes_fit = table.notes[place] and width - cell_len(row) >= LEAST_NOTE
    text = f"{row}   {table.notes[place]}" if notes_fit else row
    cut = set_cell_size(text, width)
    return cut if cut.rstrip() == text.rstrip() else set_cell_size(text, width - 1) + "…"


def _told(outcome: Outcome, tape: Tape) -> str:
    """One account in full."""
    name = f"{outcome.kind.venue} {outcome.kind.name}"
    if reason := why_not(outcome):
        return f"{name} can’t play it: {reason.lstrip('– ')}."
    said = " · ".join([*figures(outcome, tape), *notes(outcome)])
    refused = "".join(f"\nrefused: {command}: {why}" for command, why in outcome.refused)
    return f"{name}: {said}{refused}"


def _keys() -> tuple[Key, ...]:
    """The key bar's entries."""
    key = keys_from(CompareScreen.BINDINGS)
    return (
        key("venue’s card", "compare.card"),
        key("venues", "compare.venues"),
        key("modes", "compare.modes"),
        key("stop, go on", "compare.stop"),
        key("back", "compare.leave"),
        key("help", "compare.help"),
    )
