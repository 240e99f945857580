"""The computer at the other end of the USB cable: a terminal that opens the port at once."""

from collections.abc import Callable

from manostat_sim.emulator.chip import Chip
from manostat_sim.emulator.usb_port import UsbPort


class UsbHost:
    """What the host wants, whether or not a board is there; `UsbPort` is the board's side."""

    def __init__(
        self,
        hold_empty_reads: bool = True,
        stage_silence: bool = True,
        start_of_frame: bool = True,
    ) -> None:
        self.hold_empty_reads = hold_empty_reads
        self.stage_silence = stage_silence
        self.start_of_frame = start_of_frame
        self._callbacks: list[Callable[[bytes], None]] = []
        self._connected = True
        self._reading = True
        self._outgoing = bytearray()
        self._port: UsbPort | None = None

    def on_bytes(self, callback: Callable[[bytes], None]) -> None:
        """Calls back with what arrives from the board's console, packet by packet."""
        self._callbacks.append(callback)

    def write(self, data: bytes) -> None:
        """Sends to the board; what is sent before the port is open waits."""
        self._outgoing += data
        if self._port is not None:
            self._port.data_waits()

    @property
    def open(self) -> bool:
        """True once the board has enumerated and the port is open."""
        return self._connected and self._port is not None and self._port.open

    @property
    def reading(self) -> bool:
        """False: the cable is in and the port open, but the host takes no packet."""
        return self._reading

    @reading.setter
    def reading(self, reading: bool) -> None:
        self._reading = reading
        if self._port is not None:
            self._port.deliver_held()

    @property
    def connected(self) -> bool:
        """False: the cable is pulled out, or was never in."""
        return self._connected

    @connected.setter
    def connected(self, connected: bool) -> None:
        if connected == self._connected:
            return
        self._connected = connected
        if self._port is not None:
            if connected:
                self._port.plug_in()
            else:
                self._port.pull_out()

    @property
    def taking(self) -> bool:
        """Whether a packet of the board is taken at once."""
        return self._connected and (self._reading or not self.stage_silence)

    def attach(self, chip: Chip) -> None:
        """The board has got its power."""
        self._port = UsbPort(chip, self)

    def detach(self) -> None:
        """The board has lost its power."""
        self._port = None

    def next_packet(self, size: int) -> bytes | None:
        """Up to `size` bytes for the board; None to keep its read waiting."""
        if self.hold_empty_reads and not (self._outgoing and self._connected):
            return None
        data = bytes(self._outgoing[:size])
        del self._outgoing[:size]
        return data

    def arrived(self, data: bytes | bytearray) -> None:
        for callback in self._callbacks:
            callback(bytes(data))
