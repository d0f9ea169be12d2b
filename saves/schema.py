"""The tables, and the numbered steps that made them. `docs/saves.md` explains them; so do the comments in the SQL,
which stay in the file."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from saves.database import reading, writing
from saves.errors import SaveError

if TYPE_CHECKING:
    from sqlite_utils import Database

APPLICATION = 0x69736F78
"""SQLite's `application_id` of a library: “isox”."""

TABLES = (
    """CREATE TABLE tapes (
  digest TEXT PRIMARY KEY,   -- SHA-256 of the header and every column: the same prices, the same digest
  vertices INTEGER NOT NULL,
  header TEXT NOT NULL,      -- JSON: markets [symbol, tick, lot, quote], origin, arrays {name, type, columns}
  complete INTEGER NOT NULL  -- 1 once every chunk is there
)""",
    """CREATE TABLE tape_chunks (
  tape TEXT NOT NULL REFERENCES tapes (digest) ON DELETE CASCADE,
  array TEXT NOT NULL,       -- times, gapped, trading, or SYMBOL/last, SYMBOL/mark, ...
  number INTEGER NOT NULL,   -- 0, 1, 2: each holds 65,536 vertices, the last one the rest
  data BLOB NOT NULL,        -- zlib over little-endian numbers; whole numbers as differences to the one before
  PRIMARY KEY (tape, array, number)
)""",
    """CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  created TEXT NOT NULL,     -- UTC, ISO 8601, by the player's clock; so is played
  played TEXT NOT NULL,
  program TEXT NOT NULL,     -- the version of isocross that made it
  setup TEXT NOT NULL,       -- JSON: venue, mode, balance, slippage, fees, funding, overrides
  tape TEXT NOT NULL REFERENCES tapes (digest),
  step INTEGER NOT NULL,     -- the vertex reached, from 0
  steps INTEGER NOT NULL,    -- vertices of the tape
  time TEXT NOT NULL,        -- the time on the tape, UTC, ISO 8601
  equity TEXT NOT NULL,      -- exact, quote units, at that step
  state TEXT NOT NULL,       -- running, wiped out or ended
  commands INTEGER NOT NULL, -- how many were accepted
  events INTEGER NOT NULL,
  calls INTEGER NOT NULL,
  liquidations INTEGER NOT NULL,
  hash TEXT NOT NULL         -- state hash at that step: SHA-256 of the snapshot
)""",
    """CREATE TABLE commands (
  session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,   -- 1, 2, 3 ...: the order of command 12 is called c12
  step INTEGER NOT NULL,     -- the vertex at which it acted
  time TEXT NOT NULL,        -- the time on the tape there
  text TEXT NOT NULL,        -- in the words of the command grammar
  size TEXT,                 -- what it came to, base units; NULL where there is no size
  hash TEXT NOT NULL,        -- state hash after it
  PRIMARY KEY (session, number)
) WITHOUT ROWID""",
    """CREATE TABLE events (
  session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,   -- 1, 2, 3 ... in the order in which they happened
  step INTEGER NOT NULL,
  time TEXT NOT NULL,
  kind TEXT NOT NULL,
  command INTEGER,           -- the command that did it; NULL where the market did
  figures TEXT NOT NULL,     -- JSON: every figure, exact numbers as text
  PRIMARY KEY (session, number)
) WITHOUT ROWID""",
    """CREATE TABLE equity (
  session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  time TEXT NOT NULL,
  equity TEXT NOT NULL,      -- of all pools together, exact, quote units
  PRIMARY KEY (session, step)
) WITHOUT ROWID""",
    """CREATE TABLE snapshots (
  session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  commands INTEGER NOT NULL, -- commands accepted by then
  events INTEGER NOT NULL,   -- events recorded by then
  hash TEXT NOT NULL,        -- SHA-256 of the state, unpacked
  state BLOB NOT NULL,       -- zlib over canonical JSON
  PRIMARY KEY (session, step, commands)
)""",
)


FORK_COLUMNS = (
    "parent TEXT /* the session that it was forked from, which may be gone; NULL where it is no fork */",
    "forked_step INTEGER /* where: the vertex */",
    "forked_commands INTEGER /* and the number of the last command of its parent that it begins with */",
    "forked_time TEXT /* the time on the tape there */",
    "change TEXT /* what was changed there, in words; NULL for nothing */",
)

