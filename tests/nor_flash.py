"""NOR flash as `rp2.Flash` shows it: erased to ones, programmed only from ones to zeros."""

import random

BLOCK = 4096
PAGE = 256


class PowerCutError(Exception):
    """The supply is gone; what the operation had done by then stays."""


class NorFlash:
    """A block device that counts its operations and can lose power at any of them.

    `cut_at`: number of the operation that is cut; `done`: how much of it was done, "nothing",
    "half" (part of the bytes, and part of the bits of one of them) or "all".
    """

    def __init__(self, blocks: int, content: bytes | None = None) -> None:
        self.memory = bytearray(b"\xff" * blocks * BLOCK if content is None else content)
        self.operations: list[tuple[str, int]] = []
        self.reads = 0
        self.cut_at = -1
        self.done = "all"
        self._random = random.Random(1)

    def readblocks(self, block: int, buf: bytearray, offset: int = 0) -> None:
        self.reads += 1
        at = block * BLOCK + offset
        assert at + len(buf) <= len(self.memory)
        buf[:] = self.memory[at : at + len(buf)]

    def writeblocks(self, block: int, buf: bytes, offset: int) -> None:
        at = block * BLOCK + offset
        assert at % PAGE == 0 and len(buf) % PAGE == 0, "the chip programs whole pages"
        assert at + len(buf) <= len(self.memory)
        old = self.memory[at : at + len(buf)]
        assert all(new & before == new for new, before in zip(buf, old, strict=True)), (
            f"a bit of page {at // PAGE} would have to go from 0 to 1"
        )
        self._operate("program", at, bytes(buf), old)

    def ioctl(self, request: int, block: int) -> int:
        assert request == 6, "only erase is asked of the chip"
        at = block * BLOCK
        assert at + BLOCK <= len(self.memory)
        self._operate("erase", at, b"\xff" * BLOCK, self.memory[at : at + BLOCK])
        return 0

    def _operate(self, name: str, at: int, wanted: bytes, old: bytes) -> None:
        cut = len(self.operations) == self.cut_at
        self.operations.append((name, at))
        if not cut:
            self.memory[at : at + len(wanted)] = wanted
            return
        if self.done == "all":
            self.memory[at : at + len(wanted)] = wanted
        elif self.done == "half":
            middle = self._random.randrange(1, len(wanted))
            self.memory[at : at + middle] = wanted[:middle]
            self.memory[at + middle] = self._half_way(old[middle], wanted[middle])
        raise PowerCutError

    def _half_way(self, old: int, wanted: int) -> int:
        moved = (old ^ wanted) & self._random.randrange(256)
        return old ^ moved
