"""A level while the entries of its session are put together."""

from dataclasses import dataclass, field

from manostat_tools.session import entries as e
from manostat_tools.session.corrections import FoldError
from manostat_tools.session.model import Contrast, Finding, Level, Needle, Response, Run


@dataclass
class LevelDraft:
    """So far."""

    planned: e.LevelPlanned
    needle: Needle | None = None
    contrast: Contrast | None = None
    has_own: set[str] = field(default_factory=set)
    runs: list[Run] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    answered: dict[str, int] = field(default_factory=dict)
    """How many runs there were at the last response, and at the last finding."""
    notes: list[str] = field(default_factory=list)

    def answer(self, what: str) -> None:
        """A second response or finding is for a further run; else the first is to be corrected."""
        if self.answered.get(what) == len(self.runs):
            raise FoldError(
                f"level {self.planned.order} has one already, and no run since: "
                "allowed a correction of it"
            )
        self.answered[what] = len(self.runs)

    def as_level(self) -> Level:
        """As it stands."""
        return Level(
            name=self.planned.name,
            role=self.planned.role,
            order=self.planned.order,
            preset=self.planned.preset,
            confirmed_by=self.planned.confirmed_by,
            needle=self.needle,
            contrast=self.contrast,
            runs=tuple(self.runs),
            response=self.responses[-1] if self.responses else None,
            finding=self.findings[-1] if self.findings else None,
            earlier_responses=tuple(self.responses[:-1]),
            earlier_findings=tuple(self.findings[:-1]),
            notes=tuple(self.notes),
        )
