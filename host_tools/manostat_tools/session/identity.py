"""What ran in the pump of a session, each thing by its own name."""

import re

from manostat_tools.session.model import UnitIdentity

UNKNOWN = "unknown to host"
_TOLD = re.compile(r"(?:(?P<firmware>[^;,]+)(?:, MicroPython (?P<micropython>[^;]+))?; )?protocol ")


def written(protocol: int, firmware: str = "", micropython: str = "") -> str:
    """For `UnitIdentity.firmware`: versions that the host knows by the image's hash, and what the
    pump says that it speaks."""
    known = f"{firmware}, MicroPython {micropython}" if firmware else UNKNOWN
    return f"{known}; protocol {protocol}"


def firmware(unit: UnitIdentity) -> list[tuple[str, str]]:
    """(name, value). A pump tells the hash of its image and the protocol that it speaks, and no
    version of its firmware: that the host knows by the hash, or not."""
    hashed = unit.image_hash or "not recorded"
    told = _TOLD.match(unit.firmware)
    if told is None:
        return [("image", hashed), ("firmware", unit.firmware or "not recorded")]
    names = (("firmware", told["firmware"]), ("MicroPython", told["micropython"]))
    versions = [(name, version) for name, version in names if version]
    return [("image", hashed), *versions, ("link protocol", unit.firmware[told.end() :])]
