"""A flash from the image's check to what answers afterwards."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from manostat_tools.devices.attached import Attached
from manostat_tools.devices.drive import copy, wait_for_drive
from manostat_tools.devices.errors import DeviceError
from manostat_tools.devices.port import holder
from manostat_tools.devices.probe import Answer, Hello, Kind, ask, interrupt
from manostat_tools.devices.prompt import Prompt
from manostat_tools.devices.stock_check import verify_stock
from manostat_tools.devices.wait import wait_for
from manostat_tools.image import uf2

ANSWER_S = 90.0
"""From the last block to hello; 2 s with the self test; an emulated board is slower."""
_DRIVE_S = 20.0
_ERASE_S = 120.0
# Where the records will be, MicroPython has its files. What is blank already takes no erase.
_ERASE = """
import os,rp2
try:
 os.umount('/')
except OSError:
 pass
flash=rp2.Flash();block=bytearray(4096);blank=b'\\xff'*4096
for n in range(flash.ioctl(4,0)):
 flash.readblocks(n,block)
 if block!=blank:
  flash.ioctl(6,n)
"""
EMPTY_ROOM = 2046
"""Pages of a journal that holds the record of its first start, and no level."""
_MANIFEST = b"MIMG\x01\0\0\0"


@dataclass(frozen=True)
class Image:
    """A UF2 that a Pico takes. `ours`: it is an image of Manostat, by its manifest."""

    file: Path
    content: bytes
    binary: bytes
    ours: bool


def read_image(file: Path) -> Image:
    """DeviceError, naming what is wrong, for anything that a Pico would not take as a whole."""
    try:
        binary = uf2.decode(file)
    except OSError as problem:
        raise DeviceError(f"{file}: {problem.strerror}") from None
    except ValueError as problem:
        raise DeviceError(f"{problem}: no UF2 for RP2040, nothing was done") from None
    return Image(file, file.read_bytes(), binary, _MANIFEST in binary)


def flash(
    board: Attached,
    image: Image,
    wait_s: float,
    erase_files: bool = False,
    lose_records: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
    say: Callable[[str], None] = lambda text: None,
) -> Answer:
    """Bring the board into its boot loader, copy, and verify what answers.

    `wait_s`: how long somebody has to hold BOOTSEL, where nothing else helps. `erase_files`: erase
    MicroPython's file system first. `lose_records`: stock MicroPython may format what a pump has
    kept. DeviceError in one line.
    """
    answer = ask(board)
    refuse_unless_free(board, answer)
    refuse_loss(board, answer, image, lose_records)
    if answer.kind is not Kind.BOOT_LOADER:
        if ask_into_boot_loader(board, answer, erase_files):
            say(f"{board.name} goes into its boot loader")
            wait_s = _DRIVE_S
        else:
            say(_button(board, wait_s))
    in_loader = wait_for_drive(board, wait_s)
    copy(image.content, Path(in_loader.drive), progress)
    say("copied; waiting for what answers")
    kind = Kind.MANOSTAT if image.ours else Kind.MICROPYTHON
    back, answer = wait_for(board, kind, ANSWER_S)
    if answer.hello is not None:
        verify(image, answer.hello)
    else:
        verify_stock(back.path, image.file, image.binary, answer.version)
        say("its version and its flash are those of the file")
    return answer


def refuse_unless_free(board: Attached, answer: Answer) -> None:
    """DeviceError for a board that must not or cannot be touched now."""
    if answer.moves:
        raise DeviceError(f"{board.name} is injecting: nothing is done to it; press STOP first")
    if answer.kind is Kind.HELD:
        raise DeviceError(
            f"{board.name} is held by {holder(board.path)}; close that program and try again"
        )
    if answer.kind is Kind.FORBIDDEN:
        raise DeviceError(f"{board.name} may not be opened by you; see: manostat doctor")


def refuse_loss(board: Attached, answer: Answer, image: Image, lose_records: bool) -> None:
    """DeviceError where stock MicroPython would format the flash in which a pump keeps its records:
    its first start makes a file system there, without asking."""
    hello = answer.hello
    recorded = hello is not None and not hello.bench and hello.room < EMPTY_ROOM
    if recorded and not image.ours and not lose_records:
        raise DeviceError(
            f"{board.name} has records in its journal, and {image.file.name} would format them "
            "away: save its flash (picotool save --all), then flash with --lose-records"
        )


def ask_into_boot_loader(board: Attached, answer: Answer, erase_files: bool = False) -> bool:
    """Ask what runs there to start the boot loader; False where only the BOOTSEL button helps."""
    prompt = answer.kind is Kind.MICROPYTHON
    if answer.kind is Kind.MANOSTAT and answer.hello is not None and answer.hello.bench:
        prompt = interrupt(board)  # a development board lets itself be interrupted
    if prompt:
        with Prompt(board.path) as connection:
            if erase_files:
                connection.run(_ERASE, _ERASE_S)
            connection.start("import machine\nmachine.bootloader()")
    if erase_files and not prompt:
        raise DeviceError(f"{board.name}: files are erased from a MicroPython prompt, none answers")
    return prompt


def verify(image: Image, hello: Hello) -> None:
    """DeviceError if another image answers than the one that was copied."""
    if hello.image.encode() not in image.binary:
        raise DeviceError(
            f"image {hello.image} answers, and it is not the one of {image.file.name}: the board "
            "kept what it had; flash again"
        )


def _button(board: Attached, wait_s: float) -> str:
    how = (
        f"manostat operate {board.name} bootsel hold, then reset"
        if board.emulated
        else "pull its USB cable, hold BOOTSEL, put the cable in"
    )
    return (
        f"{board.name}: only its BOOTSEL button gets it into the boot loader: {how} "
        f"(waiting {wait_s:g} s)"
    )
