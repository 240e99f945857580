"""Derived values: each says when it was and how sure it is, and what matters of its inputs."""

from manostat_tools.guide.outcome import outcome_lines
from manostat_tools.report import html
from manostat_tools.report.derived import derived_table
from manostat_tools.report.units import unit_named
from manostat_tools.session.model import Quantity
from manostat_tools.session.moment import moment_of

from ..session.written import run
from .reading import table as table_of
from .reading import tell, with_run

PSI = unit_named("psi")
FIT = {
    "fit_rms_pa": 70.0, "sensor_span_half_share": 0.0125, "measured_line_nl_per_pa": 0.74,
    "fit_opening_pa": 105_007.0, "fit_bend": -0.000173739,
}  # fmt: skip


def value(name, number=1.0, unit="", **inputs):
    half = 0.1 * number
    return Quantity(
        name=name,
        value=number,
        low=number - half,
        high=number + half,
        unit=unit,
        rule="r",
        inputs=inputs,
    )


def resistance(at_us, **more):
    return value("needle_resistance", 0.6642, "Pa s/nL", at_us=at_us, **FIT, **more)


ALL = [
    ("Run 1", resistance(2_000_000)),
    ("Run 1", resistance(9_500_000)),
    ("Run 1", resistance(9_400_000, before_ms=0)),
    ("Run 1", value("disc_pressure", 200e3, "Pa", before_ms=500, at_us=8_900_000, **FIT)),
    ("Run 1", value("disc_above_opening", 347_910.0, "Pa", before_ms=0, at_us=1, **FIT)),
    (
        "Run 1",
        value(
            "plateau", 3e5, "Pa", stop_us=9_500_000, rest_s=15.0, tau_s=2.5, unseen_pa=700.0,
            drift_pa_s=-3.0,
        ),
    ),
]  # fmt: skip


def named(found=ALL, **how):
    table = derived_table(found, PSI, {"Run 1": run(marks=({"at_ms": 1, "moving": True,
                                                            "points": ()},), **how)})  # fmt: skip
    return table, [row[0].text for row in table.rows]


def test_a_value_says_at_which_stop_at_the_press_or_how_long_before_it():
    _, names = named()
    assert names[:5] == [
        "Run 1: needle resistance, at stop 1 of 2",
        "Run 1: needle resistance, at stop 2 of 2",
        "Run 1: needle resistance, at the press",
        "Run 1: disc pressure, 0.5 s before the press",
        "Run 1: disc above opening, at the press",
    ]


def test_in_a_run_without_a_press_the_last_stop_is_not_called_one():
    table = derived_table(ALL, PSI, {"Run 1": run()})
    assert table.rows[2][0].text.endswith("needle resistance, at the last stop")


def at_which(moving, **inputs):
    """How the report, the list of a session and the guide call the moment of a value of a run with
    one press, with the plunger in motion or not."""
    one = value("disc_pressure", 310e3, "Pa", before_ms=0, at_us=30_000_000, **FIT, **inputs)
    pressed = run(marks=({"at_ms": 60_000, "moving": moving, "points": ()},), derived=(one,))
    ((name, *_),) = derived_table([("Run 1", one)], PSI, {"Run 1": pressed}).rows
    said = name.text.removeprefix("Run 1: disc pressure, at ")
    assert moment_of(one, pressed) == said
    shown = next(line for line in outcome_lines(pressed) if line.startswith("derived "))
    assert shown.startswith(
        "derived disc pressure: " if said == "the press" else f"derived disc pressure at {said}: "
    )
    return said


def test_a_press_that_came_after_the_stop_does_not_make_one_of_the_values_of_the_stop():
    assert at_which(False, moment="stop") == "the last stop"
    assert at_which(False, moment="press") == "the press"


def test_where_the_press_stopped_the_plunger_its_moment_is_that_of_the_stop():
    assert at_which(True, moment="stop") == at_which(True, moment="press") == "the press"


def test_a_value_of_an_earlier_version_beside_a_press_at_rest_says_that_its_moment_is_not_known():
    assert at_which(True) == "the press"
    assert at_which(False) == "the press or the last stop, not recorded which"


def test_value_and_limits_have_as_many_decimals_and_si_stands_beside():
    table, _ = named()
    assert table.rows[0][1].text == "96.3 psi s/mL (664.2 kPa s/mL)"
    assert table.rows[0][2].text == "86.7 to 106.0 psi s/mL"


def test_disc_above_opening_says_which_opening_it_counts_from():
    table, _ = named(opening_pa=112_385)
    assert "counts from the opening of the fit, 15.23 psi" in table.rows[4][3].text
    assert "the line above opening counts from the pump's, 16.3 psi" in table.rows[4][3].text


def test_a_plateau_is_explained_and_says_how_much_of_it_was_seen():
    table, names = named()
    assert names[5] == "Run 1: plateau, at stop 1 of 1"
    assert table.rows[5][3].text == (
        "at 9.500 s of the record; rest of 15 s; time constant 2.5 s; still to fall 0.10 psi"
    )
    assert "Plateau: the pressure at which line and disc come to rest together" in table.note


def test_the_note_names_the_few_inputs_that_matter_and_where_the_rest_is():
    table, _ = named()
    assert "it leaves 0.01015 psi (rms)" in table.note
    assert "the sensor's span is taken to be right to 1.2 %" in table.note
    assert "the line was measured to take 5.102 uL/psi" in table.note
    assert "All inputs are in the HTML report, and in tables/derived" in table.note
    assert "bend" not in table.note + " ".join(cell.text for row in table.rows for cell in row)


def test_all_inputs_are_on_the_page_what_a_run_has_alike_once(session):
    table, _ = named()
    alike, *own = table.details
    assert alike.startswith("Run 1, alike for its values: fit rms 0.01 psi")
    assert "fit bend -0.000173739" in alike
    assert "Run 1, plateau: stop 9.500 s; rest 15 s" in " ".join(own)
    assert not any("bend" in line for line in own)
    spoilt = with_run(session, "L4-5", derived=tuple(one for _, one in ALL))
    page = html.render(tell(spoilt))
    assert "<summary>All inputs</summary>" in page and "fit bend -0.000173739" in page


def test_a_value_without_a_fit_says_all_that_it_comes_from():
    table = derived_table([("Line", value("line", 5.0, "uL/psi", samples=7, peak_pa=0))], PSI)
    assert table.rows[0][0].text == "Line: line"
    assert table.rows[0][3].text == "samples 7; peak 0.00 psi"


def test_a_step_is_a_number(session):
    prescribed = table_of(tell(session), "What was prescribed")
    at = prescribed.columns.index("nL per step")
    assert {row[at].text for row in prescribed.rows} == {"103.21"}
