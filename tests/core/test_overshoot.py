"""Requirement: how far beyond and how far below its limit the line is stopped (P-04, P-05).

The plant's line pressure, an ideal sensor, the bench's prescription (0.05 mL/s, 103 nl a step), at
many phases of step, tick and pressure.
"""

import pytest

from manostat_sim.patient import Patient
from manostat_sim.plant.build import build_disc, build_plant
from manostat_sim.plant.plant import PATH_CLOSED, PATH_DISC
from manostat_sim.plant.sensors import LineSensor, SecondSensor

from .desk import PSI_PA, unit_of
from .watched import DrawnWorld, Watched

PHASES = 40


def peak_over_limit_pa(phase: int, path: int, line_ul_psi: float, above_psi: float) -> float:
    """Peak of the line less the limit; the phase shifts the pressure by a share of a step.

    It begins less than 30 psi below the limit: a line that rises straight for longer is occluded.
    """
    disc = build_disc(43.0, 10.0)
    plant = build_plant(disc, path=path, line_ul_psi=line_ul_psi)
    unit = unit_of(above_psi=above_psi, line_psi=100)
    bench = Watched(DrawnWorld(plant, LineSensor(), SecondSensor(), Patient()), unit)
    step_pa = plant.syringe.step_nl / plant.line_nl_per_pa
    shift_pa = phase / PHASES * 2 * step_pa
    if path == PATH_CLOSED:
        shift_pa += max(above_psi - 25, 0) * PSI_PA
    plant.stored_nl = shift_pa * plant.line_nl_per_pa
    plant.line_pa = shift_pa
    bench.advance(0.0021 * (phase % 7))
    bench.arm()
    assert bench.pump.injector.set_opening(0)
    bench.run()
    for _ in range(1000):
        bench.advance(0.02)
        if not bench.pump.injector.running and bench.made:
            break
    return bench.world.peak_line_pa - above_psi * PSI_PA


@pytest.mark.req("P-04", "P-05")
def test_a_blocked_line_of_1_ul_psi_is_stopped_within_750_pa_beyond_and_3500_below(figure):
    over_pa = [peak_over_limit_pa(phase, PATH_CLOSED, 1.0, 50) for phase in range(PHASES)]
    of = "line of 1 uL/psi, 0.05 mL/s: beyond the limit"
    figure("P-04", max(over_pa), 750, "Pa", of=of)
    assert max(over_pa) <= 750
    assert min(over_pa) >= -3500


@pytest.mark.req("P-04", "P-05")
def test_a_dallas_0_disc_is_stopped_within_150_pa_beyond_and_1000_below(figure):
    over_pa = [peak_over_limit_pa(phase, PATH_DISC, 5.0, 20) for phase in range(0, PHASES, 7)]
    of = "disc of 43 psi/mL on a line of 5 uL/psi: beyond the limit"
    figure("P-04", max(over_pa), 150, "Pa", of=of)
    assert max(over_pa) <= 150
    assert min(over_pa) >= -1000


@pytest.mark.parametrize("line_ul_psi", [2, 5, 10])
@pytest.mark.req("P-04")
def test_softer_lines_are_stopped_within_a_step_and_the_sensor_count(line_ul_psi):
    step_pa = 103.2 / (1000 * line_ul_psi / PSI_PA)
    over_pa = [peak_over_limit_pa(phase, PATH_CLOSED, line_ul_psi, 20) for phase in range(10)]
    assert max(over_pa) <= step_pa + 80
