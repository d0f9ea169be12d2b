"""What a fork may change of a command, the names of forks, and the tree that they stand in."""

from __future__ import annotations

import pytest

from engine.commands.command import CommandError
from engine.commands.grammar import EXAMPLES, parse
from tui.forms.fork import Way, changed, first_value, fork_name, ways_of

ORDER = "buy 0.5 BTC 10x iso sl 58000"


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        (ORDER, {"leave it out", "other mode", "other leverage", "other size", "other words"}),
        ("buy 1 ETH at 2000 reduce", {"leave it out", "other mode", "other size", "other words"}),
        ("close ETH", {"leave it out", "other words"}),
        ("close ETH 50%", {"leave it out", "other size", "other words"}),
        ("leverage ETH 5x", {"leave it out", "other leverage", "other words"}),
        ("mode ETH cross", {"leave it out", "other mode", "other words"}),
        ("flatten", {"leave it out", "other words"}),
    ],
)
def test_only_what_a_command_has_can_be_changed(text: str, ways: set[str]) -> None:
    assert set(ways_of(text)) == ways


@pytest.mark.parametrize(
    ("way", "value", "text", "becomes"),
    [
        ("other mode", "cross", ORDER, "buy 0.5 BTC 10x cross sl 58000"),
        ("other mode", "iso", "sell $500 SOL 5x", "sell $500 SOL 5x iso"),
        ("other mode", "cross", "mode ETH iso", "mode ETH cross"),
        ("other leverage", "3x", ORDER, "buy 0.5 BTC 3x iso sl 58000"),
        ("other leverage", "3", ORDER, "buy 0.5 BTC 3x iso sl 58000"),
        ("other leverage", "20", "leverage ETH 5x", "leverage ETH 20x"),
        ("other size", "$1000", ORDER, "buy $1000 BTC 10x iso sl 58000"),
        ("other size", "25%", "close ETH 50%", "close ETH 25%"),
        ("other words", "sell 1 ETH", ORDER, "sell 1 ETH"),
        ("other words", "flatten", "close ETH", "flatten"),
        ("leave it out", "", ORDER, None),
    ],
)
def test_one_thing_is_changed_and_the_rest_stays(way: Way, value: str, text: str, becomes: str | None) -> None:
    assert changed(way, value, text) == becomes


@pytest.mark.parametrize(
    ("way", "value", "text", "said"),
    [
        ("other mode", "iso", ORDER, "that is the command as it was; try: another one in its place, or leave it out"),
        ("other mode", "", ORDER, "it is not said what instead; try: cross"),
        ("other mode", "10x", ORDER, "that is no mode; try: cross"),
        ("other leverage", "much", ORDER, "try:"),
        ("other leverage", "iso", ORDER, "try:"),
        ("other size", "-1", ORDER, "try:"),
        ("other size", "1 ETH 5x", ORDER, "try:"),
        ("other words", "by 1 ETH", ORDER, "try:"),
        ("other words", "", ORDER, "try:"),
        ("other words", "buy 0.50 BTC 10X ISO sl 58000", ORDER, "that is the command as it was"),
    ],
)
def test_what_is_wrong_is_said_with_what_would_work(way: Way, value: str, text: str, said: str) -> None:
    with pytest.raises(CommandError) as refused:
        changed(way, value, text)
    assert said in str(refused.value)


@pytest.mark.parametrize("example", [each for texts in EXAMPLES.values() for each in texts.split(" | ")])
def test_every_command_can_be_changed_as_its_fields_begin(example: str) -> None:
    text = str(parse(example))
    for way in ways_of(text):
        value = first_value(way, text)
        if way == "other words":
            assert value == text
        else:
            assert changed(way, value, text) != text


def test_a_fork_gets_a_name_that_is_free() -> None:
    assert fork_name("Amber Fjord", ["Amber Fjord"]) == "Amber Fjord, fork"
    assert fork_name("Amber Fjord", ["amber fjord, FORK"]) == "Amber Fjord, fork 2"
    assert fork_name("Amber Fjord, fork", ["Amber Fjord, fork", "Amber Fjord, fork 2"]) == "Amber Fjord, fork 3"
    assert len(fork_name("x" * 80, ["x" * 60 + ", fork"])) <= 80
