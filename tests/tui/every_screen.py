"""A walk through every screen of the game, for what must hold on all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.strip import Strip

from tests.tui.desks import WIDE, desk_of, hopeless_session, new_session, playing, strips_of

DESK = (
    ("desk", ""),
    ("depth", "d"),
    ("two charts", "d w"),
    ("crosshair", "w k"),
    ("ticket", "k b x t enter"),
    ("command line", "escape colon"),
    ("why", "escape p"),
    ("compare", "escape r"),
    ("a venue’s card", "enter"),
    ("ghosts", "escape escape g"),
    ("another ghost", "v"),
    ("post-mortem", "escape escape y"),
    ("a rerun", "down enter"),
    ("report", "escape escape h"),
    ("palette", "escape ctrl+p"),
    ("help", "escape question_mark"),
    ("settings", "escape f2"),
    ("key map", "ctrl+k"),
    ("a key", "enter"),
    ("home", "escape escape escape q"),
    ("replay", "v n"),
    ("a replay’s line", "at"),
    ("fork", "escape K right"),
    ("what a fork could not be given", "enter"),
    ("the fork’s desk", "enter"),
    ("home with a fork", "q down"),
    ("name", "r"),
    ("question", "escape d"),
    ("new", "n n"),
    ("new, from files", "right ctrl+r"),
    ("scenarios", "escape l"),
    ("a challenge", "right"),
    ("a lesson", "left home enter"),
    ("a lesson’s hints", "e e e"),
)
"""What is seen, and the keys that lead there from the one before."""

OVER = (("liquidation", ""), ("wiped out", "enter"), ("the end", "ctrl+e"))


async def walk(home: Path, size: tuple[int, int] = WIDE) -> AsyncIterator[tuple[str, Pilot[None]]]:
    """Every screen, one after the other, each with what it is called."""
    async with playing(home, new_session(), size) as pilot:
        desk = desk_of(pilot)
        for text in ("buy 2.4 ETH 10x iso sl 1850 tp 2200", "sell $500 SOL 5x cross", "margin ETH +5"):
            desk.give(text)
        await pilot.press(*["full_stop"] * 5)
        async for seen in _visit(pilot, DESK):
            yield seen
    async with playing(home, replace(hopeless_session(), name="Another"), size) as pilot:
        desk_of(pilot).give("buy 100% ETH 25x cross")
        await pilot.press(*["full_stop"] * 3)
        async for seen in _visit(pilot, OVER):
            yield seen


async def _visit(pilot: Pilot[None], stations: tuple[tuple[str, str], ...]) -> AsyncIterator[tuple[str, Pilot[None]]]:
    for name, keys in stations:
        for key in keys.split():
            await pilot.press(key)
        if pilot.app.workers:
            await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        yield name, pilot


def strips_in_front(pilot: Pilot[None]) -> list[Strip]:
    """The rows of the screen; of a question, only its box: what lies behind it is dimmed on purpose."""
    strips, screen = strips_of(pilot), pilot.app.screen
    if not isinstance(screen, ModalScreen):
        return strips
    box = screen.children[0].region
    return [strip.crop(box.x, box.right) for strip in strips[box.y : box.bottom]]
