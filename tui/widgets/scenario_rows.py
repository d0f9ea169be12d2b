"""What the scenario's panel says, as lines: the step, what to do, how far its goal is, hints, a prop desk's limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from textual.content import Content

from engine.looking.views import PositionView, View
from engine.scenarios.attempt import HINTS, Progress
from engine.scenarios.conditions.words import GoalLine
from engine.scenarios.prop_desk import Verdict
from tui.widgets.bars import used
from tui.widgets.figures import money, price, signed, size
from tui.words.plain import harmless

HINT_NAMES = ("a nudge", "the formula", "what to type")


@dataclass(frozen=True, slots=True)
class StepKeys:
    """The player's keys: for the `:` line, for a hint, to begin again, and to see the end once more."""

    command: str
    hint: str
    restart: str
    show: str


@dataclass(frozen=True, slots=True)
class ShownStep:
    """All that the panel shows of an attempt.

    Attributes:
        title: of the scenario.
        progress: the step it is at.
        goal: the parts of the step's goal, as they are now.
        just_done: the number of the step that was done a moment ago; None where none was.
        verdict: what a prop desk says; None without one.
        view: the account.
    """

    title: str
    progress: Progress
    goal: tuple[GoalLine, ...]
    just_done: int | None
    verdict: Verdict | None
    view: View


def steps_line(progress: Progress) -> str:
    """`✓✓▸○○ step 3 of 5`; of a single step nothing."""
    if progress.count == 1:
        return ""
    done = progress.count if progress.done else progress.number - 1
    signs = "✓" * done + ("" if progress.done else "▸" + "○" * (progress.count - done - 1))
    return f"step {progress.number} of {progress.count} {signs}"


def text_of_step(shown: ShownStep) -> Content:
    """What the step is about, a paragraph a line."""
    paragraphs = [Content(harmless(" ".join(each.split()))) for each in shown.progress.text.split("\n\n")]
    done = []
    if shown.just_done is not None and not shown.progress.done:
        done = [Content.styled(f"✓ Step {shown.just_done} is done. The next one:", "bold $iso-calm")]
    return Content("\n\n").join([*done, *paragraphs])


def task_of_step(shown: ShownStep, keys: StepKeys) -> Content:
    """What to do, how far it is, and the hints that were asked for."""
    return Content("\n").join(_task(shown, keys))


def _task(shown: ShownStep, keys: StepKeys) -> Iterator[Content]:
    progress = shown.progress
    if progress.over:
        yield _over(progress, keys)
    else:
        yield Content.assemble(("▸ ", "bold $iso-key"), (harmless(" ".join(progress.do.split())), "bold"))
    yield from map(_goal_line, shown.goal)
    if shown.verdict is not None:
        yield from _limits(shown.verdict)
    if not progress.over:
        yield from _hints(progress.hints, keys)


def _over(progress: Progress, keys: StepKeys) -> Content:
    said = "Every step is done: " if progress.done else "It is over: "
    tone = "bold $iso-calm" if progress.done else "bold $iso-warning"
    tell = f"   {keys.show} tells it again, {keys.restart} begins anew"
    return Content.assemble((said, tone), (str(progress.stars), "bold $iso-key"), (tell, "$iso-dim"))


def _goal_line(line: GoalLine) -> Content:
    mark, tone = ("✓", "$iso-calm") if line.met else ("○", "$iso-warning")
    now = f"   {line.now}" if line.now and line.text.startswith("the right number") else f"   now {line.now}"
    return Content.assemble((f"{mark} ", tone), line.text, (now if line.now else "", "$iso-dim"))


def _hints(hints: Sequence[str], keys: StepKeys) -> Iterator[Content]:
    for place, hint in enumerate(hints):
        name = (f"hint {place + 1}, {HINT_NAMES[place]}: ", "$iso-key")
        text = harmless(" ".join(hint.split())) if place < HINTS - 1 else _typed(hint, keys.command)
        yield Content.assemble(name, (text, "" if place < HINTS - 1 else "bold"))
    if len(hints) < HINTS:
        yield Content.assemble((keys.hint, "bold $iso-key"), (f" gives a hint: {HINT_NAMES[len(hints)]}", "$iso-dim"))


def _typed(lines: str, command_key: str) -> str:
    return ", then ".join(f"{command_key} {harmless(line)} ⏎" for line in lines.splitlines())


def _limits(verdict: Verdict) -> Iterator[Content]:
    """What a prop desk still allows, and what it still wants."""
    for rule, floor in verdict.floors:
        left = verdict.worth - floor
        broken = verdict.broken is not None and verdict.broken.rule == rule
        mark, tone = ("✗", "$iso-danger") if broken or left <= 0 else ("✓", "$iso-calm")
        text = "broken" if mark == "✗" else f"{money(left)} left"
        yield Content.assemble((f"{mark} ", tone), f"{rule}: {text}", (f"   down to {money(floor)}", "$iso-dim"))
    wanted = verdict.target - verdict.worth
    target = f"{money(wanted)} to go" if wanted > 0 else "reached"
    yield _limit(wanted <= 0, f"target {money(verdict.target)}: {target}", f"now {money(verdict.worth)}")
    traded = f"traded on {verdict.days} of at least {verdict.minimum_days} days"
    yield _limit(verdict.days >= verdict.minimum_days, traded, "")


def _limit(met: bool, text: str, now: str) -> Content:
    return _goal_line(GoalLine(text, now.removeprefix("now "), met))


def account_line(view: View, width: int) -> str:
    """The account in one row, as the panels of the desk have it: as many positions as fit in `width` cells."""
    pieces = [f"equity {money(view.equity)}", *(_position(view, each) for each in view.positions)]
    if len(pieces) == 1:
        pieces.append("no position")
    while len("  ".join(pieces)) > width and len(pieces) > 1:
        pieces.pop()
    left = len(view.positions) - len(pieces) + 1
    return "  ".join(pieces) + (f" +{left}" if left > 0 else "")


def _position(view: View, position: PositionView) -> str:
    market = view.market(position.symbol)
    entry = price(position.entry_price, market.tick_size)
    pool = next((each for each in view.pools if each.key == position.pool), None)
    gauge = "" if pool is None or pool.gauge is None else f" {used(pool.gauge)}"
    return f"{position.symbol} {size(position.size)} @ {entry} PnL {signed(position.unrealised)}{gauge}"
