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
