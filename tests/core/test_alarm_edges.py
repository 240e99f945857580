"""Requirements on alarms at their limits: to the slot of 50 ms and to the microsecond."""

import pytest

from manostat.core import codes
from manostat.core.alarm import HIGH, LOW, MEDIUM, NO_ALARM, SELF_TEST, Alarm

from .desk import numbers

SLOT_US = 50_000
PAUSE_SLOTS = 2200


def begun(cause: int = codes.CEILING) -> Alarm:
    """An alarm in the tick that brought its cause."""
    alarm = Alarm()
    alarm.tick(2000, cause, 0)
    return alarm


def test_a_new_alarm_is_dark_and_silent_and_has_counted_nothing():
    names = (
        "cause priority high medium low sound paused paused_slots verdict part_us "
        "lamp_slot lamp_again sound_slot sound_again"
    )
    assert numbers(Alarm()) == dict.fromkeys(names.split(), 0)


def test_priorities_and_a_failed_self_test_are_the_numbers_that_hosts_know():
    assert (NO_ALARM, LOW, MEDIUM, HIGH, SELF_TEST) == (0, 1, 2, 3, 128)


@pytest.mark.req("A-02", "A-03", "T-01")
@pytest.mark.parametrize(
    ("cause", "verdict", "lamp_again", "sound_again"),
    [
        (codes.CEILING, 0, 10, 160),
        (codes.CONTACTS, 0, 40, 320),
        (codes.HELD, 0, 10, 400),
        (SELF_TEST, 0, 10, 160),
        (SELF_TEST + 1, 1, 10, 160),
        (SELF_TEST + 15, 15, 10, 300),
        (SELF_TEST + 16, 15, 10, 300),
        (SELF_TEST + 128, 15, 10, 300),
    ],
)
def test_a_cause_sets_what_is_counted_and_after_how_many_slots_lamp_and_burst_come_again(
    cause, verdict, lamp_again, sound_again
):
    alarm = begun(SELF_TEST + 9)
    alarm.tick(2000, cause, 0)
    assert (alarm.verdict, alarm.lamp_again, alarm.sound_again) == (
        verdict,
        lamp_again,
        sound_again,
    )


@pytest.mark.req("A-03")
def test_a_slot_is_50_ms_to_the_microsecond_from_the_tick_of_the_cause_on():
    alarm = begun()
    for slot in range(3):
        alarm.tick(SLOT_US - 1, codes.CEILING, 0)
        assert (alarm.sound_slot, alarm.part_us) == (slot, SLOT_US - 1)
        alarm.tick(1, codes.CEILING, 0)
        assert (alarm.sound_slot, alarm.part_us) == (slot + 1, 0)


@pytest.mark.req("T-06")
def test_the_longest_elapsed_time_counts_to_the_microsecond():
    alarm = begun()
    alarm.tick(65_535, codes.CEILING, 0)
    assert (alarm.sound_slot, alarm.part_us) == (1, 15_535)


@pytest.mark.req("A-04")
def test_every_pause_is_110_s_to_the_slot_and_ends_with_the_first_pulse_of_a_burst():
    alarm = begun()
    for _ in range(2):
        alarm.tick(0, codes.CEILING, 1)
        for _ in range(PAUSE_SLOTS - 1):
            alarm.tick(SLOT_US, codes.CEILING, 0)
        assert (alarm.paused, alarm.sound) == (1, 0)
        alarm.tick(SLOT_US, codes.CEILING, 0)
        assert (alarm.paused, alarm.sound, alarm.sound_slot) == (0, 1, 0)


@pytest.mark.req("A-04")
def test_a_late_tick_that_passes_over_the_last_slot_of_a_pause_ends_it():
    alarm = begun()
    alarm.tick(0, codes.CEILING, 1)
    for _ in range(PAUSE_SLOTS - 1):
        alarm.tick(SLOT_US, codes.CEILING, 0)
    alarm.tick(SLOT_US - 1, codes.CEILING, 0)
    assert alarm.paused == 1
    alarm.tick(65_535, codes.CEILING, 0)
    assert (alarm.paused, alarm.sound) == (0, 1)


@pytest.mark.req("A-05")
@pytest.mark.parametrize("before", [codes.NO_FAULT, codes.CEILING, SELF_TEST + 3])
def test_without_a_cause_a_tick_changes_nothing_not_even_with_a_press(before):
    alarm = begun(before)
    alarm.tick(2000, codes.NO_FAULT, 0)
    rest = numbers(alarm)
    for elapsed_us in (0, 2000, SLOT_US, 65_535):
        alarm.tick(elapsed_us, codes.NO_FAULT, 1)
        assert numbers(alarm) == rest


@pytest.mark.req("T-01")
def test_a_count_is_lit_and_heard_for_three_slots_of_ten_from_slot_110_on():
    alarm = begun(SELF_TEST + 2)
    lit, heard = [], []
    for slot in range(170):
        if alarm.low:
            lit.append(slot)
        if alarm.sound and slot > 70:
            heard.append(slot)
        assert {alarm.high, alarm.low, alarm.sound} <= {0, 1}
        alarm.tick(SLOT_US, SELF_TEST + 2, 0)
    assert lit == heard == [110, 111, 112, 120, 121, 122]
