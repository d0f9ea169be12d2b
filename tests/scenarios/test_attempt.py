"""Playing a scenario: progress, hints, stars, checkpoints; and that it does not matter how time is moved."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.commands.grammar import parse
from engine.record import Record
from engine.rulebooks.base import Refusal
from engine.scenarios.attempt import Attempt
from engine.scenarios.challenge import record_of_attempt
from engine.scenarios.proof import played
from engine.scenarios.reader import read_scenario
from engine.scenarios.scenario import Scenario
from engine.scenarios.shipped import shipped_lessons
from engine.session import Session
from tests.scenarios.test_reader import GOOD

D = Decimal
TWO_STEPS = GOOD.replace(
    "[naive]",
    '''[[steps]]
text = "It costs {price ETH}."
do = "Wait for {price ETH - 50 as price}."
goal = "price ETH <= 1950 and position ETH"
nudge = "Wait."
formula = "{price ETH - 1950 as price} to go"
keys = "@ +15m"

[[steps]]
text = "Get refused."
do = "Ask for too much."
goal = "refused ETH and end of tape"
nudge = "Too much."
formula = "{wallet}"
keys = """
margin ETH +5000
@ end
"""

[naive]''',
)


def lesson(text: str = TWO_STEPS) -> Scenario:
    return read_scenario("a.toml", text.replace("balance = 1000", "balance = 1000\nslippage = false\nfees = false"))


def attempt(text: str = TWO_STEPS) -> Attempt:
    scenario = lesson(text)
    return Attempt(scenario, scenario.tape())


def test_the_way_through() -> None:
    trying = attempt()
    progress = trying.progress()
    assert (progress.number, progress.count, progress.text, progress.done) == (1, 3, "You have 1,000.", False)
    assert [(str(part.condition), part.met) for part in progress.parts] == [("position ETH long", False)]

    trying.do(parse("buy $100 ETH 2x"))
    assert (trying.progress().number, trying.progress().text) == (2, "It costs 2,000.")

    trying.advance(5)
    assert trying.progress().text == "It costs 2,000."  # as it was when the step began
    trying.advance(20)
    assert (trying.session.step, trying.progress().number) == (20, 3)
    assert trying.begun[2].view.step == 15

    assert isinstance(trying.do(parse("margin ETH +5000")), Refusal)
    assert trying.progress().number == 3
    trying.advance(30)
    progress = trying.progress()
    assert progress.done
    assert (str(progress.stars), progress.stars.missing) == ("★★★", ())
    look_at, sentence = trying.closing()
    assert (look_at, sentence) == ("995", "Buying is opening.")


def test_a_pause_stops_where_a_step_is_done() -> None:
    trying = attempt()
    trying.do(parse("buy $100 ETH 2x"))
    trying.advance(30, pause=True)
    assert (trying.session.step, trying.done) == (15, 2)


def test_time_stops_at_events_that_are_asked_for() -> None:
    trying = attempt(GOOD)
    trying.do(parse("buy $100 ETH 2x"))
    trying.do(parse("protect ETH sl 1960"))
    events = trying.advance(30, frozenset({"fill"}))
    assert events[-1].kind == "fill"
    assert trying.session.step == 12


def test_hints_come_one_after_the_other_and_begin_anew_with_each_step() -> None:
    trying = attempt()
    assert [trying.hint() for _ in range(4)] == ["Buy.", "1,000 ÷ 2,000", "buy $100 ETH 2x\n@ +5m", None]
    assert trying.progress().hints == ("Buy.", "1,000 ÷ 2,000", "buy $100 ETH 2x\n@ +5m")
    trying.do(parse("buy $100 ETH 2x"))
    assert trying.progress().hints == ()
    assert trying.hint() == "Wait."


@pytest.mark.parametrize(
    ("commands", "stars", "missing"),
    [
        (("buy $100 ETH 2x",), "★★★", ""),
        (("buy $1000 ETH 2x",), "★★☆", "margin of 500.00 was used; par is 100.00"),
        (("sell $100 ETH 2x",), "★☆☆", "step 1 of 1 is not done"),
    ],
)
def test_stars(commands: tuple[str, ...], stars: str, missing: str) -> None:
    trying = attempt(GOOD)
    for command in commands:
        trying.do(parse(command))
    assert str(trying.stars()) == stars
    assert missing in "; ".join(trying.stars().missing)


def test_a_forced_close_costs_the_third_star_unless_it_is_part_of_the_lesson() -> None:
    text = GOOD.replace('goal = "position ETH long"', 'goal = "end of tape"')
    for forced, stars in (("", "★★☆"), ('forced_close = ["ETH"]', "★★★")):
        trying = attempt(text.replace("par = 100", f"par = 100\n{forced}"))
        trying.do(parse("buy $2500 ETH 25x iso"))
        trying.advance(30)
        assert trying.session.view().liquidations == 1
        assert str(trying.stars()) == stars


def test_what_else_must_hold_in_the_end() -> None:
    text = GOOD.replace("par = 100", 'par = 100\nalso = "order stop ETH"')
    trying = attempt(text)
    trying.do(parse("buy $100 ETH 2x sl 1900"))
    assert str(trying.stars()) == "★★★"
    trying = attempt(text)
    trying.do(parse("buy $100 ETH 2x"))
    assert trying.stars().missing == ("not so in the end: a stop order in ETH is waiting",)


def test_a_wiped_out_account_has_no_star() -> None:
    text = GOOD.replace('goal = "position ETH long"', 'goal = "end of tape"').replace("30m 1900", "30m !1500")
    trying = attempt(text)
    trying.do(parse("buy $24000 ETH 25x cross"))
    trying.advance(30)
    assert str(trying.stars()) == "☆☆☆"
    assert trying.stars().missing[0] == "the account was wiped out"


def test_what_is_played_after_the_end_changes_nothing() -> None:
    trying = attempt(GOOD)
    trying.do(parse("buy $100 ETH 2x"))
    trying.do(parse("buy $1000 ETH 2x"))
    assert str(trying.stars()) == "★★★"
    assert trying.hint() is None


def test_a_checkpoint_is_an_attempt_of_its_own() -> None:
    trying = attempt()
    trying.do(parse("buy $100 ETH 2x"))
    saved = trying.copy()
    trying.advance(30)
    assert (saved.session.step, saved.done, trying.done) == (0, 1, 2)
    saved.advance(20)
    assert (saved.done, saved.begun[2].view) == (2, trying.begun[2].view)
    fresh = trying.again()
    assert (fresh.done, fresh.session.step, fresh.commands) == (0, 0, [])


def test_a_session_that_somebody_else_plays_can_be_watched() -> None:
    scenario = lesson()
    tape = scenario.tape()
    session = Session(scenario.setup, tape)
    watching = Attempt(scenario, tape, session)
    playing = Attempt(scenario, tape)
    for text in ("buy $100 ETH 2x", "margin ETH +5000"):
        watching.answered(parse(text), session.do(parse(text)))
        playing.do(parse(text))
    for _ in range(30):
        watching.saw(session.advance(session.step + 1))
    playing.advance(30)
    assert watching.progress() == playing.progress()
    assert watching.progress().done


def test_a_saved_session_is_an_attempt_again() -> None:
    trying = attempt()
    trying.do(parse("buy $100 ETH 2x"))
    trying.advance(20)
    trying.do(parse("margin ETH +5"))
    record = Record(trying.scenario.setup, trying.tape, tuple(trying.commands), trying.session.step)
    again = Attempt.replayed(trying.scenario, record)
    assert again.progress() == trying.progress()
    assert again.session.state_hash() == trying.session.state_hash()


@pytest.mark.parametrize("scenario", shipped_lessons(), ids=lambda each: each.id)
@settings(max_examples=4)
@given(st.data())
def test_leaps_and_single_steps_come_to_the_same(scenario: Scenario, data: st.DataObject) -> None:
    """A random part of the solution, then time in random pieces, leapt over or step by step."""
    tape = scenario.tape()
    leaping, stepping = Attempt(scenario, tape), Attempt(scenario, tape)
    lines = scenario.solution[: data.draw(st.integers(0, len(scenario.solution)))]
    for trying in (leaping, stepping):
        for _ in played(trying, lines, ("solution",)):
            pass
    until = data.draw(st.integers(leaping.session.step, len(tape) - 1))
    leaping.advance(until)
    while stepping.session.step < until and stepping.session.state != "ended":
        stepping.advance(stepping.session.step + 1)
    assert leaping.progress() == stepping.progress()
    assert leaping.events == stepping.events
    assert [each.view for each in leaping.begun] == [each.view for each in stepping.begun]


# -- how an attempt ends


def ending(goal: str) -> str:
    return GOOD.replace('goal = "position ETH long"', f'goal = "{goal}"')


@pytest.mark.parametrize(
    ("goal", "over", "stars"),
    [
        ("end of tape and profit > 100", True, "★☆☆"),  # what the end is asked for is judged there
        ("price ETH > 9000 and position ETH", True, "★☆☆"),  # no command moves a price
        ("end of tape", True, "★★★"),
        ("position ETH short and no refusal", False, "★☆☆"),  # a command could still do it
        ("price ETH > 1 and position ETH short", False, "★☆☆"),
    ],
)
def test_at_the_end_of_the_tape_it_is_over_unless_a_command_can_still_do_it(goal: str, over: bool, stars: str) -> None:
    trying = attempt(ending(goal))
    trying.advance(30)
    assert (trying.result is not None, str(trying.stars())) == (over, stars)
    assert trying.progress().over is over
    assert trying.progress().done is (stars == "★★★")
    assert bool(trying.stars().missing) is (stars != "★★★")


def test_what_happened_and_must_not_have_is_out_of_reach_in_the_end() -> None:
    trying = attempt(ending("position ETH short and no refusal"))
    trying.do(parse("margin ETH +5000"))
    assert trying.result is None
    trying.advance(30)
    assert trying.result is not None


def test_a_goal_that_a_command_can_still_reach_is_reached_at_the_end_of_the_tape() -> None:
    trying = attempt(ending("position ETH long"))
    trying.advance(30)
    assert trying.result is None
    trying.do(parse("buy $100 ETH 2x"))
    assert str(trying.result) == "★★★"


def test_a_wipe_out_and_an_end_by_command_end_it() -> None:
    text = ending("end of tape and profit > 0").replace("30m 1900", "30m !1500")
    trying = attempt(text)
    trying.do(parse("buy $24000 ETH 25x cross"))
    trying.advance(30)
    assert (str(trying.result), trying.done) == ("☆☆☆", 0)
    assert trying.end == (trying.session.step, 1)
    trying.do(parse("deposit 5000"))
    assert str(trying.result) == "☆☆☆"
    ended = attempt(text)
    ended.do(parse("end"))
    assert (str(ended.result), ended.progress().done) == ("★☆☆", False)


def test_what_was_played_after_the_end_is_not_of_the_record_that_counts() -> None:
    trying = attempt(GOOD)
    trying.do(parse("buy $100 ETH 2x"))
    trying.advance(10)
    trying.do(parse("buy $1000 ETH 2x"))
    record = record_of_attempt(trying)
    assert (len(record.commands), record.until) == (1, 0)
