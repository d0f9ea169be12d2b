"""Moving time: `@ +30m`, `@ 2022-11-08T16:00Z`, `@ 06:24`, `@ step 1200`, `@ liquidation`, `@ end`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from engine import events
from engine.script.words import WordsError, duration_text, parse_duration, parse_time, short, time_text
from engine.tape import Tape

DAY_MS = 86_400_000
ANY = "any"
"""Stands for every kind of event."""

MOVE_EXAMPLES = "@ +30m, @ 2022-11-08T16:00Z, @ 06:24, @ liquidation or @ end"

_STEP = re.compile(r"step ([0-9]{1,9})")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")


def _kinds() -> frozenset[str]:
    classes = [each for each in vars(events).values() if isinstance(each, type) and issubclass(each, events.Event)]
    return frozenset(each.kind for each in classes) - {events.Event.kind, events.Ended.kind}


EVENT_KINDS = _kinds()
"""The kinds that `@ KIND` waits for."""


class MoveError(WordsError):
    """Time can't be moved so: `message` says why, `would_work` shows what does."""


@dataclass(frozen=True, slots=True)
class MoveTime:
    """A wish to move time.

    Attributes:
        kind: `by` a length, to a moment (`at`), to the next such time of day (`clock`), to a `step` of the tape (the
            way to each of several vertices of one time), until an `event`, or to the tape's `end`.
        ms: length, moment or time since midnight, in ms; 0 for the other kinds.
        event: kind of event to stop on, or `any`; empty for the other kinds.
        step: vertex, from 0; 0 for the other kinds.
    """

    kind: Literal["by", "at", "clock", "step", "event", "end"]
    ms: int = 0
    event: str = ""
    step: int = 0

    def __str__(self) -> str:
        if self.kind == "by":
            return f"@ +{duration_text(self.ms // 1000)}"
        if self.kind == "at":
            return f"@ {time_text(self.ms)}"
        if self.kind == "clock":
            seconds = self.ms // 1000
            text = f"@ {seconds // 3600:02}:{seconds // 60 % 60:02}"
            return text + (f":{seconds % 60:02}" if seconds % 60 else "")
        if self.kind == "step":
            return f"@ step {self.step}"
        return f"@ {self.event or self.kind}"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a move leads, as `Session.advance(step, stop_on)` takes it.

    Attributes:
        step: the vertex to go to.
        stop_on: kinds of event to stop at before.
        beyond: whether the time asked for lies after the tape's end, so that its end is as far as it goes.
    """

    step: int
    stop_on: frozenset[str] = frozenset()
    beyond: bool = False


def parse_move(text: str) -> MoveTime:
    """The move that `text` spells, with or without the `@`.

    Raises:
        MoveError: when it is none.
    """
    words = text.strip().removeprefix("@").strip().lower()
    try:
        if not words:
            raise MoveError("it is not said where to move", MOVE_EXAMPLES)
        if words == "end":
            return MoveTime("end")
        if words.startswith("+"):
            return MoveTime("by", parse_duration(words[1:].strip()) * 1000)
        if words.startswith("-"):
            raise MoveError("time can’t go back", "@ +30m")
        if found := _STEP.fullmatch(" ".join(words.split())):
            return MoveTime("step", step=int(found[1]))
        if found := _CLOCK.fullmatch(words):
            return MoveTime("clock", _since_midnight(found))
        if words[0].isdigit():
            return MoveTime("at", parse_time(words))
    except MoveError:
        raise
    except WordsError as error:
        raise MoveError(error.message, MOVE_EXAMPLES) from None
    if words == ANY or words in EVENT_KINDS:
        return MoveTime("event", event=words)
    kinds = ", ".join(sorted(EVENT_KINDS))
    raise MoveError(f"“{short(words)}” is neither a time nor a kind of event ({kinds}, any)", MOVE_EXAMPLES)


def target_step(move: MoveTime, session_time: int, tape: Tape) -> Target:
    """Where `move` leads from `session_time`.

    Args:
        move: the wish.
        session_time: the time reached, ms UTC.
        tape: the prices; a time between two vertices means the earlier one, a bar's open where two share a time.

    Raises:
        MoveError: for a time that has passed.
    """
    last = len(tape) - 1
    if move.kind == "end":
        return Target(last)
    if move.kind == "event":
        return Target(last, frozenset({move.event}))
    if move.kind == "step":
        return _to_step(move.step, session_time, tape)
    wanted = _moment(move, session_time)
    if wanted < session_time:
        raise MoveError(f"{time_text(wanted)} has passed: it is {time_text(session_time)}", "@ +30m")
    return Target(max(tape.step_at(wanted), 0), beyond=wanted > int(tape.times[last]))


def _to_step(step: int, session_time: int, tape: Tape) -> Target:
    last = len(tape) - 1
    if step > last:
        raise MoveError(f"there is no step {step:,}: the last is {last:,}", f"@ step {last}")
    if int(tape.times[step]) < session_time:
        raise MoveError(f"step {step:,} has passed: it is {time_text(session_time)}", "@ +30m")
    return Target(step)


def _moment(move: MoveTime, session_time: int) -> int:
    if move.kind == "by":
        return session_time + move.ms
    if move.kind == "at":
        return move.ms
    today = session_time - session_time % DAY_MS + move.ms
    return today if today > session_time else today + DAY_MS


def _since_midnight(found: re.Match[str]) -> int:
    hour, minute, second = (int(part or 0) for part in found.groups())
    if hour > 23 or minute > 59 or second > 59:
        raise MoveError(f"“{found[0]}” is no time of day", "@ 06:24")
    return (hour * 3600 + minute * 60 + second) * 1000
