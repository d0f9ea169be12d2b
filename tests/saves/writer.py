"""A program that plays and saves, for the tests that run it in a process of its own, and kill it.

python -m tests.saves.writer play HOME SEED COUNT     plays COUNT moves, one line for each that is acknowledged
python -m tests.saves.writer hold HOME ID             resumes a session and keeps it until its input ends
python -m tests.saves.writer open HOME                opens the library and creates a session
"""

from __future__ import annotations

import sys
from pathlib import Path

from saves import Library, SaveError
from tests.saves.playing import new_session, play, random_moves

VERTICES = 200_000
"""Large enough that the tape takes several chunks: a kill may come while it is written."""


def say(*words: object) -> None:
    print(*words, flush=True)


def play_it(home: Path, seed: int, count: int) -> None:
    session = new_session(seed, VERTICES)
    with Library.open(home) as library:
        say("opened")
        recorder = library.create(session, f"seed {seed}")
        say("created", recorder.id)
        for outcome in play(recorder, session, random_moves(seed, count)):
            say("refused" if outcome.refused else "acknowledged", len(outcome.events), session.state_hash())
        say("finished")
        sys.stdin.read()


def hold(home: Path, session: str) -> None:
    with Library.open(home) as library:
        try:
            with library.resume(session) as recorder:
                say("resumed", recorder.session.state_hash())
                sys.stdin.read()
        except SaveError as error:
            say("refused", error)


def open_it(home: Path) -> None:
    with Library.open(home) as library, library.create(new_session()) as recorder:
        say("saved" if recorder.saved else recorder.trouble)


if __name__ == "__main__":
    what, folder, *rest = sys.argv[1:]
    if what == "play":
        play_it(Path(folder), int(rest[0]), int(rest[1]))
    elif what == "hold":
        hold(Path(folder), rest[0])
    else:
        open_it(Path(folder))
