"""Lists of commands with one thing changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from decimal import Decimal

from engine.commands.command import Close, Command, Lend, Leverage, Place, Size
from engine.market import Market
from engine.numbers import EXACT, ONE
from engine.record import Given

_OF_A_COMMAND = re.compile(r"^c(\d+)(?=$|\.)", re.IGNORECASE)
"""How the id of an order begins: with the number of the command that it came from."""


def number_in(order: str) -> int | None:
    """The number of the command that an order came from; None where it is the venue's own."""
    found = _OF_A_COMMAND.match(order)
    return None if found is None else int(found[1])


def changed(
    commands: Sequence[Given], numbers: Collection[int], change: Callable[[Command], Command]
) -> tuple[tuple[Given, ...], frozenset[int]]:
    """The list with the commands of these numbers changed; and the numbers of those that are other ones now."""
    done = tuple(replace(each, command=change(each.command)) if each.number in numbers else each for each in commands)
    return done, frozenset(
        new.number for new, old in zip(done, commands, strict=True) if str(new.command) != str(old.command)
    )


def inserted(
    commands: Sequence[Given], place: int, step: int, command: Command
) -> tuple[tuple[Given, ...], frozenset[int]]:
    """The list with one command more at that place, of number 0: a ghost names the orders that follow anew."""
    return (*commands[:place], Given(step, command), *commands[place:]), frozenset((0,))


def of_size(share: Decimal, markets: dict[str, Market]) -> Callable[[Command], Command]:
    """Trades that share of what a command says, in whole lots; a percentage stays what it is."""

    def smaller(size: Size | None, symbol: str) -> Size | None:
        if size is None or size.unit == "percent":
            return size
        amount = EXACT.multiply(size.amount, share)
        market = markets.get(symbol)
        return Size(market.size_down(amount) if market and size.unit == "base" else amount, size.unit)

    def change(command: Command) -> Command:
        match command:
            case Place():
                return replace(command, size=smaller(command.size, command.symbol) or command.size)
            case Close():
                return replace(command, size=smaller(command.size, command.symbol))
            case Lend(action="borrow" | "repay"):
                market = markets.get(command.asset)
                amount = EXACT.multiply(command.amount, share)
                return replace(command, amount=market.size_down(amount) if market else amount)
        return command

    return change


def at_leverage(command: Command) -> Command:
    """At half the leverage that it says, in whole times."""
    if isinstance(command, Place | Leverage) and command.leverage is not None and command.leverage > 1:
        return replace(command, leverage=max(command.leverage // 2, 1))
    return command


def plain_amount(amount: Decimal) -> Decimal:
    """The next amount that one would say: 1, 2, 5, 10, 20, 50 … or, above 100, two digits and zeros."""
    if amount <= ONE:
        return ONE
    exponent = amount.adjusted()
    unit = Decimal(1).scaleb(exponent if exponent < 2 else exponent - 1)
    rounded = (amount / unit).to_integral_value(rounding="ROUND_CEILING")
    if exponent < 2:
        rounded = next(Decimal(each) for each in (1, 2, 5, 10) if rounded <= each)
    return Decimal(format(rounded * unit, "f"))
