"""Sessions on disk: the library, the live recorder, and the way back to a session."""

from importlib import import_module
from typing import TYPE_CHECKING

from saves.errors import SaveError, SessionInUse

if TYPE_CHECKING:
    from saves.forks import Change, Forked
    from saves.landmarks import Landmark, Point
    from saves.library import Library
    from saves.listing import SavedSession
    from saves.recorder import EquityLine, Recorder
    from saves.records import RecordedCommand
    from saves.replay import Replay

__all__ = [
    "Change",
    "EquityLine",
    "Forked",
    "Landmark",
    "Library",
    "Point",
    "RecordedCommand",
    "Recorder",
    "Replay",
    "SaveError",
    "SavedSession",
    "SessionInUse",
]

_HOMES = {
    "Change": "saves.forks",
    "EquityLine": "saves.recorder",
    "Forked": "saves.forks",
    "Landmark": "saves.landmarks",
    "Library": "saves.library",
    "Point": "saves.landmarks",
    "RecordedCommand": "saves.records",
    "Recorder": "saves.recorder",
    "Replay": "saves.replay",
    "SavedSession": "saves.listing",
}


def __getattr__(name: str) -> object:
    """Names are fetched when they are first used: a list of saves needs no recorder, and should be there at once."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
