"""Text → condition or amount. `str` of either is the way back.

    condition   part [or part ...]              part      fact [and fact ...]
    fact        not fact | ( condition ) | AMOUNT < AMOUNT        also <=, =, !=, >=, >
                position [SYMBOL [long|short] [iso|cross] [>= AMOUNT]]
                order [limit|stop|take|trail] [buy|sell] [SYMBOL] [below|at|above AMOUNT]
                liquidation | call | refusal | deleveraging | close        at least one, in any market
                liquidated SYMBOL | called SYMBOL | refused SYMBOL | deleveraged SYMBOL | closed SYMBOL
                mode SYMBOL iso|cross      wiped out      ended      end of tape
    amount      1900 | 50% | 10x | 2024-01-01T03:00Z | FIGURE | AMOUNT + - * / AMOUNT | ( AMOUNT )

`no position ETH` is `not position ETH`. Symbols are in capitals, all other words are not. Arithmetic signs have a space
on both sides, for a dash may belong to a market's name. The figures are those of `figures.FIGURES`.
"""

from __future__ import annotations

from typing import Final, TypeGuard, get_args

from engine.account import CROSS, Mode
from engine.market import valid_symbol
from engine.orders.order import OrderKind, Side
from engine.scenarios.conditions.figures import FIGURES, LONGEST_NAME
from engine.scenarios.conditions.tokens import ConditionError, Tokens
from engine.scenarios.conditions.units import UnitError, check_comparable, dimension_of
from engine.scenarios.conditions.values import (
    OF_MARKET,
    Amount,
    And,
    Arithmetic,
    Comparison,
    Condition,
    Fact,
    Figure,
    Happened,
    Held,
    InMode,
    InState,
    Not,
    Occurrence,
    Operator,
    Or,
    PositionSide,
    Relation,
    Resting,
    State,
    Whence,
)
from engine.script.words import short

EXAMPLE: Final = "position ETH long >= 5 and no liquidation"
AMOUNT_EXAMPLE: Final = "liquidation price ETH"

RELATIONS: tuple[Relation, ...] = get_args(Relation)
_MODES: dict[str, Mode] = {"iso": "isolated", "isolated": "isolated", "cross": "cross"}
_KINDS: tuple[OrderKind, ...] = ("limit", "stop", "take", "trail")
_SIDES: tuple[Side, ...] = ("buy", "sell")
_POSITION_SIDES: tuple[PositionSide, ...] = get_args(PositionSide)
_WHENCE: tuple[Whence, ...] = get_args(Whence)
_STATES: tuple[State, ...] = get_args(State)
_OCCURRENCES: tuple[Occurrence, ...] = get_args(Occurrence)
_OF_MARKET: dict[str, Occurrence] = {word: what for what, word in OF_MARKET.items()}
_FACT_WORDS = ("position", "order", "mode", *_OCCURRENCES, *_OF_MARKET, *_STATES)
_OTHER_NAMES = {
    "balance": "wallet",
    "cash": "wallet",
    "pnl": "unrealised ETH",
    "upnl": "unrealised ETH",
    "value": "notional ETH",
    "liquidation": "liquidation price ETH",
}
"""Names that authors try, and the figures that they mean."""
_AFTER = ("and", "or", ")", "")
"""What may follow a fact."""
_KNOWN = ("no", "not", *_FACT_WORDS, *FIGURES)


def parse_condition(text: str) -> Condition:
    """The condition that `text` spells.

    Raises:
        ConditionError: when it is none, or compares what can't be compared.
    """
    tokens = Tokens(text, EXAMPLE)
    condition = _any_of(tokens)
    tokens.finish()
    return condition


def parse_amount(text: str, offset: int = 0) -> Amount:
    """The amount that `text` spells; in texts a figure may be the ghost's: `ghost equity`.

    Args:
        text: the amount.
        offset: characters before it in what the places of errors count from.

    Raises:
        ConditionError: when it is none, or adds what can't be added.
    """
    tokens = Tokens(text, AMOUNT_EXAMPLE, offset)
    place = tokens.place
    amount = _sum(tokens, ghosts=True)
    tokens.finish()
    try:
        dimension_of(amount)
    except UnitError as error:
        raise tokens.wrong(str(error), place=place) from None
    return amount


