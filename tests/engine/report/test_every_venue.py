"""Under every rulebook and in every mode: the parts of a net profit add up to it to the last unit of money, and the
account's course is the session's own at every vertex."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.account import Mode
from engine.numbers import EXACT, ZERO, exactly
from engine.record import Record
from engine.report import report_of
from engine.report.exposure import near_liquidation
from engine.rulebooks.base import Overrides
from engine.segment import at_vertex
from engine.session import Session
from engine.setup import Setup
from engine.tape import Tape
from tests.engine.report.playing import course_of, record_of, session_at_end
from tests.engine.test_every_venue import COMMANDS, FIRST, TAPES
from tests.engine.venues import every_account

SHARE_OF_EXAMPLES = Decimal(8) / 60
"""Of what a profile asks for."""
ACCOUNTS = pytest.mark.parametrize(
    ("venue", "mode", "overrides"), every_account(), ids=lambda each: each if isinstance(each, str) else None
)


def seen_on_the_way(record: Record) -> tuple[list[Decimal], list[bool]]:
    """Step by step: equity at every vertex, and whether a pool's gauge is at 80 % or more."""
    session, equities, near = record.start(), list[Decimal](), list[bool]()
    commands = list(record.commands)
    for step in range(record.until + 1):
        session.advance(step)
        while commands and commands[0].step == step:
            each = commands.pop(0)
            session.do(each.command, each.number)
        equities.append(equity_now(session))
        near.append(near_now(session))
    return equities, near


@exactly
def equity_now(session: Session) -> Decimal:
    moment = at_vertex(session.path, session.step)
    return sum((session.exchange.equity(pool, moment) for pool in session.account.pools.values()), ZERO)


def near_now(session: Session) -> bool:
    marks = at_vertex(session.path, session.step).marks
    pools = [pool for pool in session.account.pools.values() if pool.positions]
    gauges = [session.exchange.health(pool, "maintenance").gauge(marks) for pool in pools]
    return any(gauge is not None and gauge >= Decimal("0.8") for gauge in gauges)


@ACCOUNTS
@settings(max_examples=int(settings().max_examples * SHARE_OF_EXAMPLES))
@given(tape=TAPES, first=FIRST, orders=COMMANDS, balance=st.sampled_from([2_000, 30_000]), costs=st.booleans())
def test_the_parts_add_up(
    venue: str,
    mode: Mode,
    overrides: Overrides,
    tape: Tape,
    first: list[str],
    orders: list[tuple[int, str]],
    balance: int,
    costs: bool,
) -> None:
    setup = Setup(venue, mode, Decimal(balance), slippage=costs, fees=costs, funding=True, overrides=overrides)
    record = record_of(setup, tape, [*((0, text) for text in first), *orders])
    report, session = report_of(record), session_at_end(record)
    view, split = session.view(), report.split
    assert report.hash == session.state_hash()
    assert (report.put_in, report.taken_out, report.equity) == (view.deposits, view.withdrawals, view.equity)
    assert split.net == EXACT.subtract(EXACT.add(view.equity, view.withdrawals), view.deposits)
    assert split.funding + split.interest == view.funding
    assert (report.calls, report.liquidations) == (view.calls, view.liquidations)
    assert max(split.slippage, split.rounding, split.taken_over) <= 0
    assert costs or split.slippage == 0
    assert all(trade.adverse <= 0 <= trade.favourable for trade in report.trades)
    held = {(each.pool, each.key.replace(":", " ")): each.size for each in view.positions}
    still_open = [(trade.pool, trade.name) for trade in report.trades if trade.open]
    assert len(set(still_open)) == len(still_open)
    assert set(still_open) <= held.keys()


@pytest.mark.slow
@ACCOUNTS
@settings(max_examples=int(settings().max_examples * SHARE_OF_EXAMPLES / 2))
@given(tape=TAPES, first=FIRST, orders=COMMANDS)
def test_its_course_is_the_sessions_own(
    venue: str, mode: Mode, overrides: Overrides, tape: Tape, first: list[str], orders: list[tuple[int, str]]
) -> None:
    setup = Setup(venue, mode, Decimal(20_000), overrides=overrides)
    record = record_of(setup, tape, [*((0, text) for text in first), *orders])
    course, seen = course_of(record)
    equities, near = seen_on_the_way(record)
    assert [course.equity_at(step) for step in range(record.until + 1)] == equities
    floats = np.concatenate([block.equity for block in course.blocks()])
    assert floats == pytest.approx([float(each) for each in equities], rel=1e-9, abs=1e-6)
    assert near_liquidation(seen, record.until).tolist() == near
