"""Journals made by hand from docs/journal.md: what no firmware writes, its CRCs and chain right."""

import hashlib
import hmac
import struct
from zlib import crc32

from manostat_tools.journal import payloads
from manostat_tools.journal.seals import name_of

UNIT = {"level": 1, "mode": 1, "rate_nl_s": 50_000, "volume_nl": 3_500_000,
        "limit_above_pa": 344_738, "limit_line_pa": 551_581, "step_volume_nl": 0,
        "nl_num": 228_705, "nl_den": 2_216, "zero_pa": 0}  # fmt: skip
SEAL = payloads.SEAL, b""
"""Made up by `chained` with its key."""
BOOT = payloads.BOOT, bytes(8) + b"\xab" * 8


def page(kind, sequence, before=None, payload=b"", boot=1):
    """A record; `before`: the page before it."""
    body = struct.pack("<HBBIHBBI", 0x4D4A, kind, len(payload), sequence, boot, 2, 0, sequence)
    chain = bytes(16) if before is None else hashlib.sha256(before).digest()[:16]
    body = (body + payload).ljust(236, b"\xff") + chain
    return body + struct.pack("<I", crc32(body))


def chained(*records, key=None, behind=None, first=1):
    """Pages of records of (kind, payload), each with the hash of the one before."""
    pages = []
    for sequence, (kind, payload) in enumerate(records, first):
        before = pages[-1] if pages else behind
        if (kind, payload) == SEAL:
            mac = hmac.new(key, hashlib.sha256(before).digest(), "sha256").digest()
            payload = bytes.fromhex(name_of(key)) + mac
        pages.append(page(kind, sequence, before, payload))
    return pages


def intent(**other):
    said = {**UNIT, "steps": 0, "reserved_steps": 30_000} | other
    return payloads.INTENT, struct.pack("<12i", *(said[name] for name in payloads._INTENT))


def outcome(**other):
    said = {**UNIT, "reason": 1, "fault": 0, "steps": 4000, "delivered_nl": 400_000,
            "opening_pa": 100_000, "opening_how": 1, "peak_pa": 200_000, "stop_pa": 190_000,
            "duration_ms": 9000, "late_ticks": 0, "presses": 0, "locked": 0} | other  # fmt: skip
    numbers = struct.pack("<22i", *(said[name] for name in payloads._OUTCOME))
    return payloads.OUTCOME, numbers + bytes(2 * 56)


def trace(words, first_page, pages, first_word=0):
    """`words`: two bytes each, of which it has the hash; those of level 1."""
    said = (1, first_word, len(words) // 2, first_page, pages)
    return payloads.TRACE, struct.pack("<5i", *said) + hashlib.sha256(words).digest()


def ticks(words, sequence=1, first_word=0, before=None):
    """A page of the ring."""
    payload = struct.pack("<ii", 1, first_word) + words
    return page(payloads.TICKS, sequence, before, payload)
