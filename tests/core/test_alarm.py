"""Requirements on alarms: how urgent a cause is, and what lamps and sounder then do.

The bounds are those of A-02 to A-04, not the firmware's own figures. Time is virtual.
"""

import random
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise, repeat

import pytest

from manostat.core import codes
from manostat.core.alarm import HIGH, LOW, MEDIUM, NO_ALARM, SELF_TEST, Alarm, priority
from manostat.core.codes import HELD
from manostat_sim.compiled import compiled

from .checked import Checked, checked_state

TICK_US = 2000
LATE_US = 48_000  # a page of 3 ms and a typical erase of 45 ms
LONGEST_US = 65_535
PAUSE_MOST_US = 120_000_000

BROKEN = (
    codes.SENSOR_STATUS,
    codes.SENSOR_SILENT,
    codes.SENSOR_RANGE,
    codes.SENSOR_STUCK,
    codes.SENSORS_DISAGREE,
    codes.CEILING,
    codes.OCCLUSION,
    codes.RISE,
    codes.STEPS_EXTRA,
    codes.STEPS_MISSING,
    codes.TOO_FAST,
    codes.TOO_MUCH,
    codes.WIRING,
    codes.LATE,
)
SPOILT = (codes.CONTACTS, codes.END_EMPTY, codes.END_FULL, codes.DETACHED)
VERDICTS = range(1, 12)
ONE_OF_EACH = (codes.CEILING, codes.CONTACTS, HELD, SELF_TEST + 1, SELF_TEST + 11)

Lit = tuple[int, int, int, int]


def outputs(alarm: Alarm) -> Lit:
    return alarm.high, alarm.medium, alarm.low, alarm.sound


def shown(alarm: Alarm, cause: int, seconds: float, ticks: Iterable[int] = repeat(TICK_US)):
    """(time in us, high, medium, low, sound) after each tick; the first one brings the cause."""
    at_us = 0
    seen = []
    for elapsed_us in ticks:
        alarm.tick(elapsed_us, cause, 0)
        seen.append((at_us, *outputs(alarm)))
        at_us += elapsed_us
        if at_us > seconds * 1e6:
            return seen
    raise AssertionError("the ticks ended before the time")


def pulses(seen, output: str) -> list[tuple[int, int]]:
    """(begin, length) in us of all pulses that ended."""
    column = ("high", "medium", "low", "sound").index(output) + 1
    edges = [(0, 0), *((line[0], line[column]) for line in seen)]
    edges = [later for sooner, later in pairwise(edges) if later[1] != sooner[1]]
    return [(rise, fall - rise) for (rise, level), (fall, _) in pairwise(edges) if level]


def bursts(found: list[tuple[int, int]], apart_us: int = 1_500_000) -> list[list[tuple[int, int]]]:
    """Pulses told apart by silences of more than `apart_us`."""
    groups: list[list[tuple[int, int]]] = []
    for begin, length in found:
        if not groups or begin - sum(groups[-1][-1]) > apart_us:
            groups.append([])
        groups[-1].append((begin, length))
    return groups


def at_times_late(seed: int) -> Iterator[int]:
    """Ticks of 2 ms and, once in 0.4 to 2 s, a late one."""
    draw = random.Random(seed)
    while True:
        yield from repeat(TICK_US, draw.randrange(200, 1000))
        yield draw.randrange(TICK_US, LATE_US)


EVERY_CLOCK = pytest.mark.parametrize(
    "ticks",
    [lambda: repeat(TICK_US), lambda: at_times_late(1), lambda: at_times_late(2)],
    ids=["in time", "late 1", "late 2"],
)


# priority


@pytest.mark.req("A-01")
def test_every_fault_has_a_priority_that_was_judged():
    assert sorted(BROKEN + SPOILT) == list(range(1, codes.FAULT_CODES))


