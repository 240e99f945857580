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
