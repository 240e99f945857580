"""Numbers from outside, with their source and how far to trust it.

Letters: H read in the named source, M widely repeated, L weak, C computed from other rows,
E an engineering guess that needs a measurement.
"""

from typing import NamedTuple

PA_PER_PSI = 6894.757
PA_PER_NL_PER_PSI_PER_ML = PA_PER_PSI / 1e6
"""1 psi/mL of elastance in Pa/nL; also 1 psi/(mL/s) of resistance in Pa/(nL/s)."""
NL_PER_PA_PER_UL_PER_PSI = 1e3 / PA_PER_PSI
"""1 uL/psi of compliance in nL/Pa; also 1 uL/s per psi of leak in nL/s per Pa."""


class Elastance(NamedTuple):
    """psi/mL, drawn per disc."""

    mean: float
    sd: float
    source: str
    letter: str


_DALLAS_SOURCE = "automated pressure-controlled injection of 49 discs, PMC2729819"

ELASTANCE = {
    "dallas-0": Elastance(43.0, 9.6, _DALLAS_SOURCE, "H"),
    "dallas-1": Elastance(39.5, 8.3, _DALLAS_SOURCE, "H"),
    "dallas-2": Elastance(30.5, 22.3, _DALLAS_SOURCE + "; grades 2 and 3 printed alike", "H"),
    "dallas-3": Elastance(30.5, 22.3, _DALLAS_SOURCE + "; grades 2 and 3 printed alike", "H"),
    "dallas-4": Elastance(13.2, 8.3, _DALLAS_SOURCE, "H"),
    "dallas-5": Elastance(6.9, 3.8, _DALLAS_SOURCE, "H"),
    "cervical": Elastance(150.0, 25.0, "100-200 psi/mL, nobody has published a curve", "E"),
}


class Range(NamedTuple):
    """A parameter to sweep, with the value used where nothing else is said."""

    low: float
    usual: float
    high: float
    unit: str
    source: str
    letter: str


OPENING_NORMAL = Range(
    10.0, 16.0, 25.0, "psi", "16 psi lying prone (Wilke, M); range of the plant", "E"
)
OPENING_DEGENERATE = Range(0.0, 6.0, 10.0, "psi", "range of the plant", "E")
LINE_COMPLIANCE = Range(2.0, 5.0, 10.0, "uL/psi", "5-10 mL syringe, short rigid line", "E")
WARMING = Range(5.0, 30.0, 120.0, "s", "contrast in the needle, 20 to 37 C", "E")
LEAK = Range(1.0, 2.0, 3.0, "uL/s per psi", "grade 5, above the leak pressure", "E")
LEAK_PRESSURE = Range(10.0, 20.0, 30.0, "psi", "grade 5", "E")
RELAXATION_TIME = Range(10.0, 20.0, 30.0, "s", "10-20 % over 30-60 s after a stop", "E")
RELAXING_SHARE = Range(0.17, 0.25, 0.33, "of the elastance", "gives that 10-20 %", "E")
STICTION = Range(2.0, 3.5, 5.0, "N", "plunger on the barrel", "H")
BACKLASH = Range(0.0, 20.0, 100.0, "steps of 1/16", "lead screw with a plain nut", "E")
ROD = Range(0.1, 0.3, 1.0, "uL/psi", "give of carriage, rod and plunger rubber", "E")
AIR = Range(0.0, 0.1, 0.3, "mL", "the worked example is 0.1 mL (C)", "E")
BORE = Range(0.394, 0.413, 0.432, "mm", "22 G regular wall +-0.019 mm", "H")


class Needle(NamedTuple):
    """Resistance in psi/(mL/s), Poiseuille (C), from viscosity at 20 and 37 C (H)."""

    cold: float
    warm: float


NEEDLES = {
    ("22G x 152", 240): Needle(179.0, 105.0),
    ("22G x 152", 300): Needle(364.0, 194.0),
    ("25G x 152", 240): Needle(1140.0, 668.0),
    ("25G x 152", 300): Needle(2319.0, 1238.0),
    ("25G x 89", 240): Needle(667.0, 391.0),
}
"""By needle (gauge x length in mm) and iohexol contrast."""

BORE_MM = {"22G x 152": 0.413, "25G x 152": 0.260, "25G x 89": 0.260}
BORE_TOLERANCE_MM = 0.019
"""Regular wall bores and their tolerance (H); resistance goes with the bore to the power -4."""

SYRINGE_BORE_MM = {"BD 3 mL": 8.66, "BD 5 mL": 12.06, "BD 10 mL": 14.50, "BD 20 mL": 19.13}
"""Inner diameters of BD plastic barrels (M)."""

LINE_SENSOR_ACCURACY = 0.0025
"""HSC: +-0.25 % of full scale, best straight line (H, Honeywell data sheet)."""
LINE_SENSOR_TOTAL_ERROR = 0.01
"""HSC: total error band +-1 % of full scale, 0-50 C (M); offset and span share it here (E)."""
LINE_SENSOR_NOISE_COUNTS = 0.7
"""14 bit counts, sd (E)."""
SECOND_SENSOR_TOTAL_ERROR = 0.02
"""Analogue ratiometric class: +-2 % of full scale (E)."""
SECOND_SENSOR_NOISE_COUNTS = 2.0
"""12 bit counts, sd, converter included (E)."""
