"""Driver enable, ENABLE_N: open drain, low enables. Released, a pull-up disables (T-04)."""


class DriverEnable:
    """`pin` is a `machine.Pin`; it is released at once."""

    def __init__(self, pin):
        pin.init(pin.OPEN_DRAIN, None, value=1)
        self._pin = pin
        self._on = 0

    def set(self, on: int):
        """1 pulls the line low (driver enabled), 0 lets go of it. Writes only on change."""
        if on != self._on:
            self._on = on
            self._pin(0 if on else 1)
