"""NOR flash as `rp2.Flash` shows it: erased to ones, programmed only from ones to zeros."""

import random
from collections.abc import Iterator
from typing import NamedTuple

BLOCK = 4096
PAGE = 256
DONE = ("nothing", "half", "all")
ERASE_DONE = (*DONE, "zeroed", "scattered")
"""A chip may program a block to zero before it erases it: an assumption, like that cells rise in
any order."""


class PowerCutError(Exception):
    """The supply is gone; what the operation had done by then stays."""


class Operation(NamedTuple):
    """One program or erase: what the bytes from `at` on were to become."""

    name: str
    at: int
    wanted: bytes


class NorFlash:
    """A block device that counts its operations and can lose power at any of them.

    `cut_at`: number of the operation that is cut; `done`: how much of it was done, "nothing",
    "half" (part of the bytes, and part of the bits of one of them) or "all".
    """

    def __init__(self, blocks: int, content: bytes | None = None) -> None:
        self.memory = bytearray(b"\xff" * blocks * BLOCK if content is None else content)
        self.operations: list[tuple[str, int]] = []
        self.log: list[Operation] = []
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
        self.log.append(Operation(name, at, wanted))
        done = self.done if cut else "all"
        self.memory[at : at + len(wanted)] = part_done(old, wanted, done, self._random)
        if cut:
            raise PowerCutError


class Part:
    """Blocks of a flash from `first` on, as `rp2.Flash(start=, len=)` shows them."""

    def __init__(self, flash: NorFlash, first: int, blocks: int) -> None:
        self.flash = flash
        self.first = first
        self.blocks = blocks

    def _block(self, block: int) -> int:
        assert 0 <= block < self.blocks, "outside its part"
        return self.first + block

    def readblocks(self, block: int, buf: bytearray, offset: int = 0) -> None:
        self.flash.readblocks(self._block(block), buf, offset)

    def writeblocks(self, block: int, buf: bytes, offset: int) -> None:
        self.flash.writeblocks(self._block(block), buf, offset)

    def ioctl(self, request: int, block: int) -> int:
        return self.flash.ioctl(request, self._block(block))


class Cut(NamedTuple):
    """What is in flash after power was cut at one operation."""

    number: int
    operation: Operation
    done: str
    before: bytes
    after: bytes


def every_cut(before: bytes, log: list[Operation]) -> Iterator[Cut]:
    """The flash after a cut at each operation of a run that began with `before`: each of `DONE`,
    or of `ERASE_DONE`, of it done."""
    memory = bytearray(before)
    chance = random.Random(2)
    for number, operation in enumerate(log):
        at, wanted = operation.at, operation.wanted
        whole = bytes(memory)
        for done in ERASE_DONE if operation.name == "erase" else DONE:
            after = bytearray(whole)
            old = whole[at : at + len(wanted)]
            after[at : at + len(wanted)] = part_done(old, wanted, done, chance)
            yield Cut(number, operation, done, whole, bytes(after))
        memory[at : at + len(wanted)] = wanted


def part_done(old: bytes, wanted: bytes, done: str, chance: random.Random) -> bytes:
    """`wanted` as far as it has come: half is the first bytes, and some bits of the next;
    zeroed and scattered are states of an erase."""
    if done == "all":
        return wanted
    if done == "zeroed":
        return bytes(len(wanted))
    if done == "scattered":
        risen = chance.randbytes(len(wanted))
        return bytes(before | bits for before, bits in zip(old, risen, strict=True))
    if done == "nothing":
        return bytes(old)
    middle = chance.randrange(1, len(wanted))
    moved = (old[middle] ^ wanted[middle]) & chance.randrange(256)
    return wanted[:middle] + bytes((old[middle] ^ moved,)) + bytes(old[middle + 1 :])
