"""The frame work of native.py for runtimes without that compiler, and in readable form."""

import binascii
from struct import pack_into

_TICK_FORMAT = "<BBHHHHBBBBBBiii"


def append_crc32(buf, length: int):
    """Write the CRC-32 of `buf[:length]` to `buf[length : length + 4]`, little endian."""
    pack_into("<I", buf, length, binascii.crc32(memoryview(buf)[:length]))


def pack_tick(buf, tick: int, inputs, decision):
    """Fill the 32 bytes of a tick frame. Not 0 if a switch, the state, the reason or the fault is
    another one than before."""
    changed = (buf[10] ^ inputs.switches) & 63 | buf[12] ^ decision.state
    changed |= buf[13] ^ decision.reason | buf[15] ^ decision.fault
    status = inputs.line_status
    made = inputs.made if inputs.made < 15 else 15
    pack_into(
        _TICK_FORMAT,
        buf,
        0,
        0x4D,
        1,
        tick & 0xFFFF,
        inputs.elapsed_us,
        inputs.line_raw | (status & 3) << 14,
        inputs.second_raw,
        inputs.switches,
        made | inputs.refused << 4 | (128 if status == 4 else 0),
        decision.state,
        decision.reason,
        decision.grant,
        decision.fault,
        decision.pressure_pa,
        decision.steps,
        decision.opening_pa,
    )
    append_crc32(buf, 28)
    return changed
