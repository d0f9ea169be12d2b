"""What is said of a chosen scenario: what it teaches, its rules and prices, how long it is, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from rich.cells import cell_len
from textual.content import Content

from engine.scenarios.errors import ScenarioError
from engine.scenarios.scenario import Scenario
from engine.scenarios.stars import EMPTY, FILLED
from engine.scenarios.texts import Text
from engine.sentences import money
from engine.tape import Tape
from saves.attempts import MOST_STARS
from tui.playing.frame_clock import SPEEDS
from tui.scenarios.found import Wrong
from tui.scenarios.ladder import Rung
from tui.widgets.figures import MINUS
from tui.words.plain import harmless

WORDS_A_MINUTE = 150
"""How fast somebody reads who wants to understand it."""
MINUTES_A_STEP = 1
"""How long one thinks and types for a step."""
LONGEST_SITTING = 600
"""Seconds that a tape should last at the speed that is said beside it."""
DAY, HOUR, MINUTE = 86_400, 3_600, 60

LABEL = 11
"""Columns of the names of facts."""

Told = tuple[str, str]


@dataclass(frozen=True, slots=True)
class PricesTold:
    """What is known of a scenario’s prices once they are made.

    Attributes:
        description: where they come from.
        notes: what else is to be known of them, a sentence each.
        seconds: how long they last.
        wrong: why there are none; empty where there are.
    """

    description: str = ""
    notes: tuple[str, ...] = ()
    seconds: int = 0
    wrong: str = ""


def prices_told(tape: Tape) -> PricesTold:
    """What is to be said of a tape."""
    origin = tape.origin
    return PricesTold(origin.description, origin.notes, int(tape.times[-1] - tape.times[0]) // 1000)


def title_of(row: Rung | Wrong) -> str:
    """What the box around the details is called."""
    if isinstance(row, Exception):
        return "A file that can’t be played"
    group, name = row.found.group, row.found.name
    named = {"lesson": f"Lesson {name}", "challenge": f"Challenge {name}", "daily": "Daily"}
    return named.get(group, "Your own")


def details(row: Rung | Wrong, prices: PricesTold | None, keys: Content, width: int) -> Iterator[Content]:
    """A chosen row in full, each fact with its name before it.

    Args:
        row: the scenario, or what is wrong with a file.
        prices: what is known of its prices; None while they are made.
        keys: what the keys do with it.
        width: columns.
    """
    if isinstance(row, Exception):
        yield from _of_wrong(row, width)
        return
    scenario = row.found.scenario
    yield Content.styled(harmless(scenario.title), "bold $iso-key")
    yield Content("")
    yield Content(_flowed(scenario.teaches))
    yield Content("")
    yield keys
    yield Content("")
    for name, told in _facts(row, prices):
        yield from _fact(name, told, width)


def brief_details(row: Rung | Wrong, prices: PricesTold | None, keys: Content, width: int) -> Iterator[Content]:
    """The same in few lines, for a small terminal."""
    if isinstance(row, Exception):
        yield from _of_wrong(row, width)
        return
    scenario = row.found.scenario
    yield keys
    yield Content(_flowed(scenario.teaches))
    facts = {name: list(told) for name, told in _facts(row, prices)}
    lengths = [text for text, _ in facts["length"][:1]]
    rules = f"{scenario.setup.venue} {scenario.setup.mode}"
    yield Content.styled(" · ".join((rules, _balance(scenario), *lengths)), "$iso-dim")
    for name, told in facts.items():
        if name not in ("rules", "length", "begins with"):
            yield from _fact(name, told[:1] if name in ("best", "prices") else told, width)


# -- facts


def _facts(rung: Rung, prices: PricesTold | None) -> Iterator[tuple[str, Sequence[Told]]]:
    scenario = rung.found.scenario
    if rung.needs:
        yield "before it", [_need(need.done, f"{need.number} {need.title}".strip()) for need in rung.needs]
    if (goal := _goal(scenario)) is not None:
        yield "goal", [goal]
    yield "best", list(_best(rung))
    if (under_way := _under_way(rung)) is not None:
        yield "under way", [under_way]
    if rung.run is not None:
        yield "to share", [(rung.run.share_line(), "$iso-text")]
    yield "rules", [(f"{scenario.setup.venue}, {scenario.setup.mode} margin", "$iso-text"), *_modified(scenario)]
    yield "begins with", [(_balance(scenario), "$iso-text")]
    if scenario.book:
        yield "given book", [(harmless("; ".join(line.text for line in scenario.book)), "$iso-text")]
    yield "length", list(_length(rung, prices))
    yield "prices", list(_prices(rung, prices))
    if scenario.prop_desk is not None:
        yield "the desk", [(_desk(scenario), "$iso-text")]
    yield "stars", list(_stars(scenario))


def _need(done: bool, title: str) -> Told:
    return (f"✓ {harmless(title)}", "$iso-calm") if done else (f"○ {harmless(title)}: better first", "$iso-warning")


def _goal(scenario: Scenario) -> Told | None:
    """What to do, where it is one thing, and said without figures that only playing gives."""
    pieces = scenario.steps[0].do.pieces
    words = [piece for piece in pieces if isinstance(piece, str)]
    one = len(scenario.steps) == 1 and len(words) == len(pieces)
    return (_flowed("".join(words)), "$iso-text") if one else None


def score_text(score: float) -> str:
    """`−14.3`."""
    return f"{score:.1f}".replace("-", MINUS)


def _best(rung: Rung) -> Iterator[Told]:
    best = rung.best
    if best is None:
        yield "not finished yet" if rung.attempts else "not tried yet", "$iso-dim"
        return
    count = sum(each.outcome is not None for each in rung.attempts)
    when = next((each.begun[:10] for each in rung.attempts if each.session == best.session), "")
    score = "" if best.score is None or rung.found.group == "lesson" else f"  score {score_text(best.score)}"
    yield f"{FILLED * best.stars}{EMPTY * (MOST_STARS - best.stars)}{score}  {when}".rstrip(), "$iso-key"
    gone = "" if rung.best_session is not None else ", its session is deleted"
    yield f"of {count} finished attempt{'' if count == 1 else 's'}{gone}", "$iso-dim"


def _under_way(rung: Rung) -> Told | None:
    session = rung.unfinished
    if session is None:
        return None
    played = f"“{harmless(session.name)}”, saved {session.played[:16].replace('T', ' ')}"
    return f"{played}, worth {money(session.equity)}", "$iso-text"


def _modified(scenario: Scenario) -> Iterator[Told]:
    if scenario.setup.modified:
        yield harmless("; ".join(scenario.setup.modified)), "$iso-dim"


def _balance(scenario: Scenario) -> str:
    return f"{money(scenario.setup.balance).removesuffix('.00')} dollars"


def _length(rung: Rung, prices: PricesTold | None) -> Iterator[Told]:
    scenario = rung.found.scenario
    count = len(scenario.steps)
    if count > 1:
        yield f"{count} steps, about {minutes(scenario)} minutes", "$iso-text"
    if prices is None or not prices.seconds:
        return
    lasts = f"{span(prices.seconds)} of prices"
    speed = next(each for each in SPEEDS if prices.seconds <= each * LONGEST_SITTING)
    if count > 1 or speed == SPEEDS[0]:
        yield lasts, "$iso-dim"
    else:
        yield f"{lasts}: {max(round(prices.seconds / speed / MINUTE), 1)} minutes at ×{speed:,.0f}", "$iso-text"


def _prices(rung: Rung, prices: PricesTold | None) -> Iterator[Told]:
    if prices is None:
        yield "…", "$iso-dim"
    elif prices.wrong:
        yield f"✗ {harmless(prices.wrong)}", "$iso-danger"
    else:
        yield harmless(rung.found.described(prices.description)), "$iso-text"
        for note in prices.notes:
            yield harmless(note), "$iso-dim"


def _desk(scenario: Scenario) -> str:
    rules, balance = scenario.prop_desk, scenario.setup.balance
    if rules is None:
        return ""
    shares = (rules.target, rules.daily_loss, rules.trailing_drawdown)
    target, daily, trailing = (money(share * balance) for share in shares)
    return (
        f"make {target}; it takes the account back for {daily} lost on a day, or {trailing} below your best; "
        f"trade on at least {rules.minimum_days} days"
    )


def _stars(scenario: Scenario) -> Iterator[Told]:
    yield "★ solvent   ★★ every goal met", "$iso-text"
    yield f"★★★ with at most {money(scenario.stars.par)} as margin, and no forced close", "$iso-text"


# -- how long


def minutes(scenario: Scenario) -> int:
    """About how many minutes a scenario takes whoever reads every word of it."""
    texts = [text for step in scenario.steps for text in (step.text, step.do)]
    words = sum(map(_words, [*texts, scenario.closing.look_at, scenario.closing.sentence]))
    return ceil(words / WORDS_A_MINUTE + MINUTES_A_STEP * len(scenario.steps))


def _words(text: Text) -> int:
    return sum(len(piece.split()) if isinstance(piece, str) else 1 for piece in text.pieces)


def span(seconds: int) -> str:
    """A stretch of time in its largest units: `100 minutes`, `36 hours`, `6 days`."""
    for length, least, unit in ((DAY, 3 * DAY, "days"), (HOUR, 3 * HOUR, "hours")):
        if seconds >= least:
            return f"{seconds / length:.1f}".removesuffix(".0") + f" {unit}"
    return f"{max(seconds // MINUTE, 1)} minute{'' if seconds < 2 * MINUTE else 's'}"


# -- a file that can't be read


def _of_wrong(wrong: Wrong, width: int) -> Iterator[Content]:
    if not isinstance(wrong, ScenarioError):
        yield from _fact("wrong", [(harmless(str(wrong)), "$iso-danger")], width)
        return
    rows = [("file", wrong.file), ("line", str(wrong.line)), ("field", wrong.field), ("wrong", wrong.reason)]
    for name, told in [*rows, ("try", wrong.would_work)]:
        if told:
            yield from _fact(name, [(harmless(told), "$iso-danger" if name == "wrong" else "$iso-text")], width)
    yield Content("")
    yield Content.styled("docs/write-a-scenario.md says what a file may say.", "$iso-dim")


# -- laying out


def _fact(name: str, told: Sequence[Told], width: int) -> Iterator[Content]:
    """A name, and beside it each text in lines of its own."""
    room, gap = max(width - LABEL - 2, 16), " " * (LABEL + 2)
    rows = [(line, style) for text, style in told for line in wrapped(text, room)]
    for place, (line, style) in enumerate(rows):
        yield Content.assemble((gap if place else f"{name:<{LABEL + 2}}", "$iso-dim"), (line, style))


def wrapped(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` cells, broken between words where it can be."""
    lines = [""]
    for word in text.split(" "):
        while cell_len(word) > width:
            lines, word = [*lines, word[:width]] if lines[-1] else [*lines[:-1], word[:width]], word[width:]
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        lines = [*lines[:-1], joined] if cell_len(joined) <= width else [*lines, word]
    return lines


def _flowed(text: str) -> str:
    return harmless(" ".join(text.split()))
