"""Requirements on the guard: each fault at its least trigger and not just below it."""

import pytest

from manostat.core import codes
from manostat.core.guard import Guard
from manostat.core.inputs import Inputs

from .desk import (
    PAIN_PRESSED,
    PSI_PA,
    RUN_HELD,
    RUN_OPEN,
    STOP_PRESSED,
    line_raw,
    numbers,
    second_raw,
)

ZERO_RAW, ZERO_SECOND = 1638, 6554
EVERY_BIT = 255  # RUN held, the lease latched, the intent stored, and PAIN_NO welded


class Post:
    """A guard that sees sound inputs, but for what a test changes."""

    def __init__(self) -> None:
        self.guard = Guard()

    def see(
        self,
        pressure_pa: float = 100_000,
        switches: int = RUN_OPEN,
        granted: int = 0,
        moving: int = 0,
        **changed: int,
    ) -> int:
        """The fault of one tick; `granted` in the tick before."""
        inputs = Inputs()
        inputs.line_raw = line_raw(pressure_pa)
        inputs.second_raw = second_raw(pressure_pa)
        inputs.switches = switches
        for name, value in changed.items():
            assert hasattr(inputs, name)
            setattr(inputs, name, value)
        return self.guard.check(inputs, granted, moving)

    def faults(self, ticks: int, **changed: int) -> list[int]:
        return [self.see(**changed) for _ in range(ticks)]


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.mark.parametrize("switches", [RUN_OPEN, RUN_HELD, PAIN_PRESSED, STOP_PRESSED])
@pytest.mark.parametrize("psi", [0, 16, 50, 80, 99])
def test_sound_inputs_are_no_fault(post, switches, psi):
    assert not any(post.faults(1000, switches=switches, pressure_pa=psi * PSI_PA))


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (1, codes.SENSOR_STATUS),
        (2, codes.SENSOR_STATUS),
        (3, codes.SENSOR_STATUS),
        (4, codes.SENSOR_SILENT),
    ],
)
@pytest.mark.req("P-11")
def test_the_second_missed_sample_is_a_fault_and_the_next_sound_one_is_not(post, status, fault):
    assert post.faults(3, line_status=status) == [0, fault, fault]
    assert post.see() == 0


@pytest.mark.req("P-11")
def test_single_missed_samples_are_no_fault(post):
    for _ in range(100):
        assert post.see(line_status=2) == 0
        assert post.faults(2) == [0, 0]


def test_every_other_sample_missed_is_a_fault(post):
    assert post.see(line_status=4) == 0
    assert post.see() == 0
    assert post.see(line_status=4) == codes.SENSOR_SILENT


def test_the_fault_names_what_is_wrong_now(post):
    assert post.see(line_status=4) == 0
    assert post.see(line_status=2) == codes.SENSOR_STATUS


@pytest.mark.parametrize("raw", [0, 1309, 14_747, 16_383])
@pytest.mark.req("P-11")
def test_the_second_count_out_of_range_is_a_fault(post, raw):
    second = second_raw(0 if raw < 8000 else 150 * PSI_PA)
    assert post.faults(2, line_raw=raw, second_raw=second) == [0, codes.SENSOR_RANGE]
    assert post.faults(4) == [0] * 4
    assert post.see(line_raw=raw) == 0


@pytest.mark.req("P-11")
def test_the_least_sound_count_is_no_fault(post):
    assert not any(post.faults(100, line_raw=1310, second_raw=6554 - 4 * 328))


@pytest.mark.req("P-01")
def test_100_psi_on_the_line_is_a_fault_at_once(post):
    exact = 1638 + 13_108 * 100 / 150
    assert post.see(line_raw=int(exact), second_raw=second_raw(100 * PSI_PA)) == 0
    assert post.see(line_raw=int(exact) + 1, second_raw=second_raw(100 * PSI_PA)) == codes.CEILING
    assert post.see() == 0


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.req("P-13")
def test_sensors_five_psi_apart_for_20_ms_are_a_fault(post, sign):
    near, far = second_raw((50 + sign * 4.95) * PSI_PA), second_raw((50 + sign * 5.05) * PSI_PA)
    line = line_raw(50 * PSI_PA)
    assert not any(post.faults(1000, line_raw=line, second_raw=near))
    assert post.faults(11, line_raw=line, second_raw=far) == [0] * 9 + [codes.SENSORS_DISAGREE] * 2
    assert post.see() == 0
    assert not any(post.faults(9, line_raw=line, second_raw=far))


