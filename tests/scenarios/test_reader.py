"""Scenario files that are wrong: each is refused with its file, line, field, what is wrong and what would work."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.account_kind import Kind
from engine.package_data import text_in
from engine.scenarios.errors import ScenarioError
from engine.scenarios.reader import read_scenario
from engine.script.recipes import PricesRecipe, SyntheticRecipe
from engine.tapes.episodes import EpisodeSetup

GOOD = '''\
id = "a-lesson"
title = "A lesson"
teaches = "One thing."

[rules]
venue = "hyperliquid"
mode = "isolated"
balance = 1000
set = ["maintenance ETH 1%"]

[tape]
kind = "anchors"
[tape.prices]
ETH = "0 2000, 30m 1900"

[[steps]]
text = "You have {wallet}."
do = "Buy."
goal = "position ETH long"
nudge = "Buy."
formula = "{wallet} ÷ {price ETH}"
keys = """
buy $100 ETH 2x
@ +5m
"""

[naive]
thought = "I wait."
script = "@ end"

[stars]
par = 100

[closing]
ghost = "cross"
look_at = "{ghost equity}"
sentence = "Buying is opening."
'''


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_what_a_good_one_says() -> None:
    scenario = read_scenario("a.toml", GOOD)
    assert (scenario.id, scenario.title, scenario.needs) == ("a-lesson", "A lesson", ())
    assert scenario.setup.lines()[:3] == ["venue hyperliquid", "mode isolated", "balance 1000"]
    assert scenario.setup.overrides == (("maintenance", "ETH", "1%"),)
    assert scenario.markets == ("ETH",)
    assert [line.text for line in scenario.solution] == ["buy $100 ETH 2x", "@ +5m"]
    assert [line.number for line in scenario.solution] == [line_of(GOOD, "buy $100"), line_of(GOOD, "@ +5m")]
    assert scenario.closing.ghost == Kind("hyperliquid", "cross")
    assert Decimal(30) in scenario.stated
    assert len(scenario.tape()) == 31


REPLACEMENTS: list[tuple[str, str, str, str, str]] = [
    # what is replaced, by what, the field that is named, what is said of it, what would work
    ('id = "a-lesson"', 'id = "A lesson"', "id", "no id", "small letters"),
    ('id = "a-lesson"\n', "", "", "“id” is missing", "id ="),
    ('title = "A lesson"', "title = 5", "title", "a text in quotes, not a whole number", ""),
    ('title = "A lesson"', 'title = ""', "title", "not empty", ""),
    ('title = "A lesson"', 'title = "A\\u001b[31m"', "title", "U+001B", "plain text"),
    ('title = "A lesson"', f'title = "{"long " * 20}"', "title", "characters", "at most 60"),
    ('teaches = "One thing."', 'teaches = "One thing."\nlearns = 5', "learns", "no field “learns”", "teaches"),
    ('teaches = "One thing."', "teaches =", "", "between quotes", 'teaches = "…"'),
    ('venue = "hyperliquid"', 'venue = "nowhere"', "rules.venue", "no venue “nowhere”", "binance"),
    ('mode = "isolated"', 'mode = "both"', "rules.mode", "neither isolated nor cross", "mode isolated"),
    ("balance = 1000", "balance = 0", "rules.balance", "more than zero", "2000"),
    ("balance = 1000", "balance = 1e999999", "rules.balance", "out of range", "1000"),
    ("balance = 1000", "balance = nan", "rules.balance", "out of range", "1000"),
    ("balance = 1000", "balance = true", "rules.balance", "a number, not true or false", ""),
    ("balance = 1000", "balance = 1000\nfee = true", "rules.fee", "no field “fee”", "fees"),
    ("maintenance ETH 1%", "maintenence 1%", "rules.set[1]", "maintenence", "set maintenance"),
    ('kind = "anchors"', 'kind = "anchor"', "tape.kind", "“anchor” is no kind", "anchors"),
    ('kind = "anchors"', 'kind = "anchors"\nstep = "5"', "tape.step", "“5” is not a length of time", "30m"),
    ('kind = "anchors"', 'kind = "anchors"\nwiggle = "50%"', "tape.wiggle", "out of range", "10%"),
    ('kind = "anchors"', 'kind = "anchors"\nstart = "soon"', "tape.start", "“soon” is not a time", "2022"),
    ('kind = "anchors"', 'kind = "anchors"\nstep = "7m"', "tape.prices.ETH", "between two steps", "shorter step"),
    ('kind = "anchors"', 'kind = "anchors"\nstep = "1s"\n', "", "", ""),
    ('"0 2000, 30m 1900"', '"30m 1900"', "tape.prices.ETH", "the first turning point is at 0", "0 2000"),
    ('"0 2000, 30m 1900"', '"0 2000, 30m -5"', "tape.prices.ETH", "out of range", "prices from"),
    ('"0 2000, 30m 1900"', '"0 2000 30m 1900"', "tape.prices.ETH", "not a time and a value", "0 2000"),
    ('"0 2000, 30m 1900"', '"0 2000, 30m 1900, 20m 5"', "tape.prices.ETH", "rise", "0 2000"),
    ('ETH = "0 2000, 30m 1900"', 'eth = "0 2000"', "tape.prices.eth", "in capitals", "ETH"),
    ('ETH = "0 2000, 30m 1900"', 'SOL = "0 2000"', "steps[1].goal", "no market ETH", "SOL"),
    ('ETH = "0 2000, 30m 1900"', "ETH = 2000", "tape.prices", "a text in quotes, not a whole number", ""),
    (
        "[tape.prices]\nETH",
        '[tape.marks]\nETH = "0 1"\n[tape.prices]\nSOL',
        "tape.marks.ETH",
        "no prices of ETH",
        "SOL",
    ),
    ("{wallet}.", "{walet}.", "steps[1].text", "“walet”", "wallet"),
    ("{wallet}.", "{wallet.", "steps[1].text", "stands alone", "{equity}"),
    ("{wallet}.", "{wallet as gold}.", "steps[1].text", "“gold” is no way", "money"),
    ("{wallet}.", "{entry SOL}.", "steps[1].text", "no market SOL", "ETH"),
    ("{wallet}.", "{ghost}.", "steps[1].text", "a figure", ""),
    ('"position ETH long"', '"position ETH longer"', "steps[1].goal", "at character 14: “longer”", "and"),
    ('do = "Buy."\n', "", "steps[1]", "“do” is missing", "[[steps]]"),
    ('do = "Buy."', 'do = "Buy."\nhint = ""', "steps[1].hint", "no field “hint”", "nudge"),
    ("buy $100 ETH 2x", "bye $100 ETH 2x", "steps[1].keys", "“bye” is no command", "buy"),
    ("buy $100 ETH 2x", "buy $100 ETH 2x 3x", "steps[1].keys", "“3x” has no meaning", "buy"),
    ("buy $100 ETH 2x", "buy $100 BTC 2x", "steps[1].keys", "no market BTC", "ETH"),
    ("@ +5m", "@ later", "steps[1].keys", "“later”", "@ +30m"),
    ('script = "@ end"', 'script = ""', "naive.script", "no command", "buy"),
    ('script = "@ end"', "script = []", "naive.script", "a text in quotes, not a list", "script ="),
    ("par = 100", "par = -100", "stars.par", "more than zero", "par = 1000"),
    ("par = 100", "par = inf", "stars.par", "not a par", "par = 1000"),
    ("par = 100", 'par = 100\nforced_close = ["SOL"]', "stars.forced_close", "no market SOL", "ETH"),
    ("par = 100", 'par = 100\nalso = "profit"', "stars.also", "a comparison", ""),
    ('ghost = "cross"', 'ghost = "both"', "closing.ghost", "no both account", "cross"),
    ('ghost = "cross"', 'ghost = "nowhere cross"', "closing.ghost", "no kind of account", "binance cross"),
    ('ghost = "cross"', 'ghost = ""', "closing.ghost", "no kind of account", "binance cross"),
    ("[stars]\npar = 100\n", "", "", "“stars” is missing", "par"),
    ("[stars]", "[[stars]]", "stars", "not a table", "par"),
    ("[[steps]]", "[steps]", "steps", "1 to 20 steps", "[[steps]]"),
    ("[[steps]]", "steps = 5\n[other]", "", "", ""),
    # what beginners write
    ('title = "A lesson"', "title = A lesson", "", "between quotes", 'title = "…"'),
    ('title = "A lesson"', "title = “A lesson”", "", "typographic quotes", "straight quotes"),
    ('teaches = "One thing."', 'teaches = "One thing."\nneeds = "a"', "needs", "a list in brackets", "needs = ["),
    ("balance = 1000", "balance = 1,000", "", "no commas", "balance = 1000"),
    ("balance = 1000", 'balance = "$1000"', "rules.balance", "this is no number", "balance = 1000"),
    ("balance = 1000", "balance = 1000\nbalance = 2000", "", "“balance” is there twice", "one of them"),
    ("balance = 1000", "balance = 1000\nfees = no", "", "“no” is no value", "fees = false"),
    ("balance = 1000", "balance = 1000\nfees = False", "", "“False” is no value", "fees = false"),
    ("balance = 1000", 'balance = 1000\nfees = "off"', "rules.fees", "true or false", "fees = false"),
    ('set = ["maintenance ETH 1%"]', 'set = "maintenance ETH 1%"', "rules.set", "a list in brackets", "set = ["),
    ("[naive]", "[rules]", "", "[rules] is there twice", "one of them"),
    ('kind = "anchors"', 'kind = "anchors"\nstep = 1', "tape.step", "a text in quotes", 'step = "1m"'),
    ('kind = "anchors"', 'kind = "anchors"\nwiggle = 0.2', "tape.wiggle", "a text in quotes", 'wiggle = "0.2%"'),
    (
        'kind = "anchors"',
        'kind = "episode"\nepisode = "luna"\nstep = "1m"',
        "tape.step",
        "no field",
        "episode, markets",
    ),
    ('"position ETH long"', '"not liquidated"', "steps[1].goal", "a market is missing", "liquidated ETH, or liq"),
    ('"position ETH long"', '"end of the tape"', "steps[1].goal", "the first word of", "end of tape"),
    ('"position ETH long"', '"notional ETH == 5"', "steps[1].goal", "“==” is no comparison", "<=, ="),
    ('"position ETH long"', '"notional >= 5"', "steps[1].goal", "a market is missing", "notional ETH"),
    ("{wallet}.", "{ETH price}.", "steps[1].text", "“ETH” is not a figure", "price ETH"),
    ("{wallet}.", "{price.ETH}.", "steps[1].text", "“price.ETH”", "price ETH"),
    ("{wallet}.", "{balance}.", "steps[1].text", "“balance”", "wallet"),
    ('text = "You have', 'text = """You have', "", "no “key = value”", "may not have been closed"),
]


