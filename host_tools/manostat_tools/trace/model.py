"""What a requirement, a hazard, a common cause and an alarm are made of."""

from dataclasses import dataclass

BUILT = "built"
NOT_MET = "not met here"

SHOWN = ("exhaustion", "property", "example", "fault injection", "inspection")
COMPARISONS = ("<", "<=", "=", ">=", ">")
PRIORITIES = {
    ("lasting", "at once"): "HIGH",
    ("lasting", "soon"): "HIGH",
    ("lasting", "later"): "MEDIUM",
    ("passing", "at once"): "HIGH",
    ("passing", "soon"): "MEDIUM",
    ("passing", "later"): "LOW",
    ("discomfort", "at once"): "MEDIUM",
    ("discomfort", "soon"): "LOW",
    ("discomfort", "later"): "LOW",
}
"""Priority of an alarm by its harm if nobody acts, and by how soon the harm comes (A-01; informed
by IEC 60601-1-8, whose text was not at hand)."""


@dataclass(frozen=True)
class Limit:
    """A number that must hold: "`of` `at` `number` `unit`", as in "press to last step <= 10 us".

    `long`: only a long test measures it.
    """

    of: str
    at: str
    number: float
    unit: str
    long: bool = False

    def __str__(self) -> str:
        return f"{self.at} {self.number:g} {self.unit}"


@dataclass(frozen=True)
class Requirement:
    """`hazards` are ids; `not_met` says what is not met here, and why ("" where all is)."""

    id: str
    title: str
    text: str
    limits: tuple[Limit, ...]
    source: str
    shown: tuple[str, ...]
    hazards: tuple[str, ...]
    status: str
    not_met: str

    @property
    def limit(self) -> float | None:
        """Number of the first limit; None where the requirement has no number."""
        return self.limits[0].number if self.limits else None

    @property
    def unit(self) -> str | None:
        """Unit of the first limit."""
        return self.limits[0].unit if self.limits else None


@dataclass(frozen=True)
class Hazard:
    """`controls` are requirements, `outside` what people do, `remains` what neither removes."""

    id: str
    title: str
    text: str
    harm: str
    causes: tuple[str, ...]
    controls: tuple[str, ...]
    outside: str
    remains: str


@dataclass(frozen=True)
class Cause:
    """What injector and guard both rest on. `covered` is "yes", "in part" or "no"."""

    id: str
    title: str
    rests: str
    covered_by: str
    covered: str
    hazards: tuple[str, ...]


@dataclass(frozen=True)
class Fault:
    """An alarm. `cause` is the firmware's number of it; None: it comes with another fault's."""

    id: str
    name: str
    text: str
    cause: int | None
    harm: str
    onset: str
    priority: str
    hazards: tuple[str, ...]


@dataclass(frozen=True)
class Register:
    """All items, requirements by group, all by number; `problems`: a line for each wrong thing."""

    requirements: tuple[Requirement, ...]
    hazards: tuple[Hazard, ...]
    causes: tuple[Cause, ...]
    faults: tuple[Fault, ...]
    problems: tuple[str, ...]
