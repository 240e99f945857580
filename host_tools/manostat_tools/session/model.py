"""What a session is once all that was written down has been put together; nothing here is stored.

Pressures are Pa gauge, zeroed at the height of the disc; volumes nL; times of the pump milliseconds
since its boot; wall times are the host's, which the pump does not know. `None` always means "not
recorded", and the report says so; it never stands for zero.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from manostat_tools.session.calibration import Calibration

PressurePa = Annotated[int, Field(ge=-200_000, le=2_000_000)]
VolumeNl = Annotated[int, Field(ge=0, le=100_000_000)]
Intensity = Annotated[int, Field(ge=0, le=10)]
"""Numeric rating scale, 0 no pain to 10."""
DallasGrade = Annotated[int, Field(ge=0, le=5)]
"""Modified Dallas: 0 nucleus; 1, 2, 3 inner, middle, outer third of the annulus; 4 outer third over
30 degrees; 5 leak beyond it (0-4 alpfmedical.info; 5 widely repeated)."""


class Model(BaseModel):
    """Immutable, and strict about names it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Role(StrEnum):
    SUSPECT = "suspect"
    CONTROL = "control"


class Concordance(StrEnum):
    """Whether the provoked pain is the patient's usual one."""

    CONCORDANT = "concordant"
    DISCORDANT = "discordant"
    ABSENT = "absent"


class RunKind(StrEnum):
    """By the modes of a prescription."""

    INJECT = "inject"
    STEP = "step"
    PRIME = "prime"
    COMPLY = "comply"
    SHAM = "sham"
    RELIEVE = "relieve"


class Quantity(Model):
    """A derived value beside the raw ones: by which rule, from what, and how sure.

    `low` and `high` bound a 95 % interval. `rule` names the method and its version; `inputs` are
    all numbers that it used, with their units in the names.
    """

    name: str
    value: float
    low: float | None
    high: float | None
    unit: str
    rule: str
    inputs: dict[str, float | int | str] = {}


class Point(Model):
    """Line pressure and volume from the pump's own record, at a moment."""

    before_ms: int = Field(default=0, ge=0, description="before the press")
    pressure_pa: PressurePa
    above_pa: int | None
    volume_nl: VolumeNl


class PainMark(Model):
    """A press of the pain button, with its look-back."""

    at_ms: int
    moving: bool
    points: tuple[Point, ...]


class Plateau(Model):
    """Pressure at rest after a volume step. `pressure_pa` None: the line did not settle."""

    volume_nl: VolumeNl
    pressure_pa: PressurePa | None


class Response(Model):
    """What the patient said. `quote`: in the patient's own words."""

    concordance: Concordance
    intensity: Intensity | None = None
    persisted_s: float | None = Field(default=None, ge=0, le=3600)
    quote: str = ""

    @property
    def is_painless(self) -> bool:
        """There was no pain that could have lasted."""
        return self.concordance is Concordance.ABSENT


class Finding(Model):
    """What the images showed."""

    pattern: str = ""
    dallas: DallasGrade | None = None

    @property
    def is_empty(self) -> bool:
        """Nothing was said."""
        return not self.pattern and self.dallas is None


class Needle(Model):
    gauge: int = Field(ge=18, le=30)
    length_mm: int = Field(ge=25, le=250)

    def __str__(self) -> str:
        return f"{self.gauge} G x {self.length_mm} mm"


class Contrast(Model):
    """Iohexol by its iodine; viscosity follows from that and the temperature."""

    iodine_mg_ml: int = Field(ge=140, le=400)
    temperature_c: float | None = Field(default=None, ge=10.0, le=40.0)

    def __str__(self) -> str:
        warm = "unknown" if self.temperature_c is None else f"{self.temperature_c:g} C"
        return f"{self.iodine_mg_ml} mg iodine/mL, temperature {warm}"


class Syringe(Model):
    """Brand is part of the choice: another maker's 10 mL barrel is 16 % wider in area."""

    maker: str = Field(min_length=1)
    nominal_ml: float = Field(ge=1, le=20)
    inner_diameter_mm: float = Field(ge=4, le=30)


class Prescription(Model):
    """As the pump recorded it with the run."""

    mode: RunKind
    rate_nl_s: int
    volume_nl: VolumeNl
    limit_above_pa: PressurePa
    limit_line_pa: PressurePa
    step_volume_nl: VolumeNl
    nl_num: int
    nl_den: int
    zero_pa: int


class Source(Model):
    """Where in the pump's journal a run stands: from this, the stored pages can be read again."""

    serial: str = Field(description="of the unit, hexadecimal")
    boot: int
    sequence: int
    record_hash: str = Field(description="SHA-256 of the page, hexadecimal")
    level: int = Field(default=0, description="as the pump counts its levels; 0: not known")


