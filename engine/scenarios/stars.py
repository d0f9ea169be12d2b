"""Three stars: solvent; every goal met; and that within the margin par and without a forced close."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.events import Event, Filled, HandedOver, LiquidationStarted, TakenOver, WipedOut
from engine.scenarios.conditions.judge import holds
from engine.scenarios.conditions.situation import Situation
from engine.scenarios.conditions.words import in_words
from engine.scenarios.scenario import StarRules
from engine.sentences import money

FILLED, EMPTY = "★", "☆"


@dataclass(frozen=True, slots=True)
class Stars:
    """What an attempt has earned.

    Attributes:
        solvent: it was never wiped out, and has equity.
        met: every step is done, and it is solvent.
        clean: besides that, within the margin par, without a forced close that isn't part of the lesson.
        missing: why stars are missing, a sentence each.
    """

    solvent: bool
    met: bool
    clean: bool
    missing: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """0 to 3."""
        return self.solvent + self.met + self.clean

    def __str__(self) -> str:
        return FILLED * self.count + EMPTY * (3 - self.count)


def stars_of(rules: StarRules, done: int, steps: int, now: Situation) -> Stars:
    """The stars of an attempt that has done `done` of its `steps`."""
    missing = list[str]()
    wiped_out = any(isinstance(event, WipedOut) for event in now.events) or now.view.equity <= 0
    if wiped_out:
        missing.append("the account was wiped out")
    if done < steps:
        missing.append(f"step {done + 1} of {steps} is not done")
    met = not missing
    if now.margin_used > rules.par:
        missing.append(f"margin of {money(now.margin_used)} was used; par is {money(rules.par)}")
    closed = forced_closes(now.events) - rules.forced_close
    if closed:
        missing.append(f"{', '.join(sorted(closed))} was closed by force")
    if rules.also is not None and not holds(rules.also, now):
        missing.append(f"not so in the end: {in_words(rules.also)}")
    return Stars(not wiped_out, met, met and not missing, tuple(missing))


def forced_closes(events: Iterable[Event]) -> frozenset[str]:
    """The markets in which something was closed by force."""
    forced = (
        event.symbol
        for event in events
        if isinstance(event, LiquidationStarted | TakenOver | HandedOver)
        or (isinstance(event, Filled) and event.reason == "liquidation")
    )
    return frozenset(symbol for symbol in forced if symbol is not None)