GHOSTS = """CREATE TABLE ghosts (
  session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,   -- 1, 2, 3: in the order in which they are shown
  kind TEXT NOT NULL,        -- JSON: venue, mode, variant, overrides, as_given, leverage
  PRIMARY KEY (session, number)
) WITHOUT ROWID"""

SCENARIO_TABLES = (
    """CREATE TABLE attempts (
  session TEXT PRIMARY KEY,  -- an attempt at a scenario: it stays when the session is deleted
  scenario TEXT NOT NULL,    -- id of the lesson, the challenge or the daily
  begun TEXT NOT NULL,       -- UTC, ISO 8601, by the player's clock
  ranked INTEGER NOT NULL,   -- 1: the one attempt at a daily that counts; all others are practice
  hints TEXT NOT NULL,       -- JSON: how many hints were asked for, a number a step
  stars INTEGER,             -- 0 to 3; NULL until it is over
  score REAL,                -- points; NULL until it is over
  summary TEXT               -- JSON of a daily: parts, calls, liquidations, leverage; NULL elsewhere
)""",
    """CREATE TABLE refusals (
  session TEXT NOT NULL,     -- the attempt: a goal may wait for a refusal
  number INTEGER NOT NULL,   -- 1, 2, 3 ... in order
  step INTEGER NOT NULL,     -- the vertex at which a command was refused
  commands INTEGER NOT NULL, -- number of the last command accepted before it
  text TEXT NOT NULL,        -- what was refused, in the words of the command grammar
  PRIMARY KEY (session, number)
) WITHOUT ROWID""",
    """CREATE TABLE rivals (
  session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,   -- 1, 2, 3 ... in the order in which they are shown
  name TEXT NOT NULL,        -- what a rival is called: made once, and kept
  strategy TEXT NOT NULL,    -- what it does
  PRIMARY KEY (session, number)
) WITHOUT ROWID""",
    "CREATE INDEX attempts_scenario ON attempts (scenario)",
)


def _version_1(db: Database) -> None:
    """The first tables."""
    for statement in TABLES:
        db.execute(statement)
    db.execute("CREATE INDEX sessions_tape ON sessions (tape)")
    db.execute(f"PRAGMA application_id = {APPLICATION}")


def _version_2(db: Database) -> None:
    """Forks know what they were forked from, and sessions which ghosts they have."""
    for column in FORK_COLUMNS:
        db.execute(f"ALTER TABLE sessions ADD COLUMN {column}")
    db.execute(GHOSTS)


def _version_3(db: Database) -> None:
    """Scenarios: the attempts at them, what was refused there, and rivals."""
    for statement in SCENARIO_TABLES:
        db.execute(statement)


MIGRATIONS: tuple[Callable[[Database], None], ...] = (_version_1, _version_2, _version_3)
"""The step to version n stands at place n − 1. A step that was released is never changed."""

VERSION = len(MIGRATIONS)


def version_of(db: Database) -> int:
    """The schema version of a library; 0 for an empty file.

    Raises:
        SaveError: when the file belongs to another program or to a newer isocross.
    """
    with reading(db):  # another program may be making the tables at this moment
        application, version = _number(db, "application_id"), _number(db, "user_version")
        tables = db.table_names()
    if application != APPLICATION:
        if application == 0 and version == 0 and not tables:
            return 0
        raise SaveError(
            "the file is a database of another program", "it was left as it is: move it away, or set ISOCROSS_HOME"
        )
    if version > VERSION:
        raise SaveError(
            f"these saves are of a newer isocross (format {version}; this one reads up to {VERSION})",
            "update isocross; nothing was changed",
        )
    return version


def migrate(db: Database) -> None:
    """Bring the tables to the newest version: all steps that are missing, in one transaction.

    Two programs that start at once both come here: the second waits and finds nothing left to do.

    Raises:
        SaveError: as `version_of`.
        sqlite3.Error: when the disk refuses; then nothing was changed.
    """
    version = version_of(db)
    if version == VERSION:
        return
    if version == 0:
        db.execute("PRAGMA auto_vacuum = INCREMENTAL")  # a deleted session gives its space back
    with writing(db):
        for step in MIGRATIONS[version_of(db) :]:
            step(db)
        db.execute(f"PRAGMA user_version = {VERSION}")


def _number(db: Database, pragma: str) -> int:
    return int(db.execute(f"PRAGMA {pragma}").fetchone()[0])
