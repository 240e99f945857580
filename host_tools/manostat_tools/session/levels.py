"""The discs by name, from the neck down, and the region of each."""

from collections.abc import Collection
from enum import StrEnum


class Region(StrEnum):
    """By the vertebra above the disc: C7-T1 is cervical, T12-L1 thoracic, L5-S1 lumbar."""

    CERVICAL = "cervical"
    THORACIC = "thoracic"
    LUMBAR = "lumbar"


_BY_REGION = {
    Region.CERVICAL: (*(f"C{n}-{n + 1}" for n in range(2, 7)), "C7-T1"),
    Region.THORACIC: (*(f"T{n}-{n + 1}" for n in range(1, 12)), "T12-L1"),
    Region.LUMBAR: (*(f"L{n}-{n + 1}" for n in range(1, 5)), "L5-S1"),
}

NAMES = tuple(name for names in _BY_REGION.values() for name in names)
"""All of them, in their natural order."""


def region_of(name: str) -> Region:
    """The region of a level such as "L4-5". ValueError, with what is allowed, for other names."""
    check(name)
    return next(region for region, names in _BY_REGION.items() if name in names)


def position(name: str) -> int:
    """0 for C2-3, counting down the spine: a key to sort by. ValueError as `region_of`."""
    check(name)
    return NAMES.index(name)


def told_apart(name: str, order: int, names: Collection[str]) -> str:
    """A level among levels of these names: with its order where its disc was tested again."""
    return f"{name} (no. {order})" if list(names).count(name) > 1 else name


def check(name: str) -> str:
    """The name itself, if it is a level. ValueError, with what is allowed, if not."""
    if name not in NAMES:
        said = ", ".join(f"{names[0]} to {names[-1]}" for names in _BY_REGION.values())
        raise ValueError(f"level {name}: allowed {said}, one disc at a time, such as L4-5")
    return name
