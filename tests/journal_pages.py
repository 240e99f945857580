"""A small journal and a small ring of traces on a flash that holds other things beside them."""

import struct

from manostat.journal import NOTE, Journal
from manostat.trace_store import TraceRing

from .nor_flash import BLOCK, PAGE, NorFlash

FIRST = 2  # other things live in the blocks before and behind
BLOCKS = 4
PAGES = BLOCKS * BLOCK // PAGE
A_BLOCK = BLOCK // PAGE


def new_flash(content=None):
    flash = NorFlash(FIRST + BLOCKS + 1, content)
    if content is None:
        flash.memory[: FIRST * BLOCK] = b"\x5a" * FIRST * BLOCK
        flash.memory[-BLOCK:] = b"\xa5" * BLOCK
    return flash


def opened(flash):
    journal = Journal(flash, FIRST, BLOCKS)
    journal.scan()
    return journal


def opened_ring(flash):
    ring = TraceRing(flash, FIRST, BLOCKS)
    ring.scan()
    return ring


def payloads(journal):
    return [record.payload for record in journal.records()]


def numbered(number):
    return struct.pack("<I", number) * (number % 55 + 1)


def filled(records):
    flash = new_flash()
    journal = opened(flash)
    for number in range(records):
        assert journal.append(NOTE, numbered(number))
    return flash


def page_at(flash, number):
    at = FIRST * BLOCK + number * PAGE
    return bytes(flash.memory[at : at + PAGE])


def spoil(flash, number, offset=17, bits=1):
    flash.memory[FIRST * BLOCK + number * PAGE + offset] ^= bits
