"""Lines that did not change are not rendered again, and what is kept is what a fresh paint would show."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.geometry import Region

from tests.tui.desks import NARROW, WIDE, desk_of, frames, new_session, playing, strips_of, type_command
from tui.widgets.kept_lines import KeptLines, _runs
from tui.widgets.pools import PoolsPanel


@pytest.mark.parametrize(
    ("lines", "runs"),
    [
        (set(), []),
        ({3}, [(3, 3)]),
        ({0, 1, 2, 5, 7, 8}, [(0, 2), (5, 5), (7, 8)]),
        ({-1, 0, 9, 10, 11}, [(0, 0), (9, 9)]),
    ],
)
def test_runs(lines: set[int], runs: list[tuple[int, int]]) -> None:
    assert list(_runs(lines, 10)) == runs


@pytest.mark.slow
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x45"])
async def test_what_is_kept_is_what_a_fresh_paint_shows(isocross_home: Path, size: tuple[int, int]) -> None:
    async with playing(isocross_home, new_session(), size) as pilot:
        await type_command(pilot, "buy 2.4 ETH 10x iso sl 1850")
        await pilot.press("a", "a", "space")
        for keys in ((), ("comma",), ("tab",), ("i",), ("t",), ("b",), ("escape",), ("colon",), ("escape",), ("f2",)):
            await pilot.press(*keys)
            await frames(pilot, 3, 0.2)
            kept = strips_of(pilot)
            for widget in desk_of(pilot).walk_children():
                widget.refresh()
            desk_of(pilot).refresh()
            assert strips_of(pilot) == kept, keys


async def test_only_lines_that_changed_are_rendered(isocross_home: Path) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        pools = desk_of(pilot).query_one(PoolsPanel)
        assert isinstance(pools, KeptLines)
        whole = Region(0, 0, pools.region.width, pools.region.height)
        rendered: list[int] = []
        render_line = pools.render_line
        pools.render_line = lambda y: rendered.append(y) or render_line(y)  # type: ignore[method-assign]
        pools.render_lines(whole)
        rendered.clear()
        assert pools.render_lines(whole) is pools.render_lines(whole)
        assert rendered == []
        pools.refresh(Region(0, 2, 4, 1))
        pools.render_lines(whole)
        assert rendered == [2]
        pools.refresh()
        pools.render_lines(whole)
        assert len(rendered) == 1 + pools.content_size.height
