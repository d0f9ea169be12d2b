"""Texts with figures in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.scenarios.conditions.tokens import ConditionError
from engine.scenarios.texts import parse_text
from tests.scenarios.test_conditions import TAPE, situation


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Your equity is {equity}.", "Your equity is 1,000."),
        ("{size ETH} ETH at {entry ETH}", "2.5 ETH at 2,000"),
        ("{liquidation price ETH}", "1,836.73"),
        ("{notional ETH * 0.1 as money} {10% * notional ETH}", "500 500"),
        ("{(entry ETH - liquidation price ETH) * size ETH as money}", "408.18"),
        ("{gauge ETH} {gauge ETH as number} {leverage ETH} {5000 / 500 as times}", "20% 0.2 10x 10x"),
        ("{time} {100%} {0 - equity as money}", "00:00 UTC 100% −1,000"),
        ("{time as date}, {time}", "1 January 2024, 00:00 UTC"),
        ("{1 / 3 as money} {1 / 3} {1 / 2 as money}", "0.33 0.3333 0.50"),
        ("{12.345%} {0.05625% * 1}", "12.35% 0.0006"),
        ("{funding rate ETH} {0.05625%}", "0% 0.0563%"),
        ("{entry SOL}, {unrealised SOL}", "–, –"),
        ("one\ntwo  \n three\n\n\n four", "one two three\n\nfour"),
    ],
)
def test_what_is_printed(text: str, printed: str) -> None:
    assert parse_text(text).render(situation(TAPE, "buy $5000 ETH 10x")) == printed


def test_numbers_that_are_typed_are_found_and_those_that_are_computed_are_not() -> None:
    text = parse_text("Buy 1,000 dollars with 10x: {100 / 10} dollars, 2.5%. {wallet} H2O 3rd v1.2")
    assert text.typed_numbers == ("1,000", "10", "2.5", "3")


def test_figures_that_are_not_there_are_named() -> None:
    text = parse_text("{entry ETH} {gauge ETH} {equity}")
    assert text.missing(situation(TAPE)) == ("entry ETH", "gauge ETH")
    assert text.missing(situation(TAPE, "buy $5000 ETH 10x")) == ()
    assert text.markets == ("ETH",)


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("a { b", 3, "stands alone"),
        ("a } b", 3, "stands alone"),
        ("a {} b", 4, "missing"),
        ("a {equity as gold}", 14, "“gold”"),
        ("a {equitty} b", 4, "“equitty”"),
        ("a {equity 5} b", 11, "“5”"),
        ("one\n{equity +} x", 14, "missing"),
    ],
)
def test_a_bad_figure_is_refused_at_its_place(text: str, place: int, said: str) -> None:
    with pytest.raises(ConditionError) as refused:
        parse_text(text)
    assert said in refused.value.message
    assert refused.value.place == place


@given(st.text(alphabet="{}ab 5%\n+equity", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse_text(text).render(situation(TAPE))
    except ConditionError as error:
        refusal = error
    else:
        return
    assert 1 <= refusal.place <= len(text) + 1
