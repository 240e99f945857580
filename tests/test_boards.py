"""A board folder is refused before anything moves: file, field, value and allowed range."""

from contextlib import suppress
from fractions import Fraction
from math import pi

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manostat.core.prescription import validate
from manostat_tools import frozen
from manostat_tools.boards import BOARDS, RefusedError, load_board
from manostat_tools.pins import SIGNALS, SWITCHES, i2c_block
from manostat_tools.unit import step_ratio

CEILING_PA = 689_476


def assert_refused(folder, file: str, field: str, value: str, allowed: str) -> None:
    """One line of the refusal names all four, in this order."""
    with pytest.raises(RefusedError) as refused:
        load_board(folder.path)
    wanted = f"{folder.path / file}: {field}: "
    lines = [line for line in refused.value.problems if line.startswith(wanted)]
    assert lines, refused.value.problems
    assert any(value in line.split(", allowed ")[0] for line in lines), lines
    assert any(allowed in line.split(", allowed ", 1)[1] for line in lines), lines


def counts_what_is_taken(figure, folder) -> None:
    """Record whether the folder, which is wrong, is taken all the same (C-01)."""
    try:
        load_board(folder.path)
    except RefusedError:
        taken = 0
    else:
        taken = 1
    figure("C-01", taken, 0, "settings", "=", of="invalid settings that are taken")


def test_the_board_in_the_repository_is_good():
    board = load_board(BOARDS / "RPI_PICO")
    assert set(board.pins) == set(SIGNALS)
    assert board.warnings == []


# Pins


@pytest.mark.parametrize("signal", SIGNALS)
def test_missing_signal_is_refused(board_folder, signal):
    board_folder.pins(**{signal: None})
    assert_refused(board_folder, "pins.csv", signal, "missing", "exactly one line")


def test_unknown_signal_is_refused(board_folder):
    board_folder.pins(STPE="GP22")
    assert_refused(board_folder, "pins.csv", "STPE", "unknown signal", "STEP, DIR")


def test_pin_used_twice_is_refused(board_folder):
    board_folder.pins(DIR="GP2")
    assert_refused(board_folder, "pins.csv", "DIR", "GP2, already STEP", "one signal a pin")


def test_signal_given_twice_is_refused(board_folder):
    file = board_folder.path / "pins.csv"
    file.write_text(file.read_text() + "STEP,GP22\n")
    assert_refused(board_folder, "pins.csv", "STEP", "GP22, given twice", "one pin a signal")


@pytest.mark.parametrize("pin", ["GP30", "GP99", "GPIO2", "2", "LED", ""])
def test_pin_that_the_chip_does_not_have_is_refused(board_folder, pin):
    board_folder.pins(STEP=pin)
    assert_refused(board_folder, "pins.csv", "STEP", pin, "GP0 to GP29")


def test_pin_that_the_board_does_not_bring_out_is_refused(board_folder):
    board_folder.pins(LAMP_LOW="GP23")
    assert_refused(board_folder, "pins.csv", "LAMP_LOW", "GP23", "brings out")


def test_line_with_three_columns_is_refused(board_folder):
    file = board_folder.path / "pins.csv"
    file.write_text(file.read_text() + "STEP,GP2,out\n")
    assert_refused(board_folder, "pins.csv", "line", "STEP,GP2,out", "two columns")


def test_pressure2_on_a_pin_without_adc_is_refused(board_folder):
    board_folder.pins(PRESSURE2="GP22")
    assert_refused(board_folder, "pins.csv", "PRESSURE2", "GP22", "GP26 to GP29")


def test_sda_on_an_odd_pin_is_refused(board_folder):
    board_folder.pins(SDA="GP15")
    assert_refused(board_folder, "pins.csv", "SDA", "GP15", "an even pin")


def test_scl_on_an_even_pin_is_refused(board_folder):
    board_folder.pins(SCL="GP14")
    assert_refused(board_folder, "pins.csv", "SCL", "GP14", "an odd pin")


