"""Draws to the records of runs before their first tick, many at a time.

A record is a copy of one packed from real objects, with the fields that a draw sets written over
it. Which those are is told here a second time; a test holds the result against real objects.
"""

from typing import Any

import numpy as np

from manostat.core.prescription import validate
from manostat.core.syringe import MAX_STEPS
from manostat.record import UNIT
from manostat_sim.campaign.breaking import KINDS, NONE
from manostat_sim.campaign.draw import DRAW, FLOATS, INTEGERS, run_of, switch_table
from manostat_sim.campaign.hands import NEVER_US
from manostat_sim.campaign.layout import Layout

_OF_TEMPLATE = ("mode", "nl_num", "nl_den")
_ZERO = (10, 789)  # counts of the line sensor over Pa of zero: manostat.core.pump
_MOST_TEMPLATES = 1024
_WINDOW_STEPS = 7  # beyond those of an eighth of a second's flow: manostat.core.pump


class Filler:
    """Builds records of `layout`, which is that of a `Run`."""

    def __init__(self, layout: Layout) -> None:
        self._dtype = layout.dtype
        self._layout = layout
        self._templates: dict[tuple[int, ...], Any] = {}
        self._tables = np.array([switch_table(kind) for kind in range(len(KINDS))])
        columns = {name: [path] for name, path in (INTEGERS | FLOATS).items()}
        columns["proof_us"].append("hands.next_us")
        columns["disc_opening_pa"] += ["plant.disc.pressure_pa", "plant.disc.face_pa"]
        columns["plant_cold_pa_s_per_nl"].append("plant.needle_pa_s_per_nl")
        columns["rate_nl_s"] = ["injector.rx.rate_nl_s", "injector.rate_nl_s"]
        columns["zero_pa"] = ["pump.zero_pa"]
        for name in ("volume_nl", "limit_above_pa", "limit_line_pa", "step_volume_nl"):
            columns[name] = [f"injector.rx.{name}"]
        self._columns = [
            (name, layout.field_of(path)) for name, paths in columns.items() for path in paths
        ]

    def records(self, draws: Any) -> Any:
        """As `Layout.pack(run_of(draw))` for each. ValueError for a prescription that the firmware
        would refuse."""
        for unit in zip(*(draws[name].tolist() for name in UNIT), strict=True):
            validate(unit)
        made = np.empty(len(draws), dtype=self._dtype)
        keys = np.stack([draws[name] for name in _OF_TEMPLATE], axis=1)
        if len(draws) and (keys == keys[0]).all():
            made[:] = self._template(draws[0])
        else:
            for number in _first_of(keys):
                made[(keys == keys[number]).all(axis=1)] = self._template(draws[number])
        for name, field in self._columns:
            made[field] = draws[name]
        self._set(
            made,
            "fault.next_us",
            np.where(draws["fault_kind"] != NONE, draws["fault_us"], NEVER_US),
        )
        self._set(made, "hands.broken", self._tables[draws["fault_kind"]])
        most_steps = _steps_within(draws, draws["volume_nl"])
        self._set(made, "injector.max_steps", most_steps)
        self._set(made, "injector.step_steps", _steps_within(draws, draws["step_volume_nl"]))
        self._set(made, "pump.watch.most_steps", most_steps)
        window = _steps_within(draws, draws["rate_nl_s"] // 8) + _WINDOW_STEPS
        self._set(made, "pump.watch.steps_a_window", window)
        zero_raw = draws["zero_pa"] * _ZERO[0] // _ZERO[1]
        made[self._layout.field_of("pump.watch.open_raw")] += zero_raw
        made[self._layout.field_of("pump.guard.ceiling_raw")] += np.minimum(zero_raw, 0)
        return made

    def _set(self, records: Any, path: str, values: Any) -> None:
        records[self._layout.field_of(path)] = values

    def _template(self, draw: Any) -> Any:
        key = tuple(draw[name].item() for name in _OF_TEMPLATE)
        if key not in self._templates:
            if len(self._templates) >= _MOST_TEMPLATES:
                self._templates.clear()
            plain = np.zeros((), dtype=DRAW)
            for name in UNIT:
                plain[name] = draw[name]
            plain["zero_pa"] = 0  # what depends on it is added to
            self._templates[key] = self._layout.pack(run_of(plain))
        return self._templates[key]


def _first_of(keys: Any) -> list[int]:
    first: dict[tuple[int, ...], int] = {}
    for number, key in enumerate(map(tuple, keys.tolist())):
        first.setdefault(key, number)
    return list(first.values())


def _steps_within(draws: Any, volume_nl: Any) -> Any:
    # Most n with n * num / den not above the volume: what `Syringe.steps_within` searches for.
    return np.minimum(volume_nl * draws["nl_den"] // draws["nl_num"], MAX_STEPS)
