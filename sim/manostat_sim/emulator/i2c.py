"""An I2C bus that takes its time and can be held.

rp2040py's controller moves a whole transfer within one instruction. Here a start, a stop and each
byte take as many bit times as on the wire, from the clock dividers that the firmware has set. A
device may hold the clock for ever; the controller then waits, as the real one does, and the
firmware's time-out is all that ends the call.
"""

from collections.abc import Callable
from typing import Any, Protocol, cast

from rp2040py.peripherals.i2c import IC_ENABLE, I2CMode, I2CState

from manostat_sim.emulator import core_state
from manostat_sim.emulator.chip import CYCLE_NS, Chip

_BYTE_BITS = 9  # eight and the acknowledge
_HELD_POLL_NS = 10_000  # how soon the controller notices that a held clock is free again


class I2cDevice(Protocol):
    """What hangs on the bus. Times are virtual nanoseconds."""

    hung: bool
    """True: it holds the clock, no transfer with it goes on."""

    def read(self, t_ns: int) -> bytes | None:
        """The answer to a read that is addressed now; None does not acknowledge the address."""

    def write(self, data: bytes, t_ns: int) -> None:
        """What was written, at the end of the transfer."""


class I2cBus:
    """One controller of the chip and the devices on its bus."""

    def __init__(
        self,
        chip: Chip,
        block: int,
        devices: dict[int, I2cDevice],
        timed: bool,
        now_ns: Callable[[], int],
    ) -> None:
        # Any: its methods are replaced below, which rp2040py's types do not foresee
        self._controller = controller = cast(Any, chip.i2c[block])
        self._devices = devices
        self._timed = timed
        self._now_ns = now_ns
        self._alarm = chip.clock.create_alarm(self._step_due)
        self._step: Callable[[], None] | None = None
        self._given_up = False
        self._device: I2cDevice | None = None
        self._answer = b""
        self._written = bytearray()
        controller.on_start = self._start
        controller.on_connect = self._connect
        controller.on_write_byte = self._write_byte
        controller.on_read_byte = self._read_byte
        controller.on_stop = self._stop
        self._read_register, self._write_register = controller.read_uint32, controller.write_uint32
        controller.read_uint32 = self._register_read
        controller.write_uint32 = self._register_written
        first = core_state.I2C0 + block * core_state.I2C_WORDS
        self._published = chip.core_state[first : first + core_state.I2C_WORDS]
        self._publish()

    def chip_was_reset(self) -> None:
        self._alarm.cancel()
        self._step = None
        self._device = None
        self._given_up = False
        self._publish()

    def _publish(self) -> None:
        """Tells the compiled core what it would read if it asked."""
        controller, published = self._controller, self._published
        published[core_state.I2C_INTERRUPTS] = controller.int_raw
        published[core_state.I2C_RECEIVED] = controller._rx_fifo.item_count
        # a read clears it, so only an empty one is told
        published[core_state.I2C_ABORT] = -1 if controller.abort_source else 0

    def _register_read(self, offset: int) -> int:
        value: int = self._read_register(offset)
        self._publish()
        return value

    def _register_written(self, offset: int, value: int) -> None:
        self._write_register(offset, value)
        if offset == IC_ENABLE and not value & 1:  # the firmware has given up
            if self._step is not None:
                self._given_up = True  # the byte on the wire still ends
            elif self._controller._state != I2CState.IDLE:
                self._free()
        self._publish()

    def _after(self, bits: int, step: Callable[[], None]) -> None:
        self._step = step
        if self._timed:
            period = self._controller.scl_low_period + self._controller.scl_high_period
            self._alarm.schedule(bits * period * CYCLE_NS)
        else:
            self._step_due()

    def _step_due(self) -> None:
        if self._device is not None and self._device.hung:
            self._alarm.schedule(_HELD_POLL_NS)
            return
        step, self._step = self._step, None
        if self._given_up:
            self._free()
        elif step is not None:
            step()
        self._publish()

    def _free(self) -> None:
        """Ends a transfer that the firmware has given up; what it asked for since begins."""
        self._given_up = False
        self._device = None
        self._written.clear()
        controller = self._controller
        controller._state = I2CState.IDLE
        controller._busy = controller._stop = controller._pending_restart = False
        controller._next_command()

    def _start(self, _repeated: bool) -> None:
        self._end_write()
        self._after(1, self._controller.complete_start)

    def _connect(self, address: int, mode: I2CMode) -> None:
        self._device = device = self._devices.get(address)

        def addressed() -> None:
            acknowledged = device is not None
            if device is not None and mode == I2CMode.READ:
                answer = device.read(self._now_ns())
                acknowledged = answer is not None
                self._answer = answer or b""
            self._controller.complete_connect(acknowledged)

        self._after(_BYTE_BITS, addressed)

    def _write_byte(self, value: int) -> None:
        self._written.append(value)
        self._after(_BYTE_BITS, lambda: self._controller.complete_write(True))

    def _read_byte(self, _acknowledge: bool) -> None:
        value, self._answer = (self._answer[0] if self._answer else 0xFF), self._answer[1:]
        self._after(_BYTE_BITS, lambda: self._controller.complete_read(value))

    def _stop(self) -> None:
        self._end_write()
        self._device = None
        self._after(1, self._controller.complete_stop)

    def _end_write(self) -> None:
        if self._written and self._device is not None:
            self._device.write(bytes(self._written), self._now_ns())
        self._written.clear()
