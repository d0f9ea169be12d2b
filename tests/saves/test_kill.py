"""kill -9 at any moment loses nothing acknowledged."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.commands.grammar import parse
from engine.events import Event
from engine.looking.views import View
from saves import Library
from tests.saves.playing import Move, new_session, play, play_all, random_moves
from tests.saves.writer import VERTICES

ROOT = Path(__file__).resolve().parents[2]
MOVES = 30


def killed(home: Path, seed: int, lines: int) -> list[list[str]]:
    """Start the program, kill it once it has said `lines` lines; all that it said."""
    command = [sys.executable, "-m", "tests.saves.writer", "play", str(home), str(seed), str(MOVES)]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        said = [program.stdout.readline().split() for _ in range(lines)]
        program.send_signal(signal.SIGKILL)  # while it works on what comes next
        said += [line.split() for line in program.stdout if line.endswith("\n")]
        program.wait()
    assert program.returncode == -signal.SIGKILL
    return said


@dataclass(frozen=True)
class Place:
    """A session after some moves, never killed."""

    step: int
    commands: tuple[str, ...]
    hash: str
    events: tuple[Event, ...]
    view: View
    durable: bool


def places(seed: int, moves: Sequence[Move]) -> list[Place]:
    """Where an unkilled session stands before the first move and after each."""
    session = new_session(seed, VERTICES)
    events, commands = list(session.opening), list[str]()
    found = [Place(0, (), session.state_hash(), tuple(events), session.view(), True)]
    for move, outcome in zip(moves, play(session, session, moves), strict=True):
        events += outcome.events
        if move.text and not outcome.refused:
            commands.append(str(parse(move.text)))
        view, durable = session.view(), bool(outcome.events) or bool(move.text and not outcome.refused)
        found.append(Place(session.step, tuple(commands), session.state_hash(), tuple(events), view, durable))
    return found


def kill_and_resume(home: Path, seed: int, lines: int) -> str:
    """Kill after `lines` lines, resume, compare with a session that nobody killed; what the kill came upon."""
    home.mkdir(exist_ok=True)
    said = killed(home, seed, lines)
    with Library.open(home) as library:
        if len(said) < 2:  # still at the tape: the session was not acknowledged, but may be there, whole
            assert all(each.step == 0 for each in library.sessions())
            if not library.sessions():
                return "nothing yet"
        acknowledged = max(len(said) - 2, 0) - (said[-1:] == [["finished"]])
        moves = random_moves(seed, MOVES)
        known = places(seed, moves)
        for each, line in zip(known[1:], said[2:], strict=False):
            assert line == ["finished"] or line[2] == each.hash
        saved = library.sessions()[0]
        with library.resume(saved.id) as recorder:
            first = max(index for index in range(acknowledged + 1) if known[index].durable)
            possible = known[first : acknowledged + 2]  # the move on its way may be in as well
            texts = tuple(each.text for each in recorder.commands())
            same = [each for each in possible if (each.step, each.commands) == (recorder.session.step, texts)]
            assert same, "something acknowledged is missing, or something else is there"
            place = same[0]
            assert recorder.session.state_hash() == place.hash
            assert recorder.session.view() == place.view
            assert recorder.events() == place.events
            rest = moves[known.index(same[-1]) :]
            play_all(recorder, recorder.session, rest)
            assert recorder.session.state_hash() == known[-1].hash
            assert recorder.events() == known[-1].events
        return "nothing in flight" if place is known[acknowledged] else "a move in flight or quiet time"


@pytest.mark.parametrize("seed", range(5))
def test_a_kill_loses_nothing(tmp_path: Path, seed: int) -> None:
    lines = random.Random(seed).randrange(2, MOVES + 3)
    kill_and_resume(tmp_path / "home", seed, lines)


@pytest.mark.slow
def test_a_hundred_kills_lose_nothing(tmp_path: Path) -> None:
    chance = random.Random(100)
    for seed in range(100):
        kill_and_resume(tmp_path / f"home {seed}", seed, chance.randrange(1, MOVES + 3))


@pytest.mark.slow
def test_kills_while_the_tape_is_written(tmp_path: Path) -> None:
    """The next session on that tape completes it."""
    home = tmp_path / "home"
    for seed in range(10):
        kill_and_resume(home if seed % 2 else tmp_path / f"home {seed}", 3, 1)
        for saved in Library.open(home).sessions():
            Library.open(home).delete(saved.id)
