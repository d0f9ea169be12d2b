"""What the desk's keys do: each types a command, or moves time."""

from __future__ import annotations

from abc import abstractmethod

from textual.screen import Screen

from engine.commands import MODE_WORDS
from engine.tape import Tape
from engine.views import View
from tui.play import REPORTED, Fault, Goal, Play
from tui.ticket_form import LEVERAGES, TicketForm
from tui.widgets.chart import CandleChart
from tui.widgets.command_line import CommandLine
from tui.widgets.ticket import Ticket

PANES = ("desk", "pools", "positions", "events")
RISKLESS = "Nothing is open and no order waits, so nothing can happen: b buys, s sells, space lets time run."


class DeskActs(Screen[None]):
    """The desk's actions. The desk itself adds the panels and the wiring."""

    play: Play
    symbol: str
    _pane = PANES[0]

    @abstractmethod
    def give(self, text: str) -> bool:
        """Give a command; whether it was accepted."""

    @abstractmethod
    def say(self, text: str, tone: str = "plain") -> None:
        """Say something in the notice line."""

    @abstractmethod
    def draw(self) -> None:
        """Draw everything as it is now."""

    @abstractmethod
    def passed(self, seconds: float | None) -> None:
        """Let a frame of `seconds` pass; None: one step of the tape."""

    @property
    def tape(self) -> Tape:
        """The session's prices."""
        return self.play.session.tape

    def _view(self) -> View:
        try:
            return self.play.view()
        except Fault as fault:
            self.say(str(fault), "danger")
            return self.play.view()

    def action_ticket(self, side: str) -> None:
        form = TicketForm("sell" if side == "sell" else "buy", self._view().markets, self.symbol)
        self.play.holds.add("ticket")
        self.add_class("-ticket")
        self.query_one(Ticket).open(form)
        self.say("Time stands still while the ticket is open.")
        self.draw()

    def action_command(self, text: str = "") -> None:
        self.play.holds.add("command")
        self.query_one(CommandLine).open(text)
        self.say("")
        self.draw()

    def action_type_for(self, words: str) -> None:
        """Begin a command at the `:` line, with the market already in it."""
        verb, _, rest = words.partition(" ")
        typed = {
            "close": f"close {self.symbol}",
            "cancel": f"cancel {self.symbol}",
            "margin": f"margin {self.symbol} {rest}",
        }
        self.action_command(typed.get(verb, verb))

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

    def action_run(self) -> None:
        play = self.play
        if play.clock.running or play.goal is not None:
            play.stop()
            self.say("Paused.")
        elif not self._may_run():
            return
        else:
            play.clock.run()
            self.say("")
        self.draw()

    def _may_run(self) -> bool:
        """Whether time can pass; says why it can't."""
        state = self.play.session.state
        if self.play.broken:
            self.say("The program failed inside: q goes home, continue from there.", "danger")
        elif self.play.at_end:
            self.say("The tape ends here: there are no prices after this. “: end” closes the session.")
        elif state == "ended":
            self.say("This session has ended: q goes home.")
        else:
            return True
        return False

    def action_speed(self, by: int) -> None:
        clock = self.play.clock
        before = clock.speed
        speed = clock.faster() if by > 0 else clock.slower()
        limit = "" if speed != before else (", the highest" if by > 0 else ", the lowest")
        self.say(f"Speed ×{speed:,}{limit}: {_span(speed)} of the tape a second.")
        self.draw()

    def action_step(self) -> None:
        if self._may_run():
            self.passed(None)

    def action_next_event(self) -> None:
        view = self._view()
        if not self._may_run():
            return
        if not view.positions and not view.orders:
            self.say(RISKLESS)
            return
        self.run_to(Goal(len(self.tape) - 1, REPORTED), "Running to the next event …")

    def run_to(self, goal: Goal, words: str) -> None:
        """Begin a run; the frames carry it on."""
        self.play.clock.pause()
        self.play.goal = goal
        self.say(f"{words} (space stops)")
        self.draw()

    def action_auto_pause(self) -> None:
        self.play.pauses = not self.play.pauses
        if self.play.pauses:
            self.say("The tape pauses on margin calls and liquidations.")
        else:
            self.say("The tape goes on through margin calls; it pauses only on liquidations.", "warning")

    def action_market(self, by: int) -> None:
        symbols = list(self.tape.by_symbol)
        self.choose_market(symbols[(symbols.index(self.symbol) + by) % len(symbols)])

    def action_market_at(self, place: int) -> None:
        symbols = list(self.tape.by_symbol)
        if place <= len(symbols):
            self.choose_market(symbols[place - 1])

    def choose_market(self, symbol: str) -> None:
        """Show another market."""
        self.symbol = symbol
        self.draw()

    def action_zoom(self, by: int) -> None:
        chart = self.query_one(CandleChart)
        (chart.zoom_in if by < 0 else chart.zoom_out)()
        self.draw()

    def action_pane(self, by: int) -> None:
        """The next panel: shown instead of this one on a narrow screen, focused on a wide one."""
        self.remove_class(f"-pane-{self._pane}")
        self._pane = PANES[(PANES.index(self._pane) + by) % len(PANES)]
        self.add_class(f"-pane-{self._pane}")
        panel = None if self._pane == PANES[0] else self.query_one(f"#desk-{self._pane}")
        self.set_focus(panel)
        self.call_after_refresh(self.draw)

    def action_quiet(self) -> None:
        self.say("")


def _span(seconds: int) -> str:
    """A length of tape in words."""
    if seconds < 60:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 3600 else f"{seconds // 3600} h"
