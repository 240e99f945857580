"""Which run the ticks that were watched are of, where the pump has recorded several since."""

from collections.abc import Sequence
from itertools import pairwise

from manostat_tools.guide.follower import Seen
from manostat_tools.guide.whose import Claim
from manostat_tools.journal.payloads import INTENT, OUTCOME, fields_of
from manostat_tools.session.model import Source
from manostat_tools.store.store import Store
from manostat_tools.store.units import book_of, units_of

_IN_FLIGHT = 3
"""Steps that the tick of a stop may have granted (docs/protocol.md); they are counted after it."""


def watched_of(store: Store, claims: Sequence[Claim], seen: Seen | None) -> Claim | None:
    """The only claim whose run the ticks can be of: they stay in one level of the pump, from the
    steps at which the run began to those at which it ended. None if none can be, or several."""
    if seen is None or not seen.frames:
        return None
    steps = [frame.steps for frame in seen.frames]
    if any(after < before for before, after in pairwise(steps)):
        return None  # the level began anew in between
    fitting = [
        claim
        for claim in claims
        if (span := _steps_of(store, claim.source)) is not None
        and span[0] <= steps[0]
        and steps[-1] <= span[1] + _IN_FLIGHT
    ]
    return fitting[0] if len(fitting) == 1 else None


def _steps_of(store: Store, source: Source) -> tuple[int, int] | None:
    """Steps of the pump's level at the beginning and the end of a run, by its own records; None if
    one of the two is not stored."""
    unit = units_of(store).get(source.serial)
    records = book_of(store, unit).records if unit is not None else []
    began: int | None = None
    for record in records:
        fields = fields_of(record)
        is_of_it = record.boot == source.boot and fields.get("level") == source.level
        if record.kind == INTENT and record.sequence < source.sequence:
            began = fields["steps"] if is_of_it else None
        if record.kind == OUTCOME and record.sequence == source.sequence and began is not None:
            return began, fields["steps"]
    return None
