"""The words of a raw trace as ticks (docs/journal.md, "64 TICKS")."""

from collections.abc import Iterable
from typing import NamedTuple

MARKS_END = 1024
_COUNT = 0x3FFF
_MADE_SHIFT = 14
_MADE_OF_MARK = 3
_REST, _COARSE, _GO = 0, 511, 1023
_COARSE_TICKS = 512


class TraceTick(NamedTuple):
    """`at`: ticks of 2 ms since the first; `raw`: line count; `made`: steps; `moving`: False at
    rest after a motion."""

    at: int
    raw: int
    made: int
    moving: bool


def trace_ticks(words: Iterable[int], at: int = 0) -> list[TraceTick]:
    """What was read, in order; the first word stands for tick `at`. Ticks that were not read are
    left out, and counted."""
    ticks: list[TraceTick] = []
    moving = True
    for word in words:
        raw, made = word & _COUNT, word >> _MADE_SHIFT
        if made < _MADE_OF_MARK or raw >= MARKS_END:
            ticks.append(TraceTick(at, raw, made, moving))
            at += 1
        elif raw == _REST:
            moving = False
        elif raw == _GO:
            moving = True
        else:
            at += raw if raw <= _COARSE else (raw - _COARSE) * _COARSE_TICKS
    return ticks


def is_going(word: int) -> bool:
    """Whether it is the mark of a motion that begins."""
    return word == _MADE_OF_MARK << _MADE_SHIFT | _GO


def words_of(data: bytes) -> list[int]:
    """Of two bytes each, little endian."""
    return [int.from_bytes(data[at : at + 2], "little") for at in range(0, len(data) - 1, 2)]
