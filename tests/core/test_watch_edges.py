"""Requirements on the watch at its limits: to the count, the step and the microsecond."""

import pytest

from manostat.core import codes
from manostat.core.inputs import Inputs
from manostat.core.lockout import LOCKOUT_INTS, Lockout
from manostat.core.watch import HELD_PAIN, HELD_STOP, LOOKS, Still, Watch

from .desk import PAIN_PRESSED, RUN_HELD, RUN_OPEN, STOP_PRESSED, new_ints, numbers

ZERO = 1638
PRESSED = ZERO + 1000  # counts: well above an open end


class Round:
    """A watch with small volumes, 10, 50 and 300 steps, that is shown bare counts."""

    def __init__(self, mode: int = codes.INJECT, most: int = 100_000, window: int = 100_000):
        self.watch = Watch(mode, ZERO, 10, 50, 300, most, window)
        self.made = 0

    def see(
        self,
        raw: int = PRESSED,
        made: int = 0,
        moving: int = 1,
        elapsed_us: int = 10_000,
        second: int = 0,
        switches: int = RUN_HELD,
        status: int = 0,
    ) -> int:
        """A whole round of looks at one record; `made` steps more than in the one before."""
        inputs = Inputs()
        inputs.line_raw, inputs.second_raw = raw, second
        inputs.line_status, inputs.switches = status, switches
        self.made += made
        before = self.watch.fault
        for left in reversed(range(LOOKS)):
            assert self.watch.fault == before, "a fault holds until the round is whole"
            fault = self.watch.look(left, inputs, self.made, moving, elapsed_us)
        assert fault == self.watch.fault
        return fault


AT_FIRST = {
    "counted": 0,
    "begun": 0,
    "was_moving": 0,
    "rest_us": 0,
    "steepest": 0,
    "start_raw": 0,
    "window_raw": 0,
    "window_at": 0,
    "pressed_at": 0,
    "low_raw": 0,
    "rises": 0,
    "rate_us": 0,
    "rate_from": 0,
}


def test_a_new_watch_has_seen_nothing():
    watch = Watch(codes.INJECT, ZERO, 10, 50, 300, 1000, 20)
    assert numbers(watch) == {
        **AT_FIRST,
        "may_block": 0,
        "may_flow": 0,
        "relieves": 0,
        "rests": 0,
        "open_raw": ZERO + 175,
        "steps_10ul": 10,
        "steps_open": 300,
        "most_steps": 1000,
        "steps_a_window": 20,
        "fault": 0,
        "found": 0,
        "seen": 0,
        "held": 0,
        "pain_us": 0,
        "stop_us": 0,
    }
    still = {"steps": 50, "value": -1, "other": 0, "from_steps": 0, "still_us": 0}
    assert numbers(watch.line_still) == {**still, "moved": 699}
    assert numbers(watch.second_still) == {**still, "moved": 175}


@pytest.mark.parametrize(
    ("mode", "only"),
    [
        (codes.INJECT, ()),
        (codes.STEP, ()),
        (codes.PRIME, ("may_flow",)),
        (codes.COMPLY, ("may_block",)),
        (codes.SHAM, ("rests",)),
        (codes.RELIEVE, ("may_flow", "relieves")),
    ],
)
def test_only_comply_may_block_only_prime_and_relief_may_flow_and_a_sham_rests(mode, only):
    watch = Round(mode).watch
    names = ("may_block", "may_flow", "rests", "relieves")
    assert {name: getattr(watch, name) for name in names} == {
        name: int(name in only) for name in names
    }


def test_a_level_begins_with_the_steps_it_has_and_nothing_else():
    round_ = Round()
    for turn in range(100):
        round_.see(PRESSED + 30 * turn, made=5)
    round_.see(moving=0)
    round_.watch.restart(70)
    begun = {name: numbers(round_.watch)[name] for name in AT_FIRST}
    steps = ("counted", "window_at", "pressed_at", "rate_from")
    assert begun == {**AT_FIRST, **dict.fromkeys(steps, 70)}


