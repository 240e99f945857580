"""CRC-32 (as `binascii.crc32`) written behind the bytes it covers, without a heap integer.

`binascii.crc32` returns its 32 bits as an object that a 32-bit board allocates, which the tick
must not do; so on MicroPython the sum stays inside one compiled function.
"""

import sys

if sys.implementation.name == "micropython":
    from manostat.link.crc32_viper import append_crc32
else:
    import binascii

    def append_crc32(buf, length):
        """Write the CRC-32 of `buf[:length]` to `buf[length : length + 4]`, little endian."""
        buf[length : length + 4] = binascii.crc32(buf[:length]).to_bytes(4, "little")


__all__ = ("append_crc32",)
