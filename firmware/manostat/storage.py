"""The parts of the board's flash storage that hold records (docs/journal.md, "Places")."""

import rp2
from micropython import const

from manostat import copies
from manostat.journal import PAGE_BYTES
from manostat.seal import Seal
from manostat.trace_store import TraceRing

_BLOCK_BYTES = const(4096)


class Storage:
    """What the bookkeeper writes to; `bench` is 1 for an image whose seals prove nothing."""

    def __init__(self, board, bench: int):
        self.unit_flash = _flash(board.UNIT_FLASH_OFFSET, copies.BYTES)
        self.identity_flash = _flash(board.IDENTITY_FLASH_OFFSET, copies.BYTES)
        self.journal_flash = _flash(board.JOURNAL_FLASH_OFFSET, board.JOURNAL_FLASH_BYTES)
        self.journal_blocks = board.JOURNAL_FLASH_BYTES // _BLOCK_BYTES
        traces = _flash(board.TRACE_FLASH_OFFSET, board.TRACE_FLASH_BYTES)
        self.trace_ring = TraceRing(traces, 0, board.TRACE_FLASH_BYTES // _BLOCK_BYTES)
        page = bytearray(PAGE_BYTES)
        _flash(board.KEY_FLASH_OFFSET, _BLOCK_BYTES).readblocks(0, page, 0)
        self.seal = Seal(page, bench)


def _flash(offset, length):
    return rp2.Flash(start=offset, len=length)
