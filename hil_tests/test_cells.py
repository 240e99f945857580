"""Cells of the fault matrix whose figure is a requirement's own, on the bench that is quick."""

import pytest

from manostat_sim.benches.core import CoreBench
from manostat_sim.faults import FAULTS, run_cell
from manostat_sim.faults.states import bring, world

from .rig import UNIT

BACK_MOST_NL = 500_000


@pytest.mark.req("P-08")
@pytest.mark.parametrize("state", ["seeking", "injecting"])
def test_a_motor_that_turns_the_wrong_way_draws_back_no_more_than_a_relief(state, figure) -> None:
    bench = CoreBench(world(), UNIT)
    bring(bench, state)
    plunger_nl = bench.world.plant.syringe.delivered_nl
    cell = run_cell(bench, FAULTS["motor-reversed"], state)
    back_nl = plunger_nl - bench.world.plant.syringe.delivered_nl
    of = "volume drawn back, single fault included, a motor that turns the wrong way"
    figure("P-08", back_nl / 1e6, 0.5, "mL", of=of)
    assert cell.problems == ()
    assert 0 < back_nl <= BACK_MOST_NL
