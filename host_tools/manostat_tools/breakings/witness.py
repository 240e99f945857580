"""Pytest plugin of the runs on broken firmware: tells what failed as it happens.

So a run that is cut off has told what it saw. Only a test's own failure counts, never that of a
fixture, which would stand for each test that uses it.
"""

import json
import os
from pathlib import Path

import pytest

FILE = "MANOSTAT_WITNESS"


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to judge another tree than the one that is broken."""
    import manostat_tools

    if not str(manostat_tools.__file__).startswith(str(config.rootpath)):
        raise pytest.UsageError(f"tests import {manostat_tools.__file__}")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.failed:
        kind = "failed" if report.when == "call" else "error"
    elif report.when == "call" and report.passed:
        kind = "passed"
    else:
        return
    with Path(os.environ[FILE]).open("a", encoding="utf-8") as lines:
        lines.write(json.dumps({kind: report.nodeid}) + "\n")
