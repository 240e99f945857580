"""A journal for people: what happened, boot by boot and level by level, then what is wrong."""

from collections.abc import Iterator
from typing import NamedTuple

from manostat_tools.journal import names
from manostat_tools.journal.book import Book, level_of
from manostat_tools.journal.page import Record
from manostat_tools.journal.payloads import (
    ALARM,
    BOOT,
    CHANGE,
    COMMAND,
    EVENTS,
    INTENT,
    KINDS,
    LOST,
    NOTE,
    OUTCOME,
    PAIN_MARK,
    PLATEAU,
    SEAL,
    SERVICE,
    SETTING,
    STORED_IDENTITY,
    STORED_KEY,
    STORED_UNIT,
    TRACE,
    TRACE_FULL,
    TRACE_LOST,
    Fields,
    fields_of,
)

_PSI_PA = 6894.757
_HALF_MS = 1 << 29
_TURN_MS = 1 << 30


class Line(NamedTuple):
    """What happened, in words. `ms` since the boot, going on past the wrap at 2^30."""

    boot: int
    ms: int
    what: str
    text: str


def listing(book: Book) -> Iterator[str]:
    """Lines of text."""
    records = book.records
    yield f"{book.source.what}: {len(records)} records" + (
        f", {book.run.blank} pages left" if book.source.dense else ""
    )
    yield "times are seconds since that boot, by the pump's own clock"
    uncertain = {record.sequence for record in book.uncertain}
    boot = level = None
    for first, lines in _in_order(records, uncertain):
        if first.boot != boot:
            boot = first.boot
            yield f"\nboot {boot}"
        if first.kind == INTENT and level_of(first) != level:
            level = level_of(first)
            yield f"  level {level}"
        for line in lines:
            yield f"    {line.ms / 1000:11.2f}  {line.what:9}  {line.text}".rstrip()
    yield from _verdict(book)


def lines_in_order(records: list[Record]) -> Iterator[Line]:
    """What the records tell, each line in the place of its time."""
    for _, lines in _in_order(records, set()):
        yield from lines


def _in_order(records: list[Record], uncertain: set[int]) -> Iterator[tuple[Record, list[Line]]]:
    """Each record with its lines, and before it those events that were written after it but
    happened before: a page of events comes late."""
    times = _unwrapped(records)
    early: dict[int, list[Line]] = {}
    for at, record in enumerate(records):
        if record.kind == EVENTS:
            for line in _events(record, times[at]):
                early.setdefault(_place_of(line, at, records, times), []).append(line)
    for at, record in enumerate(records):
        lines = early.get(at, [])
        if record.kind != EVENTS:
            text = _say(record, fields_of(record))
            if record.sequence in uncertain:
                text += " -- DELIVERY UNCERTAIN: no outcome follows"
            what = KINDS.get(record.kind, f"kind {record.kind}")
            lines = [*lines, Line(record.boot, times[at], what, text)]
        yield record, lines


def _place_of(line: Line, at: int, records: list[Record], times: list[int]) -> int:
    while at > 0 and records[at - 1].boot == line.boot and times[at - 1] > line.ms:
        at -= 1
    return at


def _unwrapped(records: list[Record]) -> list[int]:
    """Milliseconds of each record, going on past the wrap at 2^30."""
    times: list[int] = []
    turns = 0
    for number, record in enumerate(records):
        before = records[number - 1] if number else record
        if record.boot != before.boot:
            turns = 0
        elif before.ms - record.ms > _HALF_MS:
            turns += _TURN_MS
        times.append(record.ms + turns)
    return times


def _events(record: Record, written_ms: int) -> Iterator[Line]:
    for event in fields_of(record).get("events", []):
        ms = written_ms - ((record.ms - event["ms"]) % _TURN_MS)
        yield Line(record.boot, ms, "event", _say_event(event))


def _say_event(event: Fields) -> str:
    what, a, b = event["what"], event["a"], event["b"]
    if what == CHANGE:
        text = f"{names.named(names.STATES, event['state'])}; {names.switches(a)}"
        if event["reason"]:
            text += f"; reason: {names.named(names.REASONS, event['reason'])}"
        if event["fault"]:
            text += f"; fault: {names.named(names.FAULTS, event['fault'])}"
        return text
    if what == ALARM:
        return f"alarm: {names.alarm(a)}" + (", sound paused" if b else "")
    if what == COMMAND:
        said = f"the host {names.REQUESTS.get(a, f'sent a request {a}')}"
        return said + (f", {b} times" if b > 1 else "")
    if what == LOST:
        return f"{b} events found no room here"
    if what == TRACE_FULL:
        return "paused: the memory for the trace was full"
    return "the trace could not be stored" if what == TRACE_LOST else f"what {what}: {a}, {b}"


def _say(record: Record, fields: Fields) -> str:
    if "unreadable" in fields or "unknown" in fields:
        return " ".join(fields)
    say = _SAY.get(record.kind)
    return say(fields) if say else ""