def _any_of(tokens: Tokens) -> Condition:
    parts = [_all_of(tokens)]
    while tokens.take_if("or"):
        parts.append(_all_of(tokens))
    flat = [one for part in parts for one in (part.parts if isinstance(part, Or) else (part,))]
    return Or(tuple(flat)) if len(flat) > 1 else flat[0]


def _all_of(tokens: Tokens) -> Condition:
    parts = [_fact(tokens)]
    while tokens.take_if("and"):
        parts.append(_fact(tokens))
    flat = [one for part in parts for one in (part.parts if isinstance(part, And) else (part,))]
    return And(tuple(flat)) if len(flat) > 1 else flat[0]


def _fact(tokens: Tokens) -> Condition:
    tokens.deeper()
    try:
        if tokens.take_if("not", "no"):
            return Not(_fact(tokens))
        if tokens.peek() == "(":
            return _parenthesised(tokens)
        return _plain_fact(tokens)
    finally:
        tokens.shallower()


def _parenthesised(tokens: Tokens) -> Condition:
    """`( condition )`, or a comparison that begins with an amount in parentheses."""
    mark = tokens.mark()
    tokens.take()
    try:
        condition = _any_of(tokens)
        _close(tokens)
        if tokens.peek() not in (*RELATIONS, "+", "-", "*", "/"):
            return condition
        failed = tokens.wrong(f"“{tokens.peek()}” compares amounts, and before it stands a condition")
    except ConditionError as error:
        failed = error
    tokens.back(mark)
    try:
        return _comparison(tokens)
    except ConditionError as error:
        raise max(failed, error, key=lambda each: each.place) from None


def _close(tokens: Tokens) -> None:
    if not tokens.take_if(")"):
        raise tokens.unexpected("the closing parenthesis")


def _plain_fact(tokens: Tokens) -> Fact:
    word = tokens.peek()
    if word == "position":
        return _held(tokens)
    if word == "order":
        return _resting(tokens)
    if word == "mode":
        tokens.take()
        return InMode(_symbol(tokens), _mode(tokens))
    if word in _OF_MARKET:
        tokens.take()
        return Happened(_OF_MARKET[word], _symbol(tokens, f"{word} ETH, or {_OF_MARKET[word]}"))
    for what in _OCCURRENCES:
        if word == what and _name(tokens) is None:  # no `liquidation price`
            tokens.take()
            return Happened(what)
    for state in _STATES:
        words = state.split()
        if [tokens.peek(ahead) for ahead in range(len(words))] == words:
            for _ in words:
                tokens.take()
            return InState(state)
    if word == "end":
        raise tokens.wrong("“end” is the first word of “end of tape”", "end of tape")
    return _comparison(tokens)


def _held(tokens: Tokens) -> Held:
    tokens.take()
    if tokens.peek() in _AFTER:
        return Held()
    symbol = _symbol(tokens)
    side = next((each for each in _POSITION_SIDES if tokens.take_if(each)), None)
    mode = _mode(tokens) if tokens.peek() in _MODES else None
    if tokens.peek() not in RELATIONS:
        return Held(symbol, side, mode)
    relation = _relation(tokens)
    size = _checked(tokens, Figure("size", symbol))
    return Held(symbol, side, mode, relation, size)


def _resting(tokens: Tokens) -> Resting:
    tokens.take()
    kind = next((each for each in _KINDS if tokens.take_if(each)), None)
    side = next((each for each in _SIDES if tokens.take_if(each)), None)
    if tokens.peek() in RELATIONS:
        raise tokens.unexpected("below, at or above")
    symbol = None if tokens.peek() in (*_AFTER, *_WHENCE) else _symbol(tokens)
    if tokens.peek() in RELATIONS:
        raise tokens.unexpected("below, at or above")
    whence = next((each for each in _WHENCE if tokens.take_if(each)), None)
    price = _checked(tokens, Figure("price", symbol or "ETH")) if whence else None
    return Resting(kind, side, symbol, whence, price)


def _checked(tokens: Tokens, kind: Figure) -> Amount:
    """An amount of the kind of `kind`."""
    place, amount = tokens.place, _sum(tokens)
    try:
        check_comparable(kind, amount)
    except UnitError as error:
        raise tokens.wrong(str(error), place=place) from None
    return amount


