"""STOP, sent until the pump has stopped, or was at rest and still is."""

import time
from queue import SimpleQueue
from typing import TypeGuard

from manostat.core import codes
from manostat_sim import telemetry, wire
from manostat_sim.telemetry import TickFrame
from manostat_tools.link.errors import LinkError
from manostat_tools.link.owner import Heard, Owner
from manostat_tools.link.requests import Requests
from manostat_tools.link.state import is_moving

_EVERY_S = 0.05
_ANSWER_S = 0.5


def stop(owner: Owner, requests: Requests, limit_s: float) -> bool:
    """True: it was moving and has stopped. False: it was at rest. LinkError after `limit_s`.

    An answer that it was at rest counts only with a tick at rest behind it: the pump may have begun
    to move since it took that STOP.
    """
    ends_s = time.monotonic() + limit_s
    newest = owner.newest
    moved = owner.connected and newest is not None and newest.moves
    rested = False
    with requests.hearing() as heard:
        while True:
            owner.send(wire.STOP, first=True)
            for each in requests.until(heard, min(time.monotonic() + _EVERY_S, ends_s)):
                if isinstance(each, TickFrame):
                    if moved and each.state == codes.STOPPED:
                        _await_answer(requests, heard, ends_s)
                        return True
                    if is_moving(each):
                        moved, rested = True, False
                    elif rested:
                        return False
                elif _is_answer(each):
                    if each.result == telemetry.STOPPED:
                        return True
                    rested = True
            if time.monotonic() >= ends_s or owner.closed:
                raise LinkError(
                    f"{owner.place.name}: nothing shows within {limit_s:g} s of STOP that it has "
                    "stopped or is at rest: press STOP at the pump"
                )


def _await_answer(requests: Requests, heard: "SimpleQueue[Heard]", ends_s: float) -> None:
    """It has stopped; its answer is waited for, or the next `stop` would take it for its own."""
    for each in requests.until(heard, min(time.monotonic() + _ANSWER_S, ends_s)):
        if _is_answer(each):
            return


def _is_answer(heard: Heard) -> TypeGuard[telemetry.Answer]:
    return isinstance(heard, telemetry.Answer) and heard.kind == wire.STOP_KIND
