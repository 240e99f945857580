"""The parts that need no board: queue, frames, states, words for refusals."""

import asyncio
import random
import threading
from types import SimpleNamespace

import pytest

from manostat.core import codes
from manostat_sim import wire
from manostat_sim.telemetry import NOT_STORED, Answer, TickFrame
from manostat_tools.link import LinkBack, LinkError, LinkLost, State, Subscription, owner
from manostat_tools.link.frames import Frames
from manostat_tools.link.held import kept_zero_pa
from manostat_tools.link.settings import Settings, decode_settings
from manostat_tools.link.unit import refusal
from manostat_tools.link.watch_command import Count

IDLE = TickFrame(*(0,) * len(TickFrame._fields))


def ticks(*numbers):
    return [IDLE._replace(tick=number) for number in numbers]


def test_a_full_queue_drops_the_oldest_ticks_and_keeps_what_is_said_of_the_link():
    queue = Subscription(most=3)
    for item in (*ticks(1, 2), LinkLost("gone", 0.0), LinkBack(1.0), *ticks(3, 4)):
        queue.put(item)
    assert queue.dropped == 3
    queue.close()
    assert list(queue) == [LinkLost("gone", 0.0), LinkBack(1.0), *ticks(4)]
    queue.put(ticks(5)[0])
    assert list(queue) == [] and queue.closed
    with pytest.raises(ValueError, match="most: 0, allowed 1 or more"):
        Subscription(most=0)


def test_only_frames_leaves_the_link_out_and_a_wait_has_its_end():
    queue = Subscription(only_frames=True)
    queue.put(LinkBack(1.0))
    assert queue.get(0.01) is None
    queue.put(ticks(1)[0])
    assert queue.get(0.01).tick == 1


def test_a_task_that_waits_can_be_cancelled_and_another_takes_over():
    async def run():
        queue = Subscription()
        waiting = asyncio.create_task(anext(aiter(queue)))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        threading.Timer(0.05, queue.put, ticks(7)).start()
        assert (await asyncio.wait_for(anext(aiter(queue)), 5)).tick == 7

    asyncio.run(run())


def test_the_zero_of_a_pump_that_lost_its_unit_is_that_of_its_identity():
    hello, bench = SimpleNamespace(bench=False), SimpleNamespace(bench=True)
    unit = (1, 50_000, 3_500_000, 344_738, 551_581, 0, 228_705, 2_216, 700)
    identity = {"serial": "M-017", "zero_pa": -276}
    assert kept_zero_pa(hello, Settings(1, 0, unit, identity)) == 700
    assert kept_zero_pa(hello, Settings(1, 0, None, identity)) == -276
    assert kept_zero_pa(bench, Settings(1, 0, None, identity)) == -276
    for of in (hello, bench):
        assert kept_zero_pa(of, Settings(1, 0, None, {"serial": "M-017", "zero_pa": "0"})) == 0
        assert kept_zero_pa(of, Settings(1, 0, None, None)) == 0


def test_frames_are_found_in_noise_and_noise_does_not_pile_up():
    frames = Frames()
    tick = wire.frame(bytes([1]).ljust(26, b"\0"))
    answer = wire.frame(bytes([4, 255, wire.STOP_KIND, 3]).ljust(26, b"\0"))
    noise = random.Random(1).randbytes(100_000).replace(b"\0", b"\1")
    found = []
    for at in range(0, len(noise), 1000):
        found += frames.cut(noise[at : at + 1000])
        assert len(frames._rest) <= 256
    found += frames.cut(b"\0" + tick[:10])
    found += frames.cut(tick[10:] + answer)
    assert found == [IDLE._replace(tick=0), Answer(255, wire.STOP_KIND, 3)]
    assert not frames.ticks and not frames.answers
    assert frames.bad_bytes >= len(noise)


