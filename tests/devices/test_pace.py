"""Virtual time held to wall time, with a clock that does what the test says."""

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
