"""The other end of the control channel."""

import socket
from pathlib import Path

from manostat_sim.emulated.registry import running

_LIMIT_S = 10.0
_CHUNK = 65536


class OperateError(RuntimeError):
    """No such board, or it refused; the message says which."""


def operate(name: str, line: str, limit_s: float = _LIMIT_S) -> str:
    """Send one line (`control.py` lists them) to the emulated board `name`; what follows "ok".

    `limit_s`: wall time for the answer, on top of what an `await` may take.
    """
    known = {entry.name: entry for entry in running()}
    if name not in known:
        there = (
            f"there is: {', '.join(known)}"
            if known
            else ("none runs; start one with: manostat emulate")
        )
        raise OperateError(f"no emulated board called {name}: {there}")
    if not Path(known[name].control).exists():
        raise OperateError(f"{name} is starting: a moment, then again")
    words = line.split()
    if words[:1] == ["await"] and words[-1].replace(".", "", 1).isdecimal():
        limit_s += float(words[-1])
    answer = b""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as channel:
            channel.settimeout(limit_s)
            channel.connect(known[name].control)
            channel.sendall(line.encode() + b"\n")
            while not answer.endswith(b"\n"):
                chunk = channel.recv(_CHUNK)
                if not chunk:
                    break
                answer += chunk
    except TimeoutError:
        raise OperateError(f"{name} did not answer within {limit_s:g} s") from None
    except OSError as problem:
        raise OperateError(f"{name}: {problem.strerror}") from problem
    if not answer:
        return ""  # it has ended
    verdict, _, rest = answer.decode().strip().partition(" ")
    if verdict != "ok":
        raise OperateError(f"{name}: {rest}")
    return rest