@pytest.mark.req("P-13")
def test_a_second_sensor_that_agrees_again_starts_the_20_ms_over(post):
    for _ in range(50):
        assert not any(post.faults(9, second_raw=0))
        assert post.see() == 0


@pytest.mark.req("P-11", "P-13")
def test_two_missed_samples_while_the_second_sensor_is_open_do_not_hide_it(post):
    post.faults(9, second_raw=0)
    assert post.see(line_status=2, second_raw=0) == 0
    assert post.see(second_raw=0) == codes.SENSORS_DISAGREE


@pytest.mark.req("T-03")
def test_one_step_more_than_granted_is_a_fault(post):
    assert post.see(granted=2, made=2) == 0
    assert post.see(made=1) == codes.STEPS_EXTRA
    assert post.see() == 0


def test_a_step_after_the_lease_was_started_anew_is_a_fault(post):
    post.see(granted=3)
    post.guard.restart()
    assert post.see(made=1) == codes.STEPS_EXTRA


@pytest.mark.req("T-03")
def test_a_step_after_the_lease_latched_is_a_fault(post):
    post.see(granted=3, switches=RUN_OPEN | codes.BIT_LATCHED)
    assert post.see(made=1, switches=RUN_OPEN | codes.BIT_LATCHED) == codes.STEPS_EXTRA


def test_steps_counted_in_the_tick_of_the_latch_are_no_fault(post):
    assert post.see(granted=2, made=2, switches=RUN_OPEN | codes.BIT_LATCHED) == 0


def test_more_than_two_ticks_of_steps_uncounted_are_a_fault_said_once(post):
    assert post.faults(2, granted=3) == [0, 0]
    assert post.see(granted=1) == codes.STEPS_MISSING
    assert post.see() == 0


def test_refused_steps_are_not_missed(post):
    assert not any(post.faults(100, granted=3, refused=3))
    assert not any(post.faults(100, granted=1, made=1))


@pytest.mark.parametrize(
    "pattern",
    [
        codes.BIT_PAIN_OK,
        codes.BIT_PERMIT,
        codes.BIT_PAIN_OK | codes.BIT_PERMIT,
        codes.BIT_STOP_OK | codes.BIT_PERMIT | codes.BIT_PAIN_NO,
    ],
)
def test_taps_that_no_switch_position_gives_are_a_fault_after_20_ms(post, pattern):
    switches = pattern | codes.BIT_END_FULL | codes.BIT_END_EMPTY
    assert post.faults(11, switches=switches) == [0] * 9 + [codes.WIRING] * 2
    assert post.see() == 0
    assert not any(post.faults(9, switches=switches))


@pytest.mark.parametrize("switches", [RUN_OPEN | codes.BIT_PAIN_NO, RUN_OPEN & ~codes.BIT_PAIN_OK])
def test_contacts_of_the_pain_button_that_disagree_for_half_a_second_are_a_fault(post, switches):
    assert post.faults(251, switches=switches) == [0] * 249 + [codes.CONTACTS] * 2
    assert post.see() == 0
    assert not any(post.faults(249, switches=switches))


def test_the_contacts_are_not_compared_while_stop_is_pressed(post):
    assert not any(post.faults(1000, switches=STOP_PRESSED | codes.BIT_PAIN_NO))


def test_a_gap_of_more_than_4_ms_while_moving_is_a_fault(post):
    assert post.see(moving=1, elapsed_us=4000) == 0
    assert post.see(moving=1, elapsed_us=4001) == codes.LATE
    assert post.see(moving=1) == 0


