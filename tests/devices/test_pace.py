"""Virtual time held to wall time, with a clock that does what the test says."""

import time
from types import SimpleNamespace

import pytest

from manostat_sim.emulated import process
from manostat_sim.emulated.control import Ended
from manostat_sim.emulated.pace import Pace


class Clock:
    now_us = 5_000_000

    def __call__(self):
        return self.now_us * 1000


def test_virtual_time_follows_the_wall_and_never_leads():
    clock = Clock()
    pace = Pace(100, clock)
    assert pace.allowed_us(100) == 100
    clock.now_us += 3000
    assert pace.allowed_us(100) == 3100


def test_what_was_lost_is_not_caught_up():
    clock = Clock()
    pace = Pace(0, clock)
    clock.now_us += 1_000_000  # busy for a second, and only 100 ms have come of it
    assert pace.allowed_us(100_000) < 130_000
    clock.now_us += 10_000
    assert pace.allowed_us(120_000) < 140_000


class Sleeper:
    """A board that takes no time at all to advance."""

    now_us = 0
    mode = "running"
    port = SimpleNamespace(fileno=lambda: None)

    def advance_to(self, to_us):
        self.now_us = to_us


class Turns:
    """A control channel that nobody uses, ended after some turns of the loop."""

    left = 30

    def sockets(self):
        return []

    def look(self): ...

    def serve(self, _ready):
        self.left -= 1
        if not self.left:
            raise Ended


def test_the_loop_waits_for_the_wall():
    board, begun_ns = Sleeper(), time.monotonic_ns()
    with pytest.raises(Ended):
        process._run(board, Turns())
    assert 0 < board.now_us <= (time.monotonic_ns() - begun_ns) / 1000
