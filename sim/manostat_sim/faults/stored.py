"""The journal of an emulated board, read from its flash without the board taking part."""

from collections.abc import Callable, Collection, Iterable

from manostat_sim.benches.base import Bench
from manostat_sim.benches.pico import PicoBench
from manostat_sim.journal import PAGE_BYTES, JournalRecord, read_pages
from manostat_sim.unit_page import STORAGE_OFFSET

JOURNAL_OFFSET = STORAGE_OFFSET + 8192
"""docs/design.md, "Places on the board's flash"."""
_BLANK = b"\xff" * PAGE_BYTES
_LOOK_AT = 256
_LAST_BYTES = 12_288
"""Two copies of the identity page, and the unit's key."""

Pages = dict[int, bytes]
"""Pages by their place: byte offset from the start of the flash."""
Reader = Callable[[bytes], Collection[int]]
"""From a whole flash to the places where an independent reader of journals reports damage."""


def written(bench: Bench) -> Pages:
    """The first pages of the journal that are not blank, in their order; none without flash."""
    if not isinstance(bench, PicoBench):
        return {}
    flash = bench.flash_image()
    places = range(JOURNAL_OFFSET, JOURNAL_OFFSET + _LOOK_AT * PAGE_BYTES, PAGE_BYTES)
    found = {at: flash[at : at + PAGE_BYTES] for at in places}
    return {at: page for at, page in found.items() if page != _BLANK}


def provisioned(bench: Bench) -> bytes:
    """Both copies of unit and identity, and the key: nothing but a setting may change them."""
    if not isinstance(bench, PicoBench):
        return b""
    flash = bench.flash_image()
    return flash[STORAGE_OFFSET:JOURNAL_OFFSET] + flash[-_LAST_BYTES:]


def finished(bench: Bench) -> Pages:
    """`written`, without the page that is being programmed: the emulated chip takes its bytes at
    once, and a cut may still leave half of them."""
    pages = written(bench)
    powered = bench.pico._powered if isinstance(bench, PicoBench) else None
    operation = powered._flash_chip._operation if powered is not None else None
    if operation is not None:
        pages.pop(operation.offset, None)
    return pages


def sound(pages: Pages) -> dict[int, JournalRecord]:
    """The records among them, by their place."""
    found = {}
    for at, page in pages.items():
        try:
            (found[at],) = read_pages(page)
        except ValueError:
            continue
    return found


def lost(had: Pages, now: Pages) -> list[int]:
    """Places of sound records that do not hold every byte any more."""
    return [at for at in sound(had) if now.get(at) != had[at]]


def unreported(places: Iterable[int], bench: Bench, reader: Reader | None) -> list[int]:
    """Those of `places` that a reader of this bench's flash says nothing of."""
    if reader is None or not isinstance(bench, PicoBench):
        return []
    reported = reader(bench.flash_image())
    return [at for at in places if at not in reported]
