"""A saved session as the attempt that it is: as if it had never been left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.commands.command import CommandError
from engine.commands.grammar import parse
from engine.scenarios.attempt import HINTS, Attempt, RefusedCommand
from engine.scenarios.scenario import Scenario
from saves import Library, Recorder
from saves.attempts import Attempted, RefusedThere


def resumed_attempt(scenario: Scenario, library: Library, recorder: Recorder, stored: Attempted) -> Attempt | None:
    """The attempt at a scenario that a session is, played again from its commands and those that were refused, with
    the hints that were asked for; the recorder's session goes on from there.

    None when it comes to another state than was saved: the file of the scenario is another one by now, so the session
    is played as any other.

    Raises:
        SaveError: when it can't be read.
    """
    record = library.record(recorder.id)
    if record.setup != scenario.setup:
        return None
    # A session that could not be written may be behind what was refused in it.
    refused = (each for each in library.attempts.refusals(recorder.id) if each.step <= record.until)
    attempt = Attempt.replayed(scenario, record, tuple(_refused(refused)))
    if attempt.session.state_hash() != recorder.session.state_hash():
        return None
    attempt.take_over(recorder.session)
    for place, count in enumerate(stored.hints[: len(attempt.hints)]):
        attempt.hints[place] = min(max(count, 0), HINTS)
    return attempt


def _refused(there: Iterable[RefusedThere]) -> Iterator[RefusedCommand]:
    for each in there:
        try:
            yield RefusedCommand(each.step, each.commands, parse(each.text))
        except CommandError:
            continue  # changed by hand: what it was is not known any more
