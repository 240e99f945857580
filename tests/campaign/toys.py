"""Small classes to be flattened: what the flattener must see through, and what it must refuse."""

from array import array
from math import sqrt

GAIN = 3
TABLE_SIZE = 4


def scaled(value: int, by: int = GAIN) -> int:
    return value * by


class Line:
    LIMIT = 90

    def __init__(self) -> None:
        self.pa = 10
        self.root = 0.0
        self.samples = array("q", [0] * TABLE_SIZE)
        self.at = 0

    @property
    def room(self) -> int:
        return self.LIMIT - self.pa

    @staticmethod
    def twice(value: int) -> int:
        return value * 2

    def add(self, amount: int) -> None:
        self.samples[self.at] = amount
        self.at = (self.at + 1) % len(self.samples)
        self.pa += amount
        self.root = sqrt(self.pa * 1.0)


class Mark:
    def __init__(self) -> None:
        self.taken = 0
        self.sum = 0

    def take(self, line) -> int:
        self.taken += 1
        for i in range(TABLE_SIZE):
            self.sum += line.samples[i]
        return self.sum


class Toy:
    """Two attributes are one object; one method is told of what is an attribute's bound method."""

    def __init__(self) -> None:
        self.line = Line()
        self.same = self.line
        self.first = Mark()
        self.last = Mark()
        self.kind = "plain"
        self.tell = self.line.add
        self.count = 0
        self.seen = 0
        self.room = 0

    def tick(self) -> None:
        line = self.same
        samples = line.samples
        self.tell(scaled(self.count) - 4)
        if self.kind == "plain":
            line.add(Line.twice(1))
        mark = self.last if self.count else self.first
        self.seen = mark.take(line) + samples[0]
        self.count += 1
        self.room = self.line.room


class Arithmetic:
    """Where C and Python disagree: negative numbers divided, shifted, taken modulo."""

    def __init__(self) -> None:
        self.value = 0
        self.by = 7
        self.sum = 0
        self.share = 0.0

    def tick(self) -> None:
        value = self.value
        self.sum = self.sum * 31 + value // self.by + value % self.by + (value >> 2)
        self.sum = (self.sum ^ (value & 0xFFFFFFFF) << 3) & 0x3FFFFFFFFFFF
        self.share = self.share * 0.9 + value / self.by + int(self.share) % 5


class Slip(Toy):
    """Each method is something that has no flat form."""

    def unknown(self) -> None:
        self.count = self.nothing  # type: ignore[attr-defined]

    def rebinds(self) -> None:
        self.line = self.same

    def calls_itself(self) -> None:
        self.calls_itself()

    def tries(self) -> None:
        try:
            self.count = 1
        finally:
            self.count = 2

    def text_as_number(self) -> None:
        self.count = self.kind  # type: ignore[assignment]

    def method_as_number(self) -> None:
        self.count = self.tick  # type: ignore[assignment]

    def either_way(self) -> None:
        if self.count:  # noqa: SIM108 - what is refused
            mark = self.first
        else:
            mark = self.last
        mark.take(self.line)

    def makes(self) -> None:
        mark = Mark()
        mark.take(self.line)
