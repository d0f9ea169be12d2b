"""Rivals: others who play the same tape under the same rules, each in a session of their own.

`strategies` are what they do, `rival.Rival` plays one of them, `board.board_of` ranks everybody. Their names come from
outside (`saves.rival_names`): the engine makes none.
"""

from engine.rivals.board import Rivals, Row, board_of
from engine.rivals.rival import Act, Rival
from engine.rivals.strategies import STRATEGIES, Strategy, described

__all__ = ["STRATEGIES", "Act", "Rival", "Rivals", "Row", "Strategy", "board_of", "described"]
