"""A pump on a desk: inputs set by hand, a counter that answers as the lease would, no plant."""

from array import array

from manostat.core import codes
from manostat.core import pump as core_pump
from manostat.core.inputs import Inputs
from manostat.core.prescription import validate

PSI_PA = 6894.757
PA_A_COUNT = 150 * PSI_PA / 13108  # Honeywell HSC, transfer function A (datasheet, H)
BD_10_ML = (422733, 4096)  # nl a step: 14.50 mm bore (M), 2 mm lead, 1/16 of 200 steps a turn (C)

RUN_OPEN = codes.CHAIN_RUN_OPEN | codes.BIT_END_FULL | codes.BIT_END_EMPTY
RUN_HELD = RUN_OPEN | codes.BIT_PERMIT
PAIN_PRESSED = codes.BIT_STOP_OK | codes.BIT_PAIN_NO | codes.BIT_END_FULL | codes.BIT_END_EMPTY
STOP_PRESSED = codes.BIT_END_FULL | codes.BIT_END_EMPTY


def new_ints(n: int) -> array:
    """A zeroed buffer of 64 bit integers."""
    return array("q", bytes(8 * n))


def unit_of(
    mode: int = codes.INJECT,
    rate_nl_s: int = 50_000,
    volume_nl: int = 3_500_000,
    above_psi: float = 50.0,
    line_psi: float = 80.0,
    step_volume_nl: int = 0,
    nl: tuple[int, int] = BD_10_ML,
    zero_pa: int = 0,
) -> tuple[int, ...]:
    """A unit page: the bench's own prescription, but for what is given."""
    above_pa, line_pa = round(above_psi * PSI_PA), round(line_psi * PSI_PA)
    return (mode, rate_nl_s, volume_nl, above_pa, line_pa, step_volume_nl, *nl, zero_pa)


def line_raw(pressure_pa: float) -> int:
    """The count of an ideal line sensor."""
    return 1638 + round(pressure_pa / PA_A_COUNT)


def second_raw(pressure_pa: float) -> int:
    """The reading of an ideal second sensor, 10-90 % of 16 bit over 150 psi."""
    return round(65535 * (0.1 + 0.8 * pressure_pa / (150 * PSI_PA)))


def numbers(part) -> dict[str, int]:
    """The integers that a part of the pump holds, by their names."""
    return {name: value for name, value in vars(part).items() if isinstance(value, int)}


class Desk:
    """`tick` lets 2 ms pass. Steps granted are counted one tick later unless PERMIT was low.

    `line`: a count that the line sensor gives whatever the pressure is.
    `pa_a_step`: what each step adds to `pressure_pa`. `made` sums the counted steps.
    `counted_late`: further ticks until a step is counted. `intents_stored`: 0 while the journal
    has not yet taken the intent.
    """

    def __init__(self, unit: tuple[int, ...] | None = None) -> None:
        unit = unit_of() if unit is None else unit
        validate(unit)
        self.pump = core_pump.build(unit, new_ints)
        self.inputs = Inputs()
        self.switches = RUN_OPEN
        self.pressure_pa = 0.0
        self.line: int | None = None
        self.pa_a_step = 0.0
        self.made = 0
        self.intents_stored = 1
        self._latched = True
        self.counted_late = 0
        self._under_way: list[int] = []

    @property
    def injector(self):
        return self.pump.injector

    @property
    def state(self) -> int:
        return self.injector.state

    @property
    def reason(self) -> int:
        return self.injector.reason

    @property
    def fault(self) -> int:
        return self.injector.fault

    @property
    def moving(self) -> int:
        return self.injector.moving

    def tick(self, ticks: int = 1, elapsed_us: int = 2000) -> None:
        for _ in range(ticks):
            self._tick(elapsed_us)

    def seconds(self, seconds: float) -> None:
        self.tick(round(seconds * 500))

    def until(self, *states: int, within_s: float = 60.0) -> None:
        """Tick until the pump is in one of `states`."""
        for _ in range(round(within_s * 500)):
            self.tick()
            if self.state in states:
                return
        raise AssertionError(f"state {self.state} after {within_s} s, not one of {states}")

    def _tick(self, elapsed_us: int) -> None:
        inputs = self.inputs
        if not self.switches & codes.BIT_PERMIT:
            self._latched = True
        if self._latched:
            self._under_way.clear()
        inputs.made = self._under_way.pop(0) if len(self._under_way) > self.counted_late else 0
        self.made += inputs.made
        self.pressure_pa += int(inputs.made) * self.pa_a_step
        inputs.elapsed_us = elapsed_us
        inputs.line_raw = line_raw(self.pressure_pa) if self.line is None else self.line
        inputs.second_raw = second_raw(self.pressure_pa)
        inputs.switches = self.switches | (codes.BIT_LATCHED if self._latched else 0)
        if self.intents_stored:
            inputs.switches |= codes.BIT_INTENT
        self.pump.tick(inputs)
        self._under_way.append(self.injector.grant)
        if self.injector.start_lease:
            self._latched = not self.switches & codes.BIT_PERMIT

    def hold(self, switches: int, seconds: float = 0.1) -> None:
        """Press for a time, then let everything go for a tick."""
        self.switches = switches
        self.seconds(seconds)
        self.switches = RUN_OPEN
        self.tick()

    def arm(self) -> None:
        """Prove the pain button."""
        self.tick()
        self.hold(PAIN_PRESSED)

    def run(self, open_s: float = 0.12) -> None:
        """Leave RUN open for a time, then close it until it counts."""
        self.switches = RUN_OPEN
        self.seconds(open_s)
        self.switches = RUN_HELD
        self.tick(12)

    def started(self) -> "Desk":
        """Armed, RUN held, moving."""
        self.arm()
        self.run()
        assert self.moving == 1
        return self

    def opened(self, opening_pa: int = 100_000) -> "Desk":
        """Armed, the opening set by the operator, RUN held: past seeking."""
        self.arm()
        assert self.injector.set_opening(opening_pa)
        self.run()
        assert self.state == codes.INJECTING
        return self
