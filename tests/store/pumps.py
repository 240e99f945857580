"""True journals: a pump's own firmware writes them on a flash in memory."""

import struct
from functools import cache
from zlib import crc32

from manostat_tools.journal.book import read_book
from manostat_tools.journal.page import PAGE_BYTES, Kind, kind_of
from manostat_tools.journal.source import JOURNAL, TRACES

from ..book_bench import KEY_AT, UNIT, BookBench, new_storage

KEY = bytes(range(1, 33))
OTHER_KEY = bytes(range(2, 34))


@cache
def histories(key=KEY, until_pain_s=0.5, trace_bytes=98_304):
    """The storage of one pump, sooner and later: after a level with pain, and after it was
    switched off in the next run and on again, and another level."""
    flash = new_storage()
    if key is not None:
        page = (b"MKEY" + struct.pack("<HH", 1, 32) + key).ljust(252, b"\xff")
        flash.memory[KEY_AT : KEY_AT + PAGE_BYTES] = page + struct.pack("<I", crc32(page))
    bench = BookBench(flash, trace_bytes=trace_bytes)
    bench.power_on()
    _run_to_pain(bench, until_pain_s)
    bench.hold("STOP", 0.1)
    bench.advance(0.2)
    sooner = bytes(flash.memory)
    bench.press("RUN")
    bench.advance(0.2)
    bench.power_off()
    bench.release("RUN")
    bench.power_on()
    bench.advance(0.2)
    bench.hold("STOP", 3.2)
    _run_to_pain(bench, until_pain_s)
    return sooner, bytes(flash.memory)


@cache
def rested():
    """The storage of a pump that was left alone after its first level."""
    flash = new_storage()
    bench = BookBench(flash)
    bench.power_on()
    _run_to_pain(bench, 0.5)
    bench.advance(9.0)
    return bytes(flash.memory)


@cache
def complied():
    """The storage of a pump that ran for the line's compliance once."""
    flash = new_storage()
    bench = BookBench(flash, (4, *UNIT[1:]))
    bench.power_on()
    bench.arm()
    bench.press("RUN")
    bench.advance(0.5)
    bench.hold("STOP", 0.1)
    bench.release("RUN")
    bench.advance(2.5)
    return bytes(flash.memory)


@cache
def pressed_at_rest():
    """The storage of a pump of which RUN was let go of, and PAIN pressed then."""
    flash = new_storage()
    bench = BookBench(flash)
    bench.power_on()
    bench.arm()
    bench.press("RUN")
    bench.advance(0.5)
    bench.release("RUN")
    bench.advance(1.0)
    bench.hold("PAIN", 0.2)
    bench.advance(2.5)
    return bytes(flash.memory)


@cache
def gone_on():
    """The storage of a pump of which RUN was pressed again after the first stop of a level."""
    flash = new_storage()
    bench = BookBench(flash)
    bench.power_on()
    _run_to_pain(bench, 0.5)
    bench.hold("STOP", 0.1)
    bench.advance(0.2)
    bench.press("RUN")
    bench.advance(0.4)
    bench.hold("STOP", 0.1)
    bench.release("RUN")
    bench.advance(2.5)
    return bytes(flash.memory)


@cache
def gone_on_after_power_off():
    """The storage of a pump that was switched off and on after the first stop of a level, and went
    on with it."""
    flash = new_storage()
    bench = BookBench(flash)
    bench.power_on()
    _run_to_pain(bench, 0.5)
    bench.power_off()
    bench.power_on()
    bench.advance(0.2)
    _run_to_pain(bench, 0.5)
    bench.advance(9.0)
    return bytes(flash.memory)


@cache
def longer(trace_bytes):
    """The storage of a pump whose memory made it pause several times in a level of some 20 s."""
    flash = new_storage()
    bench = BookBench(flash, trace_bytes=trace_bytes)
    bench.power_on()
    bench.arm()
    for _ in range(4):
        bench.press("RUN")
        bench.advance(5.0)
        bench.release("RUN")
        bench.advance(1.0)
    bench.hold("PAIN", 0.2)
    bench.advance(12.0)
    return bytes(flash.memory)


@cache
def ended_in_pauses(trace_bytes, moves_again=True):
    """The storage of a pump of which PAIN ended a level in a pause, all of it stored, and RUN went
    on with it to another such end; or to the prescribed volume, and then once more in vain."""
    flash = new_storage()
    volume_nl = UNIT[2] if moves_again else 100_000
    bench = BookBench(flash, (*UNIT[:2], volume_nl, *UNIT[3:]), trace_bytes=trace_bytes)
    bench.power_on()
    bench.arm()
    for _ in range(2):
        bench.books._may_store = lambda _: False  # as if that took its time
        bench.press("RUN")
        bench.advance(6.0)
        bench.release("RUN")
        bench.advance(0.15)
        bench.press("RUN")  # meanwhile: in vain, and nothing more of the rest is kept
        bench.advance(0.1)
        del bench.books._may_store
        bench.advance(1.0)
        bench.release("RUN")
        bench.advance(1.0)
        bench.hold("PAIN", 0.1)
        bench.advance(1.0)
        bench.hold("STOP", 0.1)
        bench.advance(3.0)
    return bytes(flash.memory)


def _run_to_pain(bench, until_pain_s):
    bench.arm()
    bench.press("RUN")
    bench.advance(until_pain_s)
    bench.hold("PAIN", 0.2)
    bench.release("RUN")
    bench.advance(2.5)


def sooner(**how):
    return histories(**how)[0]


def later(**how):
    return histories(**how)[1]


def answer_to_j(storage):
    """As the pump sends it: its records, oldest first."""
    pages = {record.sequence: record.place for record in read_book(storage).records}
    return b"".join(storage[at : at + PAGE_BYTES] for _, at in sorted(pages.items()))


def answer_to_r(storage):
    """The same of its pages of traces."""
    pages = [storage[at : at + PAGE_BYTES] for at in range(TRACES.start, TRACES.stop, PAGE_BYTES)]
    written = [page for page in pages if kind_of(page) is Kind.RECORD]
    return b"".join(sorted(written, key=lambda page: page[4:8][::-1]))


def with_journal_page(storage, number, page):
    """The storage with another page in the place of journal page `number`, from 0."""
    at = JOURNAL.start + number * PAGE_BYTES
    return storage[:at] + page + storage[at + PAGE_BYTES :]


def resealed(page, at, byte):
    """A page with a byte changed and a CRC that fits again: what a clumsy forger makes."""
    changed = bytearray(page[:252])
    changed[at] = byte
    return bytes(changed) + struct.pack("<I", crc32(bytes(changed)))
