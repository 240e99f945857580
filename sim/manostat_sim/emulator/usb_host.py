"""The computer at the other end of the USB cable.

rp2040py's own host answers each read of the board at once with an empty packet, which the board
answers with the next read: an interrupt storm. Here a read waits until there is something to send.
rp2040py's host also always reads; here it may stop, and packets of the board then stay in its
endpoint until it goes on. Frames begin each millisecond, as long as the board wants to know:
MicroPython sends what it has printed before the port was opened 16 frames later.
"""

from collections.abc import Callable

from rp2040py.peripherals.usb import INTE, INTR_DEV_SOF, INTR_DEV_SUSPEND, SOF_RD
from rp2040py.usb.cdc import USBCDC

from manostat_sim.emulator.chip import Chip

_FRAME_NS = 1_000_000
_FRAME_MASK = 0x7FF


class UsbHost:
    """A terminal program on a computer: opens the port as soon as the board is there."""

    def __init__(
        self,
        hold_empty_reads: bool = True,
        stage_silence: bool = True,
        start_of_frame: bool = True,
    ) -> None:
        self._hold_empty_reads = hold_empty_reads
        self._stage_silence = stage_silence
        self._start_of_frame = start_of_frame
        self._callbacks: list[Callable[[bytes], None]] = []
        self._connected = True
        self._reading = True
        self._outgoing = bytearray()
        self._chip: Chip | None = None
        self._forget_board()

    def on_bytes(self, callback: Callable[[bytes], None]) -> None:
        """Calls back with what arrives from the board's console, packet by packet."""
        self._callbacks.append(callback)

    def write(self, data: bytes) -> None:
        """Sends to the board; what is sent before it has enumerated waits."""
        self._outgoing += data
        self._serve_held_read()

    @property
    def open(self) -> bool:
        """True once the board has enumerated and the port is open."""
        return self._cdc is not None and self._cdc.dtr and self._connected

    @property
    def reading(self) -> bool:
        """False: the cable is in and the port open, but the host takes no packet."""
        return self._reading

    @reading.setter
    def reading(self, reading: bool) -> None:
        self._reading = reading
        if reading:
            self._deliver_held_packets()

    @property
    def connected(self) -> bool:
        return self._connected

    @connected.setter
    def connected(self, connected: bool) -> None:
        if connected == self._connected:
            return
        self._connected = connected
        if connected:
            self._plug_in()
        else:
            self._pull_out()

    def attach(self, chip: Chip) -> None:
        """Plugs the cable into a chip that has just been powered."""
        self._forget_board()
        self._chip = chip
        usb = chip.usb_ctrl
        self._cdc = USBCDC(usb)
        self._cdc.on_serial_data = self._arrived
        enabled, reset = usb.on_usb_enabled, usb.on_reset
        self._answer_read = usb.on_endpoint_read
        self._take_packet = usb.on_endpoint_write
        self._complete = usb._indicate_buffer_ready

        def on_enabled() -> None:
            self._enabled = True
            if self._connected:
                enabled()

        def on_reset() -> None:
            self._enabled = False
            self._drop_held()
            reset()

        usb.on_usb_enabled = on_enabled
        usb.on_reset = on_reset
        usb.on_endpoint_read = self._read_wanted
        usb.on_endpoint_write = self._packet
        usb._indicate_buffer_ready = self._packet_sent
        if self._start_of_frame:
            self._frame_alarm = chip.clock.create_alarm(self._frame_begins)
            self._read_register, self._write_register = usb.read_uint32, usb.write_uint32
            usb.read_uint32 = self._register_read
            usb.write_uint32 = self._register_written

    def detach(self) -> None:
        """The board has lost its power."""
        self._forget_board()

    def _forget_board(self) -> None:
        self._chip = None
        self._cdc: USBCDC | None = None
        self._enabled = False
        self._drop_held()

    def _drop_held(self) -> None:
        self._held_read: int | None = None
        self._held_packets: list[tuple[int, bytes]] = []
        self._held_completions: list[int] = []

    @property
    def _taking(self) -> bool:
        return self._connected and (self._reading or not self._stage_silence)

    def _read_wanted(self, endpoint: int, size: int) -> None:
        if endpoint != self._cdc._out_endpoint:
            self._answer_read(endpoint, size)
        elif self._hold_empty_reads and not (self._outgoing and self._connected):
            self._held_read = size
        else:
            self._send(size)

    def _serve_held_read(self) -> None:
        if self._held_read is not None and self._outgoing and self._connected:
            size, self._held_read = self._held_read, None
            self._send(size)

    def _send(self, size: int) -> None:
        data = bytes(self._outgoing[:size])
        del self._outgoing[:size]
        self._chip.usb_ctrl.endpoint_read_done(self._cdc._out_endpoint, data)

    def _packet(self, endpoint: int, data: bytes) -> None:
        if endpoint == self._cdc._in_endpoint and not self._taking:
            self._held_packets.append((endpoint, bytes(data)))
        else:
            self._take_packet(endpoint, data)

    def _packet_sent(self, endpoint: int, out: bool) -> None:
        if not out and endpoint == self._cdc._in_endpoint and not self._taking:
            self._held_completions.append(endpoint)
        else:
            self._complete(endpoint, out)

    def _deliver_held_packets(self) -> None:
        if not self._taking:
            return
        packets, completions = self._held_packets, self._held_completions
        self._held_packets, self._held_completions = [], []
        for endpoint, data in packets:
            self._take_packet(endpoint, data)
        for endpoint in completions:
            self._complete(endpoint, False)

    def _register_read(self, offset: int) -> int:
        value = self._read_register(offset)
        if offset == SOF_RD:  # reading the frame number acknowledges its interrupt
            usb = self._chip.usb_ctrl
            usb._int_raw &= ~INTR_DEV_SOF
            usb.check_interrupts()
        return value

    def _register_written(self, offset: int, value: int) -> None:
        usb = self._chip.usb_ctrl
        wanted = not usb._int_enable & INTR_DEV_SOF
        self._write_register(offset, value)
        if offset == INTE and wanted and usb._int_enable & INTR_DEV_SOF:
            self._frame_alarm.schedule(_FRAME_NS)

    def _frame_begins(self) -> None:
        if self._chip is None or not self._chip.usb_ctrl._int_enable & INTR_DEV_SOF:
            return
        if self.open:
            usb = self._chip.usb_ctrl
            usb._sof_frame_number = (usb._sof_frame_number + 1) & _FRAME_MASK
            usb._int_raw |= INTR_DEV_SOF
            usb.check_interrupts()
        self._frame_alarm.schedule(_FRAME_NS)

    def _arrived(self, data: bytes | bytearray) -> None:
        for callback in self._callbacks:
            callback(bytes(data))

    def _plug_in(self) -> None:
        if self._chip is not None and self._enabled:
            self._cdc._on_controller_reset()
            self._drop_held()
            self._chip.usb_ctrl.reset_device()

    def _pull_out(self) -> None:
        if self._chip is not None and self._enabled:
            usb = self._chip.usb_ctrl
            usb._int_raw |= INTR_DEV_SUSPEND  # no frames any more: all that the board can notice
            usb.check_interrupts()
