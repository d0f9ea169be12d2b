"""Ghosts: in the session's own kind they are the session; in any other they follow it, or say why they can't."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.account import Mode
from engine.account_kind import Kind, at_leverage, at_other_venues, at_venue, in_other_modes, kinds, same_kind
from engine.commands.command import Command, Place
from engine.commands.grammar import parse
from engine.events import Event, Filled, OrderPlaced
from engine.ghost import Ghost, equity_of, ghost_of, play_ghost
from engine.record import Given, Record
from engine.resolving import given as resolved
from engine.rulebooks import VENUES, rulebook_of
from engine.rulebooks.base import Refusal
from engine.session import Session
from engine.setup import Setup
from engine.tape import Tape
from tests.engine.tapes import tape_of
from tests.engine.test_compare import fall
from tests.engine.test_every_venue import FIRST, LOANS, OTHERS, PRICES, TAPES, TRADES
from tests.engine.test_session_properties import watched  # noqa: F401

D = Decimal
SETUP = Setup(balance=D(3000), slippage=False, fees=False, funding=False)

MORE = st.builds(
    lambda text, symbol: text.format(symbol),
    st.sampled_from(
        [
            "mode {} iso",
            "mode {} cross",
            "buy 40% {} at 99999999 ioc",
            "sell 30% {} at 1 post",
            "sell 50% {} reduce",
            "buy 10% {} 2x iso",
            "sell 10% {} 4x cross",
            "cancel {}",
            "cancel c1",
            "leverage {} 7x",
            "note hm",
        ]
    ),
    st.sampled_from(list(PRICES)),
)
TYPED = st.lists(st.tuples(st.integers(0, 260), TRADES | OTHERS | LOANS | MORE), max_size=7).map(sorted)
HERE: tuple[tuple[str, Mode], ...] = (
    ("hyperliquid", "isolated"),
    ("hyperliquid", "cross"),
    ("binance", "cross"),
    ("dydx_v4", "cross"),
    ("gmx_v1", "isolated"),
    ("drift_v2", "cross"),
    ("aave_v3", "cross"),
)
ELSEWHERE = [*kinds(), *(at_venue(Setup("hyperliquid", "cross"), venue) for venue in VENUES)]
FEWER = settings(
    max_examples=max(settings().max_examples // 4, 1), suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(autouse=True)
def _watched(watched: None) -> None:  # noqa: F811
    """Nothing is lost at any event, in the session and in its ghosts."""


@dataclass
class Player:
    """A session with its events, its record so far, and what its commands came to."""

    session: Session
    events: list[Event] = field(default_factory=list)
    typed: list[Given] = field(default_factory=list)
    resolved: list[Given] = field(default_factory=list)

    def do(self, command: Command) -> Given | None:
        """Give a command; what it came to, unless it was refused."""
        answer = self.session.do(command)
        if isinstance(answer, Refusal):
            return None
        self.events += answer
        self.typed.append(Given(self.session.step, command, self.session.commands))
        self.resolved.append(resolved(self.session, answer, command))
        return self.resolved[-1]

    def advance(self, until: int) -> None:
        """Go on."""
        self.events += self.session.advance(until)

    @property
    def record(self) -> Record:
        """All of it so far."""
        return Record(self.session.setup, self.session.tape, tuple(self.typed), self.session.step)


def play(setup: Setup, tape: Tape, commands: Sequence[tuple[int, str]]) -> Player:
    """A whole session."""
    player = Player(Session(setup, tape))
    for step, text in commands:
        player.advance(step)
        player.do(parse(text))
    player.advance(len(tape) - 1)
    return player


def ghost_played(player: Player, kind: Kind) -> Ghost:
    return ghost_of(player.record, kind)


@pytest.mark.slow
@pytest.mark.parametrize(("venue", "mode"), HERE)
@FEWER
@given(
    tape=TAPES, first=FIRST, typed=TYPED, stride=st.sampled_from([1, 7, 1000]), samples=st.sampled_from([0, 3, 40, 999])
)
def test_a_ghost_in_the_same_kind_is_the_session_itself(
    venue: str, mode: Mode, tape: Tape, first: list[str], typed: list[tuple[int, str]], stride: int, samples: int
) -> None:
    """Fed while the session is played, in small advances, and added afterwards in one leap."""
    setup = Setup(venue, mode, D(30_000))
    player, live = Player(Session(setup, tape)), Ghost(same_kind(setup), setup, tape, samples)
    heard: list[Event] = []
    commands = [(0, text) for text in first] + typed
    for until, text in [*commands, (len(tape), "note done")]:
        while player.session.step < min(until, len(tape) - 1) and player.session.state != "ended":
            player.advance(min(player.session.step + stride, until))
            heard += live.advance(player.session.step)
        each = player.do(parse(text))
        heard += live.do(each) if each else ()
        assert live.session.state_hash() == player.session.state_hash()
    assert live.missed == []
    assert heard == player.events
    later, again = Ghost(same_kind(setup), setup, tape, samples), list[Event]()
    for events in play_ghost(later, player.resolved, player.session.step):
        again += events
    assert again == player.events
    assert later.session.state_hash() == player.session.state_hash()
    assert ghost_played(player, same_kind(setup)).session.state_hash() == player.session.state_hash()
    if samples:
        steps = range(player.session.step + 1)
        assert later.equity_at(steps) == live.equity_at(steps)


@pytest.mark.parametrize(("venue", "mode"), HERE)
@FEWER
@given(tape=TAPES, first=FIRST, typed=TYPED, kind=st.sampled_from(ELSEWHERE), leverage=st.sampled_from([0, 0, 2, 30]))
def test_a_ghost_elsewhere_trades_the_same_sizes_or_says_why_not(
    venue: str,
    mode: Mode,
    tape: Tape,
    first: list[str],
    typed: list[tuple[int, str]],
    kind: Kind,
    leverage: int,
) -> None:
    setup = Setup(venue, mode, D(30_000))
    player = play(setup, tape, [(0, text) for text in first] + typed)
    ghost, followed = Ghost(replace(kind, leverage=leverage), setup, tape), dict[int, Sequence[Event]]()
    for each in player.resolved:
        ghost.advance(each.step)
        followed[each.number] = ghost.do(each)
    ghost.advance(player.session.step)
    view = ghost.session.view()
    assert view.conserved
    assert equity_of(ghost.session) == view.equity
    missed = {each.given.number: each for each in ghost.missed}
    assert all(each.reason for each in missed.values())
    for each in player.resolved:
        command, answer = each.command, followed[each.number]
        if not answer:
            assert each.number in missed or (str(command).startswith("mode ") and not kind.as_given)
        elif isinstance(command, Place) and not command.reduce_only:
            own = f"c{each.number}"
            assert size_of(answer, own) == size_of(player.events, own, each.step)


def size_of(events: Sequence[Event], order: str, step: int | None = None) -> Decimal:
    """What an order came to when it was given; elsewhere more of it may have been had at once than here."""
    found = (each for each in events if isinstance(each, Filled | OrderPlaced) and each.order == order)
    return sum((each.size for each in found if step in (None, each.step)), D(0))


# -- by hand

LONG_AND_HEDGE = [(0, "buy 5 ETH 10x"), (1, "sell 0.15 BTC 10x")]


def test_one_account_dies_and_the_other_lives() -> None:
    player = play(SETUP, fall(), LONG_AND_HEDGE)
    ghost = ghost_played(player, in_other_modes(SETUP)[0])
    assert ghost.kind == Kind("hyperliquid", "cross")
    assert player.session.view().liquidations == 1
    assert ghost.liquidated is None
    assert ghost.session.view().positions
    assert ghost.missed == []
    back = ghost_played(play(replace(SETUP, mode="cross"), fall(), LONG_AND_HEDGE), Kind("hyperliquid", "isolated"))
    assert back.liquidated is not None
    assert back.liquidated.symbol == "ETH"
    assert back.liquidated_at == back.liquidated.time
    assert back.called_at is not None
    assert back.called_at <= back.liquidated.time


def test_a_dead_ghost_lists_what_it_can_not_follow() -> None:
    tape = tape_of({"ETH": [2000, 1980, 1700, 1650, 1640, 1640, 1640, 1640]}, gaps=[2])
    player = play(
        replace(SETUP, balance=D(1000)),
        tape,
        [(0, "buy 2 ETH 5x"), (3, "close ETH 50%"), (4, "buy 0.1 ETH"), (5, "deposit 500"), (6, "buy 0.1 ETH")],
    )
    assert player.session.view().liquidations == 0
    ghost = ghost_played(player, at_leverage(player.session.setup, 25))
    assert ghost.liquidated is not None
    ghost = ghost_played(player, Kind("hyperliquid", "isolated", leverage=25))
    assert [(str(each.given.command), each.given.step, each.given.number) for each in ghost.missed] == [
        ("close ETH 1", 3, 2),
    ]
    assert ghost.missed[0].time == tape.times[3]
    assert ghost.missed[0].reason == "there is no open position in ETH"


def test_a_wiped_out_ghost_goes_on_only_with_what_the_player_deposits() -> None:
    """Isolated a jump takes the margin of one position, in cross everything."""
    tape = tape_of({"ETH": [2000, 1980, 1700, 1650, 1640, 1640, 1640, 1640]}, gaps=[2])
    typed = [(0, "buy 4 ETH 10x"), (3, "buy 0.1 ETH"), (4, "close ETH"), (5, "deposit 500"), (6, "buy 0.1 ETH")]
    player = play(replace(SETUP, balance=D(1000)), tape, typed)
    assert player.session.view().state == "running"
    ghost = ghost_played(player, Kind("hyperliquid", "cross"))
    assert ghost.wiped_out is not None
    assert ghost.wiped_out_at == ghost.liquidated_at
    assert [(each.given.number, each.reason) for each in ghost.missed] == [
        (2, "nothing is left to trade with"),
        (3, "there is no open position in ETH"),
    ]
    assert ghost.session.state == "running"
    assert ghost.session.view().rescues == 1
    assert ghost.session.account.positions_in("ETH")[0][1].size == D("0.1")


def test_order_ids_are_the_players_even_where_commands_were_missed() -> None:
    player = play(
        SETUP,
        fall(),
        [(0, "buy 1 ETH"), (1, "margin ETH +10"), (2, "buy 1 ETH at 1950"), (3, "cancel c3")],
    )
    assert [each.number for each in player.resolved] == [1, 2, 3, 4]
    ghost = ghost_played(player, Kind("hyperliquid", "cross"))
    assert [each.given.number for each in ghost.missed] == [2]
    assert ghost.session.commands == 4
    assert not ghost.session.account.orders


def test_a_command_that_the_player_was_refused_does_not_move_the_players_numbers() -> None:
    tape = fall()
    commands = [Given(0, parse("buy $10000 ETH 30x")), Given(1, parse("sell 0.01 BTC at 60000 10x"), 1)]
    ghost = Ghost(Kind("binance", "cross"), replace(SETUP, venue="dydx_v4"), tape)
    for each in commands:
        ghost.do(each)
    assert list(ghost.session.account.orders) == ["c2"]
    ghost.do(Given(1, parse("cancel c1"), 2))
    assert not ghost.session.account.orders
    assert ghost.missed == []


def test_a_leverage_ghost_changes_leverage_and_nothing_else() -> None:
    tape = fall()
    typed = [(0, "buy 2 ETH 10x iso"), (1, "leverage BTC 4x"), (2, "sell $800 BTC cross"), (3, "sell 1 ETH reduce")]
    player = play(SETUP, tape, typed)
    ghost = Ghost(at_leverage(SETUP, 3), SETUP, tape)
    for _ in play_ghost(ghost, player.resolved, 5):
        pass
    held = {pool.key: position for pool, position in positions_of(ghost.session)}
    own = {pool.key: position for pool, position in positions_of(Session(SETUP, tape))}
    assert own == {}
    assert set(held) == {"iso:ETH", "cross"}
    assert {position.leverage for position in held.values()} == {3}
    assert held["iso:ETH"].size == 1
    assert ghost.session.account.leverages == {"ETH": 3, "BTC": 3}


def positions_of(session: Session) -> list:  # type: ignore[type-arg]
    return [each for symbol in session.tape.by_symbol for each in session.account.positions_in(symbol)]


def test_more_leverage_than_the_venue_gives_is_lowered_and_listed() -> None:
    player = play(SETUP, fall(), [(0, "buy 1 ETH 10x")])
    ghost = ghost_played(player, at_leverage(SETUP, 100))
    most = rulebook_of("hyperliquid").largest_leverage("ETH", D(2000))
    assert [str(each) for each in ghost.lowered] == [f"100x → {most}x"]
    assert ghost.missed == []
    assert ghost.liquidated is not None


def test_a_close_of_more_than_there_is_closes_all_and_is_listed() -> None:
    tape = tape_of({"ETH": [2000] * 6})
    ghost = Ghost(Kind("hyperliquid", "cross"), SETUP, tape)
    for text, number in (("buy 1 ETH 5x", 1), ("close ETH 1.5", 2), ("close ETH 1", 3)):
        ghost.do(Given(0, parse(text), number))
    assert not ghost.session.view().positions
    assert [(each.given.number, each.in_part) for each in ghost.missed] == [(2, True), (3, False)]
    assert ghost.missed[0].reason == "only 1 ETH is open: all of it was closed"


def test_percentages_are_the_sizes_that_they_came_to() -> None:
    tape = fall()
    player = play(SETUP, tape, [(0, "buy 50% ETH"), (1, "close ETH 25%"), (2, "close ETH")])
    bought = next(each.size for each in player.events if isinstance(each, Filled))
    first, second, third = player.resolved
    assert str(first.command) == f"buy {bought} ETH 10x"
    assert first.open_leverage
    closed = next(each.size for each in player.events if isinstance(each, Filled) and each.order == "c2")
    assert str(second.command) == f"close ETH {closed}"
    assert str(third.command) == "close ETH"
    ghost = Ghost(at_venue(SETUP, "binance"), SETUP, tape)
    for each in player.resolved[:1]:
        ghost.do(each)
    assert ghost.session.account.positions_in("ETH")[0][1].size == bought


def test_a_leverage_that_was_left_open_is_the_one_that_it_came_to() -> None:
    """By itself the ghost would open at ten times."""
    setup = replace(SETUP, venue="aave_v3", mode="cross")
    player = play(setup, fall(), [(0, "buy 1 ETH")])
    assert player.session.account.positions_in("ETH")[0][1].leverage == 5
    for kind in (Kind("hyperliquid", "isolated"), at_venue(setup, "binance")):
        ghost = ghost_of(Record(setup, player.session.tape, tuple(player.typed), 5), kind)
        assert ghost.session.account.positions_in("ETH")[0][1].leverage == 5


def test_equity_samples_are_bounded_and_as_the_view_says() -> None:
    tape = fall(repeats=100)
    player = play(SETUP, tape, LONG_AND_HEDGE)
    ghost = ghost_of(player.record, Kind("hyperliquid", "cross"), samples=50)
    own = Session(replace(SETUP, mode="cross"), tape)
    for each in player.resolved:
        own.advance(each.step)
        own.do(each.command)
    cell = -(-len(tape) // 50)
    steps = list(range(0, len(tape), cell))
    assert len(steps) <= 50
    assert ghost.equity_at([step + 1 for step in steps[:-1]]) == ghost.equity_at(steps[:-1])
    for step in steps[1:]:
        own.advance(step)
        assert ghost.equity_at([step]) == [float(own.view().equity)]


def test_it_goes_as_far_as_it_is_told_and_says_how_far_it_is() -> None:
    player, told = play(SETUP, fall(repeats=3000), LONG_AND_HEDGE), list[float]()
    ghost = ghost_of(player.record, Kind("hyperliquid", "cross"), until=30_000, progress=told.append)
    assert ghost.session.step == 30_000
    assert told == sorted(told)
    assert told[-1] == 1
    assert len(told) > 2
    stopped = ghost_of(player.record, Kind("hyperliquid", "cross"), stopped=lambda: len(told) > 0)
    assert stopped.session.step == 0


def test_what_may_be_a_ghost_of_a_session() -> None:
    assert [kind.beside(SETUP) for kind in in_other_modes(SETUP)] == ["cross", "isolated"]
    assert [kind.beside(replace(SETUP, mode="cross")) for kind in in_other_modes(replace(SETUP, mode="cross"))] == [
        "isolated",
        "cross",
    ]
    aave = Setup("aave_v3", "cross")
    assert [kind.beside(aave) for kind in in_other_modes(aave)] == ["emode", "isolation", "cross"]
    others = {kind.venue: kind for kind in at_other_venues(SETUP)}
    assert set(others) == set(VENUES) - {"hyperliquid"}
    assert others["binance"] == Kind("binance", "isolated", as_given=True)
    assert others["binance"].beside(SETUP) == "binance"
    assert others["aave_v3"] == Kind("aave_v3", "cross")
    assert others["aave_v3"].beside(SETUP) == "aave_v3 cross"
    assert at_leverage(SETUP, 5).beside(SETUP) == "5x"
    assert at_leverage(SETUP, 5).name == "as given 5x"
    assert same_kind(SETUP).beside(SETUP) == "as given"