@pytest.mark.parametrize(("old", "new", "field", "said", "would_work"), REPLACEMENTS)
def test_a_bad_file_is_refused(old: str, new: str, field: str, said: str, would_work: str) -> None:
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    if not said:  # odd, but allowed, or refused in some way
        outcome(text)
        return
    with pytest.raises(ScenarioError) as refused:
        read_scenario("my lesson.toml", text)
    error = refused.value
    assert error.field == field
    assert said in error.reason
    assert would_work in error.would_work
    assert str(error).startswith(f"my lesson.toml line {error.line}")
    if field and "[" not in field.rpartition(".")[2]:
        row = text.splitlines()[error.line - 1]
        assert field.rpartition(".")[2] in row or "is missing" in error.reason or field == "steps[1].keys"


def test_the_line_of_a_condition_of_several_lines_is_that_of_the_wrong_word() -> None:
    text = GOOD.replace('goal = "position ETH long"', 'goal = """\nposition ETH long and\nno liquidated\n"""')
    with pytest.raises(ScenarioError) as refused:
        read_scenario("a.toml", text)
    assert text.splitlines()[refused.value.line - 1] == "no liquidated"
    text = GOOD.replace('goal = "position ETH long"', 'goal = """\nposition ETH long and\nbad > 5\n"""')
    with pytest.raises(ScenarioError) as refused:
        read_scenario("a.toml", text)
    assert text.splitlines()[refused.value.line - 1] == "bad > 5"
    assert "character 1 of that line" in refused.value.reason


