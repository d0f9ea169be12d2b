"""The ticket: one order, what it would cost in both margin modes, and two presses of Enter to send it."""

from __future__ import annotations

from typing import ClassVar, Literal

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from engine.numbers import plain
from engine.orders.order import Side
from tui.command_text.looks import Look, Looked, SizeAtRisk
from tui.forms.ticket import PRESETS, TYPED, Field, Force, Kind, TicketForm
from tui.keys.names import bindings_in, keymap_of, keys_of, shown_keys
from tui.keys.pastes import first_line
from tui.keys.texts import key_for, spelled
from tui.messages import TicketDropped, TicketSent
from tui.widgets.ticket_text import TicketState, field_order, ticket_text

HINTED = (
    ("target", "ticket.take_profit"),
    ("stop", "ticket.stop_loss"),
    ("limit", "ticket.limit"),
    ("mode", "ticket.mode"),
    ("leverage", "ticket.leverage_down", "ticket.leverage_up"),
    ("risk", "ticket.risk"),
)
"""What the ticket's last row says about keys."""


class Ticket(Widget, can_focus=True):
    """One order being written. Closed until `open`; asks `look` what the order would do.

    While it is open every key is its own: what it has no use for goes nowhere, least of all to the desk behind it.
    Letters are keys at every field, since no field takes any.
    """

    DEFAULT_CSS = """
    Ticket {
        height: auto; border: round $iso-faint; border-title-color: $iso-text; border-title-style: bold;
        border-subtitle-color: $iso-dim; padding: 0 1; background: $background; display: none;
        &.-open { display: block; }
        &:focus { border: round $iso-accent; }
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
        Binding("q", "preset(0)", "size 5 %", id="ticket.size_5"),
        Binding("w", "preset(1)", "size 10 %", id="ticket.size_10"),
        Binding("e", "preset(2)", "size 25 %", id="ticket.size_25"),
        Binding("r", "preset(3)", "size 50 %", id="ticket.size_50"),
        Binding("a", "preset(4)", "size 100 %: all of it", id="ticket.size_100"),
        Binding("R", "risk", "size by risk: so that the stop costs that share of equity", id="ticket.risk"),
        Binding("t", "leg('tp')", "take profit", id="ticket.take_profit"),
        Binding("x", "leg('sl')", "stop loss", id="ticket.stop_loss"),
        Binding("u", "kind('market')", "at the market", id="ticket.market"),
        Binding("l", "kind('limit')", "limit order", id="ticket.limit"),
        Binding("o", "kind('stop')", "stop order: trades once the price gets there", id="ticket.stop"),
        Binding("k", "kind('stop limit')", "stop-limit order", id="ticket.stop_limit"),
        Binding("y", "kind('take')", "take-profit order of its own", id="ticket.take"),
        Binding("g", "kind('trail')", "trailing stop", id="ticket.trail"),
        Binding("p", "force('post')", "post only: never takes", id="ticket.post"),
        Binding("i", "force('ioc')", "immediate or cancel", id="ticket.ioc"),
        Binding("f", "force('fok')", "fill or kill", id="ticket.fok"),
        Binding("d", "reduce", "only reduce", id="ticket.reduce"),
        Binding("m", "mode", "isolated or cross", id="ticket.mode"),
        Binding("left_square_bracket", "leverage(-1)", "lower leverage", id="ticket.leverage_down"),
        Binding("right_square_bracket", "leverage(1)", "higher leverage", id="ticket.leverage_up"),
        Binding("b", "side('buy')", "buy", id="ticket.buy"),
        Binding("s", "side('sell')", "sell", id="ticket.sell"),
        Binding("backspace,delete", "erase", "erase", id="ticket.erase"),
        Binding("ctrl+u", "clear", "clear the field", id="ticket.clear"),
        Binding("question_mark", "app.show_help('desk')", "help", id="ticket.help"),
    ]

    def __init__(self, look: Look, size_at_risk: SizeAtRisk, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._look, self._size_at_risk = look, size_at_risk
        self._form: TicketForm | None = None
        self._looked = Looked()
        self._stale = False
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
        self._look_again()
        self.screen.set_focus(self)  # at once: the next key may be here already

    def close(self) -> None:
        """Stop writing it."""
        self._form = None
        self.remove_class("-open", "-armed")

    def refused(self, why: str) -> None:
        """Say why the order was not taken; it stays, to be mended."""
        self._looked, self._stale = Looked(self._looked.previews, why), False
        self._arm(False)

    def _edited(self) -> None:
        """What was typed is painted first: the figures take longer than a key may."""
        self._stale = True
        self._arm(False)
        self.call_after_refresh(self._catch_up)

    def _catch_up(self) -> None:
        if self._stale and self.is_open:
            self._look_again()

    def _look_again(self) -> None:
        """Ask what the order as it stands would do."""
        self._stale = False
        problem = self._sized() or self.form.problem
        self._looked = Looked(problem=problem) if problem else self._look(self.form.text)
        self._arm(False)

    def _sized(self) -> str | None:
        """Let a risk decide the size; why it can't."""
        form = self.form
        if not form.risk or not form.sl:
            return None
        share = form.risk_share
        if share is None:
            return f"“{form.risk}” is no share of equity: 1 would let the stop cost 1 %."
        size = self._size_at_risk(form.spelt("1"), share)
        if isinstance(size, str):
            return size
        form.size = plain(size)
        return None

    def _arm(self, armed: bool) -> None:
        self.armed = armed
        self.set_class(armed, "-armed")
        does = "sends it" if armed or not self._looked.asks else "checks"
        self.border_subtitle = spelled(self, f"{{ticket.confirm}} {does} · {{ticket.drop}} drops")
        self.refresh(layout=True)

    @property
    def problem(self) -> str | None:
        """Why the order as it stands would not be taken."""
        preview = self._looked.of_mode(self.form.mode)
        return self._looked.problem or (preview.refusal if preview else None)

    def action_confirm(self) -> None:
        if not self.armed:
            self._look_again()
            self._arm(self.problem is None and self._looked.asks)
            if self.problem is not None:
                self.app.bell()
                self.form.ask_for_stop()
            if self.problem is not None or self._looked.asks:
                return
        self.post_message(TicketSent(self.form.text))

    def action_drop(self) -> None:
        self.close()
        self.post_message(TicketDropped())

    def action_move(self, by: int) -> None:
        self.form.move(by, field_order(self.form, self.content_size.width))
        self.refresh()

    def action_go(self, field: Field) -> None:
        if field == "price" and self.form.kind == "market":
            self.action_kind("limit")
        elif field in ("tp", "sl"):
            self.action_leg(field)
        else:
            self.form.go(field)
            self.refresh()

    def action_change(self, by: int) -> None:
        self.form.change(by)
        self._edited()

    def action_preset(self, place: int) -> None:
        self.form.take_size(PRESETS[place])
        self._edited()

    def action_risk(self) -> None:
        self.form.take_risk()
        self._edited()

    def action_leg(self, leg: Literal["tp", "sl"]) -> None:
        self.form.take_leg(leg)
        self._edited()

    def action_kind(self, kind: Kind) -> None:
        self.form.take_kind(kind)
        self._edited()

    def action_force(self, force: Force) -> None:
        self.form.take_force(force)
        self._edited()

    def action_reduce(self) -> None:
        self.form.change_reduce()
        self._edited()

    def action_mode(self) -> None:
        self.form.change_mode()
        self._edited()

    def action_leverage(self, by: int) -> None:
        self.form.change_leverage(by)
        self._edited()

    def action_side(self, side: Side) -> None:
        self.form.turn(side)
        self._edited()

    def action_clear(self) -> None:
        if self.form.clear():
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
        if key == "space":
            return self.form.field not in TYPED
        keymap = keymap_of(self.app)
        return any(key in keys_of(each, keymap) for each in bindings_in(self.BINDINGS))

    def _idle(self, what: str) -> None:
        """Say that something does nothing. Who presses it meant something: the order is checked again."""
        self._arm(False)
        self.border_subtitle = f"{what} does nothing here · {key_for(self, 'ticket.drop')} drops"

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
        state = TicketState(self._form, self._looked, self.armed, self.problem)
        width = self.content_size.width or 50
        return ticket_text(state, width, self._hint(width))

    def _hint(self, width: int) -> str:
        """The keys that matter most, by the player's own names, as many as fit in `width`."""
        by_id, keymap = {each.id: each for each in bindings_in(self.BINDINGS)}, keymap_of(self.app)
        entries = [f"{' '.join(shown_keys(by_id[each], keymap) for each in ids)} {label}" for label, *ids in HINTED]
        while len("  ".join(entries)) > width:
            entries.pop()
        return "  ".join(entries)
