"""Requirements on the trace of a stored run, and on the report that is made of a store."""

import numpy as np
import pytest

from manostat_tools.cli import main
from manostat_tools.journal.page import PAGE_BYTES
from manostat_tools.report.trace import steps_at_stop
from manostat_tools.store.imports import import_pull
from manostat_tools.store.reading import unassigned
from manostat_tools.store.store import Store
from manostat_tools.store.traces import recording_of, trace_of
from manostat_tools.store.units import units_of

from ..session.written import START
from .pumps import (
    answer_to_j,
    answer_to_r,
    ended_in_pauses,
    gone_on,
    gone_on_after_power_off,
    later,
    longer,
    rested,
)


@pytest.fixture
def runs(store):
    import_pull(store, later(), START)
    (unit,) = {pull.unit for pull in store.pulls()}
    return unassigned(store, unit)


def test_a_trace_ends_with_the_volume_of_its_run(store, runs):
    traced = [run for run in runs if run.trace is not None]
    assert traced
    for run in traced:
        trace = trace_of(store, run)
        rx = run.prescription
        assert int(trace.steps[-1]) * rx.nl_num // rx.nl_den == run.volume_nl
        assert np.all(np.diff(trace.steps) >= 0) and trace.steps[0] >= 0


def test_a_trace_has_the_peak_that_the_pump_recorded(store, runs):
    """To a count of the sensor."""
    run = next(run for run in runs if run.trace is not None and run.peak_pa is not None)
    assert float(trace_of(store, run).pressure_pa.max()) == pytest.approx(run.peak_pa, abs=80)


def test_a_run_without_outcome_or_without_trace_has_none(store, runs):
    traced = next(run for run in runs if run.trace is not None)
    assert trace_of(store, traced.model_copy(update={"uncertain": True})) is None
    assert trace_of(store, traced.model_copy(update={"trace": None})) is None
    assert trace_of(store, traced.model_copy(update={"trace": "00" * 32})) is None


def test_a_recording_has_the_motion_the_rest_after_it_and_the_steps_of_its_run(store):
    import_pull(store, rested(), START)
    (unit,) = {pull.unit for pull in store.pulls()}
    (run,) = unassigned(store, unit)
    found = recording_of(store, run)
    (stop_us,) = found.stops_us()
    rx = run.prescription
    assert found.steps[0] == 0
    assert int(found.steps[-1]) * rx.nl_num // rx.nl_den == run.volume_nl
    assert 9.9 <= found.rest_after_s(stop_us) <= 10.1


LITTLE = 6000
"""Bytes of the pump's memory: 3000 ticks, so that a level of 20 s is several stretches."""


@pytest.fixture
def long_run(store):
    """The run of a level that was longer than the memory of its pump."""
    import_pull(store, longer(LITTLE), START)
    (run,) = unassigned(store, next(iter(units_of(store))))
    return run


def test_a_level_that_is_longer_than_the_memory_is_one_trace_from_the_first_step_to_the_stop(
    store, long_run
):
    (unit,) = units_of(store).values()
    assert len(unit.stretches) > 2
    trace = trace_of(store, long_run)
    rx = long_run.prescription
    assert len(trace.time_s) * 2 > 1.5 * LITTLE
    assert int(trace.steps[-1]) * rx.nl_num // rx.nl_den == long_run.volume_nl
    assert int(trace.steps[0]) == 0 and np.all(np.diff(trace.steps) <= 3)
    assert float(trace.pressure_pa.max()) > long_run.peak_pa - 80
    moving = np.diff(trace.time_s)[np.diff(trace.steps) > 0]
    assert np.all(moving < 0.0045), "no tick of motion is missing"


def test_of_such_a_level_there_is_a_recording_to_derive_from(store, long_run):
    found = recording_of(store, long_run)
    rx = long_run.prescription
    assert int(found.steps[-1]) * rx.nl_num // rx.nl_den == long_run.volume_nl
    assert len(found.stops_us()) > 2 and found.begins_level


def test_runs_that_end_in_a_pause_are_each_drawn_to_their_own_stop(store):
    """Behind both there is a stretch of one mark, the same bytes."""
    import_pull(store, ended_in_pauses(LITTLE), START)
    first, second = unassigned(store, next(iter(units_of(store))))
    assert first.trace == second.trace
    for run, begins in ((first, 0), (second, steps_at_stop(first))):
        trace = trace_of(store, run)
        assert (int(trace.steps[0]), int(trace.steps[-1])) == (begins, steps_at_stop(run))
        assert int(recording_of(store, run).steps[-1]) == steps_at_stop(run)


def test_a_run_in_which_nothing_moved_has_no_recording(store):
    import_pull(store, ended_in_pauses(LITTLE, moves_again=False), START)
    _, second = unassigned(store, next(iter(units_of(store))))
    assert second.trace is not None
    assert recording_of(store, second) is None


def test_without_one_of_its_stretches_there_is_neither(folder):
    pages = answer_to_r(longer(LITTLE))
    with Store.create(folder / "gap.sqlite", START) as store:
        import_pull(store, answer_to_j(longer(LITTLE)) + pages[PAGE_BYTES:], START)
        (run,) = unassigned(store, next(iter(units_of(store))))
        assert run.trace is not None
        assert (trace_of(store, run), recording_of(store, run)) == (None, None)


def test_a_report_is_made_of_what_is_stored(copy, folder, capsys):
    out = folder / "out"
    arguments = ["sessions", "report", "true", "--store", copy, "--out", out, "--unit", "kPa"]
    code = main([str(each) for each in arguments])
    said = capsys.readouterr().out
    assert code == 0 and str(out / "report.pdf") in said
    assert (out / "report.pdf").read_bytes().startswith(b"%PDF")
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "L4-5" in page and "line pressure (kPa, gauge)" in page
    assert (out / "tables" / "traces.csv").stat().st_size > 1000


def test_a_report_of_a_session_that_is_not_there_writes_nothing(copy, folder, capsys):
    out = folder / "out"
    code = main(["sessions", "report", "nobody", "--store", str(copy), "--out", str(out)])
    assert code == 2 and not out.exists()
    assert "session nobody: not in" in capsys.readouterr().err


def test_the_trace_of_a_level_that_was_gone_on_with_begins_where_the_first_stop_left_it(store):
    import_pull(store, gone_on(), START)
    (unit,) = {pull.unit for pull in store.pulls()}
    first, second = unassigned(store, unit)
    assert first.trace != second.trace
    trace = trace_of(store, second)
    assert int(trace.steps[0]) == steps_at_stop(first)
    assert int(trace.steps[-1]) == steps_at_stop(second)


def test_the_recording_of_a_run_that_was_gone_on_with_begins_with_its_level(store):
    import_pull(store, gone_on(), START)
    _, second = unassigned(store, next(iter(units_of(store))))
    found = recording_of(store, second)
    assert found.begins_level and int(found.steps[-1]) == steps_at_stop(second)


def test_of_a_level_that_goes_on_after_a_power_cut_the_recording_says_that_it_is_a_part(store):
    """The trace is of one boot; what came before it is counted in its steps."""
    import_pull(store, gone_on_after_power_off(), START)
    first, second = unassigned(store, next(iter(units_of(store))))
    assert first.source.level == second.source.level
    found = recording_of(store, second)
    assert int(found.steps[0]) == steps_at_stop(first) > 0 and not found.begins_level
    assert int(found.steps[-1]) == steps_at_stop(second)
