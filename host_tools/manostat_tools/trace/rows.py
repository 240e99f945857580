"""One row for each requirement: why, where in the code, shown by which tests, and what is missing.

A requirement is shown if the code names it, tests name it, and each test function that names it
passed on at least one bench and failed on none, and each of its limits has a figure. Long tests
that a run leaves out are no loss as long as another test of the requirement ran.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from manostat_tools.boards import REPOSITORY
from manostat_tools.trace import results
from manostat_tools.trace.items import register
from manostat_tools.trace.limits import Measured, also, measured
from manostat_tools.trace.model import NOT_MET, Requirement
from manostat_tools.trace.places import Place, places
from manostat_tools.trace.results import Case, Figure, Run

SHOWN, MISSING, NOT_RUN, NOT_HERE = "shown", "missing", "not run", "not met here"


@dataclass(frozen=True)
class Row:
    """`verdict` is SHOWN, MISSING (see `missing`), NOT_RUN (no full run yet) or NOT_HERE.

    `partial` are tests of partial runs since: they say something, and prove nothing. `elsewhere`:
    cells of the fault matrix, figures of the bench and the soak.
    """

    requirement: Requirement
    code: tuple[Place, ...]
    tests: tuple[Case, ...]
    partial: tuple[Case, ...]
    missing: tuple[str, ...]
    verdict: str
    elsewhere: tuple[Case, ...] = ()

    @property
    def benches(self) -> tuple[str, ...]:
        """Where it was shown."""
        return tuple(sorted({test.bench for test in self.tests if test.outcome == results.PASSED}))

    @property
    def figures(self) -> tuple[tuple[Case, Figure], ...]:
        """All that was measured for it."""
        return tuple(
            (test, figure)
            for test in self.tests
            for figure in test.figures
            if figure.requirement == self.requirement.id
        )

    @property
    def measured(self) -> list[Measured]:
        """Each limit of the requirement with the worst figure measured against it."""
        item = self.requirement
        return measured(item.id, item.limits, (*self.tests, *self.elsewhere))

    @property
    def also(self) -> list[tuple[Figure, Case]]:
        """What was measured beside its limits."""
        return also(self.requirement.id, (*self.tests, *self.elsewhere))


def matrix(root: Path = REPOSITORY) -> tuple[Row, ...]:
    """A row for each requirement, judged by the last full run. Raises what `register` raises."""
    full = results.read(root / results.FULL)
    return judge(root, full, results.read(root / results.PARTIAL))


def judge(root: Path, full: Run | None, partial: Run | None = None) -> tuple[Row, ...]:
    """The same for given runs; without a full one nothing is shown."""
    code = places(root)
    return tuple(
        _row(item, tuple(code.get(item.id, ())), full, partial)
        for item in register(root).requirements
    )


def _row(item: Requirement, code: tuple[Place, ...], full: Run | None, partial: Run | None) -> Row:
    tests = _naming(item, full)
    since = _naming(item, partial)
    if item.status == NOT_MET:
        return Row(item, code, tests, since, (), NOT_HERE)
    missing = [] if code else ["no code names it"]
    if full is not None:
        missing += _unshown(item, tests)
        missing += _unmeasured(item, tests, whole=not full.selected) if tests else []
    verdict = MISSING if missing else SHOWN if full is not None else NOT_RUN
    return Row(item, code, tests, since, tuple(missing), verdict)


def _naming(item: Requirement, run: Run | None) -> tuple[Case, ...]:
    tests = run.tests if run is not None else ()
    return tuple(sorted((t for t in tests if item.id in t.requirements), key=lambda t: t.id))


def _unshown(item: Requirement, tests: Sequence[Case]) -> list[str]:
    if not tests:
        return ["no test names it"]
    said: list[str] = []
    passed = False
    for function, group in groupby(tests, lambda test: test.function):
        same = list(group)
        outcomes = {test.outcome for test in same}
        said += [f"failed: {test.id}" for test in same if test.outcome == results.FAILED]
        said += [f"did not run: {test.id}" for test in same if test.outcome == results.MISSING]
        if results.PASSED in outcomes:
            passed = True
        elif outcomes <= {results.SKIPPED, results.LEFT_OUT} and results.SKIPPED in outcomes:
            why = next(test.why for test in same if test.outcome == results.SKIPPED)
            said.append(f"did not run on any bench: {function} ({why})")
    if not passed and not said:
        said.append(f"was left out of this run: {', '.join(sorted({t.function for t in tests}))}")
    for test in tests:
        for figure in test.figures:
            if figure.requirement == item.id and not figure.holds:
                said.append(f"out of its limit: {figure.of} {figure} in {test.id}")
    return said


def _unmeasured(item: Requirement, tests: Sequence[Case], whole: bool) -> list[str]:
    """`whole`: the long tests ran too."""
    return [
        f"not measured: {one.limit.of} {one.limit}"
        for one in measured(item.id, item.limits, tests)
        if one.figure is None and (whole or not one.limit.long)
    ]
