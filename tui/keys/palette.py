"""The command palette: everything that can be done here, found by its words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.dom import DOMNode

from saves import SaveError
from tui.keys.names import bindings_in, shown_keys
from tui.screens.session_screen import SessionScreen
from tui.settings import settings_of
from tui.settings.described import DESCRIBED
from tui.words.plain import harmless

if TYPE_CHECKING:
    from tui.app import IsocrossApp

LONGEST_NAME = 60
NOT_BY_WORDS = ("desk.market_", "home.resume")
"""Bindings that the palette says better: markets and sessions by their names."""


@dataclass(frozen=True, slots=True)
class Named:
    """One thing to do: its words, what stands behind them, and how it is done."""

    words: str
    help: str
    run: Callable[[], object | Awaitable[object]]


class GameCommands(Provider):
    """What the screen behind the palette can do, its markets, the settings, the saved sessions."""

    async def discover(self) -> Hits:
        for each in self._all():
            yield DiscoveryHit(Content(each.words), each.run, text=each.words, help=each.help or None)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for each in self._all():
            score, places = matcher.fuzzy_search.match(matcher.query, each.words)
            if score > 0:
                # Not the matcher's own: it would read a session's name as markup.
                shown = Content(each.words)
                for place in places:
                    shown = shown.stylize(matcher.match_style, place, place + 1)
                yield Hit(score, shown, each.run, text=each.words, help=each.help or None)

    def _all(self) -> Iterator[Named]:
        yield from self._markets()
        for node in self._nodes():
            yield from self._actions(node)
        yield from self._sessions()
        yield from self._settings()

    @property
    def _game(self) -> IsocrossApp:
        return cast("IsocrossApp", self.app)

    def _nodes(self) -> Iterator[DOMNode]:
        """The screen and the app, and before them the panel that has the focus."""
        if self.focused is not None and not isinstance(self.focused, SessionScreen):
            yield self.focused
        yield self.screen
        yield self.app

    def _actions(self, node: DOMNode) -> Iterator[Named]:
        keymap = settings_of(self.app).keys
        for binding in bindings_in(type(node).__dict__.get("BINDINGS", ())):
            if _is_for_palette(binding) and node.check_action(*_parts(binding.action)) is not False:
                run = partial(self.app.run_action, binding.action, node)
                yield Named(binding.description, shown_keys(binding, keymap), run)

    def _markets(self) -> Iterator[Named]:
        desk = self.screen
        if isinstance(desk, SessionScreen) and desk.check_action("market", ()):
            for symbol in desk.tape.by_symbol:
                yield Named(f"market {harmless(symbol, LONGEST_NAME)}", "", partial(desk.choose_market, symbol))

    def _sessions(self) -> Iterator[Named]:
        try:
            sessions = self._game.library.sessions()
        except SaveError:
            return
        for each in sessions:
            played = f"{each.venue} {each.mode}, {' '.join(each.symbols)}, {each.state}"
            name = harmless(each.name, LONGEST_NAME)
            yield Named(f"continue {name}", harmless(played, LONGEST_NAME), partial(self._game.open_session, each.id))

    def _settings(self) -> Iterator[Named]:
        settings = settings_of(self.app)
        for each in DESCRIBED:
            for value, meaning in each.options.items():
                if value != each.get(settings):
                    run = partial(self._game.keep_settings, each.put, value)
                    yield Named(f"settings: {each.words} {value}", meaning, run)


def _is_for_palette(binding: Binding) -> bool:
    return bool(binding.description) and binding.show and not (binding.id or "").startswith(NOT_BY_WORDS)


def _parts(action: str) -> tuple[str, tuple[object, ...]]:
    """An action's name, without the node that it is for; what it is told does not matter for whether it may be done."""
    return action.partition("(")[0].rpartition(".")[2], ()
