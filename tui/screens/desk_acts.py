"""What the desk's keys do: each types a command. Those that move time are in `desk_time`."""

from __future__ import annotations

from abc import abstractmethod

from textual.widget import Widget

from engine.commands.command import MODE_WORDS
from tui.forms.ticket import LEVERAGES, TicketForm
from tui.messages import CommandWanted
from tui.playing.play import Play
from tui.screens.desk_one_key import OneKeyMode
from tui.screens.session_screen import SessionScreen
from tui.widgets.command_line import CommandLine
from tui.widgets.ticket import Ticket


class DeskActs(SessionScreen):
    """The desk's actions. The desk itself adds the panels and the wiring."""

    play: Play
    one_key: OneKeyMode
    _behind: Widget | None = None

    @abstractmethod
    def give(self, text: str) -> bool:
        """Give a command; whether it was accepted."""

    @property
    def armed(self) -> bool:  # type: ignore[override]
        """Whether single keys trade at once."""
        return self.one_key.armed

    def action_ticket(self, side: str) -> None:
        if self.one_key.armed:
            self.one_key.order("sell" if side == "sell" else "buy")
            return
        form = TicketForm("sell" if side == "sell" else "buy", self._view().markets, self.symbol)
        self._hold("ticket")
        self.add_class("-ticket")
        self.query_one(Ticket).open(form)
        self.say("Time stands still while the ticket is open.")
        self.draw()

    def _hold(self, what: str) -> None:
        """Let time stand still while something is open, and remember which panel the keys were for."""
        if not self.play.holds:
            self._behind = self.focused
        self.play.holds.add(what)

    def action_command(self, text: str = "") -> None:
        self._hold("command")
        self.query_one(CommandLine).open(text)
        self.say("")
        self.draw()

    def action_type_for(self, words: str) -> None:
        """Begin a command at the `:` line, with the market already in it."""
        verb, _, rest = words.partition(" ")
        if verb == "close" and self.one_key.armed:
            self.one_key.close()
            return
        typed = {
            "close": f"close {self.symbol}",
            "reverse": f"reverse {self.symbol}",
            "protect": f"protect {self.symbol} ",
            "cancel": f"cancel {self.symbol}",
            "margin": f"margin {self.symbol} {rest}",
        }
        self.action_command(typed.get(verb, verb))

    def action_all(self, text: str) -> None:
        """Flatten or cancel all: typed at the `:` line, or given at once where the player wants no second look."""
        if self.one_key.at_once(text):
            self.give(text)
        else:
            self.action_command(text)

    def action_arm(self) -> None:
        self.one_key.toggle()

    def action_mode(self) -> None:
        market = self._view().market(self.symbol)
        self.give(f"mode {self.symbol} {MODE_WORDS['cross' if market.mode == 'isolated' else 'isolated']}")

    def action_leverage(self, by: int) -> None:
        market = self._view().market(self.symbol)
        most = market.largest_leverage
        steps = [each for each in LEVERAGES if each < most] + [most]
        wanted = [each for each in steps if each > market.leverage] if by > 0 else steps[::-1]
        chosen = next((each for each in wanted if (each - market.leverage) * by > 0), None)
        if chosen is None:
            self.say(f"{market.leverage}x is as {'high' if by > 0 else 'low'} as it goes for {self.symbol}.")
        else:
            self.give(f"leverage {self.symbol} {chosen}x")

    def on_command_wanted(self, message: CommandWanted) -> None:
        if self.one_key.armed and message.text.startswith("close "):
            self.give(message.text)
        else:
            self.action_command(message.text)

    def action_quiet(self) -> None:
        if self.one_key.armed:
            self.one_key.toggle()
        else:
            super().action_quiet()
