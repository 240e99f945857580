"""Answers a host (docs/protocol.md): who is this, the journal, the ring of traces, the trace in
memory, the unit, STOP, and a new unit, which takes authority.

Served only at rest, a few frames a tick, one request at a time. What is no valid request is
rejected, and logged as 0 whatever it was: so noise is one event. Nothing here moves anything; a
STOP has been heard, and shown to the core, before it comes here (host_stop.py).
"""

from micropython import const

from manostat.link import codes
from manostat.link.frames import DATA_BYTES, AnswerFrame, BulkFrame, HelloFrame
from manostat.link.parser import Parser

_FRAMES_A_TICK = const(4)
_BYTES_A_TICK = const(8)
_END = 0xFFFFFFFF
_REJECTED = const(0)


class Reader:
    """`who` is what a `HelloFrame` tells; `books` a `Bookkeeper`, or what has its `journal`,
    `traces`, `notices`, `events` and `setting`; `host_stop` a `HostStop`, or what has its
    `has_told` and `take`; `settings` a `Settings`."""

    def __init__(self, console, books, trace, host_stop, settings, who):
        self._console = console
        self._books = books
        self._trace = trace
        self._host_stop = host_stop
        self._settings = settings
        self._who = who
        self._parser = Parser()
        self._bulk = BulkFrame()
        self._hello = HelloFrame()
        self._said = AnswerFrame()
        self._said_of_stop = AnswerFrame()
        self._answer = None  # frames that are still to be sent
        self._has_ended = 0  # a frame, and nobody has looked at it

    def is_asked(self) -> bool:
        """Call once a tick at rest: whether to `serve`. Allocates nothing."""
        if self._answer is not None or self._has_ended or self._host_stop.has_told():
            return True
        for _ in range(_BYTES_A_TICK):
            byte = self._console.poll()
            if byte < 0:
                return False
            if self._parser.put(byte):
                self._has_ended = 1
                return True
        return False

    def serve(self):
        """Do what is due."""
        if self._host_stop.has_told():
            self._tell_of_stop(self._host_stop.take())
        elif self._answer is None and self._has_ended:
            self._has_ended = 0
            self._begin(self._parser.take())
        for _ in range(_FRAMES_A_TICK):
            if self._answer is None or next(self._answer, None) is None:
                self._answer = None
                return

    def drop(self):
        """Motion begins: what was not sent is not sent, and what was half received is forgotten.
        Not while a unit is being stored, for then none begins (`Bookkeeper.setting`)."""
        self._answer = None
        self._has_ended = 0
        self._parser.reset()

    def _tell_of_stop(self, told):
        events = self._books.events
        if told & codes.DROPPED:
            events.put_command(_REJECTED)
        if told & (codes.STOP_HEARD | codes.STOP_AT_REST):
            events.put_command(codes.STOP)
            result = codes.DONE if told & codes.STOP_HEARD else codes.AT_REST
            self._said_of_stop.pack(codes.STOP_SEQUENCE, codes.STOP, result)
            self._answer = self._frame(self._said_of_stop, self._answer or ())

    def _begin(self, found):
        parser = self._parser
        kind, sequence = parser.kind, parser.sequence
        if found == codes.MALFORMED:
            kind = _REJECTED
        elif found != codes.DONE:
            self._said.pack(sequence, kind, found)
            self._answer = self._frame(self._said)
            kind = _REJECTED
        elif kind == codes.ASK_HELLO:
            books = self._books
            self._hello.pack(sequence, self._who, books.notices, books.journal.room)
            self._answer = self._frame(self._hello)
        elif kind == codes.ASK_JOURNAL:
            journal = self._books.journal
            self._answer = self._frames(sequence, journal.pages(parser.argument))
        elif kind == codes.ASK_UNIT:
            self._answer = self._frames(sequence, self._settings.facts())
        elif kind == codes.SET_UNIT:
            kind = self._begin_setting(sequence)
        elif kind == codes.ASK_RING:
            ring = self._books.traces.ring
            self._answer = self._frames(sequence, ring.pages(parser.argument))
        elif kind == codes.ASK_TRACE:
            taken = memoryview(self._trace.buf)[: 2 * self._trace.count]
            self._answer = self._frames(sequence, (taken,))
        if kind != codes.STOP:  # that one was logged where it was heard
            self._books.events.put_command(kind)

    def _begin_setting(self, sequence):
        """The kind to log: a setting without authority is a rejected frame."""
        result = self._settings.judge(self._parser.body)
        if result == codes.DONE:
            self._answer = self._set(sequence)
            return codes.SET_UNIT
        self._said.pack(sequence, codes.SET_UNIT, result)
        self._answer = self._frame(self._said)
        return _REJECTED

    def _set(self, sequence):
        settings = self._settings
        yield from settings.store(self._parser.body)
        self._said.pack(sequence, codes.SET_UNIT, settings.result)
        yield from self._frame(self._said)
        yield from settings.leave()

    def _frame(self, frame, then=()):
        while not self._console.send(frame.wire):
            yield 1
        yield from then

    def _frames(self, sequence, chunks):
        offset = 0
        for chunk in chunks:
            if not chunk:
                yield 1
            for start in range(0, len(chunk), DATA_BYTES):
                self._bulk.pack(sequence, offset + start, chunk, start)
                yield from self._frame(self._bulk)
                yield 1
            offset += len(chunk)
        self._bulk.pack(sequence, _END, offset.to_bytes(4, "little"), 0)
        yield from self._frame(self._bulk)
