"""Emulated boards as processes, for real tools to talk to."""

import contextlib
import io
import os
import select
import signal
import sys
import time
from typing import NamedTuple

import manostat_sim.emulated.process  # noqa: F401 - imported before the forks, not after
from manostat_sim.emulated.client import operate
from manostat_tools import cli
from manostat_tools.devices.attached import Attached, find

START_S = 180.0  # where the emulator has never run, it is compiled first
PORT_S = 60.0


class Emulated:
    """One `manostat emulate` and its buttons, in a forked process: all is imported already."""

    def __init__(self, name: str, *options: str) -> None:
        self.name = name
        sys.stdout.flush()
        sys.stderr.flush()
        self._out, writer = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._out)
            _become(["emulate", "--name", name, *options], writer)
        os.close(writer)
        self._status: int | None = None
        self.said = b""
        self.await_words(b"serial port", START_S)

    @property
    def board(self) -> Attached:
        return find(self.name)

    def operate(self, line: str) -> str:
        return operate(self.name, line)

    def await_port(self) -> Attached:
        self.operate(f"await port {PORT_S:g}")
        return self.board

    def await_words(self, words: bytes, limit_s: float) -> None:
        ends_s = time.monotonic() + limit_s
        while words not in self.said:
            left_s = ends_s - time.monotonic()
            ready, _, _ = select.select([self._out], [], [], max(left_s, 0))
            data = os.read(self._out, 4096) if ready else b""
            if not data:
                raise AssertionError(f"{words!r} was not said: {self.said!r}")
            self.said += data

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def wait(self) -> int:
        """Its exit code; negative: the signal that ended it. Killed if it does not end in 30 s."""
        if self._status is None:
            handle = os.pidfd_open(self.pid)
            ended, _, _ = select.select([handle], [], [], 30)
            os.close(handle)
            if not ended:
                self.signal(signal.SIGKILL)
            self._status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
            os.close(self._out)
        return self._status

    def end(self) -> None:
        if self._status is None:
            self.signal(signal.SIGINT)
            self.wait()


def _become(arguments: list[str], writer: int) -> None:
    """Never returns: nothing of the tests' own may run in the child."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.stdout = sys.stderr = os.fdopen(writer, "w", buffering=1)
        code = cli.main(arguments)
        sys.stdout.flush()
    finally:
        os._exit(code)


class Done(NamedTuple):
    """What a command came to."""

    code: int
    out: str
    err: str


def manostat(*arguments: str) -> Done:
    """A command as a person gives it, in this process: starting Python takes longer than most."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli.main(arguments)
    return Done(code, out.getvalue(), err.getvalue())


def one_line(done: Done) -> str:
    """What a refusal said: exit code 1, and one line."""
    assert done.code == 1, done
    assert done.err.strip().count("\n") == 0, done.err
    return done.err.strip()
