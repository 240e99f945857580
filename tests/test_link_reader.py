"""Requirements on what is answered to a host, and on what of it is logged."""

import random
from types import SimpleNamespace

import pytest

from manostat.link import codes
from manostat.link.reader import Reader
from manostat.trace import Trace
from manostat_sim import wire
from manostat_sim.telemetry import (
    AT_REST,
    STOPPED,
    UNKNOWN,
    WRONG_LENGTH,
    Answer,
    FrameReader,
    join,
)

WHO = (1, 0, 2, b"abcdefgh", bytes(8))
BYTES_A_TICK, FRAMES_A_TICK = 8, 4


def page(sequence: int) -> bytes:
    """As a page of the journal begins."""
    return b"\x4a\x4d\x03\x00" + sequence.to_bytes(4, "little") + bytes([sequence]) * 248


class Pages:
    """Pages with these numbers, 0 where there is none, as `manostat.pages.Pages` gives them."""

    def __init__(self, *numbers: int):
        self.numbers = numbers

    def __call__(self, first: int):
        for number in self.numbers:
            yield page(number) if number and number >= first else b""


class Pump:
    """What a `Reader` sees of the board: bytes of a host, room for frames, the journal, events."""

    def __init__(self, arrived: bytes = b"", room: int = 1_000_000):
        self.arrived = list(arrived)
        self.room = room
        self.logged: list[int] = []
        self.told = 0
        self.host = FrameReader()
        journal = SimpleNamespace(room=77, pages=Pages(1, 0, 2, 3))
        traces = SimpleNamespace(ring=SimpleNamespace(pages=Pages(7, 8, 0)))
        events = SimpleNamespace(put_command=self.logged.append)
        self.books = SimpleNamespace(events=events, notices=4, journal=journal, traces=traces)
        self.trace = Trace(100)
        self.reader = Reader(self, self.books, self.trace, self, None, WHO)

    def poll(self) -> int:
        return self.arrived.pop(0) if self.arrived else -1

    def send(self, frame) -> int:
        if self.room == 0:
            return 0
        self.room -= 1
        self.host.feed(bytes(frame))
        return 1

    def has_told(self) -> bool:
        return self.told != 0

    def take(self) -> int:
        told, self.told = self.told, 0
        return told

    def tick(self, times: int = 1) -> None:
        for _ in range(times):
            if self.reader.is_asked():
                self.reader.serve()


def asked(data: bytes, ticks: int = 400) -> Pump:
    pump = Pump(data)
    pump.tick(ticks)
    return pump


def test_a_hello_says_who_is_speaking():
    (hello,) = asked(wire.hello(9)).host.hellos
    assert hello == (9, 2, 1, 0, 2, b"abcdefgh", bytes(8), 4, 77)


@pytest.mark.parametrize(("first", "numbers"), [(0, [1, 2, 3]), (2, [2, 3]), (4, [])])
def test_the_journal_comes_from_the_record_on_that_was_asked_for(first, numbers):
    pump = asked(wire.journal(30, first))
    assert join(pump.host.bulks) == b"".join(page(number) for number in numbers)
    assert {bulk.request for bulk in pump.host.bulks} == {30}
    assert pump.logged == [ord("J")]


@pytest.mark.parametrize(("first", "numbers"), [(0, [7, 8]), (8, [8]), (9, [])])
def test_stored_traces_come_from_the_page_on_that_was_asked_for(first, numbers):
    pump = asked(wire.ring(31, first))
    assert join(pump.host.bulks) == b"".join(page(number) for number in numbers)
    assert pump.logged == [ord("R")]


def test_the_trace_in_memory_comes_whole():
    pump = Pump(wire.trace(3))
    for number in range(30):
        pump.trace.add(number, 1)
    pump.tick(100)
    assert join(pump.host.bulks) == bytes(pump.trace.buf[:60])


def test_a_host_that_takes_nothing_loses_no_piece():
    pump = Pump(wire.hello(1) + wire.journal(2), room=0)
    for _ in range(300):
        pump.room = min(pump.room + 1, 1)
        pump.tick(2)
    assert join(pump.host.bulks) == page(1) + page(2) + page(3)
    assert len(pump.host.hellos) == 1


