"""The frame of every tick, packed by compiled code: the same bytes as portable.py, in less time.

CRC and COBS, which take every byte, are in the image (firmware/inert/wire.c). That also keeps the
CRC off the heap: `binascii.crc32` returns its 32 bits as an object that a 32-bit board must
allocate, and the moving loop may not.
"""
# ruff: noqa: F821 - ptr8, ptr16 and ptr32 are types of the viper compiler

import micropython

try:
    from manostat_wire import finish
except ImportError:  # stock MicroPython on a development board, and the unix port
    from manostat.link.finish_native import finish


@micropython.viper
def pack_tick(buf_, tick: int, inputs, decision) -> int:
    """As in portable.py."""
    buf = ptr8(buf_)
    half = ptr16(buf_)
    word = ptr32(buf_)
    status = int(inputs.line_status)
    made = int(inputs.made)
    if made > 15:
        made = 15
    if status == 4:
        made |= 128
    half[18] = tick
    half[19] = int(inputs.elapsed_us)
    half[20] = int(inputs.line_raw) | (status & 3) << 14
    half[21] = int(inputs.second_raw)
    switches = int(inputs.switches)
    state = int(decision.state) | int(decision.reason) << 4
    fault = int(decision.fault)
    changed = (buf[44] ^ switches) & 63 | buf[46] ^ state | (buf[47] ^ fault) & 63
    buf[44] = switches
    buf[45] = made | int(inputs.refused) << 4
    buf[46] = state
    buf[47] = fault | int(decision.grant) << 6
    word[12] = int(decision.pressure_pa)
    word[13] = int(decision.steps)
    word[14] = int(decision.opening_pa)
    finish(buf_)
    return changed
