"""Acts on a pump, and ways to break one: what `test_breakings` puts together."""

from collections import deque

from manostat.core import codes, injector, operator
from manostat_sim.lease_model import LeaseModel
from manostat_sim.plant.sensors import FAULTS
from manostat_sim.scenarios import scenario

from .desk import PSI_PA, unit_of
from .recorded import Recorded

FAST = unit_of(rate_nl_s=150_000)
BRISK = unit_of(rate_nl_s=80_000)
SMALL = unit_of(volume_nl=20_000)
COMPLY = unit_of(codes.COMPLY, 100_000, 400_000, line_psi=40)
TO_THE_CEILING = unit_of(codes.COMPLY, 100_000, 400_000, line_psi=100)
RELIEVE = unit_of(codes.RELIEVE, 150_000, 500_000)


class Unjudged(Recorded):
    """Without the referee: the monitors alone must see it."""

    def _on_step(self, at_us):
        self.world.advance(at_us)
        self.world.step()
        self.made += 1


def fill(bench, line_psi):
    plant = bench.world.plant
    plant.close()
    plant.stored_nl = line_psi * PSI_PA * plant.line_nl_per_pa
    plant.line_pa = plant._pressure(plant.stored_nl, plant.line_nl_per_pa)


def running(unit=None, name="dallas-0"):
    bench = Unjudged(scenario(name), unit or unit_of())
    if unit == RELIEVE:
        fill(bench, 80)
    bench.arm()
    bench.run()
    return bench


# What is done


def moves_on(bench):
    bench.advance(0.5)


def presses_long(bench):
    bench.advance(2.2)


def reads_its_opening(bench):
    bench.advance(9.0)
    assert bench.pump.injector.opening_pa > 0


def loses_its_sensor(bench):
    bench.advance(0.3)
    bench.world.line_sensor.fault = FAULTS["nack"]
    bench.advance(0.05)


def has_a_shifted_sensor(bench):
    bench.advance(0.3)
    bench.world.second_sensor.offset_pa += 6 * PSI_PA
    bench.advance(0.2)


def has_a_stuck_sensor(bench):
    """Past the pause in which the opening pressure is read."""
    bench.advance(9.0)
    bench.world.second_sensor.fault = FAULTS["stuck"]
    bench.advance(2.5)


def is_late(bench):
    bench.advance(0.3)
    bench.stall(6000)
    bench.advance(0.05)


def stands_still(bench):
    bench.advance(0.3)
    bench.stall(100_000)


def presses_a_blocked_line(bench):
    bench.advance(4.5)


def presses_a_torn_disc(bench):
    bench.world.plant.disc.leak_pa = 6 * PSI_PA
    bench.world.plant.disc.leak_nl_per_s_pa = 20.0
    bench.advance(14.0)


def is_pushed_at_rest(bench):
    bench.advance(0.3)
    bench.release("RUN")
    bench.advance(0.3)
    fill(bench, 12 + bench.world.plant.line_pa / PSI_PA)
    bench.advance(0.3)
    bench.run()
    bench.advance(0.1)


def is_detached(bench):
    bench.world.plant.detach()
    bench.advance(3.0)


def lets_go_of_run(bench):
    """Just after the first of the three steps of a tick."""
    bench.advance(0.30095)
    bench.release("RUN")
    bench.advance(0.03)


def blinks(bench):
    bench.advance(0.3)
    bench.cut("run-permit")
    bench.advance(5e-6)
    bench.mend("run-permit")
    bench.advance(0.1)


def opens_run_too_shortly(bench):
    bench.advance(0.3)
    bench.release("RUN")
    bench.advance(0.06)
    bench.press("RUN")
    bench.advance(0.1)


def has_pain_and_runs(bench):
    bench.advance(0.3)
    bench.hold("PAIN", 0.1)
    bench.run()
    bench.advance(0.1)


def has_pain_and_stop_and_runs(bench):
    """Patient and operator press at the same time, or nearly."""
    bench.advance(0.3)
    bench.press("PAIN")
    bench.advance(0.15)
    bench.release("PAIN")
    bench.hold("STOP", 0.05)
    bench.run()
    bench.advance(0.1)


def loses_the_tap_of(signal):
    def act(bench):
        bench.advance(0.3)
        bench.cut(signal)
        bench.advance(0.02)

    return act


def presses_stop(bench):
    bench.advance(0.3)
    bench.hold("STOP", 0.05)


