"""The numbers behind the names: frames, records and hosts of other versions hold the numbers."""

from manostat.core import codes
from manostat.core.inputs import Inputs

STATES = "IDLE READY SEEKING SETTLING INJECTING HOLDING STOPPED"
REASONS = (
    "NO_REASON PAIN PRESSURE_ABOVE PRESSURE_LINE VOLUME OPENING_HIGH STOP RELEASE FAULT LEAK "
    "RELIEVED"
)
FAULTS = (
    "NO_FAULT SENSOR_STATUS SENSOR_SILENT SENSOR_RANGE SENSORS_DISAGREE CEILING STEPS_EXTRA "
    "STEPS_MISSING WIRING CONTACTS LATE END_EMPTY SENSOR_STUCK OCCLUSION DETACHED RISE TOO_FAST "
    "TOO_MUCH END_FULL"
)
OPENINGS = (
    "OPENING_NONE OPENING_READ OPENING_SET OPENING_REFUSED OPENING_UNSETTLED OPENING_NO_KNEE "
    "OPENING_LOST"
)
MODES = "INJECT STEP PRIME COMPLY SHAM RELIEVE"
BITS = "STOP_OK PAIN_OK PERMIT PAIN_NO END_FULL END_EMPTY LATCHED INTENT"


def counted(names: str, first: int = 0) -> list[tuple[str, int]]:
    return [(name, number) for number, name in enumerate(names.split(), first)]


def valued(names: str) -> list[tuple[str, int]]:
    return [(name, getattr(codes, name)) for name in names.split()]


def test_states_reasons_faults_openings_and_modes_are_counted_in_their_order():
    for names in (STATES, REASONS, FAULTS, OPENINGS):
        assert valued(names) == counted(names)
    assert valued(MODES) == counted(MODES, first=1)


def test_every_fault_has_a_code_below_the_number_of_them():
    assert len(FAULTS.split()) == codes.FAULT_CODES


def test_held_and_locked_are_alarms_and_no_faults():
    assert (codes.HELD, codes.LOCKED) == (64, 65)


def test_the_switches_are_bits_in_the_order_of_docs_design():
    for place, name in enumerate(BITS.split()):
        assert getattr(codes, f"BIT_{name}") == 1 << place


def test_run_held_is_all_three_taps_and_run_open_the_first_two():
    assert codes.CHAIN == codes.BIT_STOP_OK | codes.BIT_PAIN_OK | codes.BIT_PERMIT
    assert codes.CHAIN_RUN_OPEN == codes.BIT_STOP_OK | codes.BIT_PAIN_OK


def test_a_record_of_inputs_begins_with_a_sound_tick_at_no_pressure_and_every_switch_low():
    assert vars(Inputs()) == {
        "elapsed_us": 2000,
        "line_raw": 1638,
        "line_status": 0,
        "second_raw": 6554,
        "switches": 0,
        "made": 0,
        "refused": 0,
    }
