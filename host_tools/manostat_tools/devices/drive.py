"""A boot loader's drive: found, and a UF2 copied to it with progress."""

import errno
import os
import time
from collections.abc import Callable
from pathlib import Path

from manostat_tools.devices.attached import Attached, is_boot_loader, unmounted_drive
from manostat_tools.devices.errors import DeviceError
from manostat_tools.devices.wait import same_board

_LOOK_S = 0.05
_PIECE_BYTES = 32_768
_NAME = "MANOSTAT.UF2"


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


def copy(
    content: bytes, drive: Path, progress: Callable[[int, int], None] = lambda done, total: None
) -> None:
    """Copy a whole UF2 to the drive, which vanishes as soon as the last block is flashed.

    DeviceError, saying how far it came, when the drive goes before that.
    """
    done = 0
    try:
        with (drive / _NAME).open("wb", buffering=0) as file:
            while done < len(content):
                if not is_boot_loader(drive):
                    raise OSError(errno.ENODEV, "the drive is gone")
                file.write(content[done : done + _PIECE_BYTES])
                done = min(done + _PIECE_BYTES, len(content))
                if done < len(content):
                    os.fsync(file.fileno())  # or only the computer's memory has it
                progress(done, len(content))
    except OSError as problem:
        if done == len(content):
            return  # it restarts before a host has closed its file
        if done == 0:
            raise DeviceError(
                f"{drive}: nothing was copied ({problem.strerror}); is it mounted for this user?"
            ) from None
        raise DeviceError(
            f"the copy ended at {100 * done // len(content)} % ({problem.strerror}): what is in "
            "its flash is no whole image, and it waits in its boot loader; plug it in (holding "
            "BOOTSEL if no drive RPI-RP2 comes) and flash again"
        ) from None
