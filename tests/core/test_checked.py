"""Requirement: every intermediate of a tick fits +-(2^30 - 1), for whatever comes in."""

import operator as op

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from manostat.core import codes
from manostat.core.inputs import Inputs
from manostat.core.prescription import validate
from manostat.core.pump import Pump, build
from manostat_sim.scenarios import scenario

from .checked import LIMIT, Checked, checked_state, new_checked
from .desk import PAIN_PRESSED, PSI_PA, RUN_HELD, RUN_OPEN, STOP_PRESSED, Desk, unit_of
from .strategies import raw_inputs, units
from .watched import Watched


class TestTheCheckingIntegerItself:
    """It would be worth nothing if one way around it were left."""

    @pytest.mark.parametrize(
        "operation", [op.add, op.sub, op.mul, op.floordiv, op.mod, op.and_, op.or_, op.xor]
    )
    @pytest.mark.parametrize("sides", ["left", "right", "both"])
    def test_either_side_makes_the_result_checked(self, operation, sides):
        a = Checked(1000) if sides != "right" else 1000
        b = Checked(7) if sides != "left" else 7
        result = operation(a, b)
        assert type(result) is Checked
        assert result == operation(1000, 7)

    @pytest.mark.parametrize("a", [LIMIT, -LIMIT])
    def test_one_more_than_the_limit_is_refused(self, a):
        assert a + Checked(0) == a
        step = 1 if a > 0 else -1
        for broken in (lambda: Checked(a) + step, lambda: step + Checked(a)):
            with pytest.raises(OverflowError):
                broken()
        with pytest.raises(OverflowError):
            Checked(a) * 2
        with pytest.raises(OverflowError):
            Checked(a) << 1
        with pytest.raises(OverflowError):
            2 * Checked(a)

    def test_in_place_and_unary_operations_are_checked(self):
        a = Checked(5)
        a += 1
        assert type(a) is Checked
        a <<= 2
        assert (type(a), a) == (Checked, 24)
        assert type(-a) is type(~a) is type(abs(a)) is Checked

    def test_a_float_is_refused(self):
        one = Checked(1)
        for broken in (
            lambda: one / 2,
            lambda: 1 / one,
            lambda: one * 0.5,
            lambda: float(one),
        ):
            with pytest.raises(TypeError):
                broken()

    def test_the_known_overflow_of_the_platform_is_seen(self):
        with pytest.raises(OverflowError):
            (Checked(2677) - 1638) * 1_034_214


class CheckedDesk(Desk):
    """A desk whose pump works on checking integers, attributes, buffers and inputs alike."""

    def __init__(self, unit: tuple[int, ...] | None = None) -> None:
        super().__init__(unit)
        self.pump = checked_pump(unit_of() if unit is None else unit)

    def _tick(self, elapsed_us: int) -> None:
        super()._tick(elapsed_us)
        checked_state(self.pump)


class CheckedInputs(Inputs):
    """Whatever is set becomes a checking integer."""

    def __setattr__(self, name: str, value: int) -> None:
        object.__setattr__(self, name, Checked(value))


def checked_pump(unit: tuple[int, ...]) -> Pump:
    unit = tuple(map(Checked, unit))
    validate(unit)
    pump = build(unit, new_checked)
    checked_state(pump)
    return pump


@pytest.fixture(autouse=True)
def checked_inputs(monkeypatch):
    monkeypatch.setattr("tests.core.desk.Inputs", CheckedInputs)


class CheckedLoop(Watched):
    """The plant, the patient and the lease around a pump of checking integers."""

    def __init__(self, name: str) -> None:
        super().__init__(scenario(name), unit_of())
        self.pump, self.inputs = checked_pump(self.unit), CheckedInputs()
        self.advance(0.01)

    def tick(self) -> None:
        super().tick()
        checked_state(self.pump)


@pytest.mark.parametrize(
    ("name", "reason"), [("concordant-10s", codes.PAIN), ("blocked", codes.FAULT)]
)
def test_a_whole_injection_fits(name, reason):
    loop = CheckedLoop(name)
    loop.arm()
    loop.run()
    for _ in range(300):
        loop.advance(0.1)
        if loop.pump.injector.state == codes.STOPPED:
            break
    assert loop.pump.injector.reason == reason
    assert loop.made > 100
    assert type(loop.pump.pressure_pa) is type(loop.pump.injector.steps) is Checked


@given(units())
def test_building_a_pump_of_any_valid_unit_fits(unit):
    checked_pump(unit)


