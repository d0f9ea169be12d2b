"""The ticket: one order, what it would cost in both margin modes, and two presses of Enter to send it."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from tui.looks import Look, Looked
from tui.messages import TicketDropped, TicketSent
from tui.ticket_form import PRESETS, Field, TicketForm
from tui.widgets.ticket_text import TicketState, ticket_text, waits


class Ticket(Widget, can_focus=True):
    """One order being written. Closed until `open`; asks `look` what the order would do."""

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
        Binding("left", "change(-1)", "less", id="ticket.less"),
        Binding("right,space", "change(1)", "more", id="ticket.more"),
        Binding("q", "preset(0)", "size 10 %", id="ticket.size_10"),
        Binding("w", "preset(1)", "size 25 %", id="ticket.size_25"),
        Binding("e", "preset(2)", "size 50 %", id="ticket.size_50"),
        Binding("r", "preset(3)", "size 100 %", id="ticket.size_100"),
        Binding("b", "side('buy')", "buy", id="ticket.buy"),
        Binding("s", "side('sell')", "sell", id="ticket.sell"),
        Binding("l", "kind", "limit, stop, take", id="ticket.kind"),
        Binding("p", "go('price')", "price", id="ticket.price"),
        Binding("t", "go('tp')", "take profit", id="ticket.take_profit"),
        Binding("x", "go('sl')", "stop loss", id="ticket.stop_loss"),
        Binding("m", "mode", "isolated, cross", id="ticket.mode"),
        Binding("[", "leverage(-1)", "leverage down", id="ticket.leverage_down"),
        Binding("]", "leverage(1)", "leverage up", id="ticket.leverage_up"),
        Binding("o", "reduce", "only reduce", id="ticket.reduce"),
        Binding("backspace,delete", "erase", "erase", id="ticket.erase"),
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
        self.form.go("size")
        self.form.size = PRESETS[place]
        self._edited()

    def action_side(self, side: str) -> None:
        if self.form.side != side:
            self.form.turn()
        self._edited()

    def action_kind(self) -> None:
        self.form.change_kind()
        self.form.go("kind" if self.form.kind == "market" else "price")
        self._edited()

    def action_mode(self) -> None:
        self.form.change_mode()
        self._edited()

    def action_leverage(self, by: int) -> None:
        self.form.change_leverage(by)
        self._edited()

    def action_reduce(self) -> None:
        self.form.change_reduce()
        self._edited()

    def action_erase(self) -> None:
        if self.form.erase():
            self._edited()

    def on_key(self, event: events.Key) -> None:
        if self.is_open and event.character and self.form.type(event.character):
            event.stop()
            event.prevent_default()
            self._edited()

    def on_click(self, event: events.Click) -> None:
        field = event.style.meta.get("field")
        if self.is_open and field:
            self.action_go(field)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        if self.is_open and sum(self.form.type(each) for each in event.text[:64]):
            self._edited()

    def render(self) -> Content:
        if self._form is None:
            return Content("")
        return ticket_text(TicketState(self._form, self._looked, self._figures, self._waits, self.armed, self.problem))
