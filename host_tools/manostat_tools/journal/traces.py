"""Stored traces: which are whole, which are gone (docs/journal.md, "9 TRACE")."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from manostat_tools.journal.findings import Finding
from manostat_tools.journal.page import Record
from manostat_tools.journal.payloads import TICKS, TRACE, fields_of, ticks_of


@dataclass(frozen=True)
class Stretch:
    """What one TRACE record names. `state`: "whole", "overwritten", "spoilt" or "not in the file".
    `ticks`: two bytes each, of a whole one."""

    level: int
    boot: int
    first_tick: int
    n_ticks: int
    state: str
    ticks: bytes = field(default=b"", repr=False)

    def rows(self) -> list[tuple[int, int, int]]:
        """(tick, line count, steps made)."""
        words = [int.from_bytes(self.ticks[at : at + 2], "little") for at in self._places]
        return [
            (self.first_tick + number, word & 0x3FFF, word >> 14)
            for number, word in enumerate(words)
        ]

    @property
    def _places(self) -> range:
        return range(0, len(self.ticks), 2)


def check_traces(
    journal: list[Record], ring: list[Record] | None
) -> tuple[list[Stretch], list[Finding]]:
    """Each stretch that the journal names, and what is wrong. `ring` None: not in the file."""
    pages = {record.sequence: record for record in ring or [] if record.kind == TICKS}
    oldest = min(pages, default=0)
    stretches: list[Stretch] = []
    findings: list[Finding] = []
    named: set[int] = set()
    for record in journal:
        if record.kind != TRACE:
            continue
        tie = fields_of(record)
        if "sha256" not in tie:
            findings.append(Finding("trace", record.place, "unreadable TRACE record"))
            continue
        wanted = range(tie["first_page"], tie["first_page"] + tie["pages"])
        named |= set(wanted)
        state, ticks, reason = _state(tie, wanted, pages, oldest)
        if ring is None:
            state, ticks, reason = "not in the file", b"", ""
        level, first = tie["level"], tie["first_tick"]
        stretches.append(Stretch(level, record.boot, first, tie["ticks"], state, ticks))
        if reason:
            serious = state == "spoilt"
            findings.append(Finding("trace", record.place, f"level {level}: {reason}", serious))
    findings += _unnamed(pages, named)
    return stretches, findings


def _unnamed(pages: dict[int, Record], named: set[int]) -> list[Finding]:
    """Pages that no TRACE record names, each run of them once."""
    findings = []
    for sequence in sorted(set(pages) - named):
        if sequence - 1 in pages and sequence - 1 not in named:
            continue
        reason = f"from page {sequence} on: cut off before the journal named it, or not yet done"
        findings.append(Finding("trace", pages[sequence].place, reason, False))
    return findings


def _state(
    tie: dict[str, Any], wanted: range, pages: dict[int, Record], oldest: int
) -> tuple[str, bytes, str]:
    missing = [sequence for sequence in wanted if sequence not in pages]
    if missing and max(missing) < oldest:
        return "overwritten", b"", "its trace was overwritten by newer ones"
    if missing:
        return "spoilt", b"", f"{len(missing)} of {len(wanted)} pages of its trace are not there"
    parts = [ticks_of(pages[sequence]) for sequence in wanted]
    ticks = b"".join(part for _, _, part in parts)
    at = tie["first_tick"]
    for level, first, part in parts:
        if (level, first) != (tie["level"], at):
            return "spoilt", b"", f"a page says level {level}, tick {first}"
        at += len(part) // 2
    if hashlib.sha256(ticks).hexdigest() != tie["sha256"] or len(ticks) != 2 * tie["ticks"]:
        return "spoilt", b"", "its trace is not the one that was stored"
    return "whole", ticks, ""
