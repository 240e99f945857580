"""What can be tested at rest before the pump may be armed; any failure leaves it inert."""

from time import sleep_ms

from micropython import const

from manostat.core.prescription import validate

PASSED = const(0)
LINE_SENSOR = const(1)
SECOND_SENSOR = const(2)
SENSORS_DISAGREE = const(3)
UNIT_INVALID = const(4)

_TRIES = const(50)  # of 2 ms: the line sensor needs 3 ms after power (HSC datasheet)
_RAW_LEAST = const(1310)
_RAW_MOST = const(14746)
_APART_COUNTS = const(437)  # 5 psi of the line sensor's counts


def self_test(unit, line, second, switches):
    """Verdict code and the unit to use, or None where there is none or the test failed.

    Bounded: at most 100 ms for the sensor to answer.
    """
    verdict = _sensors(line, second)
    if unit is not None:
        try:
            validate(unit)
        except ValueError:
            verdict = verdict or UNIT_INVALID
    switches.read()
    return verdict, None if verdict else unit


def _sensors(line, second):
    for _ in range(_TRIES):
        line.read()
        if line.status == 0:
            break
        sleep_ms(2)
    else:
        return LINE_SENSOR
    if not _RAW_LEAST <= line.raw <= _RAW_MOST:
        return LINE_SENSOR
    second_counts = (second.read() - 6554) // 4
    if not -_APART_COUNTS <= second_counts <= 13108 + _APART_COUNTS:
        return SECOND_SENSOR
    if abs(second_counts - (line.raw - 1638)) > _APART_COUNTS:
        return SENSORS_DISAGREE
    return PASSED
