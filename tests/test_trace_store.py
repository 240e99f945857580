"""Requirements on storing a trace: once, whole, named by its hash."""

import hashlib
import struct

import pytest

from manostat.trace import Trace
from manostat.trace_store import TraceStore

from .journal_pages import BLOCKS, FIRST, new_flash, opened_ring
from .nor_flash import BLOCK


def held(ticks, level=3):
    trace = Trace(4000)
    trace.begin(level)
    for tick in range(ticks):
        trace.add(tick % 16384, tick % 3)
    trace.stop()
    return trace


def stored(store):
    for _ in range(1000):
        done = store.step(77)
        if done:
            return done
    raise AssertionError("the trace is never stored")


@pytest.mark.parametrize("ticks", [1, 105, 106, 107, 500])
def test_a_trace_is_stored_once_whole_and_named_by_its_hash(ticks):
    trace = held(ticks)
    ring = opened_ring(new_flash())
    store = TraceStore(ring, trace)
    assert stored(store) == 1
    tie = bytearray(60)
    assert store.tie(tie) == store.tie(tie) == 52
    pages = list(ring.records())
    assert struct.unpack_from("<5i", tie) == (3, 0, ticks, 1, len(pages))
    content = b"".join(page.payload[8:] for page in pages)
    assert content == trace.buf[: 2 * ticks]
    assert tie[20:52] == hashlib.sha256(content).digest()
    store.tied()
    assert not store.due()
    assert (trace.base, trace.count) == (ticks, 0), "its memory is free again"


def test_what_came_later_is_stored_by_itself():
    trace = held(110)
    store = TraceStore(opened_ring(new_flash()), trace)
    stored(store)
    trace.add(1, 1)  # moved again before the first stretch was tied
    trace.stop()
    assert store.step(78) == 1
    tie = bytearray(60)
    store.tie(tie)
    assert struct.unpack_from("<3i", tie) == (3, 0, 110)
    store.tied()
    assert store.due()
    stored(store)
    store.tie(tie)
    assert struct.unpack_from("<5i", tie) == (3, 110, 3, 3, 1), "two marks and a tick"
    store.tied()
    trace.add(1, 1)
    trace.stop()
    stored(store)
    store.tie(tie)
    assert struct.unpack_from("<5i", tie) == (3, 113, 3, 4, 1), "behind what memory held before"
    assert struct.unpack_from("<2i", list(store.ring.records())[-1].payload) == (3, 113)


def test_a_ring_that_takes_nothing_is_given_up():
    flash = new_flash()
    flash.memory[FIRST * BLOCK : (FIRST + BLOCKS) * BLOCK] = bytes(BLOCKS * BLOCK)
    trace = held(10)
    ring = opened_ring(flash)
    assert ring.foreign == BLOCKS, "zeros of which there are no records to say whose they are"
    store = TraceStore(ring, trace)
    assert stored(store) == -1
    assert not store.due()
    assert flash.operations == []
