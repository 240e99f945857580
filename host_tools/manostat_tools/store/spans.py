"""Which of a pump's records are whose: told by the order in which all was written down.

A session has its pump from its opening, or from a setting that it wrote down, until it is closed or
another has the pump. What is stored of the pump meanwhile, behind what was stored before, is of the
session. The store only grows, so this never changes once a session is closed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from manostat_tools.session import entries as e
from manostat_tools.session.told import is_setting, pump_set_by
from manostat_tools.store.chain import Imported
from manostat_tools.store.store import Written
from manostat_tools.store.units import Unit


@dataclass(frozen=True)
class _Had:
    session: str
    behind: int


@dataclass
class Span:
    """`unit`: what was stored of the pump when the session had written its last; `mine`, `others`:
    hashes of pages; `behind`: the newest record when the session first had the pump."""

    unit: Unit
    mine: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)
    behind: int | None = None


def span_of(written: Sequence[Written], session: str, unit: str, is_closed: bool) -> Span:
    """Of one session on one pump, from all entries of the store."""
    last = _last_of(written, session) if is_closed else None
    span = Span(Unit(unit))
    pump_of: dict[str, str] = {}
    had: _Had | None = None
    for one in written:
        if last is not None and one.sequence > last:
            break
        entry, who = one.envelope.entry, one.envelope.session
        if isinstance(entry, Imported):
            if entry.unit == unit:
                _share(span, entry, had, session)
                span.unit.add(entry)
            continue
        if who is None:
            continue
        if isinstance(entry, e.Opened):
            pump_of[who] = entry.unit.serial
        is_set = isinstance(entry, e.HostEvent) and is_setting(entry.text)
        takes = isinstance(entry, e.Opened) or is_set
        if isinstance(entry, e.HostEvent) and (named := pump_set_by(entry.text)):
            pump_of[who] = named
        if takes and pump_of.get(who) == unit and (had is None or had.session != who):
            newest = max(span.unit.journal, default=None)
            # Of a pump that nothing was known of, a first pull brings all that it ever did.
            had = None if newest is None else _Had(who, newest)
            if who == session and span.behind is None:
                span.behind = newest
        elif isinstance(entry, e.Closed) and had is not None and had.session == who:
            had = None
    return span


def _share(span: Span, pull: Imported, had: _Had | None, session: str) -> None:
    if had is None:
        return
    digests = {digest for sequence, digest in pull.journal if sequence > had.behind}
    (span.mine if had.session == session else span.others).update(digests)


def _last_of(written: Sequence[Written], session: str) -> int:
    """Place of the last entry that says what is part of the session: its end, or a late run. A
    correction, as with what the pump told later of a run, brings no events."""
    return max(
        one.sequence
        for one in written
        if one.envelope.session == session and isinstance(one.envelope.entry, e.Closed | e.RunDone)
    )
