"""The campaign's bench against the project's other one: no bits are equal, what happens is."""

from dataclasses import replace

import numpy as np
import pytest

from manostat.core import codes
from manostat.record import UNIT
from manostat_sim.benches.core import CoreBench
from manostat_sim.campaign import breaking
from manostat_sim.campaign.draw import DRAW, NEVER_PA, run_of
from manostat_sim.campaign.hands import NEVER_US
from manostat_sim.campaign.sampler import set_parts
from manostat_sim.patient import Patient
from manostat_sim.scenarios import scenario

RATE_NL_S = 50_000
PAGE = (codes.INJECT, RATE_NL_S, 3_500_000, 344_738, 551_581, 0, 422_733, 4_096, 0)
READING_PA = 700.0
"""Some counts of the line sensor, and steps on a line of 5 uL/psi."""


def draw_of(name: str):
    of = replace(scenario(name), sensors="ideal")
    draw = np.zeros((), dtype=DRAW)
    set_parts(draw, of.plant(), of.line_sensor(), of.second_sensor())
    for field, value in zip(UNIT, PAGE, strict=True):
        draw[field] = value
    patient: Patient = of.patient()
    hurts = patient.kind != "absent"
    draw["patient_threshold_pa"] = patient.threshold_pa if hurts else NEVER_PA
    draw["patient_reaction_us"], draw["patient_press_us"] = patient.reaction_us, patient.press_us
    draw["pause_us"] = draw["stop_us"] = NEVER_US
    draw["proof_us"], draw["run_us"] = 100_000, 500_000
    draw["settle_us"], draw["most_us"] = 1_000_000, 120_000_000
    return of, draw


# The watch looks every 20 ms: what it finds comes some steps sooner or later as the phases of pump
# and injection fall, on either bench. A step is 0.7 kPa on the blocked line; the leak's window is
# long and its edge blunt.
@pytest.mark.parametrize(
    ("name", "steps_share", "peak_pa"),
    [
        ("dallas-0", 0.002, READING_PA),
        ("concordant-10s", 0.002, READING_PA),
        ("detached", 0.002, READING_PA),
        ("leak", 0.02, READING_PA),
        ("blocked", 0.02, 4 * READING_PA),
    ],
)
def test_an_injection_ends_as_on_the_core_bench(name: str, steps_share: float, peak_pa: float):
    of, draw = draw_of(name)
    run = run_of(draw)
    run.run()
    bench = CoreBench(of, PAGE)
    bench.power_on()
    bench.arm()
    bench.run()
    last = bench.advance_until(lambda frame: frame.state == codes.STOPPED, 120.0)
    assert (run.score.reason, run.score.fault) == (last.reason, last.fault)
    assert run.injector.steps == pytest.approx(last.steps, abs=steps_share * last.steps + 3)
    assert run.score.peak_line_pa == pytest.approx(bench.world.peak_line_pa, abs=peak_pa)
    if last.opening_pa >= 0:
        assert run.injector.opening_pa == pytest.approx(last.opening_pa, abs=READING_PA)


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        (breaking.LINE_STALE, codes.SENSOR_STATUS),
        (breaking.LINE_NACK, codes.SENSOR_SILENT),
        (breaking.LINE_SHORT, codes.SENSOR_RANGE),
        (breaking.SECOND_OPEN, codes.SENSORS_DISAGREE),
        (breaking.STEP_EXTRA, codes.STEPS_EXTRA),
        (breaking.COUNT_LOST, codes.STEPS_MISSING),
        (breaking.TICKS_MISSING, codes.LATE),
        (breaking.WIRE_END_EMPTY, codes.END_EMPTY),
        (breaking.WIRE_PAIN_NO, codes.NO_FAULT),
        (breaking.DETACHED, codes.DETACHED),
    ],
)
def test_a_fault_is_seen_for_what_it_is(kind: int, fault: int):
    _, draw = draw_of("dallas-4")
    draw["fault_kind"], draw["fault_us"], draw["fault_amount"] = kind, 7_000_000, 8.0
    draw["most_us"] = 15_000_000
    run = run_of(draw)
    run.run()
    assert run.score.fault == fault
    if fault:
        assert run.score.reason == codes.FAULT
        assert run.fault.begun_us <= run.score.stopped_us
