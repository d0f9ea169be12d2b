"""How far something is, as a line of text: a bar and a percentage."""

from __future__ import annotations

WIDTH = 24


def progress_text(done: float, what: str = "") -> str:
    """`████████░░░░░░░░░░░░░░░░  33 %  reading btc.csv`; `done` is 0 to 1."""
    share = min(max(done, 0.0), 1.0)
    full = int(share * WIDTH)
    return f"{'█' * full}{'░' * (WIDTH - full)} {100 * share:3.0f} %  {what}".rstrip()


def played(step: int, steps: int) -> str:
    """How much of a tape of `steps` vertices was played, rounded down: 100 % is the end and nothing before it."""
    return f"{100 * step // max(steps - 1, 1)} %"
