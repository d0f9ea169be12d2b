"""The saved sessions, one a row, the last played on top; forks under the session that they were forked from."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from saves import SavedSession
from tui.widgets.figures import brief
from tui.words.fork_tree import Branch, branches, forked_briefly
from tui.words.plain import harmless
from tui.words.progress import played

WIDE = 104
DEEPEST = 6
"""Forks of forks that are set in; more of them stand in one column."""
SHORTEST_CHANGE = 16
"""Cells that are worth beginning to say in what a fork differs."""


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
        self.branches: tuple[Branch, ...] = ()

    @property
    def sessions(self) -> tuple[SavedSession, ...]:
        """The sessions, in the order of the list."""
        return tuple(branch.session for branch in self.branches)

    def show(self, sessions: Sequence[SavedSession]) -> None:
        """List these; the cursor stays on the session that it was on, unless another was begun or played since."""
        before, known = self.chosen, {session.id: session.played for session in self.sessions}
        self.branches = tuple(branches(sessions))
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
        self.add_options([Option(Content(row(each, width)), id=each.session.id) for each in self.branches])


def heading(width: int) -> str:
    """The names of the columns, as wide as `row` makes them."""
    return _laid(None, "mode", "markets", "played", "equity", "state", "venue", "last", width)


def row(branch: Branch, width: int) -> str:
    """A session as a row of plain, harmless text."""
    session = branch.session
    return _laid(
        branch,
        session.mode if width >= WIDE else session.mode.replace("isolated", "iso"),
        " ".join(session.symbols),
        played(session.step, session.steps),
        brief(session.equity),
        session.state,
        session.venue,
        session.played[:16].replace("T", " "),
        width,
    )


def _laid(
    branch: Branch | None,
    mode: str,
    markets: str,
    progress: str,
    equity: str,
    state: str,
    venue: str,
    last: str,
    width: int,
) -> str:
    parts = [_cell(markets, 13), f"{progress:>6}", f"{equity:>11}", " " + _cell(state, 10)]
    parts = [_cell(mode, 8), _cell(venue, 11), *parts, _cell(last, 16)] if width >= WIDE else [_cell(mode, 5), *parts]
    rest = " ".join(parts)
    room = max(width - len(rest) - 1, 8)
    return f"{_cell('name', room) if branch is None else _name(branch, room)} {rest}"


def _name(branch: Branch, room: int) -> str:
    """The name, set in under its parent's; behind it, where there is room, what makes it a fork."""
    session, depth = branch.session, min(branch.depth, DEEPEST)
    name = f"{'  ' * (depth - 1)}└ {harmless(session.name)}" if depth else harmless(session.name)
    if session.parent is not None and room - cell_len(name) - 2 >= SHORTEST_CHANGE:
        name = f"{name}  {harmless(forked_briefly(session))}"
    return _cell(name, room)


def _cell(text: str, width: int) -> str:
    shown = harmless(text)
    cut = set_cell_size(shown, width)
    return cut if cut.rstrip() == shown.rstrip() or width < 2 else set_cell_size(shown, width - 1) + "…"
