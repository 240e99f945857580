"""When a derived value was, in words: at the press, or at the last stop where the host knew of no
press when it was derived."""

from manostat_tools.session.model import Quantity, Run

PRESS, STOP = "press", "stop"
"""What `moment` in the inputs of a value says."""
_WORDS = {PRESS: "the press", STOP: "the last stop"}


def moment_of(value: Quantity, run: Run | None) -> str:
    """ "the press" or "the last stop"; one or the other of a value that does not say it, as those
    of earlier versions. A press with the plunger in motion ends a run: there the two are one."""
    if run is not None and any(mark.moving for mark in run.marks):
        return _WORDS[PRESS]
    moment = value.inputs.get("moment")
    if moment in _WORDS:
        return _WORDS[str(moment)]
    if run is not None and not run.marks:
        return _WORDS[STOP]
    return f"{_WORDS[PRESS]} or {_WORDS[STOP]}, not recorded which"
