"""Playing a script without a screen: every event as a sentence or a line of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Protocol, TextIO

from engine.commands.command import Command
from engine.events import Event, iso
from engine.rulebooks.base import Refusal
from engine.script import ANY, MoveError, MoveTime, Script, ScriptError, ScriptLine, target_step
from engine.session import Session
from tui.words.plain import harmless

Row = Mapping[str, object]
LABEL_WIDTH = 7


class Player(Protocol):
    """What a script is played on: a session, or a recorder that saves it."""

    @property
    def session(self) -> Session:
        """The session itself, to read from."""

    def do(self, command: Command, number: int | None = None) -> tuple[Event, ...] | Refusal:
        """Carry out a command, under a number of its own or the next."""

    def advance(self, until: int, stop_on: frozenset[str] = frozenset()) -> tuple[Event, ...]:
        """Move on to a vertex, or to the first event of a kind."""


class Unsaved:
    """A session that nobody keeps."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def do(self, command: Command, number: int | None = None) -> tuple[Event, ...] | Refusal:
        """As `Session.do`."""
        return self.session.do(command, number)

    def advance(self, until: int, stop_on: frozenset[str] = frozenset()) -> tuple[Event, ...]:
        """As `Session.advance`."""
        return self.session.advance(until, stop_on)


class Output:
    """Where a run tells what happens: sentences for a person, or one JSON object a line.

    Args:
        stream: where to.
        as_json: which of the two.
        outlives_reader: whether the run goes on in silence when nobody reads any more, because it is being saved.

    Attributes:
        trouble: why nothing can be written any more; None while it can.
    """

    def __init__(self, stream: TextIO, as_json: bool, outlives_reader: bool = False) -> None:
        self._stream, self.as_json, self._outlives_reader = stream, as_json, outlives_reader
        self.trouble: OSError | None = None

    def event(self, event: Event) -> None:
        """Tell an event."""
        if self.as_json:
            self.row(event.figures())
            return
        from engine.sentences import label, sentence

        self.line(f"{iso(event.time)}  {label(event):<{LABEL_WIDTH}} {sentence(event)}")

    def remark(self, session: Session, kind: str, said: str, **more: object) -> None:
        """Tell something that is no event of the session: a refused command, a wait in vain."""
        if self.as_json:
            self.row({"step": session.step, "time": iso(session.time), "kind": kind, **more})
        else:
            self.line(f"{iso(session.time)}  {kind.upper():<{LABEL_WIDTH}} {said}")

    def row(self, row: Row) -> None:
        """A line of JSON; every one has a symbol and a pool, null where there is none."""
        head = {name: row.get(name) for name in ("step", "time", "kind", "symbol", "pool")}
        # Escaped to ASCII: nothing in it can be an escape sequence.
        self._write(json.dumps({**head, **row}))

    def line(self, text: str) -> None:
        """A line of text, made harmless."""
        self._write(harmless(text))

    def _write(self, line: str) -> None:
        if self.trouble is not None:
            return
        try:
            self._stream.write(line + "\n")
        except OSError as error:
            self.trouble = error
            if not self._outlives_reader:
                raise


class AnotherSession(ScriptError):
    """What was played is not the session that the script says it is."""


def check_digest(script: Script, digest: str) -> None:
    """Refuse another tape than the one that the script was written on.

    Raises:
        ScriptError: when the script states a digest, and `digest` does not begin with it.
    """
    if not digest.startswith(script.digest):
        raise script.error(
            script.places["digest"],
            f"these are other prices: the script was written on {script.digest[:12]}…, this is {digest[:12]}…",
            "the same prices, or the script without its digest line",
        )


def check_state(script: Script, session: Session) -> None:
    """Refuse a session that came to another state than the script says.

    Raises:
        AnotherSession: when the script states a hash, and that of the state reached does not begin with it.
    """
    state = session.state_hash()
    if not state.startswith(script.hash):
        raise AnotherSession(
            script.name,
            script.places["hash"],
            f"this is another session: the script comes to the state {script.hash[:12]}…, and this to {state[:12]}…",
            "the script as it was written, or without its hash line",
        )


def play(script: Script, player: Player, output: Output, strict: bool = False) -> int:
    """Play a script's lines in order.

    Args:
        script: what to play.
        player: a new session of the script's set-up and prices.
        output: hears every event.
        strict: whether a refused command ends the run.

    Returns:
        How many commands were refused.

    Raises:
        ScriptError: for the first refused command, where `strict`; for another state at the end than the script says.
    """
    for event in player.session.opening:
        output.event(event)
    refused = 0
    for line in script.lines:
        refusal = _play_line(line, player, output)
        if refusal is None:
            continue
        refused += 1
        output.remark(
            player.session,
            "refused",
            f"{script.name} line {line.number}, “{line.text}”: {refusal}",
            line=line.number,
            text=line.text,
            reason=refusal.reason,
            would_work=refusal.would_work,
        )
        if strict:
            raise script.error(line.number, str(refusal), "")
    check_state(script, player.session)
    return refused


def _play_line(line: ScriptLine, player: Player, output: Output) -> Refusal | None:
    """Play one line; what it was refused for, if it was."""
    if isinstance(line.action, MoveTime):
        return _move(line, line.action, player, output)
    result = player.do(line.action, line.command_number or None)
    if isinstance(result, Refusal):
        return result
    for event in result:
        output.event(event)
    return None


def _move(line: ScriptLine, move: MoveTime, player: Player, output: Output) -> Refusal | None:
    session = player.session
    before = session.step
    try:
        target = target_step(move, session.time, session.tape)
    except MoveError as error:
        return Refusal(error.message, f"try: {error.would_work}")
    events = player.advance(max(target.step, before), target.stop_on)
    for event in events:
        output.event(event)
    remark = _remark(move, target.beyond, session, before, events)
    if remark:
        output.remark(session, "remark", f"{line.text}: {remark}", line=line.number, text=remark)
    return None


def _remark(move: MoveTime, beyond: bool, session: Session, before: int, events: Sequence[Event]) -> str:
    """What is to say about a move that did not lead where it might be thought to."""
    if session.state == "ended" and not events and move.kind != "end":
        return "the session has ended"
    if move.kind == "event" and not any(move.event in (event.kind, ANY) for event in events):
        return f"no {move.event} came before the {_last(session)}"
    if beyond:
        return f"that is after the {_last(session)}"
    if session.step == before and move.kind != "end":
        following = min(before + 1, len(session.tape) - 1)
        return f"time stands still: the next price is of {iso(int(session.tape.times[following]))}"
    return ""


def _last(session: Session) -> str:
    return "end of the session" if session.state == "ended" else f"last price, of {iso(int(session.tape.times[-1]))}"
