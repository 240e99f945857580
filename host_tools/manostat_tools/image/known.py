"""Which versions an image has: a pump tells its hash, and this host knows what it has built.

build/versions.json keeps every image that was built here, by the 16 hex digits that a hello says.
"""

import json
from dataclasses import asdict, dataclass

from manostat_tools import __version__
from manostat_tools.boards import REPOSITORY

FILE = REPOSITORY / "build" / "versions.json"
_DIGITS = 16


@dataclass(frozen=True)
class Versions:
    """`micropython`: such as "1.25.0"; "1.25.0 or 1.26.0" where one source was built with both."""

    firmware: str
    micropython: str


def remember(image_hash: str, micropython: str) -> None:
    """Keep that an image of this hash was built here, with this MicroPython; "": it has none."""
    if not image_hash:
        return
    name, table = image_hash[:_DIGITS], _table()
    before = table.get(name)
    with_these = set(before.micropython.split(" or ")) if before else set()
    versions = Versions(__version__, " or ".join(sorted(with_these | {micropython})))
    if versions == before:
        return
    table[name] = versions
    FILE.parent.mkdir(exist_ok=True)
    temporary = FILE.with_suffix(".part")
    temporary.write_text(json.dumps({name: asdict(one) for name, one in table.items()}, indent=1))
    temporary.replace(FILE)


def versions_of(image_hash: str) -> Versions | None:
    """Of the image that says this hash; None for one that this host has not built."""
    return _table().get(image_hash[:_DIGITS])


def in_words(image_hash: str) -> str:
    """For a line that tells what answers."""
    versions = versions_of(image_hash)
    if versions is None:
        return "firmware version unknown to this host"
    return f"firmware {versions.firmware}, MicroPython {versions.micropython}"


def _table() -> dict[str, Versions]:
    """Empty where nothing was built, or the file is damaged: what is built again is known again."""
    try:
        told = json.loads(FILE.read_text(encoding="utf-8"))
        return {str(name): Versions(**versions) for name, versions in told.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