def test_a_gap_with_steps_under_way_is_a_fault_even_if_no_more_may_follow(post):
    assert post.see(granted=1, elapsed_us=4001) == codes.LATE


def test_a_gap_at_rest_is_no_fault(post):
    assert not any(post.faults(20, elapsed_us=65_535))


def test_the_end_of_the_syringe_is_a_fault_only_while_run_is_held(post):
    empty = ~codes.BIT_END_EMPTY
    assert post.see(switches=RUN_HELD & empty) == codes.END_EMPTY
    assert post.see(switches=RUN_OPEN & empty) == 0


@pytest.mark.req("T-06")
def test_a_fault_that_lasts_for_hours_keeps_its_timers_small(post):
    for _ in range(40_000):
        post.see(second_raw=0, switches=codes.BIT_PERMIT | codes.BIT_STOP_OK, elapsed_us=65_535)
    counters = [value for value in vars(post.guard).values() if isinstance(value, int)]
    assert max(counters) < 2**30


def test_a_fault_of_one_kind_does_not_stop_the_clock_of_another(post):
    wrong = codes.BIT_PERMIT | codes.BIT_STOP_OK | codes.BIT_END_EMPTY
    post.faults(20, line_status=4, switches=wrong)
    assert post.see(switches=wrong) == codes.WIRING


def test_a_new_guard_has_counted_and_timed_nothing():
    ends = ((codes.BIT_END_EMPTY, codes.END_EMPTY), (codes.BIT_END_FULL, codes.END_FULL))
    for back, (bit, fault) in enumerate(ends):
        assert numbers(Guard(back)) == {
            "end_bit": bit,
            "end_fault": fault,
            "made": 0,
            "ahead": 0,
            "sound_switches": -1,
            "doubt": 0,
            "told": 0,
            "missed": 0,
            "disagree_us": 0,
            "wiring_us": 0,
            "contacts_us": 0,
        }
    assert numbers(Guard()) == numbers(Guard(0))


AT_THE_EDGE = [
    {},
    {"granted": 3, "made": 3},
    {"granted": 6},
    {"line_raw": 1310, "second_raw": ZERO_SECOND - 4 * 328},
    {"line_raw": 10_376, "second_raw": ZERO_SECOND + 4 * 8738},
    {"line_raw": ZERO_RAW, "second_raw": ZERO_SECOND + 1747},
    {"line_raw": ZERO_RAW, "second_raw": ZERO_SECOND - 1747},
    {"elapsed_us": 4000, "moving": 1},
    {"switches": RUN_OPEN | codes.BIT_INTENT},
]


@pytest.mark.parametrize("changed", AT_THE_EDGE, ids=str)
def test_a_sound_tick_is_not_looked_at_closely_however_near_the_edge(post, changed, monkeypatch):
    """The moving tick has no time for it."""
    post.see()
    monkeypatch.setattr(post.guard, "_look_closely", None)
    assert post.see(**changed) == 0


BEYOND_THE_EDGE = [
    ({"made": 1}, codes.STEPS_EXTRA),
    ({"granted": 7}, codes.STEPS_MISSING),
    ({"granted": 7, "refused": 8}, codes.STEPS_EXTRA),
    ({"line_raw": 10_377, "second_raw": ZERO_SECOND + 4 * 8739}, codes.CEILING),
    ({"line_raw": 11_000, "second_raw": ZERO_SECOND + 4 * (11_000 - ZERO_RAW)}, codes.CEILING),
    ({"line_raw": 14_746, "second_raw": ZERO_SECOND + 4 * 8739}, codes.CEILING),
    ({"moving": 1, "elapsed_us": 4001}, codes.LATE),
    ({"switches": RUN_HELD & ~codes.BIT_END_EMPTY}, codes.END_EMPTY),
    ({"switches": (RUN_HELD | codes.BIT_LATCHED) & ~codes.BIT_END_EMPTY}, codes.END_EMPTY),
]


