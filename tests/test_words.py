"""Requirements on how quantities and names are said, to every reader alike."""

import pytest

from manostat_tools import words


@pytest.mark.parametrize(
    ("unit", "said"),
    [
        ("4d2d303137000000", "M-017"),
        ("4142434445464748", "ABCDEFGH"),
        ("0" * 16, "0" * 16),
        ("804ad82c30c22b63", "804ad82c30c22b63"),
        ("none", "none"),
    ],
)
def test_a_pump_is_called_by_its_number_and_without_one_as_the_store_does(unit, said):
    assert words.serial(unit) == said


def test_a_number_that_is_said_finds_the_pump():
    assert words.unit_hex("M-017") == "4d2d303137000000"
    assert words.unit_hex("4d2d303137000000") == "4d2d303137000000"
    assert words.unit_hex("no such") == "no such"


@pytest.mark.parametrize(
    "values", [(99.82, 88.0, 111.1), (65.49, 65.4, 65.6), (1.29, 1.28, 1.294), (0.0, 0.0, 0.0)]
)
def test_a_value_and_the_limits_of_its_interval_have_as_many_decimals(values):
    shown = words.figures(*values)
    assert len({len(text.partition(".")[2]) for text in shown}) == 1
    for text, value in zip(shown, values, strict=True):
        assert float(text) == pytest.approx(value, rel=1e-3)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ((0.6642, 0.552, 0.776, "Pa s/nL"),
         "96.3 psi s/mL (664.2 kPa s/mL), 95 %: 80.1 to 112.5 psi s/mL"),
        ((0.2103, 0.2, 0.22, "Pa/nL"), "30.50 psi/mL (210.3 kPa/mL), 95 %: 29.01 to 31.91 psi/mL"),
        ((347_000, 346_000, 348_000, "Pa"), "50.33 psi (347.0 kPa), 95 %: 50.18 to 50.47 psi"),
        ((1_290_000, 1_286_000, 1_294_000, "nL"), "1.290 mL, 95 %: 1.286 to 1.294 mL"),
        ((14.2, 14.0, 14.4, "mJ"), "14.20 mJ, 95 %: 14.00 to 14.40 mJ"),
        ((5.1, None, None, "uL/psi"), "5.100 uL/psi (0.7397 uL/kPa), no interval"),
    ],
)  # fmt: skip
def test_a_derived_value_is_said_in_psi_and_ml_with_si_beside_and_its_interval(value, said):
    assert words.derived(*value) == said
