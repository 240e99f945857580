"""What a file holds: a whole flash image, the storage alone, or an answer to the request `J`, also
with one to `R` behind it."""

from dataclasses import dataclass
from pathlib import Path

from manostat_tools.journal.page import PAGE_BYTES, Kind, kind_of, read_record
from manostat_tools.journal.payloads import TICKS

FLASH_BYTES = 2 * 1024 * 1024
STORAGE_AT = 0xA0000
"""Where the storage begins in the flash of a Raspberry Pi Pico."""
STORAGE_BYTES = FLASH_BYTES - STORAGE_AT
JOURNAL = slice(8192, 532_480)
TRACES = slice(532_480, 1_429_504)


class NoJournalError(ValueError):
    """A file that cannot be what this command reads."""


@dataclass(frozen=True)
class Source:
    """Pages with the offset of the first in the file; `traces` is None where a file has none.

    `dense`: all pages of the region are there, in their places, the blank and the torn too.
    """

    what: str
    journal_at: int
    journal: list[bytes]
    traces_at: int
    traces: list[bytes] | None
    dense: bool


def read_file(file: Path) -> bytes:
    """All of a file that may be one of these. NoJournalError for a longer one, which is not read
    to its end; OSError."""
    with file.open("rb") as opened:
        content = opened.read(FLASH_BYTES + 1)
    if len(content) > FLASH_BYTES:
        raise NoJournalError(f"longer than the {FLASH_BYTES} bytes of a flash image")
    return content


def open_source(data: bytes) -> Source:
    """Find out what this is. NoJournalError, saying what would be read, if it is nothing known."""
    if len(data) in (FLASH_BYTES, STORAGE_BYTES):
        at = STORAGE_AT if len(data) == FLASH_BYTES else 0
        storage = data[at:]
        return Source(
            "flash image" if at else "storage",
            at + JOURNAL.start,
            _pages(storage[JOURNAL]),
            at + TRACES.start,
            _pages(storage[TRACES]),
            True,
        )
    pages = _pages(data) if len(data) % PAGE_BYTES == 0 else []
    if pages and kind_of(pages[0]) is Kind.RECORD:
        n = next((at for at, page in enumerate(pages) if _is_trace(page)), len(pages))
        what = "answer to J" if n == len(pages) else "answer to J and R"
        return Source(what, 0, pages[:n], n * PAGE_BYTES, pages[n:] or None, False)
    raise NoJournalError(
        f"{len(data)} bytes: allowed a flash image of {FLASH_BYTES} bytes, the storage of "
        f"{STORAGE_BYTES} bytes (its last 1408 KB), or an answer to J, whole pages of "
        f"{PAGE_BYTES} bytes that begin with a record, also with one to R behind it"
    )


def _is_trace(page: bytes) -> bool:
    return kind_of(page) is Kind.RECORD and read_record(page, 0).kind == TICKS


def _pages(data: bytes) -> list[bytes]:
    return [data[at : at + PAGE_BYTES] for at in range(0, len(data), PAGE_BYTES)]