@pytest.mark.parametrize(
    ("switches", "stop", "pain", "run"),
    [
        (codes.BIT_STOP_OK | codes.BIT_PAIN_OK, False, False, False),
        (codes.CHAIN, False, False, True),
        (codes.BIT_STOP_OK | codes.BIT_PAIN_NO, False, True, False),
        (codes.BIT_STOP_OK, False, True, False),
        (0, True, False, False),
        (codes.BIT_PAIN_NO, True, True, False),
    ],
)
def test_a_state_reads_the_switches_as_the_taps_tell_them(switches, stop, pain, run):
    state = State(IDLE._replace(switches=switches), 0.0)
    assert (state.stop_pressed, state.pain_pressed, state.run_closed) == (stop, pain, run)


def test_a_state_is_readable():
    frame = IDLE._replace(state=codes.STOPPED, reason=codes.FAULT, fault=codes.LATE, opening_pa=-1)
    state = State(frame, 0.0)
    assert (state.name, state.opening_pa, state.moves) == ("stopped", None, False)
    assert state.fault in state.reason and state.fault != "none"
    assert State(frame._replace(state=codes.SETTLING, opening_pa=0), 0.0).moves
    assert State(frame._replace(opening_pa=0), 0.0).opening_pa == 0


def test_an_answer_of_another_length_and_an_unknown_result_are_said():
    with pytest.raises(LinkError, match="8 bytes, known are 1032"):
        decode_settings(bytes(8))
    assert decode_settings(b"\xff" * 1032).unit is None
    assert "result 77, unknown" in str(refusal("pump", 77))
    assert "look what holds" in str(refusal("pump", NOT_STORED))


def test_lost_frames_are_counted_across_the_wrap_and_not_across_a_lost_link():
    count = Count()
    for number, at_s in ((65534, 0.0), (65535, 0.25), (2, 1.0)):
        count.take(IDLE._replace(tick=number), at_s)
    assert (count.frames, count.lost, count.rate) == (3, 2, 2.0)
    count.break_off()
    count.take(IDLE._replace(tick=500), 1.5)
    assert (count.lost, count.losses) == (2, 1)


class Clock:
    """Time that goes on only by what a port takes."""

    now_s = 100.0

    def monotonic(self):
        return self.now_s


class HeardPort:
    """A tick at first; then each look at the port takes the next of `turns`, in seconds, and hears
    nothing, or a tick where the turn is negative. Closes the owner when they are over."""

    def __init__(self, clock, turns, of):
        self.clock, self.turns, self.of = clock, list(turns), of
        self.frame = b"\0" + wire.frame(bytes([1]).ljust(26, b"\0"))
        self.first = True

    def send(self, data):
        raise AssertionError(data)

    def receive(self, take, _limit_s):
        if self.first:
            self.first = False
            return take(self.frame)
        if not self.turns:
            self.of._ended.set()
            return False
        turn_s = self.turns.pop(0)
        self.clock.now_s += abs(turn_s)
        return take(self.frame) if turn_s < 0 else False


def lost_after(turns, monkeypatch):
    clock = Clock()
    monkeypatch.setattr(owner, "time", clock)
    one = owner.Owner(SimpleNamespace(name="pump"))
    told = []
    one.listen(told.append)
    one._serve(HeardPort(clock, turns, one))
    return [each.why for each in told if isinstance(each, LinkLost)], one


def test_a_pump_that_says_nothing_for_a_while_is_lost_and_it_is_said_why(monkeypatch):
    (why,), one = lost_after([0.02] * 80, monkeypatch)
    assert "pump: no tick for 1.5 s" in why
    assert "too busy" in why
    assert one.why_lost == why
    assert lost_after([0.02] * 70, monkeypatch)[0] == []


def test_a_computer_that_was_too_busy_to_look_has_not_lost_the_pump(monkeypatch):
    assert lost_after([2.0, -0.02], monkeypatch)[0] == []
    assert lost_after([2.0, *[0.02] * 80], monkeypatch)[0] != []
