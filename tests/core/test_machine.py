"""Operator, patient, plant, wires, sensors, motor and clock do what they like; monitors judge.

A rule-based machine: Hypothesis draws a prescription of any mode, a world, and then one act after
the other. After each act all monitors of `manostat_sim.monitors` and the referee of `watched` have
judged what the wires and the plant did.
"""

import pytest
from hypothesis import Phase, event, settings, target
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from manostat.core import codes
from manostat_sim.plant.plant import PATH_CLOSED
from manostat_sim.plant.sensors import FAULTS
from manostat_sim.wiring import PLACES, bounce

from .desk import PSI_PA
from .recorded import Recorded
from .strategies import MODES, ratios, units, worlds

SYRINGES = [(150_780, 4096), (292_406, 4096), (422_733, 4096), (735_744, 4096)]
CHANNELS = ("line_sensor", "second_sensor")
STEERED = ("P-03", "P-04", "P-05", "P-09 open", "P-12 detached", "P-13", "D-01", "T-03")
"""Monitors whose margin changes little by little; the others hold or do not."""

_modes = st.sampled_from((codes.INJECT,) * 6 + MODES)
_ratios = st.sampled_from(SYRINGES) | ratios(finest_nl=10, coarsest_nl=600) | ratios()
_switches = st.sampled_from(["RUN", "RUN", "PAIN", "STOP"])
_channels = st.sampled_from(CHANNELS)
_short_ms = st.sampled_from([1, 2, 3, 19, 20, 21, 98, 99, 100, 101, 102, 130]) | st.integers(0, 200)
_moving = st.booleans()
_open_ms = st.sampled_from([1, 3, 10, 50, 96, 97, 98, 99, 100, 101, 102, 103, 104, 110])


@st.composite
def benches(draw):
    """A closed line often begins just below its limit, so that every rate gets there."""
    most_nl = draw(st.sampled_from([20_000, 200_000, 200_000, 5_000_000]))
    unit = draw(units(_ratios, most_nl, _modes))
    bench = Recorded(draw(worlds(unit[6] / unit[7])), unit)
    bench.sample_us = draw(st.sampled_from([20, 300, 800]))
    room_pa = draw(st.none() | st.integers(0, 60_000))
    plant = bench.world.plant
    if room_pa is not None and plant.path == PATH_CLOSED:
        line_pa = bench.setting.limit_pa(-1) + bench.setting.zero_pa - room_pa
        plant.stored_nl = max(line_pa, 0) * plant.line_nl_per_pa
        plant.line_pa = plant._pressure(plant.stored_nl, plant.line_nl_per_pa)
    return bench


