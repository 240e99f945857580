"""Writes to a boot loader's drive, in a process of its own: one that hangs holds up nobody else.

Run as a module by drive.py, which sends `total` bytes in pieces; after each one is written through,
a line of JSON says how much is done, or what went wrong. It never gives up by itself.
"""

import contextlib
import errno
import json
import os
import sys
from pathlib import Path
from typing import Any

from manostat_tools.devices.attached import is_boot_loader

PIECE_BYTES = 32_768
NAME = "MANOSTAT.UF2"


def _main(drive: Path, total: int) -> None:
    done = 0
    try:
        with (drive / NAME).open("wb", buffering=0) as file:
            while done < total:
                data = sys.stdin.buffer.read(min(PIECE_BYTES, total - done))
                if not data:
                    return  # nobody wants the rest
                if not is_boot_loader(drive):
                    raise OSError(errno.ENODEV, "the drive is gone")
                file.write(data)
                if done + len(data) < total:
                    os.fsync(file.fileno())  # or only the computer's memory has it
                done += len(data)
                _say({"done": done})
            with contextlib.suppress(OSError):  # it restarts before its last block is acknowledged
                os.fsync(file.fileno())
    except OSError as problem:
        _say({"error": problem.strerror})


def _say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    _main(Path(sys.argv[1]), int(sys.argv[2]))
