"""What is imported and read before it is asked for: in a thread, while the player looks at something else."""

from __future__ import annotations

from importlib import import_module

PLAYING = ("engine.session", "saves.live", "tui.playing.play", "tui.screens.desk")
SAVING = ("sqlite_utils", "faker")
TELLING = tuple(f"tui.dialogs.{each}" for each in ("result", "wiped_out", "explain", "liquidation"))
CHOOSING = ("tui.screens.new", "tui.screens.scenarios", "tui.words.scenario_details")
"""Modules, and what they are for."""


def import_all(*modules: str) -> None:
    """Import these."""
    for module in modules:
        import_module(module)


def look_ahead_from_home() -> None:
    """Everything that is one key away from Home: a desk, the New screen, and the ladder with its scenarios."""
    import_all(*PLAYING, *SAVING, *TELLING, *CHOOSING)
    from engine.scenarios.shipped import shipped_challenges, shipped_lessons

    shipped_lessons()
    shipped_challenges()
