"""The PIO block of an RP2040 without its processor, behind the `rp2` and `machine` of MicroPython.

The firmware's lease runs on it unchanged: a small assembler (instruction formats: RP2040 datasheet
3.4) fills the block's memory, and the block is advanced from one due instruction to the next, so
that milliseconds cost milliseconds of wall time. One cycle is 8 ns. STEP feeds back to its input.
The block goes on between two accesses of the processor: 5 us for a call, 0.1 us in compiled code.
"""

import sys
import types
from collections.abc import Callable
from typing import Any

from rp2040py.rp2040 import RP2040

CYCLES_PER_US = 125
STEP, DIR, PERMIT = 2, 3, 8
_PIO0 = 0x50200000
_CTRL, _FLEVEL, _TXF0 = _PIO0, _PIO0 + 0x0C, _PIO0 + 0x10
_MEMORY, _MACHINE, _MACHINE_BYTES = _PIO0 + 0x48, _PIO0 + 0xC8, 0x18
_CALL_US, _COMPILED_US = 5, 0.1
_INPUT_ENABLE = 1 << 6
_SOURCES = {"gpio": 0, "pin": 1, "irq": 2}
_PLACES = {"pins": 0, "x": 1, "y": 2, "null": 3, "isr": 6, "osr": 7}
_CONDITIONS = {"not_x": 1, "x_dec": 2, "not_y": 3, "y_dec": 4, "pin": 6}


class Program:
    """Words of one program, made by running its function once with these methods as globals."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings
        self.words: list[int] = []
        self.labels: dict[str, int] = {}
        self.jumps: list[tuple[int, str]] = []
        self.bottom = 0
        self.top = -1

    def assemble(self, function: Callable[[], None]) -> "Program":
        names: dict[str, Any] = {name: name for name in ("block", "noblock", *_PLACES)}
        names |= {name: name for name in (*_CONDITIONS, *_SOURCES)}
        for name in ("wrap_target", "wrap", "label", "pull", "out", "in_", "wait", "jmp", "mov"):
            names[name] = getattr(self, name)
        names |= {"set": self.set_, "irq": Irq(self), "pin": "pin"}
        types.FunctionType(function.__code__, names, closure=function.__closure__)()
        for at, target in self.jumps:
            self.words[at] |= self.labels[target]
        return self

    def __getitem__(self, delay: int) -> None:
        self.words[-1] |= delay << 8

    def _add(self, word: int) -> "Program":
        self.words.append(word)
        return self

    def wrap_target(self) -> None:
        self.bottom = len(self.words)

    def wrap(self) -> None:
        self.top = len(self.words) - 1

    def label(self, name: str) -> None:
        self.labels[name] = len(self.words)

    def pull(self, _block: str) -> "Program":
        return self._add(0x80A0)

    def out(self, place: str, bits: int) -> "Program":
        return self._add(0x6000 | _PLACES[place] << 5 | bits & 31)

    def in_(self, place: str, bits: int) -> "Program":
        return self._add(0x4000 | _PLACES[place] << 5 | bits & 31)

    def wait(self, level: int, source: Any, index: int) -> "Program":
        number = _SOURCES["irq" if isinstance(source, Irq) else source]
        return self._add(0x2000 | level << 7 | number << 5 | index)

    def jmp(self, condition: str, target: str | None = None) -> "Program":
        if target is None:
            condition, target = "", condition
        self.jumps.append((len(self.words), target))
        return self._add(_CONDITIONS.get(condition, 0) << 5)

    def mov(self, place: str, source: str) -> "Program":
        return self._add(0xA000 | _PLACES[place] << 5 | _PLACES[source])

    def set_(self, place: str, value: int) -> "Program":
        assert 0 <= value < 32
        return self._add(0xE000 | _PLACES[place] << 5 | value)


class Irq:
    """`irq` is both an instruction and a source of `wait`."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def __call__(self, flag: int) -> Program:
        return self._program._add(0xC000 | flag)


