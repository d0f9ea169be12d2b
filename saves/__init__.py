"""Sessions on disk: the library, the live recorder, and the way back to a session."""

from saves.errors import SaveError, SessionInUse
from saves.library import Library
from saves.listing import SavedSession
from saves.recorder import EquityLine, Recorder
from saves.records import RecordedCommand

__all__ = ["EquityLine", "Library", "RecordedCommand", "Recorder", "SaveError", "SavedSession", "SessionInUse"]
