"""A unit that a host sets, with the unit's key: validated, sent, seen to hold after the restart."""

import time
from collections.abc import Sequence

from manostat.core.prescription import validate
from manostat_sim import telemetry, wire
from manostat_tools.link.errors import LinkError
from manostat_tools.link.owner import Owner
from manostat_tools.link.pull import pull_whole
from manostat_tools.link.requests import Requests
from manostat_tools.link.settings import Settings, decode_settings

KEY_BYTES = 32
PUBLIC_KEY = b"bench key: known, proves nothing"
"""Of a bench image without a key of its own. Everybody knows it."""
_ANSWER_S = 3.0
_LOOK_S = 0.1

_REFUSED = {
    telemetry.UNKNOWN: "its firmware takes no unit over the link: flash a newer image",
    telemetry.WRONG_LENGTH: "its firmware knows another form of unit: flash a newer image",
    telemetry.NO_AUTHORITY: "the key is not this pump's, or the pump has none: give the key that "
    "service mode stored in it",
    telemetry.REPLAYED: "its boot or counter has moved on, as after a restart: set again",
    telemetry.NOT_IDLE: "it is not idle: acknowledge with STOP, hold STOP for 3 s for a new level "
    "and do not press PAIN before; if a trace is being stored wait; if its self test failed mend "
    "that first",
    telemetry.INVALID: "its firmware refuses these nine integers as no unit",
    telemetry.NOT_STORED: "it was not stored, or not in full: look what holds after its restart, "
    "then set again; a full journal or worn flash does this",
}


def ask_settings(requests: Requests, patience_s: float) -> Settings:
    """What the pump says of its unit."""
    return decode_settings(pull_whole(requests, wire.unit, patience_s, lambda _: None))


def set_unit(
    owner: Owner, requests: Requests, values: Sequence[int], key: bytes, limit_s: float
) -> Settings:
    """What then holds. LinkError, in words, if it was refused, or cannot be seen to hold."""
    unit = _checked(values, key)
    name = owner.place.name
    ends_s = time.monotonic() + limit_s
    before = ask_settings(requests, limit_s)
    counter = before.counter + 1
    answer = None
    while answer is None:
        answer = _send(owner, requests, before.boot, counter, unit, key, ends_s)
        if answer is not None and answer.result != telemetry.DONE:
            raise refusal(name, answer.result)
        if answer is None:  # whether it was taken is asked
            now = ask_settings(requests, max(ends_s - time.monotonic(), _LOOK_S))
            if now.boot != before.boot:
                return _held(name, now, unit)
            counter = now.counter + 1
    while time.monotonic() < ends_s:
        try:
            now = ask_settings(requests, max(ends_s - time.monotonic(), _LOOK_S))
        except LinkError:
            break
        if now.boot != before.boot:
            return _held(name, now, unit)
        time.sleep(_LOOK_S)
    raise LinkError(
        f"{name} took the unit and was not back within {limit_s:g} s: look at its lamps, and ask "
        "what holds with settings()"
    )


def refusal(name: str, result: int) -> LinkError:
    """What the result of an answer means, and what to do."""
    why = _REFUSED.get(result, f"result {result}, unknown to this version")
    return LinkError(f"{name} refused the unit: {why}")


def _send(
    owner: Owner,
    requests: Requests,
    boot: int,
    counter: int,
    unit: Sequence[int],
    key: bytes,
    ends_s: float,
) -> telemetry.Answer | None:
    with requests.turn(ends_s), requests.hearing() as heard:
        requests.await_rest(ends_s)
        sequence = requests.next_sequence()
        owner.send(wire.set_unit(sequence, boot, counter, unit, key))
        for each in requests.until(heard, min(time.monotonic() + _ANSWER_S, ends_s)):
            if isinstance(each, telemetry.Answer) and each.sequence == sequence:
                return each
        if time.monotonic() >= ends_s:
            raise requests.late("the unit; ask with settings() what holds")
    return None


def _held(name: str, now: Settings, unit: tuple[int, ...]) -> Settings:
    if now.unit == unit:
        return now
    raise LinkError(f"{name} restarted and holds another unit: {now.unit}; set again")


def _checked(values: Sequence[int], key: bytes) -> tuple[int, ...]:
    """The nine integers. LinkError, before anything is sent, if they are no unit."""
    if len(key) != KEY_BYTES:
        raise LinkError(f"key: {len(key)} bytes, allowed exactly {KEY_BYTES}; nothing was sent")
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int):
            raise LinkError(f"unit: {value!r}, allowed whole numbers; nothing was sent")
    try:
        validate(values)
    except ValueError as wrong:
        raise LinkError(f"{wrong}; nothing was sent") from None
    return tuple(values)
