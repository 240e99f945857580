"""The two pressure sensors of the line, with their errors and their faults.

What they answer is integers, as the firmware sees them; what they are given is the true line
pressure in Pa. Faults are plain integers, so that these classes compile like the plant.
"""

from manostat_sim.plant.noise import gauss

FULL_SCALE_PA = 1034213.55
"""150 psi; both parts read 0 at 0 psi."""

STATUS_OK = 0
STATUS_COMMAND = 1
STATUS_STALE = 2
STATUS_DIAGNOSTIC = 3
STATUS_NO_ANSWER = 4

FAULT_NONE = 0
FAULT_STUCK = 1  # the last count again and again, as if fresh
FAULT_OPEN = 2  # bottom of the range, and no word about it
FAULT_SHORT = 3  # top of the range, and no word about it (saturated)
FAULT_STALE = 4
FAULT_DIAGNOSTIC = 5
FAULT_COMMAND = 6
FAULT_NACK = 7  # does not acknowledge its address
FAULT_HANG = 8  # holds the bus: an emulated board must never finish the transfer

FAULTS = {
    "none": FAULT_NONE,
    "stuck": FAULT_STUCK,
    "open": FAULT_OPEN,
    "short": FAULT_SHORT,
    "stale": FAULT_STALE,
    "diagnostic": FAULT_DIAGNOSTIC,
    "command": FAULT_COMMAND,
    "nack": FAULT_NACK,
    "hang": FAULT_HANG,
}
"""Fault names for benches: `sensor.fault = FAULTS["stuck"]`."""

_COUNTS_MIN = 1638
_COUNTS_SPAN = 13108
_COUNTS_TOP = 16383
UPDATE_US = 460
"""Time between two conversions of the line sensor."""
_START_US = 3000


class LineSensor:
    """Honeywell HSC, 0-150 psi gauge, transfer function A, 14 bit on I2C.

    1638-14746 counts, 0.46 ms update, first valid output 3 ms after power (H, data sheet as in the
    project's platform facts).
    `offset_pa`: zero error. `span`: gain, 1.0 is exact. `noise_counts`: sd before quantisation.
    """

    def __init__(
        self,
        offset_pa: float = 0.0,
        span: float = 1.0,
        noise_counts: float = 0.0,
        seed: int = 0,
    ) -> None:
        self.offset_pa = float(offset_pa)
        self.span = float(span)
        self.noise_counts = float(noise_counts)
        self.seed = seed
        self.fault = FAULT_NONE
        self.powered_us = 0
        self.conversion = 0
        self.fetched = 0
        self.raw = 0
        self.seen_us = -1
        self.seen_pa = 0.0

    def power(self, now_us: int) -> None:
        """Switch on at `now_us`: nothing valid for 3 ms."""
        self.powered_us = now_us
        self.conversion = 0
        self.fetched = 0
        self.raw = 0

    def observe(self, now_us: int, line_pa: float) -> None:
        """Show the sensor the true pressure at `now_us`; conversions due since are made.

        Pressure between two calls is taken as a straight line, so a bench that calls this before
        and after each step gets the exact age of a reading; `sample` alone is within one update.
        """
        since_us = now_us - self.powered_us - _START_US
        if since_us >= 0:
            conversion = since_us // UPDATE_US + 1
            if conversion != self.conversion:
                at_us = now_us - since_us % UPDATE_US
                pa = line_pa
                if 0 <= self.seen_us <= at_us < now_us:
                    share = (at_us - self.seen_us) / (now_us - self.seen_us)
                    pa = self.seen_pa + (line_pa - self.seen_pa) * share
                self.conversion = conversion
                if self.fault != FAULT_STUCK:
                    self.raw = self._convert(pa)
        self.seen_us = now_us
        self.seen_pa = line_pa

    def pass_by(self, now_us: int, line_pa: float) -> None:
        """As `observe`, where the conversions due since will not be read: none is made.

        For a bench that reads the part next at a time at least one update later.
        """
        self.seen_us = now_us
        self.seen_pa = line_pa

    def sample(self, now_us: int, line_pa: float) -> tuple[int, int]:
        """One read of the part: (14 bit count, status 0 to 4). Reading takes the freshness away."""
        self.observe(now_us, line_pa)
        if self.fault == FAULT_NACK or self.fault == FAULT_HANG:
            return 0, STATUS_NO_ANSWER
        if self.fault == FAULT_OPEN:
            return 0, STATUS_OK
        if self.fault == FAULT_SHORT:
            return _COUNTS_TOP, STATUS_OK
        if self.fault == FAULT_DIAGNOSTIC:
            return self.raw, STATUS_DIAGNOSTIC
        if self.fault == FAULT_COMMAND:
            return self.raw, STATUS_COMMAND
        if self.fault == FAULT_STALE or self.conversion == self.fetched:
            return self.raw, STATUS_STALE
        self.fetched = self.conversion
        return self.raw, STATUS_OK

    def hangs(self) -> int:
        """1 while the part holds the bus."""
        return 1 if self.fault == FAULT_HANG else 0

    def _convert(self, line_pa: float) -> int:
        share = (line_pa * self.span + self.offset_pa) / FULL_SCALE_PA
        counts = _COUNTS_MIN + _COUNTS_SPAN * share
        if self.noise_counts > 0.0:
            counts += self.noise_counts * gauss(self.seed, self.conversion)
        if counts < 0.0:
            return 0
        if counts > _COUNTS_TOP:
            return _COUNTS_TOP
        return int(counts + 0.5)


class SecondSensor:
    """A ratiometric sensor, 0-150 psi over 10-90 % of the converter's range, read on 12 bit.

    The answer is what MicroPython's `read_u16` makes of it: the 12 bits, repeated at the bottom.
    `noise_counts`: sd in 12 bit counts, sensor and converter together.
    """

    def __init__(
        self,
        offset_pa: float = 0.0,
        span: float = 1.0,
        noise_counts: float = 0.0,
        seed: int = 0,
    ) -> None:
        self.offset_pa = float(offset_pa)
        self.span = float(span)
        self.noise_counts = float(noise_counts)
        self.seed = seed
        self.fault = FAULT_NONE
        self.samples = 0
        self.counts = 0

    def sample_12(self, line_pa: float) -> int:
        """The converter's own count, 0 to 4095."""
        self.samples += 1
        if self.fault == FAULT_OPEN:
            return 0
        if self.fault == FAULT_SHORT:
            return 4095
        if self.fault == FAULT_STUCK:
            return self.counts
        share = (line_pa * self.span + self.offset_pa) / FULL_SCALE_PA
        counts = 4095.0 * (0.1 + 0.8 * share)
        if self.noise_counts > 0.0:
            counts += self.noise_counts * gauss(self.seed, self.samples)
        if counts < 0.0:
            counts = 0.0
        if counts > 4095.0:
            counts = 4095.0
        self.counts = int(counts + 0.5)
        return self.counts

    def sample(self, line_pa: float) -> int:
        """One reading as `read_u16` gives it, 0 to 65535."""
        counts = self.sample_12(line_pa)
        return counts << 4 | counts >> 8