def _comparison(tokens: Tokens) -> Comparison:
    place, left = tokens.place, _sum(tokens, known=_KNOWN)
    relation = _relation(tokens)
    right = _sum(tokens)
    try:
        check_comparable(left, right)
    except UnitError as error:
        raise tokens.wrong(str(error), "the same kind of figure on both sides", place) from None
    return Comparison(left, relation, right)


def _relation(tokens: Tokens) -> Relation:
    for relation in RELATIONS:
        if tokens.take_if(relation):
            if tokens.peek() == "=":
                raise tokens.wrong(f"“{relation}=” is no comparison", ", ".join(RELATIONS))
            return relation
    raise tokens.unexpected("a comparison such as >=")


def _sum(tokens: Tokens, ghosts: bool = False, known: tuple[str, ...] = tuple(FIGURES)) -> Amount:
    amount = _product(tokens, ghosts, known)
    while _is_operator(word := tokens.peek()) and word in "+-":
        tokens.take()
        amount = Arithmetic(word, amount, _product(tokens, ghosts, tuple(FIGURES)))
    return amount


def _product(tokens: Tokens, ghosts: bool, known: tuple[str, ...]) -> Amount:
    amount = _operand(tokens, ghosts, known)
    while _is_operator(word := tokens.peek()) and word in "*/":
        tokens.take()
        amount = Arithmetic(word, amount, _operand(tokens, ghosts, tuple(FIGURES)))
    return amount


def _is_operator(word: str) -> TypeGuard[Operator]:
    return word in get_args(Operator)


def _operand(tokens: Tokens, ghosts: bool, known: tuple[str, ...]) -> Amount:
    if tokens.take_if("("):
        tokens.deeper()
        amount = _sum(tokens, ghosts, known)
        _close(tokens)
        tokens.shallower()
        return amount
    if tokens.peek().lstrip("$-")[:1].isdigit():
        return tokens.number()
    return _figure(tokens, ghosts, known)


def _figure(tokens: Tokens, ghosts: bool, known: tuple[str, ...]) -> Figure:
    place, of_ghost = tokens.place, bool(tokens.take_if("ghost"))
    if of_ghost and not ghosts:
        raise tokens.wrong("a condition can’t ask for the ghost", "the account’s own figure", place)
    words = _name(tokens)
    if words is None:
        raise tokens.unexpected("a figure, a number or a fact", known, _meant(tokens))
    for _ in words.split():
        tokens.take()
    about = FIGURES[words].about
    if about == "account":
        return Figure(words, "", of_ghost)
    if about == "pool" and tokens.take_if(CROSS):
        return Figure(words, CROSS, of_ghost)
    return Figure(words, _symbol(tokens, f"{words} ETH"), of_ghost)


def _meant(tokens: Tokens) -> str:
    """What was probably meant by words that are no figure: `price ETH` by `ETH price` and `price.ETH`."""
    first, second = tokens.peek(), tokens.peek(1)
    if _is_symbol(first) and second in FIGURES:
        return f"{second} {first}"
    name, _, market = first.partition(".")
    if name in FIGURES and market:
        return f"{name} {market}"
    return _OTHER_NAMES.get(first.lower(), "")


def _name(tokens: Tokens) -> str | None:
    """The longest name of a figure that stands next; underscores may stand for its spaces."""
    for length in range(LONGEST_NAME, 0, -1):
        words = " ".join(tokens.peek(ahead) for ahead in range(length))
        if words in FIGURES:
            return words
    return None


def _is_symbol(word: str) -> bool:
    return valid_symbol(word) and word == word.upper() and any(each.isalpha() for each in word)


def _symbol(tokens: Tokens, example: str = "") -> str:
    word = tokens.peek()
    if _is_symbol(word):
        return tokens.take()
    if word in _AFTER or word in RELATIONS:
        raise tokens.wrong("a market is missing here", example)
    if valid_symbol(word) and word.isalnum() and not word[0].isdigit():
        raise tokens.wrong(f"“{short(word)}” is not a market: markets are in capitals", word.upper())
    raise tokens.unexpected("a market such as ETH")


def _mode(tokens: Tokens) -> Mode:
    word = tokens.peek()
    if word not in _MODES:
        raise tokens.unexpected("iso or cross")
    tokens.take()
    return _MODES[word]
