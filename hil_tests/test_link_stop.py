"""STOP of a host: it stops like the button, and does nothing else, whatever it comes in."""

import random
from collections.abc import Callable

import pytest

from manostat.core import codes
from manostat_sim import wire
from manostat_sim.benches.pico import PicoBench
from manostat_sim.telemetry import AT_REST, STOPPED, Answer
from manostat_tools.journal.book import read_book
from manostat_tools.journal.payloads import COMMAND, EVENTS, fields_of

from .rig import (
    TICK_US,
    again,
    begin,
    enabled,
    lamps,
    no_tick_is_late,
    spoil_line_sensor,
    steps_after,
    unit_with,
)

pytestmark = [pytest.mark.needs("host"), pytest.mark.req("S-01")]

USB_FRAME_US = 1000
STOPS_WITHIN_US = 2 * TICK_US + USB_FRAME_US
STOP_KIND = wire.STOP_KIND
NOISE = random.Random(7).randbytes(40)
NEARLY = wire.STOP[:-1] + b"\x01"
"""All of a STOP but its end."""


def send(bench: PicoBench, data: bytes) -> int:
    """Hand bytes to the host's controller; the time of it."""
    bench.pico.usb.write(data)
    return bench.now_us


def logged(bench: PicoBench) -> list[tuple[int, int]]:
    """(kind, times) of what a host sent, as the journal in flash has it."""
    records = [r for r in read_book(bench.flash_image()).records if r.kind == EVENTS]
    events = [event for record in records for event in fields_of(record)["events"]]
    return [(event["a"], event["b"]) for event in events if event["what"] == COMMAND]


def answers(bench: PicoBench) -> list[int]:
    """Results of all answers to STOP."""
    found = bench.reader.answers
    assert all(answer == Answer(255, STOP_KIND, answer.result) for answer in found)
    return [answer.result for answer in found]


@pytest.mark.parametrize(
    "data",
    [
        wire.STOP,
        NOISE + wire.STOP + NOISE,
        wire.STOP[:5] + wire.STOP,
        NEARLY + wire.STOP,
        wire.hello(1) + wire.STOP + wire.journal(2),
    ],
    ids=["alone", "in noise", "behind half of one", "behind a wrong one", "between requests"],
)
@pytest.mark.parametrize("phase_us", [0, 700, 1400])
def test_it_stops_within_two_ticks_and_a_usb_frame(bench, data, phase_us, figure) -> None:
    begin(bench, 0.3)
    bench.advance_to(bench.now_us + phase_us)
    sent_us = send(bench, data)
    bench.advance(0.3)
    late_us = max((at_us - sent_us for at_us, level in bench.edges("STEP") if level), default=0)
    of = "STOP of a host to the last step"
    figure("S-01", max(late_us, 0), STOPS_WITHIN_US, "us", of=of, also=True)
    assert steps_after(bench, sent_us + STOPS_WITHIN_US) == 0
    assert (bench.last.state, bench.last.reason) == (codes.STOPPED, codes.STOP)
    assert bench.edges("ENABLE_N")[-1].at_us - sent_us < STOPS_WITHIN_US + TICK_US
    assert not enabled(bench)
    assert answers(bench) == [STOPPED]
    assert bench.record()["reason"] == codes.STOP
    assert (STOP_KIND, 1) in logged(bench)


def test_after_it_the_pump_goes_on_like_after_the_button(bench: PicoBench) -> None:
    begin(bench)
    send(bench, wire.STOP)
    bench.advance(0.1)
    made = bench.steps_made()
    again(bench)
    assert bench.steps_made() == made, "RUN alone moves nothing: STOP was not acknowledged"
    bench.release("RUN")
    bench.advance(0.4)
    bench.hold("STOP", 0.05)
    bench.advance(0.13)
    begin(bench)


@pytest.mark.parametrize("packets", [1, 10])
def test_stop_upon_stop_acknowledges_nothing(bench: PicoBench, packets: int) -> None:
    begin(bench)
    for _ in range(packets):
        sent_us = send(bench, wire.STOP * 20)
        bench.advance(0.1)
    assert (bench.last.state, bench.last.reason) == (codes.STOPPED, codes.STOP)
    assert answers(bench)[0] == STOPPED
    again(bench)
    assert steps_after(bench, sent_us + STOPS_WITHIN_US) == 0


def test_while_the_line_settles_it_stops_too(bench: PicoBench) -> None:
    begin(bench)
    bench.advance_until(lambda frame: frame.state == codes.SETTLING, 20.0)
    sent_us = send(bench, wire.STOP)
    bench.advance(0.01)
    assert (bench.last.state, bench.last.reason) == (codes.STOPPED, codes.STOP)
    bench.advance(1.0)
    assert steps_after(bench, sent_us) == 0
    assert answers(bench) == [STOPPED]


