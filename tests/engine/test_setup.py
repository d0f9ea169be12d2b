"""Set-ups: what can be overridden, and refusals of what can't."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.rulebooks import rulebook_of
from engine.rulebooks.base import SetupError
from engine.session import Session
from engine.setup import Setup
from tests.engine.tapes import tape_of


@pytest.mark.parametrize(
    "words",
    [
        "maintenance 0.5%",
        "maintenance ETH 1%",
        "max-leverage ETH 50x",
        "isolated-only SOL MEME",
        "vault 50,000",
        "taker 0.1%",
        "maker 0",
        "interest 0.02%",
        "funding-cap 1%",
    ],
)
def test_what_can_be_set(words: str) -> None:
    changed = rulebook_of("hyperliquid", (tuple(words.split()),))
    assert changed.parameters != rulebook_of("hyperliquid").parameters  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "words",
    [
        "gravity 9.81",
        "maintenance",
        "maintenance 0",
        "maintenance 100%",
        "maintenance E/H 1%",
        "maintenance ETH 1% twice",
        "max-leverage ETH 0x",
        "max-leverage ETH 5000x",
        "isolated-only !",
        "vault -1",
        "vault 1 2",
        "vault 1e99999999",
        "taker 0.1% junk",
        "taker 1e-99999999",
        "taker nan",
    ],
)
def test_what_cannot_be_set_is_refused_with_what_would_work(words: str) -> None:
    with pytest.raises(SetupError) as caught:
        rulebook_of("hyperliquid", (tuple(words.split()),))
    assert caught.value.would_work


def test_venues_and_balances_that_do_not_exist() -> None:
    tape = tape_of({"ETH": [2000, 2000]})
    with pytest.raises(SetupError, match="no venue"):
        Session(Setup(venue="mtgox"), tape)
    with pytest.raises(SetupError, match="balance"):
        Session(Setup(balance=Decimal("0.5")), tape)


def test_a_modified_session_says_so() -> None:
    assert Setup().modified == ()
    assert Setup(fees=False, overrides=(("maintenance", "1%"),)).modified == ("fees off", "maintenance 1%")
