"""The identity page: which unit this is, and what is known of it, as service stored it.

Two copies (copies.py) of 256 bytes:

    0 4 bytes "MIDN", 4 u16 version 1, 6 u16 length n, 8 n bytes of JSON, 0xFF ..., 252 u32 CRC-32

The JSON is an object of at most 240 bytes of UTF-8. Its `serial`, 1 to 8 characters of A-Z, 0-9 and
-, goes into the hello frame; what else is in it (zero and compliance of the line, when they were
measured) is for hosts, and nothing here uses it.
"""

import json
from struct import pack, unpack_from

from micropython import const

from manostat import copies

SERIAL_BYTES = const(8)
NO_SERIAL = bytes(SERIAL_BYTES)

_VERSION = const(1)
_MOST_BYTES = const(240)
_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"


def encode(identity):
    """The 256 bytes of one copy of a dict. ValueError, saying what is allowed, if it is none."""
    if not isinstance(identity, dict) or not _is_serial(identity.get("serial")):
        raise ValueError("identity: allowed a dict with a serial of 1 to 8 of A-Z, 0-9 and -")
    text = json.dumps(identity).encode()
    if len(text) > _MOST_BYTES:
        raise ValueError("identity: %d bytes of JSON, allowed at most 240" % len(text))
    return copies.sealed(pack("<4sHH", b"MIDN", _VERSION, len(text)) + text)


def decode(page):
    """The dict of one copy, or None if it is not one."""
    magic, version, length = unpack_from("<4sHH", page, 0)
    if magic != b"MIDN" or version != _VERSION or length > _MOST_BYTES or not copies.is_whole(page):
        return None
    try:
        identity = json.loads(bytes(page[8 : 8 + length]).decode())
    except ValueError:  # UnicodeError is one
        return None
    if not isinstance(identity, dict) or not _is_serial(identity.get("serial")):
        return None
    return identity


def read(flash):
    """The first valid of two copies; None if both are blank, an empty tuple if neither is valid."""
    return copies.read(flash, decode)


def store(flash, identity):
    """Replace both copies, as `unit_page.store`."""
    return copies.store(flash, encode(identity), decode)


def load(flash_offset: int):
    """`read` at this offset of the board's flash storage."""
    import rp2

    return read(rp2.Flash(start=flash_offset, len=copies.BYTES))


def serial_of(identity):
    """The 8 bytes of the hello frame; zeros where there is no identity."""
    if not identity:
        return NO_SERIAL
    serial = identity["serial"].encode()
    return serial + bytes(SERIAL_BYTES - len(serial))


def _is_serial(serial) -> bool:
    if not isinstance(serial, str) or not 0 < len(serial) <= SERIAL_BYTES:
        return False
    return all(character in _CHARACTERS for character in serial)
