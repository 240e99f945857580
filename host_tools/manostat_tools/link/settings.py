"""What the pump says of its unit, in answer to the request `U`."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from manostat import identity_page, unit_page
from manostat_tools.link.errors import LinkError

_HEAD = struct.Struct("<II")
_PAGE = 256
_BYTES = _HEAD.size + 4 * _PAGE


@dataclass(frozen=True)
class Settings:
    """`boot`: number of this start of the pump; `counter`: the newest believed in it; `unit`: the
    nine integers that are stored, in the order of `manostat.core.prescription.RANGES`, or None (a
    bench image then has the unit of its board's bench.json); `identity`: the dict that service
    stored, or None. A stored page that is spoilt in both copies is None too."""

    boot: int
    counter: int
    unit: tuple[int, ...] | None
    identity: dict[str, Any] | None

    def volume_nl(self, steps: int) -> float | None:
        """Volume of so many microsteps in nL; None without a unit."""
        return None if self.unit is None else steps * self.unit[6] / self.unit[7]


def decode_settings(answer: bytes) -> Settings:
    """The answer to `U`. LinkError if it is none."""
    if len(answer) != _BYTES:
        raise LinkError(
            f"the unit came as {len(answer)} bytes, known are {_BYTES}: other firmware; "
            "`manostat boards` shows its version"
        )
    boot, counter = _HEAD.unpack_from(answer)
    pages = [answer[at : at + _PAGE] for at in range(_HEAD.size, _BYTES, _PAGE)]
    unit = _first(pages[:2], unit_page.decode)
    identity = _first(pages[2:], identity_page.decode)
    return Settings(boot, counter, None if unit is None else tuple(unit), identity)


def _first(pages: list[bytes], decode: Callable[[bytes], Any]) -> Any:
    """Of the first copy that is valid."""
    return next((found for page in pages if (found := decode(page)) is not None), None)
