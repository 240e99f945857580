"""Whatever a host sends, as fast as the board takes it: nothing moves, nothing is lost or late."""

import random
from itertools import pairwise

import pytest

from manostat.core import codes
from manostat.journal import INTENT, OUTCOME
from manostat_sim import wire
from manostat_sim.benches.pico import PicoBench
from manostat_tools.journal.book import read_book
from manostat_tools.journal.payloads import COMMAND, EVENTS, fields_of

from .rig import (
    AT_ONCE_US,
    TICK_MOST_US,
    again,
    begin,
    moved,
    no_tick_is_late,
    steps_after,
    steps_us,
    ticks_us,
)

pytestmark = [pytest.mark.needs("host"), pytest.mark.req("S-01", "S-02")]

EFFECTS = "of all 256 bytes and of fuzzed frames, those with an effect"
RUNNING = (codes.SEEKING, codes.SETTLING, codes.INJECTING)
PACKET_BYTES = 64
FLOOD_BYTES = 200_000
"""More than the board takes in a test: a packet each tick is 32 000 bytes a second."""
FRAMES_PER_S = 50
"""What a host is promised while the plunger moves; the firmware sends one each tick."""

FLOODS = {
    "requests": wire.hello(1) + wire.journal(2) + wire.trace(3),
    "noise": random.Random(3).randbytes(9973),
    "zeros": b"\0",
    "no end": b"\xff",
    "nearly STOP": wire.STOP[:-1] + b"\x01" + wire.STOP[:-2] + b"\0",
    "other kinds": b"".join(wire.frame(bytes([kind, 1])) for kind in range(256) if kind != 83),
}
flooded = pytest.mark.parametrize("flood", list(FLOODS.values()), ids=list(FLOODS))


def commands(bench: PicoBench) -> list[tuple[int, int]]:
    """(kind, times) of what a host sent, as the journal in flash has it."""
    records = [r for r in read_book(bench.flash_image()).records if r.kind == EVENTS]
    events = [event for record in records for event in fields_of(record)["events"]]
    return [(event["a"], event["b"]) for event in events if event["what"] == COMMAND]


def waiting(bench: PicoBench) -> int:
    """Bytes that the host has not got rid of."""
    return len(bench.pico.usb._outgoing)


