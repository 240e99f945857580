"""Everything in a session that is None, in words: what nobody recorded and somebody should."""

from collections.abc import Iterator
from dataclasses import dataclass

from manostat_tools.session.model import Level, Model, Response, Run, Session
from manostat_tools.session.presets import confirmation_is_due
from manostat_tools.session.provoked import INTO_DISC


@dataclass(frozen=True)
class Gap:
    """`what` was not recorded at `where`; `count` places that `where` names together."""

    where: str
    what: str
    count: int

    @property
    def said(self) -> str:
        """As one line."""
        return f"{self.where}: {self.what}"


def gaps(session: Session) -> list[Gap]:
    """All of them; like ones of neighbours in a list are one gap."""
    together: dict[tuple[str, str, str], list[str]] = {}
    for within, kind, label, what in _nones(session, "", "session", ""):
        together.setdefault((within, kind, what), []).append(label)
    return [
        Gap(_where(within, kind, labels), what, len(labels))
        for (within, kind, what), labels in together.items()
    ]


def not_derived(level: Level, run: Run) -> Iterator[str]:
    """Why a run of a level lacks derived values; nothing for one that should have none."""
    where = f"{level.name}, run {run.number}"
    if run.not_derived:
        yield from (f"{where}: {reason}" for reason in run.not_derived)
    elif run.kind in INTO_DISC and not run.derived:
        yield f"{where}: no value and no reason is recorded"


def not_derived_in(session: Session) -> list[str]:
    """Of all levels, for the list of what is not recorded."""
    return [
        f"derived values of {line}"
        for level in session.levels
        for run in level.runs
        for line in not_derived(level, run)
    ]


def _nones(model: Model, within: str, kind: str, label: str) -> Iterator[tuple[str, str, str, str]]:
    """(within, kind, label, field) of each None below a part."""
    for name in (name for name in type(model).model_fields if name not in _OF_RUNS):
        value = getattr(model, name)
        here = _join(within, f"{kind} {label}".strip() if kind != "session" else "")
        if value is None and not _is_not_due(model, name):
            yield within, kind, label, _WORDS.get(name, name.replace("_", " "))
        elif isinstance(value, Model):
            yield from _nones(value, here, name.replace("_", " "), "")
        elif isinstance(value, tuple):
            for number, item in enumerate(value, 1):
                if isinstance(item, Model):
                    yield from _nones(item, here, _ONE.get(name, name), _label(item, number))


def _is_not_due(model: Model, name: str) -> bool:
    """None, and nobody was to say anything."""
    if isinstance(model, Level):
        return name == "confirmed_by" and not confirmation_is_due(model)
    if isinstance(model, Run):
        return name == "opening_pa" and model.kind not in INTO_DISC
    return isinstance(model, Response) and name == "persisted_s" and model.is_painless


def _label(item: Model, number: int) -> str:
    if isinstance(item, Level):
        return f"{item.name} (order {item.order})"
    return str(item.number if isinstance(item, Run) else number)


def _join(within: str, part: str) -> str:
    return f"{within}, {part}" if within and part else within or part


def _where(within: str, kind: str, labels: list[str]) -> str:
    if kind == "session":
        return kind
    if not any(labels):
        return _join(within, kind)
    several = f"{kind} {_ranges(labels)}" if len(labels) == 1 else f"{kind}s {_ranges(labels)}"
    return _join(within, several)


def _ranges(labels: list[str]) -> str:
    """ "1-4, 7" for numbers, a list for names."""
    if not all(label.isdigit() for label in labels):
        return ", ".join(labels)
    said: list[list[int]] = []
    for number in map(int, labels):
        if said and said[-1][1] == number - 1:
            said[-1][1] = number
        else:
            said.append([number, number])
    return ", ".join(f"{a}-{b}" if a != b else f"{a}" for a, b in said)


_OF_RUNS = {"needles", "contrasts"}
"""Told once, by what the level has."""

_ONE = {
    "levels": "level",
    "runs": "run",
    "marks": "press",
    "points": "point",
    "plateaus": "plateau",
    "derived": "derived value",
    "events": "event",
    "earlier_responses": "earlier response",
    "earlier_findings": "earlier finding",
}

_WORDS = {
    "above_pa": "pressure above opening",
    "at_ms": "time of the pump",
    "began_at": "when it began, by the host's clock",
    "boot": "boot of the pump",
    "calibration": "calibration of the unit: the pump told none",
    "chain_head": "hash at the end of the store's chain",
    "dallas": "Dallas grade",
    "duration_ms": "duration",
    "finding": "finding of the images",
    "high": "upper end of the interval",
    "intensity": "intensity of the pain",
    "low": "lower end of the interval",
    "opening_pa": "opening pressure",
    "peak_pa": "highest pressure",
    "persisted_s": "how long the pain persisted",
    "pressure_pa": "pressure at rest: the line did not settle",
    "response": "response of the patient",
    "source": "place in the pump's journal",
    "stop_pa": "pressure at the stop",
    "trace": "stored trace",
    "wall": "time of day",
    "zero_pa": "zero of the sensor",
}
