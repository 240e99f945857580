"""Storing in the pump, part by part, so that at each instant it can be said what is there."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from manostat_tools.devices.attached import Attached
from manostat_tools.devices.errors import DeviceError
from manostat_tools.devices.probe import Hello, Kind
from manostat_tools.devices.wait import wait_for
from manostat_tools.journal.seals import name_of
from manostat_tools.provision.errors import ProvisionError
from manostat_tools.provision.order import Order
from manostat_tools.provision.service_mode import RefusalError, Service

START_S = 90.0
"""From a reset to hello: 2 s with the self test; an emulated board is slower."""
_LOOK_S = 0.5


@dataclass
class Ledger:
    """`stored`: what the pump has confirmed; `under_way`: what it was sent and has not answered."""

    wanted: tuple[str, ...]
    stored: list[str] = field(default_factory=list)
    under_way: str = ""
    refused: str = ""

    @property
    def words(self) -> str:
        """Of each part, whether it is stored."""
        return ", ".join(f"{part} {self._state(part)}" for part in self.wanted)

    def _state(self, part: str) -> str:
        if part in self.stored:
            return "stored"
        if part == self.refused:
            return "refused"
        return "unknown (was under way)" if part == self.under_way else "not stored"


def store(
    service: Service,
    order: Order,
    key: bytes | None,
    ledger: Ledger,
    say: Callable[[str], None] = lambda text: None,
) -> dict[str, Any]:
    """Store unit, identity and key (None: leave that alone), and read back; what `who` says then.

    `ledger` says at each instant what is stored. ProvisionError with it in words if a part was
    refused, the connection broke, or what was read back differs.
    """
    acts: dict[str, Callable[[], None]] = {
        "unit": lambda: service.store_unit(order.unit.values),
        "identity": lambda: service.store_identity(order.identity),
    }
    if key is not None:
        acts["key"] = lambda: service.store_key(key)
    try:
        for part, act in acts.items():
            ledger.under_way = part
            act()
            ledger.stored.append(part)
            ledger.under_way = ""
            say(f"stored: {part}")
        who = service.who()
        values, identity = service.contents()
    except RefusalError as refusal:
        ledger.refused = ledger.under_way
        raise ProvisionError(f"{refusal}; in the pump: {ledger.words}") from None
    except DeviceError as problem:
        again = "then the same command again: what is there already is replaced"
        raise ProvisionError(f"{problem}; in the pump: {ledger.words}; {again}") from None
    wrong = _differing(who, values, identity, order, key)
    if wrong:
        raise ProvisionError(f"read back differently: {', '.join(wrong)}; do not use this pump")
    return who


def wait_for_unit(
    board: Attached,
    order: Order,
    image: str,
    limit_s: float = START_S,
    say: Callable[[str], None] = lambda text: None,
) -> Hello:
    """The hello of the pump once it has started with what was stored.

    A self test that found STOP or PAIN held is said, and the next one waited for. ProvisionError if
    none comes within `limit_s` seconds of wall time, it did not pass, or the pump has another
    serial number or image than the one that was provisioned.
    """
    ends_s = time.monotonic() + limit_s
    was_held = False
    while True:
        try:
            _, answer = wait_for(board, Kind.MANOSTAT, max(ends_s - time.monotonic(), _LOOK_S))
        except DeviceError as problem:
            raise ProvisionError(f"all is stored, but {problem}") from None
        hello = answer.hello
        assert hello is not None  # wait_for sees to that
        if hello.words != "key held" or time.monotonic() > ends_s:
            break
        if not was_held:
            say("the self test says key held: let go of STOP and PAIN, power off and on")
        was_held = True
        time.sleep(_LOOK_S)
    if hello.verdict:
        raise ProvisionError(
            f"all is stored, but the self test says {hello.words}; the pump refuses to move"
        )
    if hello.unit != order.serial or not image.startswith(hello.image):
        raise ProvisionError(
            f"unit {hello.unit or 'without a number'} with image {hello.image} answers: is it the "
            f"same pump? {order.serial} was expected"
        )
    return hello


def _differing(
    who: dict[str, Any],
    values: list[int],
    identity: dict[str, Any],
    order: Order,
    key: bytes | None,
) -> list[str]:
    wrong = []
    if who["unit"] != "stored" or values != list(order.unit.values):
        wrong.append("unit")
    if who["identity"] != "stored" or who["serial"] != order.serial or identity != order.identity:
        wrong.append("identity")
    if key is not None and who["key_name"] != name_of(key):
        wrong.append("key")
    return wrong
