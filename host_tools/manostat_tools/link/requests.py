"""One request at a time, with its answer, or a LinkError once the time is over."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue

from manostat_sim import telemetry
from manostat_sim.telemetry import END_OFFSET, Bulk, TickFrame
from manostat_tools.link.errors import LinkError
from manostat_tools.link.owner import Heard, Owner
from manostat_tools.link.state import is_moving
from manostat_tools.link.subscription import LinkLost

_STOP_SEQUENCE = 255
_AGAIN_S = 2.0
"""Without any answer for so long a request is sent again: the pump may not have taken it."""
_PIECE_S = 4.0
"""Between two pieces of an answer: the pump looks through its whole journal for the first."""
_REST_S = 0.02


class BrokenError(Exception):
    """Motion, a lost link or silence has ended an answer; `why` in words."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Requests:
    """Asks over an `Owner`. Safe to use from several threads: they take turns."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._turn = threading.Lock()
        self._sequence = random.randrange(_STOP_SEQUENCE)

    @contextmanager
    def turn(self, ends_s: float) -> Iterator[None]:
        """Nobody else asks meanwhile. LinkError at `ends_s`, in seconds of time.monotonic."""
        left_s = min(max(ends_s - time.monotonic(), 0), threading.TIMEOUT_MAX)
        if not self._turn.acquire(timeout=left_s):
            raise LinkError(f"{self._owner.place.name}: another request is under way; ask again")
        try:
            yield
        finally:
            self._turn.release()

    @contextmanager
    def hearing(self) -> Iterator["SimpleQueue[Heard]"]:
        """All that comes from now on."""
        heard: SimpleQueue[Heard] = SimpleQueue()
        self._owner.listen(heard.put)
        try:
            yield heard
        finally:
            self._owner.leave(heard.put)

    def next_sequence(self) -> int:
        """A number for the next request; never that of STOP."""
        self._sequence = (self._sequence + 1) % _STOP_SEQUENCE
        return self._sequence

    def await_rest(self, ends_s: float) -> None:
        """Until the link is there and the plunger at rest. LinkError at `ends_s`."""
        while True:
            newest = self._owner.newest
            if self._owner.closed:
                raise LinkError(f"{self._owner.place.name}: this connection was closed")
            if self._owner.connected and newest is not None and not newest.moves:
                return
            if time.monotonic() >= ends_s:
                raise self.late("at rest")
            time.sleep(_REST_S)

    def late(self, what: str) -> LinkError:
        """What to say when the time is over."""
        owner = self._owner
        newest = owner.newest
        if not owner.connected:
            return LinkError(str(owner.problem or f"{owner.place.name}: says nothing"))
        if newest is not None and newest.moves:
            return LinkError(f"{owner.place.name} is {newest.name}: it answers at rest; then again")
        return LinkError(f"{owner.place.name}: no answer in time ({what}); ask again")

    def hello(self, ask: Callable[[int], bytes], ends_s: float) -> telemetry.Hello:
        """A hello frame, asked for until it comes."""
        with self.turn(ends_s), self.hearing() as heard:
            while True:
                self.await_rest(ends_s)
                sequence = self.next_sequence()
                self._owner.send(ask(sequence))
                for each in self.until(heard, min(time.monotonic() + _AGAIN_S, ends_s)):
                    if isinstance(each, telemetry.Hello) and each.sequence == sequence:
                        return each
                if time.monotonic() >= ends_s:
                    raise self.late("hello")

    def bulk(
        self,
        ask: Callable[[int], bytes],
        answer: bytearray,
        say: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Ask once and put the answer into `answer`, which is empty; `say` is told its bytes.

        BrokenError if it broke off: `answer` then has what came, up to the first gap, and perhaps
        some 0xFF behind. Within a `turn`.
        """
        sequence = self.next_sequence()
        with self.hearing() as heard:
            self._owner.send(ask(sequence))
            while True:
                piece = self._next_piece(heard, sequence)
                if piece.offset == END_OFFSET:
                    length = int.from_bytes(piece.data[:4], "little")
                    if len(answer) < length:
                        raise BrokenError(f"it ended at byte {len(answer)} of {length}")
                    del answer[length:]
                    return
                if piece.offset > len(answer):
                    raise BrokenError(f"bytes {len(answer)} to {piece.offset} did not come")
                answer[piece.offset :] = piece.data  # the last of a page has 0xFF behind its end
                say(len(answer))

    def _next_piece(self, heard: "SimpleQueue[Heard]", sequence: int) -> Bulk:
        """Behind an answer to an earlier request, which the pump ends first."""
        ends_s = time.monotonic() + _PIECE_S
        while (each := self._next(heard, ends_s)) is not None:
            if isinstance(each, Bulk):
                if each.request == sequence:
                    return each
                ends_s = time.monotonic() + _PIECE_S
            elif isinstance(each, LinkLost):
                raise BrokenError(each.why)
            elif isinstance(each, TickFrame) and is_moving(each):
                raise BrokenError("the plunger moves")
        raise BrokenError("nothing more came")

    def until(self, heard: "SimpleQueue[Heard]", ends_s: float) -> Iterator[Heard]:
        """What is heard until `ends_s`."""
        while (each := self._next(heard, ends_s)) is not None:
            yield each

    def _next(self, heard: "SimpleQueue[Heard]", ends_s: float) -> Heard | None:
        if (left_s := ends_s - time.monotonic()) <= 0:
            return None
        try:
            return heard.get(timeout=left_s)
        except Empty:
            return None
