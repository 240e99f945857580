"""Each monitor by hand-made traces: it holds at its limit, and just beyond it does not."""

from dataclasses import replace

import pytest

from manostat_sim.monitors import MONITORS, Setting, judge, new_judge
from manostat_sim.monitors.events import (
    COUNT_PA,
    STOP_OK,
    Pin,
    Record,
    Sample,
    Step,
    Wires,
)

from .desk import (
    PAIN_PRESSED,
    PSI_PA,
    RUN_HELD,
    RUN_OPEN,
    STOP_PRESSED,
    line_raw,
    second_raw,
    unit_of,
)

UNIT = unit_of()
LIMIT_PA = UNIT[3]
STEP_NL = UNIT[6] / UNIT[7]
SETTING = Setting(UNIT, overshoot_pa=1000.0, noise_pa=120.0)
A_STEP_US = 1e6 * STEP_NL / UNIT[1]


def psi(value):
    return value * PSI_PA


def sample(at_us, line_pa=0.0, status=0, second_pa=None):
    told = second_raw(line_pa if second_pa is None else second_pa)
    return Sample(at_us, line_raw(line_pa), status, told, line_pa)


def step(at_us, direction=1, before_pa=0.0, after_pa=None):
    return Step(at_us, direction, before_pa, before_pa if after_pa is None else after_pa)


def held(at_us):
    return Wires(at_us, RUN_HELD, True)


def opened(at_us):
    return Wires(at_us, RUN_OPEN, False)


def pain(at_us):
    return Wires(at_us, PAIN_PRESSED, True)


def stop(at_us):
    return Wires(at_us, STOP_PRESSED, True)


def samples(from_us, to_us, line_pa=0.0, **more):
    return [sample(at_us, line_pa, **more) for at_us in range(from_us, to_us, 2000)]


def steps(count, line_pa=0.0, every_us=A_STEP_US, from_us=0.0):
    """Each with a sample before it."""
    for number in range(count):
        at_us = from_us + number * every_us
        yield sample(at_us, line_pa)
        yield step(at_us + 600, before_pa=line_pa)


# Each: a trace up to its last event, given the figure that this event makes.


def ceiling(figure_pa):
    return [sample(0, figure_pa), sample(2000, psi(101)), step(2500)]


def limit(figure_counts):
    over_pa = LIMIT_PA + figure_counts * COUNT_PA
    return [sample(0, over_pa), sample(2000, over_pa), step(2500)]


def overshoot(share):
    return [sample(0, LIMIT_PA - 500), step(500, 1, LIMIT_PA - 500, LIMIT_PA + 1000 * share)]


def latency(us):
    below, above = LIMIT_PA - 500, LIMIT_PA + 400
    crossing = [sample(0, below), step(500, 1, below, above)]
    return [*crossing, *samples(2000, 500 + us, above), step(500 + us, 1, above)]


def occlusion(windows):
    """A closed line: 5 psi a window of 10 uL."""
    for number in range(96 * (6 + windows)):
        yield sample(number * 2000, psi(5) * (number + 1) / 96)
        yield step(number * 2000 + 600)


def run_seen_open(us):
    return [opened(1000), held(1000 + us), step(50_000 + us)]


def a_low_of_2_us(_):
    return [*run_seen_open(110_000), Wires(170_000, RUN_OPEN, True), held(170_002), step(170_500)]


def pain_then_run(stop_us):
    """The pain is read for the second time at 164 ms."""
    yield from [*run_seen_open(110_000), pain(161_000), *samples(162_000, 170_000), opened(171_000)]
    yield from [stop(stop_us), opened(stop_us + 50_000)]
    yield from [held(700_000), step(730_000)]


def limit_then_run(stop_us):
    over_pa = LIMIT_PA + psi(1)
    yield from [opened(0), held(110_000), sample(152_000), step(153_500), sample(154_000, over_pa)]
    yield opened(155_000)
    yield from [stop(stop_us), opened(stop_us + 50_000)]
    yield from [held(700_000), step(730_000)]


def missed(us):
    return [step(0), sample(500, status=4), sample(2500, status=2), step(2500 + us)]


def out_of_range_and_silent(us):
    return [step(0), sample(500, psi(-10)), sample(2500, status=4), step(2500 + us)]


def late(us):
    return [sample(0), step(600), sample(4200), step(4200 + us)]


def disagreement(us):
    apart = samples(0, us, psi(20), second_pa=psi(25.2))
    return [*apart, step(us)]


def detached(count):
    return steps(count, psi(1.5))


def leak(count):
    return [Record(0, 0, 1), *steps(count, psi(10))]


