"""The score, and the daily."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from math import log
from statistics import fmean

import pytest

from engine import Setup
from engine.commands.grammar import parse
from engine.record import Given, Record
from engine.rulebooks.base import Refusal
from engine.scenarios.attempt import Attempt
from engine.scenarios.challenge import record_of_attempt
from engine.scenarios.daily import DailyError, DailyRun, daily_of, daily_scenario, day_of, run_of
from engine.scenarios.score import CAP, Score, score_of_record
from engine.script import ScriptError, read_script
from engine.script.price_recipes import recipe_of
from engine.tapes.daily import REGIMES as DAILY_REGIMES
from engine.tapes.daily import daily_prices
from engine.tapes.synthetic import REGIMES as REGIMES_MADE
from engine.tapes.synthetic import SyntheticSetup, synthetic_tape
from tests.cli.command_line import Isocross, written

SETUP = Setup(venue="binance", balance=Decimal(10_000))
REGIMES = ("calm", "trend", "bleed", "choppy")


def points(seed: int, command: str) -> float:
    tape = synthetic_tape(SyntheticSetup(REGIMES[seed % 4], seed, ("BTC",), Decimal("0.5"), 300))
    given = (Given(0, parse(command), 1),) if command else ()
    return score_of_record(Record(SETUP, tape, given, len(tape) - 1)).points


@pytest.mark.slow
def test_a_gamble_at_100x_cannot_win_on_average() -> None:
    """On 48 tapes, long on every other one: what it wins is capped, what it loses is not."""
    seeds = range(48)
    gamble = [points(seed, f"{('buy', 'sell')[seed // 4 % 2]} 95% BTC 100x") for seed in seeds]
    moderate = [points(seed, f"{('buy', 'sell')[seed // 4 % 2]} $5000 BTC 2x") for seed in seeds]
    assert {points(seed, "") for seed in range(4)} == {0.0}
    assert fmean(gamble) < -50 < -5 < fmean(moderate)
    assert max(gamble) <= 100 * CAP
    assert len({round(each) for each in gamble}) > 2


def test_the_score_is_its_formula() -> None:
    tape = synthetic_tape(SyntheticSetup("trend", 1, ("BTC",), Decimal("0.5"), 300))
    score = score_of_record(Record(SETUP, tape, (Given(0, parse("buy $5000 BTC 2x"), 1),), len(tape) - 1))
    assert score.points == pytest.approx(100 * (score.growth - score.drawdown))
    assert 0 < score.drawdown < 0.1
    assert abs(score.growth) < log(1.2)


def test_the_number_and_the_prices_are_the_days_own() -> None:
    day = date(2026, 11, 22)
    assert (daily_of(day).number, daily_of(date(2026, 1, 1)).number) == (326, 1)
    assert daily_of(day).tape().digest == daily_of(day).tape().digest
    seeds = {daily_prices(day + timedelta(days=each)).seed for each in range(60)}
    regimes = {daily_prices(day + timedelta(days=each)).regime for each in range(60)}
    assert len(seeds) == 60
    assert len(regimes) >= 7
    with pytest.raises(DailyError, match="2026-01-01"):
        daily_of(date(2025, 12, 31))


def test_the_share_line_has_its_form() -> None:
    run = DailyRun(date(2026, 11, 22), 326, "", True, "▲▲▼✖▲", 1, 0, Decimal("3.14"), 2)
    assert run.share_line() == "isocross #326 ▲▲▼✖▲ 1 call 0 liq 3.1x ★★☆"
    assert run.share_line(ascii_only=True) == "isocross #326 ^^vx^ 1 call 0 liq 3.1x **-"


def test_an_attempt_is_read_off_its_record() -> None:
    daily = daily_of(date(2026, 11, 22))
    tape = daily.tape()
    flat = run_of(daily, Record(daily.setup, tape, (), len(tape) - 1))
    assert flat.share_line() == "isocross #326 ■■■■■ 0 calls 0 liq 0.0x ★☆☆"
    commands = (Given(0, parse("buy $9000 BTC 3x"), 1), Given(700, parse("close BTC"), 2))
    run = run_of(daily, Record(daily.setup, tape, commands, len(tape) - 1), ranked=True)
    assert run.parts[3:] == "■■"
    assert "■" not in run.parts[:3]
    assert run.leverage == pytest.approx(Decimal("0.9"), abs=Decimal("0.1"))
    with pytest.raises(ValueError, match="no attempt"):
        run_of(daily_of(date(2026, 11, 23)), Record(daily.setup, tape, (), 0))


def test_a_daily_is_a_scenario_like_any_other() -> None:
    daily = daily_of(date(2026, 11, 22))
    scenario = daily_scenario(daily)
    assert day_of(scenario.id) == daily.day
    assert day_of("siloed") is day_of("daily-2025-12-31") is day_of("daily-soon") is None
    stars = set()
    for commands in (
        (),
        ("buy $9000 BTC 3x",),
        ("sell $9000 BTC 3x",),
        ("buy 90% BTC 2x",),
        ("buy $90000 SOL 20x cross",),
    ):
        trying = Attempt(scenario, scenario.tape())
        for text in commands:
            assert not isinstance(trying.do(parse(text)), Refusal)
        trying.advance(len(trying.tape) - 1)
        assert trying.result is not None
        assert run_of(daily, record_of_attempt(trying)).stars == trying.result.count
        stars.add(trying.result.count)
    assert len(stars) >= 3
    assert [str(line.action) for line in scenario.steps[0].keys] == ["@ +1h"]


def test_every_day_has_a_tape_and_none_says_what_it_is() -> None:
    assert set(DAILY_REGIMES) <= set(REGIMES_MADE)
    days = {daily_prices(day).regime: day for day in (date(2026, 1, 1) + timedelta(days=each) for each in range(40))}
    assert set(days) == set(DAILY_REGIMES)
    for regime, day in days.items():
        daily = daily_of(day)
        origin = daily.tape().origin
        assert origin.description == f"synthetic, daily #{daily.number} of {day}, BTC ETH SOL, 1 day of 1 m"
        assert regime not in " ".join([*daily.lines(), *origin.notes, *origin.recipe])


def test_a_script_plays_a_daily_and_a_save_spells_it() -> None:
    daily = daily_of(date(2026, 11, 22))
    script = read_script("daily", "\n".join([*daily.lines(), "buy $100 BTC 2x", "@ end"]))
    assert script.recipe == daily.recipe
    assert (script.setup, script.recipe.tape().digest) == (daily.setup, daily.tape().digest)  # type: ignore[union-attr]
    assert recipe_of(daily.tape()) == daily.recipe
    for line in (
        "daily",
        "daily soon",
        "daily 2025-12-31",
        "daily 2026-11-22 x",
        "daily 2026-11-22\nstart 2024-01-01T00:00Z",
    ):
        with pytest.raises(ScriptError, match="daily"):
            read_script("daily", f"{line}\nbuy $1 BTC")


def test_a_daily_is_played_and_shared_by_the_command_line(isocross: Isocross, isocross_home, tmp_path) -> None:  # type: ignore[no-untyped-def]
    script = isocross("daily", "--date", "2026-11-22", "--script").out + "\nbuy $9000 BTC 3x\n@ end\n"
    assert isocross("run", str(written(tmp_path / "daily.isocross", script)), "--save", "mine").status == 0
    line = isocross("daily", "--date", "2026-11-22", "--share", "mine", "--ascii").out
    assert line.startswith("isocross #326 ")
    assert line.isascii()
    assert "no attempt" in isocross("daily", "--date", "2026-11-23", "--share", "mine").err
    assert isocross("daily", "--date", "x").status == 2


def test_no_deposit_makes_a_loss_small() -> None:
    tape = synthetic_tape(SyntheticSetup("bleed", 1, ("BTC",), Decimal("0.5"), 300))

    def score(*given: tuple[int, str]) -> Score:
        numbered = tuple(Given(step, parse(text), number) for number, (step, text) in enumerate(given, 1))
        return score_of_record(Record(SETUP, tape, numbered, len(tape) - 1))

    honest = score((0, "buy $20000 BTC 5x"))
    assert honest.growth < -0.02
    late = score((0, "buy $20000 BTC 5x"), (len(tape) - 2, "deposit 100000000"))
    early = score((0, "deposit 100000000"), (0, "buy $20000 BTC 5x"))
    for helped in (late, early):
        assert helped.growth == pytest.approx(honest.growth)
        assert helped.drawdown >= honest.drawdown
