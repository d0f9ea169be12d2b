"""What came of lessons: a row for every session in which one was played. It stays when the session is deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from saves.database import writing
from saves.errors import told

if TYPE_CHECKING:
    from sqlite_utils import Database

MOST_STARS = 3


@dataclass(frozen=True, slots=True)
class Best:
    """The best that was made of a scenario.

    Attributes:
        stars: 0 to 3.
        session: id of the session in which they were earned; it may be gone.
    """

    stars: int
    session: str


class Attempts:
    """Stars by scenario, and which session is an attempt at which. Methods raise SaveError where the disk refuses."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def begin(self, session: str, scenario: str) -> None:
        """A session is an attempt at a scenario, and has earned nothing yet."""
        with told("the lesson’s progress can’t be kept"), writing(self._db):
            self._db.execute("INSERT OR IGNORE INTO progress VALUES (?, ?, NULL)", [session, scenario])

    def earn(self, session: str, stars: int) -> None:
        """An attempt is done, with 0 to 3 `stars`; what it has earned once does not change.

        Raises:
            ValueError: for any other number of stars.
        """
        if not 0 <= stars <= MOST_STARS:
            raise ValueError(f"{stars} stars: there are 0 to {MOST_STARS}")
        with told("the stars can’t be kept"), writing(self._db):
            self._db.execute("UPDATE progress SET stars = ? WHERE session = ? AND stars IS NULL", [stars, session])

    def scenario_of(self, session: str) -> str | None:
        """The id of the scenario that a session is an attempt at; None where it is none."""
        with told("the lesson’s progress can’t be read"):
            found = self._db.execute("SELECT scenario FROM progress WHERE session = ?", [session]).fetchone()
        return None if found is None else str(found[0])

    def best(self) -> dict[str, Best]:
        """The best finished attempt at each scenario, by its id; of equals the first."""
        query = "SELECT scenario, stars, session FROM progress WHERE stars IS NOT NULL ORDER BY stars, rowid DESC"
        with told("the lesson’s progress can’t be read"):
            return {str(row[0]): Best(int(row[1]), str(row[2])) for row in self._db.execute(query).fetchall()}
