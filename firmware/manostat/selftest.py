"""What can be tested at rest before the pump may be armed (T-01); any failure leaves it inert.

Inert: the pump has no unit, so it refuses every start, until the power is cut. The verdict is on
the link and in the record, and the alarm counts it out.
"""

from time import sleep_ms, sleep_us, ticks_diff, ticks_us

import machine
from micropython import const

from manostat import image_check
from manostat.core.prescription import validate

PASSED = const(0)
LINE_SENSOR = const(1)
SECOND_SENSOR = const(2)
SENSORS_DISAGREE = const(3)
UNIT_INVALID = const(4)
IMAGE = const(5)
CLOCK = const(6)
KEY_HELD = const(7)
WATCHDOG = const(8)
LAMP_PIN = const(9)  # or sounder
ENABLE_PIN = const(10)

_GPIO_IN = const(0xD0000004)  # SIO GPIO_IN (RP2040 datasheet 2.3.1.7, M)
_SYSTICK = const(0xE000E010)  # CSR, then reload and current value (Cortex-M0+ manual, M)
_SYSTICK_ON = const(5)  # counting cycles of the processor, no interrupt
_SYSTICK_MASK = const(0xFFFFFF)

_TONE_MS = const(100)
_CLOCK_US = const(10_000)
_CLOCK_PART = const(100)  # it may be wrong by one part in this
_TRIES = const(50)  # of 2 ms: the line sensor needs 3 ms after power (HSC datasheet)
_RAW_LEAST = const(1310)
_RAW_MOST = const(14746)
_APART_COUNTS = const(437)  # 5 psi of the line sensor's counts
_STOP_OK = const(1)
_KEYS = const(15)  # STOP_OK, PAIN_OK, PERMIT, PAIN_NO
_KEYS_FREE = const(3)
_FREE_MS = const(20)
_KEYS_WAIT_MS = const(800)


class SelfTest:
    """`run` gives the verdict, at most 2 s after power-on. It drives nothing but the lamps."""

    def __init__(self, board, lamps, line, second, switches, feed):
        self._board = board
        self._lamps = lamps
        self._line = line
        self._second = second
        self._switches = switches
        self._feed = feed

    def run(self, unit, watchdog_failed: bool, at_power_on: bool) -> int:
        """The first failure, or PASSED. `unit` is the nine integers, or None where there is none.

        The keys are tested only at power-on: after a reset in use an operator may well hold RUN,
        and it must be seen open anyway before anything starts (P-09).
        """
        return (
            self._lamp_pins()  # first: they stay lit until the verdict
            or (watchdog_failed and WATCHDOG)
            or self._clock()
            or self._image()
            or self._sensors()
            or self._unit(unit)
            or (at_power_on and self._keys())
            or self._enable_pin()
            or PASSED
        )

    def _lamp_pins(self):
        """Sounder, LOW, MEDIUM, HIGH, READY go on one after the other; each pin must follow.

        A short to ground, to 3V3 or to one of the others shows. What is connected does not: the
        operator has to see five lights and hear the tone.
        """
        board = self._board
        gpios = (
            board.PIN_SOUNDER,
            board.PIN_LAMP_LOW,
            board.PIN_LAMP_MEDIUM,
            board.PIN_LAMP_HIGH,
            board.PIN_LAMP_READY,
        )
        every = sum([1 << gpio for gpio in gpios])
        lit = 0
        verdict = PASSED if self._levels(every) == lit else LAMP_PIN
        for number, gpio in enumerate(gpios):
            self._lamps.show(number > 3, number > 2, number > 1, number > 0, 1)
            lit |= 1 << gpio
            if self._levels(every) != lit:
                verdict = LAMP_PIN
        sleep_ms(_TONE_MS)
        self._lamps.show(1, 1, 1, 1, 0)
        self._feed(0)
        return verdict

    def _levels(self, mask):
        sleep_us(10)  # for the load on the pin
        return machine.mem32[_GPIO_IN] & mask

    def _clock(self):
        """The processor's cycles, from the PLL, against the microseconds, from the crystal.

        A crystal that is wrong shows in neither.
        """
        memory = machine.mem32
        memory[_SYSTICK + 4] = _SYSTICK_MASK
        memory[_SYSTICK + 8] = 0
        memory[_SYSTICK] = _SYSTICK_ON
        start_us, start = ticks_us(), memory[_SYSTICK + 8]
        sleep_us(_CLOCK_US)
        us, end = ticks_diff(ticks_us(), start_us), memory[_SYSTICK + 8]
        memory[_SYSTICK] = 0
        cycles = start - end & _SYSTICK_MASK
        expected = us * (machine.freq() // 1_000_000)
        return CLOCK if abs(cycles - expected) > expected // _CLOCK_PART else PASSED

    def _image(self):
        return PASSED if image_check.is_whole(self._board.MANIFEST_ADDRESS, self._feed) else IMAGE

    def _sensors(self):
        """In range, and agreeing. Not that they read zero: power may come back to a line that is
        under pressure, and it must then be possible to relieve it."""
        line = self._line
        for _ in range(_TRIES):
            line.read()
            if line.status == 0:
                break
            sleep_ms(2)
        else:
            return LINE_SENSOR
        self._feed(0)
        if not _RAW_LEAST <= line.raw <= _RAW_MOST:
            return LINE_SENSOR
        second_counts = (self._second.read() - 6554) // 4
        if not -_APART_COUNTS <= second_counts <= 13108 + _APART_COUNTS:
            return SECOND_SENSOR
        if abs(second_counts - (line.raw - 1638)) > _APART_COUNTS:
            return SENSORS_DISAGREE
        return PASSED

    def _unit(self, unit):
        if unit is not None:
            try:
                validate(unit)
            except ValueError:
                return UNIT_INVALID
        return PASSED

    def _keys(self):
        """STOP, PAIN and RUN all free for 20 ms; whoever holds one has 0.8 s to let go."""
        free = 0
        for _ in range(_KEYS_WAIT_MS):
            free = free + 1 if self._switches.read() & _KEYS == _KEYS_FREE else 0
            if free > _FREE_MS:
                return PASSED
            sleep_ms(1)
            self._feed(0)
        return KEY_HELD

    def _enable_pin(self):
        """Released, the external pull-up must lift it: a short to ground enables the driver by
        itself. The other direction only keeps the motor from holding, and is not tried here.
        After the keys: an open STOP cuts the pull-up off, and nothing can then be said.
        """
        if not self._switches.read() & _STOP_OK:
            return PASSED
        return PASSED if self._levels(1 << self._board.PIN_ENABLE_N) else ENABLE_PIN