@pytest.mark.req("P-11")
@pytest.mark.parametrize(
    ("other", "counted", "still_us", "fault"),
    [
        (1700, 150, 500_000, codes.SENSOR_STUCK),
        (1699, 150, 500_000, 0),
        (300, 150, 500_000, codes.SENSOR_STUCK),
        (301, 150, 500_000, 0),
        (1700, 151, 500_001, codes.SENSOR_STUCK),
        (1700, 149, 500_000, 0),
        (1700, 150, 499_999, 0),
    ],
)
def test_a_channel_is_stuck_from_50_ul_half_a_second_and_2_psi_on(other, counted, still_us, fault):
    still = Still(50, 699)
    assert still.feed(100, 5, 7, 10_000) == 0
    for value, at, steps in ((2000, 1000, 100), (2000, 1000, 120)):
        assert still.feed(value, at, steps, 0) == 0
    assert still.feed(2000, other, counted, still_us) == fault
    assert still.feed(2001, other, counted, 500_000) == 0, "it moves again"
    assert still.still_us == 0


@pytest.mark.req("T-06")
def test_the_time_of_a_still_channel_stands_still_after_20_s():
    still = Still(50, 699)
    still.feed(100, 0, 0, 0)
    for still_us in (19_999_999, 20_000_000, 20_000_001):
        still.still_us = still_us
        still.feed(100, 0, 0, 10_000)
        assert still.still_us == still_us + (10_000 if still_us < 20_000_000 else 0)


@pytest.mark.req("P-11")
@pytest.mark.parametrize(("moved", "fault"), [(699, 0), (700, codes.SENSOR_STUCK)])
def test_the_line_sensor_is_stuck_once_the_second_one_has_moved_by_2_psi(moved, fault):
    round_ = Round()
    round_.see()
    round_.see(made=49, second=moved, elapsed_us=500_000)
    assert round_.see(made=1, second=moved) == fault


@pytest.mark.req("P-11")
@pytest.mark.parametrize(("moved", "fault"), [(175, 0), (176, codes.SENSOR_STUCK)])
def test_the_second_sensor_is_stuck_once_the_line_sensor_has_moved_by_2_psi(moved, fault):
    round_ = Round()
    round_.see()
    round_.see(PRESSED + moved, made=49, elapsed_us=500_000)
    assert round_.see(PRESSED + moved, made=1) == fault


@pytest.mark.req("P-11")
@pytest.mark.parametrize("status", [1, 2, 3, 4])
def test_no_channel_is_stuck_behind_missed_samples(status):
    round_ = Round()
    round_.see()
    assert round_.see(made=50, second=5000, elapsed_us=500_000, status=status) == 0


@pytest.mark.req("D-02")
def test_the_last_step_of_a_level_is_no_fault_and_the_next_is():
    round_ = Round(most=30)
    assert round_.see(made=30) == 0
    assert round_.see(made=1) == codes.TOO_MUCH
    assert round_.see() == 0


@pytest.mark.req("D-03")
@pytest.mark.parametrize(("made", "fault"), [(20, 0), (21, codes.TOO_FAST)])
@pytest.mark.parametrize("after_us", [0, 50_000])
def test_steps_are_judged_by_the_100_ms_they_came_in(made, fault, after_us):
    round_ = Round(window=20)
    for _ in range(3):
        assert round_.see(made=20, elapsed_us=99_999) == 0
        assert round_.see(elapsed_us=1 + after_us) == 0
    assert round_.see(made=made, elapsed_us=99_999) == 0
    assert round_.see(elapsed_us=1) == fault
    assert round_.see(elapsed_us=100_000) == 0, "of a time that is over"


def test_the_first_fault_of_a_round_is_the_one_that_is_told():
    round_ = Round(most=30)
    round_.see()
    assert round_.see(second=5000, made=50, elapsed_us=500_000) == codes.TOO_MUCH


