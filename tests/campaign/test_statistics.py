"""Margins, exact bounds and quantiles against numbers that were computed otherwise."""

import re
from pathlib import Path

import numpy as np
import pytest

from manostat.core import codes
from manostat_sim.campaign import breaking
from manostat_sim.campaign.draw import DRAW, run_of
from manostat_sim.campaign.kernel import run_many
from manostat_sim.campaign.outcome import OUTCOME
from manostat_sim.campaign.sampler import short_run
from manostat_tools.campaign import exact
from manostat_tools.campaign.again import block_of
from manostat_tools.campaign.as_read import as_read_pa, by_steps_pa
from manostat_tools.campaign.blocks import blocks, count, draws_at
from manostat_tools.campaign.limits import LIMITS
from manostat_tools.campaign.margins import margins
from manostat_tools.campaign.quantities import quantities
from manostat_tools.campaign.sketch import RESOLUTION, Sketch
from manostat_tools.campaign.worst import Worst

from .folder_of_campaign import write_folder

REQUIREMENTS = Path(__file__).parents[2] / "docs" / "requirements"


@pytest.fixture(scope="module")
def runs():
    draws = np.array([short_run(seed) for seed in range(1, 401)])
    return draws, run_many(draws)


@pytest.mark.parametrize("judged", LIMITS, ids=lambda one: f"{one.requirement} {one.of[:30]}")
def test_each_limit_is_the_requirement_s(judged):
    (file,) = REQUIREMENTS.glob(f"*/{judged.requirement}.md")
    limits = re.findall(
        r"- at: '?([<>=]+)'?\n  number: ([\d.]+)\n  of: '?(.*?)'?\n  unit: (.*)", file.read_text()
    )
    (found,) = [limit for limit in limits if limit[2] == judged.of]
    number, unit = float(found[1]), found[3].strip("'")
    if unit == "samples":
        number, unit = number * 2.0, "ms"  # one sample each tick of 2 ms
    assert (number, unit) == (judged.limit, judged.unit)
    assert judged.at == (found[0] if found[0] != "=" else "<=")


def test_no_failure_in_n_runs_is_the_rule_of_three():
    assert exact.at_most(0, 1000) == pytest.approx(1.0 - 0.05 ** (1 / 1000), rel=1e-9)
    assert exact.at_most(0, 1000) == pytest.approx(3.0 / 1000, rel=0.01)


def test_a_two_sided_interval_is_that_of_the_tables():
    # 1 of 10 at 95 %: 0.0025 to 0.4450, printed in any table of exact limits.
    assert exact.share(1, 10) == pytest.approx((0.0025286, 0.4450161), abs=1e-6)
    assert exact.share(0, 10)[0] == 0.0
    assert exact.share(10, 10)[1] == 1.0


def test_an_exact_bound_covers_at_least_as_often_as_it_says():
    share, n = 0.03, 60
    failures = np.random.default_rng(1).binomial(n, share, 4000)
    covered = np.mean([exact.at_most(int(k), n) >= share for k in failures])
    assert covered >= 0.95


def test_ranks_need_enough_runs():
    assert exact.ranks(0.999, 100) is None
    low, high = exact.ranks(0.5, 1001)
    assert low < 501 < high


@pytest.mark.parametrize("share", [0.01, 0.5, 0.95, 0.999])
def test_a_quantile_is_within_the_stated_resolution(share):
    values = np.random.default_rng(2).normal(200.0, 3000.0, 20_000)
    sketch = Sketch()
    for part in np.split(values, 8):
        sketch.add(part)
    exactly = np.sort(values)[int(np.ceil(share * len(values))) - 1]
    assert sketch.quantile(share) == pytest.approx(exactly, rel=RESOLUTION)
    assert (sketch.least, sketch.most) == (values.min(), values.max())


def test_the_worst_are_kept_over_blocks():
    values = np.random.default_rng(3).permutation(100).astype(float)
    worst = Worst(3)
    for at in range(0, 100, 10):
        worst.add(np.arange(at, at + 10), np.arange(at, at + 10) + 1, values[at : at + 10])
    assert [case.value for case in worst.cases()] == [99.0, 98.0, 97.0]
    assert worst.cases()[0].run == int(np.argmax(values))
    assert worst.cases()[0].seed == worst.cases()[0].run + 1


def test_blocks_give_back_what_was_drawn(runs, tmp_path):
    draws, outcomes = runs
    folder = write_folder(tmp_path, draws, outcomes)
    assert count(folder) == len(draws)
    told = np.concatenate([block["out_told_nl"] for block in blocks(folder, ["out_told_nl"])])
    assert np.array_equal(told, outcomes["told_nl"])
    assert draws_at(folder, [17, 399])[399] == draws[399]
    with pytest.raises(KeyError, match="no run 400"):
        draws_at(folder, [400])
    with pytest.raises(KeyError, match="no column out_nothing"):
        next(blocks(folder, ["out_nothing"]))
    with pytest.raises(FileNotFoundError):
        count(tmp_path / "elsewhere")


