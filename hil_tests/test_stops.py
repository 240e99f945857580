"""Every way in which an injection ends: by a switch, a limit or a fault. Judged on STEP, ENABLE_N
and the plant's line pressure."""

from collections.abc import Callable

import pytest

from manostat.core import codes
from manostat_sim.benches.base import Bench
from manostat_sim.benches.core import CoreBench
from manostat_tools.trace.plugin import Figures

from .rig import (
    AT_ONCE_US,
    NEXT_TICK_US,
    PSI_PA,
    SMALL,
    SMALL_STEPS,
    TICK_US,
    TWO_SAMPLES_US,
    acknowledge,
    again,
    as_read_pa,
    before_a_step,
    begin,
    enabled,
    fill,
    lamps,
    moves_again_only_after_acknowledgement,
    noise_pa,
    psi,
    shown,
    spoil_line_sensor,
    spoil_second_sensor,
    steps_after,
    steps_us,
    stiff,
    unit_with,
)

OVERSHOOT_PA = 150  # beyond what the sensor says, into a disc
LIMIT_ABOVE_PA = psi(50)
CEILING_PA = psi(100)
AT_MOST_PSI = 100.11  # the ceiling, and 750 Pa of overshoot into a closed line of 1 uL/psi (P-04)
AT_THE_CEILING = unit_with(mode=codes.COMPLY, limit_line_pa=CEILING_PA)
SMALL_AT_THREE_A_TICK = (SMALL[0], 150_000, *SMALL[2:])
with_small_unit = pytest.mark.parametrize("unit", [SMALL], ids=["small"])


@pytest.mark.parametrize(
    ("switch", "reason"), [("PAIN", codes.PAIN), ("STOP", codes.STOP)], ids=["pain", "stop"]
)
@pytest.mark.req("B-01", "B-05", "P-09")
def test_a_press_stops_at_once_and_latches(bench: Bench, switch: str, reason: int) -> None:
    begin(bench)
    before_a_step(bench)
    pressed_us = bench.now_us
    bench.press(switch)
    bench.advance(0.03)
    assert steps_after(bench, pressed_us + AT_ONCE_US) == 0
    assert bench.last.reason == reason
    # The motor holds its place after pain; STOP lets go of it.
    assert enabled(bench) == (switch == "PAIN")
    assert lamps(bench) == shown(bench, ready=int(switch == "PAIN"))
    bench.release(switch)
    bench.advance(0.01)
    assert steps_after(bench, pressed_us + AT_ONCE_US) == 0
    moves_again_only_after_acknowledgement(bench)


@pytest.mark.req("P-09", "A-05")
def test_stop_pressed_just_after_pain_acknowledges_nothing(bench: Bench) -> None:
    """Operator and patient press at nearly the same time: both meant to stop."""
    begin(bench)
    bench.hold("PAIN", 0.1)
    bench.hold("STOP", 0.05)
    stopped = bench.steps_made()
    again(bench)
    assert bench.steps_made() == stopped
    assert bench.last.reason == codes.PAIN
    moves_again_only_after_acknowledgement(bench)


@pytest.mark.req("P-09")
@pytest.mark.parametrize("switch", ["PAIN", "STOP"])
def test_a_press_of_pain_acknowledges_nothing(bench: Bench, switch: str) -> None:
    begin(bench)
    bench.hold(switch, 0.05)
    bench.release("RUN")
    bench.advance(0.4)
    bench.hold("PAIN", 0.05)
    bench.advance(0.05)
    moves_again_only_after_acknowledgement(bench)


@pytest.mark.req("B-05")
def test_stop_breaks_the_drivers_enable_with_no_processor(bench: Bench) -> None:
    begin(bench)
    bench.press("STOP")
    assert not bench.world.wiring.driver_enabled(bench.world.enable_n)


@pytest.mark.parametrize("unit", [SMALL, SMALL_AT_THREE_A_TICK], ids=["small", "three-a-tick"])
@pytest.mark.req("D-01", "A-05")
def test_volume_is_delivered_to_the_step_and_not_exceeded(make_bench, figure) -> None:
    bench = make_bench("dallas-4")
    delivered_nl = bench.world.plant.syringe.delivered_nl
    begin(bench)
    bench.advance_until(lambda tick: tick.state == codes.STOPPED, 1.0)
    bench.advance(0.02)
    assert bench.steps_made() == SMALL_STEPS
    over_nl = bench.world.plant.syringe.delivered_nl - delivered_nl - 20_000
    figure("D-01", max(over_nl, 0), 0, "nL", "=", of="volume delivered beyond the prescription")
    assert over_nl <= 0
    assert bench.last.reason == codes.VOLUME
    assert enabled(bench)
    assert lamps(bench) == shown(bench, ready=1)
    again(bench)
    assert bench.steps_made() == SMALL_STEPS


