"""Requirements on corrections: the last one counts, all are told, and what stood before stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manostat_sim.plant.tables import PA_PER_PSI
from manostat_tools.session.corrections import FoldError
from manostat_tools.session.fold import admit, fold
from manostat_tools.session.model import PainMark, Plateau, Quantity
from manostat_tools.session.pieces import goes_on, let_go
from manostat_tools.session.runs import NO_OUTCOME

from .written import (
    G22,
    SAME_EACH_RUN,
    START,
    at,
    closed,
    corrected,
    fitted,
    noted,
    opened,
    planned,
    ran,
    responded,
    run,
    whole,
)

RESPONSE = 10  # number of the suspect's response in `whole()`
RUN = 9


@pytest.mark.req("L-05")
def test_a_correction_counts_and_says_what_it_was_what_it_is_who_and_why():
    session = fold("a", [*whole(), corrected(RESPONSE, responded(2, 6), wrong="misheard")])
    assert session.levels[1].response.intensity == 6
    assert session.corrections == (
        "entry 10 (response, L4-5): misheard. response intensity: 7, now 6. "
        "By N. Okafor: read again (host 2026-11-28 09:21:00 UTC)",
    )


@pytest.mark.req("L-05")
def test_what_was_corrected_is_not_touched():
    entries = whole()
    before = [entry.model_dump_json() for entry in entries]
    fold("a", [*entries, corrected(RESPONSE, responded(2, 6))])
    assert [entry.model_dump_json() for entry in entries] == before


def test_an_entry_can_be_struck_out_and_what_it_said_is_told():
    session = fold("a", [*whole(), corrected(RESPONSE, None)])
    assert session.levels[1].response is None
    assert "struck out: level L4-5, response concordance concordant" in session.corrections[0]


def test_a_correction_names_the_level_as_it_is_called_in_the_end_and_tells_two_of_one_name_apart():
    entries = [*whole(), corrected(RESPONSE, responded(2, 6)), corrected(4, planned(2, "L5-S1"))]
    response, name = fold("a", entries).corrections
    assert response.startswith("entry 10 (response, L5-S1): ")
    assert name.startswith("entry 4 (level, L5-S1): wrong key. name: L4-5, now L5-S1.")
    twice = [opened(), planned(1, "L4-5"), planned(2, "L4-5"), ran(2), corrected(4, ran(1))]
    (moved,) = fold("a", twice).corrections
    assert "entry 4 (run, L4-5 (no. 2))" in moved
    assert "level: L4-5 (no. 2), now L4-5 (no. 1)." in moved


def test_a_correction_does_not_move_the_time_at_which_something_was_written():
    entries = [opened(0), noted("calm"), closed(20)]
    later = [corrected(1, opened(55, patient_code="P-18")), corrected(3, None)]
    session = fold("a", [*entries, *later, corrected(3, closed(59))])
    assert (session.patient_code, session.opened_at) == ("P-18", at(0))
    assert session.closed_at == at(20)


def test_what_was_struck_out_can_be_put_back():
    put_back = [corrected(RESPONSE, None), corrected(RESPONSE, responded(2, 5))]
    session = fold("a", [*whole(), *put_back])
    assert session.levels[1].response.intensity == 5
    assert "response intensity: not recorded, now 5" in session.corrections[1]


@SAME_EACH_RUN
@given(st.lists(st.tuples(st.sampled_from((7, RESPONSE)), st.integers(0, 10)), max_size=6))
def test_the_last_correction_of_each_entry_counts_and_all_are_told_in_order(corrections):
    levels = {7: 1, RESPONSE: 2}
    entries = [corrected(of, responded(levels[of], said)) for of, said in corrections]
    session = fold("a", [*whole(), *entries])
    last = {7: 0, RESPONSE: 7} | dict(corrections)
    assert [level.response.intensity for level in session.levels] == [last[7], last[RESPONSE]]
    assert [told.split(" (")[0] for told in session.corrections] == [
        f"entry {of}" for of, _ in corrections
    ]


def test_the_name_of_a_level_can_be_corrected_with_everything_that_it_has():
    session = fold("a", [*whole(), corrected(4, planned(2, "L5-S1"))])
    level = session.levels[1]
    assert (level.name, level.response.intensity, len(level.runs)) == ("L5-S1", 7, 1)


def test_a_run_can_be_given_to_another_level_and_not_be_rewritten():
    entries = whole()
    moved = entries[RUN - 1].model_copy(update={"level": 1})
    session = fold("a", [*entries, corrected(RUN, moved)])
    assert [len(level.runs) for level in session.levels] == [2, 0]
    with pytest.raises(FoldError, match="what the pump recorded stands"):
        fold("a", [*entries, corrected(RUN, ran(2, 11, peak_pa=1))])


@pytest.mark.req("L-05")
def test_striking_a_run_out_does_not_free_it_to_be_rewritten():
    entries = [*whole(), corrected(RUN, None)]
    with pytest.raises(FoldError, match="what the pump recorded stands"):
        fold("a", [*entries, corrected(RUN, ran(2, 11, peak_pa=1))])
    with pytest.raises(FoldError, match="by note: allowed run, the same kind"):
        fold("a", [*entries, corrected(RUN, noted("calm"))])
    assert len(fold("a", [*entries, corrected(RUN, ran(2, 11))]).levels[1].runs) == 1


def test_a_run_of_which_the_pump_has_told_more_goes_on_and_one_that_lost_something_does_not():
    mark = PainMark(at_ms=9_400, moving=False, points=())
    plateau = Plateau(volume_nl=1, pressure_pa=None)
    more = run(marks=(mark,), plateaus=(plateau,), trace="ab" * 32)
    assert goes_on(run(), more) and goes_on(more, more)
    assert not goes_on(more, run())
    assert not goes_on(more, run(marks=(mark,), plateaus=(plateau,), trace="cd" * 32))
    assert not goes_on(run(), run(volume_nl=1))


def derived(value, **inputs):
    return Quantity(
        name="disc_above_opening",
        value=value * PA_PER_PSI,
        low=(value - 1) * PA_PER_PSI,
        high=(value + 1) * PA_PER_PSI,
        unit="Pa",
        rule="r",
        inputs={"before_ms": 0} | inputs,
    )


def changed(before, after):
    """What a correction of a run says that leaves it with other late parts."""
    entries = [opened(), planned(1, "L4-5"), ran(1, 5, **before)]
    return fold("a", [*entries, corrected(3, ran(1, 5, **after))]).corrections[0]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            {"derived": (derived(45),)},
            {"derived": (derived(5),)},
            "derived disc above opening: 45.00 psi (310.3 kPa), 95 %: 44.00 to 46.00 psi, "
            "now 5.000 psi (34.47 kPa), 95 %: 4.000 to 6.000 psi",
        ),
        (
            {"derived": (derived(45),)},
            {},
            "derived disc above opening: 45.00 psi (310.3 kPa), 95 %: 44.00 to 46.00 psi, "
            "now not recorded",
        ),
        (
            {"derived": (derived(45), derived(5, before_ms=500))},
            {"derived": (derived(45), derived(6, before_ms=500))},
            "derived disc above opening 500 ms before: 5.000 psi (34.47 kPa), "
            "95 %: 4.000 to 6.000 psi, now 6.000 psi",
        ),
        (
            {"derived": (derived(45, moment="stop"),)},
            {"derived": (derived(45, moment="press"),)},
            "derived disc above opening: other inputs",
        ),
        ({}, {"not_derived": ("disc volume: why",)}, "not derived: not recorded, now disc volume"),
        ({}, {"plateaus": (Plateau(volume_nl=1, pressure_pa=None),)}, "plateaus: 0, now 1"),
        ({}, {"began_at": START}, "began_at: not recorded, now 2026-11-28T09:00:00+00:00"),
    ],
)
def test_whatever_a_correction_of_a_run_may_change_is_told(before, after, said):
    assert f"wrong key. {said}" in changed(before, after)


def test_a_correction_of_a_run_that_changes_nothing_says_so():
    same = {"derived": (derived(45),)}
    assert "wrong key. nothing changed. By" in changed(same, same)


def test_the_outcome_of_an_uncertain_run_takes_its_place_and_no_other_runs_does():
    lost = {"uncertain": True, "reason": NO_OUTCOME, "duration_ms": None, "peak_pa": None}
    intent = run(4, **lost)
    assert goes_on(intent, run(5)) and not goes_on(run(5), intent)
    assert not goes_on(intent, run(3)) and not goes_on(intent, run(4))
    assert not goes_on(run(4), run(5))
    for change in ({"boot": 2}, {"serial": "2" * 16}, {"level": 7}):
        source = run(5).source.model_copy(update=change)
        known = intent.source.model_copy(update={"level": 1})
        assert not goes_on(intent.model_copy(update={"source": known}), run(5, source=source))
    other = run(5).prescription.model_copy(update={"rate_nl_s": 1})
    assert not goes_on(intent, run(5, prescription=other))
    session = fold("a", [opened(), planned(1, "L4-5"), ran(1, 4, **lost), corrected(3, ran(1, 5))])
    assert [run.uncertain for run in session.levels[0].runs] == [False]
    assert "ended: no outcome was recorded" in session.corrections[0]


def test_what_came_between_is_more_and_what_an_earlier_run_had_told_is_let_go():
    early, mid, late = (PainMark(at_ms=ms, moving=True, points=()) for ms in (100, 200, 300))
    assert goes_on(run(marks=(early, late)), run(marks=(early, mid, late)))
    assert goes_on(run(marks=(early, mid)), run(marks=(mid, late)))
    assert let_go(run(marks=(early, mid)), run(marks=(mid, late))) == {early}
    assert not goes_on(run(marks=(early, mid)), run(marks=(early,)))
    assert not goes_on(run(marks=(mid, early)), run(marks=(early, mid)))


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (corrected(99, None), "entry 16 corrects entry 99: allowed an entry before it"),
        (corrected(16, None), "entry 16 corrects entry 16: allowed an entry before it"),
        (corrected(1, None), "entry 16 corrects entry 1, opened: it cannot be struck out"),
        (corrected(RESPONSE, noted("calm")), "by note: allowed response, the same kind"),
        (corrected(4, None), r"entry 9 \(run\): level 2 is not planned"),
    ],
)
def test_a_correction_that_cannot_be_is_refused(entry, said):
    with pytest.raises(FoldError, match=said):
        fold("a", [*whole(), entry])


def test_a_correction_is_itself_corrected_by_another_of_the_same_entry_only():
    entries = [*whole(), corrected(RESPONSE, None)]
    with pytest.raises(FoldError, match="entry 17 corrects entry 16: allowed an entry before it"):
        fold("a", [*entries, corrected(16, None)])
    with pytest.raises(FoldError, match="struck out already"):
        fold("a", [*entries, corrected(RESPONSE, None)])


def test_closing_too_soon_can_be_struck_out():
    entries = [opened(), closed(), corrected(2, None), fitted(needle=G22)]
    assert fold("a", entries).closed_at is None


def test_a_level_that_is_corrected_to_a_region_needs_its_preset_too():
    with pytest.raises(FoldError, match="preset lumbar for level C4-5: allowed cervical"):
        admit("a", whole(), corrected(4, planned(2, "C4-5")))
