"""What is shown of the ghosts: rows of a table, lines of a chart, and each one in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.events import LiquidationStarted, MarginCalled
from engine.ghost import Ghost
from engine.looking.views import View
from engine.numbers import EXACT
from engine.tape import Tape
from tui.playing.best_run import BestRun
from tui.playing.ghosts import FollowingGhost, Ghosts
from tui.widgets.equity_line import GHOST_SIGNS, YOU, GhostLine
from tui.widgets.figures import date_and_time, price
from tui.widgets.ghost_chart import EquityPath
from tui.widgets.ghost_table import AccountRow, First, worst_gauge
from tui.words.plain import harmless

TONES = ("ghost", "key", "entry")
BEST_SIGN, BEST_TONE = "★", "alarm"
YOUR_TONE = "accent"
LONGEST = 400
"""Letters of a command and of a reason."""

Steps = NDArray[np.int64]


def first_of(event: MarginCalled | LiquidationStarted | None, tape: Tape) -> First | None:
    """When and at what price something happened first."""
    if event is None:
        return None
    market = tape.by_symbol.get(event.symbol or "")
    return First(event.time, price(event.price, market.tick_size) if market and event.price is not None else "")


def your_row(
    name: str, view: View, called: MarginCalled | None, liquidated: LiquidationStarted | None, tape: Tape
) -> AccountRow:
    """Your own account."""
    return AccountRow(
        name=name,
        sign=YOU,
        tone=YOUR_TONE,
        equity=view.equity,
        gauge=worst_gauge(view),
        called=first_of(called, tape),
        liquidated=first_of(liquidated, tape),
        wiped_out=view.state == "wiped out",
    )


def ghost_rows(ghosts: Ghosts, view: View, tape: Tape) -> Iterator[AccountRow]:
    """The ghosts, in order. One that is on its way says how far it has come and nothing else."""
    for each, sign, tone in _dressed(ghosts):
        ghost, other = each.ghost, each.ghost.session.view()
        row = AccountRow(
            name=each.name,
            sign=sign,
            tone=tone,
            equity=other.equity,
            joining=None if each.joined else other.step / max(view.step, 1),
        )
        if each.joined:
            row = AccountRow(
                name=row.name,
                sign=row.sign,
                tone=row.tone,
                equity=other.equity,
                difference=EXACT.subtract(other.equity, view.equity),
                gauge=worst_gauge(other),
                called=first_of(ghost.called, tape),
                liquidated=first_of(ghost.liquidated, tape),
                wiped_out=other.state == "wiped out",
                missed=len(ghost.missed),
                over=each.over_at,
            )
        yield row


def ghost_lines(ghosts: Ghosts, view: View, steps: Steps) -> Iterator[GhostLine]:
    """The equity of those that are where the session is, as the session's own line has it: at `steps`, and now."""
    for each, sign, _ in _dressed(ghosts):
        if each.joined:
            equity = each.equity
            yield GhostLine(
                name=each.name,
                sign=sign,
                values=_values(each, steps, float(equity)),
                difference=EXACT.subtract(equity, view.equity),
                liquidated=each.ghost.liquidated is not None,
            )


def ghost_paths(ghosts: Ghosts, steps: Steps) -> Iterator[EquityPath]:
    """The same for the chart."""
    for each, sign, tone in _dressed(ghosts):
        if each.joined:
            died = each.ghost.liquidated
            yield EquityPath(
                name=each.name,
                sign=sign,
                tone=tone,
                values=_values(each, steps, float(each.equity)),
                liquidated=died.step if died else None,
            )


def _dressed(ghosts: Ghosts) -> Iterator[tuple[FollowingGhost, str, str]]:
    """Every account with the sign and the tone of its line."""
    signs, tones = list(GHOST_SIGNS), list(TONES)
    for each in ghosts.following:
        if isinstance(each, BestRun):
            yield each, BEST_SIGN, BEST_TONE
        else:
            yield each, signs.pop(0), tones.pop(0)


def _values(each: FollowingGhost, steps: Steps, now: float) -> NDArray[np.float64]:
    return np.array([*each.ghost.equity_at(steps.tolist()), now], np.float64)


def best_told(best: BestRun) -> Iterator[tuple[str, str]]:
    """The best run in words: what it did so far, the newest first, and whether it is over."""
    if best.over_at is not None:
        yield f"It was over at {date_and_time(best.over_at)}: its line stands as it was then.", "warning"
    did = best.told()
    yield from ((harmless(line, LONGEST), "text") for line in did)
    if not did:
        yield "It did nothing up to here.", "dim"


def told(ghost: Ghost, name: str) -> Iterator[tuple[str, str]]:
    """A ghost in words, row by row, each with a tone: what it is, what it can't follow, and why."""
    setup = ghost.session.setup
    for each in ghost.missed:
        number = f"c{each.given.number} " if each.given.number else ""
        command, reason = harmless(str(each.given.command), LONGEST), harmless(each.reason, LONGEST)
        yield f"{date_and_time(each.time)}  {number}{command}: {reason}", "text"
    for lowered in dict.fromkeys(ghost.lowered):
        yield f"{lowered.symbol}: {lowered}, the most that {setup.venue} gives", "warning"
    if not ghost.missed:
        yield "It could follow every command so far.", "dim"
    yield harmless(f"{name}: {setup.venue}, {_modes(ghost)}, {_leverage(ghost)}{_set(setup.overrides)}", LONGEST), "dim"


def _modes(ghost: Ghost) -> str:
    kind = ghost.kind
    if kind.as_given:
        return f"modes as you gave them, else {kind.mode}"
    return f"{kind.variant} account, all in {kind.mode} margin" if kind.variant else f"all in {kind.mode} margin"


def _leverage(ghost: Ghost) -> str:
    return f"every leverage {ghost.kind.leverage}x" if ghost.kind.leverage else "your leverage"


def _set(overrides: Sequence[Sequence[str]]) -> str:
    return f", set {'; '.join(' '.join(words) for words in overrides)}" if overrides else ""
