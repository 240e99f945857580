"""Requirements on the frames, the console that carries them, and the trace of a level."""

import io
import json
import struct
import subprocess
from binascii import crc32
from pathlib import Path
from types import SimpleNamespace

import pytest

from manostat.link import console as console_module
from manostat.link.frames import AnswerFrame, BulkFrame, HelloFrame, TickFrame
from manostat_sim import wire
from manostat_sim.benches.vm import find_micropython
from manostat_sim.telemetry import AT_REST, Answer, FrameReader, Hello

FIRMWARE = Path(console_module.__file__).parents[2]


def inputs(**changed):
    values = {
        "elapsed_us": 2003,
        "line_raw": 5000,
        "line_status": 0,
        "second_raw": 40000,
        "switches": 0b1110111,
        "made": 1,
        "refused": 0,
    }
    return SimpleNamespace(**{**values, **changed})


def pump(**changed):
    values = {
        "state": 4,
        "reason": 0,
        "grant": 1,
        "fault": 0,
        "pressure_pa": 123456,
        "steps": 9876,
        "opening_pa": -1,
    }
    return SimpleNamespace(**{**values, **changed})


EXTREMES = [
    (inputs(), pump()),
    (inputs(elapsed_us=65535, line_raw=16383, line_status=3, second_raw=65535), pump()),
    (inputs(line_status=4, made=3, refused=3, switches=127), pump(fault=11, reason=8)),
    (inputs(made=200), pump(pressure_pa=-(2**30), steps=2**30 - 1, opening_pa=206843)),
]


def packed(tick, record, decided):
    frame = TickFrame()
    frame.pack(tick, record, decided)
    return bytes(frame.wire)


# Tick frames


def test_a_tick_frame_has_the_bytes_of_the_contract():
    frame = packed(0x12345, inputs(line_status=2), pump(reason=7, fault=18))
    content = struct.pack(
        "<BHHHHBBBBiiiB", 1, 0x2345, 2003, 5000 | 2 << 14, 40000, 0b1110111, 1, 4 | 7 << 4,
        18 | 1 << 6, 123456, 9876, -1, 0,
    )  # fmt: skip
    assert frame == wire.stuffed(content + struct.pack("<I", crc32(content))) + b"\0"
    assert len(frame) == 32


@pytest.mark.parametrize(("record", "decided"), EXTREMES)
def test_a_host_reads_back_what_was_packed(record, decided):
    reader = FrameReader()
    reader.feed(packed(77, record, decided))
    (tick,) = reader.ticks
    assert reader.bad_bytes == 0
    assert (tick.tick, tick.elapsed_us) == (77, record.elapsed_us)
    assert (tick.line_raw, tick.line_status) == (record.line_raw, record.line_status)
    assert (tick.second_raw, tick.switches) == (record.second_raw, record.switches)
    assert (tick.made, tick.refused) == (min(record.made, 15), record.refused)
    for name in vars(decided):
        assert getattr(tick, name) == getattr(decided, name)


def test_a_sensor_without_answer_is_marked_beside_the_made_steps():
    content = wire.content_of(packed(1, inputs(line_status=4, made=2), pump())[:-1])
    assert content is not None and content[10] == 0x82


def test_without_the_module_of_the_image_a_frame_is_the_same_and_allocates_nothing():
    """On stock MicroPython; the heap is locked while the pump runs."""
    script = """
import micropython, random
from manostat.link.native import finish
from manostat.link.portable import finish as plain
random.seed(1)
for number in range(2000):
    buf = bytearray(61)
    for at in range(35, 61):
        buf[at] = random.getrandbits(8) if random.getrandbits(2) >= number & 3 else 0
    expected = bytearray(buf)
    plain(expected)
    micropython.heap_lock()
    finish(buf)
    micropython.heap_unlock()
    assert buf == expected
print(finish is not plain)
"""
    env = {"MICROPYPATH": str(FIRMWARE)}
    command = [find_micropython(), "-c", script]
    run = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["True"]


