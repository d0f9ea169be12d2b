"""What `isocross saves fork` does, and the tree of forks in `isocross saves list`."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Iterator, Sequence

from engine.script.words import WordsError, parse_time, time_text
from saves import Change, Library, Point, Replay, SavedSession
from saves.forks import Forked
from saves.landmarks import numbered
from tui.cli.options import UsageError
from tui.words.fork_tree import branches, forked

AT = "--at c12, --at 'step 1200', --at 2024-08-05T06:24Z, --at start or --at end"

_NUMBER = re.compile(r"c?([1-9][0-9]{0,8})", re.IGNORECASE)
_COMMAND = re.compile(r"c([1-9][0-9]{0,8})", re.IGNORECASE)
_STEP = re.compile(r"(?:step )?([0-9][0-9_,]{0,11})", re.IGNORECASE)


def fork(library: Library, saved: SavedSession, options: Namespace) -> Iterator[str]:
    """Make a fork; what to print. Raises SaveError and UsageError."""
    change = _change(options)
    point = Point(0, 0) if options.at is None else moment(library.replay(saved.id), options.at)
    made = library.fork(saved.id, point, options.name_of_fork, change)
    yield from _told(library, saved, made)


def _told(library: Library, saved: SavedSession, made: Forked) -> Iterator[str]:
    child = library.find(made.id)
    yield f"{child.name} ({child.id}) is a fork of {saved.name} {forked(child)}"
    for each in made.left_out:
        yield f"  left out at {each.time}: c{each.number} {each.text}: {each.reason}"
    if child.change is not None:
        yield f"  it stands at {child.time}, step {child.step:,}, as {saved.name} does"


def _change(options: Namespace) -> Change | None:
    if options.leave_out is not None:
        return Change(_number(options.leave_out, "--leave-out c12"), None)
    if options.change is not None:
        number, text = options.change
        return Change(_number(number, "--change c12 'buy $500 ETH 3x'"), text)
    if options.at is None:
        raise UsageError("saves fork: it is not said where to fork, or what to change", AT)
    return None


def _number(text: str, would_work: str) -> int:
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise UsageError(f"saves fork: “{text}” is no command", would_work)
    return int(found[1])


def moment(replay: Replay, text: str) -> Point:
    """The moment that `--at` says: after a command, at a vertex, at a time, at the start or the end.

    Raises:
        UsageError: when it is none, or none of this session.
    """
    words = " ".join(text.split()).lower()
    if words in ("start", "end"):
        return Point(0, 0) if words == "start" else replay.end
    if found := _COMMAND.fullmatch(words):
        point = numbered(replay.landmarks, int(found[1]))
        if point is None:
            raise UsageError(f"saves fork: the session has no command {words}", AT)
        return point
    if found := _STEP.fullmatch(words):
        step = int(re.sub("[_,]", "", found[1]))
        if step > replay.end.step:
            raise UsageError(f"saves fork: the session goes to step {replay.end.step:,}", AT)
        return replay.point_at(step)
    try:
        time = parse_time(text)
    except WordsError as error:
        raise UsageError(f"saves fork: {error.message}", AT) from None
    first, last = int(replay.tape.times[0]), int(replay.tape.times[replay.end.step])
    if not first <= time <= last:
        raise UsageError(f"saves fork: the session goes from {time_text(first)} to {time_text(last)}", AT)
    return replay.point_at(min(replay.tape.step_at(time), replay.end.step))


def in_tree(sessions: Sequence[SavedSession]) -> Iterator[tuple[SavedSession, str]]:
    """Every session with what it is called in the list, forks indented under their parents."""
    for branch in branches(sessions):
        yield branch.session, "  " * branch.depth + ("└ " if branch.depth else "") + branch.session.name
