"""The kernel against the firmware's core and the plant as they stand, to the bit."""

import numpy as np
import pytest

from manostat.core import codes
from manostat_sim.campaign import breaking, generated
from manostat_sim.campaign.compare import compare, first_difference
from manostat_sim.campaign.draw import run_of
from manostat_sim.campaign.filling import Filler
from manostat_sim.campaign.kernel import flat, kernel, run_many
from manostat_sim.campaign.outcome import OUTCOME
from manostat_sim.campaign.sampler import long_run, short_run
from manostat_sim.campaign.trace import trace
from manostat_sim.campaign.uncompiled import Uncompiled
from manostat_tools.campaign.mix import load
from manostat_tools.campaign.sampling import Sampler

KINDS = range(len(breaking.KINDS))
OF_EACH_KIND = 10


def no_clock() -> float:
    return 0.0


@pytest.fixture(scope="module")
def draws():
    """Runs with every kind of fault."""
    return np.array(
        [
            short_run(1 + kind * OF_EACH_KIND + number, kind)
            for kind in KINDS
            for number in range(OF_EACH_KIND)
        ]
    )


def test_records_are_those_of_real_objects():
    drawn = np.array([make(seed) for seed in range(1, 80) for make in (short_run, long_run)])
    layout = flat().layout
    for draw, record in zip(drawn, Filler(layout).records(drawn), strict=True):
        assert record.tobytes() == layout.pack(run_of(draw)).tobytes(), f"seed {draw['seed']}"


def test_a_prescription_that_the_firmware_refuses_is_refused():
    draw = short_run(1)
    draw["rate_nl_s"] = 900
    with pytest.raises(ValueError, match="rate_nl_s: 900"):
        Filler(flat().layout).records(np.array([draw]))


def test_the_generated_text_is_equal_before_it_is_compiled(draws):
    compared = compare(Uncompiled(), draws[::OF_EACH_KIND], no_clock)
    assert compared.differing == ()
    assert compared.runs == len(breaking.KINDS)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("_s.pump_operator_closed_us >= 20000", "_s.pump_operator_closed_us >= 22000"),
        ("rise_pa >> 2", "rise_pa >> 3"),  # what the cut-off expects
        (
            "_s.plant_coldness * _s.plant_warming_s",
            "_s.plant_coldness * (_s.plant_warming_s + 1e-9)",
        ),
    ],
)
def test_a_changed_constant_is_seen_and_its_tick_named(draws, was: str, becomes: str):
    text = generated.text_with_loops(flat())
    assert text.count(was) >= 1
    changed = Uncompiled(text.replace(was, becomes))
    compared = compare(changed, draws[:: OF_EACH_KIND // 2], no_clock)
    assert compared.differing
    seed = compared.differing[0]
    draw = draws[draws["seed"] == seed][0]
    difference = first_difference(changed, draw)
    assert difference is not None and difference.fields
    assert first_difference(Uncompiled(), draw) is None


def test_a_trace_ends_as_its_run_does():
    draw = short_run(5)
    run = run_of(draw)
    run.run()
    rows = trace(draw, ["injector.state", "plant.line_pa", "score.digest"])
    assert len(rows["injector.state"]) == run.score.ticks
    assert rows["plant.line_pa"][-1] == run.plant.line_pa
    assert rows["score.digest"][-1] == run.score.digest
    with pytest.raises(AttributeError, match="pressure"):
        trace(draw, ["pressure"])


def test_a_relief_is_refused():
    draw = short_run(1)
    draw["mode"] = codes.RELIEVE
    draw["volume_nl"] = 10_000
    with pytest.raises(ValueError, match="relief"):
        Filler(flat().layout).records(np.array([draw]))


@pytest.mark.timeout(900)
def test_the_kernel_is_equal_to_the_bit_with_every_fault(draws):
    """And repeats a run alone from its seed. One test, so that it is compiled once."""
    assert len(draws) >= 300
    assert set(draws["mode"]) == {codes.INJECT, codes.STEP, codes.PRIME, codes.COMPLY, codes.SHAM}
    compared = compare(kernel(), draws, no_clock)
    assert compared.differing == ()
    outcomes = run_many(draws)
    assert compared.ticks == outcomes["ticks"].sum()
    assert {codes.PAIN, codes.PRESSURE_ABOVE, codes.VOLUME, codes.STOP, codes.FAULT} <= set(
        outcomes["reason"]
    )
    assert len(set(outcomes["fault"])) >= 10
    assert len(set(outcomes["digest"])) > 0.95 * len(draws)
    for number in (0, 77, len(draws) - 1):
        again = short_run(int(draws[number]["seed"]), int(draws[number]["fault_kind"]))
        alone = run_many(np.array([again]), np.empty(1, dtype=OUTCOME))
        assert alone[0].tobytes() == outcomes[number].tobytes()
    with pytest.raises(ValueError, match="room for 1"):
        run_many(draws[:2], np.empty(1, dtype=OUTCOME))


@pytest.mark.long
@pytest.mark.timeout(900)
def test_thousands_of_the_default_mix_are_equal_to_the_bit_tick_by_tick():
    """All modes, needles, syringes, grades, patients and faults, cut off after three seconds."""
    draws = Sampler(load("default"), 11).draws(0, 3000)
    draws["most_us"] = 3_000_000
    compared = compare(kernel(), draws, no_clock)
    assert (compared.runs, compared.differing) == (3000, ())
    assert compared.ticks > 3_000_000