@pytest.mark.req("B-04")
@pytest.mark.parametrize(
    ("switches", "held"),
    [
        (PAIN_PRESSED, HELD_PAIN),
        (RUN_OPEN | codes.BIT_PAIN_NO, HELD_PAIN),
        (RUN_OPEN & ~codes.BIT_PAIN_OK, HELD_PAIN),
        (STOP_PRESSED, HELD_STOP),
        (STOP_PRESSED | codes.BIT_PAIN_OK, HELD_STOP),
        (STOP_PRESSED | codes.BIT_PAIN_NO, HELD_STOP | HELD_PAIN),
    ],
)
def test_a_button_is_held_a_round_before_ten_seconds_to_the_microsecond(switches, held):
    assert (HELD_PAIN, HELD_STOP) == (1, 2)
    round_ = Round()
    for elapsed_us, said in ((9_979_999, 0), (1, held), (10_000_000, held)):
        round_.see(switches=switches, elapsed_us=elapsed_us)
        assert round_.watch.held == said
    round_.see(switches=RUN_HELD)
    assert round_.watch.held == 0
    round_.see(switches=switches, elapsed_us=9_979_999)
    assert round_.watch.held == 0, "the time begins anew"
    round_.see(switches=switches, elapsed_us=1)
    assert round_.watch.held == held


@pytest.mark.req("B-04", "T-06")
@pytest.mark.parametrize(
    ("switches", "name"), [(PAIN_PRESSED, "pain_us"), (STOP_PRESSED, "stop_us")]
)
def test_the_time_of_a_held_button_stands_still_after_20_s(switches, name):
    round_ = Round()
    for held_us in (19_999_999, 20_000_000, 20_000_001):
        setattr(round_.watch, name, held_us)
        round_.see(switches=switches)
        added_us = 10_000 if held_us < 20_000_000 else 0
        assert getattr(round_.watch, name) == held_us + added_us


@pytest.mark.req("P-12")
@pytest.mark.parametrize(("raw", "fault"), [(ZERO + 174, codes.DETACHED), (ZERO + 175, 0)])
def test_an_end_is_open_below_2_psi_after_300_ul_to_the_step(raw, fault):
    round_ = Round()
    round_.see(raw)
    assert round_.see(raw, made=299) == 0
    assert round_.see(raw, made=1) == fault
    assert round_.see(raw, made=299) == 0
    assert round_.see(raw, made=1) == fault


def occluded(
    rises: list[int], mode: int = codes.INJECT, made: int = 10, begin: int = PRESSED
) -> list[int]:
    """Faults after each 10 steps that raise the count by one of `rises`."""
    round_ = Round(mode)
    raw = begin
    round_.see(raw)
    faults = []
    for rise in rises:
        raw += rise
        faults.append(round_.see(raw, made=made))
    return faults


@pytest.mark.req("P-06")
def test_an_occlusion_is_told_from_30_psi_on_to_the_count():
    assert occluded([500] * 5 + [121]) == [0] * 6
    assert occluded([500] * 5 + [350])[-1] == codes.OCCLUSION
    assert occluded([437] * 6) == [0] * 5 + [codes.OCCLUSION], "6 times 437 are 2622"
    assert occluded([437] * 5 + [436]) == [0] * 6
    assert occluded([500, -100, 500, 500, 500, 500])[-2:] == [0, 0]
    assert occluded([500, -100, 500, 500, 500, 500, 222])[-1] == 0
    assert occluded([500, -100, 500, 500, 500, 500, 350])[-1] == codes.OCCLUSION


@pytest.mark.req("P-06")
@pytest.mark.parametrize(
    ("rise", "fault"), [(349, 0), (350, codes.OCCLUSION), (700, codes.OCCLUSION)]
)
def test_a_slope_of_seven_tenths_of_the_steepest_is_an_occlusion_to_the_count(rise, fault):
    assert occluded([500] * 6 + [100, rise])[-1] == fault


@pytest.mark.req("P-06")
def test_less_than_10_ul_are_no_slope():
    assert occluded([1000] * 20, made=9)[0] == 0
    round_ = Round()
    round_.see()
    assert [round_.see(PRESSED + 3000, made=made) for made in (9, 1)] == [0, codes.OCCLUSION]
    assert [round_.see(PRESSED + 6000, made=made) for made in (9, 1)] == [0, codes.OCCLUSION]


