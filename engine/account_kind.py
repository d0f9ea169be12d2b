"""Kinds of account: a venue in one of its margin modes or other kinds, at the leverage that is asked for or another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.account import Mode
from engine.commands.command import Close, Margin, Place, Protect, Reverse, SetMode
from engine.record import Given
from engine.rulebooks import VENUES, rulebook_of
from engine.rulebooks.base import Overrides
from engine.setup import Setup

AS_GIVEN = "as given"

Moded = Place | Close | Reverse | Protect | Margin | SetMode
"""Commands that may say a mode."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of account: a venue, a margin mode, and for its other kinds their name and what is `set` for them.

    Attributes:
        as_given: mode words of the commands count, which else give way to the mode of the account.
        leverage: what every order and setting says instead of its own leverage; 0: its own.
    """

    venue: str
    mode: Mode
    variant: str = ""
    overrides: Overrides = ()
    as_given: bool = False
    leverage: int = 0

    @property
    def name(self) -> str:
        """What it is called beside its venue: `cross`, `portfolio`, `as given 5x`."""
        name = AS_GIVEN if self.as_given else self.variant or self.mode
        return f"{name} {self.leverage}x" if self.leverage else name

    def beside(self, setup: Setup) -> str:
        """What it is called beside a session of that set-up: only what differs from it."""
        venue = [self.venue] if self.venue != setup.venue else []
        named = self.variant or not self.as_given or (venue and self.mode != setup.mode)
        mode = [self.variant or self.mode] if named else []
        leverage = [f"{self.leverage}x"] if self.leverage else []
        return " ".join([*venue, *mode, *leverage]) or AS_GIVEN


def kinds(venues: Iterable[str] = VENUES, modes: Iterable[str] = ("all",)) -> Iterator[Kind]:
    """The kinds of account of these venues, in these modes or variants by name; `all` for every one.

    A variant that is a venue of its own stands there.
    """
    wanted = frozenset(modes)
    for venue in venues:
        rulebook = rulebook_of(venue)
        plain = [Kind(venue, mode) for mode in rulebook.modes]
        variants = [(name, how) for name, how in rulebook.variants.items() if name not in VENUES]
        others = [Kind(venue, rulebook.modes[0], name, how) for name, how in variants]
        yield from (kind for kind in [*plain, *others] if "all" in wanted or kind.name in wanted)


def same_kind(setup: Setup) -> Kind:
    """The kind of account that a session of that set-up is itself."""
    return Kind(setup.venue, setup.mode, as_given=True)


def own_kind(setup: Setup, commands: Iterable[Given]) -> Kind:
    """The kind of account that the commands were given in: `as_given` where some say another mode than the set-up."""
    said = {each.command.mode for each in commands if isinstance(each.command, Moded)}
    return Kind(setup.venue, setup.mode, as_given=bool(said - {None, setup.mode}))


def in_other_modes(setup: Setup) -> tuple[Kind, ...]:
    """All in one margin mode of the session's own venue: first the other one, then the venue's other kinds, and last
    the mode of the set-up itself: it differs only where commands say another."""
    here, own = kinds([setup.venue]), Kind(setup.venue, setup.mode)
    return tuple(sorted(here, key=lambda kind: (kind == own, kind.variant != "")))


def at_venue(setup: Setup, venue: str) -> Kind:
    """The same under another venue's rules: in the modes that are given, or where it has only one, in that."""
    modes = rulebook_of(venue).modes
    if len(modes) > 1:
        return Kind(venue, setup.mode if setup.mode in modes else modes[0], as_given=True)
    return Kind(venue, modes[0])


def at_other_venues(setup: Setup) -> tuple[Kind, ...]:
    """The same under the rules of every other venue."""
    return tuple(at_venue(setup, venue) for venue in VENUES if venue != setup.venue)


def at_leverage(setup: Setup, leverage: int) -> Kind:
    """The same with every leverage replaced by that one."""
    return Kind(setup.venue, setup.mode, as_given=True, leverage=leverage)
