"""What is attached: real boards by their USB id, emulated ones by their registration."""

import time
from dataclasses import dataclass
from pathlib import Path

from serial.tools import list_ports

from manostat_sim.emulated import registry
from manostat_tools.devices.errors import DeviceError

RASPBERRY_PI = 0x2E8A
"""USB vendor id of every Pico, whatever runs on it."""
MICROPYTHON = 0x0005
"""USB product id of MicroPython on a Pico, and so of Manostat's image."""
BOOT_LOADER = 0x0003
INFO_FILE = "INFO_UF2.TXT"
_START_S = 60.0
"""Where the emulator has never run, it is compiled first."""
_SHOWS_S = 5.0
_LOOK_S = 0.05

_MOUNTS = Path("/proc/self/mounts")
_LABEL = Path("/dev/disk/by-label/RPI-RP2")


@dataclass(frozen=True)
class Attached:
    """One board. `path`: its serial port, or ""; `drive`: its boot loader's drive, or "";
    `usb`: such as "2E8A:0005", "" for an emulated one; `serial`: of the chip's USB, if told."""

    name: str
    emulated: bool
    path: str
    drive: str
    usb: str = ""
    serial: str = ""


def attached() -> list[Attached]:
    """All of them, emulated ones first. Nothing is opened or sent."""
    return [*_emulated(), *_real()]


def find(name: str) -> Attached:
    """The board of this name, serial port, drive or USB serial. DeviceError names those there."""
    _await_start(name)
    boards = attached()
    for board in boards:
        if name in (board.name, board.path, board.drive, board.serial):
            return board
    there = ", ".join(board.name for board in boards) or "none; see: manostat doctor"
    raise DeviceError(f"no board {name}; attached: {there}")


def starting() -> list[str]:
    """Names of emulated boards that are registered and not powered yet."""
    return [entry.name for entry in registry.running() if not Path(entry.control).exists()]


def _await_start(name: str) -> None:
    """An emulated board that was just started: until it is powered and shows port or drive."""
    if name not in starting():
        return
    ends_s = time.monotonic() + _START_S
    while name in starting() and time.monotonic() < ends_s:
        time.sleep(_LOOK_S)
    ends_s = min(ends_s, time.monotonic() + _SHOWS_S)
    while time.monotonic() < ends_s:
        if any(board.name == name and (board.path or board.drive) for board in _emulated()):
            return
        time.sleep(_LOOK_S)


def unmounted_drive() -> bool:
    """Whether a boot loader's drive is plugged in that nothing has mounted."""
    return _LABEL.exists() and not _drives()


def _emulated() -> list[Attached]:
    boards = []
    for entry in registry.running():
        path = entry.path if Path(entry.path).exists() else ""
        drive = entry.drive if (Path(entry.drive) / INFO_FILE).is_file() else ""
        boards.append(Attached(entry.name, True, path, drive))
    return boards


def _real() -> list[Attached]:
    boards = []
    for port in sorted(list_ports.comports(), key=lambda port: port.device):
        if port.vid == RASPBERRY_PI:
            usb = f"{port.vid:04X}:{port.pid:04X}"
            serial = port.serial_number or ""
            boards.append(Attached(Path(port.device).name, False, port.device, "", usb, serial))
    usb = f"{RASPBERRY_PI:04X}:{BOOT_LOADER:04X}"
    return boards + [Attached(drive.name, False, "", str(drive), usb) for drive in _drives()]


def _drives() -> list[Path]:
    """Mounted drives of RP2040 boot loaders: known by the file in them, not by their label."""
    if not _MOUNTS.is_file():
        return []
    drives = []
    for line in _MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines():
        _device, place, kind, *_rest = line.split(" ")
        folder = Path(place.encode().decode("unicode_escape"))
        if kind in ("vfat", "msdos", "fuseblk") and is_boot_loader(folder):
            drives.append(folder)
    return drives


def is_boot_loader(drive: Path) -> bool:
    """Whether the folder is the drive of an RP2040 in its boot loader, and still there."""
    try:
        return "Board-ID: RPI-RP2" in (drive / INFO_FILE).read_text(encoding="utf-8")
    except OSError:
        return False