@pytest.mark.req("A-01")
def test_priority_comes_from_harm_and_onset():
    assert {cause: priority(cause) for cause in BROKEN} == dict.fromkeys(BROKEN, HIGH)
    assert {cause: priority(cause) for cause in SPOILT} == dict.fromkeys(SPOILT, MEDIUM)
    assert (priority(HELD), priority(codes.NO_FAULT)) == (LOW, NO_ALARM)
    assert all(priority(SELF_TEST + verdict) == HIGH for verdict in VERDICTS)


@pytest.mark.req("A-01")
def test_a_cause_that_nobody_judged_is_high():
    judged = {0, HELD, *BROKEN, *SPOILT}
    assert {priority(cause) for cause in range(256) if cause not in judged} == {HIGH}


# lamps


@pytest.mark.req("A-02")
@EVERY_CLOCK
@pytest.mark.parametrize(
    ("cause", "lamp", "least_hz", "most_hz", "a_minute"),
    [
        (codes.CEILING, "high", 1.4, 2.8, 120),
        (SELF_TEST + 3, "high", 1.4, 2.8, 120),
        (codes.CONTACTS, "medium", 0.4, 0.8, 30),
    ],
)
def test_a_lamp_flashes_at_its_own_frequency(cause, lamp, least_hz, most_hz, a_minute, ticks):
    found = pulses(shown(Alarm(), cause, 60, ticks()), lamp)
    periods_us = [later[0] - sooner[0] for sooner, later in pairwise(found)]
    assert len(periods_us) == a_minute - 1, "late ticks do not add up"
    assert least_hz <= 1e6 / max(periods_us)
    assert 1e6 / min(periods_us) <= most_hz
    for (_, lit_us), period_us in zip(found, periods_us, strict=False):
        assert 0.2 <= lit_us / period_us <= 0.8


@pytest.mark.req("A-02")
def test_however_late_the_ticks_are_the_mean_frequency_stays():
    found = pulses(shown(Alarm(), codes.CEILING, 60, repeat(LONGEST_US)), "high")
    assert len(found) == 120


@pytest.mark.req("A-02")
def test_a_low_alarm_is_a_steady_lamp_from_its_first_tick():
    assert {line[1:4] for line in shown(Alarm(), HELD, 60)} == {(0, 0, 1)}


@pytest.mark.req("A-02")
@pytest.mark.parametrize(("cause", "others"), [(codes.CEILING, (2, 3)), (codes.CONTACTS, (1, 3))])
def test_an_alarm_lights_no_other_lamp(cause, others):
    assert not any(line[other] for line in shown(Alarm(), cause, 40) for other in others)


# bursts


@pytest.mark.req("A-03")
@EVERY_CLOCK
def test_a_high_alarm_sounds_five_and_five_pulses_again_and_again(ticks):
    found = bursts(pulses(shown(Alarm(), codes.CEILING, 61, ticks()), "sound"))
    assert len(found) > 4
    assert found[0][0][0] == 0, "the first burst comes at once"
    for burst in found[:-1]:
        assert [len(group) for group in bursts(burst, 600_000)] == [5, 5]
    assert all(75_000 <= length <= 200_000 for burst in found for _, length in burst)
    for sooner, later in pairwise(found):
        assert 2_500_000 <= later[0][0] - sum(sooner[-1]) <= 15_000_000


@pytest.mark.req("A-03")
@EVERY_CLOCK
@pytest.mark.parametrize(
    ("cause", "count", "least_us", "most_us"),
    [(codes.CONTACTS, 3, 2_500_000, 30_000_000), (HELD, 2, 15_000_000, 60_000_000)],
    ids=["medium", "low"],
)
def test_medium_and_low_sound_fewer_and_longer_pulses(cause, count, least_us, most_us, ticks):
    found = bursts(pulses(shown(Alarm(), cause, 101, ticks()), "sound"))
    assert len(found) > 4
    assert found[0][0][0] == 0
    assert {len(burst) for burst in found[:-1]} == {count}
    assert all(125_000 <= length <= 250_000 for burst in found for _, length in burst)
    for sooner, later in pairwise(found):
        assert least_us <= later[0][0] - sum(sooner[-1]) <= most_us