def test_the_board_and_the_host_pack_equal_bytes():
    script = """
import sys, json
from manostat.link.frames import TickFrame, BulkFrame
class Record: pass
def record(values):
    made = Record()
    for name in values: setattr(made, name, values[name])
    return made
frame = TickFrame()
for number, (inputs, pump) in enumerate(json.loads(sys.stdin.readline())):
    frame.pack(65530 + number * 7, record(inputs), record(pump))
    print("".join("%02x" % byte for byte in frame.wire))
bulk = BulkFrame()
bulk.pack(65, 0xFFFFFFFF, bytes(range(50)), 41)
print("".join("%02x" % byte for byte in bulk.wire))
"""
    values = json.dumps([(vars(record), vars(decided)) for record, decided in EXTREMES])
    run = subprocess.run(
        [find_micropython(), "-c", script],
        input=values + "\n",
        env={"MICROPYPATH": str(FIRMWARE)},
        capture_output=True,
        text=True,
        check=True,
    )
    bulk = BulkFrame()
    bulk.pack(65, 0xFFFFFFFF, bytes(range(50)), 41)
    expected = [packed(65530 + i * 7, *pair) for i, pair in enumerate(EXTREMES)]
    assert run.stdout.split() == [frame.hex() for frame in (*expected, bytes(bulk.wire))]


# Bulk and hello frames


def test_a_bulk_frame_carries_twenty_bytes_and_pads_the_last():
    source = bytes(range(30))
    frame = BulkFrame()
    reader = FrameReader()
    for start in (0, 20):
        frame.pack(84, 1000 + start, source, start)
        reader.feed(bytes(frame.wire))
    first, second = reader.bulks
    assert (first.request, first.offset, first.data) == (84, 1000, source[:20])
    assert (second.offset, second.data) == (1020, source[20:] + b"\xff" * 10)


def test_a_hello_frame_says_who_is_speaking():
    frame = HelloFrame()
    frame.pack(7, (1, 3, 2, b"abcdefgh", b"serial-1"), 33, 500)
    reader = FrameReader()
    reader.feed(bytes(frame.wire))
    assert reader.hellos == [Hello(7, 2, 1, 3, 2, b"abcdefgh", b"serial-1", 33, 500)]


def test_an_answer_frame_repeats_sequence_and_kind():
    frame = AnswerFrame()
    frame.pack(255, wire.STOP_KIND, 3)
    reader = FrameReader()
    reader.feed(bytes(frame.wire))
    assert reader.answers == [Answer(255, wire.STOP_KIND, AT_REST)]


def test_a_reader_that_comes_late_has_the_next_frame():
    frames = b"".join(packed(number, inputs(), pump()) for number in range(3))
    for cut in range(1, 32):
        reader = FrameReader()
        reader.feed(frames[cut:])
        assert ([tick.tick for tick in reader.ticks], reader.bad_bytes) == ([1, 2], 32 - cut)


# Console


class Port:
    """A USB FIFO of `room` bytes that takes what fits, and a host that sent `arrived`."""

    def __init__(self, room=256, arrived=b""):
        self.room = room
        self.taken = b""
        self.arrived = io.BytesIO(arrived)

    def write(self, data):
        taken = bytes(data[: self.room])
        self.room -= len(taken)
        self.taken += taken
        return len(taken)


@pytest.fixture
def open_console(monkeypatch):
    def opened(port):
        class Poll:
            def register(self, *_):
                pass

            def ipoll(self, timeout):
                assert timeout == 0
                waiting = port.arrived.getbuffer().nbytes > port.arrived.tell()
                return iter([None] if waiting else [])

        stdio = SimpleNamespace(
            stdout=SimpleNamespace(buffer=port), stdin=SimpleNamespace(buffer=port.arrived)
        )
        monkeypatch.setattr(console_module, "sys", stdio)
        poll = SimpleNamespace(poll=Poll, POLLIN=1)
        monkeypatch.setattr(console_module, "select", poll)
        return console_module.Console()

    return opened


def test_a_host_that_does_not_read_costs_whole_frames_and_no_waiting(open_console):
    port = Port(room=256)
    console = open_console(port)
    frame = TickFrame()
    sent = 0
    for tick in range(20):
        frame.pack(tick, inputs(), pump())
        sent += console.send(frame.wire)
    reader = FrameReader()
    reader.feed(port.taken)
    assert (sent, console.dropped) == (8, 12)
    assert [tick.tick for tick in reader.ticks] == list(range(8))
    assert reader.bad_bytes == 0


def test_every_byte_of_a_host_arrives_in_order(open_console):
    console = open_console(Port(arrived=bytes(range(256))))
    assert [console.poll() for _ in range(257)] == [*range(256), -1]