def test_sda_and_scl_of_different_i2c_blocks_are_refused(board_folder):
    board_folder.pins(SCL="GP15")
    assert_refused(board_folder, "pins.csv", "SCL", "GP15 of I2C1", "I2C0 like SDA on GP12: GP1,")


def test_switches_that_one_read_cannot_take_in_order_are_refused(board_folder):
    board_folder.pins(PERMIT="GP9", PAIN_NO="GP8")
    assert_refused(board_folder, "pins.csv", "PERMIT", "GP9", "GP8: STOP_OK PAIN_OK PERMIT")


def test_i2c_blocks_are_those_of_the_rp2040_function_table():
    # RP2040 datasheet, table of GPIO functions, row F3
    assert [i2c_block(gpio) for gpio in (0, 1, 2, 3, 4, 5, 12, 13, 26, 27)] == [
        0, 0, 1, 1, 0, 0, 0, 0, 1, 1,
    ]  # fmt: skip


@pytest.mark.req("C-01")
def test_everything_wrong_is_told_at_once(board_folder):
    board_folder.pins(STEP=None, PRESSURE2="GP22")
    board_folder.edit("pump.json", lambda pump: pump.update(lead_mm=50))
    with pytest.raises(RefusedError) as refused:
        load_board(board_folder.path)
    assert len(refused.value.problems) == 3


# Numbers


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("steps_per_rev", 0, "20 to 400"),
        ("microsteps", 3, "1, 2, 4, 8, 16"),
        ("lead_mm", 0, "0.5 to 10 mm"),
        ("max_steps_per_s", 1501, "1 to 1500 steps/s"),
        ("step_pulse_us", 1, "2 to 16 us"),
        ("i2c_hz", 1000000, "100000 to 400000 Hz"),
        ("i2c_timeout_us", 50000, "100 to 1000 us"),
        ("sensor_address", "0x78", "0x08 to 0x77"),
        ("sensor_address", "HSC", "0x08 to 0x77"),
        ("sensor_range_psi", 100, "150 to 150 psi"),
        ("second_sensor_low_percent", 5, "10 to 10 %"),
        ("trace_bytes", 99999, "an even number"),
        ("unit_flash_offset_bytes", 100, "a multiple of 4096"),
        ("journal_flash_bytes", 1 << 21, "at most"),
        ("journal_flash_offset_bytes", 8192.5, "a whole number"),
        ("step_pulse_us", "5", "a number, 2 to 16 us"),
        ("step_pulse_us", True, "a number, 2 to 16 us"),
    ],
)
@pytest.mark.req("C-01")
def test_number_out_of_range_is_refused(board_folder, field, value, allowed, figure):
    board_folder.edit("pump.json", lambda pump: pump.update({field: value}))
    counts_what_is_taken(figure, board_folder)
    assert_refused(board_folder, "pump.json", field, str(value).removesuffix(".0"), allowed)


def test_missing_number_is_refused(board_folder):
    board_folder.edit("pump.json", lambda pump: pump.pop("i2c_hz"))
    assert_refused(board_folder, "pump.json", "i2c_hz", "missing", "100000 to 400000 Hz")


def test_misspelt_field_is_refused(board_folder):
    board_folder.edit("pump.json", lambda pump: pump.update(led_mm=2))
    assert_refused(board_folder, "pump.json", "led_mm", "unknown field", "lead_mm")


def test_journal_over_the_unit_page_is_refused(board_folder):
    board_folder.edit("pump.json", lambda pump: pump.update(unit_flash_offset_bytes=8192))
    assert_refused(board_folder, "pump.json", "journal_flash_offset_bytes", "8192", "8192 to 16383")


def test_broken_json_is_refused_with_its_line(board_folder):
    (board_folder.path / "pump.json").write_text('{\n"lead_mm": 2,\n}')
    assert_refused(board_folder, "pump.json", "line 3", "", "a JSON object")


