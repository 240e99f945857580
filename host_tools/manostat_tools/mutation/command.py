"""`manostat mutation`: changes the core a little in every way, and sees whether a test notices."""

import argparse
import shutil
import sys
import time
import tomllib
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from manostat_tools.boards import REPOSITORY

WORK = Path("build/mutation")
EVIDENCE = Path("build/evidence/mutation.json")
DOCUMENT = Path("docs/mutation.md")
_CORE = Path("firmware/manostat/core")
_COPIED = ("firmware", "sim", "tests/core", "docs/requirements")
_IMPORTED_ONCE = ("pytest", "hypothesis", "hypothesis.stateful", "numpy", "numba")
_SAY_EVERY_S = 60


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "mutation",
        help="change the core in every small way and count the changes that no test notices",
        description="Mutates firmware/manostat/core with Cosmic Ray's operators and runs the tests "
        "of each file on each mutant, in one process at a time. Can be interrupted: what was "
        "found is kept in build/mutation and used while the texts are the same.",
    )
    parser.add_argument("files", nargs="*", metavar="FILE", help="only these, e.g. guard.py")
    parser.add_argument("--afresh", action="store_true", help="run every mutant again")
    parser.add_argument("--rows", action="store_true", help="survivors as rows of the table")
    parser.set_defaults(run=run_mutation)


def run_mutation(options: argparse.Namespace) -> int:
    """Run what is not known yet, print the figures; 1 if too many survive or one is unexplained."""
    if find_spec("cosmic_ray") is None:
        print("the mutants are made with Cosmic Ray: make setup", file=sys.stderr)
        return 1
    from manostat_tools.mutation import report  # needs Cosmic Ray

    with (REPOSITORY / "pyproject.toml").open("rb") as project:
        settings = tomllib.load(project)["tool"]["manostat"]["mutation"]
    unknown = sorted(set(options.files) - set(settings["tests"]))
    if unknown:
        print(f"no such file of the core: {', '.join(unknown)}", file=sys.stderr)
        return 2
    files = options.files or list(settings["tests"])
    missing = {path.name for path in (REPOSITORY / _CORE).glob("*.py")} - set(settings["tests"])
    missing -= {"__init__.py"}

    judged, broken = _Run(settings, options.afresh).all_of(files)
    reasons = report.explained(REPOSITORY / DOCUMENT)
    alive = [one.mutant for one in judged if one.verdict == report.PASSED]
    new = [mutant for mutant in alive if mutant.id not in reasons]

    print(report.HEADING)
    for file in files:
        print(report.summary(file, [one for one in judged if one.mutant.file == file]))
    for kind in sorted({one.mutant.kind for one in judged}):
        print(report.summary(kind[:16], [one for one in judged if one.mutant.kind == kind]))
    print(report.summary("all", judged))
    for mutant in alive if options.rows else new:
        why = reasons.get(mutant.id, "")
        print(report.row(mutant, why) if options.rows else f"survived, unexplained: {mutant}")
    for test in broken:
        print(f"left out, it fails without any mutant: {test}")
    for file in sorted(missing):
        print(f"{file}: no tests in pyproject.toml, tool.manostat.mutation")
    least = settings["least_percent"]
    good = report.percent(judged) >= least and not new and not broken and not missing
    if not options.files:
        whole = not broken and not missing
        report.write(REPOSITORY / EVIDENCE, report.evidence(judged, least, len(new), whole))
        print(EVIDENCE)
    return 0 if good else 1


class _Run:
    """The tests and the core as they are now, copied so that nobody's edits come in between."""

    def __init__(self, settings: dict[str, Any], afresh: bool) -> None:
        from manostat_tools.mutation.store import Store

        self.tests: dict[str, list[str]] = settings["tests"]
        self.left_out: list[str] = settings["left_out"]
        self.afresh = afresh
        self.tree = REPOSITORY / WORK / "tree"
        shutil.rmtree(self.tree, ignore_errors=True)
        for part in _COPIED:
            skip = shutil.ignore_patterns("__pycache__")
            shutil.copytree(REPOSITORY / part, self.tree / part, ignore=skip)
        shutil.copy(REPOSITORY / "pyproject.toml", self.tree)
        self.store = Store(REPOSITORY / WORK, self.tree)
        for name in _IMPORTED_ONCE:
            import_module(name)

    def all_of(self, files: list[str]) -> tuple[list[Any], list[str]]:
        """Every mutant of `files` with its verdict, and the tests that fail as it is."""
        judged: list[Any] = []
        broken: set[str] = set()
        for file in files:
            found, failed = self._file(file)
            judged += found
            broken.update(failed)
        return judged, sorted(broken)

    def _file(self, file: str) -> tuple[list[Any], list[str]]:
        from manostat_tools.mutation.child import KILLED, Order, ask
        from manostat_tools.mutation.report import Judged

        source = (self.tree / _CORE / file).read_text()
        module = f"manostat.core.{file.removesuffix('.py')}"
        files = [f"tests/core/{name}" for name in self.tests[file]]
        mutants = self.store.mutants(file, source)
        judged: dict[str, Judged] = {}
        if not self.afresh:
            for mutant in mutants:
                known = self.store.still(mutant, source, files)
                if known is not None:
                    judged[mutant.id] = Judged(mutant, known.verdict)
        to_do = [mutant for mutant in mutants if mutant.id not in judged]
        print(f"{file}: {len(mutants)} mutants, {len(to_do)} to run", flush=True)
        if not to_do:
            return list(judged.values()), []

        sound = ask(self.tree, module, None, Order(files, all_of_them=True))
        left_out = [
            *sound.failed,
            *[test for test in sound.cpu_s if test.split("::")[-1].split("[")[0] in self.left_out],
        ]
        order = Order(files, sound.cpu_s, "", left_out)
        if ask(self.tree, module, "raise ImportError", order).verdict != KILLED:
            raise RuntimeError(f"{file}: its tests do not import it")
        said_s = began_s = time.monotonic()
        for done, mutant in enumerate(to_do):
            order = Order(files, sound.cpu_s, self.store.killer(mutant), left_out)
            answer = ask(self.tree, module, mutant.source, order)
            self.store.keep(mutant, source, files, answer.verdict, answer.test)
            judged[mutant.id] = Judged(mutant, answer.verdict)
            now_s = time.monotonic()
            if now_s - said_s > _SAY_EVERY_S:
                said_s = now_s
                left_s = (now_s - began_s) / (done + 1) * (len(to_do) - done - 1)
                print(f"{file}: {done + 1} of {len(to_do)}, {left_s / 60:.0f} min left", flush=True)
        return list(judged.values()), sound.failed
