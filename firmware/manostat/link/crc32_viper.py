"""The board's half of crc32.py: native code, two table steps a byte."""
# ruff: noqa: F821 - ptr8, ptr32 and uint are types of the viper compiler

from array import array

import micropython

_POLYNOMIAL = 0xEDB88320  # reflected, IEEE 802.3


def _table():
    entries = array("I", bytes(64))
    for i in range(16):
        crc = i
        for _ in range(4):
            crc = crc >> 1 ^ (_POLYNOMIAL if crc & 1 else 0)
        entries[i] = crc
    return entries


_TABLE = _table()


@micropython.viper
def _append(buf_, length: int, table_):
    buf = ptr8(buf_)
    table = ptr32(table_)
    crc = uint(0xFFFFFFFF)
    i = 0
    while i < length:
        crc ^= uint(buf[i])
        crc = (crc >> 4) ^ uint(table[int(crc & 15)])
        crc = (crc >> 4) ^ uint(table[int(crc & 15)])
        i += 1
    crc ^= uint(0xFFFFFFFF)
    buf[length] = int(crc)
    buf[length + 1] = int(crc >> 8)
    buf[length + 2] = int(crc >> 16)
    buf[length + 3] = int(crc >> 24)


def append_crc32(buf, length):
    """Write the CRC-32 of `buf[:length]` to `buf[length : length + 4]`, little endian."""
    _append(buf, length, _TABLE)
