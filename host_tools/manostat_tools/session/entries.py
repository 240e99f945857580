"""What is written down during a session, entry by entry; nothing of it is ever changed.

A wrong entry stays and is followed by a `Correction`. Wall times are UTC by the clock of the host,
which nobody checks; the pump has no clock of day. Pydantic refuses, with its ValidationError, what
is not in the ranges of the types.
"""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from manostat_tools.session.calibration import Calibration
from manostat_tools.session.levels import check
from manostat_tools.session.model import (
    Contrast,
    Finding,
    Model,
    Needle,
    PressurePa,
    Quantity,
    Response,
    Role,
    Run,
    Syringe,
    UnitIdentity,
)


def _utc(time: datetime) -> datetime:
    if time.utcoffset() != timedelta(0):
        raise ValueError(f"{time.isoformat()}: allowed UTC only")
    return time


HostUtc = Annotated[AwareDatetime, AfterValidator(_utc)]
LevelName = Annotated[str, AfterValidator(check)]
Order = Annotated[int, Field(ge=1, le=99)]
"""A level of this session, by the place in which it is tested: its name may be corrected."""
Name = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(min_length=1, max_length=10_000)]


class Entry(Model):
    """`host_utc`: when it was written down, by the host's clock."""

    host_utc: HostUtc


class Opened(Entry):
    """The first of a session. `patient_code`: of the clinic, never a name. `simulated`: injected
    into a plant, never into a person."""

    kind: Literal["opened"] = "opened"
    operator: Name
    patient_code: Name
    simulated: bool
    unit: UnitIdentity


class Equipment(Entry):
    """What is fitted from now on; None: as before. With a `level`, needle and contrast are those of
    this level alone, whenever it is said."""

    kind: Literal["equipment"] = "equipment"
    level: Order | None = None
    syringe: Syringe | None = None
    needle: Needle | None = None
    contrast: Contrast | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Equipment":
        if self.syringe is self.needle is self.contrast is None:
            raise ValueError("equipment: nothing given, allowed syringe, needle, contrast")
        if self.level is not None and self.syringe is not None:
            raise ValueError(f"syringe for level {self.level} alone: allowed for the session")
        return self


class LevelPlanned(Entry):
    """`preset`: one of `presets.PRESETS`, checked when the entry is written. `confirmed_by`: the
    operator's name, where the preset asks for it."""

    kind: Literal["level"] = "level"
    name: LevelName
    role: Role
    order: Order
    preset: Name
    confirmed_by: Name | None = None


class Prepared(Entry):
    """What was done before a level; None: not now. `zero_pa`: the line's reading that was taken for
    zero, Pa; `zero_at_disc_height`: with the sensor held there; `zero_from`: where it is from, if
    it was not taken now. `calibration`: of the unit, as the pump told it."""

    kind: Literal["preparation"] = "preparation"
    calibration: Calibration | None = None
    zero_pa: PressurePa | None = None
    zero_from: Text | None = None
    zero_at_disc_height: bool | None = None
    primed: bool | None = None
    line_compliance: Quantity | None = None
    pain_button_proven: bool | None = None

    @property
    def given(self) -> dict[str, object]:
        """What this entry says, by name; a zero that was taken is from nowhere else."""
        said = {name: getattr(self, name) for name in PREPARATIONS}
        if self.zero_pa is not None:
            said["zero_from"] = self.zero_from or ""
        return {name: value for name, value in said.items() if value is not None}


PREPARATIONS = tuple(name for name in Prepared.model_fields if name not in ("host_utc", "kind"))


class RunDone(Entry):
    """A run of the pump's own record. `level` None: it belongs to none, as when priming."""

    kind: Literal["run"] = "run"
    level: Order | None
    run: Run


class Responded(Entry):
    """What the patient said to a level."""

    kind: Literal["response"] = "response"
    level: Order
    response: Response


class Found(Entry):
    """What the images of a level showed."""

    kind: Literal["finding"] = "finding"
    level: Order
    finding: Finding


class Noted(Entry):
    """Free text, of a level or of the whole session."""

    kind: Literal["note"] = "note"
    level: Order | None = None
    text: Text
    by: str = ""


class HostEvent(Entry):
    """Something that the host did or saw: a link lost, a pull begun anew."""

    kind: Literal["host event"] = "host event"
    text: Text


class Closed(Entry):
    """After this come only runs that were pulled late, notes and corrections."""

    kind: Literal["closed"] = "closed"
    by: Name


Correctable = Annotated[
    Opened
    | Equipment
    | LevelPlanned
    | Prepared
    | RunDone
    | Responded
    | Found
    | Noted
    | HostEvent
    | Closed,
    Field(discriminator="kind"),
]


class Correction(Entry):
    """Of entry number `entry` of the same session, counted from 1. `instead` is the whole entry as
    it should have been, of the same kind; None strikes it out. The last correction of an entry
    counts; the old one and all corrections stay."""

    kind: Literal["correction"] = "correction"
    entry: int = Field(ge=1)
    wrong: Text
    by: Name
    why: Text
    instead: Correctable | None


SessionEntry = Annotated[Correctable | Correction, Field(discriminator="kind")]
