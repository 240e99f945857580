"""READY, HIGH, MEDIUM and LOW lamps and the sounder: plain on and off, written only on change."""

from machine import Pin


class Lamps:
    """Five GPIO numbers, all lit by a high level; all off at first."""

    def __init__(self, ready: int, high: int, medium: int, low: int, sounder: int):
        self._ready = Pin(ready, Pin.OUT, value=0)
        self._high = Pin(high, Pin.OUT, value=0)
        self._medium = Pin(medium, Pin.OUT, value=0)
        self._low = Pin(low, Pin.OUT, value=0)
        self._sounder = Pin(sounder, Pin.OUT, value=0)
        self._shown = 0

    def show(self, ready: int, high: int, medium: int, low: int, sounder: int):
        """Set all five, each 0 or 1."""
        wanted = ready | high << 1 | medium << 2 | low << 3 | sounder << 4
        if wanted == self._shown:
            return
        self._shown = wanted
        self._ready(ready)
        self._high(high)
        self._medium(medium)
        self._low(low)
        self._sounder(sounder)
