"""Derived values: what many of them rest on stands once."""

from manostat_tools.report.runs import derived_table
from manostat_tools.report.units import unit_named
from manostat_tools.session.model import Quantity


def value(name, **inputs):
    return Quantity(name=name, value=1.0, low=0.9, high=1.1, unit="", rule="r", inputs=inputs)


def test_inputs_that_values_of_a_run_have_alike_are_told_once_below_and_others_in_their_row():
    found = [
        ("Run 1", value("work", at_us=1_000_000, readings=7, fit_rms_pa=0)),
        ("Run 1", value("elastance", at_us=2_000_000, readings=7, fit_rms_pa=0)),
        ("Run 1", value("plateau", stop_us=3_000_000)),
        ("Run 2", value("work", at_us=1_000_000, readings=8)),
    ]
    table = derived_table(found, unit_named("psi"))
    assert [row[3].text for row in table.rows] == [
        "at 1.000 s",
        "at 2.000 s",
        "stop 3.000 s",
        "at 1.000 s; readings 8",
    ]
    assert table.note.startswith(
        "Run 1, from the same in each of its values: readings 7; fit rms 0"
    )
    assert "Run 2" not in table.note
