"""What could have been done otherwise: each a list of commands in a kind of account, to be played again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from engine.account import Mode
from engine.commands.command import Command, Deposit, Lend, Leverage, Margin, Protect
from engine.compare import kinds, own_kind
from engine.events import Event, Filled, OrderPlaced
from engine.ghost import Kind
from engine.numbers import ZERO, divide, exactly, to_grid
from engine.orders.order import PositionSide
from engine.post_mortem.edits import at_leverage, changed, inserted, number_in, of_size, plain_amount
from engine.post_mortem.played import Played
from engine.post_mortem.story import PostMortem
from engine.record import Given
from engine.sentences import money
from engine.sentences import price as said_price

ChangeKind = Literal["size", "margin", "stop", "leverage", "mode", "venue"]
HALF, CENT = Decimal("0.5"), Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing done otherwise.

    Attributes:
        what: what kind of thing.
        words: in a few words, `half the size`.
        account: the kind of account that it is played in.
        commands: all of them, the changed ones among them.
        changed: the numbers of those: where one of them is refused there is no such run.
        opening: the numbers of those that opened the pool: where none of them is followed there is no such run either.
        since: the vertex at which the pool was opened.
        paid_in: money that they bring in besides, quote units.
        impossible: why there is no such thing at all; empty where there is.
    """

    what: ChangeKind
    words: str
    account: Kind
    commands: tuple[Given, ...]
    changed: frozenset[int] = frozenset()
    opening: frozenset[int] = frozenset()
    since: int = 0
    paid_in: Decimal = ZERO
    impossible: str = ""


@exactly
def changes_of(played: Played, found: PostMortem) -> tuple[Change, ...]:
    """Everything that is played again for a post-mortem, in the order in which it is shown: size, margin, stop and
    leverage, then the other modes, then every other venue."""
    since, made = found.attribution.since, _Changes(played, found)
    return tuple(replace(each, since=since) for each in made.all())