def test_the_line_of_a_bad_command_is_its_own() -> None:
    text = GOOD.replace("@ +5m", "# why\nsell all")
    with pytest.raises(ScenarioError) as refused:
        read_scenario("a.toml", text)
    assert text.splitlines()[refused.value.line - 1] == "sell all"


def with_tape(section: str) -> str:
    return re.sub(r"\[tape\].*?(?=\[\[steps)", section + "\n", GOOD, flags=re.DOTALL)


def test_the_other_kinds_of_prices() -> None:
    synthetic = 'kind = "synthetic"\nregime = "crash"\nseed = 7\nmarkets = ["ETH"]\ndays = 0.5\nstep = "5m"'
    scenario = read_scenario("a.toml", with_tape(f"[tape]\n{synthetic}"))
    assert isinstance(scenario.prices, SyntheticRecipe)
    assert (scenario.prices.setup.seed, len(scenario.tape())) == (7, 145)

    episode = (
        'kind = "episode"\nepisode = "yen-unwind"\nmarkets = ["ETH"]\nfrom = "2024-08-05"\nto = "2024-08-05T06:00Z"'
    )
    scenario = read_scenario("a.toml", with_tape(f"[tape]\n{episode}"))
    assert isinstance(scenario.prices, EpisodeSetup)
    assert scenario.tape().origin.kind == "reconstruction"

    scenario = read_scenario(
        "a.toml", with_tape('[tape]\nkind = "files"\nfiles = { ETH = "my eth.csv" }\nfrom = "2024-08-05"')
    )
    assert scenario.prices == PricesRecipe((("ETH", "my eth.csv"),), 1722816000000)
    with pytest.raises(ScenarioError, match="have to be opened"):
        scenario.tape()