class Rig:
    """One emulated PIO block, its pins and the stand-in modules that drive it."""

    def __init__(self) -> None:
        self.chip = RP2040()
        self.chip.simulator = object()  # advanced here, not by rp2040py's own loop
        self.pio = self.chip.pio[0]
        self.rising_ns: list[int] = []
        self.falling_ns: list[int] = []
        self.used = 0
        self.levels: dict[int, int] = {}
        self._level = False
        for gpio in (STEP, PERMIT):
            self.chip.gpio[gpio].pad_value |= _INPUT_ENABLE
        self.chip.gpio[STEP].add_listener(self._step_changed)
        self.set_permit(1)

    @property
    def now_ns(self) -> int:
        return (self.pio.cycle_fp >> 8) * 8

    def run_us(self, us: float) -> None:
        """Let the block run; the processor does nothing meanwhile."""
        self.run_to_ns(self.now_ns + round(us * 1000))

    def run_to_ns(self, end_ns: int) -> None:
        end_fp = (end_ns // 8) << 8
        while self.pio.cycle_fp < end_fp:
            due_fp = min(max(self.pio.next_due_fp, self.pio.cycle_fp + 256), end_fp)
            self.pio.advance((due_fp - self.pio.cycle_fp) + 255 >> 8)

    def set_permit(self, level: int) -> None:
        self.chip.gpio[PERMIT].set_input_value(bool(level))

    def _step_changed(self, _new: Any, _old: Any) -> None:
        level = self.chip.gpio[STEP].output_value
        if level != self._level:
            self._level = level
            (self.rising_ns if level else self.falling_ns).append(self.now_ns)
            self.chip.gpio[STEP].set_input_value(level)

    def modules(self) -> dict[str, types.ModuleType]:
        """Stand-ins for `rp2` and `machine`, to be put into `sys.modules`."""
        rp2 = types.ModuleType("rp2")
        rp2.PIO = lambda _block: self  # type: ignore[attr-defined]
        rp2.PIO.OUT_LOW = 2  # type: ignore[attr-defined]
        rp2.PIO.SHIFT_LEFT, rp2.PIO.SHIFT_RIGHT = 0, 1  # type: ignore[attr-defined]
        rp2.asm_pio = lambda **kw: Program(kw).assemble  # type: ignore[attr-defined]
        machine = types.ModuleType("machine")
        machine.Pin = lambda gpio, *how, **more: _Pin(self, gpio, *how, **more)  # type: ignore[attr-defined]
        machine.Pin.IN, machine.Pin.OUT = 0, 1  # type: ignore[attr-defined]
        machine.mem32 = _Register(self, 0, 1, _CALL_US)  # type: ignore[attr-defined]
        micropython = types.ModuleType("micropython")
        micropython.const = micropython.viper = lambda same: same  # type: ignore[attr-defined]
        return {"rp2": rp2, "machine": machine, "micropython": micropython}

    def ptr32(self, address: int) -> "_Register":
        """What viper code calls a pointer to a register."""
        return _Register(self, address, 4, _COMPILED_US)

    # What `rp2.PIO` offers

    def remove_program(self) -> None:
        self.used = 0

    def state_machine(self, number: int, program: Program, **settings: Any) -> "_Machine":
        return _Machine(self, number, program, settings)


class _Pin:
    """A pin that the processor may set; the rig keeps what it was last set to."""

    def __init__(
        self, rig: Rig, gpio: int, _mode: int = 0, _pull: Any = None, value: int | None = None
    ) -> None:
        self.gpio = gpio
        self._rig = rig
        if value is not None:
            self(value)

    def __call__(self, level: int) -> None:
        self._rig.levels[self.gpio] = level


class _Register:
    """Words from an address on; `stride` bytes an index."""

    def __init__(self, rig: Rig, address: int, stride: int, cost_us: float) -> None:
        self._rig = rig
        self._address = address
        self._stride = stride
        self._cost_us = cost_us

    def __getitem__(self, index: int) -> int:
        self._rig.run_us(self._cost_us)
        return self._rig.chip.read_uint32(self._address + self._stride * index)

    def __setitem__(self, index: int, value: int) -> None:
        self._rig.chip.write_uint32(self._address + self._stride * index, value)
        self._rig.run_us(self._cost_us)


class _Machine:
    """What `rp2.StateMachine` offers, by the registers that MicroPython's own writes."""

    def __init__(self, rig: Rig, number: int, program: Program, settings: dict[str, Any]) -> None:
        self._rig = rig
        self._chip = rig.chip
        self._number = number
        self._start = rig.used
        for word in program.words:
            jump = word >> 13 == 0
            self._chip.write_uint32(_MEMORY + 4 * rig.used, word + (self._start if jump else 0))
            rig.used += 1
        assert rig.used <= 32, f"{rig.used} instructions, a PIO block holds 32"
        pins = {name: pin.gpio for name, pin in settings.items() if name != "freq"}
        wrap = (self._start + program.top) << 12 | (self._start + program.bottom) << 7
        self._write(0x04, wrap | pins.get("jmp_pin", 0) << 24)
        shift = program.settings.get("out_shiftdir", 1) << 19
        shift |= program.settings.get("in_shiftdir", 1) << 18
        self._write(0x08, shift | bool(program.settings.get("autopush")) << 16)
        set_base = pins.get("set_base", 0)
        self._write(0x14, 1 << 26 | pins.get("in_base", 0) << 15 | set_base << 5)
        self._write(0x00, 125_000_000 // settings.get("freq", 125_000_000) << 16)
        if "set_base" in pins:
            self.exec(0xE000)
            self.exec(0xE081)  # set(pindirs, 1)
            rig.chip.gpio[set_base].ctrl = 6  # the pin belongs to PIO0
        self.exec(self._start)

    def _write(self, register: int, value: int) -> None:
        self._chip.write_uint32(_MACHINE + self._number * _MACHINE_BYTES + register, value)

    def active(self, on: int) -> None:
        enabled = self._chip.read_uint32(_CTRL) & ~(1 << self._number)
        self._chip.write_uint32(_CTRL, enabled | on << self._number)
        self._rig.run_us(_CALL_US)

    def restart(self) -> None:
        enabled = self._chip.read_uint32(_CTRL)
        self._chip.write_uint32(_CTRL, enabled | 1 << 4 + self._number)
        self.exec(self._start)

    def exec(self, word: int) -> None:
        self._write(0x10, word)
        self._chip.pio[0].check_changed_pins()
        self._rig.run_us(_CALL_US)


def load_port(rig: Rig, monkeypatch: Any, change: Callable[[str], str] = lambda text: text) -> Any:
    """`manostat.ports.rp2` on this rig; `change` may edit its text first."""
    import manostat.ports

    for name, module in rig.modules().items():
        monkeypatch.setitem(sys.modules, name, module)
    path = f"{manostat.ports.__path__[0]}/rp2.py"
    with open(path, encoding="utf-8") as file:
        text = change(file.read())
    port = types.ModuleType("manostat.ports.rp2")
    port.ptr32 = rig.ptr32  # type: ignore[attr-defined]
    exec(compile(text, path, "exec"), port.__dict__)
    return port
