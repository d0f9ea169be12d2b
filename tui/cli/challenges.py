"""What `isocross challenges` and `isocross daily` do: the challenges, their proof, and the day's tape."""

from __future__ import annotations

import json
import textwrap
from argparse import Namespace
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from difflib import get_close_matches
from pathlib import Path

from engine.numbers import plain
from engine.scenarios.attempt import Attempt
from engine.scenarios.challenge import take_book
from engine.scenarios.daily import Daily, DailyError, daily_of, run_of
from engine.scenarios.errors import ScenarioError
from engine.scenarios.proof import prove
from engine.scenarios.scenario import Scenario
from engine.scenarios.score import score_of_record
from engine.scenarios.shipped import shipped_challenges
from engine.sentences import money
from saves import Library, SaveError
from tui.cli.lessons import Told
from tui.cli.options import UsageError, challenges_options, daily_options, lessons_options
from tui.scenarios.found import scenario_of

WIDTH = 92


def tell_lessons(words: Sequence[str]) -> Told:
    """What `isocross lessons` was asked. Raises as `tui.cli.lessons.tell_lessons` does."""
    from tui.cli.lessons import tell_lessons as tell

    return tell(lessons_options(words))


def tell_challenges(words: Sequence[str]) -> Told:
    """What `isocross challenges` was asked.

    Raises:
        UsageError: when there is no such challenge.
        SourceError, ScenarioError: when a file can't be read.
    """
    options = challenges_options(words)
    if options.action == "list":
        return Told(list(_listed(options.json)))
    if options.action == "show":
        return Told(list(_shown(_named(options.names[0]))))
    chosen = [_named(name) for name in options.names] if options.names else list(shipped_challenges())
    return _tested(chosen, options.json)


def tell_daily(words: Sequence[str]) -> Told:
    """What `isocross daily` was asked: the set-up, or with --share the line of a saved session.

    Raises:
        UsageError: for a date without a daily, a session that isn't there, and one that is no attempt at it.
    """
    options = daily_options(words)
    try:
        daily = daily_of(_day(options.date))
    except DailyError as error:
        raise UsageError(f"daily: {error}", "isocross daily") from None
    if options.share is not None:
        return Told(list(_share(daily, options)))
    return Told(_script(daily) if options.script else list(_told(daily)))


TELLERS = {"lessons": tell_lessons, "challenges": tell_challenges, "daily": tell_daily}
"""What tells each, by the command."""


# -- challenges


def _listed(as_json: bool) -> Iterator[str]:
    for number, each in enumerate(shipped_challenges(), 1):
        if as_json:
            row = {"kind": "challenge", "number": number, "id": each.id, "title": each.title, "teaches": each.teaches}
            yield json.dumps({**row, "venue": each.setup.venue, "mode": each.setup.mode, "book": _book(each)})
            continue
        yield f"{number:>3}  {each.title}"
        yield from textwrap.wrap(each.teaches, WIDTH, initial_indent=" " * 5, subsequent_indent=" " * 5)
    if not as_json:
        yield ""
        yield "isocross challenges show 1 shows what is in one"


def _book(scenario: Scenario) -> list[str]:
    return [line.text for line in scenario.book]


def _named(name: str) -> Scenario:
    """A challenge by its number, its id, or the name of a file."""
    if name.endswith(".toml"):
        return scenario_of(Path(name))
    known = shipped_challenges()
    for number, each in enumerate(known, 1):
        if name.lower() in (each.id, str(number)):
            return each
    close = get_close_matches(name.lower(), [each.id for each in known], n=1, cutoff=0.4)
    raise UsageError(
        f"there is no challenge “{name[:40]}”",
        f"isocross challenges show {close[0] if close else 1}, of 1 to {len(known)}",
    )


