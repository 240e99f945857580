"""One core on three runtimes: equal inputs give equal outputs to the bit, equal worlds equal
ends."""

from dataclasses import replace

import pytest

from manostat.core import codes
from manostat_sim.benches.base import Bench
from manostat_sim.benches.core import CoreBench, build_pump, decide
from manostat_sim.benches.vm import VmCore
from manostat_sim.replay import difference, replay
from manostat_sim.scenarios import scenario
from manostat_sim.telemetry import TickFrame

from .rig import UNIT, acknowledge, again, begin, miss_one_sample, spoil_line_sensor

BRIEF = replace(
    scenario("concordant-10s"),
    sensors="ideal",
    patient_options={"kind": "concordant", "threshold_nl": 50_000.0, "reaction_s": 0.05},
)
"""Line filling, opening, settling, injecting and pain in a few seconds, read without noise."""


def _an_eventful_level(bench: Bench) -> None:
    """Release, pain, a lost sample, a fault, each followed by motion."""
    begin(bench)
    again(bench)
    bench.press("PAIN")
    bench.advance(0.03)
    bench.release("PAIN")
    bench.advance(0.03)
    acknowledge(bench)
    begin(bench)
    miss_one_sample(bench)
    spoil_line_sensor(bench, "stale")
    bench.advance(0.02)
    spoil_line_sensor(bench, "none")
    acknowledge(bench)
    begin(bench)


def _decided_on_core(frames: list[TickFrame]) -> list[TickFrame]:
    pump = build_pump(UNIT)
    return replay(frames, lambda inputs: decide(pump, inputs))


def _decided_on_vm(frames: list[TickFrame]) -> list[TickFrame]:
    core = VmCore(UNIT)
    try:
        return replay(frames, core.ask)
    finally:
        core.close()


def test_what_one_runtime_recorded_the_others_decide_equally_to_the_bit(bench: Bench) -> None:
    _an_eventful_level(bench)
    frames = bench.frames()
    seen = {frame.reason for frame in frames}
    assert {codes.RELEASE, codes.PAIN, codes.FAULT} <= seen
    assert difference(frames, _decided_on_core(frames)) == ""
    assert difference(frames, _decided_on_vm(frames)) == ""


@pytest.mark.parametrize("bench_name", ["core"], indirect=True)
@pytest.mark.parametrize("name", ["line_raw", "switches", "made", "elapsed_us"])
def test_of_the_test_a_replay_sees_a_changed_input(bench: Bench, name: str) -> None:
    _an_eventful_level(bench)
    frames = bench.frames()
    at = next(i for i, frame in enumerate(frames) if frame.steps > 20)
    changed = {"line_raw": 40, "switches": -3, "made": 3, "elapsed_us": 3000}[name]
    frames[at] = frames[at]._replace(**{name: getattr(frames[at], name) + changed})
    assert difference(frames, _decided_on_core(frames)) != ""


def test_recorded_frames_with_a_gap_are_refused(bench: Bench) -> None:
    bench.advance(0.02)
    frames = bench.frames()
    with pytest.raises(ValueError, match="follows"):
        _decided_on_core([*frames[:3], *frames[4:]])


def _injected(bench: Bench) -> tuple[TickFrame, dict[int, int]]:
    """The last tick, and the first sensor count at each number of steps."""
    begin(bench)
    bench.advance_until(lambda tick: tick.state == codes.STOPPED, 8)
    bench.advance(3.0)  # right after the stop the line falls by a count in a millisecond
    counts: dict[int, int] = {}
    for frame in bench.frames():
        if frame.state in (codes.SEEKING, codes.INJECTING):
            counts.setdefault(frame.steps, frame.line_raw)
    return bench.last, counts


@pytest.mark.parametrize(
    "bench_name", ["vm", pytest.param("pico", marks=pytest.mark.pico)], indirect=True
)
def test_free_runs_agree_within_one_step_and_two_counts(make_bench) -> None:
    model = CoreBench(BRIEF, UNIT)
    model.power_on()
    model.arm()
    expected, expected_counts = _injected(model)
    last, counts = _injected(make_bench(BRIEF))
    assert (last.state, last.reason) == (expected.state, expected.reason)
    assert expected.reason == codes.PAIN
    assert expected.opening_pa > 0
    assert abs(last.steps - expected.steps) <= 1
    assert abs(last.line_raw - expected.line_raw) <= 2
    assert abs(last.opening_pa - expected.opening_pa) <= 2 * 79
    common = counts.keys() & expected_counts.keys()
    assert len(common) > 0.9 * expected.steps
    apart = {steps: counts[steps] - expected_counts[steps] for steps in common}
    assert max(map(abs, apart.values())) <= 2, apart
