"""The pump and the store of one session: what is written down, set, pulled."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from manostat_tools.devices.probe import Hello
from manostat_tools.guide.progress import Armed, Progress, progress_of
from manostat_tools.guide.whose import Claim, claims_of, settings_on
from manostat_tools.journal.seals import name_of
from manostat_tools.link import BrokenOffError, LinkError, Pump
from manostat_tools.session import entries as e
from manostat_tools.session.corrections import apply
from manostat_tools.session.model import Run, RunKind
from manostat_tools.session.pieces import goes_on
from manostat_tools.store.imports import import_pull
from manostat_tools.store.store import Store
from manostat_tools.store.units import runs_told_of, units_of

PATIENCE_S = 120.0
_SET_S = 30.0
_LOOK_S = 0.1
Say = Callable[[str], None]


def now() -> datetime:
    """By the host's clock, which nobody checks."""
    return datetime.now(UTC)


def unit_name(hello: Hello, key: bytes) -> str:
    """How the store calls this pump: by its serial number, without one by its key."""
    return hello.serial or name_of(key)


class Talk:
    """`name`: of the session; `unit`: of the pump in the store; `key`: of the unit, 32 bytes."""

    def __init__(self, store: Store, name: str, pump: Pump, unit: str, key: bytes) -> None:
        self.store = store
        self.name = name
        self.pump = pump
        self.unit = unit
        self._key = key

    def add(self, entry: e.SessionEntry) -> None:
        """Write it down; it is on the disk on return."""
        self.store.append(self.name, entry)

    def event(self, text: str) -> None:
        """Something that the host did or saw."""
        self.add(e.HostEvent(host_utc=now(), text=text))

    def progress(self) -> Progress:
        """Where the session stands."""
        return progress_of(self.name, self.store.session_entries(self.name))

    def set_unit(self, values: Sequence[int]) -> None:
        """Set these, also where the pump holds them already: it restarts and sounds before each run
        alike, and the patient hears no difference before a sham. LinkError if it refused."""
        self.pump.set_unit(values, self._key, _SET_S)

    def arm(self, order: int | None, kind: RunKind) -> None:
        """Write down that runs of the pump from here on are of this level."""
        self.event(Armed(order, kind, self.newest_record(), self.unit).text)

    def newest_record(self) -> int:
        """Sequence number of the newest record that is stored of this pump; 0: none."""
        known = units_of(self.store).get(self.unit)
        return max(known.journal, default=0) if known else 0

    def pull_journal(self, say: Say = lambda _: None) -> None:
        """Store what the pump has recorded since the last time.

        Asks from the newest stored record on: nothing comes twice. LinkError if the link did not
        last for it; what came is stored. ContradictionError if this is another pump.
        """
        self._store(self.pump.records, self.newest_record(), say)

    def pull(self, say: Say = lambda _: None) -> None:
        """The same, and the traces that go with it."""
        self.pull_journal(say)
        known = units_of(self.store).get(self.unit)
        self._store(self.pump.traces, max(known.traces, default=0) if known else 0, say)

    def _store(self, ask: Callable[[int, float, Say], bytes], first: int, say: Say) -> None:
        broken: BrokenOffError | None = None
        try:
            pages = ask(first, PATIENCE_S, say)
        except BrokenOffError as off:
            broken, pages = off, off.pages
        if pages:
            import_pull(self.store, pages, now(), self.unit)
        if broken is not None:
            raise broken

    def claims(self) -> list[Claim]:
        """Runs of the pump that are not written down and belong to this session, or of which
        somebody has to say whether they do."""
        return claims_of(self.store, self.name, self.unit)

    def is_set_for(self, order: int | None = None) -> bool:
        """Whether this session was the last that set the pump; with `order`: for that level."""
        settings = settings_on(self.store, self.unit)
        if not settings or settings[-1][0] != self.name:
            return False
        return order is None or settings[-1][1].order == order

    def add_late(self) -> int:
        """What the pump told later of runs that are written down: an outcome, marks after the stop,
        traces. The number of corrections."""
        known = units_of(self.store).get(self.unit)
        by_record = {
            record: told.run
            for told in (runs_told_of(self.store, known) if known else [])
            for record in told.records
        }
        ours = [
            (number, entry, entry.run.source)
            for number, entry in apply(self.store.session_entries(self.name)).standing
            if isinstance(entry, e.RunDone) and entry.run.source is not None
            if entry.run.source.serial == self.unit
        ]
        there = {source.sequence for _, _, source in ours}
        count = 0
        for number, entry, source in ours:
            later = by_record.get(source.sequence)
            of = later.source if later is not None else None
            if later is None or of is None:
                continue
            if of.sequence != source.sequence and of.sequence in there:
                self._strike_out(number)
                count += 1
            elif self._add_later(number, entry, later):
                count += 1
        return count

    def _strike_out(self, number: int) -> None:
        """A run that was uncertain, of which the outcome is written down too."""
        self.add(
            e.Correction(
                host_utc=now(),
                entry=number,
                wrong="the same run is there with its outcome",
                by="the guided session",
                why="the pump has told more of this run since",
                instead=None,
            )
        )

    def _add_later(self, number: int, entry: e.RunDone, later: Run) -> bool:
        old, source = entry.run, later.source
        if source and old.source and source.sequence == old.source.sequence:
            # Of a page that the pump wrote once more, the one that was read first stands.
            source = source.model_copy(update={"record_hash": old.source.record_hash})
        kept = {"derived": old.derived, "began_at": old.began_at, "number": old.number}
        whole = later.model_copy(update={**kept, "source": source})
        if whole == entry.run or not goes_on(entry.run, whole):
            return False
        self.add(
            e.Correction(
                host_utc=now(),
                entry=number,
                wrong="not all of it was there yet",
                by="the guided session",
                why="the pump has told more of this run since",
                instead=entry.model_copy(update={"run": whole}),
            )
        )
        return True


def retried(pump: Pump, do: Callable[[], None], lost: Callable[[bool], None]) -> None:
    """Do it, again after each loss of the link. LinkError if it fails with the link there."""
    while True:
        try:
            do()
        except LinkError:
            if pump.connected:
                raise
            lost(True)
            while not pump.connected:
                time.sleep(_LOOK_S)
            lost(False)
            continue
        return
