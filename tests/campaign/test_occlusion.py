"""The sweep of P-06's guesses."""

import pytest

from manostat.core import codes
from manostat_sim.campaign import breaking, generated
from manostat_sim.campaign.draw import NEVER_PA
from manostat_sim.campaign.hands import NEVER_US
from manostat_sim.campaign.kernel import flat
from manostat_sim.campaign.uncompiled import Uncompiled
from manostat_tools.campaign import occlusion
from manostat_tools.campaign.mix import load
from manostat_tools.campaign.sampling import Sampler


def test_the_firmware_s_own_guesses_are_the_first_pair():
    assert occlusion.text_with(*occlusion.PAIRS[0]) == generated.text_with_loops(flat())


def test_a_higher_rise_lets_a_closed_line_go_higher():
    draws = Sampler(load("default"), 1).draws(0, 400)
    chosen = draws[(draws["fault_kind"] == 0) & (draws["mode"] == codes.INJECT)][:1]
    chosen["fault_kind"], chosen["fault_us"] = breaking.OCCLUSION, 2_000_000
    chosen["fault_lasts_us"], chosen["most_us"] = 0, 20_000_000
    chosen["rate_nl_s"], chosen["limit_above_pa"], chosen["limit_line_pa"] = (
        50_000,
        344_738,
        551_581,
    )
    chosen["patient_threshold_pa"], chosen["patient_threshold_nl"] = NEVER_PA, 0.0
    chosen["pause_us"] = chosen["stop_us"] = NEVER_US
    peaks = []
    for rise_psi in (20, 40):
        kernel = Uncompiled(occlusion.text_with(rise_psi, 7))
        records = kernel.records(chosen)
        kernel.run(records)
        assert records[kernel.layout.field_of("score.fault")].tolist() == [codes.OCCLUSION]
        peaks.append(records[kernel.layout.field_of("score.peak_line_pa")][0])
    assert peaks[1] > peaks[0] + 15 * 6894.757


def test_a_constant_that_has_moved_is_not_swept_in_silence(monkeypatch):
    monkeypatch.setattr(occlusion, "_SLOPE", "nowhere * {}")
    with pytest.raises(LookupError, match="nowhere"):
        occlusion.text_with(30, 7)
