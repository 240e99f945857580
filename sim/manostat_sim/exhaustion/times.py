"""How long each timer of the core runs: as it is, or shortened with the order of all kept."""

import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from importlib import import_module
from types import ModuleType

import manostat.core

TICK_US = 2000
LONGEST_TICK_US = 4000  # longer is a gap: a fault while moving, proof of nothing at rest
ALARM_SLOT_US = 50_000
ROUND_US = 20_000  # the watch sees each thing once in that time, at rest
LONGEST_GAP_US = 65535  # as long as `Inputs.elapsed_us` can tell


@dataclass(frozen=True)
class Times:
    """Microseconds, but for what says otherwise. The defaults are what is required."""

    open_us: int = 100_000  # P-09: RUN seen open
    closed_us: int = 20_000
    bounce_us: int = 20_000
    reason_settles_us: int = 20_000
    unseen_us: int = 300_000  # P-09: no acknowledgement sooner
    disagree_us: int = 20_000  # P-13
    wiring_us: int = 20_000
    rest_us: int = 100_000
    rate_us: int = 100_000
    contacts_us: int = 500_000
    stuck_us: int = 500_000  # P-11
    stop_held_us: int = 3_000_000
    held_us: int = 9_980_000  # B-04: 10 s, a round of the watch included
    pause_slots: int = 2_200  # 110 s
    expires_us: int = 600_000_000
    block_ticks: int = 128
    blocks: int = 128

    def ticks(self, us: int) -> int:
        """Ticks whose sum is `us`, or just above."""
        return -(-us // TICK_US)

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """The core runs with these times; with REAL it is left as it is."""
        if self == REAL:
            yield
            return
        changed = [
            (module, name, getattr(module, name), getattr(self, field))
            for field, name in _CONSTANTS.items()
            for module in _holders(name)
        ]
        try:
            for module, name, _, value in changed:
                setattr(module, name, value)
            yield
        finally:
            for module, name, value, _ in changed:
                setattr(module, name, value)


def _constant(field: str) -> str:
    return "BLOCKS" if field == "blocks" else "_" + field.upper()


_CONSTANTS = {field.name: _constant(field.name) for field in fields(Times)}

REAL = Times()
SHORT = Times(
    open_us=20_000,
    closed_us=4_000,
    bounce_us=4_000,
    reason_settles_us=4_000,
    unseen_us=12_000,
    disagree_us=4_000,
    wiring_us=4_000,
    rest_us=30_000,
    rate_us=30_000,
    contacts_us=34_000,
    stuck_us=34_000,
    stop_held_us=38_000,
    held_us=60_000,
    pause_slots=4,
    expires_us=70_000,
    block_ticks=2,
    blocks=8,
)
"""Every timer passes within a few ticks, and none overtakes another, but for `unseen_us`: one
letter of RUN open leads past it. What the watch times passes in rounds of up to 20 ms (`ROUND_US`),
which are left as they are."""


def _holders(name: str) -> list[ModuleType]:
    """The modules of the core that hold this constant. LookupError: it has another name now."""
    found = [module for module in _core_modules() if hasattr(module, name)]
    if not found:
        raise LookupError(f"no module of the core holds {name}: its timer cannot be shortened")
    return found


def _core_modules() -> list[ModuleType]:
    names = [module.name for module in pkgutil.iter_modules(manostat.core.__path__)]
    return [import_module(f"manostat.core.{name}") for name in names]
