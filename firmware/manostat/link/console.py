"""Frames out of and bytes into the USB console, without ever waiting for a host.

Nothing is polled before a write, because the stack reports room when a single byte is free. What
keeps a write short is the image (its console time-out is 0); what keeps it whole is that frames
of 32 bytes divide both the 256-byte transmit FIFO and the 64-byte packets that empty it, as long
as nothing else prints. A frame that finds no room is dropped; the tick number shows the gap.

Byte 3 arrives like any other only after `micropython.kbd_intr(-1)`.
"""

import select
import sys

from micropython import const

_FRAME_BYTES = const(32)


class Console:
    """The board's USB serial port. `dropped`: frames that found no room, modulo 65536."""

    def __init__(self):
        self.dropped = 0
        self._write = sys.stdout.buffer.write
        self._readinto = sys.stdin.buffer.readinto
        self._byte = bytearray(1)
        poll = select.poll()
        poll.register(sys.stdin.buffer, select.POLLIN)
        self._ipoll = poll.ipoll
        for _ in self._ipoll(0):  # the first call allocates its answer
            break

    def send(self, frame) -> int:
        """Hand over a 32-byte frame: 1, or 0 if there was no room. Never waits."""
        if self._write(frame) == _FRAME_BYTES:
            return 1
        self.dropped = self.dropped + 1 & 0xFFFF
        return 0

    def poll(self) -> int:
        """The next byte from the host, 0 to 255, or -1."""
        for _ in self._ipoll(0):
            self._readinto(self._byte)
            return self._byte[0]
        return -1
