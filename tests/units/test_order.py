"""Requirements on what is ordered: checked as a whole, in a clinician's units, before any board is
asked."""

import argparse
import json
from datetime import date, timedelta

import pytest

from manostat import identity_page, unit_page
from manostat_tools.boards import BOARDS
from manostat_tools.provision import command
from manostat_tools.provision.identity import MOST_BYTES, as_stored
from manostat_tools.provision.order import read_order
from manostat_tools.refusal import RefusedError

BENCH = BOARDS / "RPI_PICO" / "bench.json"
BASE = {
    "--serial": "M-017",
    "--zero-psi": "-0.04",
    "--by": "A. Weber",
    "--calibrated": "2026-11-01",
    "--line-nl-per-psi": "5000",
    "--region": "lumbar",
    "--syringe": "bd-10",
}


def order(*flags, **other):
    parser = argparse.ArgumentParser()
    command.register(parser.add_subparsers())
    options = BASE | {"--" + name.replace("_", "-"): value for name, value in other.items()}
    words = [word for pair in options.items() if pair[1] is not None for word in pair]
    return read_order(parser.parse_args(["provision", *words, *flags]))


def refused(*flags, **other):
    with pytest.raises(RefusedError) as wrong:
        order(*flags, **other)
    return str(wrong.value)


@pytest.fixture
def unit_file(tmp_path):
    """`unit_file(section, field, value)`: bench.json with one field changed."""

    def changed(section=None, field=None, value=None):
        data = json.loads(BENCH.read_text())
        if section:
            data[section][field] = value
        file = tmp_path / "unit.json"
        file.write_text(json.dumps(data))
        return str(file)

    return changed


def test_a_preset_and_the_file_of_the_same_numbers_give_the_same_unit(unit_file):
    by_preset = order()
    by_file = order(unit=unit_file())
    assert by_preset.unit.values == by_file.unit.values
    assert by_preset.unit.values == (1, 50000, 3500000, 344738, 551581, 0, 228705, 2216, -276)
    assert by_preset.identity["zero_pa"] == by_preset.unit.values[-1]
    assert unit_page.decode(unit_page.encode(by_preset.unit.values)) == by_preset.unit.values
    assert by_file.syringe == by_preset.syringe == "bd-10"


def test_overrides_count_and_what_exceeds_the_preset_is_said():
    changed = order(limit_above_psi="60", rate_ml_s="0.02", volume_ml="2", limit_line_psi="70")
    assert changed.unit.values[1:5] == (20000, 2000000, 413685, 482633)
    (warning,) = changed.warnings
    assert warning.startswith("limit_above_opening_psi 60 psi: more than the 50 psi")


def test_a_needle_is_checked_against_the_rate():
    assert "the drop alone meets limit_above" in refused(needle="25x152x240")
    assert "one of: 22G x 152" in refused(needle="23x152x240")
    assert "such as 22x152x240" in refused(needle="22")


def test_limits_are_whole_psi_below_the_ceiling(unit_file):
    file = unit_file("prescription", "limit_line_psi", 80.5)
    assert f"{file}: prescription.limit_line_psi: 80.5 psi, allowed whole psi" in refused(unit=file)
    with pytest.raises(SystemExit):
        order(limit_line_psi="80.5")
    assert "allowed 1 to 100 psi" in refused(limit_line_psi="101")


def test_a_file_and_the_options_must_not_contradict_each_other(unit_file):
    assert "bd-10, allowed bd-5, as --syringe says" in refused(unit=unit_file(), syringe="bd-5")
    assert "without --unit" in refused(unit=unit_file(), rate_ml_s="0.01")
    file = unit_file("prescription", "zero_psi", 0.5)
    assert "zero_psi: 0.5, allowed 0, or -0.04 as --zero-psi says" in refused(unit=file)


def test_a_syringe_that_is_known_by_its_name_has_the_bore_of_the_table(unit_file):
    """Else the pump would give more, or less, than it counts: it counts steps."""
    said = refused(unit=unit_file("syringe", "inner_diameter_mm", 10.0))
    assert "syringe.inner_diameter_mm: 10 mm, allowed 14.5 mm, the bore of bd-10" in said
    other = unit_file("syringe", "maker", "Other")
    assert order(unit=other, syringe=None).syringe == "other-10"


@pytest.mark.parametrize(
    ("section", "field", "value", "said"),
    [
        ("prescription", "mode", [], "prescription.mode: [], allowed one of inject"),
        ("prescription", "mode", {}, "prescription.mode: {}, allowed one of inject"),
        ("prescription", "rate_ml_s", 10**400, "rate_ml_s: a number of 401 digits mL/s, allowed"),
        ("needle", "gauge", -(10**400), "gauge: a number of 401 digits G, allowed 18 to 30"),
    ],
    ids=["list", "object", "large", "small"],
)
def test_a_value_that_is_nothing_of_the_kind_is_refused_by_its_field(
    unit_file, section, field, value, said
):
    assert said in refused(unit=unit_file(section, field, value))


def test_a_file_that_is_nested_without_end_is_refused(tmp_path):
    file = tmp_path / "unit.json"
    file.write_text("[" * 100_000)
    assert "nested too deeply, allowed a JSON object" in refused(unit=str(file))


def test_a_needle_of_digits_without_end_is_refused():
    assert "such as 22x152x240" in refused(needle="22x" + "9" * 5000 + "x240")


def test_all_that_is_wrong_is_told_at_once():
    said = refused(serial="m 17", zero_psi="9", calibrated="1.11.2026", line_nl_per_psi="nan")
    for part in ("serial 'm 17'", "zero_psi: 9 psi, allowed -5 to 5", "cal: '1.11", "nan nL/psi"):
        assert part in said, part
    tomorrow = (date.today() + timedelta(days=2)).isoformat()
    assert "not in the future" in refused(calibrated=tomorrow)
    assert "one of bd-3, bd-5, bd-10, bd-20" in refused(syringe="bd-11")


@pytest.mark.parametrize("name", ["x" * 80, '"' * 40, "ü" * 40])
def test_the_longest_identity_has_room_in_its_page(name):
    longest = order(serial="M-123456", by=name, line_nl_per_psi="20000", zero_psi="-5")
    worst = longest.identity | {"board": "B" * 32}
    assert len(as_stored(worst)) <= MOST_BYTES
    if name.isascii():  # CPython escapes other letters, the pump does not: tests/devices has one
        assert identity_page.decode(identity_page.encode(longest.identity)) == longest.identity
    assert "identity: by: too long" in refused(by=name + "x")


def test_a_name_has_one_line():
    assert "by: 'A\\nB', allowed something to read, in one line" in refused(by="A\nB")
    assert "by: ' '" in refused(by=" ")


def test_an_unusual_line_is_a_warning():
    assert "usual are 2000 to 10000 nL/psi" in order(line_nl_per_psi="500").warnings[0]


def test_everything_that_is_wrong_is_told_at_once(tmp_path):
    said = refused(
        syringe="bd-11", serial="a b", zero_psi="50", calibrated="2099-11-01", needle="thick",
        line_nl_per_psi="5", rate_ml_s="7", key=str(tmp_path / "no.key"),
    )  # fmt: skip
    for field in (
        *("--syringe: bd-11", "serial", "zero_psi", "cal: ", "--needle: thick", "line_nl_per_psi"),
        *("rate_ml_s", "no.key: No such file"),
    ):
        assert field in said, (field, said)
