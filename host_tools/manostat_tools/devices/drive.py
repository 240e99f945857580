"""A boot loader's drive: found, and a UF2 copied to it with progress, each piece by a deadline."""

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from manostat_tools.devices import drive_child
from manostat_tools.devices.attached import Attached, unmounted_drive
from manostat_tools.devices.errors import DeviceError
from manostat_tools.devices.wait import same_board

_LOOK_S = 0.05
_FIRST_S = 30.0
"""Starting Python, opening the file, the first piece."""
_PIECE_S = 20.0
_END_S = 10.0
"""For the last piece, which a drive that restarts may never acknowledge."""
_KILLED_S = 1.0
_READ = 4096


def wait_for_drive(before: Attached, limit_s: float) -> Attached:
    """The board once its boot loader's drive is there. DeviceError after `limit_s` wall seconds."""
    ends_s = time.monotonic() + limit_s
    while True:
        board = same_board(before)
        if board is not None and board.drive:
            return board
        if time.monotonic() >= ends_s:
            break
        time.sleep(_LOOK_S)
    if unmounted_drive():
        raise DeviceError(
            "the boot loader's drive is there but not mounted: mount /dev/disk/by-label/RPI-RP2 "
            "and flash again"
        )
    raise DeviceError(
        f"{before.name}: no RPI-RP2 drive within {limit_s:g} s; hold BOOTSEL while you plug the "
        "board in, and flash again"
    )


class _StuckError(OSError):
    """The copy does not go on, for the reason that its text says."""


def copy(
    content: bytes, drive: Path, progress: Callable[[int, int], None] = lambda done, total: None
) -> None:
    """Copy a whole UF2 to the drive, which vanishes as soon as the last block is flashed.

    DeviceError, saying how far it came, when the drive goes before that, or takes longer than its
    deadline for a piece: a process of its own writes (drive_child.py).
    """
    done = 0
    child = _started(drive, len(content))
    try:
        while done < len(content):
            piece = content[done : done + drive_child.PIECE_BYTES]
            done = _write(child, piece, _PIECE_S if done else _FIRST_S)
            progress(done, len(content))
        _end(child, _END_S)
    except OSError as problem:
        if done == 0:
            raise DeviceError(
                f"{drive}: nothing was copied ({problem}); is it mounted for this user?"
            ) from None
        raise DeviceError(
            f"the copy ended at {100 * done // len(content)} % ({problem}): what is in "
            "its flash is no whole image, and it waits in its boot loader; plug it in (holding "
            "BOOTSEL if no drive RPI-RP2 comes) and flash again"
        ) from None
    finally:
        _end(child, 0.0)


def _started(drive: Path, total: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", drive_child.__name__, str(drive), str(total)],
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for us
    )


def _write(child: "subprocess.Popen[bytes]", piece: bytes, limit_s: float) -> int:
    """How much is done with this piece."""
    assert child.stdin is not None
    assert child.stdout is not None
    sent = memoryview(piece)
    try:
        while sent:
            sent = sent[child.stdin.write(sent) or 0 :]
    except BrokenPipeError:
        pass  # it has said why
    heard = b""
    ends_s = time.monotonic() + limit_s
    while not heard.endswith(b"\n"):
        ready, _, _ = select.select([child.stdout], [], [], max(ends_s - time.monotonic(), 0))
        if not ready:
            raise _StuckError(f"it takes nothing for {limit_s:g} s")
        data = os.read(child.stdout.fileno(), _READ)
        if not data:
            raise _StuckError("the process that copies has ended unexpectedly")
        heard += data
    answer = json.loads(heard)
    if "error" in answer:
        raise _StuckError(answer["error"])
    return int(answer["done"])


def _end(child: "subprocess.Popen[bytes]", limit_s: float) -> None:
    """Let it end within the limit, else kill it; one that hangs in its drive is left to itself."""
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.close()
    try:
        child.wait(limit_s)
    except subprocess.TimeoutExpired:
        child.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(_KILLED_S)
    child.stdout.close()
