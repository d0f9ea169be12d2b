"""What a fork may change of a command, and the command that comes of it. The fork dialog asks; this knows no screen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from engine.commands.command import MODE_WORDS, Close, Command, CommandError, Leverage, Place, SetMode
from engine.commands.grammar import parse
from engine.numbers import plain

Way = Literal["play on", "leave it out", "other mode", "other leverage", "other size", "other words"]
Which = Literal["next", "last"]
"""The command after the moment of the fork, or the one before it."""
PLAY_ON: Way = "play on"
LEAVE_OUT: Way = "leave it out"

HINTS: dict[Way, str] = {
    "play on": "as a new session, from here",
    "leave it out": "the rest plays out without it",
    "other mode": "iso or cross",
    "other leverage": "such as 5x",
    "other size": "0.5, $1000 or 25%",
    "other words": "any command in its place",
}
"""What each way asks for, or does."""
HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Beginning:
    """A command that a fork may change: its `number`, its text, and whether it is the `next` one or the `last`."""

    which: Which
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a fork is to be.

    Attributes:
        name: what the new session is called.
        number: the command that is changed; None where everything stays and the session is played on.
        text: the command instead of it; None leaves it out.
        watch: whether the result is opened as a replay, and not as a desk.
    """

    name: str
    number: int | None = None
    text: str | None = None
    watch: bool = False


def ways_of(text: str) -> tuple[Way, ...]:
    """What can be changed of a command."""
    ways: tuple[Way, ...] = (LEAVE_OUT,)
    command = parse(text)
    if _has_mode(command):
        ways += ("other mode",)
    if isinstance(command, Leverage) or (isinstance(command, Place) and not command.reduce_only):
        ways += ("other leverage",)
    if isinstance(command, Place) or (isinstance(command, Close) and command.size is not None):
        ways += ("other size",)
    return (*ways, "other words")


def _has_mode(command: Command) -> bool:
    return isinstance(command, SetMode | Place)


def first_value(way: Way, text: str) -> str:
    """What the field of a way holds at first: something else than the command says, for the player to correct."""
    command = parse(text)
    match way:
        case "other mode":
            mode = getattr(command, "mode", None)
            return MODE_WORDS["isolated" if mode == "cross" else "cross"]
        case "other leverage":
            leverage = getattr(command, "leverage", None)
            return f"{max(leverage // 2, 1)}x" if leverage else "5x"
        case "other size":
            size = getattr(command, "size", None)
            return "" if size is None else str(replace(size, amount=Decimal(plain(size.amount * HALF))))
        case "other words":
            return text
    return ""


def changed(way: Way, value: str, text: str) -> str | None:
    """The text of the command instead of `text`; None where it is left out.

    Raises:
        CommandError: when the value is none, saying what would work; or when it changes nothing.
    """
    if way in (PLAY_ON, LEAVE_OUT):
        return None
    new = str(_changed(way, value.strip(), parse(text)))
    if new == str(parse(text)):
        raise CommandError("that is the command as it was", "another one in its place, or leave it out")
    return new


def _changed(way: Way, value: str, command: Command) -> Command:
    if way == "other words":
        return parse(value)
    if not value:
        raise CommandError("it is not said what instead", _example(way, str(command)))
    match way, command:
        case "other mode", SetMode():
            return parse(f"mode {command.symbol} {value}")
        case "other mode", Place():
            return replace(command, mode=_placed(f"buy 1 {command.symbol} {value}", way, command).mode)
        case "other leverage", Leverage():
            return parse(f"leverage {command.symbol} {_times(value)}")
        case "other leverage", Place():
            text = f"buy 1 {command.symbol} {_times(value)}"
            return replace(command, leverage=_placed(text, way, command).leverage)
        case "other size", Place() | Close():
            return replace(command, size=_placed(f"buy {value} {command.symbol}", way, command).size)
    raise CommandError(f"that command has no {way.removeprefix('other ')}", "other words")


def _placed(text: str, way: Way, command: Command) -> Place:
    """A purchase spelled with the one value that is wanted. Raises CommandError where it is spelled otherwise."""
    placed = parse(text)
    filled = {
        "other mode": getattr(placed, "mode", None),
        "other leverage": getattr(placed, "leverage", None),
        "other size": getattr(placed, "size", None),
    }
    if not isinstance(placed, Place) or filled[way] is None or len(text.split()) > (3 if way == "other size" else 4):
        raise CommandError(f"that is no {way.removeprefix('other ')}", _example(way, str(command)))
    return placed


def _times(value: str) -> str:
    return value if value.lower().endswith("x") else f"{value}x"


def _example(way: Way, text: str) -> str:
    return first_value(way, text) or text


def fork_name(name: str, taken: Iterable[str]) -> str:
    """A free name for a fork: `Amber Fjord, fork`, then `Amber Fjord, fork 2`, and so on."""
    used = {each.casefold() for each in taken}
    base = name if name.endswith(", fork") else f"{name[:60]}, fork"
    number, wanted = 2, base
    while wanted.casefold() in used:
        wanted, number = f"{base} {number}", number + 1
    return wanted
