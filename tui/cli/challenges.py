"""What `isocross challenges` and `isocross daily` do: the challenges, their proof, and the day's tape."""

from __future__ import annotations

import json
import textwrap
from argparse import Namespace
from collections.abc import Iterator, Sequence

from engine.numbers import plain
from engine.scenarios.attempt import Attempt
from engine.scenarios.challenge import take_book
from engine.scenarios.daily import DAILY, Daily, DailyError, daily_of, run_of
from engine.scenarios.errors import ScenarioError
from engine.scenarios.proof import prove
from engine.scenarios.scenario import Scenario
from engine.scenarios.score import score_of_record
from engine.scenarios.shipped import shipped_challenges
from engine.sentences import money
from engine.tapes.daily import MARKETS
from saves import Library, SaveError
from saves.attempts import Best
from tui.cli.lessons import Told
from tui.cli.options import UsageError, challenges_options, daily_options, lessons_options
from tui.cli.scenario_play import day_named, named, today
from tui.cli.stars import known_stars, stars_row, stars_text
from tui.prices.source import SourceError
from tui.scenarios.found import Found, Wrong, challenges
from tui.scenarios.ladder import ranked_run

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
        best, notes = known_stars()
        return Told(list(_listed(options.json, best)), notes=notes)
    if options.action == "show":
        return Told(list(_shown(named("challenges", options.names[0], "show"))))
    chosen = [named("challenges", name, "test") for name in options.names] if options.names else challenges()
    return _tested(chosen, options.json)


def tell_daily(words: Sequence[str]) -> Told:
    """What `isocross daily` was asked: the set-up, or with --share the line of a saved session.

    Raises:
        UsageError: for a date without a daily, a session that isn't there, and one that is no attempt at it.
    """
    options = daily_options(words)
    try:
        daily = daily_of(day_named(options.date))
    except DailyError as error:
        raise UsageError(f"daily: {error}", "isocross daily") from None
    if options.share is not None:
        return Told(list(_share(daily, options) if options.share else _share_ranked(daily, options)))
    return Told(_script(daily)) if options.script else _told(daily)


TELLERS = {"lessons": tell_lessons, "challenges": tell_challenges, "daily": tell_daily}
"""What tells each, by the command."""


# -- challenges


def _listed(as_json: bool, best: dict[str, Best]) -> Iterator[str]:
    for number, each in enumerate(shipped_challenges(), 1):
        known = best.get(each.id)
        if as_json:
            row = {"kind": "challenge", "number": number, "id": each.id, "title": each.title, "teaches": each.teaches}
            row |= {"venue": each.setup.venue, "mode": each.setup.mode, "book": _book(each), **stars_row(known)}
            yield json.dumps(row)
            continue
        score = "" if known is None or known.score is None else f"   best score {known.score:.1f}"
        yield f"{number:>3}  {stars_text(known)}  {each.title}{score}"
        yield from textwrap.wrap(each.teaches, WIDTH, initial_indent=" " * 10, subsequent_indent=" " * 10)
    if not as_json:
        yield ""
        yield "isocross challenges play 1 begins one; isocross challenges show 1 shows what is in it"


def _book(scenario: Scenario) -> list[str]:
    return [line.text for line in scenario.book]


def _shown(found: Found) -> Iterator[str]:
    scenario = found.scenario
    attempt = Attempt(scenario, found.tape)
    for _ in take_book(attempt):
        pass  # what is refused is `challenges test`'s to tell
    setup = scenario.setup
    yield scenario.title
    yield scenario.teaches
    yield ""
    yield f"{setup.venue}, {setup.mode} margin, {money(setup.balance)} to begin with"
    yield from textwrap.wrap(found.described(attempt.tape.origin.description), WIDTH)
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


def _tested(chosen: Sequence[Found], as_json: bool) -> Told:
    lines, problems, proved = list[str](), list[Wrong](), 0
    for found in chosen:
        each = found.scenario
        try:
            proof = prove(each, found.tape)
        except (ScenarioError, SourceError) as error:
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
    return Told(lines, problems)


# -- the daily


def _script(daily: Daily) -> list[str]:
    return [f"# isocross daily #{daily.number}, {daily.day}", *daily.lines()]


def _told(daily: Daily) -> Told:
    line, notes = None, list[str]()
    try:
        with Library.open() as library:
            run = ranked_run(library.attempts, daily.day)
            begun = library.attempts.has_ranked(f"{DAILY}{daily.day}")
        line = run.share_line() if run is not None else "begun, and not over" if begun else None
    except SaveError as error:
        notes.append(f"what you have played is not shown: {error}")
    return Told([*_head(daily), *_standing(daily, line), *_by_script(daily)], notes=notes)


def _head(daily: Daily) -> Iterator[str]:
    yield f"isocross #{daily.number}, {daily.day} (UTC)"
    yield f"{daily.setup.venue}, {daily.setup.mode} margin, {money(daily.setup.balance)} to begin with"
    yield f"{' '.join(MARKETS)}, one day of one-minute prices, the same for everybody"
    yield ""


def _standing(daily: Daily, line: str | None) -> Iterator[str]:
    """How the day’s ranked attempt stands."""
    old = daily.day < today()
    words = f"isocross daily play{f' --date {daily.day}' if old else ''}"
    if line is not None:
        yield f"your ranked attempt: {line}"
        yield f"{words}   to go on with an attempt that is not over, or to practise"
    elif old:
        yield f"{words}   to practise: only today’s can be ranked"
    elif daily.day == today():
        yield f"{words}   to play it: the first attempt is ranked, all others are practice"
    yield ""


def _by_script(daily: Daily) -> Iterator[str]:
    yield "To play it as a script, put your commands and “@” lines below its set-up:"
    yield f"  isocross daily --date {daily.day} --script > daily.isocross"
    yield f"  isocross run daily.isocross --save daily-{daily.number}"
    yield f"  isocross daily --date {daily.day} --share daily-{daily.number}"
    yield ""
    yield "★ solvent, ★★ a profit at the end, ★★★ with half of the money as margin at most, and no forced close."


def _share_ranked(daily: Daily, options: Namespace) -> Iterator[str]:
    """The line of the day’s ranked attempt."""
    identity = f"{DAILY}{daily.day}"
    try:
        with Library.open() as library:
            run = ranked_run(library.attempts, daily.day)
            attempts = library.attempts.of_scenario(identity)
    except SaveError as error:
        raise UsageError(str(error)) from None
    if run is None:
        begun = any(each.ranked for each in attempts)
        why = "is not over" if begun else "has not been played"
        raise UsageError(f"daily: the ranked attempt of {daily.day} {why}", "isocross daily play")
    yield run.share_line(options.ascii)
    score = next((each.outcome.score for each in attempts if each.ranked and each.outcome is not None), None)
    if options.score and score is not None:
        yield f"score {score:.1f}"


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
