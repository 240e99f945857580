"""The compiler and tools an image needs: found, or installed from Debian, or asked for."""

import os
import shutil
import subprocess
from pathlib import Path

from manostat_tools.image.errors import ImageError
from manostat_tools.image.log import Log

PACKAGES = (
    "gcc-arm-none-eabi",
    "libnewlib-arm-none-eabi",
    "libstdc++-arm-none-eabi-newlib",
    "cmake",
    "make",
    "gcc",
    "libc6-dev",
)
SOURCE_PACKAGES = ("dpkg-dev", "xz-utils", "bzip2")
"""What unpacking Debian's sources needs on top."""

_COMMANDS = ("arm-none-eabi-gcc", "cmake", "make", "gcc")
_SOURCE_COMMANDS = ("dpkg-source", "xz", "bzip2")


def missing(sources: bool) -> list[str]:
    """What is not there: commands, and the C and C++ libraries for the chip."""
    wanted = _COMMANDS + (_SOURCE_COMMANDS if sources else ())
    lacking = [command for command in wanted if shutil.which(command) is None]
    if "arm-none-eabi-gcc" not in lacking:
        lacking += [name for name in ("nano.specs", "libstdc++.a") if not _library(name)]
    return lacking


def ensure(log: Log, sources: bool) -> None:
    """Install what is missing when this is root on a Debian-like machine.

    Raises ImageError with the one command to run when it may not or cannot.
    """
    lacking = missing(sources)
    if not lacking:
        return
    packages = PACKAGES + (SOURCE_PACKAGES if sources else ())
    command = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    if shutil.which("apt-get") is None:
        raise ImageError(
            f"missing: {', '.join(lacking)}. There is no apt here: install Arm's GNU compiler for "
            "arm-none-eabi with newlib and its C++ library, cmake and make, and run again"
        )
    if os.geteuid() != 0:
        raise ImageError(f"missing: {', '.join(lacking)}. Run\n  sudo {command}\nand run again")
    with log.phase("installing the compiler"):
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        log.run(["apt-get", "update"], env=quiet)
        log.run(command.split(), env=quiet)
    if missing(sources):
        raise ImageError(f"still missing: {', '.join(missing(sources))}; see {log.path}")


def _library(name: str) -> bool:
    """gcc answers with a path when it has the file, and with the bare name when not."""
    answer = subprocess.run(
        ["arm-none-eabi-gcc", "-mcpu=cortex-m0plus", "-mthumb", f"-print-file-name={name}"],
        capture_output=True,
        text=True,
        check=True,
    )
    return Path(answer.stdout.strip()).is_absolute()