def test_chip_without_a_port_is_refused(board_folder):
    board_folder.edit("board.json", lambda about: about.update(mcu="esp32"))
    assert_refused(board_folder, "board.json", "mcu", "esp32", "rp2040")


def test_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(RefusedError, match="missing, allowed a board folder such as RPI_PICO"):
        load_board(tmp_path / "PICO")


# The unit: syringe, needle, prescription


@pytest.mark.parametrize(
    ("section", "change", "field", "value", "allowed"),
    [
        ("syringe", {"inner_diameter_mm": 2}, "syringe.inner_diameter_mm", "2 mm", "4 to 30 mm"),
        ("syringe", {"inner_diameter_mm": 30}, "syringe.inner_diameter_mm", "10 mL", "9.9 to 22.6"),
        ("syringe", {"nominal_ml": 60}, "syringe.nominal_ml", "60 mL", "1 to 20 mL"),
        ("syringe", {"maker": ""}, "syringe.maker", "", "a name"),
        ("needle", {"gauge": 21}, "needle", "21G x 152 mm with 240", "22G x 152 mm with 240"),
        ("needle", {"contrast": "thick"}, "needle.contrast", "thick", "140 to 400"),
        ("prescription", {"mode": "jet"}, "prescription.mode", "jet", "inject, step, prime"),
        ("prescription", {"volume_ml": 12}, "prescription.volume_ml", "12 mL", "0.001 to 10 mL"),
        ("prescription", {"rate_ml_s": 0}, "prescription.rate_ml_s", "0 mL/s", "0.001 to 0.2"),
    ],
)
@pytest.mark.req("C-01")
def test_impossible_unit_is_refused(board_folder, section, change, field, value, allowed, figure):
    board_folder.edit("bench.json", lambda bench: bench[section].update(change))
    counts_what_is_taken(figure, board_folder)
    assert_refused(board_folder, "bench.json", field, value, allowed)


@pytest.mark.parametrize("field", ["limit_above_opening_psi", "limit_line_psi"])
@pytest.mark.req("P-02", "C-01")
def test_limit_over_the_ceiling_is_refused(board_folder, field, figure):
    board_folder.edit("bench.json", lambda bench: bench["prescription"].update({field: 101}))
    counts_what_is_taken(figure, board_folder)
    assert_refused(board_folder, "bench.json", f"prescription.{field}", "101 psi", "1 to 100 psi")


def test_limit_at_the_ceiling_is_taken(board_folder):
    board_folder.edit("bench.json", lambda bench: bench["prescription"].update(limit_line_psi=100))
    assert load_board(board_folder.path).bench.values[4] == CEILING_PA


@pytest.mark.parametrize("field", [3, 4], ids=["above-opening", "line"])
@pytest.mark.req("P-02")
def test_the_highest_limit_that_the_firmware_takes_is_the_ceiling(field, figure):
    """Of all from far below it to far above it, to the pascal."""
    unit = list(load_board(BOARDS / "RPI_PICO").bench.values)
    taken = []
    for limit_pa in range(CEILING_PA - 500, CEILING_PA + 500):
        unit[field] = limit_pa
        with suppress(ValueError):
            validate(unit)
            taken.append(limit_pa)
    of = "each limit of a prescription, the highest that is taken"
    figure("P-02", max(taken), CEILING_PA, "Pa", of=of)
    assert max(taken) == CEILING_PA


def test_rate_that_the_motor_cannot_do_is_refused(board_folder):
    board_folder.edit("bench.json", lambda bench: bench["prescription"].update(rate_ml_s=0.16))
    # 1500 steps/s of 103.2 nL
    assert_refused(
        board_folder, "bench.json", "prescription.rate_ml_s", "0.16 mL/s", "at most 0.1548 mL/s"
    )


