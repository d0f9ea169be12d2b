"""Where a text at a replay's `@` line leads: `@ 06:24`, `@ -30m`, `@ 41%`, `@ liquidation`, `@ start`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content

from engine.script import WordsError
from engine.script.moves import DAY_MS, MoveTime, parse_move
from engine.script.words import parse_duration, short
from tui.command_text.completion import Completion
from tui.playing.playback import LANDMARKS
from tui.widgets.figures import date_and_time
from tui.words.notice import notice

if TYPE_CHECKING:
    from tui.playing.playback import Playback

EXAMPLES = "@ 06:24, @ 2024-08-05T06:24Z, @ -30m, @ 41%, @ step 1200, @ liquidation, @ start or @ end"
WORDS = (*LANDMARKS, "end", "start", "step")
_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]+)?) ?%")
_STEP = re.compile(r"step ([0-9][0-9_,]{0,15})")


@dataclass(frozen=True, slots=True)
class Sought:
    """A moment: vertex `step`, after `commands` of all commands where it says so; `beyond`: the session has nothing
    there, and this is as near as it goes."""

    step: int
    commands: int | None = None
    beyond: bool = False


def sought(text: str, playback: Playback) -> Sought | str:
    """The moment that a text means, or what is wrong with it and what would work."""
    words = " ".join(text.strip().removeprefix("@").lower().split())
    end = playback.end.step
    if words in ("start", "end"):
        return Sought(0, 0) if words == "start" else Sought(end)
    if found := _SHARE.fullmatch(words):
        share = float(found[1])
        return Sought(round(min(share, 100.0) * end / 100), beyond=share > 100)
    if found := _STEP.fullmatch(words):
        step = int(re.sub("[_,]", "", found[1]))
        return Sought(min(step, end), beyond=step > end)
    if words in LANDMARKS:
        landmark = playback.recorder.next({words})
        if landmark is None:
            return f"there is no {words} after this moment"
        return Sought(landmark.point.step, landmark.point.commands)
    return _at_time(words, playback)


def _at_time(words: str, playback: Playback) -> Sought | str:
    try:
        if words.startswith("-"):
            return _at(playback, playback.session.time - parse_duration(words[1:].strip()) * 1000)
        move = parse_move(words)
    except WordsError as error:
        said = error.message if words[:1].isdigit() or words[:1] in ("+", "-") else f"“{short(words)}” is no moment"
        return f"{said}; try: {EXAMPLES}"
    if move.kind == "event":
        return f"“{short(words)}” is no landmark of a replay; try: {EXAMPLES}"
    return _at(playback, _moment(move, playback))


def _moment(move: MoveTime, playback: Playback) -> int:
    now = playback.session.time
    if move.kind == "by":
        return now + move.ms
    if move.kind == "at":
        return move.ms
    # A time of day: the next one, and where the session is over before it, the one before.
    today = now - now % DAY_MS + move.ms
    wanted = today if today > now else today + DAY_MS
    last = int(playback.session.tape.times[playback.end.step])
    return wanted if wanted <= last else wanted - DAY_MS


def _at(playback: Playback, time: int) -> Sought:
    tape, end = playback.session.tape, playback.end.step
    step = min(max(tape.step_at(time), 0), end)
    return Sought(step, beyond=not int(tape.times[0]) <= time <= int(tape.times[end]))


def completed(text: str) -> Completion:
    """The words that may stand after `@`."""
    kept, _, last = text.rpartition(" ")
    kept = f"{kept} " if kept else ""
    if last == "@" or not text.strip():
        kept, last = "@ ", ""
    fitting = tuple(word for word in WORDS if word.startswith(last.lower()) and word != last.lower())
    return Completion(kept, fitting, "  ".join(fitting), bool(last and fitting))


def what(text: str, playback: Playback) -> Content:
    """Where a text leads, in words; while it is no whole one, what may stand there."""
    if not text.strip().removeprefix("@").strip():
        return Content.styled(EXAMPLES, "$iso-dim")
    found = sought(text, playback)
    if isinstance(found, str):
        begun = completed(text)
        return Content.styled(begun.hint, "$iso-dim") if begun.unfinished else notice(found, "danger")
    away = found.step - playback.point.step
    where = f"→ {date_and_time(int(playback.session.tape.times[found.step]))} UTC, step {found.step:,}"
    way = f", {abs(away):,} {'on' if away > 0 else 'back'}" if away else ", here"
    return notice(f"the session has nothing there: {where}", "warning") if found.beyond else Content(where + way)
