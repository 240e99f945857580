"""Fixtures shared by the tests of campaigns."""

from pathlib import Path

import pytest

from .campaigns import make, wanted


@pytest.fixture(scope="session")
def kept(tmp_path_factory) -> Path:
    """The folder of the campaign, made by one process in peace."""
    folder = tmp_path_factory.mktemp("campaign") / "kept"
    make(wanted(folder))
    return folder
