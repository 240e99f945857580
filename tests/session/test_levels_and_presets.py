"""Requirements on levels, presets and needles: names, sources, confirmation, the rate that fits."""

import re

import pytest
from pydantic import ValidationError

from manostat.core import prescription
from manostat_sim.plant.tables import PA_PER_PSI
from manostat_tools.needle_drop import DROP_WARNING_PSI
from manostat_tools.session.levels import NAMES, Region, position, region_of
from manostat_tools.session.model import Contrast, Level, Needle, Role
from manostat_tools.session.needles import drop_of, needle_warning
from manostat_tools.session.presets import PRESETS, check_preset

from .written import C240, G22, G25

C300 = Contrast(iodine_mg_ml=300)
LONG_25 = Needle(gauge=25, length_mm=152)


def test_there_are_all_discs_from_c2_to_s1_in_their_order():
    assert len(NAMES) == 6 + 12 + 5
    assert (NAMES[0], NAMES[5], NAMES[6], NAMES[17], NAMES[18], NAMES[-1]) == (
        "C2-3", "C7-T1", "T1-2", "T12-L1", "L1-2", "L5-S1",
    )  # fmt: skip
    assert sorted(NAMES, key=position) == list(NAMES)
    for name in NAMES:
        Level(name=name, role=Role.SUSPECT, order=1, preset="lumbar")


@pytest.mark.parametrize(
    ("name", "region"),
    [
        ("C2-3", Region.CERVICAL),
        ("C7-T1", Region.CERVICAL),
        ("T1-2", Region.THORACIC),
        ("T12-L1", Region.THORACIC),
        ("L1-2", Region.LUMBAR),
        ("L5-S1", Region.LUMBAR),
    ],
)
def test_a_level_belongs_to_the_region_of_the_vertebra_above(name, region):
    assert region_of(name) is region


@pytest.mark.parametrize("name", ["", "L5-6", "C2-4", "l4-5", "T3-2"])
def test_other_names_are_refused_with_what_is_allowed(name):
    with pytest.raises(ValueError, match=r"allowed C2-3 to C7-T1, T1-2 to T12-L1, L1-2 to L5-S1"):
        position(name)


# Presets


def test_the_lumbar_preset_is_the_published_protocol():
    figures = {name: each.value for name, each in PRESETS["lumbar"].figures.items()}
    assert figures == {"rate": 0.05, "volume": 3.5, "limit above opening": 50, "line limit": 80}
    assert not PRESETS["lumbar"].needs_confirmation


def test_every_figure_names_its_source_its_unit_and_how_far_to_trust_it():
    for preset in PRESETS.values():
        for name, figure in preset.figures.items():
            assert figure.letter in "HMLCE" and len(figure.letter) == 1, (preset.name, name)
            assert figure.source and figure.unit in ("mL/s", "mL", "psi")


def test_neck_and_chest_are_more_careful_than_lumbar_in_every_figure_and_never_called_read():
    lumbar = PRESETS["lumbar"].figures
    for name in ("cervical", "thoracic"):
        for what, figure in PRESETS[name].figures.items():
            assert figure.value < lumbar[what].value
            assert figure.letter != "H"
        assert "no pressure limit is agreed on" in PRESETS[name].warning


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_accepted_by_the_pump(name):
    rate, volume, above, line = (each.value for each in PRESETS[name].figures.values())
    pressures = (round(above * PA_PER_PSI), round(line * PA_PER_PSI))
    prescription.validate(
        (1, round(rate * 1e6), round(volume * 1e6), *pressures, 0, 422_733, 4_096, 0)
    )


@pytest.mark.parametrize("confirmed_by", [None, "", "Dr Other", "dr vega"])
def test_a_preset_without_a_protocol_needs_the_operators_own_name(confirmed_by):
    with pytest.raises(ValueError, match=r"allowed the operator, Dr Vega, by name"):
        check_preset("cervical", "C4-5", confirmed_by, "Dr Vega")
    assert check_preset("cervical", "C4-5", "Dr Vega", "Dr Vega") is PRESETS["cervical"]


@pytest.mark.parametrize(
    ("preset", "level", "said"),
    [
        ("brisk", "L4-5", "preset brisk: allowed lumbar, cervical, thoracic"),
        ("lumbar", "T12-L1", "preset lumbar for level T12-L1: allowed thoracic"),
    ],
)
def test_a_preset_is_known_and_of_the_region(preset, level, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        check_preset(preset, level, "Dr Vega", "Dr Vega")


# Needles


def test_a_needle_that_eats_more_than_25_psi_is_flagged_with_the_rate_that_fits():
    warning = needle_warning(LONG_25, C300, 0.05)
    assert warning == "0.05 mL/s (a needle drop of 116 psi): 0.011 mL/s keeps the drop at 25 psi"
    assert needle_warning(G22, C240, 0.05) == ""


def test_the_warning_begins_just_above_25_psi():
    resistance = drop_of(G25, C240, 0.05).resistance
    assert needle_warning(G25, C240, DROP_WARNING_PSI / resistance) == ""
    assert needle_warning(G25, C240, DROP_WARNING_PSI / resistance * 1.01) != ""


def test_warm_contrast_is_reckoned_as_cold_as_it_may_get():
    warm = Contrast(iodine_mg_ml=240, temperature_c=37)
    assert drop_of(G22, warm, 0.05) == drop_of(G22, C240, 0.05)


def test_of_a_needle_without_a_known_resistance_nothing_is_claimed():
    needle = Needle(gauge=23, length_mm=90)
    assert drop_of(needle, C240, 0.05) is None
    assert "no resistance is known" in needle_warning(needle, C240, 0.05)


def test_a_needle_out_of_range_is_refused():
    with pytest.raises(ValidationError):
        Needle(gauge=17, length_mm=152)
