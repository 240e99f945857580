"""Which code of the pump a text of a run means: reasons and openings are kept in words.

Both vocabularies of the host tools are understood, the long one of `manostat_tools.words` and the
short one of `manostat_tools.journal.names`. What neither knows means nothing, so that no rule
rests on it.
"""

from manostat.core import codes
from manostat_tools import words
from manostat_tools.journal import names
from manostat_tools.session.model import PressurePa, Run

END_POINTS = frozenset({codes.PRESSURE_ABOVE, codes.PRESSURE_LINE, codes.VOLUME})
"""Ends that a painless disc was carried to. A leak is none of them: no pressure came."""

_REASONS = {text: code for table in (words.REASONS, names.REASONS) for code, text in table.items()}
_AT_REST = frozenset(
    table[code]
    for table in (words.OPENINGS, names.OPENINGS)
    for code in (codes.OPENING_READ, codes.OPENING_SET)
)


def reason_code(run: Run) -> int | None:
    """Why the run stopped, a code of manostat.core.codes; None: the text is not known."""
    if has_fault(run):
        return codes.FAULT
    return _REASONS.get(run.reason)


def has_fault(run: Run) -> bool:
    """Whether a fault ended the run."""
    return run.fault not in ("", "none") or run.reason.startswith(words.REASONS[codes.FAULT])


def opening_at_rest(run: Run) -> PressurePa | None:
    """The opening pressure in Pa if it was read at rest or marked by the operator at rest."""
    return run.opening_pa if run.opening_how in _AT_REST else None
