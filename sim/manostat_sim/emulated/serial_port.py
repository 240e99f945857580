"""The board's USB serial port as a pty under a name of its own.

The name matters: mpremote takes everything under /dev/pts for a special kind of port, on which it
waits for ever for a mute board. The pty lives as long as the board is enumerated, so that a reset
or a pulled cable is for a host what it is with a real one: the port is gone, and comes back.
"""

import contextlib
import errno
import os
import pty
import select
import tty
from pathlib import Path

_CHUNK = 4096


class SerialPort:
    """`link` leads to the pty while `present`. Nothing here waits."""

    def __init__(self, link: Path) -> None:
        self._link = link
        self._master: int | None = None
        self._unsent = b""

    @property
    def present(self) -> bool:
        return self._master is not None

    @property
    def opened(self) -> bool:
        """Whether a program has the port open."""
        if self._master is None:
            return False
        poll = select.poll()
        poll.register(self._master, select.POLLIN)
        return not any(events & select.POLLHUP for _, events in poll.poll(0))

    def appear(self) -> None:
        """The host has enumerated the board."""
        master, slave = pty.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        path = os.ttyname(slave)
        os.close(slave)  # opened and closed once: from now on a hang-up says that nobody has it
        self._master = master
        new = self._link.with_suffix(".new")
        new.unlink(missing_ok=True)
        new.symlink_to(path)
        new.replace(self._link)

    def vanish(self) -> None:
        """The board is gone from the bus; whoever has the port open is told so."""
        if self._master is None:
            return
        self._link.unlink(missing_ok=True)
        os.close(self._master)
        self._master = None
        self._unsent = b""

    def fileno(self) -> int | None:
        """What to wait for; None while nobody has the port open, when there is nothing to read."""
        return self._master if self.opened else None

    def read(self) -> bytes:
        """What a program has sent, b"" if nothing."""
        if self._master is None:
            return b""
        try:
            return os.read(self._master, _CHUNK)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EIO):  # nothing; nobody has it open
                return b""
            raise

    def write(self, data: bytes) -> None:
        """Send to the program that has the port open; dropped if none has."""
        if self._master is None or not self.opened:
            self._unsent = b""
            return
        self._unsent += data
        with contextlib.suppress(BlockingIOError):
            while self._unsent:
                done = os.write(self._master, self._unsent)
                self._unsent = self._unsent[done:]

    @property
    def full(self) -> bool:
        """Whether the program that has the port open does not read: bytes are kept here."""
        return bool(self._unsent)
