"""Faults of the running program, staged in the memory of the emulated chip."""

import struct

from manostat.core.painmark import DEPTH
from manostat_sim.benches.base import Bench
from manostat_sim.benches.pico import PicoBench
from manostat_sim.measure.heap import RAM_START, allocation_table

_ARRAY_OF_INTS = ord("i")
_ALL_TAILS = 0b10101010
"""Two bits a block of heap: 2 is a further block of what lies before it (py/gc.c)."""


def forget_a_buffer(bench: Bench) -> None:
    """The arrays of the look-back lose their length: the next sample is an IndexError in a tick.

    LookupError if they are not there.
    """
    ram = _ram(bench)
    found = 0
    for at in range(0, len(ram) - 12, 4):
        # mp_obj_array_t: type, typecode (8 bits) and free (24), length, items (py/objarray.h).
        code, length, items = struct.unpack_from("<III", ram, at)
        if code == _ARRAY_OF_INTS and length == DEPTH and _in_ram(items, ram):
            struct.pack_into("<I", ram, at + 4, 0)
            found += 1
    if found != 2:
        raise LookupError(f"{found} arrays of {DEPTH} integers in the memory, not 2")


def use_up(bench: Bench) -> None:
    """Every free block of heap belongs to something: the next allocation is a MemoryError, unless
    what it belongs to is garbage."""
    ram = _ram(bench)
    table, length = allocation_table(bytes(ram))
    for at in range(table, table + length):
        for shift in range(0, 8, 2):
            if not ram[at] >> shift & 3:
                ram[at] |= _ALL_TAILS & 3 << shift


def _ram(bench: Bench) -> bytearray:
    if not isinstance(bench, PicoBench):
        raise TypeError(f"the {bench.name} bench has no memory to spoil")
    powered = bench.pico._powered
    if powered is None:
        raise LookupError("a board without power has no memory")
    ram: bytearray = powered.chip.sram
    return ram


def _in_ram(address: int, ram: bytearray) -> bool:
    return RAM_START <= address < RAM_START + len(ram)
