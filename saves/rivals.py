"""Which rivals a session has: names and strategies. They are played again when it is opened; nothing else is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

MOST_RIVALS = 8
LONGEST_WORD = 80

Cast = tuple[tuple[str, str], ...]
"""Names and strategies, in the order in which they were cast."""


def rivals_of(db: Database, session: str) -> Cast:
    """A session's rivals; those that can't be shown are left out, for somebody else may have written them. Raises
    `DISK_ERRORS`."""
    query = "SELECT name, strategy FROM rivals WHERE session = ? ORDER BY number LIMIT ?"
    found = db.execute(query, [session, MOST_RIVALS]).fetchall()
    return tuple((name, strategy) for name, strategy in found if _is_sound(name) and _is_sound(strategy))


def _is_sound(word: object) -> bool:
    return isinstance(word, str) and 0 < len(word) <= LONGEST_WORD and word.isprintable()


def write_rivals(db: Database, session: str, cast: Sequence[tuple[str, str]]) -> None:
    """Put a session's rivals in the place of those before, within the transaction that is open."""
    db.execute("DELETE FROM rivals WHERE session = ?", [session])
    db.conn.executemany(
        "INSERT INTO rivals (session, number, name, strategy) VALUES (?, ?, ?, ?)",
        ((session, number, name, strategy) for number, (name, strategy) in enumerate(cast, 1)),
    )
