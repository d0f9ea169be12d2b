"""A session as text: whoever runs the script comes to the same state, or is told that it is another."""

from __future__ import annotations

import io
import random
import tempfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.commands.grammar import parse
from engine.record import Given, Record
from engine.rulebooks.base import Refusal
from engine.script import ScriptError, SyntheticRecipe, read_script
from engine.script.price_recipes import MOST_INLINE, Unspellable, recipe_of
from engine.script.spelling import spelled
from engine.session import Session
from engine.setup import Setup
from engine.tape import Tape
from engine.tapes.inline import InlinePath, inline_tape
from engine.tapes.synthetic import SyntheticSetup, synthetic_tape
from saves import Change, Library, Point
from tests.saves.playing import PRICES, START, play_all, random_moves, random_tape
from tests.saves.test_replay import SETUPS
from tui.cli.headless import Output, Unsaved, play
from tui.prices.source import make_tape


def inline(seed: int, vertices: int = 120) -> Tape:
    """Two wild paths, one shorter than the other, with gaps, marks and premiums."""
    walk, chance = random_tape(seed, vertices), random.Random(seed)
    paths = []
    for symbol in ("ETH", "SOL"):
        count = vertices - chance.choice((0, 0, 7))
        prices = tuple(Decimal(int(each)) / 100 for each in walk.columns[symbol, "last"][:count])
        gaps = frozenset(place for place in range(1, count) if chance.random() < 0.05)
        marks = tuple(price + Decimal(chance.randrange(-9, 9)) / 100 for price in prices)
        premiums = tuple(Decimal(chance.randrange(-900, 900)) / 1_000_000 for _ in prices)
        tick = chance.choice((None, None, Decimal("0.01"), Decimal("0.0010")))
        paths.append(
            InlinePath(
                symbol,
                chance.choice((900,)),
                prices,
                gaps,
                chance.choice((None, marks)),
                chance.choice((None, premiums, premiums[:1])),
                tick,
            )
        )
    return inline_tape(paths, START)


def bars(folder: Path, seed: int) -> Tape:
    """Bars in two files: a close and the next open are two vertices of one time."""
    chance = random.Random(seed)
    for symbol in ("ETH", "SOL"):
        price, rows = float(PRICES[symbol]), ["time,open,high,low,close,volume"]
        for minute in range(40):
            close = price * (1 + chance.gauss(0, 0.01))
            high, low = max(price, close) * 1.002, min(price, close) * 0.998
            opened = price * (1 + chance.choice((0, 0, 0.003)))
            high, low = max(high, opened), min(low, opened)
            time = f"2022-11-08 {minute // 60:02}:{minute % 60:02}"
            rows.append(f"{time},{opened:.2f},{high:.2f},{low:.2f},{close:.2f},{chance.random() * 10:.3f}")
            price = close
        (folder / f"{symbol.lower()} prices.csv").write_text("\n".join(rows))
    line = 'prices ETH="eth prices.csv" SOL="sol prices.csv"' + chance.choice(("", " from 2022-11-08T00:05Z"))
    return make_tape(read_script("x", line).recipe, folder)


def played(setup: Setup, tape: Tape, seed: int) -> tuple[Record, str]:
    """The record of a random session, and its state hash."""

    class Player:
        """Writes down what is accepted; some numbers are left out, as in a fork."""

        def __init__(self) -> None:
            self.session, self.given = Session(setup, tape), list[Given]()
            self.chance = random.Random(seed)

        def do(self, command: object) -> object:
            number = self.session.commands + self.chance.choice((1, 1, 1, 3))
            answer = self.session.do(command, number)  # type: ignore[arg-type]
            if not isinstance(answer, Refusal):
                self.given.append(Given(self.session.step, command, number))  # type: ignore[arg-type]
            return answer

        def advance(self, until: int, stop_on: frozenset[str] = frozenset()) -> object:
            return self.session.advance(until, stop_on)

    player = Player()
    play_all(player, player.session, random_moves(seed, 30))  # type: ignore[arg-type]
    return Record(setup, tape, tuple(player.given), player.session.step), player.session.state_hash()


def run(text: str, folder: Path) -> Session:
    """What `isocross run` does with a script."""
    script = read_script("shared.txt", text)
    tape = make_tape(script.recipe, folder)
    assert script.digest == tape.digest
    player = Unsaved(Session(script.setup, tape))
    assert play(script, player, Output(io.StringIO(), as_json=True), strict=True) == 0
    return player.session


@given(st.integers(0, 10_000), st.sampled_from(SETUPS), st.booleans())
@settings(max_examples=20)
def test_a_random_session_comes_back_from_its_script(seed: int, setup: Setup, from_files: bool) -> None:
    with tempfile.TemporaryDirectory() as home:
        tape = bars(Path(home), seed) if from_files else inline(seed)
        record, state = played(setup, tape, seed)
        session = run(spelled(record, state, "random"), Path(home))
        assert (session.step, session.state_hash(), session.commands) == (
            record.until,
            state,
            record.commands[-1].number if record.commands else 0,
        )


@given(st.integers(0, 10_000))
def test_an_inline_tape_says_its_own_recipe(seed: int) -> None:
    tape = inline(seed, 40)
    assert recipe_of(tape).tape().digest == tape.digest  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "made",
    [
        SyntheticSetup("crash", 7, ("BTC", "ETH"), Decimal("0.01"), 5),
        SyntheticSetup("calm", 123_456, ("SOL",), Decimal(1), 3_600, 1_667_865_600_000),
        SyntheticSetup("calm", 0, ("ETH", "BTC"), Decimal("2.5"), 86_400 // 96),
    ],
)
def test_a_synthetic_tape_says_its_own_recipe(made: SyntheticSetup) -> None:
    assert recipe_of(synthetic_tape(made)) == SyntheticRecipe(made)