def test_one_request_after_the_other():
    pump = asked(wire.trace(1) + wire.hello(2) + wire.journal(3, 4))
    assert pump.logged == [ord("T"), ord("H"), ord("J")]
    assert [bulk.request for bulk in pump.host.bulks] == [1, 3]


@pytest.mark.req("S-02", "L-01")
@pytest.mark.parametrize(
    ("sent", "answers"),
    [
        (wire.frame(b"\x4d\x07"), [Answer(7, 0x4D, UNKNOWN)]),
        (wire.frame(b"J\x07"), [Answer(7, ord("J"), WRONG_LENGTH)]),
        (wire.hello(7)[:-2] + b"\0", []),
        (b"x" * 500 + b"\0", []),
    ],
    ids=["unknown", "wrong length", "half", "too long"],
)
def test_what_is_no_request_is_rejected_and_logged(sent, answers):
    pump = asked(sent)
    assert (pump.host.answers, pump.logged) == (answers, [0])
    assert (pump.host.bulks, pump.host.hellos) == ([], [])


@pytest.mark.req("L-01")
def test_single_bytes_ask_for_nothing():
    pump = asked(b"\0".join(bytes([byte]) for byte in range(1, 256)) + b"\0")
    assert pump.logged == [0] * 255
    assert pump.host.bulks == pump.host.hellos == pump.host.answers == []


@pytest.mark.req("S-02")
def test_half_a_request_is_forgotten_when_motion_begins():
    pump = asked(wire.hello(1)[:4])
    pump.reader.drop()
    pump.arrived += wire.hello(2)
    pump.tick(10)
    assert [hello.sequence for hello in pump.host.hellos] == [2]


def test_motion_ends_an_answer():
    pump = asked(wire.journal(1), ticks=4)
    begun = len(pump.host.bulks)
    pump.reader.drop()
    pump.tick(100)
    assert begun and len(pump.host.bulks) == begun


@pytest.mark.parametrize(
    ("told", "result", "logged"),
    [
        (codes.STOP_HEARD, STOPPED, [codes.STOP]),
        (codes.STOP_HEARD | codes.DROPPED, STOPPED, [0, codes.STOP]),
        (codes.STOP_AT_REST, AT_REST, [codes.STOP]),
    ],
)
def test_a_stop_is_answered_and_logged_once(told, result, logged):
    pump = Pump(wire.STOP)  # it is also read as a frame
    pump.told = told
    pump.tick(10)
    assert pump.host.answers == [Answer(255, codes.STOP, result)]
    assert pump.logged == logged


def test_a_stop_that_is_heard_as_its_frame_ends_costs_the_next_request_nothing():
    pump = Pump(wire.STOP + wire.hello(4))
    for _ in range(len(wire.STOP)):
        assert not pump.told
        if pump.reader.is_asked():
            pump.told = codes.STOP_AT_REST  # the image heard it while its last byte was asked for
            break
    pump.tick(40)
    pump.tick(20)
    assert [hello.sequence for hello in pump.host.hellos] == [4]
    assert pump.host.answers == [Answer(255, codes.STOP, AT_REST)]


@pytest.mark.req("L-01", "S-02")
def test_what_was_dropped_in_motion_is_logged():
    pump = Pump()
    pump.told = codes.DROPPED
    pump.tick(5)
    assert (pump.logged, pump.host.answers) == ([0], [])


def test_a_stop_at_rest_breaks_no_answer():
    pump = asked(wire.journal(1), ticks=8)
    pump.told = codes.STOP_AT_REST
    pump.tick(100)
    assert join(pump.host.bulks) == page(1) + page(2) + page(3)
    assert len(pump.host.answers) == 1


@pytest.mark.req("S-02")
def test_noise_is_only_ever_rejected():
    pump = Pump(random.Random(5).randbytes(60_000), room=0)
    pump.tick(60_000 // BYTES_A_TICK * 3)
    assert pump.arrived == []
    assert set(pump.logged) == {0}


def test_a_tick_takes_a_few_bytes_and_gives_a_few_frames():
    pump = Pump(b"x" * 100)
    pump.tick()
    assert len(pump.arrived) == 100 - BYTES_A_TICK
    pump = asked(wire.journal(1), ticks=1)
    pump.tick()
    assert len(pump.host.bulks) <= FRAMES_A_TICK
