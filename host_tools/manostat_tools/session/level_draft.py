"""A level while the entries of its session are put together."""

from dataclasses import dataclass, field

from manostat_tools.session import entries as e
from manostat_tools.session.corrections import FoldError
from manostat_tools.session.fitted import Fitted, beside
from manostat_tools.session.model import Contrast, Finding, Level, Needle, Response, Run, RunKind
from manostat_tools.session.pieces import in_order, place_of
from manostat_tools.session.provoked import INTO_DISC


@dataclass
class LevelDraft:
    """So far."""

    planned: e.LevelPlanned
    needle: Needle | None = None
    contrast: Contrast | None = None
    has_own: set[str] = field(default_factory=set)
    runs: list[Run] = field(default_factory=list)
    fitted: list[Fitted] = field(default_factory=list)
    """At each of them."""
    responses: list[Response] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    answered: dict[str, int] = field(default_factory=dict)
    """How many runs there were at the last response, and at the last finding."""
    answered_run: dict[str, list[int]] = field(default_factory=dict)
    """Number of the run that each of them was for."""
    past_sham: bool = False
    notes: list[str] = field(default_factory=list)

    def fit(self, entry: e.Equipment) -> list[str]:
        """Needle and contrast of this level alone. What was not recorded is so for the runs that
        are there too; another one than before holds from here on, and is told."""
        old = Fitted(self.needle, self.contrast)
        now = Fitted(entry.needle or old.needle, entry.contrast or old.contrast)
        self.needle, self.contrast = now
        self.has_own |= {name for name in Fitted._fields if getattr(entry, name) is not None}
        self.fitted = [
            Fitted(
                now.needle if old.needle is None else one.needle,
                now.contrast if old.contrast is None else one.contrast,
            )
            for one in self.fitted
        ]
        after = f"after run {len(self.runs)}"
        return [
            f"{self.planned.name}: {name} changed {after}: {before}, now {new}"
            for name, before, new in zip(Fitted._fields, old, now, strict=True)
            if self.runs and before not in (None, new)
        ]

    def put(self, run: Run) -> None:
        """One more run. If it was done before others that are there, their answers stay theirs; it
        is itself to be answered only as the newest injection."""
        place = place_of(run, self.runs)
        for what, numbers in self.answered_run.items():
            self.answered_run[what] = [number + (number > place) for number in numbers]
        is_newest = run.kind in INTO_DISC and all(
            one.kind not in INTO_DISC for one in self.runs[place:]
        )
        if place < len(self.runs) and not is_newest:
            self.answered = {what: count + 1 for what, count in self.answered.items()}
        now = Fitted(self.needle, self.contrast)
        self.fitted.insert(place, now if place == len(self.runs) else beside(place, self.fitted))
        self.runs = in_order(run, self.runs)

    def answer(self, what: str, orphaned: bool) -> None:
        """A second response or finding is for a further run; else the first is to be corrected.
        `orphaned`: the run that it was for is not of this level any more."""
        if self.answered.get(what) == len(self.runs):
            raise FoldError(
                f"level {self.planned.order} has one already, and no run since: "
                "allowed a correction of it"
            )
        self.answered[what] = len(self.runs)
        self.answered_run.setdefault(what, []).append(0 if orphaned else self._run_of(what))

    def _run_of(self, what: str) -> int:
        """Number of the run that an answer is for now: the newest injection, or, of responses once
        that has one, the sham after it. Images after a sham show what the injection left. 0: none.
        """
        into_disc = [run.number for run in self.runs if run.kind in INTO_DISC]
        if not into_disc:
            return max(self._no_injections(), default=0)
        newest = into_disc[-1]
        if what == "finding":
            return newest
        if newest in self.answered_run.get(what, []):
            return len(self.runs)
        self.past_sham = any(run.kind is RunKind.SHAM for run in self.runs[newest:])
        return newest

    def _no_injections(self) -> list[int]:
        return [run.number for run in self.runs if run.kind not in INTO_DISC]

    def as_level(self) -> Level:
        """As it stands. A finding in which nothing was said takes the place of none, and a response
        to a sham that of none to an injection."""
        said = list(zip(self.responses, self.answered_run.get("response", []), strict=True))
        others = [one for one in said if one[1] in self._no_injections()]
        said = [one for one in said if one not in others]
        earlier = [*others, *said[:-1]]
        found = list(zip(self.findings, self.answered_run.get("finding", []), strict=True))
        found = [one for one in found if not one[0].is_empty] or found[-1:]
        findings, found_of = [one for one, _ in found], [run for _, run in found]
        return Level(
            name=self.planned.name,
            role=self.planned.role,
            order=self.planned.order,
            preset=self.planned.preset,
            confirmed_by=self.planned.confirmed_by,
            needle=self.needle,
            contrast=self.contrast,
            runs=tuple(self.runs),
            needles=tuple(one.needle for one in self.fitted),
            contrasts=tuple(one.contrast for one in self.fitted),
            response=said[-1][0] if said else None,
            finding=findings[-1] if findings else None,
            earlier_responses=tuple(response for response, _ in earlier),
            earlier_findings=tuple(findings[:-1]),
            responses_of=tuple(run for _, run in [*earlier, *said[-1:]]),
            responded_past_sham=self.past_sham,
            findings_of=tuple(found_of),
            notes=tuple(self.notes),
        )
