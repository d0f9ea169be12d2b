"""Tapes from turning points, and the episodes that are rebuilt from them."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.script.words import WordsError, parse_time
from engine.tape import Path
from engine.tapes.anchors import Anchor, AnchoredPath, AnchoredSetup, AnchorsError, anchored_tape, parse_anchors
from engine.tapes.episodes import EPISODES, EpisodeError, EpisodeSetup, episode_tape

D = Decimal


def tape_of(text: str, wiggle: str = "0", step: int = 60):  # type: ignore[no-untyped-def]
    return anchored_tape(AnchoredSetup((AnchoredPath("ETH", parse_anchors(text)),), step, 0, D(wiggle)))


def lasts(tape) -> list[Decimal]:  # type: ignore[no-untyped-def]
    path = Path(tape)
    return [path.price("ETH", "last", step) for step in range(len(tape))]


def test_a_price_travels_in_a_straight_line() -> None:
    assert lasts(tape_of("0 2000, 4m 1998, 5m 2000")) == [D(2000), D("1999.5"), D(1999), D("1998.5"), D(1998), D(2000)]


def test_before_a_jump_it_waits() -> None:
    tape = tape_of("0 2000, 3m !1700, 4m 1710")
    assert lasts(tape) == [D(2000)] * 3 + [D(1700), D(1710)]
    assert tape.gapped.tolist() == [True, False, False, True, False]


def test_marks_and_premiums_have_turning_points_of_their_own() -> None:
    path = AnchoredPath(
        "ETH",
        parse_anchors("0 2000, 2m 1900"),
        parse_anchors("0 2000, 4m 1990"),
        parse_anchors("0 0.01%, 4m -0.03%", percent=True),
    )
    tape = anchored_tape(AnchoredSetup((path,), 60, 0))
    assert len(tape) == 5
    assert Path(tape).price("ETH", "mark", 2) == D(1995)
    assert tape.columns["ETH", "premium"].tolist() == [100_000, 0, -100_000, -200_000, -300_000]
    assert lasts(tape)[2:] == [D(1900)] * 3


@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(100_00, 300_00), st.booleans()), min_size=1, max_size=5),
    st.sampled_from(["0", "0.001", "0.1"]),
)
def test_a_wiggle_meets_every_turning_point_and_never_leaves_the_two_that_it_is_between(
    rows: list[tuple[int, int, bool]], wiggle: str
) -> None:
    anchors, seconds = [Anchor(0, D(200))], 0
    for minutes, cents, jump in rows:
        seconds += minutes * 60
        anchors.append(Anchor(seconds, D(cents) / 100, jump))
    tape = anchored_tape(AnchoredSetup((AnchoredPath("ETH", tuple(anchors)),), 60, 0, D(wiggle)))
    prices = lasts(tape)
    for before, after in pairwise(anchors):
        leg = prices[before.seconds // 60 : after.seconds // 60 + 1]
        assert (leg[0], leg[-1]) == (before.value, after.value)
        assert min(before.value, after.value) <= min(leg) <= max(leg) <= max(before.value, after.value)
        assert bool(tape.gapped[after.seconds // 60]) is after.jump


def test_a_wiggle_is_the_same_on_every_machine() -> None:
    tape = tape_of("0 2000, 20m 1900", "0.01")
    assert lasts(tape) != lasts(tape_of("0 2000, 20m 1900"))
    assert tape.digest[:16] == "4097ebe539d9c77c"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no turning points"),
        ("1m 2000", "the first turning point is at 0"),
        ("0 !2000", "no jump"),
        ("0 2000, 5m 1900, 5m 1800", "rise"),
        ("0 2000, soon 1900", "length of time"),
        ("0 2000, 5m x", "not a value"),
        ("0 2000 5m 1900", "not a time and a value"),
    ],
)
def test_turning_points_that_make_no_sense_are_refused(text: str, said: str) -> None:
    with pytest.raises(WordsError, match=said):
        parse_anchors(text)


@pytest.mark.parametrize(
    ("text", "wiggle", "step", "said"),
    [
        ("0 2000, 90s 1900", "0", 60, "between two steps"),
        ("0 2000, 1m 0", "0", 60, "out of range"),
        ("0 2000, 1m 1900", "0.5", 60, "wiggle"),
        ("0 2000, 100d 1900", "0", 1, "prices a market"),
    ],
)
def test_tapes_that_cant_be_made_are_refused(text: str, wiggle: str, step: int, said: str) -> None:
    with pytest.raises(AnchorsError, match=said):
        tape_of(text, wiggle, step)


FACTS = [  # what is known of these days besides the files themselves
    ("yen-unwind", "BTC", "2024-08-05T06:24Z", "49000"),
    ("may-19", "BTC", "2021-05-19T13:10Z", "30000"),
    ("october-10", "BTC", "2025-10-10T21:20Z", "101516"),
]


@pytest.mark.parametrize(("name", "symbol", "time", "price"), FACTS)
def test_an_episode_goes_through_its_known_low(name: str, symbol: str, time: str, price: str) -> None:
    tape = episode_tape(EpisodeSetup(name))
    path, column = Path(tape), tape.columns[symbol, "last"]
    lowest = int(np.argmin(column))
    assert path.price(symbol, "last", lowest) == D(price)
    assert abs(int(tape.times[lowest]) - parse_time(time)) <= 180_000


@pytest.mark.parametrize("name", EPISODES)
def test_an_episode_says_that_it_is_a_reconstruction(name: str) -> None:
    tape = episode_tape(EpisodeSetup(name))
    assert tape.origin.kind == "reconstruction"
    assert "historical prices" in tape.origin.description
    assert "not known" in tape.origin.notes[0]
    part = episode_tape(EpisodeSetup(name, (tape.markets[0].symbol,), int(tape.times[100]), int(tape.times[200])))
    assert len(part) == 101
    assert len(part.markets) == 1
    whole = tape.columns[tape.markets[0].symbol, "last"][100:201]
    assert np.abs(part.columns[tape.markets[0].symbol, "last"] - whole).max() <= 1


def test_an_episode_that_is_not_there_is_refused() -> None:
    for setup in (EpisodeSetup("1987"), EpisodeSetup("ftx", ("DOGE",)), EpisodeSetup("ftx", start_ms=0)):
        with pytest.raises(EpisodeError):
            episode_tape(setup)
