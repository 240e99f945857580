"""Spoils the step lease of a running board: proves that a measurement of it can fail."""

from manostat_sim.benches.pico import PicoBench

_PIO0 = 0x50200  # as rp2040py keys peripherals: address without its low 12 bits
_INSTRUCTIONS = 0x48  # INSTR_MEM0, write only in silicon (RP2040 datasheet 3.7)
_JMP, _IRQ = 0b000, 0b110
_JMP_PIN = 6
_CONDITION_SHIFT = 5
_NOP = 0xA042  # mov(y, y)


def remove_permit_test(bench: PicoBench) -> None:
    """Makes the lease's `jmp pin` unconditional and the latch's `irq` a nop, in the memory of the
    emulated PIO. LookupError unless there is exactly one of each.
    """
    if bench.pico._powered is None:
        raise LookupError("a board without power has no program to spoil")
    chip = bench.pico._powered.chip
    words = list(chip.pio[0].instructions)
    jumps = [at for at, word in enumerate(words) if _is_jmp_pin(word)]
    flags = [at for at, word in enumerate(words) if word >> 13 == _IRQ]
    if len(jumps) != 1 or len(flags) != 1:
        raise LookupError(f"{len(jumps)} `jmp pin` and {len(flags)} `irq` where one each was due")
    memory = chip.peripherals[_PIO0]
    jump = words[jumps[0]] & ~(7 << _CONDITION_SHIFT)
    memory.write_uint32(_INSTRUCTIONS + 4 * jumps[0], jump)
    memory.write_uint32(_INSTRUCTIONS + 4 * flags[0], _NOP)


def _is_jmp_pin(word: int) -> bool:
    return word >> 13 == _JMP and word >> _CONDITION_SHIFT & 7 == _JMP_PIN