def _runs_into_a_limit(bench: Bench, limit_pa: int, figure: Figures) -> None:
    """From just below `limit_pa` into it; no tare has been read, so it counts from zero."""
    fill(bench.world, limit_pa / PSI_PA - 0.8)
    begin(bench, 0.05)
    bench.advance_until(lambda tick: tick.state == codes.STOPPED, 1.5)
    stopped_us = bench.now_us
    bench.advance(0.02)
    peak_pa = as_read_pa(bench.world, bench.world.peak_line_pa)
    assert limit_pa - 1000 - noise_pa(bench.world) <= peak_pa <= limit_pa + OVERSHOOT_PA
    late = steps_after(bench, stopped_us)
    figure("P-03", late, 0, "steps", "=", of="steps granted after the tick that sees the limit")
    assert late == 0
    assert enabled(bench)
    assert lamps(bench) == shown(bench, ready=1)
    before = bench.steps_made()
    again(bench, 0.05)
    assert bench.steps_made() == before


@pytest.mark.req("P-03", "P-04", "A-05")
def test_pressure_above_opening_ends_the_injection_at_its_limit(make_bench, figure) -> None:
    bench = make_bench(stiff())
    _runs_into_a_limit(bench, LIMIT_ABOVE_PA, figure)
    assert bench.last.reason == codes.PRESSURE_ABOVE


@with_small_unit
@pytest.mark.req("P-03", "P-14")
def test_the_line_limit_ends_the_injection_whatever_the_opening(make_bench, figure) -> None:
    bench = make_bench(stiff())
    _runs_into_a_limit(bench, psi(40), figure)
    assert bench.last.reason == codes.PRESSURE_LINE


@pytest.mark.parametrize("unit", [AT_THE_CEILING], ids=["at-the-ceiling"])
@pytest.mark.req("P-01", "P-04")
def test_a_line_with_the_highest_limit_there_is_stops_at_the_ceiling(make_bench, figure) -> None:
    """A closed stopcock, and the limit of the prescription at the ceiling itself, where it is
    slow: the guard sees the ceiling before the injector expects its limit."""
    bench = make_bench("blocked")
    fill(bench.world, 94)
    begin(bench, 0.04)
    bench.advance_until(lambda tick: tick.state == codes.STOPPED, 1.5)
    bench.advance(0.02)
    peak_pa = as_read_pa(bench.world, bench.world.peak_line_pa)
    of = "peak of a line of 1 uL/psi stopped there, overshoot (P-04) included"
    figure("P-01", peak_pa / PSI_PA, AT_MOST_PSI, "psi", of=of)
    least_pa = CEILING_PA - 3500 - noise_pa(bench.world)
    assert least_pa <= peak_pa <= AT_MOST_PSI * PSI_PA
    assert bench.last.fault == codes.CEILING
    assert not enabled(bench)


@pytest.mark.req("P-06")
def test_a_line_that_rises_straight_for_30_psi_is_occluded(make_bench, figure) -> None:
    bench = make_bench("blocked")
    start_pa = as_read_pa(bench.world, bench.world.plant.line_pa)
    begin(bench)
    bench.advance_until(lambda tick: tick.state == codes.STOPPED, 2)
    bench.advance(0.02)
    rise_pa = as_read_pa(bench.world, bench.world.peak_line_pa) - start_pa
    figure(
        "P-06",
        rise_pa / PSI_PA,
        30,
        "psi",
        ">=",
        of="rise above the start before an occlusion is named",
    )
    assert 30 * PSI_PA <= rise_pa <= 40 * PSI_PA, "found in windows of 10 uL, which are 10 psi here"
    assert bench.last.fault == codes.OCCLUSION
    assert lamps(bench) == shown(bench, high=1, sounder=1)
    assert not enabled(bench)


