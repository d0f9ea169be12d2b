"""The saved sessions, one a row, the last played on top."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rich.cells import set_cell_size
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from saves import SavedSession
from tui.plain import harmless
from tui.widgets.figures import brief, percent

WIDE = 104


class SessionList(OptionList):
    """Saved sessions to choose from."""

    DEFAULT_CSS = """
    SessionList {
        height: 1fr; border: none; padding: 0; background: $background; color: $iso-text;
        scrollbar-size-vertical: 1;
        &:focus { background-tint: $background 0%; }
        & > .option-list--option-highlighted { background: $panel; color: $iso-text; text-style: none; }
        &:focus > .option-list--option-highlighted { background: $iso-accent; color: $background; text-style: bold; }
    }
    """

    class Laid(Message):
        """The columns have another width."""

    def __init__(self, id: str | None = None) -> None:  # noqa: A002  (Textual's own name)
        super().__init__(id=id, compact=True)
        self.sessions: tuple[SavedSession, ...] = ()

    def show(self, sessions: Sequence[SavedSession]) -> None:
        """List these; the cursor stays on the session that it was on, unless another was begun or played since."""
        before, known = self.chosen, {session.id: session.played for session in self.sessions}
        self.sessions = tuple(sessions)
        self._fill()
        ids = [session.id for session in self.sessions]
        place = ids.index(before.id) if before is not None and before.id in ids else 0
        place = next((at for at, each in enumerate(self.sessions) if known.get(each.id) != each.played), place)
        self.highlighted = place if ids else None

    @property
    def chosen(self) -> SavedSession | None:
        """The session under the cursor."""
        place = self.highlighted
        return self.sessions[place] if place is not None and place < len(self.sessions) else None

    @property
    def heading(self) -> str:
        """The names of the columns."""
        return heading(self.scrollable_content_region.width)

    def on_resize(self, event: events.Resize) -> None:
        place = self.highlighted
        self._fill()
        self.highlighted = place
        self.post_message(self.Laid())

    def _fill(self) -> None:
        width = self.scrollable_content_region.width
        self.clear_options()
        self.add_options([Option(Content(row(session, width)), id=session.id) for session in self.sessions])


def heading(width: int) -> str:
    """The names of the columns, as wide as `row` makes them."""
    return _laid("name", "mode", "markets", "played", "equity", "state", "venue", "last", width)


def row(session: SavedSession, width: int) -> str:
    """A session as a row of plain, harmless text."""
    progress = Decimal(session.step) / max(session.steps - 1, 1)
    return _laid(
        session.name,
        session.mode if width >= WIDE else session.mode.replace("isolated", "iso"),
        " ".join(session.symbols),
        percent(progress, 0),
        brief(session.equity),
        session.state,
        session.venue,
        session.played[:16].replace("T", " "),
        width,
    )


def _laid(
    name: str, mode: str, markets: str, progress: str, equity: str, state: str, venue: str, last: str, width: int
) -> str:
    parts = [_cell(markets, 13), f"{progress:>6}", f"{equity:>11}", " " + _cell(state, 10)]
    parts = [_cell(mode, 8), _cell(venue, 11), *parts, _cell(last, 16)] if width >= WIDE else [_cell(mode, 5), *parts]
    rest = " ".join(parts)
    return f"{_cell(name, max(width - len(rest) - 1, 8))} {rest}"


def _cell(text: str, width: int) -> str:
    shown = harmless(text)
    cut = set_cell_size(shown, width)
    return cut if cut.rstrip() == shown.rstrip() or width < 2 else set_cell_size(shown, width - 1) + "…"
