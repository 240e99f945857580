"""Whether a flash that was cut off and booted on still holds what it must (L-03, L-04, T-05)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from manostat_sim.emulator.flash_chip import Cut, FlashOperation
from manostat_sim.power_cuts.recording import CutPoint


class StoredRecord(NamedTuple):
    """A record as an independent reader finds it: where it lies, and all its bytes."""

    offset: int
    """Of its first byte, from the start of the flash."""
    content: bytes


class Stored(NamedTuple):
    """All sound records of a flash, in the order in which they were written."""

    journal: Sequence[StoredRecord]
    traces: Sequence[StoredRecord]
    is_uncertain: bool
    """The newest intent has no outcome: all that was prescribed counts as delivered."""
    boot_reason: int | None
    """Why the newest boot happened, as the journal says; None without a boot on record."""
    wrong: Sequence[str] = ()
    """What the reader found that no power cut can do: gaps, broken chains, spoilt pages."""


Reader = Callable[[bytes], Stored]
"""From a whole flash; raises nothing, whatever is in it."""


@dataclass(frozen=True)
class Boot:
    """What a board did on a flash that a cut had left."""

    flash: bytes
    operations: Sequence[FlashOperation]
    ready: bool
    """It came to a verdict that lets it be armed."""
    steps_idle: int
    """Steps made with RUN held and the pump never armed since power-on."""
    steps_armed: int
    """Steps made once it was armed and RUN held."""
    may_move: bool = field(default=True)
    """Whether there is volume left, were the delivery certain."""


def judge(
    point: CutPoint, read: Reader, before: bytes, after: bytes, cut: bytes, boot: Boot
) -> list[str]:
    """What is wrong, in words; nothing if the cut did no more harm than it may.

    `before` and `after`: the flash before and after the whole operation; `cut`: as it was left.
    """
    old, whole, left, now = read(before), read(after), read(cut), read(boot.flash)
    wrong = _older_than_the_one_written(point, old, whole, now, boot.operations)
    wrong += [each for each in now.wrong if each not in old.wrong]
    if not boot.ready:
        wrong.append("the pump did not become ready")
    if boot.steps_idle:
        wrong.append(f"{boot.steps_idle} steps without an operator")
    if left.is_uncertain and boot.steps_armed:
        wrong.append(f"{boot.steps_armed} steps though the delivery is uncertain")
    if boot.may_move and not left.is_uncertain and not boot.steps_armed:
        wrong.append("RUN moves nothing though the delivery is certain and volume is left")
    if now.boot_reason != 0:
        wrong.append(f"reset reason on record is {now.boot_reason}, not 0 (power)")
    return wrong


def _older_than_the_one_written(
    point: CutPoint,
    old: Stored,
    whole: Stored,
    now: Stored,
    boot_operations: Sequence[FlashOperation],
) -> list[str]:
    """Journal: nothing is ever erased. Traces: the ring may give up its oldest blocks, those that
    are erased by this operation or by the boot."""
    wrong = []
    done = point.cut is Cut.AFTER
    for name in ("journal", "traces"):
        had: Sequence[StoredRecord] = getattr(old, name)
        must = getattr(whole, name) if done else had
        has: Sequence[StoredRecord] = getattr(now, name)
        erased = _erased(point.operation, boot_operations) if name == "traces" else []
        kept = [record for record in must if not _lies_in(record, erased)]
        missing = [record.offset for record in kept if record not in has]
        if missing:
            wrong.append(
                f"{len(missing)} of {len(must)} {name} records lost, first {missing[0]:#x}"
            )
            continue
        places = [has.index(record) for record in kept]
        if places != sorted(places):
            wrong.append(f"{name} records are in another order")
        given_up = [number for number, record in enumerate(must) if _lies_in(record, erased)]
        if given_up and given_up != list(range(len(given_up))):
            wrong.append(f"{name} records were erased that are not the oldest")
    return wrong


def _erased(operation: FlashOperation, later: Sequence[FlashOperation]) -> list[tuple[int, int]]:
    return [
        (each.offset, each.offset + len(each.before))
        for each in (operation, *later)
        if each.kind == "erase"
    ]


def _lies_in(record: StoredRecord, blocks: Sequence[tuple[int, int]]) -> bool:
    return any(first <= record.offset < end for first, end in blocks)