@dataclass(frozen=True, slots=True)
class _Changes:
    played: Played
    found: PostMortem

    @property
    def own(self) -> Kind:
        """The account as it was: words that say a mode count."""
        setup = self.played.record.setup
        return Kind(setup.venue, setup.mode, as_given=True)

    @property
    def commands(self) -> tuple[Given, ...]:
        """With the sizes and leverages that they came to."""
        return self.played.commands

    def all(self) -> Iterator[Change]:
        yield from self.sizes()
        yield from self.margins()
        yield from self.stops()
        yield self.leverage()
        yield from self.modes()
        yield from self.venues()

    def _change(self, what: ChangeKind, words: str, of: tuple[tuple[Given, ...], frozenset[int]]) -> Change:
        commands, numbers = of
        return Change(what, words, self.own, commands, numbers)

    def _not(self, what: ChangeKind, words: str, why: str) -> Change:
        return Change(what, words, self.own, self.commands, impossible=why)

    # -- size and leverage

    def sizes(self) -> Iterator[Change]:
        """Half of all that the pool held, and where it held several, half of what lost most."""
        markets = dict(self.played.record.tape.by_symbol)
        traded, borrowed = self._traded(), self._borrowed()
        if not traded and not borrowed:
            yield self._not("size", "half the size", "no command of yours traded it")
            return
        of = changed(self.commands, traded | borrowed, of_size(HALF, markets))
        yield self._change("size", "half the size" if traded else "half of what is borrowed", of)
        symbols = {position.symbol for position in self.found.positions.values()}
        worst = self.found.worst.symbol
        own = frozenset(
            each.number for each in self.commands if each.number in traded and _symbol(each.command) == worst
        )
        if len(symbols) > 1 and own:
            yield self._change("size", f"half of {worst}", changed(self.commands, own, of_size(HALF, markets)))
            left = tuple(each for each in self.commands if each.number not in own)
            yield Change("size", f"without {worst}", self.own, left)

    def leverage(self) -> Change:
        """Half the leverage of what the pool traded."""
        words = "half the leverage"
        symbols = {position.symbol for position in self.found.positions.values()}
        settings = {
            each.number
            for each in self.commands
            if isinstance(each.command, Leverage) and each.command.symbol in symbols and each.step <= self.found.step
        }
        commands, numbers = changed(self.commands, self._traded() | settings, at_leverage)
        if not numbers:
            return self._not("leverage", words, "no command of yours says more than 1x")
        said = [(_leverage(each), _leverage(new)) for each, new in zip(self.commands, commands, strict=True)]
        steps = dict.fromkeys(f"{before}x → {after}x" for before, after in said if before != after)
        return self._change("leverage", f"{words}: {', '.join(list(steps)[:2])}", (commands, numbers))

    def _traded(self) -> frozenset[int]:
        """Numbers of the commands whose orders traded, or waited, in the pool since it last had no position."""
        return frozenset(n for each in self._events() if (n := number_in(each.order)) is not None)

    def _filled(self) -> frozenset[int]:
        """Numbers of those whose orders did trade."""
        fills = (each for each in self._events() if isinstance(each, Filled))
        return frozenset(n for each in fills if (n := number_in(each.order)) is not None)

    def _events(self) -> Iterator[Filled | OrderPlaced]:
        for event in self._since():
            if isinstance(event, Filled | OrderPlaced) and event.pool == self.found.pool:
                yield event

    def _since(self) -> Iterator[Event]:
        """What happened from the opening to the moment."""
        for event in self.played.events:
            if event is self.found.event:
                return
            if event.step >= self.found.attribution.since:
                yield event

    def _borrowed(self) -> frozenset[int]:
        since, until = self.found.attribution.since, self.found.step
        loans = (each for each in self.commands if isinstance(each.command, Lend) and since <= each.step <= until)
        mine = [each for each in loans if not self.found.isolated]
        return frozenset(each.number for each in mine if _action(each.command) in ("borrow", "repay"))

    # -- margin and stop

    def margins(self) -> Iterator[Change]:
        """What was missing, what would have kept it standing since, and as much again as there was; plain amounts."""
        facts, wanted = self.found.alternatives, dict[Decimal, None]()
        for amount in (facts.missing and facts.missing.amount, facts.kept and facts.kept.amount):
            if amount:
                wanted[plain_amount(amount)] = None
        amounts = {amount: f"{money(amount)} more margin" for amount in sorted(wanted)}
        stake = to_grid(self.found.attribution.before + self.found.attribution.moved, CENT)
        if stake > 0:
            amounts[stake] = f"twice the margin: {money(stake)} more"
        for amount, words in amounts.items():
            yield self._more(amount, words)

    def _more(self, amount: Decimal, words: str) -> Change:
        isolated, step = self.found.isolated, self.found.attribution.since
        command: Command = Deposit(amount)
        if isolated:
            command = Margin(self.found.worst.symbol, amount, "isolated", _side_of(self.found.pool))
        change = self._change("margin", words, inserted(self.commands, self._place(step), step, command))
        return change if isolated else replace(change, paid_in=amount)

    def stops(self) -> Iterator[Change]:
        """Halfway from the entry of what lost most to its liquidation, placed once it had its last size."""
        worst, symbol = self.found.worst, self.found.worst.symbol
        market, at = self.played.record.tape.by_symbol[symbol], self.found.liquidation_prices[worst.key]
        if at is None:
            yield self._not("stop", "a stop halfway", f"no price of {symbol} liquidates it")
            return
        halfway = divide(worst.entry_price + at, Decimal(2))
        price = market.price_up(halfway) if worst.side > 0 else market.price_down(halfway)
        words = f"a stop at {said_price(price, market.tick_size)}"
        words += "" if len(self.found.positions) == 1 else f" on {symbol}"
        fills = [each for each in self._events() if isinstance(each, Filled) and each.symbol == symbol]
        grown = [each for each in fills if each.position * (1 if each.side == "buy" else -1) > 0]
        step = grown[-1].step if grown else self.found.attribution.since
        mode: Mode = "isolated" if self.found.isolated else "cross"
        side: PositionSide | None = None if worst.position_side == "both" else worst.position_side
        command = Protect(symbol, stop_loss=price, mode=mode, position_side=side or _side_of(self.found.pool))
        yield self._change("stop", words, inserted(self.commands, self._place(step), step, command))

    def _place(self, step: int) -> int:
        """Where in the list a command goes that follows the opening at `step`: after those of that vertex which traded
        in the pool, before the rest."""
        numbers = self._traded() | self._borrowed()
        there = [place for place, each in enumerate(self.commands) if each.step == step and each.number in numbers]
        if there:
            return there[-1] + 1
        at = [place for place, each in enumerate(self.commands) if each.step == step]
        lends = [place for place in at if isinstance(self.commands[place].command, Lend | Deposit)]
        return lends[-1] + 1 if lends else sum(each.step < step for each in self.commands)

    # -- other accounts

    def modes(self) -> Iterator[Change]:
        """The venue's other margin modes."""
        setup = self.played.record.setup
        own = own_kind(setup, self.commands)
        modes: tuple[Mode, ...] = ("isolated", "cross")
        for mode in modes:
            if mode == setup.mode and not own.as_given:
                continue
            words = f"all in {mode} margin" if own.as_given else f"in {mode} margin"
            if mode in self.played.session.rulebook.modes:
                yield Change("mode", words, Kind(setup.venue, mode), self.commands, opening=self._filled())
            else:
                yield self._not("mode", words, f"{setup.venue} has no {mode} margin")

    def venues(self) -> Iterator[Change]:
        """Every other kind of account there is."""
        setup, opening = self.played.record.setup, self._filled()
        for kind in kinds():
            if kind.venue != setup.venue or kind.variant:
                words = f"{kind.venue} {kind.name}"
                yield Change("venue", words, kind, self.commands, opening=opening)


def _symbol(command: Command) -> str | None:
    return getattr(command, "symbol", None)


def _leverage(given: Given) -> int | None:
    return getattr(given.command, "leverage", None)


def _action(command: Command) -> str:
    return command.action if isinstance(command, Lend) else ""


def _side_of(pool: str) -> PositionSide | None:
    """The side that the key of an isolated pool names in hedge mode."""
    side = pool.rpartition(":")[2]
    return "long" if side == "long" else "short" if side == "short" else None
