"""The language of goals: text ⇄ value, what is refused and where, and what holds in real sessions."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.commands.grammar import parse
from engine.rulebooks.base import Refusal
from engine.scenarios.conditions.figures import FIGURES
from engine.scenarios.conditions.judge import holds, moves_with_prices, parts_of, symbols_of, value_of
from engine.scenarios.conditions.parser import parse_amount, parse_condition
from engine.scenarios.conditions.situation import Refused, Situation
from engine.scenarios.conditions.tokens import ConditionError
from engine.scenarios.conditions.values import Amount, And, Condition, Happened, Held, Not, Number
from engine.session import Session
from engine.setup import Setup
from engine.tape import Tape
from tests.conftest import ROOT
from tests.engine.tapes import tape_of
from tests.scenarios.conditions import amounts, conditions

D = Decimal


@given(conditions)
def test_a_condition_is_read_back_as_it_was_spelled(condition: Condition) -> None:
    assert parse_condition(str(condition)) == condition


@given(amounts)
def test_an_amount_is_read_back_as_it_was_spelled(amount: Amount) -> None:
    assert parse_amount(str(amount)) == amount


WORDS = [
    *FIGURES,
    "position",
    "order",
    "no",
    "not",
    "and",
    "or",
    "(",
    ")",
    ">=",
    "<",
    "=",
    "ETH",
    "5",
    "50%",
    "long",
    "x",
]


@given(st.lists(st.sampled_from(WORDS), max_size=10).map(" ".join) | st.text(max_size=40))
def test_any_text_is_a_condition_or_refused_at_a_place_in_it(text: str) -> None:
    try:
        condition = parse_condition(text)
    except ConditionError as error:
        refusal = error
    else:
        assert parse_condition(str(condition)) == condition
        return
    assert 1 <= refusal.place <= len(text) + 1
    assert refusal.message
    assert refusal.would_work


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no liquidation", Not(Happened("liquidation"))),
        ("not liquidated ETH", Not(Happened("liquidation", "ETH"))),
        ("position ETH long iso", Held("ETH", "long", "isolated")),
        ("position ETH and liquidated SOL", And((Held("ETH"), Happened("liquidation", "SOL")))),
        ("position ETH >= 1,000.5", Held("ETH", None, None, ">=", Number(D("1000.5")))),
    ],
)
def test_spellings(text: str, value: Condition) -> None:
    assert parse_condition(text) == value


@pytest.mark.parametrize(
    ("text", "place", "said", "would_work"),
    [
        ("", 1, "missing", ""),
        ("equitty > 5", 1, "“equitty”", "equity"),
        ("equity > 5 foo", 12, "“foo”", "and"),
        ("equity >", 9, "missing", ""),
        ("gauge cross < 50", 1, "a share such as 50%", ""),
        ("time > 5", 1, "a time such as", ""),
        ("position eth", 10, "in capitals", "ETH"),
        ("liquidated", 11, "a market", ""),
        ("order stop ETH < 5", 16, "below, at or above", ""),
        ("position ETH >= 50%", 17, "a size", ""),
        ("equity > 5)", 11, "never opened", ""),
        ("(equity > 5", 12, "closing parenthesis", ""),
        ("(equity > 5) > 3", 14, "before it stands a condition", ""),
        ("equity + time > 5", 1, "counts with a time", ""),
        ("price ETH + size ETH > 5", 1, "a size", ""),
        ("ghost equity > 5", 1, "can’t ask for the ghost", ""),
        ("equity > 1e999999", 10, "out of range", ""),
        ("time > 2024-13-01", 8, "calendar", ""),
        ("not " * 20 + "call", 49, "inside each other", "fewer"),
        ("mode ETH both", 10, "iso or cross", ""),
        ("no " + "(" * 30, 15, "inside each other", ""),
        ("equity > " + "9" * 2000, 1, "longer than", ""),
    ],
)
def test_a_refusal_names_the_place_the_word_and_what_would_work(
    text: str, place: int, said: str, would_work: str
) -> None:
    with pytest.raises(ConditionError) as refused:
        parse_condition(text)
    assert said in refused.value.message
    assert would_work in refused.value.would_work
    assert refused.value.place == place


def situation(tape: Tape, *lines: str, mode: str = "isolated", until: int = 0) -> Situation:
    """A session of ETH and SOL after some commands, without frictions."""
    setup = Setup(mode=mode, balance=D(1000), slippage=False, fees=False, funding=False)  # type: ignore[arg-type]
    session, events, refusals = Session(setup, tape), [], []
    for line in lines:
        answer = session.do(parse(line))
        if isinstance(answer, Refusal):
            refusals.append(Refused(getattr(parse(line), "symbol", None), answer.reason))
        else:
            events += answer
    events += session.advance(until)
    return Situation(session.view(), events, refusals)


TAPE = tape_of({"ETH": [2000, 1950, 1800, 1900], "SOL": [100, 101, 102, 103]})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("position ETH long >= 2.5", True),
        ("position ETH short", False),
        ("position ETH cross", False),
        ("position SOL", False),
        ("no position SOL", True),
        ("position", True),
        ("position ETH > 2.5", False),
        ("margin ETH = 500 and wallet = 500", True),
        ("margin ETH / notional ETH = 10%", True),
        ("liquidation price ETH = 1836.73", True),
        ("price ETH < entry ETH * 99%", False),
        ("gauge ETH = 20%", True),
        ("gauge SOL < 50% or gauge SOL >= 50%", False),  # there is none
        ("not gauge SOL > 50%", True),
        ("order stop sell ETH below entry ETH", True),
        ("order stop ETH above 1900", False),
        ("order limit", False),
        ("no order SOL", True),
        ("refused SOL and not refused ETH and refusals = 1", True),
        ("leverage ETH = 10x", True),
        ("mode ETH isolated and mode SOL isolated", True),
        ("noted = 1836.73", True),
        ("margin added ETH = 50", False),
        ("margin added ETH = 0", True),
        ("bought ETH = 2.5 and sold ETH = 0", True),
        ("no liquidation and no call", True),
        ("time = 2024-01-01", True),
        ("end of tape or wiped out or ended", False),
        ("(position ETH or position SOL) and not (position ETH and position SOL)", True),
    ],
)
def test_what_holds_after_an_opening(text: str, expected: bool) -> None:
    now = situation(TAPE, "buy $5000 ETH 10x", "note about 1,836.73", "protect ETH sl 1900", "sell $50000 SOL 5x")
    assert holds(parse_condition(text), now) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("liquidated ETH", True),
        ("liquidation and called ETH and not called SOL", True),
        ("liquidated SOL", False),
        ("closed ETH", False),
        ("end of tape", True),
        ("position ETH", False),
        ("profit < -400 and equity < 600", True),
    ],
)
def test_what_holds_after_a_liquidation(text: str, expected: bool) -> None:
    assert holds(parse_condition(text), situation(TAPE, "buy $5000 ETH 10x", until=3)) is expected


def test_of_a_cross_pool_with_two_positions_the_one_that_was_closed_is_liquidated() -> None:
    tape = tape_of({"ETH": [2000, 1850, 1780], "SOL": [100, 100, 100]})
    now = situation(tape, "buy $9000 ETH 10x", "buy $500 SOL 5x", mode="cross", until=2)
    assert holds(parse_condition("liquidation and liquidated ETH"), now)
    assert holds(parse_condition("position SOL and not liquidated SOL"), now)


def test_a_figure_that_is_not_there_has_no_value() -> None:
    now = situation(TAPE)
    for text in ("entry ETH", "liquidation price ETH", "gauge ETH", "noted", "5 / (equity - equity)", "ghost equity"):
        assert value_of(parse_amount(text), now) is None


def test_every_figure_can_be_read_of_an_open_position() -> None:
    now = situation(TAPE, "buy $5000 ETH 10x", "note 5")
    for name, named in FIGURES.items():
        target = "" if named.about == "account" else "ETH"
        value = value_of(parse_amount(f"{name} {target}"), now)
        assert isinstance(value, Decimal) or name in ("health", "breach price", "forced price"), name


def test_what_a_liquidation_began_at_and_what_it_got() -> None:
    """Of an isolated long of 2.5 from 2,000 with 10x; the book takes it at the price that liquidates."""
    now = situation(TAPE, "buy $5000 ETH 10x", mode="isolated", until=2)
    began, got = (value_of(parse_amount(f"{name} ETH"), now) for name in ("breach price", "forced price"))
    assert holds(parse_condition("liquidated ETH"), now)
    assert began is not None
    assert got is not None
    assert 0 < got <= began < 2000
    assert value_of(parse_amount("forced price SOL"), now) is None


def test_a_goal_tells_which_part_of_it_is_open() -> None:
    now = situation(TAPE, "buy $5000 ETH 10x")
    met = {str(part.condition): part.met for part in parts_of(parse_condition("position ETH and equity > 2000"), now)}
    assert met == {"position ETH": True, "equity > 2000": False}
    figures = parts_of(parse_condition("equity > 2000"), now)[0].figures
    assert [(str(figure), value) for figure, value in figures] == [("equity", D(1000))]


@pytest.mark.parametrize(
    ("text", "moves"),
    [
        ("position ETH long and no liquidation", False),
        ("end of tape and wallet > 5", False),
        ("gauge ETH > 50%", True),
        ("position ETH and (closed SOL or time > 2024-01-02)", True),
        ("order stop ETH below entry ETH", False),
        ("order trail ETH below 5", True),
    ],
)
def test_whether_prices_alone_can_make_it_hold(text: str, moves: bool) -> None:
    assert moves_with_prices(parse_condition(text)) is moves


def test_the_markets_of_a_condition() -> None:
    text = "position ETH and (liquidated SOL or gauge cross > 5%) and no order BTC below entry XRP"
    assert set(symbols_of(parse_condition(text))) == {"ETH", "SOL", "BTC", "XRP"}


def test_the_page_explains_every_figure() -> None:
    page = (ROOT / "docs" / "write-a-scenario.md").read_text(encoding="utf-8")
    page = page[page.index("Of the account, nothing") :]
    rows = dict(re.findall(r"^\| `([a-z ]+?)(?: (?:MARKET|POOL))?` \| (.+) \|$", page, re.MULTILINE))
    assert {name: named.meaning for name, named in FIGURES.items()} == rows
