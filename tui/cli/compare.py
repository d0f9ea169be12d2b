"""What `isocross compare` does: one script under every kind of account, as a table or as lines of JSON."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from argparse import Namespace
from collections.abc import Iterator, Sequence
from decimal import Decimal

from engine.commands.command import Command
from engine.compare import Outcome, compared, given, kinds, own_kind
from engine.events import Event, iso
from engine.ghost import Kind
from engine.numbers import plain
from engine.record import Given
from engine.rulebooks import VENUES
from engine.rulebooks.base import Refusal, SetupError
from engine.script import MoveTime, Script, read_script
from engine.script.setup_lines import MODES
from engine.sentences import money
from engine.session import Session
from engine.tape import Tape
from tui.cli.headless import Output, Unsaved, play
from tui.cli.options import UsageError
from tui.cli.run import script_text, tape_of, tell_clipped
from tui.words.compare_table import BEST, OWN, WORST, Table, complete, refusals, shortfalls, table_of
from tui.words.plain import harmless
from tui.words.progress import progress_text

WIDEST, NARROWEST = 160, 60
ALL = "all"


class _Watched(Unsaved):
    """A session whose commands are written down as they are given."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.given: list[Given] = []

    def do(self, command: Command, number: int | None = None) -> tuple[Event, ...] | Refusal:
        """As `Session.do`."""
        answer = super().do(command, number)
        self.given.append(given(self.session, answer, command))
        return answer


class _Silent(Output):
    """Tells nothing: what happens on the way is what `run` is for."""

    def event(self, event: Event) -> None:
        """Nothing."""

    def remark(self, session: Session, kind: str, said: str, **more: object) -> None:
        """Nothing."""


def compare_script(options: Namespace) -> None:
    """Play a script under every kind of account that is asked for, and print how it fared.

    Args:
        options: SCRIPT, --venues, --modes and --json, as `compare_options` gives them.

    Raises:
        UsageError: when there is no such venue or mode.
        SourceError: when the script can't be read.
        ScriptError: when it can't be played.
    """
    accounts = accounts_of(options.venues, options.modes)
    name, text, folder = script_text(options.script)
    script = read_script(name, text)
    tape = tape_of(script, folder)
    tell_clipped(script, tape)
    commands, until = _given(script, tape)
    own = own_kind(script.setup, commands)
    accounts = [own, *accounts] if own.as_given else accounts
    outcomes = list(_outcomes(script, tape, commands, until, accounts))
    lines = json_lines if options.json else text_lines
    for line in lines(script, tape, own, outcomes, until):
        sys.stdout.write((line if options.json else harmless(line)) + "\n")
    if not all(each.conserved for each in outcomes):
        raise ArithmeticError("the ledger does not add up at the end of a comparison")


def accounts_of(venues: str, modes: str) -> list[Kind]:
    """The kinds of account that lists such as `binance,gmx_v1` and `cross` name, or `all`. Raises UsageError."""
    wanted_venues = [*VENUES] if ALL in _words(venues) else list(dict.fromkeys(_words(venues)))
    wanted_modes = [MODES.get(word, word) for word in _words(modes)]
    for what, wanted in (("venue", wanted_venues), ("mode", wanted_modes)):
        if not wanted:
            raise UsageError(f"compare: no {what} is named", f"--{what}s all")
    for venue in wanted_venues:
        if venue not in VENUES:
            raise UsageError(f"compare: there is no venue “{venue}”", f"--venues all, or of {', '.join(VENUES)}")
    known = list(dict.fromkeys(kind.name for kind in kinds()))
    for mode in wanted_modes:
        if mode not in (*known, ALL):
            raise UsageError(f"compare: no venue has a mode “{mode}”", f"--modes all, or of {', '.join(known)}")
    found = list(kinds(wanted_venues, wanted_modes))
    if not found:
        there = ", ".join(dict.fromkeys(kind.name for kind in kinds(wanted_venues)))
        raise UsageError(f"compare: {venues} has no {modes} account", f"--modes {there or ALL}")
    return found


def _words(text: str) -> list[str]:
    return text.lower().replace(",", " ").split()


def _given(script: Script, tape: Tape) -> tuple[list[Given], int]:
    """The commands as the script's own session took them, and the vertex at which it ended. Raises ScriptError."""
    try:
        player = _Watched(Session(script.setup, tape))
    except SetupError as error:
        raise script.error(script.places["prices"], error.message, error.would_work) from None
    play(script, player, _Silent(sys.stdout, as_json=False))
    if not player.given:
        last = max((line.number for line in script.lines), default=script.places["prices"])
        raise script.error(last, "no command is given, so there is nothing to compare", "buy $1000 ETH 10x, and @ end")
    return player.given, player.session.step


