"""Whether the MicroPython that answers after a flash is the one of the file, byte by byte."""

import hashlib
import re
from pathlib import Path

from manostat_tools.devices.errors import DeviceError
from manostat_tools.devices.prompt import Prompt
from manostat_tools.image import uf2

_SECTOR = 4096
_HASH_S = 60.0
_VERSION = re.compile(rb"\bv(\d+\.\d+[^ \0]*) on \d{4}-\d\d-\d\d")
# Read where the chip maps its flash. Sectors that the file leaves out keep what they had.
_HASH = """
import hashlib,uctypes
digest=hashlib.sha256()
for at,size in %r:
 digest.update(uctypes.bytearray_at(at,size))
print(digest.digest().hex())
"""


def version_in(binary: bytes) -> str:
    """Such as "1.25.0", of the banner in an image; "" where it has none."""
    found = _VERSION.search(binary)
    return found[1].decode() if found else ""


def verify_stock(path: str, file: Path, binary: bytes, version: str) -> None:
    """DeviceError if the prompt at `path`, which told `version`, is not that of the file: by its
    version, then by SHA-256 of all flash that the file fills."""
    expected = version_in(binary)
    if expected and version != expected:
        raise DeviceError(
            f"MicroPython {version} answers, and {file.name} has {expected}: the board kept what "
            "it had; flash again"
        )
    filled = [
        (at, binary[at : at + _SECTOR])
        for at in range(0, len(binary), _SECTOR)
        if binary[at : at + _SECTOR].strip(b"\xff")
    ]
    digest = hashlib.sha256(b"".join(sector for _, sector in filled)).hexdigest()
    places = [(uf2.FLASH_START + at, len(sector)) for at, sector in filled]
    with Prompt(path) as prompt:
        told = prompt.run(_HASH % (_joined(places),), _HASH_S).strip()
    if told != digest:
        raise DeviceError(
            f"flash is not what {file.name} has (SHA-256 {told[:16]}, of the file {digest[:16]}): "
            "flash again; if it stays so, another board"
        )


def _joined(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Neighbours as one."""
    joined: list[tuple[int, int]] = []
    for at, size in places:
        if joined and sum(joined[-1]) == at:
            joined[-1] = (joined[-1][0], joined[-1][1] + size)
        else:
            joined.append((at, size))
    return joined