@pytest.mark.parametrize("changed", AT_THE_EDGE, ids=str)
def test_looked_at_closely_it_is_sound_as_well(post, changed):
    assert post.see(**changed) == 0


@pytest.mark.parametrize(("changed", "fault"), BEYOND_THE_EDGE, ids=str)
@pytest.mark.parametrize("sound_ticks", [0, 1, 100])
def test_beyond_an_edge_there_is_a_fault_at_once_whatever_was_before(
    post, changed, fault, sound_ticks
):
    post.faults(sound_ticks)
    assert post.see(**changed) == fault


TIMED = [
    ({"second_raw": ZERO_SECOND + 1748, "line_raw": ZERO_RAW}, 20_000, codes.SENSORS_DISAGREE),
    ({"second_raw": ZERO_SECOND - 1748, "line_raw": ZERO_RAW}, 20_000, codes.SENSORS_DISAGREE),
    ({"switches": RUN_HELD & ~codes.BIT_PAIN_OK}, 20_000, codes.WIRING),
    ({"switches": RUN_OPEN | codes.BIT_PAIN_NO}, 500_000, codes.CONTACTS),
    ({"switches": RUN_OPEN & ~codes.BIT_PAIN_OK}, 500_000, codes.CONTACTS),
    ({"switches": EVERY_BIT}, 500_000, codes.CONTACTS),
    ({"switches": RUN_OPEN | codes.BIT_PAIN_NO | codes.BIT_INTENT}, 500_000, codes.CONTACTS),
]


@pytest.mark.parametrize(("changed", "after_us", "fault"), TIMED, ids=str)
def test_what_is_timed_is_a_fault_after_its_time_to_the_microsecond(post, changed, after_us, fault):
    post.see()
    for part_us in (1, after_us - 3, 1):
        assert post.see(elapsed_us=part_us, **changed) == 0
    assert post.see(elapsed_us=1, **changed) == fault
    assert post.see() == 0
    assert post.see(elapsed_us=after_us - 1, **changed) == 0


@pytest.mark.parametrize(("changed", "after_us", "fault"), TIMED, ids=str)
@pytest.mark.req("T-06")
def test_a_timer_stands_still_after_20_s(post, changed, after_us, fault):
    name = {
        codes.SENSORS_DISAGREE: "disagree_us",
        codes.WIRING: "wiring_us",
        codes.CONTACTS: "contacts_us",
    }[fault]
    post.see(**changed)
    for timed_us in (19_999_999, 20_000_000, 20_000_001):
        setattr(post.guard, name, timed_us)
        assert post.see(**changed) == fault
        assert getattr(post.guard, name) == timed_us + (2000 if timed_us < 20_000_000 else 0)


def test_what_the_watch_told_holds_until_it_tells_otherwise_and_hides_no_other_fault(post):
    post.see()
    post.guard.tell(codes.RISE)
    assert post.faults(3) == [codes.RISE] * 3
    assert post.see(made=1) == codes.STEPS_EXTRA
    assert post.see(switches=RUN_HELD & ~codes.BIT_END_EMPTY) == codes.END_EMPTY
    assert post.see() == codes.RISE
    post.guard.tell(codes.NO_FAULT)
    assert post.see() == 0


def test_a_fault_of_the_sensors_comes_before_one_of_the_switches(post):
    both = {"switches": RUN_HELD & ~codes.BIT_END_EMPTY, "line_raw": 10_377}
    assert post.see(second_raw=ZERO_SECOND + 4 * 8739, **both) == codes.CEILING


def test_a_missed_sample_counts_two_and_a_good_one_takes_one_back(post):
    post.see(line_status=4)
    assert post.guard.missed == 2
    post.see(line_status=4)
    post.see(line_status=4)
    assert post.guard.missed == 4
    assert [post.see() or post.guard.missed for _ in range(5)] == [3, 2, 1, 0, 0]


def test_every_step_is_counted(post):
    assert [post.see(granted=2, made=2) or post.guard.made for _ in range(3)] == [2, 4, 6]


