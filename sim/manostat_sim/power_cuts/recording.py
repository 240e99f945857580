"""All flash operations of a session, and the flash that a power cut at each of them leaves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from manostat_sim.benches.pico import PicoBench
from manostat_sim.emulator.flash_chip import Cut, FlashOperation

CUTS = tuple(Cut)


@dataclass(frozen=True)
class CutPoint:
    """One instant: which operation of the session, and how far it has come."""

    number: int
    doing: str
    operation: FlashOperation
    cut: Cut

    @property
    def id(self) -> str:
        """Such as "L-03/017-outcome-program-half"."""
        return f"L-03/{self.number:03}-{self.doing}-{self.operation.kind}-{self.cut.value}"


class Recorder:
    """Notes each flash operation of a bench from now on, under the name of what is being done."""

    def __init__(self, bench: PicoBench) -> None:
        self.doing = ""
        self._start = bench.flash_image()
        self._operations: list[tuple[str, FlashOperation]] = []
        bench.pico.on_flash_operation(
            lambda operation: self._operations.append((self.doing, operation))
        )

    def recording(self) -> "Recording":
        """What has been noted so far."""
        return Recording(self._start, tuple(self._operations))


@dataclass(frozen=True)
class Recording:
    """The flash a session began with, and its operations in order: (what was being done, it)."""

    start: bytes
    operations: Sequence[tuple[str, FlashOperation]]

    def points(self, cuts: Sequence[Cut] = CUTS) -> list[CutPoint]:
        """Each operation with each of `cuts`, in the order of time."""
        return [
            CutPoint(number, doing, operation, cut)
            for number, (doing, operation) in enumerate(self.operations)
            for cut in cuts
        ]

    def one_each(self, cuts: Sequence[Cut]) -> list[CutPoint]:
        """The last erase and the last program of everything that was done, with each of `cuts`."""
        last = {
            (doing, operation.kind): number
            for number, (doing, operation) in enumerate(self.operations)
        }
        return [point for point in self.points(cuts) if point.number in last.values()]

    def flashes(self, points: Sequence[CutPoint]) -> Iterator[tuple[CutPoint, bytes, bytes, bytes]]:
        """(point, flash before its operation, flash after it, flash that the cut leaves).

        `points` in the order of time.
        """
        flash = bytearray(self.start)
        done = 0
        for point in points:
            for _, operation in self.operations[done : point.number]:
                _put(flash, operation, operation.after)
            done = point.number
            before = bytes(flash)
            left, after = bytearray(before), bytearray(before)
            _put(left, point.operation, point.operation.left_by(point.cut, seed=point.number))
            _put(after, point.operation, point.operation.after)
            yield point, before, bytes(after), bytes(left)


def _put(flash: bytearray, operation: FlashOperation, data: bytes) -> None:
    flash[operation.offset : operation.offset + len(data)] = data
