"""A board's serial port, opened for one program alone, with a deadline on everything."""

import errno
import os
import select
import termios
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import serial

from manostat_tools.devices.errors import DeviceError

_CHUNK = 4096
_WRITE_S = 1.0
# A port that goes while it is opened: termios.error, from emptying it, is no OSError.
_NOT_OPENED = (serial.SerialException, OSError, termios.error)


class HeldError(DeviceError):
    """Another program has the port open."""


class ForbiddenError(DeviceError):
    """This user may not open the port."""


class GoneError(DeviceError):
    """The port is not there, or not any more: unplugged, without power, or restarting."""


class Port:
    """Open from `with` on. Raises HeldError, ForbiddenError or GoneError, each one line."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._serial: serial.Serial | None = None

    def __enter__(self) -> "Port":
        try:
            self._serial = serial.Serial(
                self.path, timeout=0, write_timeout=_WRITE_S, exclusive=True
            )
        except _NOT_OPENED as problem:
            raise _explained(self.path, problem) from None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._serial is not None:
            self._serial.close()
            self._serial = None

    def send(self, data: bytes) -> None:
        """Raises GoneError if the board does not take it within a second, or is gone."""
        assert self._serial is not None
        try:
            self._serial.write(data)
        except (serial.SerialException, OSError) as problem:
            raise GoneError(f"{self.path}: unplugged while it was written to") from problem

    def receive(self, until: Callable[[bytes], bool], limit_s: float) -> bool:
        """Hand what arrives to `until`, piece by piece, until it says True.

        False after `limit_s` seconds of wall time. Raises GoneError if the board goes.
        """
        assert self._serial is not None
        ends_s = time.monotonic() + limit_s
        while (left_s := ends_s - time.monotonic()) > 0:
            try:
                ready, _, _ = select.select([self._serial.fileno()], [], [], left_s)
                data = os.read(self._serial.fileno(), _CHUNK) if ready else b""
            except OSError as problem:
                if problem.errno == errno.EAGAIN:
                    continue
                raise GoneError(f"{self.path}: unplugged while it was listened to") from problem
            if ready and not data:
                raise GoneError(f"{self.path}: unplugged while it was listened to")
            if data and until(data):
                return True
        return False


def holders(path: str, proc: Path = Path("/proc")) -> list[tuple[int, str]]:
    """(process id, program) of all that have a file open, as far as this user may look."""
    device = os.path.realpath(path)
    found = []
    for process in sorted(proc.glob("[0-9]*")):
        try:
            opened = [os.path.realpath(link) for link in (process / "fd").iterdir()]
            if device in opened:
                found.append((int(process.name), (process / "comm").read_text().strip()))
        except OSError:  # another user's, or it has just ended
            continue
    return found


def holder(path: str) -> str:
    """In words: the first program that has a port open."""
    for pid, program in holders(path):
        if pid != os.getpid():
            return f"{program} (process {pid})"
    return "another program"


def _explained(path: str, problem: Exception) -> DeviceError:
    code = getattr(problem, "errno", None)
    if code in (errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK) or "lock" in str(problem).lower():
        return HeldError(f"{path} is held by {holder(path)}; close that program and try again")
    if code in (errno.EACCES, errno.EPERM):
        return ForbiddenError(
            f"{path}: no permission to open it; `manostat doctor` shows the udev rule"
        )
    if code in (errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO):
        return GoneError(f"{path}: not there; is the board plugged in and powered?")
    return GoneError(f"{path}: cannot be opened ({problem}); is it still plugged in?")
