"""The board's end of the USB cable, with rp2040py's own host corrected.

rp2040py's host answers each read of the board at once with an empty packet, which the board answers
with the next read: an interrupt storm. Here a read waits until there is something to send.
rp2040py's host also always reads; here it may stop, and packets of the board then stay in its
endpoint until it goes on. Frames begin each millisecond, as long as the board wants to know:
MicroPython sends what it has printed before the port was opened 16 frames later.
"""

from typing import Any, Protocol, cast

from rp2040py.peripherals.usb import INTE, INTR_DEV_SOF, INTR_DEV_SUSPEND, SOF_RD
from rp2040py.usb.cdc import USBCDC

from manostat_sim.emulator.chip import Chip

_FRAME_NS = 1_000_000
_FRAME_MASK = 0x7FF


class Host(Protocol):
    """What a port asks of the host."""

    connected: bool
    start_of_frame: bool

    @property
    def taking(self) -> bool: ...

    def next_packet(self, size: int) -> bytes | None: ...

    def arrived(self, data: bytes | bytearray) -> None: ...


class UsbPort:
    """The USB controller of one chip from power-on to power-off."""

    def __init__(self, chip: Chip, host: Host) -> None:
        self._host = host
        # Any: its methods are replaced below, which rp2040py's types do not foresee
        self._usb = cast(Any, chip.usb_ctrl)
        self._cdc = cast(Any, USBCDC(self._usb))
        self._enabled = False
        self._held_read: int | None = None
        self._held_packets: list[bytes] = []
        self._held_completions = 0
        usb = self._usb
        self._cdc.on_serial_data = host.arrived
        self._enumerate, self._forget_enumeration = usb.on_usb_enabled, usb.on_reset
        self._answer_read, self._take_packet = usb.on_endpoint_read, usb.on_endpoint_write
        self._complete = usb._indicate_buffer_ready
        usb.on_usb_enabled = self._controller_enabled
        usb.on_reset = self._chip_was_reset
        usb.on_endpoint_read = self._read_wanted
        usb.on_endpoint_write = self._packet
        usb._indicate_buffer_ready = self._packet_sent
        if host.start_of_frame:
            self._frame_alarm = chip.clock.create_alarm(self._frame_begins)
            self._read_register, self._write_register = usb.read_uint32, usb.write_uint32
            usb.read_uint32 = self._register_read
            usb.write_uint32 = self._register_written

    @property
    def open(self) -> bool:
        return bool(self._cdc.dtr)

    def plug_in(self) -> None:
        if self._enabled:
            self._drop_held()
            self._forget_enumeration()
            self._usb.reset_device()

    def pull_out(self) -> None:
        if self._enabled:
            self._usb._int_raw |= INTR_DEV_SUSPEND  # no frames any more: all the board can notice
            self._usb.check_interrupts()

    def data_waits(self) -> None:
        """The host has something to send."""
        if self._held_read is not None:
            size, self._held_read = self._held_read, None
            self._send(size)

    def deliver_held(self) -> None:
        """Hands over what a silent host has left in the endpoint, if it reads again."""
        if not self._host.taking:
            return
        packets, self._held_packets = self._held_packets, []
        completions, self._held_completions = self._held_completions, 0
        endpoint = self._cdc._in_endpoint
        for data in packets:
            self._take_packet(endpoint, data)
        for _ in range(completions):
            self._complete(endpoint, False)

    def _drop_held(self) -> None:
        self._held_read = None
        self._held_packets = []
        self._held_completions = 0

    def _controller_enabled(self) -> None:
        self._enabled = True
        if self._host.connected:
            self._enumerate()

    def _chip_was_reset(self) -> None:
        self._enabled = False
        self._drop_held()
        self._forget_enumeration()

    def _read_wanted(self, endpoint: int, size: int) -> None:
        if endpoint == self._cdc._out_endpoint:
            self._send(size)
        else:
            self._answer_read(endpoint, size)

    def _send(self, size: int) -> None:
        data = self._host.next_packet(size)
        if data is None:
            self._held_read = size
        else:
            self._usb.endpoint_read_done(self._cdc._out_endpoint, data)

    def _packet(self, endpoint: int, data: bytes | bytearray) -> None:
        if endpoint == self._cdc._in_endpoint and not self._host.taking:
            self._held_packets.append(bytes(data))
        else:
            self._take_packet(endpoint, data)

    def _packet_sent(self, endpoint: int, out: bool) -> None:
        if not out and endpoint == self._cdc._in_endpoint and not self._host.taking:
            self._held_completions += 1
        else:
            self._complete(endpoint, out)

    def _register_read(self, offset: int) -> int:
        value: int = self._read_register(offset)
        if offset == SOF_RD:  # reading the frame number acknowledges its interrupt
            self._usb._int_raw &= ~INTR_DEV_SOF
            self._usb.check_interrupts()
        return value

    def _register_written(self, offset: int, value: int) -> None:
        frames = self._usb._int_enable & INTR_DEV_SOF
        self._write_register(offset, value)
        if offset == INTE and not frames and value & INTR_DEV_SOF:
            self._frame_alarm.schedule(_FRAME_NS)

    def _frame_begins(self) -> None:
        usb = self._usb
        if not usb._int_enable & INTR_DEV_SOF:
            return
        if self._host.connected and self.open:
            usb._sof_frame_number = (usb._sof_frame_number + 1) & _FRAME_MASK
            usb._int_raw |= INTR_DEV_SOF
            usb.check_interrupts()
        self._frame_alarm.schedule(_FRAME_NS)