@pytest.mark.parametrize(
    ("section", "field", "said"),
    [
        ('kind = "synthetic"\nregime = "crash"', "tape", "“seed” is missing"),
        ('kind = "synthetic"\nregime = "boom"\nseed = 7', "tape.regime", "boom"),
        ('kind = "synthetic"\nregime = "crash"\nseed = -7', "tape.seed", "-7"),
        ('kind = "synthetic"\nregime = "crash"\nseed = 7\nstep = "soon"', "tape.step", "soon"),
        ('kind = "synthetic"\nregime = "crash"\nseed = 7\nmarkets = ["GOLD"]', "tape.markets", "GOLD"),
        ('kind = "synthetic"\nregime = "crash"\nseed = 7\nmarkets = []', "tape.markets", "market"),
        ('kind = "synthetic"\nregime = "crash"\nseed = 7\ndays = 3000\nstep = "1s"', "tape.days", "prices"),
        ('kind = "episode"\nepisode = "1987"', "tape.episode", "no episode “1987”"),
        ('kind = "episode"\nepisode = "ftx"\nmarkets = ["DOGE"]', "tape.markets", "no DOGE"),
        ('kind = "episode"\nepisode = "ftx"\nfrom = "2020-01-01"', "tape.from", "no prices of"),
        ('kind = "episode"\nepisode = "ftx"\nto = "2030-01-01"', "tape.to", "not between"),
        ('kind = "episode"\nepisode = "ftx"\nto = 5', "tape.to", "a text in quotes"),
        ('kind = "files"\nfiles = {}', "tape.files", "file"),
        ('kind = "files"\nfiles = { ETH = "" }', "tape.files", "names no file"),
    ],
)
def test_other_prices_are_refused(section: str, field: str, said: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        read_scenario("a.toml", with_tape(f"[tape]\n{section}"))
    assert said in refused.value.reason
    assert refused.value.field in (field, "tape")
    assert refused.value.line >= line_of(GOOD, "[tape]")


def outcome(text: str) -> ScenarioError | None:
    """None where it reads; anything but a refusal fails."""
    try:
        read_scenario("a.toml", text)
    except ScenarioError as error:
        return error
    return None


LESSON = text_in("engine.scenarios.lessons", "05_isolated.toml")
bits = st.sampled_from(
    ["", "\n", '"', "{", "}", "[", "]", "=", "0", "-", "e9", "true", "#", "'", "\\", "\x00", "ETH", "%", "€"]
)


@given(st.sampled_from([GOOD, LESSON]), st.data())
def test_a_damaged_file_never_breaks_the_reader(text: str, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 12)))
        text = text[:start] + data.draw(bits) + text[end:]
    refusal = outcome(text)
    if refusal is not None:
        assert 1 <= refusal.line <= text.count("\n") + 2
        assert refusal.reason
        assert "\n" not in refusal.reason


