"""How much of MicroPython's heap is in use, read from the memory of the emulated chip.

No symbol file is needed: the collector keeps five neighbouring words (start and length of its
allocation table, start of the finaliser table, start and end of the pool; `mp_state_mem_area_t`,
py/mpstate.h of MicroPython 1.25) which fit each other in a way that nothing else does.
"""

import struct

from manostat_sim.emulator import EmulatedPico

RAM_START = 0x20000000
BLOCK_BYTES = 16  # a heap block on a 32 bit board (py/gc.c)
_BLOCKS_PER_BYTE = 4  # two bits each; 0 is free
_LEAST_BLOCKS = 1024
_USED_IN_BYTE = bytes(
    sum(1 for block in range(_BLOCKS_PER_BYTE) if byte >> 2 * block & 3) for byte in range(256)
)


def used_bytes(pico: EmulatedPico) -> int:
    """Bytes of heap blocks in use right now, garbage that is not yet collected included.

    LookupError when the memory holds no heap, or the board has no power.
    """
    if pico._powered is None:
        raise LookupError("a board without power has no heap")
    return used_in(bytes(pico._powered.chip.sram))


def used_in(ram: bytes) -> int:
    """The same from a copy of the memory at 0x20000000. LookupError without a heap."""
    table, length = allocation_table(ram)
    return BLOCK_BYTES * sum(ram[table : table + length].translate(_USED_IN_BYTE))


def allocation_table(ram: bytes) -> tuple[int, int]:
    """(place in `ram`, bytes) of the allocation table. LookupError without a heap."""
    words = struct.unpack(f"<{len(ram) // 4}I", ram[: len(ram) // 4 * 4])
    for at in range(len(words) - 5):
        table, length, finalisers, pool, end = words[at : at + 5]
        if (
            RAM_START <= table < finalisers < pool < end <= RAM_START + len(ram)
            and length * _BLOCKS_PER_BYTE >= _LEAST_BLOCKS
            and 0 <= finalisers - table - length <= 4
            and end - pool == length * _BLOCKS_PER_BYTE * BLOCK_BYTES
        ):
            return table - RAM_START, length
    raise LookupError("no heap found in the memory of the board")