def ms(found: list[tuple[int, int]], from_us: int = 0) -> list[tuple[float, float]]:
    return [((begin - from_us) / 1000, length / 1000) for begin, length in found]


HIGH_BURST = [(group + begin, 150) for group in (0, 2100) for begin in (0, 250, 500, 1000, 1250)]
"""Three pulses and two, and the same once more; begin and length in ms."""
MEDIUM_BURST = [(0, 200), (400, 200), (800, 200)]


def twice(burst: list[tuple[int, int]], again_ms: int) -> list[tuple[int, int]]:
    return burst + [(begin + again_ms, length) for begin, length in burst]


@pytest.mark.req("A-02", "A-03")
@pytest.mark.parametrize(
    ("cause", "sound", "lamp", "flashes"),
    [
        (codes.CEILING, twice(HIGH_BURST, 8000), "high", [(0, 250), (500, 250)]),
        (SELF_TEST, twice(HIGH_BURST, 8000), "high", [(0, 250), (500, 250)]),
        (codes.CONTACTS, twice(MEDIUM_BURST, 16_000), "medium", [(0, 1000), (2000, 1000)]),
        (HELD, twice(MEDIUM_BURST[:2], 20_000), "low", []),
        (SELF_TEST + 2, HIGH_BURST + [(5500, 150), (6000, 150), (8500, 150)], "low", [(5500, 150)]),
    ],
)
def test_a_pattern_is_that_of_the_table_and_whole_after_any_other(cause, sound, lamp, flashes):
    for before in {codes.NO_FAULT, codes.LATE, codes.END_EMPTY, HELD, SELF_TEST + 9} - {cause}:
        alarm = Alarm()
        shown(alarm, before, 1.272)
        seen = shown(alarm, cause, 21)
        assert ms(pulses(seen, "sound"))[: len(sound)] == sound
        assert ms(pulses(seen, lamp))[: len(flashes)] == flashes


@pytest.mark.req("A-03")
def test_however_late_the_ticks_are_bursts_come_as_often():
    """The time of a tick beyond a slot is not lost with the end of a burst, or with a slot."""
    alarm = Alarm()
    begins = [line[0] for line in shown(alarm, codes.CEILING, 800, repeat(LONGEST_US)) if line[4]]
    bursts_of = [later for sooner, later in pairwise(begins) if later - sooner > 3_000_000]
    assert bursts_of[-1] == pytest.approx(8_000_000 * len(bursts_of), abs=2 * LONGEST_US)


# T-01: the reason of a failed self test


@pytest.mark.req("T-01", "A-03")
@pytest.mark.parametrize("verdict", VERDICTS)
def test_a_failed_self_test_counts_its_verdict_between_bursts(verdict):
    seen = shown(Alarm(), SELF_TEST + verdict, 60)
    found = bursts(pulses(seen, "sound"))[:4]
    alarms, counts = found[::2], found[1::2]
    assert [len(burst) for burst in alarms] == [10, 10]
    assert [len(burst) for burst in counts] == [verdict, verdict]
    assert 2_500_000 <= alarms[1][0][0] - sum(alarms[0][-1]) <= 15_000_000
    blinks = pulses(seen, "low")
    assert all(75_000 <= length <= 200_000 for _, length in blinks)
    assert blinks[: 2 * verdict] == counts[0] + counts[1], "lamp and sounder count together"
    assert alarms[1][0][0] - sum(counts[0][-1]) >= 2_000_000
    assert counts[0][0][0] - sum(alarms[0][-1]) >= 2_000_000


@pytest.mark.req("T-01")
def test_the_count_is_told_from_every_other_alarm_by_lamp_low():
    """Only a failed self test flashes LAMP_LOW; a LOW alarm and a notice are steady."""
    for cause in (*BROKEN, *SPOILT):
        assert not any(line[3] for line in shown(Alarm(), cause, 20))
    assert pulses(shown(Alarm(), HELD, 60), "low") == []


