"""What is to be injected, and the checks that no wrong prescription passes."""

from micropython import const

from manostat.core.codes import INJECT, PRIME, RELIEVE, SHAM, STEP
from manostat.core.scale import CEILING_PA
from manostat.core.syringe import MAX_STEPS

_WORD = const(1073741823)  # 2^30 - 1
_TICKS_PER_S = const(500)
_STEPS_PER_TICK = const(3)
_RELIEF_NL = const(500000)  # P-07
_STEP_NL = const(4095)  # no lead screw is so coarse; MAX_STEPS of them fit 30 bits

# Field, least, most. Volumes to 20 mL (the largest syringe listed), rates to 0.2 mL/s,
# pressures from 1 psi; the line limit never above the frozen ceiling of 100 psi.
RANGES = (
    ("mode", INJECT, RELIEVE),
    ("rate_nl_s", 1000, 200000),
    ("volume_nl", 1000, 20000000),
    ("limit_above_pa", 6895, CEILING_PA),
    ("limit_line_pa", 6895, CEILING_PA),
    ("step_volume_nl", 0, 1000000),
    ("nl_num", 1, _WORD // _TICKS_PER_S),
    ("nl_den", 1, 4096),
    ("zero_pa", -34474, 34474),
)


class Prescription:
    """A confirmed prescription in nanolitres, nanolitres a second and gauge pascals.

    `mode` is INJECT, STEP (one press of RUN is `step_volume_nl`), PRIME (into air), COMPLY
    (against a closed stopcock), SHAM (everything but the grants) or RELIEVE (draws back), or 0
    for a unit that has none and refuses to move. All but the first two are single-shot.
    """

    def __init__(
        self,
        mode: int,
        rate_nl_s: int,
        volume_nl: int,
        limit_above_pa: int,
        limit_line_pa: int,
        step_volume_nl: int,
    ):
        self.mode = mode
        self.rate_nl_s = rate_nl_s
        self.volume_nl = volume_nl
        self.limit_above_pa = limit_above_pa
        self.limit_line_pa = limit_line_pa
        self.step_volume_nl = step_volume_nl
        self.by_steps = 1 if mode == STEP else 0
        self.into_disc = 1 if mode in (INJECT, STEP) else 0
        self.sham = 1 if mode == SHAM else 0
        self.back = 1 if mode == RELIEVE else 0
        self.single_shot = 1 if mode >= PRIME else 0


def validate(unit):
    """Check the nine integers of a unit page as a whole, before any of them is used.

    Raises ValueError naming the field, the value and the allowed range (C-01).
    """
    if len(unit) != len(RANGES):
        raise ValueError("unit: %d values, allowed exactly %d" % (len(unit), len(RANGES)))
    for i in range(len(RANGES)):
        name, least, most = RANGES[i]
        _within(name, unit[i], least, most)
    mode, rate_nl_s, volume_nl = unit[0], unit[1], unit[2]
    step_volume_nl, nl_num, nl_den = unit[5], unit[6], unit[7]
    _within("nl_num // nl_den", nl_num // nl_den, 1, _STEP_NL)
    if mode == STEP:
        _within("step_volume_nl", step_volume_nl, nl_num // nl_den + 1, volume_nl)
    most_nl = _RELIEF_NL if mode == RELIEVE else MAX_STEPS * (nl_num // nl_den)
    _within("volume_nl", volume_nl, nl_num // nl_den + 1, most_nl)
    motor_nl_s = _TICKS_PER_S * nl_num // nl_den * _STEPS_PER_TICK
    _within("rate_nl_s", rate_nl_s, 1000, motor_nl_s)
    _within("rate_nl_s * nl_den", rate_nl_s * nl_den, 1, _WORD - nl_num * _TICKS_PER_S)


def _within(name, value, least, most):
    if not least <= value <= most:
        raise ValueError("%s: %d, allowed %d to %d" % (name, value, least, most))