def rise(us):
    yield from [held(0), step(500), opened(1000)]
    yield from samples(2000, 300_000, psi(5))
    yield from samples(300_000, 402_000, psi(16))
    yield step(400_000 + us)


def opening(figure_pa):
    return [
        step(0),
        *samples(1000, 400_000, psi(16)),
        Record(400_000, round(psi(16) + figure_pa), 1),
    ]


def volume(count):
    return steps(count)


def five_hundred_a_second():
    yield held(0)
    for number in range(2 * 500):
        yield sample(number * 2000)
        yield step(number * 2000 + 600)


def permit(us):
    return [held(0), step(1000), opened(1500), step(1500 + us)]


def pain_contact(periods):
    bits = RUN_HELD | 8
    return [held(0), step(500), Wires(600, bits, True), *periods_and_step(periods)]


def stop_tap(periods):
    bits = RUN_HELD & ~STOP_OK
    return [held(0), step(500), Wires(600, bits, True), *periods_and_step(periods)]


def run_let_go(periods):
    return [held(0), step(500), Wires(600, RUN_HELD, False), *periods_and_step(periods)]


def periods_and_step(periods):
    return [*samples(1000, 1000 + 2000 * periods), step(900 + 2000 * periods)]


def stop_enable(periods):
    enabled = [held(0), Pin(0, "ENABLE_N", 0), stop(500)]
    return [*enabled, *samples(1000, 1000 + 2000 * periods), Pin(90_000, "ENABLE_N", 1)]


def pain_proven(presses):
    proof = [pain(50_000), opened(90_000)] * presses
    return [opened(0), *proof, held(200_000), step(300_000)]


def held_button(us):
    waiting = samples(0, 10_000_000 + us, psi(0))
    return [stop(0), *waiting, Pin(10_000_000 + us, "SOUNDER", 1), sample(10_000_000 + us)]


def alarm_before_a_step(us):
    return [Pin(0, "LAMP_HIGH", 1), Pin(1000, "LAMP_HIGH", 0), step(1000 + us)]


def alarm_with_cause(has_one):
    return [sample(0, status=4 if has_one else 0), Pin(1000, "SOUNDER", 1)]


def lease(us):
    return [sample(0), step(us)]


def way(direction):
    return [step(0, direction)]


RELIEF = replace(SETTING, unit=unit_of(6))
SMALL = replace(SETTING, unit=unit_of(volume_nl=1000))


def at_rate(percent):
    """Prescribed so that 500 steps a second are `percent` too fast."""
    return replace(SETTING, unit=unit_of(rate_nl_s=round(500 * STEP_NL / (1 + percent / 100))))


def drawn_back(count):
    return [step(number * 2000.0, -1) for number in range(count)]


# name, trace, figure that holds, figure that does not
CASES = [
    ("P-01", ceiling, psi(99.99), psi(100.01)),
    ("P-03", limit, -1, 1),
    ("P-04", overshoot, 1.0, 1.001),
    ("P-05", latency, 6000, 6001),
    ("P-06", occlusion, 3, 5),
    ("P-08", way, 1, -1),
    ("P-09 open", run_seen_open, 100_000, 99_999),
    ("P-09 acknowledged", pain_then_run, 454_000, 453_999),
    ("P-09 acknowledged", limit_then_run, 444_000, 443_999),
    ("P-11 missed", missed, 4000, 4001),
    ("P-11 missed", out_of_range_and_silent, 4000, 4001),
    ("P-11 late", late, 4000, 4001),
    ("P-12 detached", detached, 2906, 2907),
    ("P-12 leak", leak, 2906, 2907),
    ("P-12 rise", rise, 4000, 4001),
    ("P-13", disagreement, 24_000, 24_001),
    ("P-14", opening, COUNT_PA / 2, 1.6 * COUNT_PA),
    ("B-01", permit, 10, 11),
    ("B-02", pain_contact, 2, 3),
    ("B-03", pain_proven, 1, 0),
    ("B-04", held_button, 100_000, 102_000),
    ("B-05 steps", stop_tap, 2, 3),
    ("B-05 enable", stop_enable, 2, 3),
    ("B-06", run_let_go, 2, 3),
    ("A-05", alarm_with_cause, True, False),
    ("A-06", alarm_before_a_step, 100_000, 99_999),
    ("T-03", lease, 5000, 5001),
]


def verdict(name, events, setting=SETTING):
    all_of_them = new_judge(setting)
    all_of_them.take(events)
    return all_of_them.monitors[name].verdict


@pytest.mark.parametrize(("name", "trace", "holds", "breaks"), CASES)
def test_a_monitor_holds_at_its_limit_and_not_beyond(name, trace, holds, breaks):
    at_limit, beyond = verdict(name, trace(holds)), verdict(name, trace(breaks))
    assert at_limit.holds and at_limit.occasions, at_limit
    assert not beyond.holds and beyond.margin < 0, beyond
    assert beyond.at_us > 0 or name == "P-08"