def test_a_fault_after_a_failed_self_test_counts_nothing():
    alarm = Alarm()
    shown(alarm, SELF_TEST + 4, 1)
    assert not any(line[3] for line in shown(alarm, codes.CEILING, 20))


def test_a_verdict_too_long_to_count_still_alarms_in_time():
    found = bursts(pulses(shown(Alarm(), SELF_TEST + 100, 60), "sound"))
    assert [len(burst) for burst in found[:4]] == [10, 15, 10, 15]
    assert found[2][0][0] - sum(found[0][-1]) <= 15_000_000


# pause


def paused(cause: int, after_us: int = 300_000) -> Alarm:
    alarm = Alarm()
    shown(alarm, cause, after_us / 1e6)
    alarm.tick(TICK_US, cause, 1)
    assert (alarm.paused, alarm.sound) == (1, 0)
    return alarm


@pytest.mark.req("A-04")
@pytest.mark.parametrize("cause", ONE_OF_EACH)
def test_a_pause_ends_by_itself_within_2_min(cause):
    alarm = paused(cause)
    silent_us = 0
    while alarm.paused:
        assert alarm.sound == 0
        alarm.tick(TICK_US, cause, 0)
        silent_us += TICK_US
    assert 60_000_000 <= silent_us <= PAUSE_MOST_US
    assert alarm.sound == 1, "heard at once"


@pytest.mark.req("A-04")
def test_a_pause_ends_within_2_min_although_the_clock_loses_erases():
    """Of an erase of 400 ms `elapsed_us` tells 65; a pause may see 25 of them."""
    alarm = paused(codes.CEILING)
    shown(alarm, codes.CEILING, 1, repeat(LONGEST_US, 25))
    real_us = 25 * 400_000
    while alarm.paused:
        alarm.tick(TICK_US, codes.CEILING, 0)
        real_us += TICK_US
    assert real_us <= PAUSE_MOST_US


@pytest.mark.req("A-04")
@pytest.mark.parametrize("cause", ONE_OF_EACH)
def test_lamps_go_on_during_a_pause(cause):
    """As if there were none, to the tick."""
    alarm, other = Alarm(), Alarm()
    silent = 0
    for tick in range(25_000):
        alarm.tick(TICK_US, cause, 1 if tick == 50 else 0)
        other.tick(TICK_US, cause, 0)
        assert outputs(alarm)[:3] == outputs(other)[:3]
        silent += other.sound and not alarm.sound
        assert tick < 50 or alarm.sound == 0
    assert silent > 100


@pytest.mark.req("A-04")
@pytest.mark.parametrize("cause", ONE_OF_EACH)
@pytest.mark.parametrize("new", [codes.LATE, codes.END_FULL, HELD, SELF_TEST + 2])
def test_a_new_cause_breaks_the_pause_and_sounds_at_once(cause, new):
    if new == cause:
        return
    alarm = paused(cause)
    alarm.tick(TICK_US, new, 0)
    assert (alarm.paused, alarm.sound) == (0, 1)


@pytest.mark.req("A-04")
def test_the_same_cause_come_again_breaks_the_pause():
    alarm = paused(codes.CEILING)
    alarm.tick(TICK_US, codes.NO_FAULT, 0)
    assert outputs(alarm) == (0, 0, 0, 0)
    alarm.tick(TICK_US, codes.CEILING, 0)
    assert (alarm.paused, alarm.sound) == (0, 1)


@pytest.mark.req("A-04")
def test_a_press_that_comes_with_the_cause_pauses_nothing():
    alarm = Alarm()
    alarm.tick(TICK_US, codes.CEILING, 1)
    assert (alarm.paused, alarm.sound) == (0, 1)


