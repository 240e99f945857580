"""Frames cut from the byte stream, in their order, without growing for ever."""

from manostat_sim import telemetry
from manostat_sim.telemetry import Answer, Bulk, FrameReader, TickFrame

Frame = TickFrame | Bulk | telemetry.Hello | Answer

_MOST_REST = 256
"""Bytes without a zero, the end of a frame, beyond which they are of none."""


class Frames(FrameReader):
    """A `FrameReader` that hands its frames on with every piece; its own lists stay empty."""

    def __init__(self) -> None:
        super().__init__()
        self._found: list[Frame] = []

    def cut(self, data: bytes) -> list[Frame]:
        """The frames that end in this piece of the stream, in the order in which they came."""
        self._found = []
        self.feed(data)
        if len(self._rest) > _MOST_REST:
            self.bad_bytes += len(self._rest)
            self._rest = b""
        return self._found

    def _take(self, content: bytes) -> None:
        """Each at once, for an answer and the ticks around it say more in their order."""
        super()._take(content)
        self._found += [*self.ticks, *self.bulks, *self.hellos, *self.answers]
        for each in (self.ticks, self.bulks, self.hellos, self.answers):
            each.clear()