def holds_stop(bench):
    bench.advance(0.1)
    bench.hold("STOP", 10.3)


def has_run_welded(bench):
    bench.advance(0.3)
    bench.release("RUN")
    bench.advance(0.05)


def reaches_its_volume(bench):
    bench.advance(0.6)


def recovers_from_a_fault(bench):
    loses_its_sensor(bench)
    bench.world.line_sensor.fault = FAULTS["none"]
    bench.release("RUN")
    bench.advance(0.3)
    bench.hold("STOP", 0.05)
    bench.run()
    bench.advance(0.1)


# What is broken


def whole(bench):
    """Nothing."""


def without_guard(bench):
    bench.pump.guard.check = lambda inputs, granted, moving: 0


def without_limit(bench):
    bench.pump.injector._reached = lambda: 0


def without_limit_and_guard(bench):
    without_limit(bench)
    without_guard(bench)


def reading_40_ms_ago(bench):
    """The injector compares its limit with what was."""
    past = deque([0] * 20)

    def feed(pressure_pa):
        past.append(pressure_pa)
        return past.popleft()

    bench.pump.injector.cutoff.feed = feed


def opening_5_psi_too_high(bench):
    tare = bench.pump.injector.tare
    read = tare.read

    def overclaim():
        read()
        tare.opening_pa += round(5 * PSI_PA)

    tare.read = overclaim


def without_leak(bench):
    bench.pump.leak.feed = lambda steps, pressure_pa: 0


class Lease(LeaseModel):
    """The mirror, put in place of the one that runs."""

    @classmethod
    def replace(cls, bench):
        lease = bench._lease
        lease.__class__ = cls


class EndlessLease(Lease):
    """What is not renewed goes on as it was."""

    def advance(self, now_us):
        stale_us = now_us - self._next_us
        if self._running and not self._left and not self._queued and stale_us > 6000:
            self._left, self._interval_us = stale_us // 1900, 1900
        super().advance(now_us)


class BlindLease(Lease):
    """PERMIT is not tested."""

    def permit(self, level, now_us):
        pass


class ForgetfulLease(Lease):
    """PERMIT is tested in front of each step, and not latched."""

    def permit(self, level, now_us):
        super().permit(level, now_us)
        self.latched = not level


def open_for_30_ms(bench):
    bench.patch.setattr(operator, "_OPEN_US", 30_000)


def acknowledged_unseen(bench):
    bench.patch.setattr(injector, "_UNSEEN_US", 0)


def without_latching_pain(bench):
    core = bench.pump.injector
    latch = core._latch

    def only_others(reason):
        if reason == codes.PAIN:
            core._enter(codes.HOLDING, codes.RELEASE)
        else:
            latch(reason)

    core._latch = only_others


def deaf_to(bits_on, bits_off):
    """Neither operator nor guard see these taps."""

    def break_it(bench):
        without_guard(bench)
        feed = bench.pump.operator.feed
        bench.pump.operator.feed = lambda switches, us: feed(switches & ~bits_off | bits_on, us)

    return break_it


def enabled_for_ever(bench):
    decide = bench.pump.injector.tick

    def tick(*record):
        decide(*record)
        bench.pump.injector.enable = 1

    bench.pump.injector.tick = tick


def without_timing_held_buttons(bench):
    bench.pump.watch._hold = lambda switches, elapsed_us: None


def a_step_too_many(bench):
    bench.pump.injector.max_steps += 1
    bench.pump.injector.step_end += 1
    bench.pump.watch.most_steps += 1


def more_than_half_a_millilitre(bench):
    without_limit_and_guard(bench)
    bench.pump.injector.max_steps = bench.pump.injector.step_end = 6000


def three_percent_fast(bench):
    bench.pump.injector.flow.earn_factor = bench.pump.injector.flow.earn_factor * 103 // 100


def drawing_back(bench):
    bench.world.step = lambda: bench._drive(-1)


def welded_run(bench):
    bench.world.wiring.weld("RUN")


def sounding_at_every_stop(bench):
    tick = bench.pump.alarm.tick

    def told(elapsed_us, cause, pause):
        tick(elapsed_us, cause or codes.CEILING, pause)

    bench.pump.alarm.tick = told


def alarm_that_never_ends(bench):
    tick = bench.pump.alarm.tick
    causes = [0]

    def told(elapsed_us, cause, pause):
        causes[0] = cause or causes[0]
        tick(elapsed_us, causes[0], pause)

    bench.pump.alarm.tick = told
