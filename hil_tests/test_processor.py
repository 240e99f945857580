"""A processor that dies, stalls, or waits for a bus that does not answer."""

import pytest

from manostat.core import codes
from manostat_sim.benches.base import Bench
from manostat_sim.benches.pico import PicoBench
from manostat_sim.faults.states import UNIT, bring, world

from .conftest import Boards
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
WRAP_US = 1 << 30
"""Of MicroPython's `ticks_us` (docs of `time`), every 18 minutes."""
BEFORE_WRAP_US = 100_000


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


@pytest.fixture
def moving_boards(boards: Boards) -> tuple[PicoBench, PicoBench]:
    """Two boards that were brought to inject alike; the timer of the second is about to wrap."""
    plain, wrapping = (boards.cold(world(), UNIT) for _ in range(2))
    bring(plain, "injecting")
    lead_us = WRAP_US - BEFORE_WRAP_US - timer_us(plain)
    assert lead_us > 0
    begin_timer_at(wrapping, lead_us)
    bring(wrapping, "injecting")
    return plain, wrapping


def timer_us(bench: PicoBench) -> int:
    """The chip's count of microseconds since its last reset."""
    powered = bench.pico._powered
    assert powered is not None
    return int(powered.chip.timer._micros())


def begin_timer_at(bench: PicoBench, lead_us: int) -> None:
    """As if the board had been on for so long: at each reset its timer begins there."""
    power_on = bench.pico.power_on

    def powered_on() -> None:
        power_on()
        assert bench.pico._powered is not None
        timer = bench.pico._powered.chip.timer
        reset = timer.reset

        def was_reset() -> None:
            reset()
            timer._epoch_nanos -= lead_us * 1000

        timer.reset = was_reset
        timer._epoch_nanos -= lead_us * 1000

    bench.pico.power_on = powered_on


@pytest.mark.pico
@pytest.mark.req("T-06")
def test_a_level_goes_on_across_the_wrap_of_the_microseconds(moving_boards) -> None:
    """The tick's own arithmetic, on the image: what is seen at the pins is the same to the step."""
    plain, wrapping = moving_boards
    assert BEFORE_WRAP_US - 10_000 < WRAP_US - timer_us(wrapping) < BEFORE_WRAP_US + 10_000
    from_us, made = wrapping.now_us, []
    for bench in (plain, wrapping):
        before = bench.steps_made()
        bench.advance(0.3)
        made.append(bench.steps_made() - before)
        assert bench.last.state == codes.INJECTING
    assert timer_us(wrapping) > WRAP_US
    assert made[0] == made[1] > 300
    no_tick_is_late(wrapping, from_us)
    assert {frame.elapsed_us for frame in wrapping.frames()[-140:]} <= set(range(1700, 2301))


@pytest.mark.pico
@pytest.mark.req("T-06")
def test_a_pump_at_rest_goes_on_across_the_wrap_of_the_microseconds(boards: Boards) -> None:
    plain, wrapping = (boards.cold(world(), UNIT) for _ in range(2))
    for bench in (plain, wrapping):
        if bench is wrapping:
            begin_timer_at(wrapping, WRAP_US - BEFORE_WRAP_US - timer_us(plain))
        bench.power_on()
        bench.arm()
    before_us = WRAP_US - timer_us(wrapping)
    assert before_us > 0
    wrapping.advance(before_us / 1e6 + 0.1)
    assert timer_us(wrapping) > WRAP_US
    wrapping.run()
    wrapping.advance(0.3)
    made = wrapping.steps_made()
    assert made > 50, "it has heard RUN, and stored the intent"
    wrapping.press("PAIN")
    wrapping.advance(0.1)
    assert wrapping.steps_made() <= made + 1
    assert wrapping.last.state == codes.STOPPED
