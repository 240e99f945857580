"""The one file that knows mpremote, whose API is not stable.

Run as a module by prompt.py: requests and answers are JSON, one a line. It never gives up by
itself; who has started it has the deadline, and kills it.
"""

import base64
import contextlib
import json
import os
import sys
from collections.abc import Callable
from typing import Any

CHUNK_BYTES = 1024
"""What the board takes at once; each piece is acknowledged."""

# While data comes, byte 3 is data and no Ctrl-C. Should the host go meanwhile, nobody could break
# in any more: the board restarts then, with what it ran before.
_RECEIVER = f"""
def _receive(files):
 import sys,micropython,machine
 data=bytearray({CHUNK_BYTES});view=memoryview(data);read=sys.stdin.buffer.readinto
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


class Child:
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
    child: Child | None = None

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
        child = Child(path)
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
