"""What `isocross lessons` does: the lessons that there are, what is in one, and the proof that they can be solved."""

from __future__ import annotations

import json
import shutil
import textwrap
from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from engine.numbers import plain
from engine.scenarios.attempt import HINTS, Attempt
from engine.scenarios.errors import ScenarioError
from engine.scenarios.proof import Proof, prove
from engine.scenarios.scenario import Scenario
from engine.sentences import money
from engine.tape import Tape
from saves.attempts import MOST_STARS, Best
from tui.cli.scenario_play import named
from tui.cli.stars import known_stars, stars_row, stars_text
from tui.prices.source import SourceError
from tui.scenarios.found import Found, Wrong, lessons, own_scenarios
from tui.scenarios.ladder import GOAL_MET

NOTHING = Best(0, None, "")
NARROWEST, WIDEST = 40, 120
SHORTEST_TITLE = 12

PROVED, WRONG = "proved", "WRONG"


@dataclass(frozen=True, slots=True)
class Told:
    """Lines to print, what is wrong with the files that were asked for (nothing where all is well), and what else is
    to be said."""

    lines: list[str]
    wrong: list[Wrong] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def tell_lessons(options: Namespace) -> Told:
    """What was asked for: with `list` and `test`, what is wrong with some doesn't keep the others from being told.

    Args:
        options: action, names and --json, as `lessons_options` gives them.

    Raises:
        UsageError: when there is no such lesson.
        SourceError: when the file that is to be shown can't be opened.
        ScenarioError: when it can't be read.
    """
    if options.action == "list":
        return _list(options.json)
    if options.action == "show":
        return Told(list(_shown(named("lessons", options.names[0], "show"), options.hints)))
    return _test(options.names, options.json)


def _list(as_json: bool) -> Told:
    own, wrong = own_scenarios()
    best, notes = known_stars()
    rows = [*lessons(), *own]
    if as_json:
        return Told([json.dumps(_head(each, best.get(each.scenario.id))) for each in rows], wrong, notes)
    return Told(list(_table_of_lessons(rows, best)), wrong, notes)


def _head(found: Found, best: Best | None) -> dict[str, object]:
    scenario = found.scenario
    return {
        "kind": "lesson",
        "number": found.name,
        "id": scenario.id,
        "title": scenario.title,
        "teaches": scenario.teaches,
        "needs": list(scenario.needs),
        "steps": len(scenario.steps),
        "venue": scenario.setup.venue,
        "mode": scenario.setup.mode,
        **stars_row(best),
    }


def _table_of_lessons(rows: Sequence[Found], best: dict[str, Best]) -> Iterator[str]:
    width, indent = _width(), " " * 10
    for found in rows:
        scenario = found.scenario
        yield f"{found.name:>3}  {stars_text(best.get(scenario.id))}  {scenario.title}"
        yield from textwrap.wrap(scenario.teaches, width, initial_indent=indent, subsequent_indent=indent)
    earned = [best[each.scenario.id].stars for each in rows if each.group == "lesson" and each.scenario.id in best]
    upcoming = next((each.name for each in rows if best.get(each.scenario.id, NOTHING).stars < GOAL_MET), "1")
    count = sum(each.group == "lesson" for each in rows)
    yield ""
    done = sum(stars >= GOAL_MET for stars in earned)
    yield f"{done} of {count} lessons done, {sum(earned)} of {MOST_STARS * count} stars"
    yield f"isocross lessons play {upcoming} begins the next one; isocross lessons show {upcoming} shows what is in it"


# -- what is in one


def _shown(found: Found, hints: bool) -> Iterator[str]:
    """A lesson to read: its figures are those of its own solution. With `hints`, all three of each step."""
    scenario = found.scenario
    attempt = Attempt(scenario, found.tape)
    width = _width()
    yield scenario.title
    yield from _wrapped(scenario.teaches, width)
    yield ""
    yield from _wrapped(_rules(scenario, attempt.tape), width)
    if scenario.needs:
        yield from _wrapped(f"needs: {', '.join(scenario.needs)}", width)
    for place, step in enumerate(scenario.steps):
        told = attempt.progress()
        if attempt.done < place:
            break
        yield ""
        yield f"Step {place + 1} of {told.count}"
        for paragraph in told.text.split("\n\n"):
            yield from _wrapped(paragraph, width)
            yield ""
        yield from _wrapped(f"▸ {told.do}", width)
        yield from _wrapped(f"goal: {step.goal}", width)
        if hints:
            yield from _hints(attempt, width)
        _play(attempt, scenario, place)
    if attempt.done == len(scenario.steps):
        look_at, sentence = attempt.closing()
        yield ""
        yield f"In the other account ({scenario.closing.ghost.venue} {scenario.closing.ghost.name})"
        for paragraph in [*look_at.split("\n\n"), sentence]:
            yield from _wrapped(paragraph, width)
            yield ""


