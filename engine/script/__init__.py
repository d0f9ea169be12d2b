"""Scripts: a session's set-up, its prices and its commands as text.

A script starts with its set-up, then has commands, each at the time reached, and moves of time:

    venue hyperliquid
    balance 2000
    path ETH 1m 2000 1950 !1700  # prices a minute apart; ! marks a jump
    buy $10000 ETH 10x iso
    @ +2m
    @ end

All set-up but the prices may be left out.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.script.moves import (
        ANY,
        EVENT_KINDS,
        MOVE_EXAMPLES,
        MoveError,
        MoveTime,
        Target,
        parse_move,
        target_step,
    )
    from engine.script.reader import Script, ScriptError, ScriptLine, read_script, read_setup
    from engine.script.recipes import DEFAULT_START, InlinePaths, PricesRecipe, Recipe, SyntheticRecipe
    from engine.script.setup_lines import SETUP_EXAMPLES
    from engine.script.words import WordsError, duration_text, parse_duration, parse_time, time_text

__all__ = [
    "ANY",
    "DEFAULT_START",
    "EVENT_KINDS",
    "MOVE_EXAMPLES",
    "SETUP_EXAMPLES",
    "InlinePaths",
    "MoveError",
    "MoveTime",
    "PricesRecipe",
    "Recipe",
    "Script",
    "ScriptError",
    "ScriptLine",
    "SyntheticRecipe",
    "Target",
    "WordsError",
    "duration_text",
    "parse_duration",
    "parse_move",
    "parse_time",
    "read_script",
    "read_setup",
    "target_step",
    "time_text",
]

_HOMES = {
    "ANY": "engine.script.moves",
    "DEFAULT_START": "engine.script.recipes",
    "EVENT_KINDS": "engine.script.moves",
    "InlinePaths": "engine.script.recipes",
    "MOVE_EXAMPLES": "engine.script.moves",
    "MoveError": "engine.script.moves",
    "MoveTime": "engine.script.moves",
    "PricesRecipe": "engine.script.recipes",
    "Recipe": "engine.script.recipes",
    "SETUP_EXAMPLES": "engine.script.setup_lines",
    "Script": "engine.script.reader",
    "ScriptError": "engine.script.reader",
    "ScriptLine": "engine.script.reader",
    "SyntheticRecipe": "engine.script.recipes",
    "Target": "engine.script.moves",
    "WordsError": "engine.script.words",
    "duration_text": "engine.script.words",
    "parse_duration": "engine.script.words",
    "parse_move": "engine.script.moves",
    "parse_time": "engine.script.words",
    "read_script": "engine.script.reader",
    "read_setup": "engine.script.reader",
    "target_step": "engine.script.moves",
    "time_text": "engine.script.words",
}


def __getattr__(name: str) -> object:
    """Names are fetched when they are first used: the `:` line knows how time moves, and needs no reader of scripts."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
