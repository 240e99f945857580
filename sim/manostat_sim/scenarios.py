"""Named worlds to inject into: a plant, its sensors and a patient, each with its source."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from manostat_sim.patient import Patient
from manostat_sim.plant import tables
from manostat_sim.plant.build import (
    build_disc,
    build_plant,
    draw_elastance,
    typical_line_sensor,
    typical_second_sensor,
)
from manostat_sim.plant.plant import PATH_CLOSED, PATH_DETACHED, Plant
from manostat_sim.plant.sensors import LineSensor, SecondSensor


@dataclass(frozen=True)
class Scenario:
    """`plant()`, `line_sensor()`, `second_sensor()` and `patient()` build new ones at each call.

    `summary`: one line for people. `source`, `letter`: where the numbers come from and how far to
    trust them (H, M, L, C, E; the weakest that matters). `kind`: row of `tables.ELASTANCE`.
    `rate_nl_s`, `volume_nl`: the prescription that fits. `sensors`: "ideal" or "typical".
    """

    name: str
    summary: str
    source: str
    letter: str
    seed: int
    kind: str = "dallas-0"
    opening_psi: float = tables.OPENING_NORMAL.usual
    disc_options: Mapping[str, Any] = field(default_factory=dict)
    plant_options: Mapping[str, Any] = field(default_factory=dict)
    patient_options: Mapping[str, Any] = field(default_factory=dict)
    sensors: str = "typical"
    rate_nl_s: int = 50_000
    volume_nl: int = 3_500_000

    def plant(self, draw_seed: int | None = None) -> Plant:
        """The plant with the published mean elastance, or one drawn from its spread."""
        if draw_seed is None:
            elastance = tables.ELASTANCE[self.kind].mean
        else:
            elastance = draw_elastance(self.kind, draw_seed)
        disc = build_disc(elastance, self.opening_psi, **self.disc_options)
        return build_plant(disc, **self.plant_options)

    def line_sensor(self, seed: int | None = None) -> LineSensor:
        """The line sensor, drawn with `seed` or the scenario's own."""
        if self.sensors == "ideal":
            return LineSensor()
        return typical_line_sensor(self.seed if seed is None else seed)

    def second_sensor(self, seed: int | None = None) -> SecondSensor:
        """The second sensor, drawn with `seed` or the scenario's own."""
        if self.sensors == "ideal":
            return SecondSensor()
        return typical_second_sensor(self.seed if seed is None else seed)

    def patient(self) -> Patient:
        """The patient."""
        return Patient(**self.patient_options)


_OPENING = "opening pressure (E)"
_ELASTANCE = tables.ELASTANCE["dallas-0"].source


def _dallas(grade: int, what: str, opening_psi: float, **more: Any) -> Scenario:
    return Scenario(
        f"dallas-{grade}",
        f"Dallas {grade}, {what}; nobody presses the pain button.",
        f"elastance: {_ELASTANCE} (H); {_OPENING}",
        "H",
        100 + grade,
        kind=f"dallas-{grade}",
        opening_psi=opening_psi,
        **more,
    )


_GRADE_5_LEAK = {"leak_psi": tables.LEAK_PRESSURE.low, "leak_ul_s_psi": tables.LEAK.high}

