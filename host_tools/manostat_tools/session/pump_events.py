"""What the pump did and saw in a session, of all that is stored of it: none of another session's.

The pump knows nothing of sessions. Its records follow each other, so what was stored while a
session had the pump is of this session (`Own`, which the store tells). Of a run that came into the
store otherwise, as with a file that was imported before, the records from its intent on are, until
the pump was used for something else.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from manostat_tools.journal.listing import lines_in_order
from manostat_tools.journal.page import Record
from manostat_tools.journal.payloads import BOOT, EVENTS, INTENT, OUTCOME, SERVICE, SETTING
from manostat_tools.session.model import Event, Run

_TOLD = (EVENTS, BOOT, SETTING, SERVICE)
_USED_AGAIN = (BOOT, SETTING, SERVICE)
_TURN_MS = 1 << 30


@dataclass(frozen=True)
class Own:
    """By SHA-256 of their pages, hexadecimal. `mine`: stored while the session had the pump;
    `others`: while another had it; `since`: the newest record when the session took the pump."""

    mine: Collection[str] = field(default_factory=frozenset)
    others: Collection[str] = field(default_factory=frozenset)
    since: Record | None = None


NOTHING = Own()


def events_of(records: Sequence[Record], runs: Iterable[Run], own: Own = NOTHING) -> list[Event]:
    """Of one pump, for the session that has these of its runs: by the pump's clock, which knows no
    time of day."""
    of_runs = _of_runs(records, {run.source.sequence for run in runs if run.source is not None})
    kept = [
        record
        for record in records
        if record.digest.hex() in own.mine
        or (record.sequence in of_runs and record.digest.hex() not in own.others)
    ]
    since = own.since if kept and own.since and kept[0].sequence > own.since.sequence else None
    return [
        Event(wall=None, boot=line.boot, at_ms=line.ms, origin="pump", text=line.text)
        for line in lines_in_order([record for record in kept if record.kind in _TOLD])
        if since is None or line.boot != since.boot or _is_after(line.ms, since.ms)
    ]


def _is_after(ms: int, since_ms: int) -> bool:
    """A page of events may hold some that happened before an earlier record was written."""
    return 0 < (ms - since_ms) % _TURN_MS < _TURN_MS // 2


def _of_runs(records: Sequence[Record], sequences: Collection[int]) -> set[int]:
    """Sequence numbers from the intent of each of these runs to the next one; behind a run that no
    other of them follows, to where the pump was used again."""
    stretches: list[list[Record]] = []
    answered = True
    for record in records:
        is_lone = record.kind == OUTCOME and answered
        if record.kind == INTENT or is_lone:
            stretches.append([])
        answered = record.kind == OUTCOME or (answered and record.kind != INTENT)
        if stretches:
            stretches[-1].append(record)
    mine = [any(record.sequence in sequences for record in stretch) for stretch in stretches]
    found: set[int] = set()
    for at, stretch in enumerate(stretches):
        goes_on = any(mine[at + 1 : at + 2])
        for record in stretch if mine[at] else ():
            if record.kind in _USED_AGAIN and not goes_on:
                break
            found.add(record.sequence)
    return found
