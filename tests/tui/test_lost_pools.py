"""Liquidated pools: which are said to be lost, and for how long."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine import Session, parse
from engine.events import Event
from engine.setup import Setup
from tests.tui.desks import desk_of, falling_tape, frames, new_session, playing, screen_text, type_command
from tui.lost_pools import LostPools


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


async def test_it_stays_while_other_things_happen_and_when_continued(isocross_home: Any) -> None:
    async with playing(isocross_home, new_session()) as pilot:
        await type_command(pilot, "buy 2.4 ETH 10x iso")
        await type_command(pilot, "@ liquidation")
        await frames(pilot, 40, 0)
        await type_command(pilot, "buy 1 SOL 2x iso")
        await type_command(pilot, "close SOL")
        assert "ISO ETH ✕ LIQUIDATED" in screen_text(pilot)
        session = desk_of(pilot).play.recorder.id
    async with playing(isocross_home, session) as pilot:
        assert "ISO ETH ✕ LIQUIDATED" in screen_text(pilot)
        await type_command(pilot, "buy 0.1 ETH 2x iso")
        assert "LIQUIDATED" not in screen_text(pilot)
