"""Traces of every bench, judged by the monitors: what went over its wires and was in its plant.

Each test acts, and then names the requirements that must have had an occasion; all must hold.
"""

from collections.abc import Iterable

import pytest

from manostat_sim.benches.base import Bench
from manostat_sim.monitors import Recorder, Verdict, judge, setting_of
from manostat_sim.monitors.alarms import SIGNALS

from .rig import (
    SMALL,
    acknowledge,
    again,
    before_a_step,
    begin,
    fill,
    spoil_line_sensor,
    stiff,
    unit_with,
)

THREE_A_TICK = unit_with(rate_nl_s=150_000, volume_nl=300_000)
EVER = {"P-01", "P-03", "P-08", "P-09 open", "D-01", "B-03", "T-03"}
"""Every motion is an occasion for these."""


def listen(bench: Bench) -> Recorder:
    """From now on, with RUN open as long as a start needs; the pain button was proven before."""
    recorder = Recorder(bench.world, lambda: (bench.last.opening_pa, 1))
    bench.advance(0.11)
    return recorder


def judged(bench: Bench, recorder: Recorder) -> dict[str, Verdict]:
    """What was recorded, lamps and sounder included where there are any, by monitors' names."""
    events = recorder.take()
    begun_us = events[0].at_us
    for signal in SIGNALS if "pins" in bench.can else ():
        for edge in bench.edges(signal):
            if edge.at_us > begun_us:
                recorder.pin(edge.at_us, signal, edge.level)
    trace = sorted([*events, *recorder.take()], key=lambda event: event.at_us)
    verdicts = judge(trace, setting_of(bench.world, bench.unit, proven=True))
    return {verdict.name: verdict for verdict in verdicts}


def holds(bench: Bench, recorder: Recorder, occasions: Iterable[str]) -> None:
    """Every monitor holds, and those in `occasions` have had one."""
    verdicts = judged(bench, recorder)
    assert not [str(verdict) for verdict in verdicts.values() if not verdict.holds]
    seen = {name for name, verdict in verdicts.items() if verdict.occasions}
    assert EVER | set(occasions) <= seen


@pytest.mark.req("P-03", "P-04", "P-05", "P-09")
@pytest.mark.parametrize("unit", [SMALL], ids=["small"])
def test_pressed_to_the_limit(make_bench) -> None:
    bench = make_bench(stiff("blocked"))
    fill(bench.world, 38.5)
    recorder = listen(bench)
    begin(bench, 0.05)
    bench.advance(0.5)
    acknowledge(bench)
    again(bench)
    holds(bench, recorder, ["P-04", "P-05"])


@pytest.mark.req("B-01", "B-02", "B-06", "P-09")
@pytest.mark.parametrize("unit", [THREE_A_TICK], ids=["three-a-tick"])
def test_let_go_and_then_stopped_by_pain(bench: Bench) -> None:
    recorder = listen(bench)
    begin(bench, 0.0507)
    again(bench, 0.05)
    bench.hold("PAIN", 0.05)
    again(bench)
    holds(bench, recorder, ["B-01", "B-02", "B-06", "P-09 acknowledged"])


@pytest.mark.req("B-01", "B-05", "P-09")
@pytest.mark.parametrize("unit", [THREE_A_TICK], ids=["three-a-tick"])
def test_stopped_by_stop(bench: Bench) -> None:
    recorder = listen(bench)
    begin(bench, 0.0515)
    bench.hold("STOP", 0.05)
    again(bench)
    holds(bench, recorder, ["B-01", "B-05 steps", "B-05 enable"])


@pytest.mark.req("P-11", "P-13", "A-06")
def test_sensors_that_fail_stop_and_go_on_when_they_are_whole(bench: Bench) -> None:
    recorder = listen(bench)
    begin(bench)
    spoil_line_sensor(bench, "nack")
    bench.advance(0.05)
    spoil_line_sensor(bench, "none")
    acknowledge(bench)
    again(bench)
    bench.world.second_sensor.offset_pa += 45_000
    bench.advance(0.1)
    bench.world.second_sensor.offset_pa -= 45_000
    acknowledge(bench)
    again(bench)
    holds(bench, recorder, ["P-11 missed", "P-13"])


@pytest.mark.req("P-11", "T-03")
def test_a_loop_that_stands_still_between_two_ticks(bench: Bench) -> None:
    recorder = listen(bench)
    begin(bench)
    before_a_step(bench)
    bench.advance(0.0012)
    bench.stall(0.03)
    bench.advance(0.05)
    acknowledge(bench)
    again(bench)
    holds(bench, recorder, ["P-11 late"])


@pytest.mark.req("T-03")
@pytest.mark.needs("pins")
@pytest.mark.parametrize("unit", [THREE_A_TICK], ids=["three-a-tick"])
def test_a_processor_that_stands_still_within_a_tick_grants_nothing_afterwards(bench) -> None:
    recorder = listen(bench)
    begin(bench)
    before_a_step(bench)
    bench.stall(0.03)
    bench.advance(0.05)
    found = judged(bench, recorder)["T-03"]
    assert found.holds, found