def _settled_pa(bench: Bench) -> float:
    """Goes on until the opening pressure was read or refused; what the disc has then, as read."""
    fill(bench.world, 14)
    begin(bench)
    bench.advance_until(lambda tick: tick.opening_pa >= 0 or tick.state == codes.STOPPED, 6)
    return as_read_pa(bench.world, bench.world.plant.disc.pressure_pa)


@pytest.mark.req("P-14")
def test_an_opening_under_30_psi_is_taken(make_bench, figure) -> None:
    bench = make_bench(stiff(opening_psi=29.5))
    disc_pa = _settled_pa(bench)
    figure("P-14", disc_pa / PSI_PA, 30, "psi", of="opening pressure that is accepted")
    assert disc_pa <= 30 * PSI_PA
    assert bench.last.opening_pa > 0


@pytest.mark.req("P-14")
@pytest.mark.parametrize("opening_psi", [30.5, 34.0])
def test_an_opening_over_30_psi_is_refused(make_bench, figure, opening_psi: float) -> None:
    bench = make_bench(stiff(opening_psi=opening_psi))
    disc_pa = _settled_pa(bench)
    figure("P-14", disc_pa / PSI_PA, 30, "psi", ">=", of="opening pressure that is refused")
    assert disc_pa >= 30 * PSI_PA
    assert bench.last.reason == codes.OPENING_HIGH
    assert bench.last.opening_pa == -1
    assert bench.world.peak_line_pa > opening_psi * PSI_PA
    assert enabled(bench)
    assert lamps(bench) == shown(bench, ready=1)
    before = bench.steps_made()
    again(bench)
    assert bench.steps_made() == before


@pytest.mark.req("P-04")
def test_a_line_blocked_from_the_first_step_ends_at_the_limit(make_bench) -> None:
    bench = make_bench("blocked")
    fill(bench.world, 44)
    begin(bench, 0.04)
    bench.advance_until(lambda tick: tick.state == codes.STOPPED, 1.5)
    bench.advance(0.02)
    peak_pa = as_read_pa(bench.world, bench.world.peak_line_pa)
    noise = noise_pa(bench.world)
    assert psi(50) - 3500 - noise <= peak_pa <= psi(50) + 750 + noise
    assert bench.last.reason == codes.PRESSURE_ABOVE
    assert bench.last.opening_pa == -1


@pytest.mark.req("P-04")
def test_the_plunger_slows_down_before_a_limit(make_bench) -> None:
    bench = make_bench("blocked")
    fill(bench.world, 44)
    begin(bench, 0.04)
    bench.advance_until(lambda tick: tick.state == codes.STOPPED, 1.5)
    made_us = steps_us(bench)
    assert made_us[-1] - made_us[-2] > 4 * (made_us[1] - made_us[0])


def _over_the_ceiling(bench: Bench) -> None:
    bench.world.line_sensor.offset_pa += psi(101)
    bench.world.second_sensor.offset_pa += psi(101)


DISAGREE_US = 20_000 + TWO_SAMPLES_US
FAULTS: dict[str, tuple[Callable[[Bench], None], int, float]] = {
    "silent": (lambda b: spoil_line_sensor(b, "nack"), codes.SENSOR_SILENT, TWO_SAMPLES_US),
    "bus hangs": (lambda b: spoil_line_sensor(b, "hang"), codes.SENSOR_SILENT, TWO_SAMPLES_US),
    "stale": (lambda b: spoil_line_sensor(b, "stale"), codes.SENSOR_STATUS, TWO_SAMPLES_US),
    "diagnostic": (
        lambda b: spoil_line_sensor(b, "diagnostic"),
        codes.SENSOR_STATUS,
        TWO_SAMPLES_US,
    ),
    "command": (lambda b: spoil_line_sensor(b, "command"), codes.SENSOR_STATUS, TWO_SAMPLES_US),
    "open": (lambda b: spoil_line_sensor(b, "open"), codes.SENSOR_RANGE, TWO_SAMPLES_US),
    "short": (lambda b: spoil_line_sensor(b, "short"), codes.SENSOR_RANGE, TWO_SAMPLES_US),
    "second open": (lambda b: spoil_second_sensor(b, "open"), codes.SENSORS_DISAGREE, DISAGREE_US),
    "ceiling": (_over_the_ceiling, codes.CEILING, NEXT_TICK_US),
    "end of travel": (lambda b: b.press("END_EMPTY"), codes.END_EMPTY, NEXT_TICK_US),
}
"""Cause, code, and within how many us of the cause the last step comes."""


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.req("P-01", "P-11", "P-13", "A-06")
def test_a_fault_stops_alarms_and_latches(bench: Bench, name: str, figure) -> None:
    started = _a_fault_stops_alarms_and_latches(bench, name)
    figure("A-06", started, 0, "steps", "=", of="steps during an alarm or a self test, RUN anew")
    assert started == 0


