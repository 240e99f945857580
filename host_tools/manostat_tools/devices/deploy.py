"""A deploy from the first question to the verdict of the self test."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from manostat_tools.devices.attached import Attached
from manostat_tools.devices.bundle import Bundle
from manostat_tools.devices.errors import DeviceError
from manostat_tools.devices.port import holder
from manostat_tools.devices.probe import Answer, Hello, Kind, ask, interrupt
from manostat_tools.devices.prompt import Prompt
from manostat_tools.devices.slots import Slots
from manostat_tools.devices.wait import wait_for

VERDICT_S = 90.0
"""From reset to hello: 3 s with the self test; an emulated board is slower."""

_ABOUT = (
    "import sys\n"
    "i=sys.implementation\n"
    "m=getattr(i,'_mpy',0)\n"
    "print('.'.join(str(n) for n in i.version[:3]),m&255,m>>8&3,m>>10,i._machine,sep='|')"
)
# Scratch 0 says how far the watchdog's proof has come (firmware/manostat/reset.py): without it the
# pump takes this reset for a power-on, and not for one of the few that it allows in use.
_RESTART = "import machine\nmachine.mem32[0x4005800C]=0\nmachine.reset()"
_ARMV6M = 4  # MP_NATIVE_ARCH_ARMV6M of py/persistentcode.h


@dataclass(frozen=True)
class Deployed:
    """What came of it. `sent`: bytes that went over the cable; `slot`: the one that runs now."""

    slot: str
    sent: int
    micropython: str
    machine: str
    hello: Hello


def refuse_unless_ready(board: Attached, answer: Answer) -> None:
    """DeviceError, saying why and what to do, for a board that must not be deployed to."""
    if answer.moves:
        raise DeviceError(f"{board.name} is injecting: nothing is done to it; press STOP first")
    if answer.kind is Kind.MICROPYTHON or answer.kind is Kind.MUTE:
        return
    if answer.kind is Kind.MANOSTAT:
        if answer.hello is not None and not answer.hello.bench:
            raise DeviceError(
                f"{board.name} runs a production image, which nothing interrupts: to develop on "
                f"it, flash stock MicroPython: manostat flash {board.name} --stock"
            )
        return
    advice = {
        Kind.BOOT_LOADER: "is in its boot loader: flash stock MicroPython first (manostat flash "
        f"{board.name} --stock)",
        Kind.HELD: f"is held by {holder(board.path)}; close that program and try again",
        Kind.FORBIDDEN: "may not be opened by you; `manostat doctor` shows the udev rule",
        Kind.GONE: "has no serial port now; is it plugged in and powered?",
    }
    raise DeviceError(f"{board.name} {advice[answer.kind]}")


def deploy(
    board: Attached,
    bundle: Bundle,
    replace_main: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
    say: Callable[[str], None] = lambda text: None,
) -> Deployed:
    """Put `bundle` into the slot that does not run, switch, and wait for the self test.

    `progress` is told bytes sent and bytes in all. DeviceError in one line; before the switch the
    old slot is untouched.
    """
    answer = ask(board)
    refuse_unless_ready(board, answer)
    if answer.kind is Kind.MANOSTAT and not interrupt(board):
        raise DeviceError(
            f"{board.name} runs a bench image, which nothing interrupts: to develop on it, "
            f"flash stock MicroPython: manostat flash {board.name} --stock"
        )
    with Prompt(board.path) as prompt:
        micropython, machine = check_version(prompt, bundle)
        slots = Slots(prompt)
        old = slots.current()
        new = "b" if old == "a" else "a"
        say(f"{machine}, MicroPython {micropython}; slot {old or 'none'} runs, {new} is filled")
        try:
            sent = slots.fill(new, bundle.files, progress)
            slots.verify(new, bundle.files)
            slots.install_chooser(replace_main)
            slots.switch(new)
        except BaseException as problem:
            with contextlib.suppress(DeviceError):
                prompt.start(_RESTART)  # into the slot that ran before
            if not isinstance(problem, DeviceError):
                raise
            kept = f"slot {old} still runs" if old else "nothing was deployed"
            raise DeviceError(f"{problem} ({kept})") from problem
        say(f"slot {new} is verified and runs from now on; restarting")
        prompt.start(_RESTART)
    _, answer = wait_for(board, Kind.MANOSTAT, VERDICT_S)
    hello = answer.hello
    assert hello is not None
    if hello.image != bundle.image_hash:
        raise DeviceError(
            f"{board.name} runs {hello.image}, and {bundle.image_hash} was deployed: it did not "
            "restart into the new slot; reset it"
        )
    return Deployed(new, sent, micropython, machine, hello)


def check_version(prompt: Prompt, bundle: Bundle) -> tuple[str, str]:
    """(MicroPython version, machine) of the board. DeviceError if it cannot run the bundle."""
    said = prompt.run(_ABOUT).strip().split("|")
    if len(said) != 5:
        raise DeviceError("the board does not say which MicroPython it runs")
    version, mpy, sub, architecture, machine = said
    runs = f"{mpy}.{sub}"
    if runs != bundle.mpy or version != bundle.micropython:
        raise DeviceError(
            f"the board runs MicroPython {version} (.mpy {runs}) and this tree compiles for "
            f"{bundle.micropython} (.mpy {bundle.mpy}): flash it with --stock, or set "
            f"MICROPYTHON_DIR to a tree of {version}"
        )
    if int(architecture) != _ARMV6M:
        raise DeviceError(f"{machine}: no RP2040; the firmware is compiled for armv6m only")
    return version, machine
