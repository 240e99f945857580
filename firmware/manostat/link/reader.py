"""Answers a host that reads: b"H" who is this, b"J" the journal, b"T" the trace of the level.

Served only at rest, a few frames a tick. Every other byte is rejected, and logged as 0, whichever
it was: so noise, many bytes that are all different, is one event. Nothing here sets or moves
anything. An answer ends with a bulk frame at offset 0xFFFFFFFF that holds the length as u32.
"""

from micropython import const

from manostat.link.frames import DATA_BYTES, BulkFrame, HelloFrame

_FRAMES_A_TICK = const(4)
_END = 0xFFFFFFFF
_HELLO = const(72)
_JOURNAL = const(74)
_TRACE = const(84)
_REJECTED = const(0)


class Reader:
    """`hello` is the tuple of bench flag, verdict, reset reason and image hash; `books` a
    `Bookkeeper`, or what has its `journal`, `notices` and `events`."""

    def __init__(self, console, books, trace, hello):
        self._console = console
        self._books = books
        self._trace = trace
        self._bulk = BulkFrame()
        self._hello = HelloFrame()
        self._who = hello
        self._answer = None
        self._request = -1

    def is_asked(self) -> bool:
        """Call once a tick at rest: whether to `serve`. Allocates nothing."""
        if self._answer is not None:
            return True
        self._request = self._console.poll()
        return self._request >= 0

    def serve(self):
        """Send what is due."""
        if self._answer is None:
            self._begin(self._request)
            return
        for _ in range(_FRAMES_A_TICK):
            if next(self._answer, None) is None:
                self._answer = None
                return

    def drop(self):
        """Motion begins: what was not sent is not sent."""
        self._answer = None

    def _begin(self, request):
        books = self._books
        if request == _HELLO:
            self._hello.pack(*self._who, notices=books.notices, room=books.journal.room)
            self._console.send(self._hello.buf)
        elif request == _JOURNAL:
            self._answer = self._frames(request, books.journal.pages())
        elif request == _TRACE:
            taken = memoryview(self._trace.buf)[: 2 * self._trace.count]
            self._answer = self._frames(request, (taken,))
        else:
            request = _REJECTED
        books.events.put_command(request)

    def _frames(self, request, chunks):
        offset = 0
        for chunk in chunks:
            if not chunk:
                yield 1
            for start in range(0, len(chunk), DATA_BYTES):
                self._bulk.pack(request, offset + start, chunk, start)
                while not self._console.send(self._bulk.buf):
                    yield 1
                yield 1
            offset += len(chunk)
        self._bulk.pack(request, _END, offset.to_bytes(4, "little"), 0)
        self._console.send(self._bulk.buf)
