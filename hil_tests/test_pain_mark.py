"""The mark of a press: pressure and volume at it and 0.5, 1, 2 and 3 s before, against the plant's
own history and the error of its sensor."""

from typing import Any

import pytest

from manostat.journal import OUTCOME, PAIN_MARK
from manostat.record import unpack_level, unpack_mark
from manostat_sim.benches.base import Bench
from manostat_sim.benches.pico import PicoBench

from .rig import UNIT, as_read_pa, begin, long_on_pico, noise_pa, steps_us

SAMPLE_US = 10_000  # the mark looks back in steps of 10 ms


class History:
    """What the plant did, millisecond by millisecond."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.line: list[tuple[int, float]] = []

    def watch(self, seconds: float) -> None:
        """Let time pass and look."""
        bench = self.bench
        end_us = bench.now_us + round(seconds * 1e6)
        while bench.now_us < end_us:
            bench.advance(0.001)
            self.line.append((bench.now_us, bench.world.plant.line_pa))

    def line_between(self, from_us: float, to_us: float) -> tuple[float, float]:
        """Least and greatest reading of the line, noise and rounding included."""
        values = [
            as_read_pa(self.bench.world, pa) for at, pa in self.line if from_us <= at <= to_us
        ]
        noise = noise_pa(self.bench.world)
        return min(values) - noise, max(values) + noise

    def check(self, mark: dict[str, Any], pressed_us: int) -> None:
        """Each of the five points lies where the plant was at its time."""
        made_us = steps_us(self.bench)
        assert [point["before_ms"] for point in mark["points"]] == [0, 500, 1000, 2000, 3000]
        for point in mark["points"]:
            at_us = pressed_us - 1000 * point["before_ms"]
            from_us, to_us = at_us - SAMPLE_US - 3000, at_us + 4000
            least_pa, most_pa = self.line_between(from_us, to_us)
            assert least_pa <= point["pressure_pa"] <= most_pa, point
            least = sum(step_us <= from_us for step_us in made_us)
            most = sum(step_us <= to_us for step_us in made_us)
            assert least <= point["steps"] <= most, point
            assert point["volume_nl"] == point["steps"] * UNIT[6] // UNIT[7]
            assert point["above_pa"] == point["pressure_pa"] - max(mark["opening_pa"], 0)


def marks(bench: Bench) -> list[dict[str, Any]]:
    """The first and, if there was one, the last press of the level."""
    if isinstance(bench, PicoBench):
        return _marks_in_the_journal(bench)
    record = bench.record()
    return [mark for mark in (record["first_mark"], record["last_mark"]) if mark]


def _marks_in_the_journal(bench: PicoBench) -> list[dict[str, Any]]:
    found = []
    for entry in bench.journal():
        if entry.kind == OUTCOME:
            found.append(unpack_level(entry.payload)["first_mark"])
        elif entry.kind == PAIN_MARK:
            found.append(unpack_mark(entry.payload, 0, UNIT[6], UNIT[7]))
    return [mark for mark in found if mark]


@pytest.mark.req("L-01")
def test_a_press_while_moving_marks_what_was_before_it(bench: Bench) -> None:
    _press_while_moving(bench, 1.3)


@long_on_pico
def test_a_press_later_in_a_level_marks_the_opening_too(bench: Bench) -> None:
    mark = _press_while_moving(bench, 7.5)
    assert mark["opening_pa"] > 0


def _press_while_moving(bench: Bench, moving_s: float) -> dict[str, Any]:
    history = History(bench)
    history.watch(3.1 - min(moving_s, 3.1))
    bench.press("RUN")
    history.watch(moving_s)
    pressed_us = bench.now_us
    bench.press("PAIN")
    history.watch(0.05)
    (mark,) = marks(bench)
    assert mark["moving"] == 1
    history.check(mark, pressed_us)
    return mark


@pytest.mark.req("L-01")
def test_a_press_while_holding_marks_the_held_pressure_and_a_second_press_is_kept(
    bench: Bench,
) -> None:
    history = History(bench)
    history.watch(1.8)
    bench.press("RUN")
    history.watch(0.9)
    bench.release("RUN")
    history.watch(0.4)
    first_us = bench.now_us
    bench.press("PAIN")
    history.watch(0.2)
    bench.release("PAIN")
    history.watch(0.3)
    second_us = bench.now_us
    bench.press("PAIN")
    history.watch(0.05)
    first, second = marks(bench)
    assert first["moving"] == 0
    history.check(first, first_us)
    assert second["moving"] == 0
    history.check(second, second_us)


@pytest.mark.req("B-03")
def test_the_press_that_proves_the_button_is_no_mark(bench: Bench) -> None:
    begin(bench)
    bench.press("STOP")
    bench.advance(0.05)
    assert marks(bench) == []
