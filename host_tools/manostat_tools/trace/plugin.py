"""Pytest plugin: which test ran for which requirement, with which outcome and which figure.

    @pytest.mark.req("P-05")
    def test_...(bench, figure):
        figure("P-05", worst_ms, 6, "ms", of="line crosses its limit to last step")

A figure is of one of the requirement's limits, or says that it was `also` measured.

Each run writes what it saw to build/trace. With --requirements the run must be a whole one; it then
fails if a requirement has no code, no test, a test that did not run, or a limit without a figure.
"""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from manostat_tools.trace import results
from manostat_tools.trace.items import FOLDER, ids, register
from manostat_tools.trace.limits import is_of
from manostat_tools.trace.model import Limit
from manostat_tools.trace.results import Case, Figure, Run
from manostat_tools.trace.rows import MISSING, judge

_FIGURE = "figure"
_WHOLE = ("", "not long")
_NARROWING = ("keyword", "deselect", "ignore", "ignore_glob", "maxfail", "lf", "failedfirst")

Figures = Callable[..., None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--requirements",
        action="store_true",
        help="fail at the end if a requirement has no code, no test, or a test that did not run",
    )


def pytest_configure(config: pytest.Config) -> None:
    worker = hasattr(config, "workerinput")
    if config.option.requirements and not worker:
        _refuse_what_is_narrow(config)
    config.pluginmanager.register(_Worker(config) if worker else _Session(config), "requirements")


def _refuse_what_is_narrow(config: pytest.Config) -> None:
    narrow = [name for name in _NARROWING[:-1] if getattr(config.option, name, None)]
    if config.args_source is not config.ArgsSource.TESTPATHS:
        narrow.append(" ".join(config.args))
    if config.option.markexpr not in _WHOLE:
        narrow.append(f"-m {config.option.markexpr!r}")
    if narrow:
        raise pytest.UsageError(f"--requirements judges a whole run; narrowed by {narrow}")


@pytest.fixture
def figure(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Figures]:
    """`figure(id, value, limit, unit, at="<=", of="", also=False)` records a measured figure.

    The id must be one that the test names, and the limit one of that requirement's; `also` records
    what was measured beside them. Through a file: on `pico` the test is another process.
    """
    file = tmp_path / "figures"
    named = _named(request.node)
    limits = {item.id: item.limits for item in register(request.config.rootpath).requirements}

    def record(
        requirement: str,
        value: float,
        limit: float,
        unit: str,
        at: str = "<=",
        of: str = "",
        also: bool = False,
    ) -> None:
        if requirement not in named:
            raise ValueError(f"{requirement} is not named by the test's marker req: {named}")
        made = Figure(requirement, of, float(value), at, float(limit), unit, also)
        if not also and not any(is_of(made, one) for one in limits[requirement]):
            raise ValueError(_no_such_limit(made, limits[requirement]))
        line = json.dumps(vars(made)) + "\n"
        with open(file, "a", encoding="utf-8") as out:
            out.write(line)

    yield record
    if file.exists():
        for line in file.read_text(encoding="utf-8").splitlines():
            request.node.user_properties.append((_FIGURE, line))


class _Worker:
    """Knows the tests of a run. In a process of pytest-xdist it hands them to the session."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.collected: dict[str, dict[str, Any]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Iterator[None]:
        known = ids(self.config.rootpath)
        before = {item.nodeid: item for item in items}
        yield
        selected = {item.nodeid for item in items}
        for name, item in before.items():
            named = _named(item)
            if wrong := sorted(set(named) - known):
                raise pytest.UsageError(f"{name}: no such requirement in {FOLDER}: {wrong}")
            if named:
                self.collected[name] = {
                    "requirements": named,
                    "bench": _bench(item),
                    "selected": name in selected,
                }
        if hasattr(self.config, "workeroutput"):
            self.config.workeroutput["requirements"] = json.dumps(self.collected)


class _Session(_Worker):
    """Gathers outcomes, writes them down, and judges a whole run."""

    def __init__(self, config: pytest.Config) -> None:
        super().__init__(config)
        self.outcomes: dict[str, tuple[str, str]] = {}
        self.figures: dict[str, list[Figure]] = {}
        self.said: list[str] = []

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        self.collected.update(
            json.loads(getattr(node, "workeroutput", {}).get("requirements", "{}"))
        )

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        name = report.nodeid
        if report.failed:
            self.outcomes[name] = (results.FAILED, report.when or "")
        elif report.skipped:
            self.outcomes[name] = (results.SKIPPED, _why(report))
        elif report.when == "call":
            self.outcomes.setdefault(name, (results.PASSED, ""))
        if report.when == "teardown":
            lines = [line for key, line in report.user_properties if key == _FIGURE]
            self.figures[name] = [Figure(**json.loads(str(line))) for line in lines]

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        root = self.config.rootpath
        if self.config.option.collectonly or not (root / FOLDER).is_dir():
            return
        run = Run(results.digest(root), self.config.option.markexpr, self._tests())
        if not self.config.option.requirements:
            if run.tests:
                results.write_partial(root, run)
            return
        if session.exitstatus not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            self.said = ["the run did not end by itself: nothing was judged, nothing written"]
            return
        results.write_full(root, run)
        self.said = judged(root, run)
        if self.said:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.said:
            terminalreporter.section("requirements", red=True, bold=True)
            for line in self.said:
                terminalreporter.line(line)

    def _tests(self) -> tuple[Case, ...]:
        return tuple(self._test(name) for name in sorted(self.collected))

    def _test(self, name: str) -> Case:
        known = self.collected[name]
        absent = (results.MISSING if known["selected"] else results.LEFT_OUT, "")
        outcome, why = self.outcomes.get(name, absent)
        figures = tuple(self.figures.get(name, ()))
        return Case(name, tuple(known["requirements"]), known["bench"], outcome, why, figures)


def judged(root: Path, run: Run) -> list[str]:
    """What is missing, one line for each requirement that is not shown; empty if all are."""
    lines = list(register(root).problems)
    for row in judge(root, run):
        if row.verdict == MISSING:
            lines.append(f"{row.requirement.id}: {'; '.join(row.missing)}")
    return lines


def _no_such_limit(figure: Figure, limits: tuple[Limit, ...]) -> str:
    allowed = "; ".join(f"{each.of} {each}" for each in limits) or "none"
    asked = f"{figure.of} {figure.at} {figure.limit:g} {figure.unit}"
    return f"{figure.requirement}: {asked!r} is no limit of it in {FOLDER}, which are: {allowed}"


def _named(item: Any) -> list[str]:
    return sorted({name for mark in item.iter_markers("req") for name in mark.args})


def _bench(item: pytest.Item) -> str:
    call = getattr(item, "callspec", None)
    name = call.params.get("bench_name") if call is not None else None
    return str(name) if name else "pico" if item.get_closest_marker("pico") else "host"


def _why(report: pytest.TestReport) -> str:
    if hasattr(report, "wasxfail"):
        return f"expected to fail: {report.wasxfail}"
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return reason.removeprefix("Skipped: ").replace(os.linesep, " ")
