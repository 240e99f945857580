"""The 30 pins seen from outside: what drives them, and who wants to know.

Three things that rp2040py leaves out are done here, each switchable so that a test can show what
is missing without it: a driven output is also seen by the chip's own inputs (a state machine may
count STEP), a reset tells the listeners that the pins were released, and the input buffer of a
pad is on after a reset, as in silicon, before the firmware says so.
"""

from collections.abc import Callable

from rp2040py.gpio_pin import GPIOPinState

from manostat_sim.emulator.pio_clock import PioClock

PIN_COUNT = 30
_PAD_AFTER_RESET = 0x56  # RP2040 datasheet 2.19.6.3: input on, pull-down, 4 mA
_DRIVEN = {GPIOPinState.LOW: 0, GPIOPinState.HIGH: 1}

EdgeCallback = Callable[[int | None, int], None]


class Pins:
    """Levels from outside outlive the chip (a held button stays held); the chip's own do not."""

    def __init__(
        self,
        now_ns: Callable[[], int],
        loopback: bool = True,
        release_on_reset: bool = True,
        input_after_reset: bool = True,
    ) -> None:
        self._now_ns = now_ns
        self._loopback = loopback
        self._release_on_reset = release_on_reset
        self._input_after_reset = input_after_reset
        self._gpio: list = []
        self._external: list[int | None] = [None] * PIN_COUNT
        self._driven: list[int | None] = [None] * PIN_COUNT
        self._held: list[int | None] = [None] * PIN_COUNT
        self._listeners: list[list[EdgeCallback]] = [[] for _ in range(PIN_COUNT)]
        self._pio: PioClock | None = None

    def connect(self, gpio: list, pio: PioClock | None) -> None:
        """Wires a chip that has just been powered."""
        self._gpio = gpio
        self._pio = pio
        self._reset_pads()
        for index, pin in enumerate(gpio):
            pin.add_listener(self._listener(index, gpio))
            at_pin = self._external[index] if self._held[index] is None else self._held[index]
            if at_pin is not None:
                pin.set_input_value(bool(at_pin))

    def disconnect(self) -> None:
        """The chip has lost its power: every pin is released at once."""
        self._gpio = []
        for index in range(PIN_COUNT):
            self._drive(index, None)

    def chip_was_reset(self) -> None:
        """Looks at each pin, because rp2040py calls no listener when a reset releases one."""
        self._reset_pads()
        if not self._release_on_reset:
            return
        for index, pin in enumerate(self._gpio):
            self._drive(index, int(pin.output_value) if pin.output_enable else None)

    def level(self, index: int) -> int | None:
        """What the wire is driven to, 0 or 1; None when neither chip nor short drives it."""
        held = self._held[index]
        return self._driven[index] if held is None else held

    def hold(self, index: int, level: int | None) -> None:
        """Shorts the pin to a level; None takes the short away."""
        before = self.level(index)
        self._held[index] = level
        self._settle(index, before)

    def set_input(self, index: int, level: int | None) -> None:
        """Drives the pin from outside; None leaves it to the pad's pull."""
        if level == self._external[index]:
            return
        self._external[index] = level
        if self._gpio and (self.level(index) is None or not self._loopback):
            self._apply(index, level)

    def on_edge(self, index: int, callback: EdgeCallback) -> None:
        self._listeners[index].append(callback)

    def _reset_pads(self) -> None:
        if self._input_after_reset:
            for pin in self._gpio:
                pin.pad_value = _PAD_AFTER_RESET

    def _listener(self, index: int, gpio: list) -> Callable[[GPIOPinState, GPIOPinState], None]:
        def changed(value: GPIOPinState, _last: GPIOPinState) -> None:
            if gpio is self._gpio:
                self._drive(index, _DRIVEN.get(value))

        return changed

    def _drive(self, index: int, level: int | None) -> None:
        if level == self._driven[index]:
            return
        before = self.level(index)
        self._driven[index] = level
        self._settle(index, before)

    def _settle(self, index: int, before: int | None) -> None:
        level = self.level(index)
        if self._gpio and (self._loopback or self._held[index] is not None):
            self._apply(index, self._external[index] if level is None else level)
        if level != before:
            for callback in self._listeners[index]:
                callback(level, self._now_ns())

    def _apply(self, index: int, level: int | None) -> None:
        if self._pio is not None:
            self._pio.before_input()
        if level is None:
            self._gpio[index].release_input()
        else:
            self._gpio[index].set_input_value(bool(level))
        if self._pio is not None:
            self._pio.after_input()