def test_a_margin_is_the_worst_run_s(runs, tmp_path):
    draws, outcomes = runs
    found = {m.judged.of: m for m in margins(write_folder(tmp_path, draws, outcomes))}
    peak = found["peak of a line of 1 uL/psi stopped there, overshoot (P-04) included"]
    kind = draws["fault_kind"]
    judged = (outcomes["last_step_us"] >= 0) & ((kind == 0) | (kind > breaking.LINE_NOISE))
    assert peak.runs == judged.sum()
    read_pa = outcomes["peak_line_pa"] * draws["line_span"] + draws["line_offset_pa"]
    read_pa -= draws["zero_pa"] + slip_pa(draws)
    assert peak.worst * 6894.757 == pytest.approx(read_pa[judged].max())
    assert peak.cases[0].run == int(np.argmax(np.where(judged, read_pa, -np.inf)))
    assert peak.failures == 0
    assert peak.at_most == exact.at_most(0, peak.runs)


def slip_pa(draws):
    """What a plunger that lets go pushes into a line that was at rest, by the plant's own parts."""
    found = []
    for draw in draws:
        plant = run_of(draw).plant
        syringe, line = plant.syringe, plant.line_nl_per_pa
        syringe.driven_nl = syringe.stiction_pa * syringe.rod_nl_per_pa * (1.0 + 1e-9)
        found.append(syringe.slip(0.0, line) / line)
    return np.array(found)


def test_the_slip_of_a_plunger_that_sticks_is_left_out_of_an_overshoot(runs):
    draws, outcomes = runs
    block = block_of(draws, outcomes, np.arange(len(draws)))
    slips = slip_pa(draws)
    assert slips.max() > 100.0
    assert as_read_pa(block) - by_steps_pa(block) == pytest.approx(slips, rel=1e-6, abs=1e-6)


def _one_run(reason: int, fault: int, kind: int, **more: float):
    draws, outcomes = np.zeros(3, DRAW), np.zeros(3, OUTCOME)
    draws["fault_kind"], outcomes["reason"], outcomes["fault"] = kind, reason, fault
    draws["rate_nl_s"], draws["line_span"], draws["seed"] = 50_000, 1.0, (7, 8, 9)
    draws["plant_line_nl_per_pa"] = 1.0
    draws["second_span"], draws["fault_amount"] = 1.0, 50_000.0
    outcomes["last_step_us"] = outcomes["fault_came_us"] = outcomes["pressed_us"] = 1_000_000
    for name, value in more.items():
        outcomes[name][1] = value
    return draws, outcomes


@pytest.mark.parametrize(
    ("requirement", "of", "run"),
    [
        ("P-01", 0, _one_run(0, 0, 0, peak_line_pa=101.0 * 6894.757)),
        (
            "P-11",
            0,
            _one_run(codes.FAULT, codes.SENSOR_STATUS, breaking.LINE_STALE, stop_latency_us=4_001),
        ),
        (
            "P-12",
            0,
            _one_run(codes.FAULT, codes.DETACHED, breaking.DETACHED, open_nl=300_001.0),
        ),
        (
            "P-13",
            0,
            _one_run(
                codes.FAULT,
                codes.SENSORS_DISAGREE,
                breaking.SECOND_OFFSET,
                stop_latency_us=20_001,
            ),
        ),
        ("D-01", 0, _one_run(0, 0, 0, told_nl=1.0)),
        ("B-01", 0, _one_run(codes.PAIN, 0, 0, stop_latency_us=11)),
        ("B-05", 0, _one_run(codes.STOP, 0, 0, stop_latency_us=11)),
        (
            "T-03",
            0,
            _one_run(codes.FAULT, codes.LATE, breaking.TICKS_MISSING, stop_latency_us=5_661),
        ),
    ],
)
def test_a_run_beyond_a_limit_is_named(tmp_path, requirement, of, run):
    folder = write_folder(tmp_path, *run)
    found = [m for m in margins(folder) if m.requirement == requirement][of]
    assert found.margin < 0.0
    assert (found.failures, found.runs) == (1, 3)
    assert (found.cases[0].run, found.cases[0].seed) == (1, 8)


@pytest.mark.parametrize(("noise_counts", "judged"), [(0.0, 2), (0.05, 1), (1.0, 0)])
def test_an_offset_that_noise_can_hide_judges_nothing(tmp_path, noise_counts, judged):
    """Rounding hides 79 Pa of the line sensor and 316 Pa of the second; noise 3.46 sd of each."""
    draws, outcomes = _one_run(codes.FAULT, codes.SENSORS_DISAGREE, breaking.SECOND_OFFSET)
    draws["fault_amount"] = 5.0 * 6894.757 + np.array([390.0, 400.0, 500.0])
    draws["second_offset_pa"] = 0.0, 0.0, -40.0
    draws["second_noise_counts"] = noise_counts
    (found,) = [
        m for m in margins(write_folder(tmp_path, draws, outcomes)) if m.requirement == "P-13"
    ]
    assert found.runs == judged


def test_a_step_before_the_cause_is_no_latency(tmp_path):
    draws, outcomes = _one_run(codes.PAIN, 0, 0, stop_latency_us=-1_340)
    pain = {q.name: q for q in quantities(write_folder(tmp_path, draws, outcomes))}
    assert pain["cause to last step: pain"].runs == 2
    assert pain["cause to last step: pain"].sooner == 1
