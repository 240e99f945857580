"""What ran in the pump of a session, each thing by its own name."""

from manostat_tools.session.model import UnitIdentity

_PROTOCOL = "protocol "


def firmware(unit: UnitIdentity) -> list[tuple[str, str]]:
    """(name, value). A pump tells the hash of its image and the protocol that it speaks, and no
    version of its firmware; a program may have written one down."""
    hashed = unit.image_hash or "not recorded"
    if unit.firmware.startswith(_PROTOCOL):
        return [("image", hashed), ("link protocol", unit.firmware.removeprefix(_PROTOCOL))]
    return [("image", hashed), ("firmware", unit.firmware or "not recorded")]
