"""Stored traces: which are whole, which are gone (docs/journal.md, "9 TRACE")."""

import hashlib
import struct
from dataclasses import dataclass, field
from typing import Any

from manostat_tools.journal.findings import Finding
from manostat_tools.journal.page import Record
from manostat_tools.journal.payloads import TICKS, TRACE, fields_of, ticks_of
from manostat_tools.journal.trace_words import TraceTick, trace_ticks, words_of


@dataclass(frozen=True)
class Stretch:
    """What one TRACE record names. `state`: "whole", "overwritten", "spoilt" or "not in the file".
    `words`: two bytes each, of a whole one; `first_word`: its place in the trace of the level."""

    level: int
    boot: int
    first_word: int
    n_words: int
    state: str
    words: bytes = field(default=b"", repr=False)

    def ticks(self) -> list[TraceTick]:
        """What was read, by ticks since the first of this stretch."""
        return trace_ticks(words_of(self.words))


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
        wanted = pages_of(record)
        named |= {sequence for sequence in pages if sequence in wanted}
        state, words, reason = _state(tie, wanted, pages, oldest)
        if ring is None:
            state, words, reason = "not in the file", b"", ""
        level, first = tie["level"], tie["first_word"]
        stretches.append(Stretch(level, record.boot, first, tie["words"], state, words))
        if reason:
            serious = state == "spoilt"
            findings.append(Finding("trace", record.place, f"level {level}: {reason}", serious))
    findings += _unnamed(pages, named)
    return stretches, findings


def pages_of(record: Record) -> range:
    """Numbers of the pages that a TRACE record names; none of another, or of an unreadable one."""
    tie = fields_of(record)
    if record.kind != TRACE or "first_page" not in tie:
        return range(0)
    return range(tie["first_page"], tie["first_page"] + tie["pages"])


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
    last_missing = next((sequence for sequence in reversed(wanted) if sequence not in pages), None)
    if last_missing is not None and last_missing < oldest:
        return "overwritten", b"", "its trace was overwritten by newer ones"
    if last_missing is not None:
        missing = len(wanted) - sum(sequence in wanted for sequence in pages)
        return "spoilt", b"", f"{missing} of {len(wanted)} pages of its trace are not there"
    try:
        parts = [ticks_of(pages[sequence]) for sequence in wanted]
    except struct.error:
        return "spoilt", b"", "a page of its trace is too short for one"
    words = b"".join(part for _, _, part in parts)
    at = tie["first_word"]
    for level, first, part in parts:
        if (level, first) != (tie["level"], at):
            return "spoilt", b"", f"a page says level {level}, word {first}"
        at += len(part) // 2
    if hashlib.sha256(words).hexdigest() != tie["sha256"] or len(words) != 2 * tie["words"]:
        return "spoilt", b"", "its trace is not the one that was stored"
    return "whole", words, ""