@pytest.mark.parametrize("sent_ms", range(14, 34, 2))
def test_a_start_that_waits_is_called_off(bench: PicoBench, sent_ms: int) -> None:
    """RUN counts as closed after 20 ms, and its intent takes a page."""
    bench.press("RUN")
    bench.advance(sent_ms / 1000)
    sent_us = send(bench, wire.STOP)
    bench.advance(0.3)
    moved = steps_after(bench, sent_us + STOPS_WITHIN_US)
    if answers(bench) == [STOPPED]:
        assert moved == 0
        assert bench.last.state in (codes.READY, codes.STOPPED)
    else:
        assert sent_ms <= 20, "so it came before RUN counted as closed"
        assert moved > 0
        bench.hold("PAIN", 0.05)
        assert answers(bench) == [AT_REST]


# At rest


def _idle(bench: PicoBench) -> None:
    bench.power_cycle()


def _ready(_bench: PicoBench) -> None:
    pass


def _paused(bench: PicoBench) -> None:
    begin(bench)
    bench.release("RUN")
    bench.advance(0.1)


def _in_pain(bench: PicoBench) -> None:
    begin(bench)
    bench.hold("PAIN", 0.05)
    bench.release("RUN")
    bench.advance(0.5)


def _stopped(bench: PicoBench) -> None:
    begin(bench)
    bench.hold("STOP", 0.05)
    bench.release("RUN")
    bench.advance(0.5)


def _in_alarm(bench: PicoBench) -> None:
    begin(bench)
    spoil_line_sensor(bench, "nack")
    bench.advance(0.05)
    bench.release("RUN")
    spoil_line_sensor(bench, "none")
    bench.advance(0.5)


def _done(bench: PicoBench) -> None:
    bench.press("RUN")
    bench.advance_until(lambda frame: frame.state == codes.STOPPED, 5.0)
    bench.release("RUN")
    bench.advance(0.5)


AT_REST_STATES = [_idle, _ready, _paused, _in_pain, _stopped, _in_alarm, _done]
_MUST = (_idle, _stopped, _in_alarm)
"""The others differ from these in what the operator did, not in what the firmware asks."""


@pytest.mark.parametrize("unit", [unit_with(volume_nl=20_000)])
@pytest.mark.parametrize(
    "come_to",
    [
        pytest.param(of, id=of.__name__[1:], marks=[] if of in _MUST else [pytest.mark.long])
        for of in AT_REST_STATES
    ],
)
def test_at_rest_it_changes_nothing(bench: PicoBench, come_to: Callable[[PicoBench], None]) -> None:
    come_to(bench)
    before = bench.last
    edges = len(bench.edges("ENABLE_N"))
    sent_us = bench.now_us
    for _ in range(41):  # for longer than STOP is held for a new level
        send(bench, wire.STOP)
        bench.advance(0.1)
    after = bench.last
    assert (after.state, after.reason, after.fault) == (before.state, before.reason, before.fault)
    assert all(frame.switches & 1 for frame in bench.frames()[-2000:]), "never shown as pressed"
    assert len(bench.edges("ENABLE_N")) == edges
    assert steps_after(bench, sent_us) == 0
    assert set(answers(bench)) == {AT_REST} and len(answers(bench)) == 41
    if before.fault:
        bench.advance(5.0)
        assert lamps(bench, 8.5)["SOUNDER"] == 1, "it is not silenced: a burst in 8 s"


@pytest.mark.parametrize("come_to", [_ready, _paused], ids=["ready", "paused"])
def test_at_rest_it_takes_nothing_from_the_next_press_of_run(bench: PicoBench, come_to) -> None:
    come_to(bench)
    send(bench, wire.STOP * 3)
    bench.advance(0.2)
    begin(bench)
    bench.advance(0.2)
    assert bench.last.state == codes.SEEKING


# What comes apart


def test_half_of_one_stops_nothing_and_the_rest_of_it_does(bench: PicoBench) -> None:
    begin(bench)
    send(bench, wire.STOP[:4])
    from_us = bench.now_us
    bench.advance(0.15)
    no_tick_is_late(bench, from_us)
    assert bench.last.state == codes.SEEKING
    sent_us = send(bench, wire.STOP[4:])
    bench.advance(0.1)
    assert steps_after(bench, sent_us + STOPS_WITHIN_US) == 0
    assert bench.last.reason == codes.STOP


def test_unplugged_within_one_the_next_whole_one_stops(bench: PicoBench) -> None:
    begin(bench)
    send(bench, wire.STOP[:6])
    bench.advance(0.003)
    bench.pico.usb.connected = False
    bench.advance(0.1)
    bench.pico.usb.connected = True
    bench.advance(0.1)
    assert bench.last.state == codes.SEEKING
    sent_us = send(bench, wire.STOP)
    bench.advance(0.1)
    assert steps_after(bench, sent_us + STOPS_WITHIN_US) == 0
    assert bench.last.reason == codes.STOP