@pytest.mark.req("A-04")
def test_presses_during_a_pause_do_not_make_it_longer():
    alarm = paused(codes.CEILING)
    for tick in range(PAUSE_MOST_US // TICK_US):
        alarm.tick(TICK_US, codes.CEILING, 1 if tick % 1000 == 999 and tick < 50_000 else 0)
        if not alarm.paused:
            break
    assert alarm.paused == 0


@pytest.mark.req("A-04")
def test_a_second_pause_is_as_long_as_the_first():
    alarm = paused(codes.CEILING)
    lengths = []
    for _ in range(2):
        ticks = 0
        while alarm.paused:
            alarm.tick(TICK_US, codes.CEILING, 0)
            ticks += 1
        lengths.append(ticks)
        alarm.tick(TICK_US, codes.CEILING, 1)
    assert lengths[0] == lengths[1] > 30_000


@pytest.mark.req("A-04")
def test_a_press_without_an_alarm_pauses_nothing_that_comes_later():
    alarm = Alarm()
    alarm.tick(TICK_US, codes.NO_FAULT, 1)
    alarm.tick(TICK_US, codes.CEILING, 0)
    assert (alarm.paused, alarm.sound) == (0, 1)


# an alarm lasts as long as its cause


@pytest.mark.req("A-05")
@pytest.mark.parametrize("cause", ONE_OF_EACH)
def test_an_alarm_lasts_as_long_as_its_cause_and_no_longer(cause):
    alarm = Alarm()
    shown(alarm, cause, 300)
    assert (alarm.cause, alarm.priority) == (cause, priority(cause))
    assert any(any(line[1:4]) for line in shown(alarm, cause, 2))
    assert any(line[4] for line in shown(alarm, cause, 20))
    alarm.tick(TICK_US, codes.NO_FAULT, 0)
    assert (outputs(alarm), alarm.priority) == ((0, 0, 0, 0), NO_ALARM)


@pytest.mark.req("A-05", "A-06")
def test_without_a_cause_nothing_is_lit_and_nothing_sounds():
    alarm = Alarm()
    assert outputs(alarm) == (0, 0, 0, 0)
    assert {line[1:] for line in shown(alarm, codes.NO_FAULT, 60)} == {(0, 0, 0, 0)}


# Arithmetic


def drawn(seed: int, ticks: int) -> Iterator[tuple[int, int, int]]:
    draw = random.Random(seed)
    cause = 0
    for _ in range(ticks):
        if draw.random() < 0.002:
            cause = draw.choice((0, HELD, *BROKEN, *SPOILT, *(SELF_TEST + v for v in VERDICTS)))
        elapsed_us = draw.choice((0, 1, TICK_US, TICK_US, TICK_US, LATE_US, LONGEST_US))
        yield elapsed_us, cause, int(draw.random() < 0.01)


@pytest.mark.req("T-06")
def test_counters_stay_small_for_ever_and_at_any_elapsed_time():
    alarm = Alarm()
    checked_state(alarm)
    most = 0
    for elapsed_us, cause, pause in chain(drawn(3, 100_000), repeat((LONGEST_US, HELD, 0), 9000)):
        alarm.tick(Checked(elapsed_us), Checked(cause), Checked(pause))
        most = max(most, alarm.sound_slot, alarm.paused_slots, alarm.part_us)
        assert {*outputs(alarm), alarm.paused} <= {0, 1}
    assert most < 2 * LONGEST_US


@pytest.mark.req("T-06")
def test_an_elapsed_time_beyond_its_range_counts_as_the_longest():
    alarm, other = Alarm(), Alarm()
    for _ in range(1000):
        alarm.tick(2**29, codes.CEILING, 0)
        other.tick(LONGEST_US, codes.CEILING, 0)
        assert outputs(alarm) == outputs(other)


def test_compiled_by_numba_it_is_equal_to_the_bit():
    pytest.importorskip("numba")
    plain = Alarm()
    fast = compiled(plain)
    for elapsed_us, cause, pause in drawn(4, 20_000):
        plain.tick(elapsed_us, cause, pause)
        fast.tick(elapsed_us, cause, pause)
        assert (*outputs(fast), fast.paused) == (*outputs(plain), plain.paused)
