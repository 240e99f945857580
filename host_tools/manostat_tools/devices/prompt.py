"""A MicroPython prompt, with a deadline on everything that is asked of it.

mpremote talks to it, which can wait for ever: it runs in a process of its own (mpremote_child.py),
and what takes longer than its deadline is killed, and told in one line.
"""

import base64
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any

from manostat_tools.devices import mpremote_child
from manostat_tools.devices.errors import DeviceError
from manostat_tools.devices.port import Port

_OPEN_S = 20.0
"""Starting Python, opening the port, Ctrl-C, raw prompt: mpremote itself gives up after 10 s."""
_EXEC_S = 20.0
_PIECE_S = 10.0
_READ = 65536


class NoPromptError(DeviceError):
    """Nothing that answers like a MicroPython prompt."""


class BoardRaisedError(DeviceError):
    """What was run on the board has raised; `trace` is the board's traceback."""

    def __init__(self, message: str, trace: str) -> None:
        super().__init__(message)
        self.trace = trace


class Prompt:
    """The prompt of the board at `path`, from `with` on. A program that runs there is interrupted.

    Every call raises DeviceError: NoPromptError where none answers in time, BoardRaisedError.
    Limits are wall seconds.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._child: subprocess.Popen[bytes] | None = None
        self._heard = b""
        self._sends = False

    def __enter__(self) -> "Prompt":
        with Port(self._path):  # held, forbidden or gone is told before a process is started
            pass
        command = [sys.executable, "-m", mpremote_child.__name__, self._path]
        self._child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for us: the board is still to be let go of
        )
        self._answer(_OPEN_S)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the port back; safe to call twice."""
        if self._child is None:
            return
        child, self._child = self._child, None
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            child.stdin.close()
            child.wait(2)
        except (OSError, subprocess.TimeoutExpired):
            child.kill()
            child.wait()
        child.stdout.close()

    def run(self, code: str, limit_s: float = _EXEC_S) -> str:
        """Run code to its end; what it has printed."""
        return str(self._ask({"do": "run", "code": code}, limit_s))

    def start(self, code: str) -> None:
        """Run code that has no end that one could hear of, such as a reset, and let go.

        A board that still waits for data hears no code: it restarts by itself after 5 s.
        """
        if not self._sends:
            self._ask({"do": "start", "code": code}, _EXEC_S)
        self.close()

    def put(
        self, files: Sequence[tuple[str, bytes]], progress: Callable[[int], None] = lambda n: None
    ) -> None:
        """Write files; `progress` is told how many bytes are done, after each piece."""
        self._sends = True
        sizes = [(path, len(data)) for path, data in files]
        self._ask({"do": "receive", "files": sizes}, _EXEC_S)
        done = 0
        for _, data in files:
            for at in range(0, len(data), mpremote_child.CHUNK_BYTES):
                part = data[at : at + mpremote_child.CHUNK_BYTES]
                self._ask({"do": "data", "data": base64.b64encode(part).decode()}, _PIECE_S)
                done += len(part)
                progress(done)
        self._ask({"do": "received"}, _EXEC_S)
        self._sends = False

    def _ask(self, request: dict[str, Any], limit_s: float) -> Any:
        if self._child is None:
            raise NoPromptError(f"{self._path}: the connection was given up before")
        assert self._child.stdin is not None
        try:
            self._child.stdin.write(json.dumps(request).encode() + b"\n")
            self._child.stdin.flush()
        except OSError:
            raise NoPromptError(f"{self._path}: mpremote has ended unexpectedly") from None
        return self._answer(limit_s)

    def _answer(self, limit_s: float) -> Any:
        assert self._child is not None
        assert self._child.stdout is not None
        ends_s = time.monotonic() + limit_s
        while b"\n" not in self._heard:
            left_s = max(ends_s - time.monotonic(), 0)
            ready, _, _ = select.select([self._child.stdout], [], [], left_s)
            if not ready:
                self._child.kill()
                self.close()
                raise NoPromptError(
                    f"{self._path}: no answer within {limit_s:g} s; reset the board and try again"
                )
            data = os.read(self._child.stdout.fileno(), _READ)
            if not data:
                self.close()
                raise NoPromptError(f"{self._path}: mpremote has ended unexpectedly")
            self._heard += data
        line, _, self._heard = self._heard.partition(b"\n")
        answer = json.loads(line)
        if "error" in answer:
            raise self._error(answer["error"], answer.get("text", ""))
        return answer["ok"]

    def _error(self, kind: str, text: str) -> DeviceError:
        if kind == "raised":
            last = text.strip().splitlines()[-1] if text.strip() else "an exception"
            self._sends = False
            return BoardRaisedError(f"{self._path}: the board says {last}", text)
        self.close()
        if kind == "gone":
            return DeviceError(f"{self._path}: unplugged or reset meanwhile; plug it in, try again")
        return NoPromptError(
            f"{self._path}: no MicroPython prompt answers; is it stock MicroPython? reset it, or "
            "flash it: manostat flash"
        )