class Run(Model):
    """From RUN closing to a latched stop. `uncertain`: an intent without outcome after a power cut:
    all that was prescribed counts as delivered; its duration, its peak and its stop are None.

    `number` counts the runs of its level in the session, from 1; `volume_nl`, `peak_pa` and
    `duration_ms` are what the pump counts for a level of its own so far. A level that is done again
    is another one at the pump, which counts from zero.
    """

    number: int
    kind: RunKind
    source: Source | None
    prescription: Prescription
    began_at: datetime | None = Field(default=None, description="host's clock, if a host listened")
    duration_ms: int | None
    reason: str
    fault: str = ""
    uncertain: bool = False
    locked: bool = False
    volume_nl: VolumeNl
    opening_pa: PressurePa | None
    opening_how: str
    peak_pa: PressurePa | None
    stop_pa: PressurePa | None
    late_ticks: int = 0
    marks: tuple[PainMark, ...] = ()
    plateaus: tuple[Plateau, ...] = ()
    derived: tuple[Quantity, ...] = ()
    not_derived: tuple[str, ...] = ()
    """Why values are missing, each reason once."""
    trace: str | None = Field(default=None, description="SHA-256 of the stored trace, hexadecimal")


class Level(Model):
    """A disc. Runs are in the order in which they were done; of these the last that injected counts
    for the grading unless a note says otherwise."""

    name: str = Field(
        pattern=r"^(C[2-7]-[3-7]|C7-T1|T([1-9]|1[01])-([2-9]|1[0-2])|T12-L1|L[1-4]-[2-5]|L5-S1)$"
    )
    role: Role
    order: int = Field(ge=1)
    preset: str
    confirmed_by: str | None = None
    needle: Needle | None = None
    contrast: Contrast | None = None
    """`needle` and `contrast`: as fitted now."""
    runs: tuple[Run, ...] = ()
    needles: tuple[Needle | None, ...] = ()
    contrasts: tuple[Contrast | None, ...] = ()
    """`needles` and `contrasts`: as fitted at each run; empty: as now at all of them."""
    response: Response | None = None
    finding: Finding | None = None
    earlier_responses: tuple[Response, ...] = ()
    """To shams, and to injections before that of `response`, which is the last to an injection."""
    earlier_findings: tuple[Finding, ...] = ()
    responses_of: tuple[int, ...] = ()
    """Number of the run that each was for: the earlier ones, then `response`; 0: of none
    that is there. Empty: not recorded."""
    responded_past_sham: bool = False
    """Between the injection that `response` is for and that response a sham was done."""
    findings_of: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()


class Preparation(Model):
    """What was done beside the levels, most of it before the first; each None was not done, or not
    recorded. `calibration`: of the unit, as the pump told it. `zero_from`: where a zero is from
    that was not taken now."""

    calibration: Calibration | None = None
    zero_pa: int | None = None
    zero_from: str = ""
    zero_at_disc_height: bool | None = None
    primed: bool | None = None
    line_compliance: Quantity | None = None
    pain_button_proven: bool | None = None
    runs: tuple[Run, ...] = ()
    """Runs that belong to no level: priming, pressing against a closed stopcock, relief."""


class UnitIdentity(Model):
    serial: str
    image_hash: str
    firmware: str
    bench_image: bool


class Event(Model):
    """Of the pump or of the host, in one list. `wall` is the host's clock."""

    wall: datetime | None
    boot: int | None = None
    at_ms: int | None = None
    origin: Literal["pump", "host"]
    text: str


class Grade(Model):
    """What one published rule says of one level; advisory. `result` None: it cannot say, for what
    `missing` lists. "not met": it can, and `unmet` names the conditions that do not hold.
    `wording` is the rule as published; `cautions` are what weakens a result that stands."""

    rule: str
    source: str
    letter: Literal["H", "M", "L", "C", "E"]
    level: str
    result: str | None
    inputs: dict[str, float | int | str | None] = {}
    missing: tuple[str, ...] = ()
    wording: str = ""
    unmet: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()


class Session(Model):
    """All of it. `simulated`: injected into a plant, never into a person."""

    id: str
    opened_at: datetime
    closed_at: datetime | None = None
    operator: str
    patient_code: str = Field(description="a code of the clinic, never a name")
    simulated: bool
    unit: UnitIdentity
    syringe: Syringe | None = None
    preparation: Preparation = Preparation()
    levels: tuple[Level, ...] = ()
    events: tuple[Event, ...] = ()
    notes: tuple[str, ...] = ()
    corrections: tuple[str, ...] = ()
    chain_head: str | None = Field(default=None, description="hash of its last entry in the store")