@pytest.mark.req("P-06")
def test_what_was_left_of_a_slope_ends_with_the_motion():
    round_ = Round()
    round_.see()
    round_.see(made=5)
    round_.see(moving=0)
    round_.see()
    assert [round_.see(PRESSED + 3000, made=made) for made in (9, 1)] == [0, codes.OCCLUSION]


@pytest.mark.req("P-06")
def test_every_motion_begins_its_slope_and_its_30_psi_anew():
    round_ = Round()
    for turn in range(3):
        begin = PRESSED + 2000 * turn
        assert round_.see(begin, moving=0) == 0
        assert round_.see(begin) == 0
        for rise in (500, 1000, 1500, 2000):
            assert round_.see(begin + rise, made=10) == 0
    assert round_.watch.start_raw == begin


@pytest.mark.req("P-06")
def test_the_steepest_slope_is_remembered_over_a_rest():
    round_ = Round()
    round_.see()
    round_.see(PRESSED + 800, made=10)
    round_.see(PRESSED + 800, moving=0)
    round_.see()
    assert round_.watch.steepest == 800
    for turn in range(1, 8):
        assert round_.see(PRESSED + 500 * turn, made=10) == 0


@pytest.mark.req("P-12")
@pytest.mark.parametrize(("rise", "fault"), [(873, 0), (874, codes.RISE)])
@pytest.mark.parametrize("rest_us", [99_999, 100_000])
def test_a_rise_is_10_psi_above_the_least_count_since_the_rest_of_a_tenth_of_a_second(
    rise, fault, rest_us
):
    round_ = Round()
    round_.see(PRESSED + 50, made=1)
    assert round_.see(PRESSED + 50, moving=0, elapsed_us=rest_us) == 0
    if rest_us < 100_000:
        assert round_.see(PRESSED + 2000, moving=0, elapsed_us=1) == 0, "the last steps go through"
        assert round_.see(PRESSED + 2000, moving=0) == 0
    assert round_.see(PRESSED, moving=0) == 0
    assert round_.see(PRESSED + rise, moving=0) == 0
    assert round_.see(PRESSED + rise, moving=0) == fault
    assert round_.see(PRESSED + rise, moving=0) == 0, "said once"
    again = [round_.see(PRESSED + rise + 874, moving=0) for _ in range(2)]
    assert again == [0, codes.RISE]


@pytest.mark.req("P-12")
def test_a_rise_that_lasts_for_one_look_is_none():
    round_ = Round()
    round_.see(made=1)
    round_.see(moving=0, elapsed_us=100_000)
    for _ in range(5):
        assert round_.see(PRESSED + 2000, moving=0) == 0
        assert round_.see(PRESSED, moving=0) == 0


@pytest.mark.req("P-12")
def test_looks_before_and_after_a_motion_are_not_one_after_the_other():
    round_ = Round()
    for _ in range(3):
        round_.see(made=1)
        round_.see(moving=0, elapsed_us=100_000)
        assert round_.see(PRESSED + 2000, moving=0) == 0


@pytest.mark.req("P-12")
def test_the_rest_after_each_motion_begins_anew():
    round_ = Round()
    for _ in range(3):
        round_.see(made=1)
        round_.see(moving=0, elapsed_us=100_000)
        assert round_.watch.rest_us == 100_000
        assert round_.see(moving=0) == 0
        assert round_.watch.rest_us == 100_000, "it stands still"
        round_.see(made=1)
        assert round_.watch.rest_us == 0


@pytest.fixture
def lockout() -> Lockout:
    return Lockout(new_ints(LOCKOUT_INTS))


@pytest.mark.req("P-10")
def test_faults_are_noted_each_in_its_own_place(lockout):
    assert set(lockout.times) == {-1}
    for fault in range(codes.FAULT_CODES):
        lockout.note(fault, 10 + fault)
        lockout.note(fault, 100 + fault)
    expected = [at + fault for fault in range(codes.FAULT_CODES) for at in (10, 100)]
    assert list(lockout.times) == expected
    lockout.reset()
    assert set(lockout.times) == {-1}


