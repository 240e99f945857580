"""Requirements on the guard at its limits: to the count and the microsecond, by either way."""

import math

import pytest

from manostat.core import codes
from manostat.core.guard import Guard

from .desk import RUN_HELD, RUN_OPEN, numbers
from .test_guard import Post

ZERO_RAW, ZERO_SECOND = 1638, 6554
EVERY_BIT = 255  # RUN held, the lease latched, the intent stored, and PAIN_NO welded


@pytest.fixture
def post() -> Post:
    return Post()


def test_a_new_guard_has_counted_and_timed_nothing():
    ends = ((codes.BIT_END_EMPTY, codes.END_EMPTY), (codes.BIT_END_FULL, codes.END_FULL))
    for back, (bit, fault) in enumerate(ends):
        assert numbers(Guard(back)) == {
            "end_bit": bit,
            "end_fault": fault,
            "made": 0,
            "ahead": 0,
            "owed": 0,
            "looked_at": 0,
            "lost": 0,
            "ceiling_raw": 10_377,
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
    for _ in range(2):
        for part_us in (1, *[4000] * (after_us // 4000 - 1), 3997, 1):
            assert post.see(elapsed_us=part_us, **changed) == 0
        assert post.see(elapsed_us=1, **changed) == fault
        assert post.faults(10) == [0] * 10


@pytest.mark.parametrize(("changed", "after_us", "fault"), TIMED, ids=str)
@pytest.mark.parametrize("gap_us", [4001, 65_535])
def test_a_sample_after_a_gap_counts_as_one_sample(post, changed, after_us, fault, gap_us):
    """What was in between nobody has seen."""
    for _ in range(after_us // 4000 - 1):
        assert post.see(elapsed_us=gap_us, **changed) == 0
    assert post.see(elapsed_us=3999, **changed) == 0
    assert post.see(elapsed_us=1, **changed) == fault


@pytest.mark.req("P-13")
def test_hum_on_the_second_sensor_is_a_disagreement(post):
    """50 Hz at twice the limit, as an open wire picks it up: apart for two thirds of the time."""
    hum = [round(2 * 1748 * math.sin(math.tau * tick / 10 + 0.1)) for tick in range(100)]
    faults = [
        post.see(second_raw=ZERO_SECOND + 4 * 100 + counts, line_raw=ZERO_RAW + 100)
        for counts in hum
    ]
    assert codes.SENSORS_DISAGREE in faults


@pytest.mark.req("P-01")
@pytest.mark.parametrize(
    ("zero_raw", "ceiling_raw"), [(-437, 9940), (-1, 10_376), (0, 10_377), (437, 10_377)]
)
def test_the_ceiling_counts_from_a_zero_that_is_too_low_and_is_never_raised(zero_raw, ceiling_raw):
    post = Post()
    post.guard = Guard(0, zero_raw)
    for raw, fault in ((ceiling_raw - 1, 0), (ceiling_raw, codes.CEILING)):
        assert post.see(line_raw=raw, second_raw=ZERO_SECOND + 4 * (raw - ZERO_RAW)) == fault


@pytest.mark.req("T-03", "P-11")
@pytest.mark.parametrize("lost", [1, 6])
def test_steps_that_are_owed_with_none_made_for_a_round_of_the_watch_are_missing(post, lost):
    post.see(granted=lost, moving=1)
    post.guard.look(1)
    assert post.faults(8, moving=1) == [0] * 8
    post.guard.look(1)
    assert post.see(moving=1) == codes.STEPS_MISSING
    assert post.guard.ahead == 0
    assert post.faults(3) == [0] * 3, "said once"


def test_steps_that_are_owed_while_others_come_are_waited_for(post):
    post.see(granted=2, moving=1)
    for _ in range(20):
        post.guard.look(1)
        assert post.see(granted=1, made=1, moving=1) == 0


def test_a_step_that_was_owed_once_and_came_is_forgotten(post):
    post.see(granted=1, moving=1)
    post.guard.look(1)
    post.see(made=1, moving=1)
    post.guard.look(1)
    post.see(granted=1, moving=1)
    post.guard.look(1)
    assert post.see(made=1, moving=1) == 0


@pytest.mark.req("T-03")
def test_what_was_discarded_at_a_stop_allows_no_steps_at_rest(post):
    post.see(granted=3, moving=1)
    post.guard.look(0)
    post.see()
    post.guard.look(0)
    assert post.see(made=1) == codes.STEPS_EXTRA


@pytest.mark.parametrize(("changed", "after_us", "fault"), TIMED, ids=str)
@pytest.mark.req("T-06")
def test_a_timer_stands_still_after_20_s(post, changed, after_us, fault):
    name = {
        codes.SENSORS_DISAGREE: "disagree_us",
        codes.WIRING: "wiring_us",
        codes.CONTACTS: "contacts_us",
    }[fault]
    post.see(**changed)
    cap_us = 24_000 if fault == codes.SENSORS_DISAGREE else 20_000_000
    for timed_us in (cap_us - 1, cap_us, cap_us + 1):
        setattr(post.guard, name, timed_us)
        assert post.see(**changed) == fault
        assert getattr(post.guard, name) == timed_us + (2000 if timed_us < cap_us else 0)


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
    assert post.faults(124, switches=codes.BIT_STOP_OK, elapsed_us=4000) == [0] * 124
    assert post.see(switches=codes.BIT_STOP_OK, elapsed_us=3999) == 0
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


@pytest.mark.req("T-03", "P-11")
@pytest.mark.parametrize(("moving", "said"), [(0, 0), (1, codes.STEPS_MISSING)])
def test_steps_granted_after_others_were_given_up_are_waited_for_as_long(post, moving, said):
    post.see(granted=1, moving=1)
    post.guard.look(moving)
    post.guard.look(moving)
    assert post.see(moving=moving) == said
    assert post.see(granted=1, moving=1) == 0
    post.guard.look(1)
    assert post.see(moving=1) == 0
    post.guard.look(1)
    assert post.see(moving=1) == codes.STEPS_MISSING


def test_missing_steps_are_said_once_whatever_is_looked_at_closely_afterwards(post):
    post.see(granted=1, moving=1)
    post.guard.look(1)
    assert (post.guard.owed, post.guard.lost) == (1, 0)
    post.guard.look(1)
    assert (post.guard.owed, post.guard.lost, post.guard.doubt) == (0, 1, 1)
    assert post.see(moving=1) == codes.STEPS_MISSING
    assert post.see(switches=RUN_HELD, moving=1) == 0
    assert post.see(line_status=4) == 0


@pytest.mark.req("P-11")
def test_contacts_are_timed_although_a_sample_was_missed_in_their_first_two_microseconds(post):
    assert post.see(switches=WELDED, elapsed_us=2, line_status=4) == 0
    assert post.faults(124, switches=WELDED, elapsed_us=4000) == [0] * 124
    assert post.see(switches=WELDED, elapsed_us=3997) == 0
    assert post.see(switches=WELDED, elapsed_us=1) == codes.CONTACTS


@pytest.mark.parametrize(
    ("switches", "fault"),
    [
        (RUN_HELD & ~codes.BIT_PAIN_OK, codes.WIRING),
        ((RUN_HELD | codes.BIT_PAIN_NO) & ~codes.BIT_END_EMPTY, codes.END_EMPTY),
    ],
)
def test_the_chain_and_the_end_come_before_contacts_that_contradict_each_other(
    post, switches, fault
):
    assert post.faults(600, switches=switches)[9:] == [fault] * 591
    assert post.guard.contacts_us > 500_000


def test_a_read_that_was_a_fault_is_none_to_compare_the_next_one_with(post):
    for switches, sound in ((RUN_HELD & ~codes.BIT_END_EMPTY, -1), (RUN_OPEN, RUN_OPEN)):
        post.see(switches=switches)
        assert post.guard.sound_switches == sound


def test_switches_that_were_found_in_order_are_not_checked_again_in_a_close_look(post, monkeypatch):
    """A close look takes long enough without it."""
    post.see()
    monkeypatch.setattr(post.guard, "_check_switches", None)
    assert post.see(made=1) == codes.STEPS_EXTRA
    assert post.faults(2, line_status=4) == [0, codes.SENSOR_SILENT]
