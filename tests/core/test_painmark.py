"""Requirements on what is kept of the seconds before a press of the pain button."""

import pytest

from manostat.core.painmark import DEPTH, EVERY_US, POINTS, LookBack, PainMark

from .desk import PAIN_PRESSED, RUN_OPEN, Desk, new_ints, numbers

BEFORE_S = (0, 0.5, 1, 2, 3)


def marked(samples: int, late_ms: int = 0) -> PainMark:
    """A mark `late_ms` after the last of samples that rise by 1 Pa and a step a ms."""
    look = LookBack(new_ints(DEPTH), new_ints(DEPTH))
    mark = PainMark(new_ints(POINTS), new_ints(POINTS))
    for sample in range(samples):
        look.feed(sample * EVERY_US // 1000, 7 + sample * EVERY_US // 1000)
    now_ms = (samples - 1) * EVERY_US // 1000 + late_ms
    mark.take(1, 100_000, now_ms, now_ms, 7 + now_ms, look)
    return mark


@pytest.mark.parametrize("samples", [301, 302, 303, 352, 604, 605, 906, 6000])
@pytest.mark.parametrize("late_ms", [0, 2, 8])
@pytest.mark.req("L-01")
def test_pressure_and_steps_at_the_press_and_half_one_two_and_three_seconds_before(
    samples, late_ms
):
    """The ring of 3 s has wrapped at some of these."""
    mark = marked(samples, late_ms)
    for pressure_pa, steps, before_s in zip(mark.pressures_pa, mark.steps, BEFORE_S, strict=True):
        age_ms = mark.pressures_pa[0] - pressure_pa
        assert age_ms == (before_s * 1000 + late_ms if before_s else 0)
        assert mark.steps[0] - steps == age_ms


def test_the_first_point_is_the_press_itself():
    mark = marked(500, late_ms=4)
    assert mark.pressures_pa[0] == 4994
    assert (mark.valid, mark.moving, mark.opening_pa, mark.at_ms) == (1, 1, 100_000, 4994)


def test_a_young_level_repeats_its_oldest_sample():
    mark = marked(70)
    assert list(mark.pressures_pa) == [690, 190, 0, 0, 0]
    assert list(mark.steps) == [697, 197, 7, 7, 7]


def test_the_very_first_sample_stands_for_all():
    assert set(marked(1).pressures_pa) == {0}


def test_after_a_reset_nothing_older_is_remembered():
    look = LookBack(new_ints(DEPTH), new_ints(DEPTH))
    for sample in range(1000):
        look.feed(500_000, sample)
    look.reset()
    look.feed(1000, 1)
    mark = PainMark(new_ints(POINTS), new_ints(POINTS))
    mark.take(0, -1, 0, 1000, 1, look)
    assert list(mark.pressures_pa) == [1000] * POINTS
    assert list(mark.steps) == [1] * POINTS
    mark.reset()
    assert mark.valid == 0


def test_a_new_look_back_and_a_new_mark_are_empty():
    look = LookBack(new_ints(DEPTH), new_ints(DEPTH))
    mark = PainMark(new_ints(POINTS), new_ints(POINTS))
    empty = {"valid": 0, "moving": 0, "opening_pa": -1, "at_ms": 0}
    assert (DEPTH, POINTS, EVERY_US) == (302, 5, 10_000)
    assert numbers(look) == {"at": 0, "filled": 0}
    assert numbers(mark) == empty
    look.feed(1000, 1)
    mark.take(1, 5, 6, 7, 8, look)
    assert numbers(mark) == {"valid": 1, "moving": 1, "opening_pa": 5, "at_ms": 6}
    look.reset()
    mark.reset()
    assert numbers(look) == {"at": 0, "filled": 0}
    assert numbers(mark) == empty


def test_a_gap_between_two_ticks_does_not_move_what_was_felt_before_it():
    """A page or an erase of flash at rest: 0.5 s before a press is 0.5 s before it."""
    desk = Desk().opened(50_000)
    desk.seconds(1)
    desk.switches = RUN_OPEN
    desk.pressure_pa = 20_000.0
    desk.seconds(1)
    desk.pressure_pa = 30_000.0
    desk.tick(8, elapsed_us=50_000)
    desk.switches = PAIN_PRESSED
    desk.tick()
    points = list(desk.pump.first_mark.pressures_pa)
    assert points[0] == pytest.approx(30_000, abs=100)
    assert points[1] == pytest.approx(20_000, abs=100)


@pytest.mark.parametrize("samples", [1, 49, 50, 51, 100, 200, 300, 301, 302, 351, 352, 353, 1000])
def test_a_sample_is_found_where_it_was_put_or_the_oldest_there_is(samples):
    look = LookBack(new_ints(DEPTH), new_ints(DEPTH))
    for sample in range(samples):
        look.feed(1000 + sample, sample)
    assert look.filled == min(samples, DEPTH)
    for back in range(DEPTH):
        at = look.index(back)
        assert 0 <= at < DEPTH
        assert look.pressures[at] == 1000 + samples - 1 - min(back, look.filled - 1)
