"""A shown session as its commands on its tape, up to the moment that is shown."""

from __future__ import annotations

from engine.commands.command import CommandError
from engine.commands.grammar import parse
from engine.record import Given, Record
from saves import SaveError
from tui.playing.shown_session import ShownSession


class NoRecord(ValueError):
    """The commands so far can't be read, or there are none; the message is for the player."""


def record_of(play: ShownSession) -> Record:
    """The session up to now, and not further.

    Raises:
        NoRecord: with the reason.
    """
    session = play.session
    try:
        commands = tuple(Given(each.step, parse(each.text), each.number) for each in play.recorder.commands())
    except (SaveError, CommandError) as error:
        raise NoRecord(f"the commands so far can’t be read: {error}") from error
    if not commands:
        raise NoRecord("no command was given yet: there is nothing to look at")
    return Record(session.setup, session.tape, commands, session.step)
