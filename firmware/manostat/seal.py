"""Seals: a MAC over a record, and with it, by the hash chain, over all records before it (L-05).

The unit's own key lies in the last 4096-byte block of the storage, one page of 256 bytes:

    0 4 bytes "MKEY", 4 u16 version 1, 6 u16 length 32, 8 key, 0xFF ..., 252 u32 CRC-32

Without one nothing is sealed. The bench image uses a key that everyone knows: its seals prove
nothing, and its key's name says so. The key never goes over the link. Nothing protects it from
who can read the flash (RP2040 has no place for secrets).
"""

import binascii
from hashlib import sha256
from struct import pack, unpack_from

from micropython import const

from manostat import copies

NO_KEY = const(0)
UNIT_KEY = const(1)
BENCH_KEY = const(2)
SPOILT_KEY = const(3)  # there is something that is no key

_PAGE_BYTES = const(256)
_CRC_AT = const(252)
_VERSION = const(1)
KEY_BYTES = const(32)
_BLOCK_BYTES = const(64)  # of SHA-256
_SETTINGS = b"manostat settings 1"
_PUBLIC = b"bench key: known, proves nothing"


class Seal:
    """`kind` is one of the four above; `is_sealing` 1 if there is a key. `settings` is the `Mac` of
    settings (settings.py), with a key of its own, made from that of the unit; without one None."""

    def __init__(self, page, bench: int = 0):
        """`page` is the first page of the key's block."""
        key = decode(page)
        self.kind = UNIT_KEY
        if key is None:
            blank = page == b"\xff" * _PAGE_BYTES
            self.kind = NO_KEY if blank else SPOILT_KEY
            if blank and bench:
                key = _PUBLIC
                self.kind = BENCH_KEY
        self.is_sealing = 0 if key is None else 1
        self.settings = None
        if key is not None:
            self._name = name_of(key)
            self._mac = Mac(key)
            self.settings = Mac(self._mac.over(_SETTINGS))

    def over(self, digest):
        """Payload of a SEAL record: 8 bytes that name the key, then HMAC-SHA256 of `digest`, the
        SHA-256 of the record before."""
        return self._name + self._mac.over(digest)


class Mac:
    """HMAC-SHA256 (RFC 2104) with one key of at most 64 bytes."""

    def __init__(self, key):
        padded = key + bytes(_BLOCK_BYTES - len(key))
        self._inner = bytes([byte ^ 0x36 for byte in padded])
        self._outer = bytes([byte ^ 0x5C for byte in padded])

    def over(self, message):
        """The 32 bytes of the MAC."""
        return sha256(self._outer + sha256(self._inner + message).digest()).digest()

    def is_over(self, message, told) -> bool:
        """Whether `told` is the MAC of the message. Takes as long whatever is wrong with it."""
        differing = 0
        right = self.over(message)
        for i in range(len(right)):
            differing |= right[i] ^ told[i]
        return differing == 0


def decode(page):
    """The key in a key page, or None."""
    if bytes(page[:4]) != b"MKEY" or unpack_from("<HH", page, 4) != (_VERSION, KEY_BYTES):
        return None
    if unpack_from("<I", page, _CRC_AT)[0] != binascii.crc32(page[:_CRC_AT]):
        return None
    return bytes(page[8 : 8 + KEY_BYTES])


def encode(key):
    """The 256 bytes of a key page."""
    return copies.sealed(pack("<4sHH", b"MKEY", _VERSION, KEY_BYTES) + key)


def name_of(key):
    """8 bytes that tell which key it is, and nothing else of it."""
    return sha256(b"manostat key " + key).digest()[:8]
