"""Synthetic tapes: their contract, their refusals, and their statistics over several seeds."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from functools import cache
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.tape import Kind, Path, Tape
from engine.tapes.synthetic import MARKETS, PROFILES, REGIMES, SyntheticError, SyntheticSetup, check, synthetic_tape
from engine.tapes.synthetic.noise import YEAR, bursts, decayed, uneven_clock, wander
from engine.tapes.synthetic.profiles import correlation
from engine.tapes.synthetic.script import draw_script
from engine.tapes.synthetic.setup import NEW_YEAR_2024

Floats = NDArray[np.float64]
SEEDS = range(12)
SHORT = SyntheticSetup("crash", 7, ("BTC", "ETH", "SOL"), Decimal("0.05"), 1)


@cache
def made(regime: str, seed: int, days: str, step: int) -> Tape:
    """A tape of all markets, made once for all tests."""
    return synthetic_tape(SyntheticSetup(regime, seed, MARKETS, Decimal(days), step))


def column(tape: Tape, symbol: str, kind: Kind) -> Floats:
    """(vertices,) one column, as floats."""
    return tape.columns[symbol, kind].astype(np.float64)


def prices(tape: Tape, symbol: str) -> Floats:
    """(vertices,) prices of one market in ticks."""
    return column(tape, symbol, "last")


def returns(tape: Tape, symbol: str) -> Floats:
    """(steps,) log returns of one market."""
    return np.diff(np.log(prices(tape, symbol)))


def drawdown(tape: Tape, symbol: str) -> float:
    """The deepest fall from a peak, as a fraction of the peak."""
    path = prices(tape, symbol)
    return float(1.0 - (path / np.maximum.accumulate(path)).min())


def volatility(tape: Tape, symbol: str, step: int) -> float:
    """Realised volatility a year."""
    return float(returns(tape, symbol).std() * np.sqrt(YEAR / step))


def autocorrelation(series: Floats, lag: int) -> float:
    """Correlation of a series with itself `lag` steps later."""
    centred = series - series.mean()
    return float((centred[:-lag] * centred[lag:]).mean() / centred.var())


def excess_kurtosis(series: Floats) -> float:
    """0 for a normal law."""
    centred = series - series.mean()
    return float((centred**4).mean() / (centred**2).mean() ** 2 - 3.0)


# --- the contract of a tape


@pytest.mark.slow
@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize(("days", "step"), [("0.01", 7), ("1", 60), ("30", 3600), ("3660", 86_400), ("1", 86_400)])
def test_every_regime_makes_a_valid_tape(regime: str, days: str, step: int) -> None:
    tape = synthetic_tape(SyntheticSetup(regime, 3, MARKETS, Decimal(days), step))
    assert len(tape) == int(Decimal(days) * 86_400) // step + 1
    assert tape.times[0] == NEW_YEAR_2024
    assert (np.diff(tape.times) == step * 1000).all()
    assert tape.gapped[0]
    assert tape.gapped.dtype == np.bool_
    for symbol in MARKETS:
        last, premium, volume = prices(tape, symbol), column(tape, symbol, "premium"), column(tape, symbol, "volume")
        assert tape.columns[symbol, "last"].dtype == np.int64
        assert tape.columns[symbol, "premium"].dtype == np.int64
        assert tape.columns[symbol, "volume"].dtype == np.float64
        assert (last >= 1).all()
        assert (np.abs(premium) <= 4_000_000).all()
        assert np.isfinite(volume).all()
        assert (volume >= 0).all()
        assert volume[0] == 0


def test_origin_says_what_it_is() -> None:
    origin = synthetic_tape(replace(SHORT, days=Decimal(2), step_seconds=60)).origin
    assert origin.kind == "synthetic"
    assert origin.description == "synthetic crash, seed 7, BTC ETH SOL, 2 days of 1 m"
    assert origin.notes == ()
    assert replace(SHORT, days=Decimal(1)).description.endswith("1 day of 1 s")
    assert "less painful" in synthetic_tape(replace(SHORT, days=Decimal(2), step_seconds=3600)).origin.notes[0]


def test_prices_start_near_the_usual_ones() -> None:
    path = Path(synthetic_tape(replace(SHORT, markets=MARKETS)))
    for symbol, profile in PROFILES.items():
        assert abs(path.price(symbol, "last", 0) / profile.start - 1) < Decimal("0.15")


def test_progress_rises_to_one() -> None:
    heard: list[float] = []
    synthetic_tape(replace(SHORT, days=Decimal(3)), heard.append)
    assert heard == sorted(heard)
    assert heard[0] == 0.0
    assert heard[-1] == pytest.approx(1.0)
    assert len(heard) > 8


# --- the same and not the same


def test_the_same_setup_has_the_same_digest() -> None:
    random.seed(1)
    np.random.seed(1)
    first = synthetic_tape(SHORT).digest
    random.seed(2)
    np.random.seed(2)
    assert synthetic_tape(SHORT).digest == first


def test_making_a_tape_leaves_global_random_state_alone() -> None:
    before = random.getstate(), np.random.get_state()[1].tolist()  # type: ignore[index]
    synthetic_tape(SHORT)
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before  # type: ignore[index]


def test_seeds_and_regimes_differ() -> None:
    digests = {synthetic_tape(replace(SHORT, seed=seed)).digest for seed in range(5)}
    assert len(digests) == 5
    crash, calm = synthetic_tape(SHORT), synthetic_tape(replace(SHORT, regime="calm"))
    assert abs(np.corrcoef(returns(crash, "BTC"), returns(calm, "BTC"))[0, 1]) < 0.1


@given(st.sets(st.sampled_from(MARKETS), min_size=1), st.integers(0, 2**64))
@settings(max_examples=15, deadline=None)
def test_a_market_does_not_depend_on_the_others(symbols: set[str], seed: int) -> None:
    whole = synthetic_tape(SyntheticSetup("capitulation", seed, MARKETS, Decimal("0.02"), 2))
    part = synthetic_tape(SyntheticSetup("capitulation", seed, tuple(sorted(symbols)), Decimal("0.02"), 2))
    for key, column in part.columns.items():
        assert np.array_equal(column, whole.columns[key])
    assert (part.gapped <= whole.gapped).all()


def test_the_script_does_not_depend_on_the_step() -> None:
    fine, coarse = made("crash", 4, "2", 15), made("crash", 4, "2", 300)
    same_moments = prices(fine, "BTC")[::20]
    assert np.corrcoef(np.log(same_moments), np.log(prices(coarse, "BTC")))[0, 1] > 0.9


# --- refusals


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"regime": "boom"}, "no regime 'boom'; these work: calm, trend"),
        ({"markets": ("BTC", "XRP")}, "no synthetic market 'XRP'; these work: BTC, ETH, SOL, MEME"),
        ({"markets": ()}, "at least one market"),
        ({"markets": ("BTC", "BTC")}, "BTC is named twice"),
        ({"seed": -1}, "whole number from 0"),
        ({"days": Decimal(0)}, "days must be above 0"),
        ({"days": Decimal(-1)}, "days must be above 0"),
        ({"days": Decimal("NaN")}, "days must be above 0"),
        ({"days": Decimal(4000)}, "at most 3,660"),
        ({"step_seconds": 0}, "1 s to 1 day"),
        ({"step_seconds": 86_401}, "1 s to 1 day"),
        ({"days": Decimal("0.01"), "step_seconds": 3600}, "shorter than one step of 1 h"),
        ({"start_ms": -1}, "between the years"),
        ({"days": Decimal(100)}, "at most 20,000,000"),
    ],
)
def test_refusals_say_what_works(change: dict[str, object], words: str) -> None:
    setup = replace(SHORT, **change)  # type: ignore[arg-type]
    with pytest.raises(SyntheticError, match=words):
        check(setup)
    with pytest.raises(SyntheticError, match=words):
        synthetic_tape(setup)


def test_the_largest_tape_is_accepted() -> None:
    check(replace(SHORT, markets=("BTC",), days=Decimal(231)))


# --- statistics


@pytest.mark.parametrize("step", [1, 60])
def test_correlations_are_near_their_targets(step: int) -> None:
    days = "1" if step == 1 else "7"
    for one, other in combinations(MARKETS, 2):
        found = [
            np.corrcoef(returns(made("calm", seed, days, step), one), returns(made("calm", seed, days, step), other))
            for seed in range(4)
        ]
        assert np.mean(found, axis=0)[0, 1] == pytest.approx(correlation(PROFILES[one], PROFILES[other]), abs=0.04)


def test_correlations_rise_in_a_crash() -> None:
    for one, other in combinations(MARKETS, 2):
        tape = made("crash", 5, "7", 60)
        assert np.corrcoef(returns(tape, one), returns(tape, other))[0, 1] > correlation(PROFILES[one], PROFILES[other])


@pytest.mark.parametrize("symbol", MARKETS)
def test_tails_are_fat_at_short_horizons(symbol: str) -> None:
    seconds = [excess_kurtosis(returns(made("calm", seed, "1", 1), symbol)) for seed in range(4)]
    minutes = [excess_kurtosis(returns(made("choppy", seed, "7", 60), symbol)) for seed in range(4)]
    assert min(seconds) > 6
    assert np.mean(minutes) > 3


@pytest.mark.parametrize("regime", ["calm", "choppy", "trend", "euphoria"])
def test_volatility_clusters_and_returns_do_not(regime: str) -> None:
    series = [returns(made(regime, seed, "7", 60), "BTC") for seed in range(4)]
    noise = 3 / np.sqrt(len(series[0]))
    for lag in (1, 5, 30):
        assert abs(np.mean([autocorrelation(one, lag) for one in series])) < noise
    for lag in (1, 10, 60):
        assert np.mean([autocorrelation(np.abs(one), lag) for one in series]) > noise


@pytest.mark.slow
@pytest.mark.parametrize(("days", "step"), [("0.0834", 5), ("2", 60), ("30", 1800)])
def test_every_crash_is_a_crash(days: str, step: int) -> None:
    for seed in range(40):
        tape = synthetic_tape(SyntheticSetup("crash", seed, ("BTC", "MEME"), Decimal(days), step))
        assert 0.15 <= drawdown(tape, "BTC") <= 0.50, seed
        assert drawdown(tape, "MEME") > drawdown(tape, "BTC"), seed


def test_no_two_crashes_look_the_same() -> None:
    troughs = [int(np.argmin(prices(made("crash", seed, "2", 60), "BTC"))) for seed in SEEDS]
    depths = [drawdown(made("crash", seed, "2", 60), "BTC") for seed in SEEDS]
    assert np.ptp(troughs) > 0.1 * 2880
    assert np.ptp(depths) > 0.06


@pytest.mark.slow
def test_calm_stays_calm_at_every_step_length() -> None:
    for step in (60, 900, 3600):
        found = [volatility(made("calm", seed, "30", step), "BTC", step) for seed in SEEDS]
        assert all(0.24 < one < 0.36 for one in found)
        assert np.mean(found) == pytest.approx(0.30, abs=0.02)
    assert max(drawdown(made("calm", seed, "2", 60), "BTC") for seed in SEEDS) < 0.10


def test_the_law_does_not_depend_on_the_step() -> None:
    """One-second steps added up to minutes are as fat-tailed and as volatile as minutes that were drawn as such."""
    kurtosis, vols = [], []
    for seed in SEEDS:
        fine = synthetic_tape(SyntheticSetup("calm", seed, ("BTC",), Decimal(3), 1))
        coarse = synthetic_tape(SyntheticSetup("calm", seed, ("BTC",), Decimal(3), 60))
        sums = np.diff(np.log(prices(fine, "BTC")[::60]))
        drawn = returns(coarse, "BTC")
        kurtosis.append((excess_kurtosis(sums), excess_kurtosis(drawn)))
        vols.append((sums.std(), drawn.std()))
    assert np.mean(vols, axis=0)[0] == pytest.approx(np.mean(vols, axis=0)[1], rel=0.03)
    medians = np.median(kurtosis, axis=0)
    assert 0.5 < medians[0] / medians[1] < 2.0


@pytest.mark.parametrize(
    ("regime", "low", "high"), [("trend", 0.02, 0.25), ("bleed", -0.2, -0.02), ("euphoria", 0.05, 0.4)]
)
def test_drifting_regimes_go_their_way(regime: str, low: float, high: float) -> None:
    for seed in SEEDS:
        path = prices(made(regime, seed, "2", 60), "BTC")
        assert low < path[-1] / path[0] - 1 < high, seed


def test_the_other_events_happen() -> None:
    for seed in SEEDS:
        flash, wash = (made(regime, seed, "2", 60) for regime in ("flash-crash", "capitulation"))
        assert drawdown(flash, "BTC") > 0.07
        assert drawdown(wash, "BTC") > 0.17
        for tape in (flash, wash):
            path = prices(tape, "BTC")
            trough = int(np.argmin(path))
            assert path[trough:].max() > path[trough] * 1.04
        path = prices(made("squeeze", seed, "2", 60), "BTC")
        assert (path / np.minimum.accumulate(path)).max() > 1.12


def test_jumps_gap_and_are_rare_until_they_are_not() -> None:
    calm = np.mean([made("calm", seed, "2", 60).gapped[1:].mean() for seed in SEEDS])
    crash = np.mean([made("crash", seed, "2", 60).gapped[1:].mean() for seed in SEEDS])
    assert calm < 0.005 < crash < 0.05
    ratio = []
    for seed in SEEDS:
        tape = made("crash", seed, "2", 60)
        sizes = np.abs(returns(tape, "BTC"))
        ratio.append(sizes[tape.gapped[1:]].mean() / sizes[~tape.gapped[1:]].mean())
    assert min(ratio) > 2


def test_premium_follows_the_mood() -> None:
    def mean(regime: str, seed: int) -> float:
        """Mean premium of BTC, as a fraction."""
        return float(column(made(regime, seed, "2", 60), "BTC", "premium").mean()) / 1e9

    for seed in SEEDS:
        assert 0.001 < mean("euphoria", seed) < 0.003
        assert abs(mean("calm", seed)) < 0.0002
        assert column(made("crash", seed, "2", 60), "BTC", "premium").min() < -1_500_000


def test_premium_answers_to_the_recent_return() -> None:
    found = []
    for seed in SEEDS:
        tape = made("choppy", seed, "7", 60)
        path = np.log(prices(tape, "BTC"))
        premium = column(tape, "BTC", "premium")
        found.append(np.corrcoef(path[240:] - path[:-240], premium[240:])[0, 1])
    assert np.mean(found) > 0.3


def test_volume_follows_moves_and_volatility() -> None:
    tape = made("crash", 5, "7", 60)
    volume = column(tape, "BTC", "volume")[1:]
    assert np.corrcoef(volume, np.abs(returns(tape, "BTC")))[0, 1] > 0.3
    assert volume.sum() > 1.3 * column(made("calm", 5, "7", 60), "BTC", "volume").sum()


# --- the parts


@given(st.integers(1, 3000), st.floats(1e-9, 0.999999))
@settings(max_examples=60, deadline=None)
def test_decayed_is_its_recursion(count: int, keep: float) -> None:
    shocks = np.random.default_rng(count).standard_normal(count)
    expected, level = [], 0.0
    for shock in shocks.tolist():
        level = keep * level + shock
        expected.append(level)
    np.testing.assert_allclose(decayed(shocks, keep), expected, rtol=1e-9, atol=1e-9)


def test_wandering_has_variance_one_and_its_memory() -> None:
    path = wander(np.random.default_rng(1), 200_000, 60.0, 1200.0)
    assert path.var() == pytest.approx(1.0, abs=0.1)
    assert autocorrelation(path, 20) == pytest.approx(np.exp(-1), abs=0.06)


@pytest.mark.parametrize("step", [1, 60, 3600])
def test_the_clock_runs_as_long_as_real_time(step: int) -> None:
    clock = uneven_clock(np.random.default_rng(2), 200_000, step)
    assert (clock > 0).all()
    assert clock.mean() == pytest.approx(1.0, rel=0.03)
    assert clock.var() == pytest.approx(4.0 / step, rel=0.15)


def test_bursts_have_the_branching_ratio() -> None:
    rng = np.random.default_rng(3)
    first = rng.uniform(0, 1e6, 5_000)
    times, causes = bursts(rng, first, np.full(5_000, 0.5), 10.0, 2e6)
    assert len(times) == pytest.approx(10_000, rel=0.06)
    assert (np.diff(times) >= 0).all()
    assert (times >= first[causes]).all()


@given(st.sampled_from(sorted(REGIMES)), st.integers(0, 10_000), st.floats(60, 3e8))
@settings(max_examples=150, deadline=None)
def test_a_script_covers_the_tape_without_holes(regime: str, seed: int, span: float) -> None:
    legs = draw_script(REGIMES[regime], span, np.random.default_rng(seed))
    assert legs[0].start == 0.0
    assert legs[-1].end == pytest.approx(span)
    for leg, following in pairwise(legs):
        assert leg.end == pytest.approx(following.start)
        assert leg.seconds > 0
    assert all(leg.vol > 0 and np.isfinite(leg.vol) for leg in legs)


def test_market_keys_and_regime_keys_are_unique() -> None:
    assert len({profile.key for profile in PROFILES.values()}) == len(PROFILES)
    assert len({regime.key for regime in REGIMES.values()}) == len(REGIMES)
