"""The script's grammar: what it means, both ways, and that everything else is refused by its line."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.commands.command import Note, Place
from engine.script import (
    DEFAULT_START,
    EVENT_KINDS,
    SETUP_EXAMPLES,
    InlinePaths,
    MoveError,
    MoveTime,
    PricesRecipe,
    ScriptError,
    SyntheticRecipe,
    WordsError,
    duration_text,
    parse_duration,
    parse_move,
    parse_time,
    read_script,
    read_setup,
    target_step,
    time_text,
)
from engine.setup import Setup

ARTICLE = """\
venue hyperliquid            # rulebook
mode isolated                # default mode of orders
balance 2000
slippage off                 # no spread, no impact
fees off
path ETH 1m 2000 1950 !1700  # inline tape: travelled vertices; ! marks a gap before the vertex
path SOL 1m 100 101 103
# or: synthetic crash seed 7 markets BTC,ETH,SOL days 2 step 1s
# or: prices BTC=FILE ETH=FILE [from TIME] [to TIME]
buy $10000 ETH 10x iso
@ +2m
@ end
"""
PATH = "path ETH 1m 2000 1950 1700\n"
MINUTE = 60_000


def refusal(text: str) -> ScriptError:
    with pytest.raises(ScriptError) as refused:
        read_script("plan.txt", text)
    error = refused.value
    assert error.file == "plan.txt"
    assert str(error) == f"plan.txt line {error.line}: {error.reason}; try: {error.would_work}"
    return error


def test_the_script_of_the_task() -> None:
    script = read_script("article.txt", ARTICLE)
    assert script.setup == Setup(balance=Decimal(2000), slippage=False, fees=False)
    assert isinstance(script.recipe, InlinePaths)
    assert [(line.number, line.text) for line in script.lines] == [
        (10, "buy $10000 ETH 10x iso"),
        (11, "@ +2m"),
        (12, "@ end"),
    ]
    assert isinstance(script.lines[0].action, Place)
    assert script.lines[1].action == MoveTime("by", 2 * MINUTE)
    assert script.lines[2].action == MoveTime("end")
    tape = script.recipe.tape()
    assert tape.gapped.tolist() == [True, False, True]
    assert tape.times[0] == DEFAULT_START == parse_time("2024-01-01T00:00Z")


def test_every_set_up_line_is_understood() -> None:
    script = read_script(
        "all",
        "VENUE Hyperliquid\nmode cross\nbalance $1,000.5\nslippage OFF\nfees off\nfunding off\nset maintenance 0.5%\n"
        "set Maintenance ETH 1%\nstart 2022-11-08\ndigest ABCDEF01\n"
        + PATH
        + "tick ETH 0.5\nmark ETH 2000 1960.5 1800\n"
        "premium ETH 0.01% 0% -0.2%",
    )
    overrides = (("maintenance", "0.5%"), ("maintenance", "ETH", "1%"))
    assert script.setup == Setup("hyperliquid", "cross", Decimal("1000.5"), False, False, False, overrides)
    assert script.digest == "abcdef01"
    names = [
        "venue",
        "mode",
        "balance",
        "slippage",
        "fees",
        "funding",
        ("set", 0),
        ("set", 1),
        "start",
        "digest",
        "prices",
    ]
    assert script.places == {name: line for line, name in enumerate(names, 1)}
    tape = script.recipe.tape()  # type: ignore[union-attr]
    assert tape.times[0] == parse_time("2022-11-08T00:00Z")
    assert tape.by_symbol["ETH"].tick_size == Decimal("0.5")
    assert tape.columns["ETH", "mark"].tolist() == [4000, 3921, 3600]
    assert tape.columns["ETH", "premium"].tolist() == [100_000, 0, -2_000_000]


def test_a_set_up_written_as_lines_is_read_back() -> None:
    setup = Setup("hyperliquid", "cross", Decimal("12.345678"), False, True, False, (("maintenance", "ETH", "1%"),))
    assert read_script("x", "\n".join([*setup.lines(), PATH])).setup == setup


def test_synthetic_prices() -> None:
    line = "synthetic crash seed 7 markets BTC,ETH days 0.01 step 5s"
    script = read_script("x", line)
    assert isinstance(script.recipe, SyntheticRecipe)
    made = script.recipe.setup
    assert (made.regime, made.seed, made.markets, made.days) == ("crash", 7, ("BTC", "ETH"), Decimal("0.01"))
    assert made.step_seconds == 5
    assert script.recipe.lines() == [line]
    later = read_script("x", f"{line}\nstart 2022-11-08T16:00Z").recipe
    assert later.lines() == ["start 2022-11-08T16:00Z", line]
    assert later.setup.start_ms == parse_time("2022-11-08T16:00Z")  # type: ignore[union-attr]


def test_prices_in_files() -> None:
    line = 'prices BTC=data/btc.csv ETH="my prices #1.csv" from 2022-11-08T16:00Z to 2022-11-09T00:00Z'
    recipe = read_script("x", line + "  # the crash").recipe
    start, end = parse_time("2022-11-08T16:00Z"), parse_time("2022-11-09")
    assert recipe == PricesRecipe((("BTC", "data/btc.csv"), ("ETH", "my prices #1.csv")), start, end)
    assert recipe.lines() == [line]
    assert read_script("x", "prices BTC=a=b.csv").recipe == PricesRecipe((("BTC", "a=b.csv"),))


def test_comments_go_but_a_note_keeps_its_text() -> None:
    script = read_script(
        "x",
        f"# start\n{PATH}\n  # indented\nflatten# no comment here, and no command\n".replace("flatten#", "flatten #"),
    )
    assert [line.text for line in script.lines] == ["flatten"]
    script = read_script("x", PATH + "note trade # 3 went wrong")
    assert script.lines[0].action == Note("trade # 3 went wrong")


def test_line_numbers_are_an_editors() -> None:
    assert refusal(f"\ufeff{PATH}\r\n\r\n\tflatten\r\nfoo\r\n").line == 5
    # U+2028 ends a line for `splitlines`, for no editor.
    assert refusal(f"{PATH}note a\u2028b\nfoo").line == 2


def test_mode_with_a_market_is_a_command() -> None:
    script = read_script("x", f"mode cross\n{PATH}mode ETH iso")
    assert script.setup.mode == "cross"
    assert script.lines[0].text == "mode ETH iso"


REFUSED = [
    # text, line, part of the reason
    ("", 1, "the script has no prices"),
    ("# only a comment\n\n", 1, "the script has no prices"),
    ("balance 5\nflatten\n", 2, "the script has no prices"),
    (PATH + "jump 3", 2, "“jump” is neither set-up nor a command"),
    (PATH + "\n\nbuy ETH", 4, "“ETH” is not a size"),
    (PATH + "buy 1 ETH\nbalance 5", 3, "the set-up ended at line 2"),
    (PATH + "@ +2m\nslippage off", 3, "the set-up ended at line 2"),
    (PATH + "@ lunch", 2, "“lunch” is neither a time nor a kind of event"),
    (PATH + "@", 2, "not said where"),
    (PATH + "@ -3m", 2, "time can’t go back"),
    (PATH + "@ +3", 2, "“3” is not a length of time"),
    (PATH + "@ +0s", 2, "not a length of time"),
    (PATH + "@ 25:00", 2, "no time of day"),
    (PATH + "@ 2022-13-01", 2, "in no calendar"),
    (PATH + "note \x1b[31mred", 2, "U+001B"),
    (PATH + "buy 1 \u202eETH", 2, "U+202E"),
    ("venue a\nvenue b\n" + PATH, 2, "venue was said in line 1 already"),
    ("venue nowhere\n" + PATH, 1, "there is no venue “nowhere”"),
    ("venue\n" + PATH, 1, "nothing follows it"),
    ("venue a/b\n" + PATH, 1, "can’t be a venue"),
    ("mode both\n" + PATH, 1, "“both” is neither isolated nor cross"),
    ("balance much\n" + PATH, 1, "“much” is not a balance"),
    ("balance 0\n" + PATH, 1, "must be more than zero"),
    ("balance 0.5\n" + PATH, 1, "out of range"),
    ("balance 1.0000001\n" + PATH, 1, "out of range"),
    ("balance 1e9999999999\n" + PATH, 1, "balance"),
    ("balance 5 6\n" + PATH, 1, "“6” has no meaning here"),
    ("fees maybe\n" + PATH, 1, "“maybe” is neither on nor off"),
    ("funding yes\n" + PATH, 1, "“yes” is neither on nor off"),
    ("set maintenance\n" + PATH, 1, "name of a parameter and its value"),
    (PATH + "set maintenance 0.5%\nset gravity 9.81", 3, "no parameter “gravity”"),
    (PATH + "set maintenance 200%\nset maintenance 1%", 2, "below 100"),
    (PATH + "set vault 1e-99999999", 2, "out of range"),
    (PATH + "set vault 1e99999999", 2, "out of range"),
    (PATH + "set vault 5\n" * 101, 102, "more than 100 parameters"),
    (PATH + "digest xyz", 2, "no digest"),
    (PATH + "start noon", 2, "“noon” is not a time in UTC"),
    (PATH + "start 1969-12-31", 2, "out of range"),
    ("path ETH", 1, "a path has a market, a step and prices"),
    ("path ETH 1m 1 two", 1, "“two” is not a price"),
    ("path ETH 1m 1 -2", 1, "more than zero"),
    ("path ETH 1m 1 nan", 1, "“nan” is not a price"),
    ("path ETH 1m 1 1e9999999", 1, "out of range"),
    ("path ETH 1m !1 2", 1, "nothing before the first price"),
    ("path ETH 1m 1 ! 2", 1, "“” is not a price"),
    ("path ETH 1w 1 2", 1, "“1w” is not a length of time"),
    ("path ETH 400d 1 2", 1, "out of range"),
    ("path E/TH 1m 1 2", 1, "can’t be a market"),
    (PATH + "path eth 1m 1 2", 2, "path ETH was said in line 1 already"),
    (PATH + "path SOL 1h 1 2", 2, "SOL has a step of 3600 s and ETH of 60 s"),
    (PATH + "mark ETH 1 2", 2, "3 prices and 2 entries on its mark line"),
    (PATH + "mark SOL 1 2 3", 2, "there is no path of SOL"),
    ("mark SOL 1 2 3", 1, "there is no path of SOL"),
    (PATH + "mark ETH", 2, "takes a market and what to set it to"),
    (PATH + "premium ETH 0.01", 2, "“0.01” is not a percentage"),
    (PATH + "premium ETH 1% 2%", 2, "3 prices and 2 entries on its premium line"),
    (PATH + "premium ETH 101%", 2, "out of range"),
    (PATH + "tick ETH 7", 1, "2000 is not on ETH's tick of 7"),
    (PATH + "tick ETH 0", 2, "more than zero"),
    (PATH + "tick ETH 1 2", 2, "“2” has no meaning here"),
    (PATH + "tick ETH 1e14", 2, "tick size is out of range"),
    ("synthetic", 1, "the name of a regime"),
    ("synthetic crash", 1, "the seed is missing"),
    ("synthetic boredom seed 7", 1, "there is no regime 'boredom'"),
    ("synthetic crash seed 7 markets BTC,DOGE", 1, "no synthetic market 'DOGE'"),
    ("synthetic crash seed 7 markets BTC,BTC", 1, "named twice"),
    ("synthetic crash seed -7", 1, "“-7” is not a seed"),
    ("synthetic crash seed 7 days 99999", 1, "too many"),
    ("synthetic crash seed 7 days 3000 step 1s", 1, "20,000,000"),
    ("synthetic crash seed 7 colour red", 1, "“colour” has no meaning here"),
    ("synthetic crash seed 7 seed 8", 1, "“seed” has no meaning here"),
    ("synthetic crash seed", 1, "“seed” takes a word after it"),
    (PATH + "synthetic crash seed 7", 2, "prices from two places"),
    ("synthetic crash seed 7\nprices A=b", 2, "line 1 says already"),
    ("prices", 1, "a market and its file"),
    ("prices btc.csv", 1, "a market and its file"),
    ("prices BTC=", 1, "names no file"),
    ("prices BTC=a BTC=b", 1, "two files"),
    ("prices BTC=a to 2022-01-01 from 2022-02-01", 1, "end before they start"),
    ("prices BTC=a until 2022-01-01", 1, "“until” has no meaning here"),
    ('prices BTC="a b', 1, "a quote is not closed"),
    ("start 2022-01-01\nprices BTC=a", 1, "times of their own"),
]


@pytest.mark.parametrize(("text", "line", "reason"), REFUSED, ids=[f"{number}" for number in range(len(REFUSED))])
def test_what_is_no_script_is_refused_by_its_line(text: str, line: int, reason: str) -> None:
    error = refusal(text)
    assert reason in error.reason
    assert error.line == line
    assert error.would_work


def test_every_example_of_a_set_up_line_works() -> None:
    for name, example in SETUP_EXAMPLES.items():
        prices = "" if name in ("path", "synthetic", "daily", "prices") else PATH
        read_script(name, f"{prices}{example}")


def test_set_up_from_words_names_the_place_at_fault() -> None:
    script = read_setup("options", [["balance", "5"], ["prices", "BTC=my\nfile.csv"]])
    assert script.setup.balance == 5
    assert script.recipe == PricesRecipe((("BTC", "my\nfile.csv"),))
    for lines, place in [([["balance", "5"], ["fees", "x"]], 2), ([], 1), ([["venue", "a\x1b"]], 1)]:
        with pytest.raises(ScriptError) as refused:
            read_setup("options", lines)
        assert refused.value.line == place


# -- moves of time


@pytest.mark.parametrize(
    ("text", "move"),
    [
        ("@ +90s", MoveTime("by", 90_000)),
        ("@+1h30m", MoveTime("by", 90 * MINUTE)),
        ("+2d", MoveTime("by", 2 * 86_400_000)),
        ("@ 2022-11-08T16:00Z", MoveTime("at", 1_667_923_200_000)),
        ("@ 2022-11-08 16:00", MoveTime("at", 1_667_923_200_000)),
        ("@ 2022-11-08T16:00:05.5Z", MoveTime("at", 1_667_923_205_500)),
        ("@ 6:24", MoveTime("clock", (6 * 60 + 24) * MINUTE)),
        ("@ 06:24:10", MoveTime("clock", (6 * 60 + 24) * MINUTE + 10_000)),
        ("@ Liquidation", MoveTime("event", event="liquidation")),
        ("@ any", MoveTime("event", event="any")),
        ("@ end", MoveTime("end")),
    ],
)
def test_a_move_is_understood(text: str, move: MoveTime) -> None:
    assert parse_move(text) == move
    assert parse_move(str(move)) == move


moves = st.one_of(
    st.integers(1, 10**9).map(lambda seconds: MoveTime("by", seconds * 1000)),
    st.integers(0, 253_402_300_799_000).map(lambda time: MoveTime("at", time)),
    st.integers(0, 86_399).map(lambda seconds: MoveTime("clock", seconds * 1000)),
    st.sampled_from([*sorted(EVENT_KINDS), "any"]).map(lambda kind: MoveTime("event", event=kind)),
    st.just(MoveTime("end")),
)


@given(moves)
def test_a_move_reads_back_from_its_text(move: MoveTime) -> None:
    assert parse_move(str(move)) == move


@given(st.integers(0, 253_402_300_799_000), st.integers(1, 10**9))
def test_times_and_lengths_read_back_from_their_texts(time: int, seconds: int) -> None:
    assert parse_time(time_text(time)) == time
    assert parse_duration(duration_text(seconds)) == seconds


def test_where_a_move_leads() -> None:
    tape = read_script("x", "path ETH 1m 1 2 3 4 5").recipe.tape()  # type: ignore[union-attr]
    start = int(tape.times[0])

    def steps(text: str, minute: int = 0) -> tuple[int, frozenset[str], bool]:
        target = target_step(parse_move(text), start + minute * MINUTE, tape)
        return target.step, target.stop_on, target.beyond

    none: frozenset[str] = frozenset()
    assert steps("@ +2m") == (2, none, False)
    assert steps("@ +90s") == (1, none, False)
    assert steps("@ +30s", 2) == (2, none, False)
    assert steps("@ +1h") == (4, none, True)
    assert steps("@ 00:03") == (3, none, False)
    assert steps("@ 00:03", 3) == (4, none, True)  # the next such time is tomorrow
    assert steps("@ 2024-01-01T00:01Z") == (1, none, False)
    assert steps("@ 2024-01-01T00:01Z", 1) == (1, none, False)
    assert steps("@ liquidation") == (4, frozenset({"liquidation"}), False)
    assert steps("@ end", 4) == (4, none, False)
    with pytest.raises(MoveError, match="2024-01-01T00:01Z has passed: it is 2024-01-01T00:02Z"):
        steps("@ 2024-01-01T00:01Z", 2)


def test_every_kind_of_event_can_be_waited_for() -> None:
    assert {"fill", "call", "liquidation", "funding", "wiped_out", "adl"} <= EVENT_KINDS
    assert "end" not in EVENT_KINDS  # `@ end` is the tape's end


# -- anything at all

VOCABULARY = [
    *("venue", "mode", "balance", "slippage", "fees", "funding", "set", "start", "digest", "path", "mark", "premium"),
    *("tick", "synthetic", "prices", "buy", "sell", "close", "margin", "leverage", "note", "end", "@", "flatten"),
    *("hyperliquid", "iso", "cross", "on", "off", "ETH", "BTC", "1m", "2000", "!1700", "0.01%", "10x", "$100", "seed"),
    *("7", "markets", "days", "step", "crash", "BTC=x", "from", "to", "2022-11-08", "+2m", "liquidation"),
    *("maintenance", "at", "stop", "all", "-1", "1e9", "nan", "0", "#", '"', "\t", "\r", "\x1b[0m", "\u202e", "é"),
]  # fmt: skip


@given(st.text())
def test_any_text_is_a_script_or_refused_as_one(text: str) -> None:
    _read(text)


@given(
    st.lists(st.lists(st.sampled_from(VOCABULARY), max_size=6).map(" ".join), max_size=6).map("\n".join), st.booleans()
)
def test_any_words_are_a_script_or_refused_as_one(text: str, with_prices: bool) -> None:
    _read(PATH + text if with_prices else text)


def _read(text: str) -> None:
    refused, script = None, None
    try:
        script = read_script("any", text)
    except ScriptError as error:
        refused = error
    if refused is not None:
        assert 1 <= refused.line <= text.count("\n") + 1
        assert refused.would_work
    if script is not None:
        assert all(line.text.isprintable() for line in script.lines)


@given(st.text(max_size=40))
def test_any_words_are_a_move_or_refused_as_one(text: str) -> None:
    try:
        move = parse_move(text)
    except WordsError:
        return
    assert parse_move(str(move)) == move
