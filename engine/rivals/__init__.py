"""Rivals: others who play the same tape under the same rules, each in a session of their own.

`strategies` are what they do, `board.Rivals` plays them beside the player and ranks everybody. Their names come from
outside (`saves.rival_names`): the engine makes none.
"""

from engine.rivals.board import Rivals, Row
from engine.rivals.rival import Rival
from engine.rivals.strategies import STRATEGIES, Strategy

__all__ = ["STRATEGIES", "Rival", "Rivals", "Row", "Strategy"]
