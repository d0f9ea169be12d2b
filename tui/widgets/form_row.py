"""One row of a form: a label, a control, a hint, and below it what is wrong with it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Label

from tui.widgets.choice import Choice


class FormRow(Vertical):
    """A field called `field`."""

    DEFAULT_CSS = """
    FormRow {
        height: auto;
        .form-mark { width: 2; color: $iso-key; visibility: hidden; }
        .form-label { width: 11; color: $iso-dim; }
        .form-hint { width: 1fr; color: $iso-dim; }
        .form-wrong { height: auto; color: $iso-danger; padding: 0 0 0 13; display: none; }
        &.-wrong .form-wrong { display: block; }
        &.-here .form-mark { visibility: visible; }
        &.-here .form-label { color: $iso-key; text-style: bold; }
        Horizontal { height: auto; }
        Choice { width: 22; margin-right: 2; }
        Input { width: 22; background: $panel; color: $iso-text; margin-right: 2; }
        Input:focus { background: $iso-field; background-tint: $background 0%; }
        &.-long Input { width: 1fr; }
        &.-long .form-hint { display: none; }
    }
    """

    def __init__(self, field: str, label: str, control: Widget, hint: str = "") -> None:
        super().__init__(id=f"row-{field}")
        self.field, self.control = field, control
        self._label, self._hint = label, hint

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Label("▸", classes="form-mark")
            yield Label(self._label, classes="form-label")
            yield self.control
            yield Label(self._hint, classes="form-hint", markup=False)
        yield Label("", classes="form-wrong")

    # A class, and not `:focus-within`: a row whose choice was changed would go on looking like the one with the focus.

    def on_descendant_focus(self) -> None:
        self.add_class("-here")

    def on_descendant_blur(self) -> None:
        self.remove_class("-here")

    @property
    def value(self) -> str:
        """What the field says."""
        control = self.control
        return control.value if isinstance(control, Choice | Input) else ""

    def hint(self, text: str) -> None:
        """Say something beside the field."""
        self.query_one(".form-hint", Label).update(Content(text))

    def wrong(self, why: str | None) -> None:
        """Say what is wrong with the field, or that nothing is."""
        self.set_class(why is not None, "-wrong")
        self.query_one(".form-wrong", Label).update(Content(f"✗ {why}" if why else ""))
