"""`manostat emulate`: an emulated Pico as a process; `manostat operate`: its buttons and cables."""

import argparse
import signal
import sys
from pathlib import Path

from manostat_sim.emulated import registry
from manostat_sim.emulated.boot_loader import FLASH_BYTES
from manostat_sim.emulated.client import OperateError, operate
from manostat_sim.scenarios import list_scenarios
from manostat_tools.boards import BOARDS, load_board

_BOARD = "RPI_PICO"
_VERBS = """\
what to do, one of
  press RUN|STOP|PAIN|END_FULL|END_EMPTY     press and keep pressed
  release RUN|...                            let go
  unplug, plug                               the USB cable; the pump has a supply of its own
  power off, power on                        the supply
  bootsel hold, bootsel release              the BOOTSEL button, looked at when the board starts
  reset                                      pull the RUN pin of the Pico
  fault ID, mend ID                          a fault of the plant, such as occlusion or leak
  meet SCENARIO                              another disc and patient
  await WHAT SECONDS                         port, no-port, boot-loader, moving, still, starts:N,
                                             blocks:N, virtual:S
  status                                     all of it, as JSON
  end                                        end the emulator
"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add both commands to the command line."""
    parser = subparsers.add_parser(
        "emulate",
        help="run an emulated Pico that other programs can talk to",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Runs an emulated Raspberry Pi Pico, wired to a simulated pump, disc and\n"
        "patient, until Ctrl-C. Its USB serial port is a pty with a name of its own, its boot\n"
        "loader a folder. `manostat boards` lists it; flash, deploy and mpremote work on it.",
        epilog="Virtual time is held to wall time: never faster than a real board. The pump's\n"
        "image takes some 1.4 s of a processor for each second, a waiting prompt next to none.\n"
        "Buttons and cables: `manostat operate NAME ...`, see its --help.",
    )
    parser.add_argument("--name", help="what it is called (default: pump, pump2, ...)")
    image = parser.add_mutually_exclusive_group()
    image.add_argument("--image", type=Path, metavar="UF2", help="default: the bench image")
    image.add_argument("--stock", action="store_true", help="stock MicroPython, to deploy to")
    image.add_argument("--blank", action="store_true", help="erased flash: the boot loader answers")
    names = [of.name for of in list_scenarios()]
    parser.add_argument(
        "--scenario",
        choices=names,
        default="concordant-10s",
        metavar="NAME",
        help="disc and patient (default %(default)s; manostat demo --list shows them)",
    )
    parser.add_argument(
        "--flash",
        type=Path,
        metavar="FILE",
        help="keep its flash here from run to run: files, journal, unit",
    )
    parser.add_argument("--bootsel", action="store_true", help="BOOTSEL is held at power-on")
    parser.set_defaults(run=run_emulate)
    buttons = subparsers.add_parser(
        "operate",
        help="press the buttons of an emulated Pico, pull its cables",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Acts on a board that `manostat emulate` runs.\n\n" + _VERBS,
        epilog="Example: manostat operate pump press PAIN",
    )
    buttons.add_argument("name", metavar="NAME", help="as `manostat boards` shows it")
    buttons.add_argument("words", nargs="+", metavar="WHAT", help="see above")
    buttons.set_defaults(run=run_operate)


def run_emulate(options: argparse.Namespace) -> int:
    """Run until Ctrl-C, SIGTERM or `operate NAME end`; 1 if it cannot start."""
    from manostat_sim.emulated.process import emulate

    registry.clean()
    name = options.name or registry.free_name()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        image = _image(options)
        pins = load_board(BOARDS / _BOARD).pins
        what = image or ("the flash as it was" if _has_flash(options) else "erased flash")
        if problem := _wrong_flash(options.flash):
            raise ValueError(problem)
        print(f"{name}: starting with {what}, {options.scenario}; Ctrl-C ends it", flush=True)
        emulate(name, image, options.scenario, pins, _say, options.bootsel, options.flash)
    except KeyboardInterrupt:
        pass
    except OSError as wrong:
        print(f"cannot emulate: {wrong.filename}: {wrong.strerror}", file=sys.stderr)
        return 1
    except (ValueError, registry.NameTakenError) as problem:
        print(f"cannot emulate: {problem}", file=sys.stderr)
        return 1
    print(f"{name}: ended")
    return 0


def run_operate(options: argparse.Namespace) -> int:
    """Send one line, print the answer; 1 if it was refused."""
    try:
        answer = operate(options.name, " ".join(options.words))
    except OperateError as problem:
        print(problem, file=sys.stderr)
        return 1
    if answer or sys.stdout.isatty():
        print(answer or f"ok: {' '.join(options.words)}")
    return 0


def _image(options: argparse.Namespace) -> Path | None:
    from manostat_tools.devices.stock import ensure_stock
    from manostat_tools.image import ensure_images

    if options.stock:
        return ensure_stock(_BOARD, say=True)
    if options.blank or (_has_flash(options) and options.image is None):
        return None
    image: Path = options.image or ensure_images(_BOARD, say=True)
    image.open("rb").close()  # what cannot be read is said before anything starts
    return image


def _wrong_flash(file: Path | None) -> str:
    """Why a flash cannot be kept in a file, "" if it can: at the end it would be lost."""
    if file is None:
        return ""
    if file.is_dir() or not file.absolute().parent.is_dir():
        return f"--flash {file}: {'is a folder' if file.is_dir() else 'its folder is not there'}"
    if file.exists() and file.stat().st_size != FLASH_BYTES:
        return f"--flash {file}: {file.stat().st_size} bytes, allowed {FLASH_BYTES}"
    return ""


def _has_flash(options: argparse.Namespace) -> bool:
    return options.flash is not None and options.flash.exists()


def _say(text: str) -> None:
    print(text, flush=True)