def test_the_recipe_of_files_is_kept_in_the_save(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "prices"
    folder.mkdir()
    tape = bars(folder, 2)
    with library.create(Session(Setup(balance=Decimal(5_000)), tape), "Files") as recorder:
        recorder.advance(4)
        recorder.do(parse("note between a close and an open"))
        recorder.advance(9)
    record = library.record(recorder.id)
    assert record.tape.digest == tape.digest
    assert record.tape.origin.recipe == tape.origin.recipe != ()
    text = spelled(record, recorder.session.state_hash(), "Files")
    assert "# It needs the price files eth prices.csv, sol prices.csv beside it." in text
    assert str(folder) not in text
    assert run(text, folder).state_hash() == recorder.session.state_hash()
    library.export(recorder.id, tmp_path / "file")
    imported = library.import_file(tmp_path / "file")
    assert library.record(imported.id).tape.origin.recipe == tape.origin.recipe


def test_an_older_tape_of_files_says_what_it_can(tmp_path: Path) -> None:
    tape = bars(tmp_path, 4)
    older = replace(tape, origin=replace(tape.origin, recipe=()))
    assert older.digest == tape.digest, "the recipe is no part of the digest"
    record = Record(Setup(), older, (), 7)
    session = Session(Setup(), older)
    session.advance(7)
    assert run(spelled(record, session.state_hash(), "older"), tmp_path).step == 7


def test_two_vertices_of_one_time_are_told_apart(tmp_path: Path) -> None:
    tape = bars(tmp_path, 1)
    assert tape.times[3] == tape.times[4]
    for step, move in ((3, "@ step 3"), (4, "@ 2022-11-08T00:01Z"), (5, "@ 2022-11-08T00:01:20Z")):
        session = Session(Setup(), tape)
        session.advance(step)
        session.do(parse("note here"))
        record = Record(Setup(), tape, (Given(step, parse("note here"), 1),), step)
        text = spelled(record, session.state_hash(), "one")
        assert move in text.splitlines() or "from" in text
        assert run(text, tmp_path).state_hash() == session.state_hash()


def test_a_fork_with_gaps_keeps_its_numbers(library: Library, tmp_path: Path) -> None:
    with library.create(Session(Setup(balance=Decimal(5_000)), inline(3)), "Parent") as recorder:
        for text in ("note one", "buy $1000 ETH 5x", "note # three", "sell $500 SOL 2x", "note # five"):
            recorder.do(parse(text))
            recorder.advance(recorder.session.step + 3)
    made = library.fork(recorder.id, Point(0, 0), "Fork", Change(2, None))
    state = library.find("Fork").hash
    text = spelled(library.record(made.id), state, "Fork")
    assert "c3: note # three" in text.splitlines()
    assert run(text, tmp_path).state_hash() == state


def test_what_was_changed_is_refused(tmp_path: Path) -> None:
    record, state = played(Setup(balance=Decimal(5_000)), inline(8), 8)
    text = spelled(record, state, "x")
    with pytest.raises(ScriptError, match="another session"):
        run(text + "note one more\n", tmp_path)
    with pytest.raises(ScriptError, match="another session"):
        run(text.replace("balance 5000", "balance 5001"), tmp_path)
    assert run(text.replace(f"hash {state}\n", "") + "note one more\n", tmp_path).state_hash() != state


def test_what_no_script_can_say_is_told() -> None:
    def why(record: Record) -> str:
        with pytest.raises(Unspellable) as refused:
            spelled(record, "0" * 64, "x")
        return str(refused.value)

    assert "none of the synthetic market" in why(Record(Setup(), random_tape(1, 40), (), 0))
    tape = inline(1)
    assert "are written out" in why(Record(Setup(), inline_tape([_long()], START), (), 0))
    assert "how far" in why(Record(Setup(), replace(tape, origin=replace(tape.origin, description="mine")), (), 0))
    assert "quote" in why(Record(Setup(overrides=(("maintenance", '0.5"%'),)), tape, (), 0))
    assert "set-up" in why(Record(Setup(overrides=(("maintenance", "ETH 1%"),)), tape, (), 0))
    finer = replace(tape, origin=replace(tape.origin, notes=("a note of nobody",)))
    assert "would make" in why(Record(Setup(), finer, (), 0))
    reconstructed = replace(tape, origin=replace(tape.origin, kind="reconstruction"))
    assert "can’t be made again" in why(Record(Setup(), reconstructed, (), 0))


def _long() -> InlinePath:
    return InlinePath("ETH", 1, (Decimal(2_000),) * (MOST_INLINE + 1))


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("hash xyz\npath ETH 1m 1 2", "no digest"),
        ("path ETH 1m 1 2\nc2: note a\nc2: note b", "given already"),
        ("path ETH 1m 1 2\nc5: note a\nc4: note b", "given already"),
        ("path ETH 1m 1 2\nc1: balance 5", "neither set-up nor a command"),
        ("path ETH 1m 1 2\nc1: ", "neither set-up nor a command"),
        ("path ETH 1m 1 2\n@ step x", "neither a time"),
    ],
)
def test_what_is_no_script_is_refused(lines: str, reason: str) -> None:
    with pytest.raises(ScriptError, match=reason):
        read_script("x", lines)
