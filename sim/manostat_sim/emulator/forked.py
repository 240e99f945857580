"""Runs a function in a child made by `os.fork()`: the way to clone a booted board for each case."""

import os
import pickle
import selectors
import signal
import sys
import time
import traceback
from collections.abc import Callable
from typing import TypeVar, cast

_T = TypeVar("_T")
_CHUNK_BYTES = 1 << 16


class ForkedError(RuntimeError):
    """The child raised something that cannot be pickled, died, or took too long."""


def run_in_fork(fn: Callable[[], _T], limit_s: float = 300.0) -> _T:
    """Calls `fn` in a child of this process and returns its result, which must pickle.

    What `fn` raises is raised here, with the child's traceback as a note. Raises `ForkedError`
    if the child dies, returns what does not pickle, or is not done in `limit_s` seconds of wall
    time (it is then killed).
    """
    sys.stdout.flush()
    sys.stderr.flush()
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        _child(fn, writer)
    os.close(writer)
    try:
        data = _read_all(reader, limit_s)
    except BaseException:
        os.kill(pid, signal.SIGKILL)
        raise
    finally:
        os.close(reader)
        _, status = os.waitpid(pid, 0)
    if not data:
        raise ForkedError(f"the child died without a result (wait status {status})")
    succeeded, value, trace = pickle.loads(data)
    if succeeded:
        return cast(_T, value)
    value.add_note(f"In the forked child:\n{trace}")
    raise value


def _child(fn: Callable[[], object], writer: int) -> None:
    """Never returns: whatever happens, none of the parent's clean-up may run in the child."""
    try:
        try:
            data = pickle.dumps((True, fn(), ""))
        except BaseException as error:  # carried to the parent, whatever it is
            data = _pickled_failure(error)
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(data)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(0)


def _pickled_failure(error: BaseException) -> bytes:
    trace = traceback.format_exc()
    try:
        data = pickle.dumps((False, error, trace))
        pickle.loads(data)
    except Exception:  # an exception class may fail to pickle, or to unpickle, in any way
        data = pickle.dumps((False, ForkedError(f"{type(error).__name__}: {error}"), trace))
    return data


def _read_all(reader: int, limit_s: float) -> bytes:
    ends_s = time.monotonic() + limit_s
    chunks: list[bytes] = []
    with selectors.DefaultSelector() as selector:
        selector.register(reader, selectors.EVENT_READ)
        while selector.select(max(ends_s - time.monotonic(), 0)):
            chunk = os.read(reader, _CHUNK_BYTES)
            if not chunk:
                return b"".join(chunks)
            chunks.append(chunk)
    raise ForkedError(f"the child was not done after {limit_s} s of wall time")
