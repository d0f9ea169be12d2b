"""What is told when an attempt is over: its stars and why, its score, a prop desk's verdict, and the other account."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content

from engine.looking.views import View
from engine.rulebooks.base import SetupError
from engine.scenarios.prop_desk import Verdict
from engine.scenarios.scenario import StarRules
from engine.scenarios.score import PER_CALL, PER_LIQUIDATION, PER_WIPE_OUT, Score
from engine.scenarios.stars import EMPTY, FILLED, Stars
from saves.attempts import Best
from tui.scenarios.found import Found
from tui.scenarios.scenario_play import ScenarioPlay
from tui.widgets.figures import MINUS, date_and_time, money
from tui.words.plain import harmless


def end_lines(play: ScenarioPlay, found: Found) -> Iterator[Content]:
    """Everything, a row or a paragraph each."""
    attempt = play.attempt
    yield from star_lines(attempt.stars(), found.scenario.stars)
    if attempt.verdict is not None:
        yield from verdict_lines(attempt.verdict)
    # A lesson is learnt or not: what the score means is said where it counts.
    score = None if found.group == "lesson" else play.score
    yield from score_lines(score, attempt.stars(), play.previous_best)
    if (rank := play.rivals.rank()) is not None:
        yield Content.assemble(("among the rivals ", "$iso-dim"), (f"{rank[0]} of {rank[1]}", "bold"))
    if play.share_line is not None:
        counted = "ranked" if play.ranked else "practice, not ranked"
        yield Content("")
        yield Content.assemble((f"to share ({counted}): ", "$iso-dim"), (play.share_line, "bold"))
    yield Content("")
    yield from _beside(play)


def star_lines(stars: Stars, rules: StarRules) -> Iterator[Content]:
    """Each star and what it is for, and why those that are missing were missed."""
    spared = f" but {', '.join(sorted(rules.forced_close))}" if rules.forced_close else ""
    par = f"never more than {money(rules.par)} behind positions (margin), nothing{spared} closed by force"
    solvent = "solvent: the account is worth more than nothing"
    for earned, name in ((stars.solvent, solvent), (stars.met, "every goal met"), (stars.clean, par)):
        sign = FILLED if earned else EMPTY
        yield Content.assemble((f"{sign} ", "bold $iso-key"), (name, "" if earned else "$iso-dim"))
    if stars.missing:
        yield Content.assemble(("✗ ", "$iso-danger"), harmless("; ".join(stars.missing)))


def verdict_lines(verdict: Verdict) -> Iterator[Content]:
    """Whether the desk keeps this trader; of a broken rule, which and when."""
    yield Content("")
    if verdict.passed:
        yield Content.styled("✓ The desk keeps you.", "bold $iso-calm")
    elif verdict.broken is None:
        yield Content.styled("✗ The desk does not keep you.", "bold $iso-warning")
    else:
        broken = verdict.broken
        yield Content.styled(f"✗ The desk takes its account back: the {broken.rule} was broken.", "bold $iso-danger")
        had = f"worth {money(broken.worth)}; it had to stay above {money(broken.floor)}"
        yield Content(f"  {date_and_time(broken.time)} UTC: {had}")


def score_lines(score: Score | None, stars: Stars, best: Best | None) -> Iterator[Content]:
    """The score with its terms, and how it stands to the best so far; without one, how the stars do."""
    if score is None:
        yield Content.styled(_so_far(None, stars, best), "$iso-dim")
        return
    so_far = (f"   {_so_far(score.points, stars, best)}", "$iso-dim")
    yield Content.assemble(("score ", "$iso-dim"), (_points(score.points), "bold"), so_far)
    lost = {
        "drawdown": score.drawdown,
        "calls": PER_CALL * score.calls,
        "liquidations": PER_LIQUIDATION * score.liquidations,
        "wiped out": PER_WIPE_OUT * score.wiped_out,
    }
    said = [f"growth {_points(100 * score.growth)}"]
    said += [f"{name} {MINUS}{100 * each:.1f}" for name, each in lost.items() if each]
    yield Content.styled(", ".join(said), "$iso-dim")


def _so_far(points: float | None, stars: Stars, best: Best | None) -> str:
    if best is None:
        return "the first attempt that is over"
    was = FILLED * best.stars + EMPTY * (3 - best.stars)
    better = stars.count > best.stars
    if points is not None and best.score is not None:
        was += f" {_points(best.score)}"
        better = (stars.count, points) > (best.stars, best.score)
    return f"the best so far; before: {was}" if better else f"best so far: {was}"


def _points(points: float) -> str:
    return f"{points:.1f}".replace("-0.0", "0.0").replace("-", MINUS)


def _beside(play: ScenarioPlay) -> Iterator[Content]:
    """The same commands in the other kind of account, what to look at, and the sentence."""
    attempt = play.attempt
    try:
        both = attempt.beside_ghost()
    except SetupError as error:
        yield Content(harmless(f"The other account can’t be played on these prices: {error}"))
        return
    if both.ghost is not None:
        yield from beside_lines(play.view(), both.ghost, attempt.scenario.closing.ghost.name)
        yield Content("")
    look_at, sentence = attempt.closing(both)
    for paragraph in look_at.split("\n\n"):
        yield Content(harmless(" ".join(paragraph.split())))
    yield Content("")
    yield Content.styled(harmless(" ".join(sentence.split())), "bold $iso-key")


def beside_lines(own: View, other: View, name: str) -> Iterator[Content]:
    """Both accounts in a table."""
    ghost = f"the same in {harmless(name)}"[:28]
    yield Content.assemble((f"{'':<14}", ""), (f"{'you':>14}", "bold"), (f"{ghost:>30}", "$iso-ghost"))
    rows = [
        ("equity", money(own.equity), money(other.equity)),
        ("positions", str(len(own.positions)), str(len(other.positions))),
        ("margin calls", str(own.calls), str(other.calls)),
        ("liquidations", str(own.liquidations), str(other.liquidations)),
    ]
    for label, yours, theirs in rows:
        yield Content.assemble((f"{label:<14}", "$iso-dim"), f"{yours:>14}", (f"{theirs:>30}", "$iso-ghost"))