def test_rate_whose_needle_drop_alone_meets_a_limit_is_refused(board_folder):
    needle = {"gauge": 25, "length_mm": 152, "contrast": 300}
    board_folder.edit("bench.json", lambda bench: bench["needle"].update(needle))
    # 2319 psi/(mL/s) at 20 C: 116 psi at 0.05 mL/s
    assert_refused(
        board_folder,
        "bench.json",
        "prescription.rate_ml_s",
        "0.05 mL/s (a needle drop of 116 psi)",
        "below 0.022 mL/s, or the drop alone meets limit_above_opening_psi of 50 psi; 0.011 mL/s",
    )


def test_needle_drop_over_25_psi_is_flagged_with_the_rate_that_fits(board_folder):
    needle = {"gauge": 25, "length_mm": 89, "contrast": 240}
    board_folder.edit("bench.json", lambda bench: bench["needle"].update(needle))
    (warning,) = load_board(board_folder.path).warnings
    assert "a needle drop of 33 psi" in warning
    assert "0.037 mL/s keeps the drop at 25 psi" in warning


@pytest.mark.req("P-01")
def test_the_ceiling_is_no_field_of_a_board(board_folder):
    board_folder.edit("pump.json", lambda pump: pump.update(ceiling_psi=120))
    assert_refused(board_folder, "pump.json", "ceiling_psi", "unknown field", "lead_mm")


# What is made of a good folder


def test_a_step_is_the_syringe_area_times_the_lead_to_a_millionth():
    board = load_board(BOARDS / "RPI_PICO")
    exact_nl = pi / 4 * 14.50**2 * 2.0 / 3200 * 1000
    assert abs(float(Fraction(*step_ratio(14.50, board.pump))) / exact_nl - 1) < 1e-6


@given(st.floats(4, 30))
def test_step_ratio_fits_what_the_core_takes_for_every_syringe(diameter_mm):
    board = load_board(BOARDS / "RPI_PICO")
    numerator, denominator = step_ratio(diameter_mm, board.pump)
    exact_nl = pi / 4 * diameter_mm**2 * 2.0 / 3200 * 1000
    assert 1 <= denominator <= 4096
    assert abs(numerator / denominator - exact_nl) < 1 / 4096
    assert numerator * 500 <= 2**30 - 1


def test_bench_unit_is_the_prescription_of_the_design():
    board = load_board(BOARDS / "RPI_PICO")
    mode, rate_nl_s, volume_nl, above_pa, line_pa, step_nl, *_ratio, zero_pa = board.bench.values
    assert (mode, rate_nl_s, volume_nl, step_nl, zero_pa) == (1, 50_000, 3_500_000, 0, 0)
    assert (above_pa, line_pa) == (344_738, 551_581)  # 50 and 80 psi
    validate(board.bench.values)


def test_generated_board_module_holds_only_whole_numbers():
    board = load_board(BOARDS / "RPI_PICO")
    names: dict[str, object] = {}
    exec(frozen.board_module(board), names)
    constants = {name: value for name, value in names.items() if name.isupper()}
    assert all(type(value) is int for value in constants.values())
    assert constants["PIN_STEP"] == 2
    assert constants["I2C_ID"] == 0
    assert constants["SENSOR_ADDRESS"] == 0x28
    assert constants["SWITCH_SHIFT"] == constants["PIN_STOP_OK"]
    for bit, signal in enumerate(SWITCHES):
        assert constants[f"PIN_{signal}"] - constants["SWITCH_SHIFT"] == bit


def test_image_without_a_unit_says_so():
    names: dict[str, object] = {}
    exec(frozen.unit_module(None, False, "ab"), names)
    assert (names["BENCH"], names["UNIT"], names["IMAGE_HASH"]) == (0, None, "ab")


def test_image_hash_tells_files_apart_that_share_their_bytes():
    one = frozen.source_hash({"a.py": b"xy", "b.py": b""})
    other = frozen.source_hash({"a.py": b"x", "b.py": b"y"})
    assert one != other