FINEST = (150_000, 4096)  # 36.6 nl
COARSEST = (409_599, 100)  # 4096 nl less a hundredth
TIGHTEST = (2_000_000, 1000)  # what a tick earns and a step costs nearly fill 30 bits
EXTREMES = [
    unit_of(codes.INJECT, 154_000, 20_000_000, 100, 100, zero_pa=-34_474),
    unit_of(rate_nl_s=1000, volume_nl=1000, above_psi=1.001, line_psi=100, zero_pa=34_474),
    unit_of(codes.STEP, 50_000, 9_000_000, 100, 100, 1_000_000, nl=FINEST),
    unit_of(codes.PRIME, 200_000, 20_000_000, 100, 100, 0, nl=COARSEST),
    unit_of(codes.INJECT, 73_000, 20_000_000, 100, 100, nl=TIGHTEST),
]


@pytest.mark.parametrize("unit", EXTREMES, ids=range(len(EXTREMES)))
@pytest.mark.parametrize("pa_a_step", [-50.0, 0.0, 3.0, 800.0, 60_000.0])
def test_the_largest_and_smallest_prescriptions_fit(unit, pa_a_step):
    desk = CheckedDesk(unit)
    desk.arm()
    desk.run()
    desk.pa_a_step = pa_a_step
    for _ in range(3):
        desk.seconds(0.4)
        desk.hold(PAIN_PRESSED, 0.31)
        desk.hold(STOP_PRESSED)
        desk.run()


@pytest.mark.parametrize("raw", [0, 1, 1309, 1638, 10_376, 14_746, 16_383])
@pytest.mark.parametrize("second", [0, 6554, 65_535])
@pytest.mark.parametrize("elapsed_us", [0, 2000, 65_535])
def test_counts_and_times_at_the_ends_of_their_ranges_fit(raw, second, elapsed_us):
    pump, inputs = checked_pump(EXTREMES[0]), CheckedInputs()
    inputs.line_raw, inputs.second_raw, inputs.elapsed_us = raw, second, elapsed_us
    for switches in (RUN_OPEN, PAIN_PRESSED, RUN_OPEN, RUN_HELD, STOP_PRESSED):
        inputs.switches = switches | codes.BIT_INTENT
        for _ in range(60):
            pump.tick(inputs)
            checked_state(pump)


def test_a_level_at_the_end_of_its_counters_fits():
    """262 143 steps, the longest rest, a clock about to go round, and the slowest window."""
    desk = CheckedDesk(unit_of(rate_nl_s=1000, volume_nl=9_000_000, nl=FINEST))
    injector = desk.injector
    desk.pump.resume_level(Checked(LIMIT - 9), Checked(245_000), 0)
    desk.pump.now_ms = Checked(LIMIT - 500)
    injector.rest_us = injector.reason_us = Checked(99_999_999)
    desk.pump.operator.stop_us = Checked(19_999_999)
    desk.arm()
    desk.run()
    desk.seconds(3)
    assert desk.pump.now_ms < 10_000
    assert injector.steps > 245_000


def test_the_slowest_window_of_the_knee_at_the_highest_pressure_fits():
    """1/8 of 1000 nl/s just below 100 psi: 40 s a window, the longest sum there is."""
    from manostat.core.opening import Knee

    knee = Knee(Checked(1))
    checked_state(knee)
    for tick in range(60_000):
        knee.feed(Checked(tick // 20_000), Checked(689_476))
        checked_state(knee)


def test_a_lease_that_refuses_everything_for_ever_fits():
    """No step is made, no window ends, and nothing grows."""
    desk = CheckedDesk(unit_of(above_psi=100, line_psi=100))
    desk.arm()
    desk.pressure_pa = 94 * PSI_PA
    desk.run()
    desk.injector.knee.ticks = Checked(23_900)
    desk.injector.knee.sum_16pa = Checked(23_900 * 43_092)
    for _ in range(1500):
        desk._under_way.clear()
        desk.inputs.refused = desk.injector.grant
        desk.tick()
    assert desk.moving == 1


@settings(max_examples=settings().max_examples // 2)
@given(units(), st.lists(st.tuples(raw_inputs, st.integers(1, 80)), min_size=1, max_size=12))
@example(EXTREMES[0], [((65_535, 0, 0, 65_535, 127, 65_535, 3), 80)] * 12)
def test_no_inputs_whatever_leave_31_bits(unit, runs):
    """Raw inputs of the full range of their fields, each held for some ticks."""
    pump, inputs = checked_pump(unit), CheckedInputs()
    for switches in (RUN_OPEN, PAIN_PRESSED, RUN_OPEN, RUN_HELD):
        inputs.switches = switches | codes.BIT_INTENT
        for _ in range(60):
            pump.tick(inputs)
            checked_state(pump)
    for values, ticks in runs:
        elapsed_us, raw, status, second, switches, made, refused = values
        if second is None:
            second = max(0, min(65_535, 6554 + 4 * (raw - 1638)))
        inputs.elapsed_us, inputs.line_raw, inputs.line_status = elapsed_us, raw, status
        inputs.second_raw, inputs.switches = second, switches | codes.BIT_INTENT
        inputs.made, inputs.refused = made, refused
        for _ in range(ticks):
            pump.tick(inputs)
            checked_state(pump)
