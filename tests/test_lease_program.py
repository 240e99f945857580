"""The step lease on an emulated PIO block: what the pins do, whatever the processor says."""

import pytest

from .pio_rig import DIR, PERMIT, STEP, Rig, load_port

TICK_US = 2000
_GRANTS = (1, 2, 3)


class Bench:
    """The lease, and a processor that does one thing per tick."""

    def __init__(self, monkeypatch, change=lambda text: text):
        self.rig = Rig()
        self.lease = load_port(self.rig, monkeypatch, change).StepLease(STEP, DIR, PERMIT, 5)

    def ticks(self, count, grant):
        """`count` ticks with the same grant; returns steps that were taken."""
        granted = 0
        for _ in range(count):
            granted += grant * self.lease.renew(grant, TICK_US // grant)
            self.rig.run_us(TICK_US)
        return granted

    @property
    def steps(self):
        return len(self.rig.rising_ns)


@pytest.fixture
def bench(monkeypatch):
    return Bench(monkeypatch)


@pytest.fixture
def started(bench):
    bench.lease.start()
    bench.rig.run_us(10)
    return bench


def test_the_programs_fit_one_block(bench):
    assert bench.rig.used == 20


@pytest.mark.req("B-06")
def test_nothing_moves_before_the_first_start(bench):
    bench.ticks(5, 3)
    assert bench.steps == 0


@pytest.mark.parametrize("grant", _GRANTS)
def test_the_first_step_goes_out_at_once(started, grant):
    put_ns = started.rig.now_ns
    started.lease.renew(grant, TICK_US // grant)
    started.rig.run_us(TICK_US)
    assert started.rig.rising_ns[0] - put_ns < 1000


@pytest.mark.parametrize("grant", _GRANTS)
def test_a_word_makes_its_steps_and_ends_within_its_tick(started, grant):
    for tick in range(1, 6):
        assert started.lease.renew(grant, TICK_US // grant) == 1
        started.rig.run_us(TICK_US)
        assert started.steps == grant * tick


@pytest.mark.parametrize("grant", _GRANTS)
def test_steps_of_a_word_are_spread_over_its_tick(started, grant):
    started.ticks(1, grant)
    apart = [b - a for a, b in zip(started.rig.rising_ns, started.rig.rising_ns[1:], strict=False)]
    assert all(1.8e6 < grant * gap < 2e6 for gap in apart)


def test_the_pulse_is_as_long_as_the_driver_needs(started):
    started.ticks(2, 3)
    widths = [
        fall - rise
        for rise, fall in zip(started.rig.rising_ns, started.rig.falling_ns, strict=True)
    ]
    assert all(5000 <= width <= 5600 for width in widths)


@pytest.mark.parametrize("pulse_us", [0, 17])
def test_an_impossible_pulse_is_refused(monkeypatch, pulse_us):
    port = load_port(Rig(), monkeypatch)
    with pytest.raises(ValueError, match=r"pulse_us.*1 to 16"):
        port.StepLease(STEP, DIR, PERMIT, pulse_us)


@pytest.mark.parametrize("grant", _GRANTS)
def test_granted_counted_and_seen_on_the_pin_are_equal(started, grant):
    counted = 0
    granted = 0
    for _ in range(50):
        granted += started.ticks(1, grant)
        counted += started.lease.made()
    assert granted == counted == started.steps == 50 * grant


def test_a_count_survives_stop_and_start(started):
    started.ticks(3, 2)
    started.lease.stop()
    started.lease.start()
    started.ticks(2, 2)
    assert started.lease.made() == 10
    assert started.lease.made() == 0


def test_a_grant_of_no_steps_queues_nothing(started):
    assert started.lease.renew(0, TICK_US) == 0
    started.rig.run_us(TICK_US)
    assert started.steps == 0


@pytest.mark.parametrize("grant", _GRANTS)
@pytest.mark.req("T-03")
def test_a_processor_that_falls_silent_moves_nothing_after_two_ticks(started, grant):
    taken = sum(started.lease.renew(grant, TICK_US // grant) for _ in range(6))
    silent_ns = started.rig.now_ns
    started.rig.run_us(20000)
    assert taken == 2 or (grant == 1 and taken <= 2)
    assert started.steps == taken * grant
    assert started.rig.rising_ns[-1] - silent_ns < 4_000_000


def _low_steps(monkeypatch, phase_us, width_us, change=lambda text: text):
    """Rising edges after PERMIT went low at `phase_us` into a word of three steps."""
    bench = Bench(monkeypatch, change)
    bench.lease.start()
    bench.lease.renew(3, TICK_US // 3)
    bench.lease.renew(3, TICK_US // 3)
    bench.rig.run_us(phase_us)
    low_ns = bench.rig.now_ns
    bench.rig.set_permit(0)
    bench.rig.run_us(width_us)
    bench.rig.set_permit(1)
    bench.rig.run_us(6000)
    return [edge - low_ns for edge in bench.rig.rising_ns if edge > low_ns], bench


def _phases():
    """1 us apart around two step edges, and over the whole of a word between them."""
    around = [edge + offset for edge in (0, 632) for offset in range(0 if edge == 0 else -8, 9)]
    return sorted({*around, *range(10, 2000, 41)})


@pytest.mark.req("B-01", "B-05", "B-06")
def test_permit_low_stops_at_every_phase(monkeypatch):
    for phase_us in _phases():
        after_ns, bench = _low_steps(monkeypatch, phase_us, 3000)
        assert len(after_ns) <= 1 and all(ns <= 40 for ns in after_ns), phase_us
        assert bench.lease.latched() == 1


@pytest.mark.req("B-01")
def test_a_bounce_of_two_microseconds_stops_at_every_phase(monkeypatch):
    for phase_us in _phases():
        after_ns, bench = _low_steps(monkeypatch, phase_us, 2)
        assert all(ns <= 40 for ns in after_ns), phase_us
        assert bench.lease.latched() == 1


@pytest.mark.req("B-01")
def test_low_just_before_an_edge_lets_at_most_that_edge_out(monkeypatch):
    bench = Bench(monkeypatch)
    bench.lease.start()
    start_ns = bench.rig.now_ns
    bench.lease.renew(3, TICK_US // 3)
    bench.rig.run_us(1500)
    edge_us = (bench.rig.rising_ns[1] - start_ns) / 1000
    for step in range(-10, 10):
        after_ns, _ = _low_steps(monkeypatch, edge_us + step * 0.008, 2)
        assert all(ns <= 40 for ns in after_ns)


def test_a_pulse_that_is_high_ends(monkeypatch):
    _, bench = _low_steps(monkeypatch, 3, 3000)
    assert len(bench.rig.falling_ns) == len(bench.rig.rising_ns) == 1
    assert 5000 <= bench.rig.falling_ns[0] - bench.rig.rising_ns[0] <= 5600


def test_without_its_permit_tests_the_lease_steps_on(monkeypatch):
    def unguarded(text):
        return text.replace("        wait(0, irq, 4)\n", "").replace(
            '        jmp(pin, "permitted")\n', '        jmp("permitted")\n'
        )

    after_ns, _ = _low_steps(monkeypatch, 100, 3000, unguarded)
    assert len(after_ns) > 1


def test_the_latch_alone_stops_a_short_low(monkeypatch):
    def untested(text):
        return text.replace('        jmp(pin, "permitted")\n', '        jmp("permitted")\n')

    after_ns, _ = _low_steps(monkeypatch, 100, 2, untested)
    assert after_ns == []


@pytest.mark.req("P-09")
def test_only_start_ends_the_latch(started):
    started.rig.set_permit(0)
    started.rig.run_us(2)
    started.rig.set_permit(1)
    started.ticks(5, 3)
    assert started.steps == 0
    started.lease.stop()
    assert started.lease.latched() == 1
    started.lease.start()
    assert started.lease.latched() == 0
    started.ticks(1, 3)
    assert started.steps == 3


@pytest.mark.req("T-03")
def test_nothing_that_waited_is_stepped_after_a_start(started):
    started.rig.set_permit(0)
    started.rig.run_us(2)
    started.rig.set_permit(1)
    for _ in range(6):
        started.lease.renew(3, TICK_US // 3)
        started.rig.run_us(100)
    started.lease.start()
    started.rig.run_us(10000)
    assert started.steps == 0


@pytest.mark.req("B-06")
def test_a_start_while_permit_is_low_moves_nothing(started):
    started.rig.set_permit(0)
    started.rig.run_us(2)
    started.lease.start()
    started.rig.run_us(1)
    assert started.lease.latched() == 1
    started.rig.set_permit(1)
    started.ticks(3, 3)
    assert started.steps == 0


def test_stop_moves_nothing_more_and_cuts_no_pulse(started):
    rig = started.rig
    for phase_us in range(0, 1400, 3):
        started.lease.start()
        started.lease.renew(3, TICK_US // 3)
        rig.run_us(phase_us + 0.5)
        started.lease.stop()
        rig.run_us(0.1)  # a step that was already asked for
        steps = started.steps
        rig.run_us(3000)
        assert started.steps == steps
    widths = [fall - rise for rise, fall in zip(rig.rising_ns, rig.falling_ns, strict=True)]
    assert all(5000 <= width <= 5600 for width in widths)


def test_a_start_in_the_middle_of_a_pulse_leaves_step_low(started):
    started.lease.renew(1, TICK_US)
    started.rig.run_us(3)
    started.lease.start()
    assert len(started.rig.falling_ns) == 1
    started.ticks(2, 1)
    assert started.steps == 3
