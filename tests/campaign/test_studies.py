"""Sensitivity, rare events and tails against what is known in closed form or by brute force."""

from math import pi

import numpy as np
import pytest
from scipy import stats

from manostat.core import codes
from manostat_sim.campaign.kernel import run_many
from manostat_tools.campaign.exact import share
from manostat_tools.campaign.rare import subset_simulation
from manostat_tools.campaign.sensitivity import sobol
from manostat_tools.campaign.space import PARAMETERS, draws
from manostat_tools.campaign.studies import overshoot
from manostat_tools.campaign.tail import fit_tail

DIMENSIONS = 6


def test_sobol_indices_of_a_function_that_is_known():
    # Ishigami and Homma 1990 with a = 7, b = 0.1, whose indices have a closed form.
    def ishigami(points):
        x = (2.0 * points - 1.0) * pi
        y = np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
        return {"ishigami": y}

    (found,) = sobol(ishigami, ("a", "b", "c"), base=1024)
    assert found.first == pytest.approx((0.3139, 0.4424, 0.0), abs=0.05)
    assert found.total == pytest.approx((0.5576, 0.4424, 0.2437), abs=0.05)
    assert found.runs == 1024 * 5


def test_what_gave_no_value_is_counted():
    (found,) = sobol(
        lambda points: {"x": np.where(points[:, 0] > 0.9, np.nan, points[:, 1])}, ("a", "b"), 64
    )
    assert 0 < found.left_out < found.runs


def linear(points):
    return stats.norm.ppf(np.clip(points, 1e-15, 1 - 1e-15)).sum(axis=1) / DIMENSIONS**0.5


@pytest.mark.parametrize("probability", [1e-3, 1e-5])
def test_subset_simulation_covers_what_is_known(probability):
    level = -stats.norm.ppf(probability)
    found = [
        subset_simulation(linear, DIMENSIONS, level, runs=1000, seed=seed) for seed in range(60)
    ]
    assert np.mean([one.low <= probability <= one.high for one in found]) >= 0.93
    assert np.mean([one.probability for one in found]) == pytest.approx(probability, rel=0.25)


def test_what_cannot_happen_is_not_found():
    found = subset_simulation(lambda points: points.min(axis=1), 2, 1.5, runs=100)
    assert found.low == 0.0


def test_subset_simulation_needs_whole_chains():
    with pytest.raises(ValueError, match="do not divide"):
        subset_simulation(linear, DIMENSIONS, 1.0, runs=105)


def test_on_the_kernel_it_agrees_with_brute_force():
    def of(points):
        return overshoot(points, 5.0)

    runs, level = 6000, 2150.0
    above = int((of(np.random.default_rng(5).random((runs, len(PARAMETERS)))) > level).sum())
    low, high = share(above, runs)
    assert 2 <= above <= 30, "the level is not where p is about 1e-3"
    found = subset_simulation(of, len(PARAMETERS), level, runs=1000)
    assert found.low <= high and found.high >= low
    assert found.low <= above / runs <= found.high


def test_a_point_is_an_injection_that_a_limit_ends():
    points = np.full((1, len(PARAMETERS)), 0.5)
    made = draws(points)
    outcome = run_many(made)[0]
    assert outcome["reason"] == codes.PRESSURE_ABOVE
    assert np.array_equal(made, draws(points))
    with pytest.raises(ValueError, match="columns"):
        draws(points[:, :-1])
    with pytest.raises(ValueError, match="outside"):
        draws(points + 0.6)


@pytest.mark.parametrize("shape", [-0.3, 0.0, 0.2])
def test_a_tail_fit_finds_the_distribution_it_was_given(shape):
    runs = 40_000
    values = stats.genpareto.rvs(
        shape, scale=100.0, size=runs // 20, random_state=np.random.default_rng(4)
    )
    found = fit_tail(1000.0 + values, runs, 1000.0, again=60)
    low, high = found.shape_interval
    assert found.shape == pytest.approx(shape, abs=0.06)
    assert low < found.shape < high
    assert high - low < 0.3
    exactly = 1000.0 + stats.genpareto.isf(1e-3 * 20, shape, scale=100.0)
    assert found.reached[1e-3][0] == pytest.approx(exactly, rel=0.03)
    with pytest.raises(ValueError, match="needs 50"):
        fit_tail(values[:10], runs, 0.0)
