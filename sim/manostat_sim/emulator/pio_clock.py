"""PIO driven by the clock instead of by the processor's instructions.

rp2040py advances a PIO block after each instruction, and by one instruction for a whole sleep of
the processor. Here each block keeps one alarm at its earliest due time, so that it runs at exactly
its own cycles whether the processor is busy, asleep or dead, and costs nothing while it waits.

A state machine that counts down in a one-instruction loop (`jmp(x_dec, "here")`) would need an
alarm each time round. Nobody can see such a loop from outside, so it is taken in one stride, and
taken back when the processor touches the machine before the loop has ended.
"""

from typing import Any

from rp2040py.peripherals.pio_registers import RXF0, RXF3, TXF0, TXF3

from manostat_sim.emulator.chip import CYCLE_NS, Chip

_FP_BITS = 8  # rp2040py counts PIO time in 1/256 of a cycle
_NEVER_DUE = 1 << 62
_PIO_ADDRESSES = (0x50200, 0x50300)  # RP2040 datasheet 2.2: PIO0 and PIO1, as rp2040py keys them
_JMP_X_DEC, _JMP_Y_DEC = 2, 4  # RP2040 datasheet 3.4.2, conditions of JMP
_UNSEEN = (-1, 0)


class PioClock:
    """Both PIO blocks of one chip."""

    def __init__(self, chip: Chip) -> None:
        self._blocks = [_Block(block, chip) for block in chip.pio]
        for address, block in zip(_PIO_ADDRESSES, self._blocks, strict=True):
            chip.peripherals[address] = block
        chip.pio_on_clock = True

    def chip_was_reset(self) -> None:
        for block in self._blocks:
            block.forget()

    def before_input(self) -> None:
        """A pin is about to change: machines that wait for it must know the time."""
        for block in self._blocks:
            block.sync()

    def after_input(self) -> None:
        for block in self._blocks:
            block.arm()


class _Block:
    """Stands on the bus in front of one rp2040py PIO block."""

    def __init__(self, block: Any, chip: Chip) -> None:
        self._block = block
        self._clock = chip.clock
        self._alarm = chip.clock.create_alarm(self._due)
        self._armed_ns: int | None = None
        self._seen = [_UNSEEN] * 4
        self._strides: dict[int, tuple[str, int, int]] = {}

    def read_uint32(self, offset: int) -> int:
        if RXF0 <= offset <= RXF3:  # makes room for a machine that waits to push
            self.sync()
        value: int = self._block.read_uint32(offset)
        if RXF0 <= offset <= RXF3:
            self.arm()
        return value

    def write_uint32(self, offset: int, value: int) -> None:
        self.write_uint32_atomic(offset, value, 0)

    def write_uint32_atomic(self, offset: int, value: int, atomic_type: int) -> None:
        self.sync()
        if TXF0 <= offset <= TXF3:  # feeding a FIFO disturbs no running loop
            self._block.write_uint32_atomic(offset, value, atomic_type)
        else:
            self._take_back_strides()
            self._block.write_uint32_atomic(offset, value, atomic_type)
            self._block.check_changed_pins()  # an instruction may have been forced in
        self.arm()

    def reset(self) -> None:
        self.forget()
        self._block.reset()

    def forget(self) -> None:
        self._strides.clear()
        self._seen = [_UNSEEN] * 4

    def sync(self) -> None:
        """Tells the block the time, rounded up to the next edge of its clock."""
        cycle = -(-int(self._clock.nanos) // CYCLE_NS)
        self._block.cycle_fp = cycle << _FP_BITS

    def arm(self) -> None:
        """Sets the alarm to the cycle at which the next machine is due, if any is."""
        due_fp = self._block.next_due_fp
        if due_fp >= _NEVER_DUE:
            if self._armed_ns is not None:
                self._alarm.cancel()
                self._armed_ns = None
            return
        due_ns = -(-due_fp >> _FP_BITS) * CYCLE_NS
        if due_ns != self._armed_ns:
            self._armed_ns = due_ns
            self._alarm.schedule(max(due_ns - self._clock.nanos, 0))

    def _due(self) -> None:
        self._armed_ns = None
        self.sync()
        self._block.advance(0)
        self._stride()
        self.arm()

    def _stride(self) -> None:
        block = self._block
        strode = False
        for index, machine in enumerate(block.machines):
            if not machine.enabled or machine.waiting:
                continue
            pc, due_fp = machine.pc, machine.next_due_fp
            seen_pc, seen_due_fp = self._seen[index]
            if due_fp == seen_due_fp:
                continue
            self._seen[index] = (pc, due_fp)
            self._strides.pop(index, None)
            if pc == seen_pc and (counter := _loop_counter(block.instructions[pc], pc)):
                turns = getattr(machine, counter)
                period_fp = (1 + _delay(machine, block.instructions[pc])) * machine.div_fp
                setattr(machine, counter, 0)
                machine.next_due_fp = due_fp + turns * period_fp
                self._seen[index] = (pc, machine.next_due_fp)
                self._strides[index] = (counter, period_fp, machine.next_due_fp)
                strode = True
        if strode:
            block.recompute_due()

    def _take_back_strides(self) -> None:
        now_fp = int(self._clock.nanos * (1 << _FP_BITS) / CYCLE_NS)
        for index, (counter, period_fp, end_fp) in self._strides.items():
            machine = self._block.machines[index]
            if machine.next_due_fp != end_fp or end_fp <= now_fp:
                continue
            turns = -((now_fp - end_fp) // period_fp) - 1
            setattr(machine, counter, turns)
            machine.next_due_fp = end_fp - turns * period_fp
        if self._strides:
            self._block.recompute_due()
        self.forget()


def _loop_counter(instruction: int, pc: int) -> str | None:
    """The register that a `jmp` to itself counts down, or None for any other instruction."""
    if instruction >> 13 or instruction & 0x1F != pc:
        return None
    return {_JMP_X_DEC: "x", _JMP_Y_DEC: "y"}.get((instruction >> 5) & 7)


def _delay(machine: Any, instruction: int) -> int:
    side_bits: int = machine.pin_ctrl >> 29
    return ((instruction >> 8) & 0x1F) & ((1 << (5 - side_bits)) - 1)
