"""Every key of the game is pressed, and does what the table in `key_rows.py` says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from decimal import Decimal
from itertools import chain
from pathlib import Path

import pytest
from textual.pilot import Pilot

from engine.script import DEFAULT_START
from engine.tapes.inline import InlinePath, inline_tape
from tests.tui import ghost_key_rows, key_rows, replay_key_rows, report_key_rows, rival_key_rows, scenario_key_rows
from tests.tui.desks import NARROW, desk_of, hopeless_session, new_session, playing
from tests.tui.key_rows import Row, see
from tests.tui.replays import LEFT_OUT, long_tape, seen_again
from tui.dialogs.forked import ForkedDialog
from tui.dialogs.liquidation import LiquidationDialog
from tui.dialogs.scenario_done import ScenarioDoneDialog
from tui.keys.map import by_id, places
from tui.keys.names import keys_of
from tui.playing.session_record import record_of
from tui.screens.desk import DeskScreen
from tui.screens.desk_charts import DeskCharts
from tui.screens.replay import ReplayScreen
from tui.screens.report import ReportScreen
from tui.screens.scenario_desk import ScenarioDesk
from tui.start import NewSession

MODULES = (key_rows, replay_key_rows, ghost_key_rows, report_key_rows, rival_key_rows, scenario_key_rows)
TABLES = {
    name: table
    for module in MODULES
    for name, table in vars(module).items()
    if name.isupper() and isinstance(table, tuple)
}


def test_every_key_has_a_row() -> None:
    rows = [row.id for row in chain.from_iterable(TABLES.values())]
    assert sorted(rows) == sorted(by_id()), "tests/tui/key_rows.py says what each key does"


def test_every_binding_has_an_id_and_words() -> None:
    for place in places():
        for binding in place.bindings:
            assert binding.id, binding
            assert binding.description, binding.id


async def pressed(pilot: Pilot[None], keys: str) -> None:
    """Press keys, and let everything happen that they set off."""
    for key in keys.split():
        await pilot.press(key)
        if pilot.app.workers:
            await pilot.app.workers.wait_for_complete()
            await pilot.pause()


def focus(pilot: Pilot[None], panel: str) -> None:
    """Give the focus to a panel of the desk; to none where none is named."""
    desk = pilot.app.screen
    if isinstance(desk, DeskCharts) and not desk.play.holds:
        desk.set_focus(desk.query_one(f"#desk-{panel}") if panel else None)


async def check(pilot: Pilot[None], rows: Iterable[Row], first: Callable[[], Awaitable[object]] | None = None) -> None:
    """Press every key of the rows, and do `first` before each."""
    for row in rows:
        for key in keys_of(by_id()[row.id], {}):
            if first is not None:
                await first()
            focus(pilot, row.focus)
            await pressed(pilot, row.before)
            before = see(pilot) if callable(row.wanted) else {}
            await pressed(pilot, key)
            after = see(pilot)
            told = f"{key} ({row.id}): before {before}, after {after}"
            if callable(row.wanted):
                assert row.wanted(before, after), told
            else:
                assert {name: after.get(name) for name in row.wanted} == dict(row.wanted), told
            await pressed(pilot, row.after)


async def ready(pilot: Pilot[None]) -> None:
    """Hours of prices, two positions, orders, and a log that is longer than its panel."""
    desk = desk_of(pilot)
    desk.play.recorder.advance(350, frozenset())
    for text in ("buy 1 ETH 10x iso sl 1850 tp 2200", "sell 5 SOL at 120", "sell $500 SOL 5x cross"):
        desk.give(text)
    for number in range(12):
        desk.give(f"note {number}")
    await pilot.pause()


def calm_session() -> NewSession:
    """A session on ten hours of prices in which nobody is called."""
    prices = tuple(Decimal(2000 + minute % 7 - minute % 3) for minute in range(600))
    paths = [InlinePath("ETH", 60, prices), InlinePath("SOL", 60, tuple(Decimal(100) for _ in prices))]
    return new_session(tape=inline_tape(paths, DEFAULT_START))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["DESK", "CHART", "PANELS", "COMMAND", "TICKET"])
async def test_desk(isocross_home: Path, name: str) -> None:
    async with playing(isocross_home, calm_session()) as pilot:
        await ready(pilot)
        await pressed(pilot, {"TICKET": "b", "PANELS": "d"}.get(name, ""))
        await check(pilot, TABLES[name])


@pytest.mark.slow
async def test_why(isocross_home: Path) -> None:
    async with playing(isocross_home, calm_session()) as pilot:
        await ready(pilot)
        await pressed(pilot, "p")
        await check(pilot, TABLES["EXPLAIN"])


@pytest.mark.slow
@pytest.mark.parametrize(("name", "first"), [("COMPARE", "r"), ("CARD", "r enter")])
async def test_compare_and_what_it_opens(isocross_home: Path, name: str, first: str) -> None:
    async with playing(isocross_home, new_session(), NARROW) as pilot:
        desk_of(pilot).give("buy 2.4 ETH 10x iso")
        await pressed(pilot, f"full_stop {first}")
        await check(pilot, TABLES[name])


@pytest.mark.slow
async def test_the_ghosts(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session(), NARROW) as pilot:
        for text in ("buy 2.4 ETH 10x iso", *["margin ETH +1"] * 5):
            assert desk_of(pilot).give(text)
        await pressed(pilot, "g l enter up")
        await check(pilot, TABLES["GHOSTS"])


@pytest.mark.slow
@pytest.mark.parametrize(("name", "first", "rows"), [("POST_MORTEM", "", 16), ("RERUN", "v end enter", 11)])
async def test_the_post_mortem_and_what_it_opens(isocross_home: Path, name: str, first: str, rows: int) -> None:
    """Of a pool of two positions, and of one that stands."""
    async with playing(isocross_home, new_session(), (80, rows)) as pilot:
        desk = desk_of(pilot)
        for text in ("buy 8.5 ETH 20x cross", "sell $300 SOL 5x cross"):
            assert desk.give(text)
        desk.play.recorder.advance(9, frozenset())
        for text in ("deposit 1000", "buy 1 ETH 10x cross"):
            assert desk.give(text)
        await pressed(pilot, f"y left {first}")
        await check(pilot, TABLES[name])


@pytest.mark.slow
async def test_the_report(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session(), NARROW) as pilot:
        desk = desk_of(pilot)
        desk.give("buy 2.4 ETH 10x iso")
        record = record_of(desk.play)

        async def opened_again() -> None:
            if isinstance(pilot.app.screen, DeskScreen):
                await pilot.app.push_screen(ReportScreen([("One", record), ("Other", record)]))
                await pressed(pilot, "tab shift+tab")

        await check(pilot, TABLES["REPORT"], opened_again)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "first"), [("HOME", ""), ("NEW", "n"), ("SETTINGS", "s"), ("KEYS", "s ctrl+k")])
async def test_home_and_what_it_opens(isocross_home: Path, name: str, first: str) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await pressed(pilot, f"q {first}")
        await check(pilot, TABLES[name])


@pytest.mark.slow
@pytest.mark.parametrize(("name", "first"), [("REPLAY", ""), ("FORK", "K")])
async def test_replay(isocross_home: Path, name: str, first: str) -> None:
    seen_again(isocross_home, end=500, tape=long_tape())
    async with playing(isocross_home) as pilot:
        await pressed(pilot, f"v {first}")
        await check(pilot, TABLES[name])


@pytest.mark.slow
async def test_what_a_fork_could_not_be_given(isocross_home: Path) -> None:
    seen_again(isocross_home)
    async with playing(isocross_home) as pilot:
        await pressed(pilot, "v")

        async def told_again() -> None:
            if isinstance(pilot.app.screen, ReplayScreen):
                await pilot.app.push_screen(ForkedDialog("A fork", LEFT_OUT, "opens its desk"))
                await pilot.pause()

        await check(pilot, TABLES["FORKED"], told_again)


@pytest.mark.slow
async def test_a_liquidation(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session(), (50, 24)) as pilot:
        desk = desk_of(pilot)
        desk.give("buy 2.4 ETH 10x iso")
        desk.play.recorder.advance(7, frozenset())
        await pressed(pilot, "full_stop full_stop")
        told = pilot.app.screen
        assert isinstance(told, LiquidationDialog)

        async def told_again() -> None:
            if not isinstance(pilot.app.screen, LiquidationDialog):
                await pilot.app.push_screen(LiquidationDialog(desk.play, [told.story]))
                await pilot.pause()

        await check(pilot, TABLES["LIQUIDATION"], told_again)
        await check(pilot, TABLES["TOLD"])


@pytest.mark.slow
async def test_the_end(isocross_home: Path) -> None:
    async with playing(isocross_home, hopeless_session()) as pilot:
        desk = desk_of(pilot)
        desk.give("buy 100% ETH 25x cross")
        await pressed(pilot, "full_stop full_stop full_stop")
        if isinstance(pilot.app.screen, LiquidationDialog):
            await pressed(pilot, "enter")

        async def asked_again() -> None:
            if isinstance(pilot.app.screen, DeskScreen):
                pilot.app.screen.look_after()
                await pilot.pause()

        await check(pilot, TABLES["OVER"], asked_again)


@pytest.mark.slow
async def test_the_lessons(isocross_home: Path) -> None:
    async with playing(isocross_home) as pilot:
        await pressed(pilot, "l")
        await check(pilot, TABLES["LADDER"])
        await pressed(pilot, "home enter")
        await check(pilot, TABLES["LESSON"])

        async def told_again() -> None:
            if not isinstance(pilot.app.screen, ScenarioDoneDialog):
                if not isinstance(pilot.app.screen, ScenarioDesk):
                    await pressed(pilot, "l home enter")
                desk = pilot.app.screen
                assert isinstance(desk, ScenarioDesk)
                desk._tell_end()
                await pilot.pause()

        await check(pilot, TABLES["LESSON_DONE"], told_again)