def _say_boot(fields: Fields) -> str:
    text = f"after {names.named(names.RESETS, fields['reason'])}"
    text += f"; self test: {names.named(names.VERDICTS, fields['verdict'])}"
    text += f"; {names.named(names.KEYS, fields['key'])}; image {fields['image']}"
    if fields["no_record"]:
        text += f"; {fields['no_record']} pages hold no record"
    if fields["foreign"] or fields["foreign_traces"]:
        text += "; FOREIGN DATA where records belong"
    return text


def _say_intent(fields: Fields) -> str:
    return (
        f"{names.named(names.MODES, fields['mode'])} {_ml(fields['volume_nl'])} at "
        f"{fields['rate_nl_s'] / 1e6:.3f} mL/s, {_psi(fields['limit_above_pa'])} above opening, "
        f"{_psi(fields['limit_line_pa'])} line, {fields['steps']} steps so far"
    )


def _say_outcome(fields: Fields) -> str:
    opening = "no opening pressure"
    if fields["opening_pa"] >= 0:
        opening = f"opening {_psi(fields['opening_pa'])}"
    return (
        f"{_why(fields)}: {_ml(fields['delivered_nl'])} in {fields['steps']} steps, {opening}, "
        f"peak {_psi(fields['peak_pa'])} line, {fields['presses']} presses of pain"
        + (", LOCKED OUT" if fields["locked"] else "")
    )


def _say_note(fields: Fields) -> str:
    return f"{_why(fields)} at rest, {_psi(fields['pressure_pa'])} line" + (
        ", LOCKED OUT" if fields["locked"] else ""
    )


def _say_mark(fields: Fields) -> str:
    if fields["mark"] is None:
        return "empty"
    press = fields["mark"]["points"][0]
    return f"pain at {_psi(press['pressure_pa'])} line, {press['steps']} steps"


def _say_plateau(fields: Fields) -> str:
    if fields["plateau_pa"] < 0:
        return f"did not settle, {fields['steps']} steps"
    return f"{_psi(fields['plateau_pa'])} line at rest, {fields['steps']} steps"


def _say_setting(fields: Fields) -> str:
    return (
        f"a host set {names.named(names.MODES, fields['mode'])} {_ml(fields['volume_nl'])} at "
        f"{fields['rate_nl_s'] / 1e6:.3f} mL/s, {_psi(fields['limit_above_pa'])} above opening, "
        f"{_psi(fields['limit_line_pa'])} line"
    )


def _say_trace(fields: Fields) -> str:
    return f"words {fields['first_word']} to {fields['first_word'] + fields['words'] - 1} stored"


def _say_service(fields: Fields) -> str:
    text = names.named(names.SERVICES, fields["what"])
    if fields["what"] == STORED_UNIT:
        return (
            f"{text}: {names.named(names.MODES, fields['mode'])} {_ml(fields['volume_nl'])} at "
            f"{fields['rate_nl_s'] / 1e6:.3f} mL/s, {_psi(fields['limit_above_pa'])} above "
            f"opening, {_psi(fields['limit_line_pa'])} line"
        )
    if fields["what"] == STORED_IDENTITY:
        return f"{text}: {fields['serial']}"
    return f"{text}: {fields['key']}" if fields["what"] == STORED_KEY else text


_SAY = {
    BOOT: _say_boot,
    INTENT: _say_intent,
    OUTCOME: _say_outcome,
    PAIN_MARK: _say_mark,
    NOTE: _say_note,
    PLATEAU: _say_plateau,
    SEAL: lambda fields: f"key {fields['key']}",
    TRACE: _say_trace,
    SERVICE: _say_service,
    SETTING: _say_setting,
}


def _why(fields: Fields) -> str:
    text = names.named(names.REASONS, fields["reason"])
    return f"{text}, {names.named(names.FAULTS, fields['fault'])}" if fields["fault"] else text


def _psi(pa: int) -> str:
    return f"{pa / _PSI_PA:.1f} psi"


def _ml(nl: int) -> str:
    return f"{nl / 1e6:.3f} mL"


def _verdict(book: Book) -> Iterator[str]:
    yield ""
    for stretch in book.stretches:
        first, last = stretch.first_word, stretch.first_word + stretch.n_words - 1
        where = f"level {stretch.level}, boot {stretch.boot}, words {first} to {last}"
        yield f"trace of {where}: {stretch.state}"
    yield _say_seals(book)
    for finding in book.findings:
        mark = "WRONG" if finding.serious else "note"
        yield f"{mark}: {finding.what} at byte {finding.place}: {finding.reason}"
    for record in book.uncertain:
        yield f"note: delivery uncertain: intent {record.sequence} has no outcome"
    yield "whole" if book.is_sound else "NOT WHOLE: see above"


def _say_seals(book: Book) -> str:
    seals = book.seals
    last = book.records[-1].sequence if book.records else 0
    if seals.good:
        text = f"seals: {seals.good} fit the key; records 1 to {seals.sealed_to} are vouched for"
        return text + (f", {last - seals.sealed_to} after them are not" if seals.sealed_to else "")
    if seals.unknown:
        return f"seals: {seals.unknown} of a key that was not given (--key): not checked"
    if seals.public:
        return f"seals: {seals.public} of the public bench key: they prove nothing"
    return "seals: none; nothing shows who wrote these records"
