"""The host may read, stop reading, leave, or never have been there: the pump does not care."""

from itertools import pairwise

import pytest

from manostat.core import codes
from manostat.journal import INTENT, OUTCOME
from manostat.record import unpack_level
from manostat_sim.benches.pico import PicoBench

from .rig import (
    AT_ONCE_US,
    TICK_US,
    begin,
    enabled,
    moved,
    no_tick_is_late,
    steps_after,
    steps_us,
    ticks_us,
)

pytestmark = pytest.mark.needs("host")

RUNNING = (codes.SEEKING, codes.SETTLING, codes.INJECTING)


def _stop_reading(bench: PicoBench) -> None:
    bench.host_reads(False)


def _read_again(bench: PicoBench) -> None:
    bench.host_reads(True)


def _pull_out(bench: PicoBench) -> None:
    bench.pico.usb.connected = False


def _plug_in(bench: PicoBench) -> None:
    bench.pico.usb.connected = True
    bench.advance(0.1)


GONE = pytest.mark.parametrize(
    ("leave", "come_back"),
    [(_stop_reading, _read_again), (_pull_out, _plug_in)],
    ids=["silent", "unplugged"],
)


@GONE
@pytest.mark.req("L-01")
def test_a_host_that_is_gone_delays_no_tick_and_loses_no_record(
    bench: PicoBench, leave, come_back
) -> None:
    begin(bench)
    left_us = bench.now_us
    leave(bench)
    bench.advance(0.3)
    no_tick_is_late(bench, left_us)
    pressed_us = bench.now_us
    bench.press("PAIN")
    bench.advance(0.05)
    assert steps_after(bench, pressed_us + AT_ONCE_US) == 0
    come_back(bench)
    kinds = [entry.kind for entry in bench.journal()]
    assert [kind for kind in kinds if kind in (INTENT, OUTCOME)] == [INTENT, OUTCOME]
    assert bench.record()["steps"] == len(steps_us(bench))
    assert bench.record()["first_mark"]["points"][0]["steps"] == len(steps_us(bench))


@GONE
def test_frames_resume_whole_with_the_gap_in_their_numbers(
    bench: PicoBench, leave, come_back
) -> None:
    begin(bench)
    leave(bench)
    bench.advance(0.15)
    before = len(bench.frames())
    come_back(bench)
    bench.advance(0.1)
    assert bench.reader.bad_bytes == 0
    late = bench.frames()[before:]
    newest = [frame.tick for frame in late][-20:]
    assert newest == list(range(newest[0], newest[0] + 20))
    read_us = ticks_us(bench)[bench.last.tick - 1][0]
    assert bench.now_us - read_us < 2 * TICK_US, "the newest tick but one"
    assert bench.last.steps == sum(at_us < read_us for at_us in steps_us(bench))


@pytest.mark.req("B-05", "B-06")
def test_with_no_host_from_power_on_the_pump_arms_injects_and_stops(make_cold_bench) -> None:
    bench = make_cold_bench("dallas-0")
    bench.pico.usb.connected = False
    bench.power_on()
    bench.arm()
    assert enabled(bench)
    begin(bench)
    bench.advance(0.1)
    pressed_us = bench.now_us
    bench.press("PAIN")
    bench.advance(0.1)
    made = len(steps_us(bench))
    assert made > 50
    assert steps_after(bench, pressed_us + AT_ONCE_US) == 0
    assert bench.frames() == []
    _plug_in(bench)
    (outcome,) = [entry for entry in bench.journal() if entry.kind == OUTCOME]
    level = unpack_level(outcome.payload)
    assert (level["reason"], level["steps"]) == (codes.PAIN, made)


def test_the_trace_is_what_the_frames_said_tick_by_tick(bench: PicoBench) -> None:
    begin(bench)
    bench.advance(0.3)
    bench.release("RUN")
    bench.advance(0.15)
    bench.press("RUN")
    bench.advance(0.2)
    bench.press("PAIN")
    bench.advance(0.05)
    # From the tick after the start, the first that can have made a step, to the one that stops.
    running = [tick for before, tick in pairwise(bench.frames()) if before.state in RUNNING]
    assert moved(bench) == [(tick.line_raw, tick.made) for tick in running]
    assert sum(tick.made for tick in running) == bench.last.steps
    assert len(steps_us(bench)) == bench.last.steps


@pytest.mark.req("S-01", "B-06")
def test_bytes_from_the_host_start_nothing(bench: PicoBench) -> None:
    bench.pico.usb.write(bytes(range(256)))
    bench.advance(0.7)
    assert bench.edges("STEP") == []
    begin(bench)
    bench.pico.usb.write(b"HJT\x03\x04\r\n" * 8)
    from_us = bench.now_us
    bench.advance(0.15)
    no_tick_is_late(bench, from_us)
    bench.hold("PAIN", 0.05)
    stopped_us = bench.now_us
    bench.pico.usb.write(bytes(range(256)))
    bench.advance(0.7)
    assert steps_after(bench, stopped_us) == 0, "with RUN held, and PERMIT high"
