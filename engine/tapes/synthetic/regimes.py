"""The regimes: what a market does over a tape, as a script of phases.

A regime says what is certain (a crash crashes) and between which limits the seed may choose. The ranges that
descriptions promise hold for BTC on tapes of two hours to a month; on longer ones the quiet phases wander too, and the
fall from the highest peak can be deeper. Levels are in units of the regime's move, so that one script serves both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Phase:
    """One act of a regime.

    Attributes:
        name: what a trader would call it.
        share: how much of the tape it takes, before the shares of all phases are scaled to one.
        vol: the factor's volatility a year (0.5 = 50 %).
        level: where the factor ends, in units of the regime's move from the start; None where it wanders freely.
        legs: how many legs it goes in; between two legs it gives a part back.
        jumps: bursts of jumps a day, before they set off others.
        least_jumps: expected bursts even where the phase is short.
        excite: further jumps that each jump sets off on average (< 1; the Hawkes branching ratio).
        lean: probability that a jump goes the phase's way.
        own: damping of the markets' own noise: correlations go to one when everything is sold.
        premium: the level that the perpetual's premium goes to, a fraction an 8 h funding period.
        longest: days that the phase takes at most; on a long tape the others take the rest. None for no limit.
    """

    name: str
    share: Range
    vol: float
    level: Range | None = None
    legs: tuple[int, int] = (1, 1)
    jumps: float = 0.3
    least_jumps: float = 0.0
    excite: float = 0.3
    lean: float = 0.5
    own: float = 1.0
    premium: float = 0.00003
    longest: float | None = None


@dataclass(frozen=True, slots=True)
class Regime:
    """What the market does over a tape.

    Attributes:
        name: its name in commands.
        key: its number in the random streams. Never change or reuse one.
        description: one sentence for a player.
        phases: the acts in order.
        percent: limits of the move from peak to trough or back, as a fraction of the price and signed by its direction;
            for regimes whose move is an event.
        deviations: limits of the move in standard deviations of what the volatility would do by chance over the
            tape; for regimes whose move is a drift. At most one of the two is given.
        slow, fast: standard deviations of the slow and the fast part of log-volatility.
    """

    name: str
    key: int
    description: str
    phases: tuple[Phase, ...]
    percent: Range | None = None
    deviations: Range | None = None
    slow: float = 0.3
    fast: float = 0.4


_CALM = Regime(
    "calm",
    1,
    "A quiet market: 25 to 35 % volatility a year, hardly a jump, funding near its base rate.",
    (Phase("calm", (1, 1), 0.30, jumps=0.1, excite=0.15),),
    slow=0.2,
    fast=0.42,
)

_TREND = Regime(
    "trend",
    2,
    "A steady climb in legs with pullbacks; longs pay a little funding.",
    (Phase("climb", (1, 1), 0.48, (1, 1), (3, 6), jumps=0.4, lean=0.6, premium=0.0002),),
    deviations=(1.6, 2.8),
)

_BLEED = Regime(
    "bleed",
    3,
    "A slow grind down without a crash: every bounce is sold.",
    (Phase("bleed", (1, 1), 0.48, (-1, -1), (3, 6), jumps=0.5, lean=0.6, own=0.9, premium=-0.0001),),
    deviations=(1.6, 2.8),
)

_CHOPPY = Regime(
    "choppy",
    4,
    "A range that goes nowhere at 60 % volatility: both edges are hit, and stops with them.",
    (
        Phase("to the upper edge", (0.6, 1.6), 0.60, (0.5, 1.0), jumps=1.0, excite=0.4),
        Phase("to the lower edge", (0.8, 2.0), 0.62, (-1.0, -0.5), jumps=1.0, excite=0.4, premium=-0.00005),
        Phase("up again", (0.8, 2.0), 0.58, (0.3, 1.0), jumps=1.0, excite=0.4, premium=0.0001),
        Phase("down again", (0.8, 2.0), 0.62, (-1.0, -0.3), jumps=1.0, excite=0.4, premium=-0.00005),
        Phase("up once more", (0.6, 1.6), 0.58, (0.2, 0.9), jumps=1.0, excite=0.4, premium=0.0001),
        Phase("back to the middle", (0.4, 1.2), 0.60, (-0.3, 0.3), jumps=1.0, excite=0.4),
    ),
    deviations=(0.45, 0.75),
)

_EUPHORIA = Regime(
    "euphoria",
    5,
    "A rally that everyone is in: higher highs, sharp pullbacks, longs pay 0.1 to 0.3 % every eight hours.",
    (
        Phase("rally", (0.5, 0.65), 0.75, (0.5, 0.65), (2, 4), jumps=0.8, lean=0.65, own=0.9, premium=0.0012),
        Phase("blow-off", (0.2, 0.35), 1.05, (1, 1), (2, 3), jumps=2.0, excite=0.4, lean=0.6, own=0.9, premium=0.0021),
        Phase("first doubts", (0.05, 0.15), 1.15, (0.8, 0.95), jumps=2.5, excite=0.4, premium=0.0016, longest=3),
    ),
    deviations=(2.2, 3.4),
)

_SQUEEZE = Regime(
    "squeeze",
    6,
    "Shorts pay to hold, then are run over: a fall's mirror, up 12 to 35 %.",
    (
        Phase("crowded short", (0.3, 0.5), 0.5, (-0.2, -0.05), (1, 3), jumps=0.4, premium=-0.0014),
        Phase("trigger", (0.05, 0.1), 1.0, (0.15, 0.3), jumps=3, least_jumps=1, lean=0.8, premium=-0.001, longest=2),
        Phase("squeeze", (0.08, 0.18), 1.9, (1, 1), (2, 3), 14, 2.5, 0.55, 0.85, own=0.8, premium=0.001, longest=2.5),
        Phase("profit taking", (0.08, 0.15), 1.3, (0.65, 0.8), jumps=4, excite=0.4, premium=0.0006, longest=4),
        Phase("new range", (0.15, 0.3), 0.8, (0.65, 0.85), jumps=1, premium=0.0003),
    ),
    percent=(0.13, 0.32),
)

_CRASH = Regime(
    "crash",
    7,
    "Support breaks and liquidations feed on each other: BTC falls 15 to 50 % from its peak, bounces, and grinds on.",
    (
        Phase("calm before", (0.2, 0.38), 0.38, (0.0, 0.05), (1, 3), jumps=0.3, own=0.9, premium=0.0004),
        Phase("break", (0.05, 0.12), 1.1, (-0.38, -0.2), (1, 2), 4, 1, 0.45, 0.8, own=0.65, premium=-0.0002, longest=2),
        Phase("cascade", (0.07, 0.16), 2.2, (-1, -1), (2, 4), 16, 3, 0.6, 0.88, own=0.5, premium=-0.0022, longest=2.5),
        Phase("dead-cat bounce", (0.07, 0.15), 1.6, (-0.72, -0.5), (1, 2), 6, 1, 0.45, 0.6, 0.6, -0.001, longest=3),
        Phase("grind", (0.25, 0.4), 0.72, (-0.93, -0.72), (2, 4), 2, 0, 0.4, 0.6, 0.7, -0.0005),
    ),
    percent=(-0.335, -0.18),
)

_FLASH = Regime(
    "flash-crash",
    8,
    "The book empties for a moment: down 8 to 40 % and most of the way back before most people have looked.",
    (
        Phase("quiet", (0.35, 0.6), 0.38, (-0.03, 0.05), jumps=0.2),
        Phase(
            "air pocket", (0.012, 0.03), 3.0, (-1, -1), (1, 2), 60, 4, 0.55, 0.95, own=0.7, premium=-0.003, longest=0.06
        ),
        Phase("snap back", (0.03, 0.07), 2.6, (-0.3, -0.12), (1, 2), 25, 2, 0.4, 0.8, 0.8, -0.0012, longest=0.2),
        Phase("shaken", (0.25, 0.45), 0.8, (-0.35, -0.05), (1, 3), jumps=1.5, excite=0.4, premium=-0.0002),
    ),
    percent=(-0.25, -0.09),
)

_CAPITULATION = Regime(
    "capitulation",
    9,
    "A slide, a wash-out of everyone who held on, and a recovery of most of it: 20 to 50 % down and back up.",
    (
        Phase("slide", (0.25, 0.4), 0.75, (-0.5, -0.35), (2, 4), 1.5, 0, 0.4, 0.65, 0.9, -0.0003),
        Phase("wash-out", (0.05, 0.1), 2.4, (-1, -1), (2, 3), 18, 3, 0.6, 0.9, 0.6, -0.0025, longest=1.5),
        Phase("vee", (0.08, 0.16), 1.9, (-0.55, -0.35), (1, 3), 8, 1.5, 0.45, 0.75, 0.7, -0.0012, longest=3),
        Phase("recovery", (0.3, 0.45), 0.9, (-0.15, 0.08), (2, 5), 1, 0, 0.35, 0.6, 1.0, 0.0001),
    ),
    percent=(-0.38, -0.21),
)

REGIMES: Mapping[str, Regime] = MappingProxyType(
    {
        regime.name: regime
        for regime in (_CALM, _TREND, _BLEED, _CHOPPY, _EUPHORIA, _SQUEEZE, _CRASH, _FLASH, _CAPITULATION)
    }
)
"""Every regime by name, from calm to the worst."""