@given(st.data())
def test_a_file_with_a_line_that_is_another_one_never_breaks_the_reader(data: st.DataObject) -> None:
    rows = GOOD.splitlines()
    place = data.draw(st.integers(0, len(rows) - 1))
    rows[place] = data.draw(
        st.sampled_from([*rows, "", "x = {}", "[x]", "text = 5", "[[tape]]", "goal = []", "[rules.set]"])
    )
    outcome("\n".join(rows))


def test_a_huge_or_deep_file_is_refused() -> None:
    assert "characters" in str(outcome("a" * 300_000))
    assert "no TOML" in str(outcome("a = " + "[" * 100_000))
    assert outcome("a = " + "[" * 90 + "]" * 90) is not None


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("field", ["balance = 1000", "par = 100"])
def test_a_number_beyond_every_exponent_is_refused_by_its_field(field: str, sign: str) -> None:
    name = field.partition(" ")[0]
    text = GOOD.replace(field, f"{name} = {sign}1e9999999999999999999999")
    with pytest.raises(ScenarioError) as refused:
        read_scenario("a.toml", text)
    assert f"a.toml line {line_of(text, name + ' =')}, " in str(refused.value)
    assert f"try: {name} = 1000" in str(refused.value)


@pytest.mark.parametrize(
    "deep",
    ["[{}]", "{} = 1", "x = {{ {} = 1 }}", "[[{}]]", 'x = """a""""\n{} = 1', "# it's a \"\n[{}]"],
)
def test_a_key_of_too_many_parts_is_refused_before_anything_reads_it(deep: str) -> None:
    text = GOOD + deep.format(".".join(["a", '"b.c"'] * 30_000)) + "\n"
    with pytest.raises(ScenarioError, match="a key here has more than 16 parts") as refused:
        read_scenario("a.toml", text)
    assert f"line {GOOD.count(chr(10)) + deep.count(chr(10)) + 1}:" in str(refused.value)


def test_dots_in_texts_and_numbers_are_no_deep_key() -> None:
    dots = "a.b.c." * 20
    prices = ", ".join(f"{minute}m 2000.5" for minute in range(1, 60))
    text = GOOD.replace('do = "Buy."', f"do = '{dots}'  # {dots}").replace('"I wait."', f'"""\n{dots}"""')
    assert read_scenario("a.toml", text.replace("0 2000, 30m 1900", f"0 2000, {prices}")).id == "a-lesson"
