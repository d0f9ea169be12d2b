"""What panels tell the screen they are on. A panel knows no other panel, and no session."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message


class PanelShown(Message):
    """A panel that was hidden is seen: what it shows may be old."""


@dataclass
class CommandTyped(Message):
    """The `:` line was sent."""

    text: str


@dataclass
class CommandLeft(Message):
    """The `:` line was left without sending."""


@dataclass
class TicketSent(Message):
    """The ticket was confirmed; `text` is the order in the command grammar."""

    text: str


@dataclass
class TicketDropped(Message):
    """The ticket was closed without sending."""


@dataclass
class FigureOpened(Message):
    """A figure of a pool is to be opened into its terms; `name` as `engine.looking.views.Explanation.figure` has it,
    `position` the key of the position it belongs to."""

    pool: str
    name: str
    position: str | None = None


@dataclass
class LiquidationOpened(Message):
    """A liquidation that happened on the way to vertex `step` is to be told again."""

    step: int


@dataclass
class CommandWanted(Message):
    """A panel wants a command to be typed at the `:` line, for the player to look at and to send."""

    text: str
