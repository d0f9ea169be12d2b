"""Liquidated pools: which are said to be lost, and for how long."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine import Session, parse
from engine.events import Event
from engine.setup import Setup
from tests.tui.desks import desk_of, falling_tape, frames, new_session, playing, screen_text, type_command
from tests.tui.examples import NOW, pool, position, view
from tui.playing.lost_pools import LostPools
from tui.themes import DEFAULT_PALETTE
from tui.widgets.pool_rows import Gone, panel_rows


def fallen(*texts: str) -> list[Event]:
    """The events of the fall, to its end, after those commands."""
    session = Session(Setup(balance=Decimal(1000)), falling_tape())
    for text in texts:
        session.do(parse(text))
    return [*session.advance(len(session.tape) - 1)]


def lost(events: list[Event]) -> list[tuple[str, tuple[str, ...]]]:
    """What is lost after those events, told one by one."""
    pools = LostPools()
    for event in events:
        pools.happened([event])
    return [(each.key, each.symbols) for each in pools.gone()]


def test_a_liquidated_pool_is_lost() -> None:
    events = fallen("buy 2.4 ETH 10x iso", "buy 1 SOL 2x iso")
    assert [symbols for _, symbols in lost(events)] == [("ETH",)]


def test_a_shared_pool_names_what_it_held() -> None:
    events = fallen("buy 4 ETH 10x cross", "buy 1 SOL 2x iso")
    assert lost(events) == [("cross", ("ETH",))]


@pytest.mark.slow
async def test_it_stays_while_other_things_happen_and_when_continued(isocross_home: Any) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await type_command(pilot, "buy 2.4 ETH 10x iso")
        await type_command(pilot, "@ liquidation")
        await frames(pilot, 40, 0)
        await pilot.press("escape")
        await type_command(pilot, "@ +5m")
        await frames(pilot, 40, 0)
        assert "ISO ETH ✕ LIQUIDATED" in screen_text(pilot)
        session = desk_of(pilot).play.recorder.id
    async with playing(isocross_home, session) as pilot:
        assert "ISO ETH ✕ LIQUIDATED" in screen_text(pilot)
        await type_command(pilot, "buy 0.1 ETH 2x iso")
        assert "LIQUIDATED" not in screen_text(pilot)


@pytest.mark.parametrize(
    "text", ["buy 0.1 SOL 2x iso", "deposit 1", "sell 0.1 SOL at 200", "note hm", "leverage SOL 3x"]
)
def test_it_is_gone_once_the_player_acts(text: str) -> None:
    session = Session(Setup(balance=Decimal(1000)), falling_tape())
    session.do(parse("buy 2.4 ETH 10x iso"))
    events = [*session.advance(len(session.tape) - 1)]
    assert lost(events)
    acted = session.do(parse(text))
    assert isinstance(acted, tuple)
    assert lost([*events, *acted]) == []


@pytest.mark.parametrize("height", range(4, 12))
def test_it_never_pushes_the_wallet_off(height: int) -> None:
    gone = tuple(Gone(f"iso:{each}", (each,), NOW - 26 * 3_600_000) for each in ("BTC", "SOL", "XRP"))
    one = view((pool("iso:ETH", position()),))
    rows = [row.text for row in panel_rows(one, gone, 56, height, DEFAULT_PALETTE)]
    assert len(rows) <= max(height, len(panel_rows(one, (), 56, height, DEFAULT_PALETTE)))
    assert any("WALLET" in row for row in rows[:height])
    told = [row for row in rows if "LIQUIDATED" in row]
    assert all("2024-08-04 04:24" in row for row in told), "of another day, so it is dated"
    assert [row.split()[1] for row in told] == ["BTC", "SOL", "XRP"][3 - len(told) :]