def _outcomes(
    script: Script, tape: Tape, commands: Sequence[Given], until: int, accounts: Sequence[Kind]
) -> Iterator[Outcome]:
    shows = sys.stderr.isatty()
    for place, kind in enumerate(accounts):
        if shows:
            sys.stderr.write(f"\r\x1b[K{progress_text(place / len(accounts), f'{kind.venue} {kind.name}')}")
            sys.stderr.flush()
        yield from compared(script.setup, tape, commands, until, [kind])
    if shows:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def json_lines(script: Script, tape: Tape, own: Kind, outcomes: Sequence[Outcome], until: int) -> Iterator[str]:
    """A row an account, numbers as exact strings, and a summary."""
    for outcome in outcomes:
        yield json.dumps(_row(outcome, outcome.kind == own, script))
    kept = [each for each in outcomes if complete(each)]
    most, least = (ends(each.kept for each in kept) for ends in (max, min)) if kept else (None, None)
    summary = {
        "kind": "summary",
        "script": script.name,
        "until": iso(int(tape.times[until])),
        "balance": plain(script.setup.balance),
        "modified": list(script.setup.modified),
        "tape": {"digest": tape.digest, "kind": tape.origin.kind, "description": tape.origin.description},
        "accounts": len(outcomes),
        "played": len(kept),
        "most_kept": [_name(each.kind) for each in kept if each.kept == most],
        "least_kept": [_name(each.kind) for each in kept if each.kept == least],
    }
    yield json.dumps(summary)


def _row(outcome: Outcome, own: bool, script: Script) -> dict[str, object]:
    kind = outcome.kind
    here = [" ".join(words) for words in script.setup.overrides] if kind.venue == script.setup.venue else []
    at = outcome.liquidated_at
    return {
        "kind": "account",
        "venue": kind.venue,
        "mode": kind.mode,
        "name": kind.name,
        "own": own,
        "set": [*here, *(" ".join(words) for words in kind.overrides)],
        "traded": outcome.traded,
        "initial_margin": _number(outcome.initial_margin),
        "liquidation_prices": {key: _number(price) for key, price in outcome.liquidation_prices},
        "liquidated_at": None if at is None else iso(at),
        "liquidations": outcome.liquidations,
        "open": outcome.held,
        "kept": plain(outcome.kept) if outcome.traded else None,
        "fees": plain(outcome.fees),
        "funding": plain(outcome.funding),
        "paid_by": {payer: plain(amount) for payer, amount in outcome.paid_by},
        "deleveraged": outcome.deleveraged,
        "lowered": [{"symbol": each.symbol, "asked": each.asked, "played": each.played} for each in outcome.lowered],
        "refused": [{"command": command, "reason": reason} for command, reason in outcome.refused],
        "unplayable": outcome.unplayable or None,
        "conserved": outcome.conserved,
    }


def _number(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def _name(kind: Kind) -> str:
    return f"{kind.venue} {kind.name}"


def text_lines(script: Script, tape: Tape, own: Kind, outcomes: Sequence[Outcome], until: int) -> Iterator[str]:
    """The table, in blocks where it is wider than the terminal, and below it what was refused."""
    width = max(NARROWEST, min(WIDEST, shutil.get_terminal_size((100, 24)).columns))
    yield from _wrapped(_heading(script, tape, until), width)
    yield ""
    table = table_of([(each.kind, each) for each in outcomes], own, tape, width)
    for place, columns in enumerate(table.blocks(width)):
        if place:
            yield ""
        yield table.heading(columns).rstrip()
        for row in range(len(outcomes)):
            if not place or not table.instead[row]:
                yield _clipped(table.row(row, columns).rstrip(), width)
            if not place and table.notes[row]:
                yield from _wrapped(table.notes[row], width, indent=6)
    yield ""
    yield from _legend(table, own, outcomes, width)
    yield from _refused(outcomes, width)


def _heading(script: Script, tape: Tape, until: int) -> str:
    count = sum(not isinstance(line.action, MoveTime) for line in script.lines)
    times = f"{iso(int(tape.times[0]))} to {iso(int(tape.times[until]))}"
    commands = f"{count} command{'' if count == 1 else 's'}"
    modified = "; ".join([f"; changed: {', '.join(script.setup.modified)}"] if script.setup.modified else [])
    return f"{script.name}: {commands}, {money(script.setup.balance)}, {tape.origin.description}, {times}{modified}"


def _legend(table: Table, own: Kind, outcomes: Sequence[Outcome], width: int) -> Iterator[str]:
    parts = [f"{OWN} the script’s own account"] if any(each.kind == own for each in outcomes) else []
    if any(mark in cell for mark in (BEST, WORST) for cell in table.verdict[-1].cells):
        parts.append(f"{BEST} {WORST} most and least kept where every command was played")
    parts.append("margin and liquidation prices: after the last opening")
    if not any(shortfalls(each) or each.deleveraged for each in outcomes):
        parts.append("nothing fell below zero, so nobody had to pay for it")
    yield from _wrapped("; ".join(parts), width)


def _refused(outcomes: Sequence[Outcome], width: int) -> Iterator[str]:
    refused = refusals(outcomes)
    if refused:
        yield ""
        yield "refused"
    for command, reasons in refused.items():
        yield f"  {command}"
        for reason, accounts in reasons.items():
            yield from _wrapped(f"{reason}: {', '.join(accounts)}", width, indent=4)


def _wrapped(text: str, width: int, indent: int = 0) -> list[str]:
    start = " " * indent
    return textwrap.wrap(text, width, initial_indent=start, subsequent_indent=start, break_on_hyphens=False)


def _clipped(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
