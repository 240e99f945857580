"""One forked process: the changed source in memory, some tests, one answer."""

import gc
import importlib.abc
import importlib.machinery
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

PASSED, KILLED, TIMED_OUT = "survived", "killed", "timed out"
_FAILED_CODES = (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED)
_FROM_TREE = ("manostat", "manostat_sim", "micropython", "tests")
_COLLECT_S = 30.0
_SPARE_S = 1.0
_TIMES = 4.0
_MEMORY_BYTES = 4 << 30
_WALL_S = 1800
_OPTIONS = [
    "-q",
    "--maxfail=1",
    "--tb=no",
    "--assert=plain",
    "--no-header",
    "--import-mode=importlib",
]
_PLUGINS = [
    "cacheprovider",
    "debugging",
    "doctest",
    "faulthandler",
    "junitxml",
    "logging",
    "pastebin",
    "stepwise",
    "threadexception",
    "unraisableexception",
]


@dataclass
class Answer:
    """What the tests said. `test` is the one that failed, or in which the time ran out."""

    verdict: str
    test: str = ""
    cpu_s: dict[str, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Order:
    """Which tests to run: node ids with the processor seconds they need, the first ones first.

    `left_out` are not run. With `all_of_them` a failure ends nothing.
    """

    files: Sequence[str]
    cpu_s: dict[str, float] = field(default_factory=dict)
    first: str = ""
    left_out: Sequence[str] = ()
    all_of_them: bool = False


def ask(tree: Path, module: str, source: str | None, order: Order) -> Answer:
    """Run the tests of `order` in `tree`, with `source` as the text of `module` if it is given.

    A test may take four times the processor time it needs without a mutant, and a second.
    RuntimeError if pytest itself fails.
    """
    reader, writer = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            os.close(reader)
            _run(tree, module, source, order, writer)
        finally:
            os._exit(70)
    os.close(writer)
    with os.fdopen(reader, "rb") as answer:
        text = answer.read().decode()
    _, status = os.waitpid(process, 0)
    lines = [json.loads(line) for line in text.splitlines()]
    cpu_s = {line["ran"]: line["cpu_s"] for line in lines if "ran" in line}
    failed = [line["failed"] for line in lines if "failed" in line]
    began = next((line["began"] for line in reversed(lines) if "began" in line), "")
    if os.WIFSIGNALED(status):
        late = os.WTERMSIG(status) in (signal.SIGPROF, signal.SIGALRM, signal.SIGXCPU)
        return Answer(TIMED_OUT if late else KILLED, began, cpu_s, failed)
    code = next((line["code"] for line in lines if "code" in line), None)
    if code in _FAILED_CODES:
        return Answer(KILLED, failed[0] if failed else "", cpu_s, failed)
    if code != pytest.ExitCode.OK:
        raise RuntimeError(f"pytest ended with {code} on {', '.join(order.files)}")
    return Answer(PASSED, "", cpu_s, failed)


class _InMemory(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, name: str, source: str, origin: str) -> None:
        self.name = name
        self.source = source
        self.origin = origin

    def find_spec(
        self, name: str, path: Any = None, target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != self.name:
            return None
        return importlib.machinery.ModuleSpec(name, self, origin=self.origin)

    def exec_module(self, module: Any) -> None:
        exec(compile(self.source, self.origin, "exec"), module.__dict__)


class _Reporter:
    """Puts the tests in order, holds each to its time, and tells what happens as it happens."""

    def __init__(self, order: Order, writer: int) -> None:
        self.order = order
        self.writer = writer
        self.began_s = 0.0

    def tell(self, **words: Any) -> None:
        os.write(self.writer, (json.dumps(words) + "\n").encode())

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        core = sys.modules["manostat.core"].__file__ or ""
        if not core.startswith(os.getcwd()):
            raise RuntimeError(f"tests import {core}")
        order = self.order
        items[:] = [item for item in items if item.nodeid not in order.left_out]
        items.sort(key=lambda item: (item.nodeid != order.first, order.cpu_s.get(item.nodeid, 0)))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.tell(began=nodeid)
        self.began_s = time.process_time()
        if not self.order.all_of_them:
            limit_s = _TIMES * self.order.cpu_s.get(nodeid, 0) + _SPARE_S
            signal.setitimer(signal.ITIMER_PROF, limit_s)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self.tell(ran=nodeid, cpu_s=round(time.process_time() - self.began_s, 4))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.tell(failed=report.nodeid)
            if not self.order.all_of_them:
                self.end(pytest.ExitCode.TESTS_FAILED)

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        self.end(exitstatus)

    def end(self, code: int) -> None:
        """What pytest would still do is of no use to anybody."""
        self.tell(code=int(code))
        os._exit(0)


def _run(tree: Path, module: str, source: str | None, order: Order, writer: int) -> None:
    silent = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(silent, stream)
    signal.alarm(_WALL_S)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    os.chdir(tree)
    gc.disable()
    sys.dont_write_bytecode = False  # or each process would compile the tests anew
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    for name in [name for name in sys.modules if name.split(".")[0] in _FROM_TREE]:
        del sys.modules[name]  # the command line has imported the one of the repository
    if source is not None:
        origin = f"{tree}/firmware/{module.replace('.', '/')}.py"
        sys.meta_path.insert(0, _InMemory(module, source, origin))
    reporter = _Reporter(order, writer)
    if not order.all_of_them:
        signal.setitimer(signal.ITIMER_PROF, _COLLECT_S)
    options = [option for option in _OPTIONS if not (order.all_of_them and "maxfail" in option)]
    options += [word for name in _PLUGINS for word in ("-p", f"no:{name}")]
    options += ["-c", str(tree / "pyproject.toml"), "--rootdir", str(tree), "-o", "addopts="]
    reporter.end(pytest.main([*options, *order.files], plugins=[reporter]))
