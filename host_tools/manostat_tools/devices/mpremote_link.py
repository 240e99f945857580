"""The one file that knows mpremote, whose API is not stable and which can wait for ever.

`Prompt` talks to a MicroPython prompt through mpremote's transport, which runs in a process of its
own: what takes longer than its deadline is killed, and told in one line. The child is this file run
as a module; requests and answers are JSON, one a line.
"""

import base64
import contextlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any

from manostat_tools.devices.errors import DeviceError
from manostat_tools.devices.port import Port

_OPEN_S = 20.0
"""Starting Python, opening the port, Ctrl-C, raw prompt: mpremote itself gives up after 10 s."""
_EXEC_S = 20.0
_CHUNK = 1024
_CHUNK_S = 10.0
_READ = 65536

# While data comes, byte 3 is data and no Ctrl-C. Should the host go meanwhile, nobody could break
# in any more: the board restarts then, with what it ran before.
_RECEIVER = f"""
def _receive(files):
 import sys,micropython,machine
 data=bytearray({_CHUNK});view=memoryview(data);read=sys.stdin.buffer.readinto
 def give_up(_):
  machine.reset()
 timer=machine.Timer()
 micropython.kbd_intr(-1)
 try:
  print('K',end='')
  for path,size in files:
   with open(path,'wb') as file:
    while size:
     timer.init(period=5000,mode=machine.Timer.ONE_SHOT,callback=give_up)
     part=view[:min(size,len(data))]
     read(part)
     file.write(part)
     size-=len(part)
     print('K',end='')
 finally:
  timer.deinit()
  micropython.kbd_intr(3)
"""


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

    def __enter__(self) -> "Prompt":
        with Port(self._path):  # held, forbidden or gone is told before a process is started
            pass
        command = [sys.executable, "-m", __name__, self._path]
        self._child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
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
        """Run code that has no end that one could hear of, such as a reset, and let go."""
        self._ask({"do": "start", "code": code}, _EXEC_S)
        self.close()

    def put(
        self, files: Sequence[tuple[str, bytes]], progress: Callable[[int], None] = lambda n: None
    ) -> None:
        """Write files; `progress` is told of each piece, in bytes."""
        sizes = [(path, len(data)) for path, data in files]
        self._ask({"do": "receive", "files": sizes}, _EXEC_S)
        for _, data in files:
            for at in range(0, len(data), _CHUNK):
                part = data[at : at + _CHUNK]
                self._ask({"do": "data", "data": base64.b64encode(part).decode()}, _CHUNK_S)
                progress(len(part))
        self._ask({"do": "received"}, _EXEC_S)

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
            return BoardRaisedError(f"{self._path}: the board says {last}", text)
        self.close()
        if kind == "gone":
            return DeviceError(f"{self._path}: unplugged or reset meanwhile; plug it in, try again")
        return NoPromptError(
            f"{self._path}: no MicroPython prompt answers; is it stock MicroPython? reset it, or "
            "flash it: manostat flash"
        )


class _Child:
    """The process that has the port: mpremote's transport behind one function a request."""

    def __init__(self, path: str) -> None:
        from mpremote.transport_serial import SerialTransport

        self._transport = SerialTransport(path, exclusive=True)
        self._transport.enter_raw_repl(soft_reset=False)
        self._can_receive = False

    def do(self, request: dict[str, Any]) -> str:
        transport = self._transport
        match request["do"]:
            case "run":
                # timeout None: the parent's deadline is the only one
                out, error = transport.exec_raw(request["code"], timeout=None)
                return self._checked(out, error)
            case "start":
                # A board that restarts may be gone before it has acknowledged.
                with contextlib.suppress(OSError, TypeError):
                    transport.exec_raw_no_follow(request["code"])
                    transport.serial.flush()
            case "receive":
                if not self._can_receive:
                    self._checked(*transport.exec_raw(_RECEIVER, timeout=None))
                    self._can_receive = True
                files = [tuple(file) for file in request["files"]]
                transport.exec_raw_no_follow(f"_receive({files!r})")
                self._acknowledged()
            case "data":
                transport.serial.write(base64.b64decode(request["data"]))
                self._acknowledged()
            case "received":
                return self._checked(*transport.follow(timeout=None))
        return ""

    def _acknowledged(self) -> None:
        """One K from the receiver; anything else is the end of its program."""
        if (byte := self._transport.serial.read(1)) == b"K":
            return
        out, error = self._transport.follow(timeout=None)
        self._checked(byte + out, error)

    @staticmethod
    def _checked(out: bytes, error: bytes) -> str:
        from mpremote.transport import TransportExecError

        if error:
            raise TransportExecError(out, error.decode("utf-8", "replace"))
        return out.decode("utf-8", "replace")

    def leave(self) -> None:
        self._transport.exit_raw_repl()
        self._transport.close()


def _main(path: str) -> None:
    # mpremote prints what it did not expect: that must not get among the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    sys.stdout = sys.stderr
    child: _Child | None = None

    def answer(act: Callable[[], str]) -> bool:
        from mpremote.transport import TransportError, TransportExecError

        try:
            said = {"ok": act()}
        except TransportExecError as raised:
            said = {"error": "raised", "text": raised.error_output}
        except TransportError as problem:
            said = {"error": "no prompt", "text": str(problem)}
        except (OSError, TypeError) as problem:  # pyserial raises TypeError on a port that closed
            said = {"error": "gone", "text": str(problem)}
        print(json.dumps(said), file=answers, flush=True)
        return "ok" in said or said["error"] == "raised"

    def connect() -> str:
        nonlocal child
        child = _Child(path)
        return ""

    if not answer(connect):
        return
    assert child is not None
    for line in sys.stdin:
        request = json.loads(line)
        if not answer(lambda request=request: child.do(request)):  # type: ignore[misc]
            return
        if request["do"] == "start":
            return
    try:
        child.leave()
    except OSError:  # the board has gone first
        return


if __name__ == "__main__":
    _main(sys.argv[1])
