"""What `isocross report` does: the report of a saved session as text, a page, tables or JSON; or of two beside each
other."""

from __future__ import annotations

import io
import shutil
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from engine.commands.command import Command
from engine.events import Event
from engine.record import Given, Record
from engine.report import NotPlayed, Report, report_of
from engine.rulebooks.base import Refusal, SetupError
from engine.script import read_script
from engine.session import Session
from saves import Library
from tui.cli.headless import Output, Unsaved, play
from tui.cli.options import UsageError
from tui.cli.run import script_text, tape_of, tell_clipped
from tui.report.data import curve_csv, json_text, trades_csv
from tui.report.page import page
from tui.report.text import NARROWEST, WIDEST, beside_lines, report_lines
from tui.words.progress import progress_text

STANDARD_OUTPUT = "-"
CURVE, TRADES = "curve.csv", "trades.csv"


def report_lines_of(options: Namespace) -> Iterator[str]:
    """The lines that are printed; files are written on the way.

    Args:
        options: SAVE, perhaps OTHER, or --script, and --html, --csv, --json, as `report_options` gives them.

    Raises:
        SaveError: when there is no such session, or it can't be read.
        SourceError: when the script can't be read; ScriptError: when it can't be played.
        UsageError: when a session can't be played again, or a file is there already or can't be written.
    """
    files = _files(options)
    for file in files.values():
        if file.exists():
            raise UsageError(f"report: {file} is there already, and is not overwritten", "another name")
    named = [(name, reported(name, record)) for name, record in _records(options)]
    name, report = named[0]
    for what, file in files.items():
        _write(file, MAKERS[what](name, report))
        yield f"wrote {file}"
    if options.json == STANDARD_OUTPUT:
        yield from json_text(name, report).splitlines()
    elif not files:
        width = max(NARROWEST, min(WIDEST, shutil.get_terminal_size((100, 24)).columns))
        yield from beside_lines(named, width) if len(named) > 1 else report_lines(name, report, width)


MAKERS: Mapping[str, Callable[[str, Report], str]] = {
    "html": page,
    "json": json_text,
    "curve": lambda _, report: curve_csv(report),
    "trades": lambda _, report: trades_csv(report),
}
"""What makes each kind of file, from the session's name and its report."""


def _files(options: Namespace) -> dict[str, Path]:
    """Every file that is asked for, by what makes it."""
    files = {}
    if options.html:
        files["html"] = Path(options.html)
    if options.json and options.json != STANDARD_OUTPUT:
        files["json"] = Path(options.json)
    if options.csv:
        chosen = Path(options.csv)
        one = chosen.suffix.lower() == ".csv"
        files["curve"] = chosen if one else chosen / CURVE
        files["trades"] = chosen.with_name(f"{chosen.stem}-{TRADES}") if one else chosen / TRADES
    return files


def _records(options: Namespace) -> Iterator[tuple[str, Record]]:
    """The sessions by name."""
    if options.script:
        yield scripted(options.script)
        return
    with Library.open() as library:
        for text in filter(None, (options.save, options.other)):
            saved = library.find(text)
            yield saved.name, library.record(saved.id)


class _Written(Unsaved):
    """A session whose accepted commands are written down."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.given: list[Given] = []

    def do(self, command: Command, number: int | None = None) -> tuple[Event, ...] | Refusal:
        """As `Session.do`."""
        answer = super().do(command, number)
        if not isinstance(answer, Refusal):
            self.given.append(Given(self.session.step, command, self.session.commands))
        return answer


def scripted(named: str) -> tuple[str, Record]:
    """A script as the session that it plays: its name and its record. Raises SourceError and ScriptError."""
    name, text, folder = script_text(named)
    script = read_script(name, text)
    tape = tape_of(script, folder)
    tell_clipped(script, tape)
    try:
        player = _Written(Session(script.setup, tape))
    except SetupError as error:
        raise script.error(script.places["prices"], error.message, error.would_work) from None
    play(script, player, Output(io.StringIO(), as_json=False))
    return name, Record(script.setup, tape, tuple(player.given), player.session.step)


def _write(file: Path, text: str) -> None:
    """A new file, whole or not at all. Raises UsageError."""
    try:
        if file.name in (CURVE, TRADES):
            file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8", newline="") as written:
            written.write(text)
    except FileExistsError:
        raise UsageError(f"report: {file} is there already, and is not overwritten", "another name") from None
    except OSError as error:
        raise UsageError(f"report: {file} can’t be written: {error.strerror or error}", "another place") from error


def reported(name: str, record: Record) -> Report:
    """The report of a record, its progress shown where somebody looks. Raises UsageError."""
    shows = sys.stderr.isatty()

    def tell(done: float) -> None:
        if shows:
            sys.stderr.write(f"\r\x1b[K{progress_text(done, f'reporting on {name}')}")
            sys.stderr.flush()

    try:
        return report_of(record, tell)
    except (NotPlayed, SetupError) as error:
        raise UsageError(f"report: {name} can’t be played again: {error}", "isocross saves list") from error
    finally:
        if shows:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
