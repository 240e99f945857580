"""Against the simulated plant: whole runs on the core bench, and what is said of many of them."""

import argparse

import pytest

from manostat_sim.measure.drawn import SetUp, drawn
from manostat_sim.measure.injected import Run, inject
from manostat_sim.measure.other_plant import OtherPlant
from manostat_sim.plant.build import build_disc, build_plant
from manostat_tools.bench.figure import Figure, Measured
from manostat_tools.bench.figures import FIGURES
from manostat_tools.bench.views import bar
from manostat_tools.boards import BOARDS, load_board
from manostat_tools.derive import check as check_module
from manostat_tools.derive import command, sweep
from manostat_tools.derive.check import Checked, Compared, check, compare
from manostat_tools.derive.recording import from_frames
from manostat_tools.derive.run import derive
from manostat_tools.derive.summary import PRESSURE, VOLUME, lines, summary

from .made import PSI, equipment

CASES = 3


def unit() -> tuple[int, ...]:
    bench = load_board(BOARDS / "RPI_PICO").bench
    assert bench is not None
    return bench.values


@pytest.fixture(scope="module")
def checked() -> list[Checked]:
    return [check(set_up, unit()) for set_up in drawn(CASES, 77)]


def test_draws_are_the_same_every_time_and_lie_within_the_published_ranges():
    assert drawn(8, 3) == drawn(8, 3) != drawn(8, 4)
    many = drawn(64, 3)
    assert {one.grade for one in many} == {0, 1, 2, 3, 4, 5}
    assert {one.contrast for one in many} == {240, 300}
    assert all(2.0 <= one.line_ul_psi <= 10.0 and 5.0 <= one.warming_s <= 120.0 for one in many)
    assert any(one.leak_ul_s_psi for one in many) and any(one.air_ml for one in many)
    assert all(one.grade == 5 for one in many if one.leak_ul_s_psi)
    assert any(one.backlash_steps for one in many) and any(one.stiction_n for one in many)


def test_whole_runs_on_the_core_bench_are_covered(checked):
    for run in checked:
        assert not run.refused
        for name in (PRESSURE, VOLUME, ("disc_above_opening", 0), ("needle_resistance", 0)):
            assert run.compared[name].covered, (run.set_up.seed, name)


def test_the_same_set_up_gives_the_same_numbers(checked):
    again = check(checked[0].set_up, unit())
    assert again.compared == checked[0].compared


def test_a_zero_taken_at_the_height_of_the_disc_narrows_the_interval(checked):
    zeroed = check(checked[0].set_up, unit(), zeroed=True)
    assert zeroed.compared[PRESSURE].covered
    assert zeroed.compared[PRESSURE].half < 0.75 * checked[0].compared[PRESSURE].half


@pytest.fixture(scope="module")
def injected(checked) -> Run:
    return inject(checked[0].set_up, unit(), rest_s=1.0)


def test_truth_is_the_plants_own(injected):
    run = injected
    recording = from_frames(run.frames)
    stop_us = recording.stops_us()[-1]
    derived = derive(recording, equipment(), stop_us)
    found = compare(derived, run, recording, stop_us)
    assert found[VOLUME].truth == run.truth.at("entered_nl", stop_us)
    assert run.truth.entered_nl[-1] > found[VOLUME].truth > 0.0


def test_a_line_that_could_not_be_measured_is_a_run_without_a_value(monkeypatch, checked, injected):
    monkeypatch.setattr(check_module, "comply", lambda *_: injected.frames[:200])
    monkeypatch.setattr(check_module, "inject", lambda *_: injected)
    run = check(checked[0].set_up, unit())
    assert not run.compared
    assert "20 psi" in run.refused
    assert summary([run], PRESSURE).covered_percent == 0.0


# Of many runs


def made_up(set_up: SetUp, error: float, half: float, pain: bool = True) -> Checked:
    compared = {key: Compared(100.0 + error, half, 100.0) for key in (PRESSURE, VOLUME)}
    return Checked(set_up, pain, 1, compared, "", 5.0)


def test_a_run_without_a_value_counts_as_missed():
    (set_up,) = drawn(1, 1)
    runs = [made_up(set_up, 1.0, 2.0), made_up(set_up, -3.0, 2.0), made_up(set_up, 0.0, 2.0)]
    none = Checked(set_up, True, 1, {}, "why", 0.0)
    assert summary(runs, PRESSURE).covered_percent == pytest.approx(200.0 / 3.0)
    assert summary([*runs, none], PRESSURE).covered_percent == pytest.approx(50.0)
    assert summary([*runs, none], PRESSURE).missing == 1