@pytest.mark.parametrize("bench_name", ["core"], indirect=True)
@pytest.mark.parametrize("name", FAULTS)
def test_of_the_test_a_pump_without_its_guard_is_found_out(bench: CoreBench, name: str) -> None:
    bench.pump.guard.check = lambda *_: codes.NO_FAULT
    with pytest.raises(AssertionError):
        _a_fault_stops_alarms_and_latches(bench, name)


def _a_fault_stops_alarms_and_latches(bench: Bench, name: str) -> int:
    """Returns how many steps came of a new press of RUN during the alarm."""
    cause, fault, within_us = FAULTS[name]
    begin(bench)
    before_a_step(bench)
    spoilt_us = bench.now_us
    cause(bench)
    bench.advance(0.04)
    assert steps_after(bench, spoilt_us + within_us) == 0
    assert bench.edges("ENABLE_N")[-1].level == 1
    assert bench.edges("ENABLE_N")[-1].at_us <= spoilt_us + within_us + TICK_US
    lamp = "medium" if fault == codes.END_EMPTY else "high"
    assert lamps(bench) == shown(bench, sounder=1, **{lamp: 1})
    assert (bench.last.reason, bench.last.fault) == (codes.FAULT, fault)
    before = bench.steps_made()
    again(bench, 0.06)
    return bench.steps_made() - before


@pytest.mark.req("T-03")
def test_steps_that_do_not_arrive_are_missed(bench: Bench) -> None:
    """Only what is wrong with the STEP wire can be seen: a stalled motor takes its pulses."""
    begin(bench)
    shorted_us = bench.now_us
    bench.short_step()
    bench.advance(0.03)
    assert bench.edges("ENABLE_N")[-1].level == 1
    # At one step a tick, seven are missing after seven ticks.
    assert bench.edges("ENABLE_N")[-1].at_us <= shorted_us + 9 * 2066
    assert (bench.last.reason, bench.last.fault) == (codes.FAULT, codes.STEPS_MISSING)
    assert lamps(bench) == shown(bench, high=1, sounder=1)


def test_a_late_tick_stops(bench: Bench) -> None:
    begin(bench)
    stalled_us = bench.now_us
    bench.stall(0.007)
    bench.advance(0.02)
    # Awake again it ends the tick it was in; the next one knows what time it is.
    assert steps_after(bench, stalled_us + 7000 + TICK_US) == 0
    assert (bench.last.reason, bench.last.fault) == (codes.FAULT, codes.LATE)
    assert not enabled(bench)


@pytest.mark.req("P-10")
def test_the_third_fault_of_a_kind_locks_the_level(bench: Bench, figure) -> None:
    begin(bench, 0.05)
    faults, before = 0, 0
    while bench.steps_made() > before and faults < 5:
        spoil_line_sensor(bench, "nack")
        bench.advance(0.02)
        spoil_line_sensor(bench, "none")
        faults += 1
        acknowledge(bench)
        before = bench.steps_made()
        again(bench, 0.05)
    figure("P-10", faults, 3, "times", "=", of="same fault within ten minutes that locks out")
    assert faults == 3
    assert not enabled(bench)
    bench.release("RUN")
    bench.hold("STOP", 3.05)
    bench.advance(0.5)  # the trace of the level before is stored first: hil_tests/test_trace.py
    bench.arm()
    begin(bench)


@pytest.mark.req("A-05", "P-09")
def test_a_fault_that_is_gone_still_needs_an_acknowledgement(bench: Bench) -> None:
    begin(bench)
    spoil_line_sensor(bench, "nack")
    bench.advance(0.02)
    spoil_line_sensor(bench, "none")
    bench.advance(0.02)
    moves_again_only_after_acknowledgement(bench)
    assert enabled(bench)
    assert lamps(bench) == shown(bench, ready=1)
