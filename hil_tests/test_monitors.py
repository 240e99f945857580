"""Traces of every bench, judged by the monitors: what went over its wires and was in its plant.

Each test acts, and then names the requirements that must have had an occasion; all must hold.
"""

from collections.abc import Iterable

import pytest

from manostat.core import codes
from manostat_sim.benches.base import Bench
from manostat_sim.monitors import Recorder, Verdict, judge, setting_of
from manostat_sim.monitors.alarms import SIGNALS
from manostat_sim.monitors.events import Sample, Step

from .rig import (
    PSI_PA,
    SMALL,
    TICK_US,
    acknowledge,
    again,
    before_a_step,
    begin,
    fill,
    psi,
    spoil_line_sensor,
    stiff,
    unit_with,
)

THREE_A_TICK = unit_with(rate_nl_s=150_000, volume_nl=300_000)
AT_THE_CEILING = unit_with(mode=codes.COMPLY, limit_line_pa=psi(100))
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


def holds(bench: Bench, recorder: Recorder, occasions: Iterable[str]) -> dict[str, Verdict]:
    """Every monitor holds, and those in `occasions` have had one."""
    verdicts = judged(bench, recorder)
    assert not [str(verdict) for verdict in verdicts.values() if not verdict.holds]
    seen = {name for name, verdict in verdicts.items() if verdict.occasions}
    assert EVER | set(occasions) <= seen
    return verdicts


@pytest.mark.req("P-03", "P-04", "P-05", "P-09")
@pytest.mark.parametrize("unit", [SMALL], ids=["small"])
def test_pressed_to_the_limit(make_bench, figure) -> None:
    bench = make_bench(stiff("blocked"))
    fill(bench.world, 38.5)
    recorder = listen(bench)
    begin(bench, 0.05)
    bench.advance(0.5)
    acknowledge(bench)
    again(bench)
    late = holds(bench, recorder, ["P-04", "P-05"])["P-05"]
    figure("P-05", late.worst / 1000, 6, "ms", of="line crosses its limit to last step")


@pytest.mark.req("P-05")
@pytest.mark.parametrize("unit", [THREE_A_TICK], ids=["three-a-tick"])
def test_pushed_over_the_limit_behind_a_sample(make_bench, figure) -> None:
    """As by a hand on the syringe: the steps that were granted on the sample before still come."""
    bench = make_bench(stiff("blocked"))
    recorder = listen(bench)
    begin(bench, 0.05)
    before_a_step(bench)
    crossed_us, plant = bench.now_us, bench.world.plant
    plant.line_pa += psi(60)
    plant.stored_nl += psi(60) * plant.line_nl_per_pa
    bench.advance(0.05)
    last_us = max(one.at_us for one in recorder.take() if isinstance(one, Step))
    late_ms = max(last_us - crossed_us, 0) / 1000
    of = "line crosses its limit to last step, pushed over it behind a sample"
    figure("P-05", late_ms, 6, "ms", of=of)
    assert bench.last.reason == codes.PRESSURE_ABOVE
    assert 0 < late_ms <= 6


@pytest.mark.req("P-01")
@pytest.mark.parametrize("unit", [AT_THE_CEILING], ids=["at-the-ceiling"])
def test_pressed_to_the_ceiling(make_bench, figure) -> None:
    """Into a closed stopcock: the line rises by 7 psi a second for each uL/s."""
    bench = make_bench("blocked")
    fill(bench.world, 94)
    recorder = listen(bench)
    begin(bench, 0.04)
    bench.advance(1.0)
    verdicts = holds(bench, recorder, ["P-01"])
    assert bench.world.peak_line_pa > psi(99)
    of = "line pressure at which injector and guard stop, highest reading that was pressed on from"
    figure("P-01", verdicts["P-01"].worst / PSI_PA, 100, "psi", of=of)


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
def test_sensors_that_fail_stop_and_go_on_when_they_are_whole(bench: Bench, figure) -> None:
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
    apart = holds(bench, recorder, ["P-11 missed", "P-13"])["P-13"]
    of = "sensors 5 psi apart to last step"
    figure("P-13", apart.worst / 1000, apart.limit / 1000, "ms", of=of, also=True)


@pytest.mark.req("P-11")
@pytest.mark.parametrize("fault", ["nack", "stale", "open", "short"])
def test_the_second_bad_sample_in_a_row_stops(bench: Bench, fault: str, figure) -> None:
    """Counted are bad samples behind which steps still came, two control periods and more later."""
    recorder = listen(bench)
    begin(bench)
    before_a_step(bench)
    spoil_line_sensor(bench, fault)
    bench.advance(0.04)
    events = recorder.take()
    bad_us = [one.at_us for one in events if isinstance(one, Sample) and not one.good]
    last_us = max(one.at_us for one in events if isinstance(one, Step))
    needed = 1 + sum(last_us > at_us + 2 * TICK_US for at_us in bad_us)
    assert len(bad_us) > 2
    figure("P-11", needed, 2, "samples", of="bad samples in a row until the plunger stops")
    assert needed <= 2


@pytest.mark.req("P-09")
def test_the_shortest_opening_of_run_after_which_it_starts(bench: Bench, figure) -> None:
    """Longer by less than a tick each time, until one starts."""
    bench.hold("RUN", 0.01)
    before, open_us = bench.steps_made(), 85_000
    while bench.steps_made() == before and open_us < 150_000:
        open_us += 1700
        bench.advance_to(bench.now_us + open_us)
        bench.hold("RUN", 0.06)
    figure("P-09", open_us / 1000, 100, "ms", ">=", of="RUN seen open before it may start")
    assert 100_000 <= open_us < 106_000


@pytest.mark.req("P-09")
def test_the_soonest_press_of_stop_after_a_stop_that_acknowledges_it(bench: Bench, figure) -> None:
    """Later by 9 ms each time, until the plunger starts again; a later press acknowledges then."""
    begin(bench)
    after_us = 270_000
    while after_us < 400_000:
        after_us += 9000
        pained_us = bench.now_us
        bench.hold("PAIN", 0.05)
        bench.release("RUN")
        bench.advance_to(pained_us + after_us)
        bench.hold("STOP", 0.03)
        before = bench.steps_made()
        again(bench)
        if bench.steps_made() > before:
            break
        acknowledge(bench)
        again(bench)
    of = "stop to a press of STOP that acknowledges it"
    figure("P-09", after_us / 1000, 300, "ms", ">=", of=of)
    assert 300_000 <= after_us < 330_000


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