_SCENARIOS = (
    _dallas(0, "contrast stays in the nucleus: the pressure limit ends it", 16.0),
    _dallas(1, "a tear of the inner third: the pressure limit ends it", 16.0),
    _dallas(2, "a tear of the middle third: the pressure limit ends it", 12.0),
    _dallas(3, "a tear of the outer third: the pressure limit ends it", 10.0),
    _dallas(4, "a wide tear of the outer third: the volume limit ends it", 6.0),
    _dallas(5, "torn through but tight: the volume limit ends it", 5.0),
    Scenario(
        "concordant-10s",
        "Dallas 3 disc; at about 10 s of injection the patient feels the usual pain and presses.",
        f"elastance: {_ELASTANCE} (H); pain below 15 psi above opening, Derby 1999 (M); "
        "opening, reaction (E)",
        "M",
        7,
        kind="dallas-3",
        opening_psi=8.0,
        patient_options={
            "kind": "concordant",
            "threshold_psi": 10.5,
            "reaction_s": 1.0,
            "intensity": 8,
        },
    ),
    Scenario(
        "discordant",
        "Dallas 1 disc; another pain than the usual one, at 35 psi above opening.",
        f"elastance: {_ELASTANCE} (H); 15-50 psi, Derby 1999 (M); opening, reaction (E)",
        "M",
        8,
        kind="dallas-1",
        patient_options={"kind": "discordant", "threshold_psi": 35.0, "intensity": 5},
    ),
    Scenario(
        "control-disc",
        "A healthy neighbouring disc: no pain up to the pressure limit.",
        f"elastance: {_ELASTANCE} (H); painless control, ASIPP 2013 (H); {_OPENING}",
        "H",
        9,
    ),
    Scenario(
        "cervical",
        "A small stiff cervical disc, 0.01 mL/s and at most 0.4 mL; all of it is a guess.",
        "elastance 100-200 psi/mL (E); under 0.5 mL, cervical discography guide (H)",
        "E",
        10,
        kind="cervical",
        plant_options={"needle": "25G x 89", "contrast": 240},
        rate_nl_s=10_000,
        volume_nl=400_000,
    ),
    Scenario(
        "blocked",
        "Line closed from the first step: pressure rises straight, nothing bends.",
        "closed line of 1 uL/psi, stiffer than any measured one (E)",
        "E",
        11,
        plant_options={"path": PATH_CLOSED, "line_ul_psi": 1.0},
    ),
    Scenario(
        "detached",
        "Line pulled off the needle: volume goes, pressure does not come.",
        "open end of 1 psi/(mL/s) (E)",
        "E",
        12,
        plant_options={"path": PATH_DETACHED},
    ),
    Scenario(
        "resistive-needle",
        "22 G with contrast 300: the needle alone takes 18 psi cold, 10 psi warm.",
        "Poiseuille with measured bore and viscosity (C)",
        "C",
        13,
        plant_options={"contrast": 300},
    ),
    Scenario(
        "impossible-needle",
        "25 G x 152 mm with contrast 300: 0.05 mL/s cannot pass inside the limits.",
        "Poiseuille with measured bore and viscosity (C)",
        "C",
        14,
        plant_options={"needle": "25G x 152", "contrast": 300},
    ),
    Scenario(
        "air-in-line",
        "0.1 mL of air in the line: it looks like a softer disc.",
        "isothermal ideal gas (C)",
        "C",
        15,
        plant_options={"air_ml": tables.AIR.usual},
    ),
    Scenario(
        "leak",
        "Dallas 5 disc that leaks above 10 psi: it takes volume with no rise.",
        f"elastance: {_ELASTANCE} (H); leak 1-3 uL/s per psi above 10-30 psi (E)",
        "E",
        16,
        kind="dallas-5",
        opening_psi=5.0,
        disc_options=_GRADE_5_LEAK,
    ),
    Scenario(
        "stiction",
        "A plunger that sticks with 5 N and a screw with 20 steps of backlash.",
        "2-5 N on the barrel (H); backlash, give of the rod (E)",
        "H",
        17,
        plant_options={
            "stiction_n": tables.STICTION.high,
            "backlash_steps": int(tables.BACKLASH.usual),
        },
    ),
    Scenario(
        "no-opening",
        "A degenerate disc with no pressure of its own: there is no knee to find.",
        "degenerate 0-10 psi (E)",
        "E",
        18,
        kind="dallas-4",
        opening_psi=0.0,
    ),
    Scenario(
        "rupture",
        "The disc tears at 40 psi and the pressure falls.",
        "a fault to inject (E)",
        "E",
        19,
        kind="dallas-1",
        disc_options={"rupture_psi": 40.0},
    ),
)

_BY_NAME = {entry.name: entry for entry in _SCENARIOS}


def list_scenarios() -> list[Scenario]:
    """All scenarios, in the order in which they are worth reading."""
    return list(_SCENARIOS)


def scenario(name: str) -> Scenario:
    """The scenario called `name`. KeyError, listing the names, when there is none."""
    if name not in _BY_NAME:
        raise KeyError(f"no scenario {name!r}; there are: {', '.join(_BY_NAME)}")
    return _BY_NAME[name]
