"""Frames cut from the byte stream, in their order, without growing for ever."""

from manostat_sim import telemetry
from manostat_sim.telemetry import Answer, Bulk, FrameReader, TickFrame

Frame = TickFrame | Bulk | telemetry.Hello | Answer

_MOST_REST = 256
"""Bytes without a zero, the end of a frame, beyond which they are of none."""


class Frames(FrameReader):
    """A `FrameReader` whose lists are handed on and emptied with every piece."""

    def cut(self, data: bytes) -> list[Frame]:
        """The frames that end in this piece of the stream; the order holds within each kind."""
        self.feed(data)
        if len(self._rest) > _MOST_REST:
            self.bad_bytes += len(self._rest)
            self._rest = b""
        found: list[Frame] = [*self.ticks, *self.bulks, *self.hellos, *self.answers]
        for each in (self.ticks, self.bulks, self.hellos, self.answers):
            each.clear()
        return found