def test_half_widths_and_errors_are_of_the_runs_that_the_press_ended():
    (set_up,) = drawn(1, 1)
    runs = [made_up(set_up, 1.0, 2.0), made_up(set_up, 50.0, 90.0, pain=False)]
    found = sweep.measured(runs)
    assert found["disc_pressure_halfwidth_pa_p50"].value == 2.0
    assert found["disc_volume_error_ppm_p95"].value == pytest.approx(10_000.0)
    assert found["disc_pressure_coverage"] == Measured(100.0, None, 2)


def test_what_is_not_met_is_named():
    (set_up,) = drawn(1, 1)
    wide = [made_up(set_up, 3.0 * PSI, 2.5 * PSI)]
    assert set(sweep.over_bars(wide)) == {
        "disc_pressure_coverage",
        "disc_pressure_halfwidth_pa_p50",
        "disc_volume_coverage",
        "disc_volume_halfwidth_ppm_p50",
        "disc_volume_error_ppm_p95",
    }
    assert not sweep.over_bars([made_up(set_up, 0.1, 0.5)])


def test_the_report_tells_classes_and_the_worst_with_their_seeds(checked):
    text = "\n".join(lines(checked))
    for run in checked:
        assert f"seed {run.set_up.seed}" in text
        for name in run.set_up.classes().values():
            assert name in text
    assert "0 without a disc pressure" in text


# Figures


def test_a_figure_may_want_at_least_its_bar():
    coverage = Figure("c", "%", 95.0, ("one",), "how", "note", at_least=True)
    assert coverage.passes(95.0) and not coverage.passes(94.9)
    assert bar(coverage) == "at least 95"


def test_the_promised_figures_stand_in_the_bench_with_their_bars():
    bars = {one.name: (one.bar, one.at_least) for one in FIGURES if one.name.startswith("disc_")}
    assert bars == {
        "disc_pressure_coverage": (95.0, True),
        "disc_pressure_halfwidth_pa_p50": (13790.0, False),
        "disc_pressure_error_pa_p95": (None, False),
        "disc_volume_coverage": (95.0, True),
        "disc_volume_halfwidth_ppm_p50": (10000.0, False),
        "disc_volume_error_ppm_p95": (10000.0, False),
    }
    assert all(len(one.tasks) == 1 for one in FIGURES if one.at_least)


# The command


def test_the_command_says_what_is_wrong_with_a_count(capsys):
    parser = argparse.ArgumentParser()
    command.register(parser.add_subparsers())
    with pytest.raises(SystemExit):
        parser.parse_args(["derive-check", "--runs", "0"])
    assert "from 1 on" in capsys.readouterr().err


def test_the_command_prints_its_report_and_says_whether_the_bars_are_met(capsys):
    parser = argparse.ArgumentParser()
    command.register(parser.add_subparsers())
    options = parser.parse_args(["derive-check", "--runs", "1", "--seed", "2", "--rest", "5"])
    assert options.run(options) in (0, 1)
    said = capsys.readouterr().out
    assert "cover %" in said and ("all bars are met" in said or "over the bar" in said)


# A disc and a needle that the picture does not have


def test_the_other_plant_stiffens_and_gives_way_with_two_times():
    plant = OtherPlant(build_plant(build_disc(40.0, 10.0, relaxing_share=0.0)))
    plain = build_plant(build_disc(40.0, 10.0, relaxing_share=0.0))
    for _ in range(5000):
        for one in (plant, plain):
            one.step(1)
            one.advance(2000)
    assert plant.disc.pressure_pa > plain.disc.pressure_pa + 0.5 * PSI
    coldness = plant.coldness
    plant.advance(4_000_000)
    soon_pa = plant.disc.pressure_pa
    plant.advance(26_000_000)
    assert plant.disc.pressure_pa < soon_pa - 50.0
    assert plant.coldness < 0.6 * coldness
    held = plant.stored_nl + plant.disc.volume_nl
    assert held == pytest.approx(plant.syringe.delivered_nl, rel=1e-9)


def test_a_run_into_the_other_plant_is_still_covered(checked):
    run = check(checked[0].set_up, unit(), other=True)
    assert run.compared[PRESSURE].covered
    assert run.compared[VOLUME].covered
    assert run.rms_pa > checked[0].rms_pa