def _shown(scenario: Scenario) -> Iterator[str]:
    attempt = Attempt(scenario, scenario.tape())
    setup = scenario.setup
    yield scenario.title
    yield scenario.teaches
    yield ""
    yield f"{setup.venue}, {setup.mode} margin, {money(setup.balance)} to begin with"
    yield from textwrap.wrap(attempt.tape.origin.description, WIDTH)
    for note in attempt.tape.origin.notes:
        yield from textwrap.wrap(note, WIDTH)
    if scenario.book:
        yield f"given book: {'; '.join(_book(scenario))}"
    for place, step in enumerate(scenario.steps):
        yield ""
        if place == 0:
            for paragraph in step.text.render(attempt.begun[0]).split("\n\n"):
                yield from textwrap.wrap(paragraph, WIDTH)
        yield from textwrap.wrap(f"▸ {step.do.render(attempt.begun[0])}", WIDTH)
        yield from textwrap.wrap(f"goal: {step.goal}", WIDTH)
    yield f"★★★: margin of at most {money(scenario.stars.par)}, and no forced close"
    if (rules := scenario.prop_desk) is not None:
        shares = (rules.target, rules.daily_loss, rules.trailing_drawdown)
        target, daily_loss, drawdown = (money(each * setup.balance) for each in shares)
        yield f"the desk: target {target}, daily loss {daily_loss}, trailing drawdown {drawdown},"
        yield f"          at least {rules.minimum_days} days; judged after every event and command, and at 00:00 UTC"
    for _ in take_book(attempt):
        pass  # what is refused is `challenges test`'s to tell


def _tested(chosen: Sequence[Scenario], as_json: bool) -> Told:
    lines, problems, proved = list[str](), list[ScenarioError](), 0
    for each in chosen:
        try:
            proof = prove(each, each.tape())
        except ScenarioError as error:
            problems.append(error)
            continue
        problems += proof.problems
        proved += proof.proved
        kept = proof.ghost[0] if proof.ghost else None
        if as_json:
            row = {"kind": "proof", "id": each.id, "proved": proof.proved, "solution": proof.solution.count}
            row |= {"naive": proof.naive.count, "naive_missing": list(proof.naive.missing)}
            lines.append(json.dumps({**row, "kept": None if kept is None else plain(kept)}))
        else:
            mark = "" if proof.proved else "  WRONG"
            amount = "–" if kept is None else money(kept)
            lines.append(f"{each.title[:36]:<36}  {proof.solution}  naive {proof.naive}  {amount:>12}{mark}")
    if not as_json:
        lines += ["", f"{proved} of {len(chosen)} proved: the solution earns ★★★, the naive attempt does not"]
    return Told(lines, list(problems))


# -- the daily


def _day(text: str | None) -> date:
    if text is None:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"daily: “{text[:40]}” is no date", "isocross daily --date 2026-11-22") from None


def _script(daily: Daily) -> list[str]:
    return [f"# isocross daily #{daily.number}, {daily.day}", *daily.lines()]


def _told(daily: Daily) -> Iterator[str]:
    yield f"isocross #{daily.number}, {daily.day} (UTC)"
    yield f"{daily.setup.venue}, {daily.setup.mode} margin, {money(daily.setup.balance)} to begin with"
    yield f"{' '.join(daily.recipe.setup.markets)}, one day of one-minute prices, the same for everybody"
    yield ""
    yield "To play it, put your commands and “@” lines below its set-up:"
    yield f"  isocross daily --date {daily.day} --script > daily.isocross"
    yield f"  isocross run daily.isocross --save daily-{daily.number}"
    yield f"  isocross daily --date {daily.day} --share daily-{daily.number}"
    yield ""
    yield "★ solvent, ★★ a profit at the end, ★★★ with half of the money as margin at most, and no forced close."


def _share(daily: Daily, options: Namespace) -> Iterator[str]:
    try:
        with Library.open() as library:
            saved = library.find(options.share)
            record = library.record(saved.id)
    except SaveError as error:
        raise UsageError(str(error)) from None
    try:
        run = run_of(daily, record, saved.id)
    except ValueError as error:
        raise UsageError(f"daily: {error}", "--date with the day that it was played") from None
    yield run.share_line(options.ascii)
    if options.score:
        yield f"score {score_of_record(record).points:.1f}"
