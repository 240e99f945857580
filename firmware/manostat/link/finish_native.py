"""CRC and COBS of a frame where the image's own module (firmware/inert/wire.c) is missing.

The same bytes as portable.py, and nothing allocated, for a moving loop may not.
"""
# ruff: noqa: F821 - ptr8, ptr32 and uint are types of the viper compiler

from array import array

import micropython

# CRC-32 of IEEE 802.3, reflected, four bits at a time; and what it begins with. In a table because
# compiled code has no such constants.
_CRC_OF_4_BITS = array(
    "I",
    (0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC)
    + (0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C)
    + (0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C)
    + (0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C)
    + (0xFFFFFFFF,),
)


@micropython.viper
def finish(buf_):
    """As in portable.py."""
    buf = ptr8(buf_)
    table = ptr32(_CRC_OF_4_BITS)
    crc = uint(table[16])
    code_at = 0  # of the stretch that has begun: where its length belongs
    at = 1
    while at < 31:
        if at < 27:
            byte = buf[34 + at]
            crc = crc ^ uint(byte)
            crc = crc >> 4 ^ uint(table[int(crc & 15)])
            crc = crc >> 4 ^ uint(table[int(crc & 15)])
        else:
            byte = int(crc & 255) ^ 255
            crc = crc >> 8
        buf[at] = byte
        if byte == 0:
            buf[code_at] = at - code_at
            code_at = at
        at += 1
    buf[code_at] = 31 - code_at
    buf[31] = 0