def test_missed_samples_after_sound_ones_are_missed_too(post):
    post.faults(10)
    assert post.faults(2, line_status=4) == [0, codes.SENSOR_SILENT]


def test_steps_that_cannot_be_under_way_any_more_are_not_waited_for(post):
    """Latched, started anew, or said: the count begins at nothing."""
    latched = RUN_OPEN | codes.BIT_LATCHED
    post.see(granted=3, switches=latched)
    assert post.guard.ahead == 0
    assert post.faults(5, switches=latched) == [0] * 5
    post.see(granted=3)
    post.guard.restart()
    assert post.guard.ahead == 0
    for changed in ({"made": 1}, {"granted": 7}):
        assert post.see(**changed) != 0
        assert post.guard.ahead == 0


def test_an_end_that_is_reached_stays_a_fault_while_run_is_held(post):
    at_the_end = RUN_HELD & ~codes.BIT_END_EMPTY
    assert post.faults(5, switches=at_the_end) == [codes.END_EMPTY] * 5


def test_contacts_are_timed_from_the_first_tick_after_another_fault(post):
    assert post.see(switches=RUN_HELD & ~codes.BIT_END_EMPTY) == codes.END_EMPTY
    assert post.see(switches=codes.BIT_STOP_OK, elapsed_us=499_999) == 0
    assert post.see(switches=codes.BIT_STOP_OK, elapsed_us=1) == codes.CONTACTS


WELDED = RUN_OPEN | codes.BIT_PAIN_NO


def test_a_timer_goes_on_when_another_one_of_the_same_age_ends(post):
    assert post.see(switches=WELDED, second_raw=0) == 0
    assert post.faults(249, switches=WELDED) == [0] * 248 + [codes.CONTACTS]


@pytest.mark.req("P-11")
def test_two_missed_samples_of_different_kinds_are_a_fault_of_the_second_kind(post):
    far = {"line_raw": 0, "second_raw": ZERO_SECOND - 4 * 328}
    assert post.see(line_status=2) == 0
    assert post.see(**far) == codes.SENSOR_RANGE
    assert post.faults(4) == [0] * 4
    assert post.see(**far) == 0
    assert post.see(line_status=4) == codes.SENSOR_SILENT


def test_contacts_are_timed_although_a_count_was_out_of_range_in_their_first_microsecond(post):
    far = {"line_raw": 0, "second_raw": ZERO_SECOND - 4 * 328}
    assert post.see(switches=WELDED, elapsed_us=1, **far) == 0
    assert post.faults(124, switches=WELDED, elapsed_us=4000) == [0] * 124
    assert post.see(switches=WELDED, elapsed_us=3998) == 0
    assert post.see(switches=WELDED, elapsed_us=1) == codes.CONTACTS


@pytest.mark.parametrize("timed_us", [codes.RISE, 2000])
def test_what_the_watch_told_holds_whatever_is_timed(post, timed_us):
    post.see()
    post.guard.tell(codes.RISE)
    assert post.guard.doubt == 1
    assert post.see(switches=WELDED, elapsed_us=timed_us) == codes.RISE
    assert post.see(switches=WELDED) == codes.RISE
    assert post.guard.doubt == 1


def test_missed_samples_are_counted_to_four_at_most(post):
    for status, missed in ((4, 2), (0, 1), (4, 3), (4, 3), (0, 2)):
        post.see(line_status=status)
        assert post.guard.missed == missed


@pytest.mark.parametrize(
    "taps",
    [
        codes.BIT_PAIN_OK | codes.BIT_PAIN_NO,
        codes.BIT_PERMIT,
        codes.BIT_PAIN_OK | codes.BIT_PERMIT | codes.BIT_PAIN_NO,
        codes.BIT_STOP_OK | codes.BIT_PERMIT | codes.BIT_PAIN_NO,
    ],
)
def test_taps_that_are_a_wiring_fault_say_nothing_of_the_contacts_unless_stop_ok_is_high(
    post, taps
):
    post.faults(5, switches=taps)
    assert post.guard.contacts_us == 0
