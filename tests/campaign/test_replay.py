"""Worst runs of a small campaign on the emulated board with the real image: they must agree."""

import numpy as np
import pytest

from manostat.core import codes
from manostat_sim.benches.core import CoreBench
from manostat_sim.campaign import breaking
from manostat_sim.campaign.hands import NEVER_US
from manostat_sim.campaign.kernel import run_many
from manostat_sim.campaign.replay import Ended, kernel_ended, replay, stage
from manostat_sim.campaign.sampler import short_run
from manostat_tools.campaign.replays import PEAK_PA, STEPS, Replayed, on_board
from manostat_tools.campaign.space import PARAMETERS
from manostat_tools.campaign.space import draws as points_to_draws


@pytest.fixture(scope="module")
def worst():
    """By reason of the stop, the run that went furthest beyond its limit, or least below it."""
    short = np.array([short_run(seed, breaking.NONE) for seed in range(1, 401)])
    short = short[short["mode"] == codes.INJECT]
    points = np.random.default_rng(1).random((100, len(PARAMETERS)))
    low, hurts = points_to_draws(points, 3.0), points_to_draws(points, 50.0)
    hurts["patient_threshold_pa"], hurts["patient_reaction_us"] = 6_895.0, 300_000
    hurts["patient_press_us"] = 500_000
    found = {}
    for draws, reason in ((low, codes.PRESSURE_ABOVE), (hurts, codes.PAIN), (short, codes.STOP)):
        outcomes = run_many(draws)
        ended = np.flatnonzero((outcomes["reason"] == reason) & (outcomes["steps"] > 0))
        found[reason] = draws[ended[np.argmax(outcomes["over_limit_pa"][ended])]]
    return found


def agree(draw, board) -> None:
    kernel = kernel_ended(draw)
    assert Replayed(0, kernel, board).agrees, f"{kernel}, {board}"
    assert board.opening_pa == pytest.approx(kernel.opening_pa, abs=PEAK_PA)


@pytest.mark.pico
@pytest.mark.parametrize("reason", [codes.PRESSURE_ABOVE, codes.PAIN, codes.STOP])
def test_a_worst_run_ends_on_the_board_as_in_the_campaign(worst, reason):
    agree(worst[reason], on_board(worst[reason]))


@pytest.mark.parametrize("reason", [codes.PRESSURE_ABOVE, codes.PAIN, codes.STOP])
def test_a_worst_run_ends_on_the_core_bench_as_in_the_campaign(worst, reason):
    scenario, unit = stage(worst[reason])
    bench = CoreBench(scenario, unit)
    bench.power_on()
    agree(worst[reason], replay(worst[reason], bench))


def test_another_draw_does_not_agree(worst):
    other = worst[codes.PRESSURE_ABOVE].copy()
    other["limit_above_pa"] += 20_684
    other["stop_us"] = NEVER_US
    scenario, unit = stage(other)
    bench = CoreBench(scenario, unit)
    bench.power_on()
    assert replay(other, bench).steps > kernel_ended(worst[codes.PRESSURE_ABOVE]).steps + STEPS


def test_what_differs_is_said():
    ended = Ended(codes.PAIN, 0, 1000, 100_000.0, -1)
    assert Replayed(0, ended, ended._replace(steps=1000 + STEPS)).agrees
    for other in (
        ended._replace(steps=1001 + STEPS),
        ended._replace(reason=codes.STOP),
        ended._replace(peak_line_pa=100_001.0 + PEAK_PA),
    ):
        assert not Replayed(0, ended, other).agrees


def test_what_no_bench_stages_is_refused(worst):
    broken = worst[codes.PAIN].copy()
    broken["fault_kind"] = breaking.LINE_STALE
    with pytest.raises(ValueError, match="line-stale"):
        stage(broken)
    other = worst[codes.PAIN].copy()
    other["mode"] = codes.SHAM
    with pytest.raises(ValueError, match="only an injection"):
        stage(other)
