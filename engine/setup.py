"""A session's set-up: the rules it is played under. With a tape and commands it determines everything."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from engine.account import Mode
from engine.numbers import plain


@dataclass(frozen=True, slots=True)
class Setup:
    """The rules of one session.

    Attributes:
        venue: name of the rulebook.
        mode: margin mode of orders that don't say one.
        balance: first deposit, in quote units.
        slippage: whether trades at the market pay half the spread and the impact of their size.
        fees: whether trading fees are charged.
        funding: whether funding is charged.
        overrides: changed parameters as the words after `set`, in order (`("maintenance", "0.5%")`).
    """

    venue: str = "hyperliquid"
    mode: Mode = "isolated"
    balance: Decimal = Decimal(10_000)
    slippage: bool = True
    fees: bool = True
    funding: bool = True
    overrides: tuple[tuple[str, ...], ...] = ()

    @property
    def modified(self) -> tuple[str, ...]:
        """What differs from the venue, in words; empty for the venue as it is."""
        switches = (("slippage", self.slippage), ("fees", self.fees), ("funding", self.funding))
        off = [name for name, on in switches if not on]
        return tuple(f"{name} off" for name in off) + tuple(" ".join(words) for words in self.overrides)

    def lines(self) -> list[str]:
        """The set-up as lines of a script; `engine.script` reads them back."""
        return [
            f"venue {self.venue}",
            f"mode {self.mode}",
            f"balance {plain(self.balance)}",
            f"slippage {_switch(self.slippage)}",
            f"fees {_switch(self.fees)}",
            f"funding {_switch(self.funding)}",
            *(f"set {' '.join(words)}" for words in self.overrides),
        ]


def _switch(on: bool) -> str:
    return "on" if on else "off"
