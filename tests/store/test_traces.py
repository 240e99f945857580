"""Requirements on the trace of a stored run, and on the report that is made of a store."""

import numpy as np
import pytest

from manostat_tools.cli import main
from manostat_tools.report.trace import cut_s, steps_at_stop
from manostat_tools.store.imports import import_pull
from manostat_tools.store.reading import unassigned
from manostat_tools.store.store import Store
from manostat_tools.store.traces import recording_of, trace_of

from ..session.written import START
from .pumps import gone_on, later, rested


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


def test_a_level_that_its_trace_does_not_hold_whole_has_no_recording(store):
    import_pull(store, later(trace_bytes=400), START)
    (unit,) = {pull.unit for pull in store.pulls()}
    traced = [run for run in unassigned(store, unit) if run.trace is not None]
    assert traced
    assert [recording_of(store, run) for run in traced] == [None] * len(traced)


@pytest.fixture
def cut(store):
    """A store, and the run of a level of which the pump's memory held the first 200 words."""
    import_pull(store, later(trace_bytes=400), START)
    (unit,) = {pull.unit for pull in store.pulls()}
    return store, next(run for run in unassigned(store, unit) if run.trace is not None)


def test_each_sample_of_a_trace_whose_end_is_missing_is_at_the_volume_at_which_it_was_read(
    cut, folder
):
    with Store.create(folder / "whole.sqlite", START) as other:
        import_pull(other, later(), START)
        (unit,) = {pull.unit for pull in other.pulls()}
        first = next(run for run in unassigned(other, unit) if run.trace is not None)
        whole = trace_of(other, first)
    store, run = cut
    trace = trace_of(store, run)
    n = len(trace.steps)
    assert 150 < n < len(whole.steps)
    assert trace.steps.tolist() == whole.steps[:n].tolist()
    assert trace.pressure_pa.tolist() == whole.pressure_pa[:n].tolist()


def test_it_is_known_of_a_trace_whether_it_holds_the_stop(cut, folder):
    store, run = cut
    trace = trace_of(store, run)
    assert cut_s(trace, run) == pytest.approx(float(trace.time_s[-1]))
    with Store.create(folder / "whole.sqlite", START) as other:
        import_pull(other, later(), START)
        (unit,) = {pull.unit for pull in other.pulls()}
        held = [run for run in unassigned(other, unit) if run.trace is not None]
        assert [cut_s(trace_of(other, run), run) for run in held] == [None] * len(held)


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
