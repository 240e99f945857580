"""The example session, simulated once for all tests of the report, and what was written of it."""

from pathlib import Path

import pytest

from manostat_tools import report
from manostat_tools.report.content import content
from manostat_tools.report.example import example
from manostat_tools.report.model import Report
from manostat_tools.report.units import PSI


@pytest.fixture(scope="session")
def session():
    return example()[0]


@pytest.fixture(scope="session")
def traces():
    return example()[1]


@pytest.fixture(scope="session")
def told(session, traces) -> Report:
    return content(session, traces, PSI)


@pytest.fixture(scope="session")
def written(session, traces, tmp_path_factory) -> Path:
    """A folder with everything that `write` makes, in kPa."""
    folder = tmp_path_factory.mktemp("report")
    report.write(session, traces, folder, unit="kPa")
    return folder