@flooded
def test_a_flood_while_it_injects_changes_nothing(bench: PicoBench, flood: bytes, figure) -> None:
    begin(bench)
    from_us, made = bench.now_us, bench.steps_made()
    told = len(bench.frames())
    bench.pico.usb.write(flood * (FLOOD_BYTES // len(flood)))
    before = waiting(bench)
    bench.advance(0.5)
    taken = before - waiting(bench)
    assert taken >= 200 * PACKET_BYTES, "a packet each tick"
    frames_per_s = (len(bench.frames()) - told) / ((bench.now_us - from_us) / 1e6)
    of = "frames in a flood, moving"
    figure("S-01", frames_per_s, FRAMES_PER_S, "frames/s", ">=", of=of, also=True)
    assert frames_per_s >= FRAMES_PER_S
    no_tick_is_late(bench, from_us)
    figure(
        "S-01",
        max(length for _, length in ticks_us(bench, from_us)),
        TICK_MOST_US,
        "us",
        of="longest tick in a flood",
        also=True,
    )
    stretch = [frame for frame in bench.frames() if frame.state in RUNNING][-240:]
    assert all(later.tick - sooner.tick == 1 for sooner, later in pairwise(stretch))
    assert bench.reader.bad_bytes == 0
    # At 484 steps a second, as without a flood.
    assert abs(bench.steps_made() - made - 242) <= 3
    pressed_us = bench.now_us
    bench.hold("PAIN", 0.05)
    assert steps_after(bench, pressed_us + AT_ONCE_US) == 0
    bench.pico.usb._outgoing.clear()
    bench.advance(0.5)
    made = len(steps_us(bench))
    kinds = [entry.kind for entry in bench.journal()]
    assert [kind for kind in kinds if kind in (INTENT, OUTCOME)] == [INTENT, OUTCOME]
    assert bench.record()["steps"] == made
    running = [tick for before, tick in pairwise(bench.frames()) if before.state in RUNNING]
    assert moved(bench) == [(tick.line_raw, tick.made) for tick in running]
    if flood != b"\0":
        assert (0, 1) in commands(bench) or commands(bench)[0][0] == 0, "dropped, and logged"


def test_with_and_without_a_flood_the_steps_are_the_same(bench: PicoBench) -> None:
    """The same pump, from the same moment: a level paused, and gone on with under a flood."""
    begin(bench, 0.4)
    quiet = [round(later - sooner) for sooner, later in pairwise(steps_us(bench))]
    bench.release("RUN")
    bench.advance(0.2)
    n_before = len(steps_us(bench))
    bench.pico.usb.write(FLOODS["noise"] * 20)
    begin(bench, 0.4)
    loud = [round(later - sooner) for sooner, later in pairwise(steps_us(bench)[n_before:])]
    # Steps come in the ticks in which flow is due, at the same place in each.
    for some in (quiet, loud):
        assert {round(apart / 2000) for apart in some[20:]} <= {1, 2}
    assert abs(sum(quiet[20:120]) - sum(loud[20:120])) < 2 * 2000


@flooded
def test_a_flood_at_rest_starts_nothing_and_the_pump_still_starts(
    bench: PicoBench, flood: bytes
) -> None:
    begun_us = bench.now_us
    bench.pico.usb.write(flood * (FLOOD_BYTES // len(flood)))
    bench.advance(0.5)
    assert bench.edges("STEP") == []
    assert bench.last.state == codes.READY
    assert all(frame.switches & 7 == 3 for frame in bench.frames()[-200:])
    bench.press("RUN")
    bench.advance(0.1)
    for _ in range(2):  # memory may have been collected just then, which takes 23 ms
        if steps_after(bench, begun_us) == 0:
            again(bench)
    assert steps_after(bench, begun_us) > 0


def test_all_bytes_and_fuzzed_frames_have_no_effect(bench: PicoBench, figure) -> None:
    draw = random.Random(11)
    sent = bytes(range(256)) + bytes(reversed(range(256)))
    for _ in range(150):
        request = draw.choice((wire.hello(1), wire.trace(2), wire.journal(3), wire.STOP))
        at = draw.randrange(len(request) - 1)
        sent += request[:at] + draw.randbytes(draw.randrange(3)) + request[at + 1 :]
    before = bench.last
    bench.pico.usb.write(sent)
    bench.advance(1.2)
    assert waiting(bench) == 0
    effects = len(bench.edges("STEP")) + (bench.last.state != before.state)
    figure("S-01", effects, 0, "bytes", "=", of=f"{EFFECTS}, at rest")
    figure("S-02", len(bench.edges("STEP")), 0, "steps", "=", of="steps made of wrong frames")
    assert effects == 0
    begin(bench)
    from_us = bench.now_us
    bench.pico.usb.write(sent)
    bench.advance(0.3)
    assert waiting(bench) == 0
    no_tick_is_late(bench, from_us)
    assert bench.last.state == codes.SEEKING and bench.last.reason == codes.NO_REASON
    bench.hold("PAIN", 0.05)
    stopped_us = bench.now_us
    bench.pico.usb.write(sent)
    bench.advance(1.2)
    assert steps_after(bench, stopped_us) == 0, "with RUN held, and PERMIT high"
    assert (bench.last.state, bench.last.reason) == (codes.STOPPED, codes.PAIN)


def test_noise_in_motion_is_one_event(bench: PicoBench) -> None:
    begin(bench)
    bench.pico.usb.write(random.Random(4).randbytes(600))
    bench.advance(0.2)
    bench.hold("PAIN", 0.1)
    assert commands(bench) == [(0, 1)]


def test_what_waits_when_motion_begins_is_dropped_and_logged(bench: PicoBench) -> None:
    bench.press("RUN")
    bench.advance(0.018)
    bench.pico.usb.write(b"\xaa" * 60)  # of which a few ticks take a part
    bench.advance(0.15)
    assert bench.steps_made() > 0
    bench.hold("PAIN", 0.1)
    assert commands(bench) == [(0, 1)]


def test_a_journal_pull_that_was_broken_off_goes_on(bench: PicoBench) -> None:
    begin(bench)
    bench.hold("PAIN", 0.05)
    bench.advance(0.1)
    whole = bench.journal()
    assert len(whole) > 3
    assert [entry.sequence for entry in bench.journal(whole[2].sequence)][: len(whole) - 2] == [
        entry.sequence for entry in whole[2:]
    ]


@pytest.mark.parametrize("cut", [1, 3, 6])
def test_half_a_request_and_an_unplugged_cable_leave_the_next_one_whole(
    bench: PicoBench, cut: int
) -> None:
    bench.pico.usb.write(wire.hello(200)[:cut])
    bench.advance(0.01)
    bench.pico.usb.connected = False
    bench.advance(0.05)
    bench.pico.usb.connected = True
    bench.advance(0.1)
    bench.pico.usb.write(b"\0")
    said = bench.hello()
    assert said is not None and said.protocol == 2
    assert steps_us(bench) == []