@pytest.mark.req("P-10")
def test_only_the_last_three_of_a_fault_count(lockout):
    times_ms = (0, 1000, 600_000, 600_999, 1_200_000, 1_200_001)
    assert [lockout.note(codes.LATE, now_ms) for now_ms in times_ms] == [0, 0, 0, 1, 0, 1]


@pytest.mark.req("P-10", "T-06")
@pytest.mark.parametrize(("later_ms", "locked"), [(599_999, 1), (600_000, 0), (700_000, 0)])
@pytest.mark.parametrize("first_ms", [0, 5, (1 << 30) - 1, (1 << 30) - 599_999])
def test_ten_minutes_are_counted_to_the_millisecond_round_the_clock(
    lockout, first_ms, later_ms, locked
):
    lockout.note(codes.LATE, first_ms)
    lockout.note(codes.LATE, (first_ms + 10) % (1 << 30))
    assert lockout.note(codes.LATE, (first_ms + later_ms) % (1 << 30)) == locked


@pytest.mark.req("P-12")
@pytest.mark.parametrize("elapsed_us", [20_000, 30_000, 60_000, 100_001])
def test_a_rise_is_judged_whatever_the_time_between_looks(elapsed_us):
    round_ = Round()
    round_.see(made=1)
    while round_.watch.rest_us < 100_000:
        round_.see(1500, moving=0, elapsed_us=elapsed_us)
    faults = [round_.see(3100, moving=0, elapsed_us=elapsed_us) for _ in range(2)]
    assert faults == [0, codes.RISE]
    assert [round_.see(4000, moving=0) for _ in range(2)] == [0, codes.RISE]


def test_each_look_of_a_round_has_its_own_question():
    watch = Watch(codes.INJECT, ZERO, 10, 50, 300, 1000, 20)
    inputs = Inputs()
    inputs.line_raw, inputs.second_raw, inputs.switches = 2000, 8000, STOP_PRESSED
    changed = []
    for left in reversed(range(LOOKS)):
        before = numbers(watch), numbers(watch.line_still), numbers(watch.second_still)
        watch.look(left, inputs, 7, 1, 10_000)
        after = numbers(watch), numbers(watch.line_still), numbers(watch.second_still)
        changed.append(
            [
                {name for name in new if new[name] != old[name]}
                for old, new in zip(before, after, strict=True)
            ]
        )
    assert changed == [
        [{"counted", "seen", "begun", "rate_us"}, set(), set()],
        [{"stop_us"}, set(), set()],
        [set(), {"value", "other", "from_steps"}, set()],
        [set(), set(), {"value", "other", "from_steps"}],
        [{"was_moving", "start_raw", "window_raw", "window_at", "pressed_at"}, set(), set()],
    ]
    assert (watch.begun, watch.was_moving) == (1, 1)


@pytest.mark.parametrize(
    ("mode", "rise", "fault"),
    [
        (codes.RELIEVE, 174, 0),
        (codes.RELIEVE, 175, codes.RISE),
        (codes.RELIEVE, 1000, codes.RISE),
        (codes.INJECT, 1000, 0),
        (codes.PRIME, 1000, 0),
    ],
)
def test_a_line_that_rises_by_2_psi_while_the_plunger_is_drawn_out_is_a_fault_to_the_count(
    mode, rise, fault
):
    """Above the count that the motion began with, not above the last one."""
    round_ = Round(mode)
    round_.see(PRESSED - 500, moving=0)
    round_.see()
    assert round_.see(PRESSED + 100, made=1) == 0
    assert round_.see(PRESSED + rise, made=1) == fault
    assert round_.see(PRESSED + rise, made=1) == fault, "it still rises"


def test_no_fall_is_a_rise_while_the_plunger_is_drawn_out():
    round_ = Round(codes.RELIEVE)
    round_.see()
    assert not any(round_.see(raw) for raw in range(PRESSED, 1310, -1))


@pytest.mark.req("P-12")
def test_a_sham_that_moves_has_begun_and_rests():
    round_ = Round(codes.SHAM)
    round_.see()
    assert (round_.watch.begun, round_.watch.was_moving, round_.watch.rest_us) == (1, 0, 10_000)
