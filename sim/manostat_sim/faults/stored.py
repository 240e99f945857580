"""The journal of an emulated board, read from its flash without the board taking part."""

from manostat_sim.benches.base import Bench
from manostat_sim.benches.pico import PicoBench
from manostat_sim.journal import PAGE_BYTES, JournalRecord, read_pages
from manostat_sim.unit_page import STORAGE_OFFSET

JOURNAL_OFFSET = STORAGE_OFFSET + 8192
"""docs/design.md, "Places on the board's flash"."""
_BLANK = b"\xff" * PAGE_BYTES
_LOOK_AT = 256


def journal(bench: Bench) -> list[JournalRecord]:
    """All sound records of the first pages; none on a bench without flash."""
    if not isinstance(bench, PicoBench):
        return []
    found = []
    for page in pages(bench.flash_image()):
        try:
            found += read_pages(page)
        except ValueError:
            continue
    return found


def pages(flash: bytes) -> list[bytes]:
    """The pages that are not blank, in their order: a journal of this length at most."""
    first = [
        flash[at : at + PAGE_BYTES]
        for at in range(JOURNAL_OFFSET, JOURNAL_OFFSET + _LOOK_AT * PAGE_BYTES, PAGE_BYTES)
    ]
    return [page for page in first if page != _BLANK]
