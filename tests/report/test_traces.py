"""Curves lose no peak, and show opening and press where they were."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manostat_tools.report.curve import Curve
from manostat_tools.report.figures import curves
from manostat_tools.report.trace import Trace, rests, thin, time_of_steps, trace_of
from manostat_tools.report.units import PSI, unit_named


def trace(pressures, steps=None):
    n = len(pressures)
    return Trace(
        np.arange(n) * 0.002,
        np.array(pressures, dtype=float),
        np.arange(n) if steps is None else np.array(steps),
    )


@settings(derandomize=True, deadline=None)
@given(st.lists(st.integers(-5, 500_000), min_size=1, max_size=400), st.integers(2, 60))
def test_a_thinned_curve_keeps_its_ends_its_peak_and_its_trough(pressures, most):
    whole, seen = trace(pressures), thin(trace(pressures), most)
    assert seen.pressure_pa.max() == whole.pressure_pa.max()
    assert seen.pressure_pa.min() == whole.pressure_pa.min()
    assert (seen.time_s[0], seen.time_s[-1]) == (whole.time_s[0], whole.time_s[-1])
    assert len(seen.time_s) <= most + 2


def test_rests_are_where_no_step_was_made_for_long():
    steps = [*range(100), *[99] * 400, *range(100, 200), *[199] * 20]
    ((first, last),) = rests(trace([0] * len(steps), steps))
    assert (first, last) == (99, 499)
    assert time_of_steps(trace([0] * len(steps), steps), 150) == pytest.approx(0.002 * 550)
    assert time_of_steps(trace([0] * len(steps), steps), 1000) is None


def test_a_trace_is_found_by_its_hash_or_by_a_function_and_must_fit_together(session, traces):
    run = session.levels[2].runs[-1]
    assert trace_of(traces, run) is trace_of(lambda asked: traces[asked.trace], run)
    assert trace_of(traces, run.model_copy(update={"trace": None})) is None
    assert trace_of({}, run) is None
    with pytest.raises(ValueError, match="differ in length"):
        trace_of(lambda _run: trace([1, 2])._replace(steps=np.array([1])), run)


def drawn(session, traces, unit=PSI):
    level = session.levels[2]
    return curves(level, level.runs[-1], trace_of(traces, level.runs[-1]), unit)


def points(axes, label):
    line = next(one for one in axes.lines if str(one.get_label()).startswith(label))
    return line.get_xdata()[0], line.get_ydata()[0]


@pytest.mark.parametrize("unit", ["psi", "kPa"])
def test_marks_are_drawn_at_the_recorded_points_in_the_chosen_unit(session, traces, unit):
    run, of = session.levels[2].runs[-1], unit_named(unit)
    top = drawn(session, traces, of).axes[0]
    press = run.marks[0].points[0]
    for label, pressure_pa, volume_nl in (
        ("press", press.pressure_pa, press.volume_nl),
        ("stop", run.stop_pa, run.volume_nl),
    ):
        x, y = points(top, label)
        assert (x, y) == (pytest.approx(volume_nl / 1e6), pytest.approx(of.value(pressure_pa)))
    x, y = points(top, "opening")
    assert y == pytest.approx(of.value(run.opening_pa))
    assert 0 < x < press.volume_nl / 1e6
    assert unit in top.get_ylabel()


def test_the_press_is_placed_at_the_moment_of_its_volume(session, traces):
    bottom = drawn(session, traces).axes[1]
    run = session.levels[2].runs[-1]
    line = trace_of(traces, run)
    at_s = points(bottom, "press")[0]
    then = float(np.interp(at_s, line.time_s, line.pressure_pa))
    assert then == pytest.approx(run.marks[0].points[0].pressure_pa, abs=500)
    one_second = float(np.interp(at_s - 1.0, line.time_s, line.pressure_pa))
    assert one_second == pytest.approx(run.marks[0].points[2].pressure_pa, abs=500)


def test_an_opening_is_drawn_only_where_the_line_was_at_it(session, traces):
    run = session.levels[2].runs[-1]
    curve = Curve(run, trace_of(traces, run), None)
    assert curve.opening_ml(run.opening_pa) is not None
    assert curve.opening_ml(run.opening_pa + 2000) is None
    assert Curve(run, None, None).opening_ml(run.opening_pa) is None


def test_a_run_without_opening_has_no_axis_above_opening(session, traces):
    level = session.levels[2]
    run = level.runs[-1].model_copy(update={"opening_pa": None, "opening_how": "unsettled"})
    top = curves(level, run, trace_of(traces, run), PSI).axes[0]
    assert not top.child_axes
    assert any("unsettled" in str(line.get_label()) for line in top.lines)
