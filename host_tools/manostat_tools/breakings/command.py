"""`manostat breakings`: breaks the firmware on purpose, and sees which hardware tests notice."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from manostat_tools.boards import REPOSITORY
from manostat_tools.breakings import report
from manostat_tools.breakings.data import BENCHES, Breaking, Data, all_tests, choose, load
from manostat_tools.breakings.run import Found, run, selection
from manostat_tools.breakings.store import Store
from manostat_tools.breakings.tree import Tree, check, lock
from manostat_tools.image import ensure_images

WORK = Path("build/breakings")
DOCUMENT = Path("docs/breakings.md")
_SOUND_S = 1800


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "breakings",
        help="break the firmware on purpose and list which hardware tests notice",
        description="Makes the changes of hil_tests/breakings.toml one at a time in a copy, "
        "build/breakings/tree, and runs the hardware tests there. Exit code 1 if one is noticed by "
        "no test, or a test is never seen to fail, and the file does not say why. An hour or two; "
        "can be interrupted: what was found is kept in build/breakings and used while firmware, "
        "simulator and tests have the same text.",
        epilog="A new one: add it to hil_tests/breakings.toml, then manostat breakings 'its name'.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="only those with this in the name")
    parser.add_argument("--bench", choices=BENCHES, help="only those that run on this bench")
    parser.add_argument("--list", action="store_true", help="their names, and run nothing")
    parser.add_argument("--afresh", action="store_true", help="run again what is known, too")
    parser.add_argument("--docs", action="store_true", help=f"write {DOCUMENT}; needs all of them")
    parser.set_defaults(run=run_breakings)


def run_breakings(options: argparse.Namespace) -> int:
    """Run what is not known yet and say what is not noticed; 1 if that is not explained."""
    data = load()
    chosen = choose(data, options.names, options.bench)
    whole = len(chosen) == len(data.breakings)
    if not chosen:
        print("no such breaking; --list shows all names", file=sys.stderr)
        return 2
    if options.docs and not whole:
        print(
            f"{DOCUMENT} shows all breakings: --docs with no names and no --bench", file=sys.stderr
        )
        return 2
    if options.list:
        for one in chosen:
            print(f"{one.bench:5} {one.name}")
        return 0
    check(chosen)
    outcomes, unsound = _Run(data, options.afresh).all_of(chosen)
    tests = all_tests(REPOSITORY, data.left_out) if whole else []
    for line in report.outdated(outcomes, data):
        print(line)
    wrong = report.complaints(outcomes, data, tests, unsound)
    for line in wrong:
        print(line)
    noticed = len(outcomes) - len(report.unnoticed(outcomes))
    print(f"{noticed} of {len(outcomes)} breakings are noticed")
    if whole:
        seen = len(tests) - len(report.unseen(outcomes, tests))
        print(f"{seen} of {len(tests)} tests were seen to fail")
    if options.docs:
        text = report.document(outcomes, data, tests)
        (REPOSITORY / DOCUMENT).write_text(text, encoding="utf-8")
        print(f"wrote {DOCUMENT}")
    return 1 if wrong else 0


class _Run:
    """The repository as it is now, copied so that nobody's edits come in between."""

    def __init__(self, data: Data, afresh: bool) -> None:
        self.data = data
        self.afresh = afresh
        self.lock = lock(REPOSITORY / WORK)
        self.tree = Tree(REPOSITORY / WORK / "tree")
        self.tree.refresh()
        self.store = Store(REPOSITORY / WORK, self.tree.path, data)

    def all_of(self, chosen: Sequence[Breaking]) -> tuple[list[report.Outcome], list[str]]:
        """Each with the tests that notice it, and the tests that fail on whole firmware too."""
        known = {one.name: None if self.afresh else self.store.still(one) for one in chosen}
        to_do = [one for one in chosen if known[one.name] is None]
        print(f"{len(chosen)} breakings, {len(to_do)} to run", flush=True)
        if any(one.bench == "pico" for one in to_do):
            ensure_images(say=True)  # the copy takes MicroPython and its compiler from build/
            self.tree.refresh()
        began_s = time.monotonic()
        for done, one in enumerate(to_do):
            known[one.name] = found = self._one(one)
            left_s = (time.monotonic() - began_s) / (done + 1) * (len(to_do) - done - 1)
            notice = len({report.test_of(test) for test in found.failed})
            said = found.ended or f"{notice} notice, of {found.passed + len(found.failed)} cases"
            left = f"{len(to_do) - done - 1} left, {left_s / 60:.0f} min"
            print(f"{one.name}: {said}, {found.seconds:.0f} s; {left}", flush=True)
        results = [(one, known[one.name] or Found()) for one in chosen]
        unsound = self._unsound(results)
        return [
            report.Outcome(one, tuple(sorted(_names(found.failed, unsound))), found.ended)
            for one, found in results
        ], sorted(_names(unsound, []))

    def _one(self, breaking: Breaking) -> Found:
        with self.tree.broken(breaking):
            tests = selection(breaking, self.data)
            found = run(self.tree.path, tests, breaking.bench, breaking.limit_s)
        if found.ended and not found.failed:
            return found  # shows nothing: the next run tries again
        self.store.keep(breaking, found)
        return found

    def _unsound(self, results: Sequence[tuple[Breaking, Found]]) -> list[str]:
        """Of the tests that failed, those that fail without any breaking too."""
        cases = sorted({test for _, found in results for test in found.failed})
        for bench in BENCHES:
            mine = {test for one, found in results if one.bench == bench for test in found.failed}
            new = sorted(test for test in mine if self.store.sound(test) is None)
            if new:
                print(f"{len(new)} cases on {bench}, on whole firmware", flush=True)
                found = run(self.tree.path, new, bench, _SOUND_S)
                if found.ended:
                    raise RuntimeError(f"the tests on whole firmware: {found.ended}")
                for test in new:
                    self.store.keep_sound(test, test not in (*found.failed, *found.errors))
        return [test for test in cases if self.store.sound(test) is False]


def _names(cases: Sequence[str], without: Sequence[str]) -> set[str]:
    return {report.test_of(test) for test in cases if test not in without}
