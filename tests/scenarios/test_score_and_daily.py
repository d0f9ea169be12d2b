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
from engine.scenarios.daily import DailyError, DailyRun, daily_of, is_ranked, run_of
from engine.scenarios.score import CAP, score_of_record
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
    seeds = {daily_of(day + timedelta(days=each)).recipe.setup.seed for each in range(60)}
    regimes = {daily_of(day + timedelta(days=each)).recipe.setup.regime for each in range(60)}
    assert len(seeds) == 60
    assert len(regimes) >= 7
    with pytest.raises(DailyError, match="2026-01-01"):
        daily_of(date(2025, 12, 31))


def test_the_share_line_has_its_form() -> None:
    run = DailyRun(date(2026, 11, 22), 326, "", True, "▲▲▼✖▲", 1, 0, Decimal("3.14"), 2)
    assert run.share_line() == "isocross #326 ▲▲▼✖▲ 1 call 0 liq 3.1x ★★☆"
    assert run.share_line(ascii_only=True) == "isocross #326 ^^vx^ 1 call 0 liq 3.1x **-"
    assert not is_ranked(run.day, [run])
    assert is_ranked(run.day + timedelta(days=1), [run])


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


def test_a_daily_is_played_and_shared_by_the_command_line(isocross: Isocross, isocross_home, tmp_path) -> None:  # type: ignore[no-untyped-def]
    script = isocross("daily", "--date", "2026-11-22", "--script").out + "\nbuy $9000 BTC 3x\n@ end\n"
    assert isocross("run", str(written(tmp_path / "daily.isocross", script)), "--save", "mine").status == 0
    line = isocross("daily", "--date", "2026-11-22", "--share", "mine", "--ascii").out
    assert line.startswith("isocross #326 ")
    assert line.isascii()
    assert "no attempt" in isocross("daily", "--date", "2026-11-23", "--share", "mine").err
    assert isocross("daily", "--date", "x").status == 2
