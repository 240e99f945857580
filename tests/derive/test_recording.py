"""From the pump's frames to arrays and even bins, with gaps."""

import numpy as np
import pytest

from manostat.core.codes import HOLDING, IDLE, INJECTING, SEEKING, SETTLING, STOPPED
from manostat.core.scale import line_pa
from manostat_sim.telemetry import TickFrame
from manostat_tools.derive.grid import grid_of
from manostat_tools.derive.recording import Recording, from_frames, pascals

from .made import STEP_NL, WARMING, make


def frame(tick: int, **other: int) -> TickFrame:
    values = dict.fromkeys(TickFrame._fields, 0) | {"elapsed_us": 2000, "state": INJECTING}
    return TickFrame(**{**values, "tick": tick & 0xFFFF, **other})


def arrays(count: int = 4) -> dict[str, np.ndarray]:
    return {
        "time_us": np.arange(count, dtype=np.int64) * 2000,
        "pressure_pa": np.zeros(count),
        "steps": np.arange(count, dtype=np.int64),
        "moving": np.ones(count, dtype=np.bool_),
    }


def test_frames_become_a_recording_on_the_clock_of_the_first_one():
    found = from_frames([frame(5, pressure_pa=10, steps=1), frame(6, pressure_pa=20, steps=2)])
    assert list(found.time_us) == [0, 2000]
    assert list(found.pressure_pa) == [10.0, 20.0]
    assert list(found.steps) == [1, 2]


def test_lost_frames_take_their_time_also_where_the_tick_number_starts_over():
    found = from_frames([frame(0xFFFD), frame(0xFFFE), frame(0x0003), frame(0x0004)])
    assert list(found.time_us) == [0, 2000, 12_000, 14_000]


def test_a_reading_that_was_not_fresh_is_left_out_and_its_time_counts():
    found = from_frames([frame(1), frame(2, line_status=2, elapsed_us=2010), frame(3), frame(4)])
    assert list(found.time_us) == [0, 4010, 6010]


def test_counts_are_the_pascals_that_the_pump_makes_of_them():
    counts = np.arange(0, 16384, 7)
    expected = [line_pa(int(count)) - 250 for count in counts]
    assert pascals(counts, 250.0) == pytest.approx(expected, abs=1.0)


@pytest.mark.parametrize(
    ("state", "moves"),
    [(IDLE, 0), (SEEKING, 1), (SETTLING, 0), (INJECTING, 1), (HOLDING, 0), (STOPPED, 0)],
)
def test_moving_is_what_the_pump_calls_so(state, moves):
    assert list(from_frames([frame(1, state=state), frame(2)]).moving) == [bool(moves), True]


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        ({"steps": np.arange(3)}, "equal"),
        ({"time_us": np.array([0, 2000, 2000, 4000])}, "rise"),
        ({"pressure_pa": np.array([0.0, np.nan, 0.0, 0.0])}, "no number"),
    ],
)
def test_arrays_that_are_no_recording_are_refused(spoilt, said):
    with pytest.raises(ValueError, match=said):
        Recording(**{**arrays(), **spoilt})
    with pytest.raises(ValueError, match="2 or more"):
        Recording(**arrays(1))


def test_stops_and_rests_are_those_of_the_plunger():
    made = make(WARMING)
    first, second = made.recording.stops_us()
    assert (first, second) == (5_000_000, 21_000_000)
    assert made.recording.rest_after_s(first) == pytest.approx(8.0)
    assert made.recording.rest_after_s(second) == pytest.approx(15.0)


def test_bins_hold_the_mean_of_their_readings_and_nothing_where_there_are_none():
    recording = make(WARMING).recording
    cut = recording.without(6_000_000, 7_000_000)
    grid = grid_of(cut, STEP_NL)
    seconds = grid.middle_s
    assert np.isnan(grid.mean_pa[(seconds > 6.0) & (seconds < 7.0)]).all()
    assert int(grid.readings.sum()) == len(cut.time_us)
    at = 500
    inside = (recording.time_us >= at * 20_000) & (recording.time_us < (at + 1) * 20_000)
    assert grid.mean_pa[at] == pytest.approx(np.mean(recording.pressure_pa[inside]))


@pytest.mark.parametrize(("begin_s", "end_s"), [(4.4, 5.6), (12.2, 13.8)])
def test_a_stop_or_start_in_a_gap_is_where_the_rate_puts_it(begin_s, end_s):
    """Evenly spread, the steps would be off by up to 0.3 s of the flow: 15 uL."""
    recording = make(WARMING).recording
    whole = grid_of(recording, STEP_NL)
    cut = grid_of(recording.without(round(begin_s * 1e6), round(end_s * 1e6)), STEP_NL)
    assert np.max(np.abs(whole.pushed_nl - cut.pushed_nl)) < 500.0


def test_gaps_are_told_with_the_steps_that_were_made_meanwhile():
    recording = make(WARMING).recording.without(15_000_000, 15_500_000)
    ((begin, end, made),) = recording.gaps()
    assert (begin, end) == (14_998_000, 15_500_000)
    assert made * STEP_NL == pytest.approx(25_000.0, abs=200.0)
