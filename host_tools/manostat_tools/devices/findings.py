"""What commonly stands between a computer and a board, each found by looking, and explained."""

import importlib.metadata
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from manostat_sim.emulated import registry
from manostat_tools.devices.attached import Attached, attached, unmounted_drive
from manostat_tools.devices.port import holders
from manostat_tools.image import build, micropython, toolchain
from manostat_tools.image.errors import ImageError

GOOD, NOTE, WRONG = "good", "note", "wrong"

RULE_FILE = "/etc/udev/rules.d/70-manostat.rules"
RULE = (
    'SUBSYSTEM=="tty", ATTRS{idVendor}=="2e8a", MODE="0660", TAG+="uaccess", '
    'ENV{ID_MM_DEVICE_IGNORE}="1"'
)
"""Who sits at the computer may open the port, and ModemManager leaves it alone."""

_OLDEST, _NEWEST = (1, 25), (1, 29)
"""Versions of MicroPython that the firmware is known to run on."""


@dataclass(frozen=True)
class Finding:
    """`level`: GOOD, NOTE or WRONG; `text`: what is so; `advice`: what to do, "" if nothing."""

    level: str
    text: str
    advice: str = ""


def all_findings() -> list[Finding]:
    """Everything, in the order in which one would look."""
    boards = attached()
    ports = [board for board in boards if board.path]
    return [
        *of_boards(boards),
        *of_permissions(ports),
        *of_holders(ports),
        *of_modem_manager(),
        *of_emulators(),
        *of_mpremote(),
        *of_compiler(),
        *of_tree(),
    ]


def of_boards(boards: list[Attached]) -> Iterator[Finding]:
    """Whether any board is attached."""
    if boards:
        names = ", ".join(board.name for board in boards)
        yield Finding(GOOD, f"attached: {names}")
    else:
        yield Finding(
            NOTE,
            "no board is attached",
            "a cable that only charges looks like this; or start one: manostat emulate --stock",
        )
    if unmounted_drive():
        yield Finding(
            WRONG,
            "a boot loader's drive (RPI-RP2) is plugged in but not mounted",
            "mount /dev/disk/by-label/RPI-RP2, then manostat flash",
        )


def of_permissions(ports: list[Attached]) -> Iterator[Finding]:
    """Whether this user may open each port."""
    for board in ports:
        if not os.access(board.path, os.R_OK | os.W_OK):
            yield Finding(
                WRONG,
                f"{board.path}: this user may not open it",
                f"put this line into {RULE_FILE}, as root, then plug the board in again:\n{RULE}",
            )


def of_holders(ports: list[Attached], proc: Path = Path("/proc")) -> Iterator[Finding]:
    """Which programs have a port open."""
    for board in ports:
        for pid, program in holders(board.path, proc):
            if pid != os.getpid() and not _emulates(board, pid):
                yield Finding(
                    WRONG, f"{board.path} is held by {program} (process {pid})", "close it"
                )


def of_modem_manager(proc: Path = Path("/proc")) -> Iterator[Finding]:
    """ModemManager tries each new serial port for a modem, for some seconds."""
    for comm in proc.glob("[0-9]*/comm"):
        try:
            name = comm.read_text().strip()
        except OSError:
            continue
        if name == "ModemManager":
            yield Finding(
                NOTE,
                "ModemManager runs: it holds a new port for some seconds and writes to it",
                f"this line in {RULE_FILE} keeps it away:\n{RULE}",
            )
            return


def of_emulators() -> Iterator[Finding]:
    """Registrations of emulated boards that were killed."""
    if names := registry.stale():
        yield Finding(
            NOTE,
            f"left by emulated boards that were killed: {', '.join(names)}",
            "manostat boards removes it",
        )
    folder = registry.folder()
    if folder.exists() and not os.access(folder, os.W_OK):
        yield Finding(
            WRONG, f"{folder} cannot be written to", f"set {registry.ENVIRONMENT} to another folder"
        )


def of_mpremote() -> Iterator[Finding]:
    """Whether mpremote is installed, in a version that the wrapper knows."""
    try:
        version = importlib.metadata.version("mpremote")
    except importlib.metadata.PackageNotFoundError:
        yield Finding(WRONG, "mpremote is not installed", "make setup")
        return
    if _numbers(version) < _OLDEST or _numbers(version)[0] != 1:
        yield Finding(WRONG, f"mpremote {version}: known are 1.25 and later 1.x", "make setup")
    else:
        yield Finding(GOOD, f"mpremote {version}")


def of_compiler() -> Iterator[Finding]:
    """Whether images can be built."""
    lacking = toolchain.missing(sources=micropython.assembled(build.BUILD) is None)
    if lacking:
        yield Finding(
            NOTE,
            f"images cannot be built, missing: {', '.join(lacking)}",
            f"apt-get install {' '.join(toolchain.PACKAGES)}",
        )
    else:
        yield Finding(GOOD, "the Arm compiler and cmake are there")


def of_tree() -> Iterator[Finding]:
    """Whether MicroPython's sources are there, whole and of a known version."""
    given = os.environ.get(micropython.ENVIRONMENT)
    try:
        tree = micropython.given(Path(given)) if given else micropython.assembled(build.BUILD)
    except ImageError as problem:
        yield Finding(WRONG, f"${micropython.ENVIRONMENT}: {problem}")
        return
    if tree is None:
        yield Finding(NOTE, "MicroPython's sources are not here yet", "manostat image gets them")
    elif not _OLDEST <= _numbers(tree.version) <= _NEWEST:
        yield Finding(
            WRONG,
            f"{tree.path}: MicroPython {tree.version}, known are 1.25 to 1.29",
            f"set {micropython.ENVIRONMENT} to a tree of 1.25, or unset it",
        )
    else:
        yield Finding(GOOD, f"MicroPython {tree.version} in {tree.path.name}")


def _emulates(board: Attached, pid: int) -> bool:
    return board.emulated and any(
        entry.name == board.name and entry.pid == pid for entry in registry.running()
    )


def _numbers(version: str) -> tuple[int, int]:
    major, minor, *_rest = [*re.findall(r"\d+", version), "0", "0"]
    return int(major), int(minor)
