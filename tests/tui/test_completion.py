"""Completion: whatever the grammar takes can be reached word by word, and what is offered leads somewhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.commands.command import CommandError
from engine.commands.grammar import EXAMPLES, parse
from tui.command_text.completion import HINTS, USAGES, Known, completion

KNOWN = Known(("ETH", "SOL"), ("c1", "c12", "c1.sl"), hedged=True, assets=("USDC", "ETH"))
FILLED = {
    HINTS["size"]: "1", HINTS["price"]: "2000", HINTS["leg"]: "2%", HINTS["share"]: "2%", HINTS["leverage"]: "10x",
    HINTS["amount"]: "5", HINTS["more"]: "+5", HINTS["text"]: "hm",
}  # fmt: skip
"""A word for each hint."""
SAMPLES = [example for examples in EXAMPLES.values() for example in examples.split(" | ")]


def test_every_command_has_a_usage() -> None:
    assert set(USAGES) == set(EXAMPLES)


@pytest.mark.parametrize("example", SAMPLES)
def test_every_example_is_reached_word_by_word(example: str) -> None:
    words = example.split()[:2] if example.startswith("note") else example.split()
    for place, word in enumerate(words):
        offered = completion(" ".join(words[:place]) + (" " if place else ""), KNOWN)
        free = any(offered.hint.startswith(hint) for hint in HINTS.values())
        assert word.lower() in (each.lower() for each in offered.words) or free, (words[:place], word)
        if word in offered.words and len(word) > 2:
            begun = completion(" ".join([*words[:place], word[:-1]]), KNOWN)
            assert word in begun.words or begun.words == ()


@given(st.data())
def test_what_is_offered_makes_a_command(data: st.DataObject) -> None:
    text = ""
    for _ in range(data.draw(st.integers(1, 12))):
        offered = completion(text, KNOWN)
        free = next((word for hint, word in FILLED.items() if offered.hint.startswith(hint)), None)
        choices = [*offered.words, *([free] if free is not None else [])]
        if not choices:
            break
        text += data.draw(st.sampled_from(choices)) + " "
    while text:
        try:
            parse(text)
            return
        except CommandError as error:
            why = error.message
        # Only its end may be missing: then the next word that is offered brings it nearer.
        assert "missing" in why or "empty" in why, (text, why)
        offered = completion(text, KNOWN)
        free = next((word for hint, word in FILLED.items() if offered.hint.startswith(hint)), None)
        assert offered.words or free, text
        text += (free or offered.words[0]) + " "


@given(st.text(max_size=40))
def test_any_text_is_borne(text: str) -> None:
    found = completion(text, KNOWN)
    assert text.startswith(found.kept)
    assert all(character.isprintable() for character in found.hint)


def test_what_a_venue_does_not_lend_is_not_offered() -> None:
    assert "borrow" in completion("", KNOWN).words
    assert completion("borrow 5 ", KNOWN).words == ("USDC", "ETH")
    assert not {"supply", "borrow"} & set(completion("", Known(("ETH",))).words)


def test_orders_and_markets_are_offered_to_cancel() -> None:
    assert completion("cancel ", KNOWN).words == ("all", "ETH", "SOL", "c1", "c12", "c1.sl")
    assert completion("cancel c1", KNOWN).words == ("c12", "c1.sl")
    assert completion("close ETH ", Known(("ETH",))).words == ("iso", "cross")
    assert completion("@ liq", KNOWN).words == ("liquidation",)
