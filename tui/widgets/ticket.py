"""The ticket: one order, what it would cost in both margin modes, and two presses of Enter to send it."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from tui.looks import Look, Looked
from tui.messages import TicketDropped, TicketSent
from tui.pastes import first_line
from tui.ticket_form import PRESETS, TYPED, Field, TicketForm
from tui.widgets.ticket_text import TicketState, ticket_text, waits

PRESET_KEYS = "qwer"


class Ticket(Widget, can_focus=True):
    """One order being written. Closed until `open`; asks `look` what the order would do.

    While it is open every key is its own: what it has no use for goes nowhere, least of all to the desk behind it.
    """

    DEFAULT_CSS = """
    Ticket {
        height: auto; border: round $iso-faint; border-title-color: $iso-text; border-title-style: bold;
        border-subtitle-color: $iso-dim; padding: 0 1; background: $background; display: none;
        &.-open { display: block; }
        &:focus { border: round $iso-up; }
        &.-armed { border: double $iso-key; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "confirm", "check, then send", id="ticket.confirm"),
        Binding("escape", "drop", "drop", id="ticket.drop"),
        Binding("up,shift+tab", "move(-1)", "field above", id="ticket.up"),
        Binding("down,tab", "move(1)", "field below", id="ticket.down"),
        Binding("left", "change(-1)", "less, or the one before", id="ticket.less"),
        Binding("right", "change(1)", "more, or the next one", id="ticket.more"),
        Binding("space", "change(1)", "the next one, where there is a choice", id="ticket.next"),
        Binding("q", "preset(0)", "10 %, at the size", id="ticket.size_10"),
        Binding("w", "preset(1)", "25 %, at the size", id="ticket.size_25"),
        Binding("e", "preset(2)", "50 %, at the size", id="ticket.size_50"),
        Binding("r", "preset(3)", "100 %, at the size", id="ticket.size_100"),
        Binding("backspace,delete", "erase", "erase", id="ticket.erase"),
        Binding("question_mark", "app.show_help('desk')", "help", id="ticket.help"),
    ]

    def __init__(self, look: Look, id: str | None = None) -> None:  # noqa: A002  (Textual's own name)
        super().__init__(id=id)
        self._look = look
        self._form: TicketForm | None = None
        self._looked = self._figures = Looked()
        self._waits = False
        self.armed = False
        self.border_title = "Ticket"

    @property
    def is_open(self) -> bool:
        """Whether an order is being written."""
        return self._form is not None

    @property
    def form(self) -> TicketForm:
        """The order being written. There is one only while the ticket is open."""
        if self._form is None:
            raise RuntimeError("the ticket is closed")
        return self._form

    def open(self, form: TicketForm) -> None:
        """Start writing an order."""
        self._form = form
        self.add_class("-open")
        self._edited()
        self.focus()

    def close(self) -> None:
        """Stop writing it."""
        self._form = None
        self.remove_class("-open", "-armed")

    def refused(self, why: str) -> None:
        """Say why the order was not taken; it stays, to be mended."""
        self._looked = Looked(self._looked.previews, why)
        self._arm(False)

    def _edited(self) -> None:
        problem = self.form.problem
        self._looked = Looked(problem=problem) if problem else self._look(self.form.text)
        # An order that waits changes nothing yet: its figures are those of the same order at the market.
        taken = [each for each in self._looked.previews if each.refusal is None]
        self._waits = bool(taken) and all(waits(each) for each in taken)
        self._figures = self._look(self.form.text_at_market) if self._waits else self._looked
        self._arm(False)

    def _arm(self, armed: bool) -> None:
        self.armed = armed
        self.set_class(armed, "-armed")
        self.border_subtitle = "Enter sends it · Esc drops" if armed else "Enter checks · Esc drops"
        self.refresh(layout=True)

    @property
    def problem(self) -> str | None:
        """Why the order as it stands would not be taken."""
        preview = self._looked.of_mode(self.form.mode)
        return self._looked.problem or (preview.refusal if preview else None)

    def action_confirm(self) -> None:
        if not self.armed:
            self._edited()
            self._arm(self.problem is None)
            if self.problem is not None:
                self.app.bell()
        else:
            self.post_message(TicketSent(self.form.text))

    def action_drop(self) -> None:
        self.close()
        self.post_message(TicketDropped())

    def action_move(self, by: int) -> None:
        self.form.move(by)
        self.refresh()

    def action_go(self, field: Field) -> None:
        if field == "price" and self.form.kind == "market":
            self.form.change_kind()
            self._edited()
        self.form.go(field)
        self.refresh()

    def action_change(self, by: int) -> None:
        self.form.change(by)
        self._edited()

    def action_preset(self, place: int) -> None:
        self.form.size = PRESETS[place]
        self.form.go("size")
        self._edited()

    def action_erase(self) -> None:
        if self.form.erase():
            self._edited()

    def on_key(self, event: events.Key) -> None:
        if not self.is_open:
            return
        if event.character and self.form.type(event.character):
            self._edited()
        elif self._is_own(event.key):
            return
        else:
            self._idle(f"“{event.character}”" if event.is_printable else "that key")
        event.stop()
        event.prevent_default()

    def _is_own(self, key: str) -> bool:
        """Whether a key does something at the field where the cursor is."""
        if key in PRESET_KEYS:
            return self.form.field == "size"
        if key == "space":
            return self.form.field not in TYPED
        return key in self._bindings.key_to_bindings

    def _idle(self, what: str) -> None:
        """Say that something does nothing. Who presses it meant something: the order is checked again."""
        self._arm(False)
        self.border_subtitle = f"{what} does nothing here · Esc drops"

    def on_blur(self) -> None:
        # A click elsewhere takes the focus, and would leave a ticket that no key reaches.
        if self.is_open:
            self.call_later(self._hold)

    def _hold(self) -> None:
        if self.is_open and self.is_attached and self.screen.is_current:
            self.focus()

    def on_click(self, event: events.Click) -> None:
        field = event.style.meta.get("field")
        if self.is_open and field:
            self.action_go(field)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        if not self.is_open:
            return
        if self.form.paste(first_line(event.text)):
            self._edited()
        else:
            self._idle("what was pasted")

    def render(self) -> Content:
        if self._form is None:
            return Content("")
        return ticket_text(TicketState(self._form, self._looked, self._figures, self._waits, self.armed, self.problem))
