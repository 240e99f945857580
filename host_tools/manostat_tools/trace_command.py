"""`manostat trace`: writes the matrix of requirements, code and tests as HTML."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from manostat_tools.boards import REPOSITORY
from manostat_tools.evidence.elsewhere import measured_elsewhere
from manostat_tools.trace import results
from manostat_tools.trace.items import register as read_register
from manostat_tools.trace.page import page
from manostat_tools.trace.rows import MISSING, NOT_HERE, NOT_RUN, SHOWN, judge

PAGE = Path("build/trace/index.html")


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "trace",
        help="requirements, the code that meets them and the tests that show them, as HTML",
        description="Writes build/trace/index.html from docs/requirements, from the ids that the "
        "code names, and from the last full run of the tests (make test).",
    )
    parser.add_argument(
        "--check", action="store_true", help="end with code 1 unless every requirement is shown"
    )
    parser.set_defaults(run=run_trace)


def run_trace(options: argparse.Namespace) -> int:
    """Write the page, say what is red."""
    try:
        items = read_register()
    except ImportError:
        print("the requirements are kept with Doorstop: make setup", file=sys.stderr)
        return 1
    full = results.read(REPOSITORY / results.FULL)
    rows = judge(REPOSITORY, full, results.read(REPOSITORY / results.PARTIAL))
    others = measured_elsewhere(REPOSITORY)
    rows = tuple(replace(row, elsewhere=tuple(others.get(row.requirement.id, ()))) for row in rows)
    file = REPOSITORY / PAGE
    file.parent.mkdir(parents=True, exist_ok=True)
    digest = results.digest(REPOSITORY)
    file.write_text(page(items, rows, full, digest), encoding="utf-8")

    for line in items.problems:
        print(line)
    for row in rows:
        if row.missing:
            print(f"{row.requirement.id} {row.requirement.title}: {'; '.join(row.missing)}")
    verdicts = [row.verdict for row in rows]
    names = (SHOWN, MISSING, NOT_RUN, NOT_HERE)
    said = ", ".join(f"{verdicts.count(name)} {name}" for name in names if name in verdicts)
    print(f"{len(rows)} requirements: {said}")
    if full is None:
        print("no full run of the tests yet: make test")
    elif full.firmware != digest:
        print("the last full run was of another firmware: make test")
    print(f"{PAGE}")
    good = not items.problems and set(verdicts) <= {SHOWN, NOT_HERE}
    return 1 if options.check and not good else 0
