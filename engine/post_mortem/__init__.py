"""Why a pool was liquidated, or how it stands: in numbers, and by playing it again with one thing changed."""

from engine.post_mortem.attribution import Attribution, Part
from engine.post_mortem.played import CannotFollow, Played, Stopped, play
from engine.post_mortem.price_path import PathPoint, PricePath
from engine.post_mortem.story import NothingKept, PostMortem, Vertex, post_mortem
from engine.post_mortem.terms import TermChange

__all__ = [
    "Attribution",
    "CannotFollow",
    "NothingKept",
    "Part",
    "PathPoint",
    "Played",
    "PostMortem",
    "PricePath",
    "Stopped",
    "TermChange",
    "Vertex",
    "play",
    "post_mortem",
]