class PumpMachine(RuleBasedStateMachine):
    """Each rule is one act; names say who acts."""

    steered = False

    @initialize(bench=benches(), begin=st.sampled_from(["run"] * 8 + ["arm", "nothing"]))
    def power_on(self, bench, begin):
        self.bench = bench
        self.offsets_pa = {name: getattr(bench.world, name).offset_pa for name in CHANNELS}
        if begin != "nothing":
            bench.arm()
        if begin == "run":
            bench.run()
            bench.advance(0.05)

    @invariant()
    def every_monitor_holds(self):
        if hasattr(self, "bench"):
            broken = self.bench.judge_now()
            assert not broken, "; ".join(map(str, broken))

    def mend(self):
        world = self.bench.world
        for place in PLACES:
            self.bench.mend(place)
        for channel, offset_pa in self.offsets_pa.items():
            sensor = getattr(world, channel)
            sensor.fault, sensor.offset_pa = FAULTS["none"], offset_pa
        world.plant.syringe.stalled = world.plant.syringe.reversed = 0

    def get_moving(self):
        """Most faults of a pump at rest are no occasion for anything."""
        self.mend()
        self.bench.release("RUN")
        self.bench.release("PAIN")
        self.bench.hold("STOP", 0.05)
        self.bench.run()
        self.bench.advance(0.06)

    def teardown(self):
        if not hasattr(self, "bench"):
            return
        verdicts = [one for one in self.bench.judge.verdicts if one.occasions]
        for verdict in verdicts:
            if self.steered and verdict.name in STEERED:
                target(-verdict.margin, label=verdict.name)
            event(verdict.name)

    # The operator

    @rule(switch=_switches, ms=_short_ms)
    def operator_presses(self, switch, ms):
        self.bench.press(switch)
        self.bench.advance(ms / 1000)

    @rule(switch=_switches, ms=_short_ms)
    def operator_lets_go(self, switch, ms):
        self.bench.release(switch)
        self.bench.advance(ms / 1000)

    @rule(switch=_switches, pressed=st.booleans(), seed=st.integers(0, 99), edges=st.integers(2, 9))
    def a_contact_bounces(self, switch, pressed, seed, edges):
        now_us = 0
        for at_us, level in bounce(pressed, 0, seed, edges):
            self.bench.advance((at_us - now_us) / 1e6)
            now_us = at_us
            (self.bench.press if level else self.bench.release)(switch)
        self.bench.advance(0.03)

    @rule(ms=_open_ms)
    def operator_opens_run_for(self, ms):
        self.bench.release("RUN")
        self.bench.advance(ms / 1000)
        self.bench.press("RUN")
        self.bench.advance(0.03)

    @rule(s=st.sampled_from([0.03, 0.1, 0.3, 1.0]))
    def operator_begins_anew(self, s):
        """Acknowledges, and runs."""
        self.bench.release("RUN")
        self.bench.release("PAIN")
        self.bench.hold("STOP", 0.05)
        self.bench.run()
        self.bench.advance(s)

    @rule(
        switch=st.sampled_from(["PAIN", "STOP"]),
        s=st.sampled_from([0.001, 0.005, 0.05, 0.05, 0.3, 0.3, 3.05, 10.2]),
    )
    def a_button_is_held(self, switch, s):
        """STOP for 3 s begins a new level, and 10 s of either are an alarm."""
        self.bench.hold(switch, s)
        self.bench.advance(0.03)

    @rule(psi=st.sampled_from([0, 5, 15, 29]))
    def operator_sets_the_opening(self, psi):
        self.bench.judge.void("P-14")  # not what was read
        self.bench.pump.injector.set_opening(round(psi * PSI_PA))

    @rule()
    def somebody_repairs_everything(self):
        self.mend()
        self.bench.world.plant.open()
        self.bench.advance(0.03)

    # Wires, sensors, motor

    @rule(place=st.sampled_from(PLACES), ms=_short_ms, mended=st.booleans(), moving=_moving)
    def a_wire_is_cut(self, place, ms, mended, moving):
        if moving:
            self.get_moving()
        self.bench.cut(place)
        self.bench.advance(ms / 1000)
        if mended:
            self.bench.mend(place)

    @rule(channel=_channels, fault=st.sampled_from(sorted(FAULTS)), ms=_short_ms, moving=_moving)
    def a_sensor_fails_for(self, channel, fault, ms, moving):
        if moving:
            self.get_moving()
        sensor = getattr(self.bench.world, channel)
        sensor.fault = FAULTS[fault]
        self.bench.advance(ms / 1000)
        sensor.fault = FAULTS["none"]

    @rule(channel=_channels, fault=st.sampled_from(sorted(FAULTS)), moving=_moving)
    def a_sensor_fails(self, channel, fault, moving):
        if moving:
            self.get_moving()
        getattr(self.bench.world, channel).fault = FAULTS[fault]
        self.bench.advance(0.1)

    @rule(
        channel=_channels,
        psi=st.sampled_from([-12, -5.2, -4.8, 1, 4.8, 5.2, 12]),
        ms=_short_ms,
        moving=_moving,
    )
    def a_sensor_shifts(self, channel, psi, ms, moving):
        if moving:
            self.get_moving()
        self.bench.judge.void("P-04")
        getattr(self.bench.world, channel).offset_pa += psi * PSI_PA
        self.bench.advance(ms / 1000)

    @rule(stalled=st.booleans(), backwards=st.booleans())
    def the_motor_stalls_or_is_wired_the_wrong_way(self, stalled, backwards):
        self.bench.check_volume = False
        syringe = self.bench.world.plant.syringe
        syringe.stalled, syringe.reversed = int(stalled), int(backwards)
        self.bench.advance(0.1)

    @rule()
    def the_step_wire_touches_ground(self):
        self.bench.judge.void("A-05")
        self.bench.short_step()
        self.bench.advance(0.05)

    # Plant

    @rule(way=st.sampled_from(["close", "open", "open", "detach", "point_at_air"]), ms=_short_ms)
    def the_far_end_changes(self, way, ms):
        self.bench.judge.void("P-04")
        getattr(self.bench.world.plant, way)()
        self.bench.advance(ms / 1000)

    @rule(above_psi=st.sampled_from([-5, 0, 5]), ul_s_psi=st.sampled_from([0.1, 1.0, 3.0]))
    def the_disc_tears(self, above_psi, ul_s_psi):
        disc = self.bench.world.plant.disc
        disc.leak_pa = disc.pressure_pa + above_psi * PSI_PA
        disc.leak_nl_per_s_pa = ul_s_psi * 1000 / PSI_PA
        self.bench.advance(0.1)

    # Time

    @rule(ms=_short_ms | st.sampled_from([500, 2000]))
    def time_passes(self, ms):
        self.bench.advance(ms / 1000)

    @rule(us=st.sampled_from([300, 1900, 2000, 2100, 2500, 5000, 50_000, 300_000]))
    def the_loop_is_late(self, us):
        self.bench.stall(us)
        self.bench.advance(0.02)


_judged = pytest.mark.req(
    *("P-01", "P-03", "P-04", "P-05", "P-08", "P-09", "P-11", "P-12", "P-13", "D-01"),
    *("B-01", "B-02", "B-03", "B-04", "B-05", "B-06", "A-05", "A-06", "T-03"),
)


class SteeredMachine(PumpMachine):
    """The same; what was left before a limit steers the search, which then looks at less else."""

    steered = True


TestPump = _judged(PumpMachine.TestCase)
TestPump.settings = settings(
    stateful_step_count=25,
    phases=[*settings().phases, Phase.shrink],
)
TestSteeredPump = _judged(SteeredMachine.TestCase)
TestSteeredPump.settings = settings(
    stateful_step_count=12, phases=[*settings().phases, Phase.target, Phase.shrink]
)
