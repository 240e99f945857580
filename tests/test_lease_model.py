"""The host's mirror of the step lease."""

import pytest

from manostat_sim.lease_model import LeaseModel


@pytest.fixture
def steps() -> list[int]:
    return []


@pytest.fixture
def lease(steps: list[int]) -> LeaseModel:
    lease = LeaseModel(steps.append)
    lease.start(0, 1)
    return lease


def test_first_step_comes_at_once_and_each_next_after_the_interval(lease, steps):
    assert lease.renew(3, 600, 1000)
    lease.advance(10_000)
    assert steps == [1000, 1600, 2200]


def test_only_what_is_due_is_stepped(lease, steps):
    lease.renew(3, 600, 1000)
    lease.advance(1599)
    assert steps == [1000]
    assert lease.next_step_us() == 1600
    lease.advance(1600)
    assert steps == [1000, 1600]


def test_queued_word_follows_one_interval_behind_the_last_step(lease, steps):
    lease.renew(2, 600, 0)
    assert lease.renew(2, 500, 100)
    lease.advance(10_000)
    assert steps == [0, 600, 1200, 1700]


def test_third_word_is_refused_and_never_stepped(lease, steps):
    assert lease.renew(2, 600, 0)
    assert lease.renew(2, 600, 0)
    assert not lease.renew(2, 600, 0)
    lease.advance(100_000)
    assert len(steps) == 4


def test_word_after_a_pause_starts_at_once(lease, steps):
    lease.renew(1, 600, 0)
    lease.renew(1, 600, 5000)
    assert steps == [0, 5000]
    assert lease.next_step_us() == -1


def test_word_within_the_last_interval_waits_for_its_end(lease, steps):
    lease.renew(3, 600, 0)
    assert lease.renew(1, 600, 1300)
    assert not lease.renew(1, 600, 1301)
    lease.advance(10_000)
    assert steps == [0, 600, 1200, 1800]


@pytest.mark.parametrize(("count", "end_us"), [(1, 1900), (2, 1900), (3, 1899)])
def test_word_ends_within_its_tick_however_slow_it_was_asked(lease, steps, count, end_us):
    lease.renew(count, 5000, 0)
    lease.renew(1, 5000, 10)
    lease.advance(10_000)
    assert steps[-1] == end_us


def test_no_two_steps_are_closer_than_the_pulse_allows(lease, steps):
    lease.renew(2, 1, 0)
    lease.advance(10_000)
    assert steps == [0, 26]


def test_latched_lease_takes_one_word_out_of_its_queue_and_holds_the_next(lease, steps):
    lease.permit(0, 10)
    taken = [lease.renew(1, 600, 20 + at_us) for at_us in range(3)]
    assert taken == [True, True, False]
    lease.advance(10_000)
    assert steps == []


def test_grant_of_nothing_queues_nothing(lease, steps):
    assert not lease.renew(0, 600, 0)
    assert lease.next_step_us() == -1
    lease.advance(10_000)
    assert steps == []


def test_dead_processor_leaves_at_most_two_words(lease, steps):
    lease.renew(1, 2000, 0)
    lease.renew(1, 2000, 100)
    lease.advance(1_000_000)
    assert steps == [0, 1900]


def test_low_permit_of_any_length_latches_until_started_anew(lease, steps):
    lease.renew(3, 600, 0)
    lease.permit(0, 700)
    lease.permit(1, 702)
    lease.advance(10_000)
    assert steps == [0, 600]
    assert lease.latched
    lease.renew(1, 600, 11_000)
    lease.advance(20_000)
    assert steps == [0, 600]
    lease.start(20_000, 1)
    assert not lease.latched
    lease.advance(30_000)
    assert steps == [0, 600], "what was queued before the start must be gone"
    lease.renew(1, 600, 30_000)
    assert steps == [0, 600, 30_000]


def test_permit_that_falls_at_a_steps_own_time_stops_it(lease, steps):
    lease.renew(2, 600, 0)
    lease.permit(0, 600)
    lease.advance(10_000)
    assert steps == [0]


def test_start_with_a_low_permit_is_dead(steps):
    lease = LeaseModel(steps.append)
    lease.start(0, 0)
    assert lease.latched
    lease.permit(1, 10)
    lease.renew(3, 600, 20)
    lease.advance(10_000)
    assert steps == []


def test_nothing_moves_before_the_first_start_or_after_a_stop(steps):
    lease = LeaseModel(steps.append)
    lease.renew(1, 600, 0)
    lease.advance(1000)
    lease.start(2000, 1)
    lease.renew(3, 600, 2000)
    lease.stop()
    lease.advance(10_000)
    assert steps == [2000]


def test_made_counts_steps_since_it_was_last_asked(lease):
    lease.renew(3, 600, 0)
    lease.advance(700)
    assert lease.made() == 2
    assert lease.made() == 0
    lease.advance(10_000)
    assert lease.made() == 1
