"""What the command palette finds of scenarios: each to begin at once, by its number or its title."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import Hit, Hits, Provider
from textual.content import Content

from engine.scenarios.daily import DailyError
from tui.scenarios.found import Found, daily, every_scenario
from tui.words.plain import harmless

if TYPE_CHECKING:
    from tui.app import IsocrossApp

LONGEST_NAME = 80


class ScenarioCommands(Provider):
    """Every lesson and challenge, the player’s own scenarios, and today’s daily."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self._known: list[Found] = []

    @property
    def _game(self) -> IsocrossApp:
        return cast("IsocrossApp", self.app)

    async def startup(self) -> None:
        # Reading them all takes a moment; the palette looks through the rest meanwhile.
        self._known = await asyncio.to_thread(every_scenario)
        try:
            self._known.append(daily(self._game.library.attempts.today()))
        except DailyError:
            return

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for found in self._known:
            words = words_of(found)
            score, places = matcher.fuzzy_search.match(matcher.query, words)
            if score > 0:
                # Not the matcher's own: it would read a title as markup.
                shown = Content(words)
                for place in places:
                    shown = shown.stylize(matcher.match_style, place, place + 1)
                run = partial(self._game.start_scenario, found)
                yield Hit(score, shown, run, text=words, help=harmless(found.scenario.teaches, LONGEST_NAME))


def words_of(found: Found) -> str:
    """`lesson 3: Initial and maintenance margin`."""
    title = harmless(found.title, LONGEST_NAME)
    return f"scenario: {title}" if found.group == "own" else f"{title[0].lower()}{title[1:]}"
