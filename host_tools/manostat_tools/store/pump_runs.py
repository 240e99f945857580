"""The runs that pumps told, by any record of theirs; and runs written down held against them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from manostat_tools.session.model import PainMark, Plateau, Run
from manostat_tools.session.pieces import goes_on, let_go
from manostat_tools.session.runs import Told
from manostat_tools.store.units import Unit
from manostat_tools.words import serial

_Place = tuple[str, int]
"""The pump's name in the store, and the number of a record."""


@dataclass
class PumpRuns:
    """`runs` by each of their records; `held`: all hashes of the page of a record; `common`: by
    pump, marks and plateaus of all its runs, which one without its intent may have had too."""

    runs: dict[_Place, Run] = field(default_factory=dict)
    held: dict[_Place, list[str]] = field(default_factory=dict)
    common: dict[str, set[PainMark | Plateau]] = field(default_factory=dict)

    def add(self, unit: Unit, found: Iterable[Told]) -> None:
        """Those of one pump."""
        common = self.common.setdefault(unit.name, set())
        self.held |= {(unit.name, at): digests for at, digests in unit.journal.items()}
        for told in found:
            self.runs |= {(unit.name, at): told.run for at in told.records}
            common |= {*told.presses, *told.run.marks, *told.run.plateaus}

    def wrong_with(self, run: Run, before: Run | None = None) -> str:
        """Why a run that is written down is not what its pump told, or "". The pump may have told
        more of it since; what was derived from it is not the pump's. `before`: the run in whose
        place it is put; what that had and the pump tells is not to be lost."""
        source = run.source
        if source is None:
            return "names no record of a pump"
        place = (source.serial, source.sequence)
        found = self.runs.get(place)
        if found is None or source.record_hash not in self.held[place]:
            return f"record {source.sequence} of {serial(source.serial)} is not stored"
        lost = let_go(before, run) if before is not None else set()
        if (
            goes_on(run, found)
            and let_go(run, found) <= self.common[source.serial]
            and lost.isdisjoint((*found.marks, *found.plateaus))
        ):
            return ""
        return f"is not what record {source.sequence} of the pump says"