@pytest.mark.parametrize(
    ("name", "setting", "trace", "holds", "breaks"),
    [("D-01", SMALL, volume, 9, 10), ("P-07", RELIEF, drawn_back, 4844, 4845)],
)
def test_volume_is_exact_in_counted_steps(name, setting, trace, holds, breaks):
    assert verdict(name, trace(holds), setting).holds
    assert not verdict(name, trace(breaks), setting).holds


def test_a_relief_that_presses_goes_the_wrong_way():
    assert verdict("P-08", way(-1), RELIEF).holds
    assert not verdict("P-08", way(1), RELIEF).holds


@pytest.mark.parametrize(("percent", "holds"), [(0.99, True), (-0.99, True), (1.02, False)])
def test_a_rate_may_be_wrong_by_one_percent(percent, holds):
    found = verdict("D-03", five_hundred_a_second(), at_rate(percent))
    assert found.occasions and found.holds == holds, found
    assert found.worst == pytest.approx(abs(percent), abs=0.02)


def test_a_stuck_channel_is_found_in_the_count_and_the_other_channel():
    """The line sensor's count stands still for 0.8 s and 80 uL; the second one goes on."""

    def trace(second_moves):
        for number in range(400):
            moved_psi = number / 60 if second_moves else 0
            yield sample(number * 2000, psi(10), second_pa=psi(10 + moved_psi))
            yield step(number * 2000 + 600)
            yield step(number * 2000 + 900)

    assert not verdict("P-11 stuck", trace(True)).holds
    assert verdict("P-11 stuck", trace(False)).holds


def test_an_opening_that_was_read_in_motion_is_no_reading_at_rest():
    in_motion = [*steps(200, psi(16)), Record(700_000, round(psi(16)), 1)]
    assert not verdict("P-14", in_motion).holds
    told_late = [*opening(0)[:-1], step(401_000), Record(402_000, round(psi(16)), 1)]
    assert verdict("P-14", told_late).holds
    assert verdict("P-14", [step(0), Record(1000, 0, 1)]).occasions == 0


def test_a_low_of_permit_that_did_not_latch_is_no_start():
    assert not verdict("P-09 open", a_low_of_2_us(None)).holds


def test_what_is_too_short_to_be_read_does_not_make_run_closed():
    blink = [opened(1000), held(60_000), opened(63_900), held(102_000), step(130_000)]
    assert verdict("P-09 open", blink).holds
    pressed = [opened(1000), held(60_000), opened(64_100), held(102_000), step(130_000)]
    assert not verdict("P-09 open", pressed).holds


def test_a_taped_run_is_never_seen_open():
    taped = [held(0), stop(300_000), held(500_000), step(530_000)]
    assert verdict("P-09 open", taped).worst == 0


def test_pressure_is_judged_only_while_the_sensor_tells_what_is_there():
    silent = [sample(0, LIMIT_PA - 500), sample(2000, LIMIT_PA, status=4)]
    stuck_low = [sample(0, LIMIT_PA - 500), Sample(2000, line_raw(0), 0, 6554, LIMIT_PA - 500)]
    for spoilt in (silent, stuck_low):
        events = [*spoilt, step(2500, 1, LIMIT_PA, LIMIT_PA + 9000)]
        assert verdict("P-04", events).occasions == 0


def test_without_an_occasion_nothing_is_broken_and_nothing_is_shown():
    for found in judge([], SETTING):
        assert (found.holds, found.occasions, found.margin) == (True, 0, 1.0)


def test_a_voided_requirement_has_no_occasions_any_more():
    all_of_them = new_judge(SETTING)
    all_of_them.take(lease(5000))
    all_of_them.void("T-03")
    all_of_them.take(lease(9000))
    assert all_of_them.monitors["T-03"].verdict.occasions == 1
    assert all_of_them.monitors["T-03"].verdict.holds


def test_every_monitor_names_its_requirement_and_is_tested_here():
    names = [monitor.name for monitor in MONITORS]
    assert len(set(names)) == len(names) == 29
    assert all(one.__doc__ and one.name.split()[0] in one.__doc__ for one in MONITORS)
    tested = {case[0] for case in CASES} | {"D-01", "P-07", "D-03", "P-11 stuck"}
    assert tested == set(names)


def test_a_verdict_reads_as_figure_beside_limit():
    assert str(verdict("T-03", lease(5001))) == (
        "T-03 BROKEN: 5001 us, limit 5000, at 5001 us, 1 occasions"
    )
