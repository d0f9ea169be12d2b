"""What panels tell the screen they are on. A panel knows no other panel, and no session."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message


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
