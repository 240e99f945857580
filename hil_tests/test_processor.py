"""A processor that dies, stalls, or waits for a bus that does not answer."""

import pytest

from manostat.core import codes
from manostat_sim.benches.base import Bench
from manostat_sim.benches.pico import PicoBench

from .rig import (
    TICK_MOST_US,
    TICK_US,
    TWO_SAMPLES_US,
    before_a_step,
    begin,
    miss_one_sample,
    moves_again_only_after_acknowledgement,
    no_tick_is_late,
    spoil_line_sensor,
    steps_after,
    steps_us,
    ticks_us,
)

FROZEN_US = 5000


@pytest.mark.needs("freeze")
@pytest.mark.parametrize("phase_us", [0, 400, 800, 1200, 1600])
@pytest.mark.req("T-03")
def test_a_frozen_processor_makes_at_most_two_more_steps(bench: PicoBench, phase_us: int) -> None:
    begin(bench)
    bench.advance_to(bench.now_us + phase_us)
    frozen_us = bench.now_us
    bench.freeze()
    assert steps_us(bench)[-1] > frozen_us - 2500, "it did not move when it was frozen"
    bench.advance(0.03)
    assert steps_after(bench, frozen_us) <= 2
    assert steps_after(bench, frozen_us + FROZEN_US) == 0


@pytest.mark.needs("pins")
def test_no_tick_is_late_while_the_plunger_moves(bench: PicoBench) -> None:
    begin(bench)
    from_us = bench.now_us
    bench.advance(0.2)
    no_tick_is_late(bench, from_us)


@pytest.mark.needs("bus")
@pytest.mark.parametrize("fault", ["hang", "nack"])
@pytest.mark.req("P-11")
def test_a_bus_that_does_not_answer_keeps_no_tick_from_ending(bench: PicoBench, fault: str) -> None:
    begin(bench)
    before_a_step(bench)
    spoilt_us = bench.now_us
    spoil_line_sensor(bench, fault)
    bench.advance(0.12)  # in which the record of the stop takes its time
    assert steps_after(bench, spoilt_us + TWO_SAMPLES_US) == 0
    ticks = ticks_us(bench, spoilt_us)
    assert len(ticks) > 15
    moving_us = [length for at_us, length in ticks if steps_after(bench, at_us)]
    assert max(moving_us) <= TICK_MOST_US
    assert max(length for _, length in ticks) < TICK_US, "at rest too it ends before the next"
    spoil_line_sensor(bench, "none")
    bench.advance(0.02)
    assert bench.last.line_status == 0, "the bus is back"
    moves_again_only_after_acknowledgement(bench)


@pytest.mark.parametrize("fault", ["nack", "stale", "open", "short"])
@pytest.mark.req("P-11")
def test_one_missed_sample_is_no_reason_to_stop(bench: Bench, fault: str) -> None:
    begin(bench)
    miss_one_sample(bench, fault)
    before = bench.steps_made()
    bench.advance(0.05)
    assert bench.last.state == codes.SEEKING
    assert bench.steps_made() > before + 20


def test_a_short_stall_is_no_fault_and_a_long_one_is(bench: Bench) -> None:
    begin(bench)
    bench.stall(0.001)
    bench.advance(0.02)
    assert bench.last.reason == codes.NO_REASON
    bench.stall(0.007)
    bench.advance(0.02)
    assert bench.last.fault == codes.LATE
