"""What docs/examples shows runs, against a pump as a reader has one."""

import runpy

import pytest

from manostat_tools.boards import REPOSITORY

pytestmark = pytest.mark.pico


def test_the_example_runs(board, capsys):
    runpy.run_path(str(REPOSITORY / "docs" / "examples" / "live.py"))
    said = capsys.readouterr().out
    assert "self test: passed" in said
    assert "100 ticks, " in said and "100 ticks; meanwhile asked: " in said
    assert "pages" in said
