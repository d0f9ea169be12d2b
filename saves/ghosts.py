"""Which ghosts a session has. They are played again from its commands when it is opened: only their kinds are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from engine.ghost import Kind

if TYPE_CHECKING:
    from sqlite_utils import Database

MOST_GHOSTS = 3
LONGEST_WORD, MOST_WORDS = 80, 400


def ghosts_of(db: Database, session: str) -> tuple[Kind, ...]:
    """The kinds of a session's ghosts, in order; those that can't be read are left out. Raises `DISK_ERRORS`."""
    query = "SELECT kind FROM ghosts WHERE session = ? ORDER BY number LIMIT ?"
    found = []
    for (text,) in db.execute(query, [session, MOST_GHOSTS]).fetchall():
        try:
            kind = msgspec.json.decode(text, type=Kind)
        except (msgspec.MsgspecError, TypeError, ValueError, RecursionError):
            continue
        if _is_sound(kind):
            found.append(kind)
    return tuple(found)


def _is_sound(kind: Kind) -> bool:
    """Whether a kind that somebody else may have written can be shown."""
    words = [kind.venue, kind.variant, *(word for words in kind.overrides for word in words)]
    return len(words) <= MOST_WORDS and all(len(word) <= LONGEST_WORD and word.isprintable() for word in words)


def write_ghosts(db: Database, session: str, kinds: Sequence[Kind]) -> None:
    """Put the kinds of a session's ghosts in the place of those before, within the transaction that is open."""
    db.execute("DELETE FROM ghosts WHERE session = ?", [session])
    db.conn.executemany(
        "INSERT INTO ghosts VALUES (?, ?, ?)",
        ((session, number, msgspec.json.encode(kind).decode()) for number, kind in enumerate(kinds, 1)),
    )