def _hints(attempt: Attempt, width: int) -> Iterator[str]:
    for number in range(1, HINTS + 1):
        head = f"hint {number}: "
        for place, line in enumerate((attempt.hint() or "").splitlines()):
            yield from _wrapped(line, width, " " * len(head) if place else head)


def _play(attempt: Attempt, scenario: Scenario, place: int) -> None:
    from engine.scenarios.proof import played

    for _ in played(attempt, scenario.steps[place].keys, ("steps", place, "keys")):
        pass  # what is refused is `lessons test`'s to tell


def _rules(scenario: Scenario, tape: Tape) -> str:
    setup = scenario.setup
    changed = f"; {', '.join(setup.modified)}" if setup.modified else ""
    return (
        f"{setup.venue}, {setup.mode} margin, {money(setup.balance)} to begin with{changed}; {tape.origin.description}"
    )


# -- the proof


def _test(names: Sequence[str], as_json: bool) -> Told:
    proofs, wrong = list[tuple[str, Proof]](), list[Wrong]()
    for found in _to_test(names, wrong):
        try:
            proofs.append((found.name, prove(found.scenario, found.tape)))
        except (ScenarioError, SourceError) as error:
            wrong.append(error)
    wrong += [problem for _, proof in proofs for problem in proof.problems]
    if as_json:
        return Told([json.dumps(_row(name, proof)) for name, proof in proofs], wrong)
    return Told(list(_table_of_proofs(proofs)) if proofs else [], wrong)


def _to_test(names: Sequence[str], wrong: list[Wrong]) -> Iterator[Found]:
    if not names:
        yield from lessons()
        own, at_fault = own_scenarios()
        wrong += at_fault
        yield from own
    for name in names:
        try:
            yield named("lessons", name, "test")
        except (ScenarioError, SourceError) as error:
            wrong.append(error)


def _table_of_proofs(proofs: Sequence[tuple[str, Proof]]) -> Iterator[str]:
    """A row a lesson; titles are cut where the terminal is narrow."""
    heads = ("solution", "naive", "kept", "other mode")
    cells = [_cells(proof) for _, proof in proofs]
    widths = [max(len(head), *(len(row[place]) for row in cells)) for place, head in enumerate(heads)]
    numbers = min(24, max(len(name) for name, _ in proofs) + 1)
    room = _width() - numbers - sum(widths) - 2 * len(heads) - 2 - len(f"  {WRONG}")
    titles = max(SHORTEST_TITLE, min(room, max(len(proof.scenario.title) for _, proof in proofs)))
    yield _line("", "lesson", heads, numbers, titles, widths)
    for (name, proof), row in zip(proofs, cells, strict=True):
        line = _line(name[-numbers:], proof.scenario.title, row, numbers, titles, widths)
        yield line if proof.proved else f"{line}  {WRONG}"
    count = sum(proof.proved for _, proof in proofs)
    yield ""
    yield f"{count} of {len(proofs)} {PROVED}: the solution earns ★★★, the naive attempt does not"


def _cells(proof: Proof) -> tuple[str, str, str, str]:
    kept, other = map(money, proof.ghost) if proof.ghost else ("–", "–")
    return str(proof.solution), str(proof.naive), kept, other


def _line(name: str, title: str, cells: Sequence[str], numbers: int, titles: int, widths: Sequence[int]) -> str:
    short = title if len(title) <= titles else title[: titles - 1] + "…"
    solution, naive, *amounts = (
        f"{cell:<{width}}" if place < 2 else f"{cell:>{width}}"
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join([f"{name:>{numbers}}", f"{short:<{titles}}", solution, naive, *amounts])


def _row(name: str, proof: Proof) -> dict[str, object]:
    kept, other = proof.ghost or (None, None)
    return {
        "kind": "proof",
        "number": name,
        "id": proof.scenario.id,
        "proved": proof.proved,
        "solution": proof.solution.count,
        "naive": proof.naive.count,
        "naive_missing": list(proof.naive.missing),
        "kept": None if kept is None else plain(kept),
        "other_mode": None if other is None else plain(other),
        "problems": [
            {"file": each.file, "line": each.line, "field": each.field, "reason": each.reason, "try": each.would_work}
            for each in proof.problems
        ],
    }


# -- printing


def _width() -> int:
    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size((100, 24)).columns))


def _wrapped(text: str, width: int, head: str = "") -> list[str]:
    indent = " " * len(head)
    return textwrap.wrap(text, width, initial_indent=head, subsequent_indent=indent, break_on_hyphens=False)
