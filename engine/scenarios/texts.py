"""Texts with figures in them: `Your equity is {equity}.` Numbers that depend on the rules are computed, not typed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, get_args

from engine.numbers import EXACT, plain
from engine.scenarios.conditions.judge import symbols_of, value_of
from engine.scenarios.conditions.parser import parse_amount
from engine.scenarios.conditions.situation import Situation
from engine.scenarios.conditions.tokens import ConditionError
from engine.scenarios.conditions.units import Dimension, dimension_of
from engine.scenarios.conditions.values import Amount, Arithmetic, Figure, Number
from engine.script.words import time_text
from engine.sentences import MINUS

ShownAs = Literal["money", "price", "size", "percent", "number", "times", "time", "date"]
"""How a figure is printed: `1,837.50`, `1,837.50`, `5`, `2.5%`, `3`, `10x`, `03:00 UTC`,
`10 October 2025`. Below one per cent a percentage has four decimals."""

NOTHING = "–"
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
ONE_PERCENT = Decimal("0.01")
_PIECE = re.compile(r"\{([^{}]*)\}")
_NUMBER = re.compile(r"(?<![\w.])[0-9][0-9,]*(?:\.[0-9]+)?")
_PLACES: dict[ShownAs, int] = {"money": 2, "price": 8, "size": 8, "number": 4, "times": 2}
_OF_DIMENSION: dict[Dimension, ShownAs] = {
    "money": "money",
    "price": "price",
    "size": "size",
    "share": "percent",
    "time": "time",
    "any": "number",
    "pure": "number",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """An amount in a text, and how it is printed."""

    amount: Amount
    shown_as: ShownAs


@dataclass(frozen=True, slots=True)
class Text:
    """A text: what was typed, and the amounts between."""

    pieces: tuple[str | Shown, ...]

    def render(self, now: Situation) -> str:
        """The text in a situation; `–` for a figure that isn't there."""
        return "".join(piece if isinstance(piece, str) else shown(piece, now) for piece in self.pieces)

    def missing(self, now: Situation) -> tuple[str, ...]:
        """The amounts that aren't there in a situation."""
        amounts = (piece.amount for piece in self.pieces if isinstance(piece, Shown))
        return tuple(str(amount) for amount in amounts if value_of(amount, now) is None)

    @property
    def markets(self) -> tuple[str, ...]:
        """The markets that its figures name."""
        named = [symbol for piece in self.pieces if isinstance(piece, Shown) for symbol in symbols_of(piece.amount)]
        return tuple(dict.fromkeys(named))

    @property
    def typed_numbers(self) -> tuple[str, ...]:
        """The numbers that are written out, as they are written."""
        return tuple(number for piece in self.pieces if isinstance(piece, str) for number in _NUMBER.findall(piece))


def parse_text(text: str) -> Text:
    """The text that `text` spells. Line breaks inside a paragraph are spaces, as in Markdown; an empty line ends it.

    Raises:
        ConditionError: for an amount that can't be read, and a brace that stands alone; its place counts characters of
            `text` as it was typed.
    """
    pieces = list[str | Shown]()
    end = 0
    for found in _PIECE.finditer(text):
        _check_braces(text[end : found.start()], end)
        pieces += [text[end : found.start()], _shown(found[1], found.start() + 1)]
        end = found.end()
    _check_braces(text[end:], end)
    return Text(_flowing([*pieces, text[end:]]))


def shown(piece: Shown, now: Situation) -> str:
    """An amount as it is printed."""
    value = value_of(piece.amount, now)
    if value is None:
        return NOTHING
    if piece.shown_as == "time":
        return time_text(int(value))[11:].removesuffix("Z") + " UTC"
    if piece.shown_as == "date":
        year, month, day = time_text(int(value))[:10].split("-")
        return f"{int(day)} {MONTHS[int(month) - 1]} {year}"
    if piece.shown_as == "percent":
        return f"{_digits(EXACT.multiply(value, Decimal(100)), 2 if abs(value) >= ONE_PERCENT else 4)}%"
    cents = piece.shown_as == "money" or (piece.shown_as == "price" and abs(value) >= 1)
    text = _digits(value, 2 if cents else _PLACES[piece.shown_as])
    if cents and "." in text:
        text = f"{text}0" if len(text.partition(".")[2]) == 1 else text
    return f"{text}x" if piece.shown_as == "times" else text


def _digits(value: Decimal, places: int) -> str:
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, EXACT)
    whole, _, decimals = plain(abs(rounded)).partition(".")
    sign = MINUS if rounded < 0 else ""
    return f"{sign}{int(whole):,}" + (f".{decimals}" if decimals else "")


def _shown(text: str, offset: int) -> Shown:
    body, _, word = text.rpartition(" as ")
    if not body:
        amount = parse_amount(text, offset)
        return Shown(amount, _usual(amount))
    known = get_args(ShownAs)
    kind = next((each for each in known if each == word.strip()), None)
    if kind is None:
        raise ConditionError(
            f"“{word.strip()}” is no way to print a number", ", ".join(known), offset + len(body) + len(" as ") + 1
        )
    return Shown(parse_amount(body, offset), kind)


def _usual(amount: Amount) -> ShownAs:
    """How an amount is printed where nothing is said: by what it counts."""
    if isinstance(amount, Figure) and amount.unit == "times":
        return "times"
    if isinstance(amount, Number) and amount.form == "times":
        return "times"
    return "percent" if _is_share(amount) else _OF_DIMENSION[dimension_of(amount)]


def _is_share(amount: Amount) -> bool:
    return dimension_of(amount) == "share" and not (isinstance(amount, Arithmetic) and amount.operator == "/")


def _check_braces(text: str, offset: int) -> None:
    for brace in "{}":
        if brace in text:
            place = offset + text.index(brace) + 1
            raise ConditionError(f"a “{brace}” stands alone", "a figure between braces: {equity}", place)


def _flowing(pieces: list[str | Shown]) -> tuple[str | Shown, ...]:
    """Paragraphs on one line each; what stands between braces is left alone."""
    flowing = [piece if isinstance(piece, Shown) else _joined(piece) for piece in pieces]
    if flowing and isinstance(flowing[0], str):
        flowing[0] = flowing[0].lstrip()
    if flowing and isinstance(flowing[-1], str):
        flowing[-1] = flowing[-1].rstrip()
    return tuple(piece for piece in flowing if piece != "")


def _joined(text: str) -> str:
    paragraphs = re.split(r"[ \t]*\n[ \t]*\n\s*", text)
    return "\n\n".join(re.sub(r"[ \t]*\n[ \t]*", " ", paragraph) for paragraph in paragraphs)
