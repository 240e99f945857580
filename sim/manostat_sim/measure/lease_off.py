"""Spoils the step lease of a running board: proves that a measurement of it can fail."""

from manostat_sim.benches.pico import PicoBench

_PIO0 = 0x50200  # as rp2040py keys peripherals: address without its low 12 bits
_INSTRUCTIONS = 0x48  # INSTR_MEM0 (RP2040 datasheet 3.7)
# Instruction formats, RP2040 datasheet 3.4: operation, delay and side-set masked out.
_WITHOUT_DELAY = 0xE0FF
_JMP_PIN = 0b000_00000_110_00000
_CONDITION = 0b111_00000
_ADDRESS = 0b11111
_WAIT_FLAG_LOW = 0b001_00000_010_00000
_IRQ_SET = 0b110_00000_000_00000
_FLAG = 0b111
_NOP = 0xA042  # mov(y, y)


def remove_permit_test(bench: PicoBench) -> None:
    """Makes the lease's `jmp pin` unconditional, and what sets the flag that holds its steps back
    a nop, in the memory of the emulated PIO. LookupError unless there is exactly one of each.
    """
    if bench.pico._powered is None:
        raise LookupError("a board without power has no program to spoil")
    chip = bench.pico._powered.chip
    words = [int(word) for word in chip.pio[0].instructions]
    plain = [word & _WITHOUT_DELAY for word in words]
    jumps = [at for at, word in enumerate(plain) if word & ~_ADDRESS == _JMP_PIN]
    held_by = {word & _FLAG for word in plain if word & ~_FLAG == _WAIT_FLAG_LOW}
    flags = [at for at, word in enumerate(plain) if word in {_IRQ_SET | flag for flag in held_by}]
    if len(jumps) != 1 or len(flags) != 1:
        raise LookupError(f"{len(jumps)} `jmp pin`, {len(flags)} `irq` latch: one each was due")
    memory = chip.peripherals[_PIO0]
    memory.write_uint32(_INSTRUCTIONS + 4 * jumps[0], words[jumps[0]] & ~_CONDITION)
    memory.write_uint32(_INSTRUCTIONS + 4 * flags[0], _NOP)
