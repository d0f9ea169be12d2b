"""The player's stars beside a list of scenarios: what the library knows, and why it knows nothing."""

from __future__ import annotations

from saves import Library, SaveError
from saves.attempts import MOST_STARS, Best

NO_STARS = "···"


def known_stars() -> tuple[dict[str, Best], list[str]]:
    """The best finished attempt at each scenario by its id, and what is to be said where the library can't be read."""
    try:
        with Library.open() as library:
            return library.attempts.best(), []
    except SaveError as error:
        return {}, [f"your stars are not shown: {error}"]


def stars_text(best: Best | None) -> str:
    """`★★☆`; dots where nothing was finished yet."""
    return NO_STARS if best is None else "★" * best.stars + "☆" * (MOST_STARS - best.stars)


def stars_row(best: Best | None) -> dict[str, object]:
    """The same for a row of JSON: null where nothing was finished yet."""
    return {"stars": None if best is None else best.stars, "score": None if best is None else best.score}
