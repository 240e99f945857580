"""Worst runs of a campaign, whatever broke in them, on the emulated board: they must agree."""

import numpy as np
import pytest

from manostat.core import codes
from manostat_sim.benches.core import CoreBench
from manostat_sim.campaign import breaking
from manostat_sim.campaign.draw import run_of
from manostat_sim.campaign.hands import NEVER_US
from manostat_sim.campaign.kernel import run_many
from manostat_sim.campaign.phases import Ended
from manostat_sim.campaign.replay import NOT_STAGED, kernel_ended, replay, stage
from manostat_sim.campaign.sampler import short_run
from manostat_sim.plant.plant import PATH_CLOSED
from manostat_tools.campaign import replays
from manostat_tools.campaign.replays import PEAK_PA, STEPS, Replayed, near, on_board
from manostat_tools.campaign.replays_section import replays_section
from manostat_tools.campaign.space import PARAMETERS
from manostat_tools.campaign.space import draws as points_to_draws
from manostat_tools.report.html import render
from manostat_tools.report.model import Report

ON_PINS = (breaking.STEP_EXTRA, breaking.TICKS_MISSING)
ALIKE = (breaking.WIRE_PAIN_NO, breaking.WELDED_PAIN)
"""The other contact of the button stops the run as well: it ends as without the fault."""
STAGED = [kind for kind in range(1, len(breaking.KINDS)) if kind not in NOT_STAGED]


def name_of(kind: int) -> str:
    return breaking.KINDS[kind]


def ended(outcome) -> Ended:
    return Ended(*(outcome[name].item() for name in Ended._fields))


def whole(draw):
    without = draw.copy()
    without["fault_kind"] = breaking.NONE
    return without


@pytest.fixture(scope="module")
def broken():
    """By kind of fault, a short run that ends otherwise than the same one with nothing broken."""
    found = {}
    for kind in STAGED:
        draws = np.array([short_run(seed, kind) for seed in range(1, 61)])
        draws = draws[draws["mode"] == codes.INJECT]
        if kind in (breaking.LEAK, breaking.RUPTURE):
            draws["disc_opening_pa"], draws["disc_elastance_pa_per_nl"] = 100.0, 10.0
            draws["fault_amount"] = 50.0  # so that a short run's disc has something to lose
        pairs = zip(draws, run_many(draws), run_many(whole(draws)), strict=True)
        found[kind] = next(
            (draw for draw, end, other in pairs if not near(ended(end), ended(other))), None
        )
        if kind in ALIKE:
            assert found[kind] is None
            found[kind] = draws[0]
    return found


@pytest.fixture(scope="module")
def worst():
    """By reason of the stop, the run that went furthest beyond its limit, or least below it."""
    short = np.array([short_run(seed, breaking.NONE) for seed in range(1, 401)])
    short = short[short["mode"] == codes.INJECT]
    points = np.random.default_rng(1).random((100, len(PARAMETERS)))
    low, hurts = points_to_draws(points, 3.0), points_to_draws(points, 50.0)
    hurts["patient_threshold_pa"], hurts["patient_reaction_us"] = 6_895.0, 300_000
    hurts["patient_press_us"] = 500_000
    found = {}
    for draws, reason in ((low, codes.PRESSURE_ABOVE), (hurts, codes.PAIN), (short, codes.STOP)):
        outcomes = run_many(draws)
        ended = np.flatnonzero((outcomes["reason"] == reason) & (outcomes["steps"] > 0))
        found[reason] = draws[ended[np.argmax(outcomes["over_limit_pa"][ended])]]
    return found


def on_core(draw) -> Ended:
    scenario, unit = stage(draw)
    bench = CoreBench(scenario, unit)
    bench.power_on()
    return replay(draw, bench)


def agree(draw, board) -> None:
    kernel = kernel_ended(draw)
    assert near(kernel, board), f"{kernel}, {board}"
    assert board.opening_pa == pytest.approx(kernel.opening_pa, abs=PEAK_PA)


@pytest.mark.pico
@pytest.mark.parametrize(
    "reason", [codes.PRESSURE_ABOVE, codes.STOP, pytest.param(codes.PAIN, marks=pytest.mark.long)]
)
def test_a_worst_run_ends_on_the_board_as_in_the_campaign(worst, reason):
    agree(worst[reason], on_board(worst[reason]))


@pytest.mark.parametrize("reason", [codes.PRESSURE_ABOVE, codes.PAIN, codes.STOP])
def test_a_worst_run_ends_on_the_core_bench_as_in_the_campaign(worst, reason):
    agree(worst[reason], on_core(worst[reason]))


@pytest.mark.pico
@pytest.mark.parametrize(
    "kind",
    [breaking.LINE_HANG, breaking.WIRE_STOP_PAIN, breaking.OCCLUSION, *ON_PINS],
    ids=name_of,
)
def test_a_run_with_a_fault_ends_on_the_board_as_in_the_campaign(broken, kind):
    one = replays.replayed(0, "", broken[kind])
    assert one.agrees, f"{one}"
    assert not near(kernel_ended(whole(broken[kind])), one.board), "as with nothing broken"


@pytest.mark.parametrize("kind", [kind for kind in STAGED if kind not in ON_PINS], ids=name_of)
def test_a_run_with_any_fault_ends_on_the_core_bench_as_in_the_campaign(broken, kind):
    board = on_core(broken[kind])
    agree(broken[kind], board)
    assert kind in ALIKE or not near(kernel_ended(whole(broken[kind])), board)


@pytest.mark.parametrize("kind", [breaking.LINE_NACK, breaking.WIRE_END_EMPTY], ids=name_of)
def test_a_fault_comes_in_the_same_tick_as_in_the_campaign(broken, kind):
    draw = broken[kind].copy()
    for within_us in range(0, 2000, 250):
        draw["fault_us"] = 700_000 + within_us
        draw["rate_nl_s"] = 150_000  # three steps a tick
        assert on_core(draw).steps == kernel_ended(draw).steps


@pytest.mark.parametrize(
    "kind", [breaking.LINE_NACK, breaking.WIRE_PERMIT, breaking.MOTOR_STALLED], ids=name_of
)
def test_a_fault_goes_when_it_goes_in_the_campaign(broken, kind):
    draw = broken[kind].copy()
    draw["fault_us"] = 500_000
    lasting = draw.copy()
    lasting["fault_lasts_us"], draw["fault_lasts_us"] = 0, 2000
    agree(draw, on_core(draw))
    assert not near(kernel_ended(draw), on_core(lasting))


def test_another_draw_does_not_agree(worst):
    other = worst[codes.PRESSURE_ABOVE].copy()
    other["limit_above_pa"] += 20_684
    other["stop_us"] = NEVER_US
    assert on_core(other).steps > kernel_ended(worst[codes.PRESSURE_ABOVE]).steps + STEPS


def test_what_differs_is_said():
    end = Ended(codes.PAIN, 0, 1000, 100_000.0, -1)
    assert Replayed(0, "", end, end._replace(steps=1000 + STEPS)).verdict == "agrees"
    for other in (
        end._replace(steps=1001 + STEPS),
        end._replace(reason=codes.STOP),
        end._replace(peak_line_pa=100_001.0 + PEAK_PA),
    ):
        one = Replayed(0, "a limit; line-open", end, other)
        page = render(Report("", "", "", "", (replays_section([one]),)))
        assert not one.agrees and "does NOT agree" in page and "they do not agree" in page
        for kind, why in NOT_STAGED.items():
            assert breaking.KINDS[kind] in page and why in page.replace("&#x27;", "'")


@pytest.fixture
def occluded():
    """A run that the watch ends, and its end with the watch in another phase."""
    draw = short_run(1, breaking.NONE)
    draw["mode"], draw["plant_path"], draw["rate_nl_s"] = codes.INJECT, PATH_CLOSED, 150_000
    draw["limit_above_pa"], draw["volume_nl"] = 344_738, 3_500_000
    draw["stop_us"] = draw["pause_us"] = NEVER_US
    draw["patient_threshold_pa"] = 1e12
    other = run_of(draw)
    other.pump.look = 2
    other.run()
    score, injector = other.score, other.injector
    end = Ended(score.reason, score.fault, injector.steps, score.peak_line_pa, injector.opening_pa)
    assert end.fault == codes.OCCLUSION and not near(kernel_ended(draw), end)
    return draw, end


def test_what_the_phase_of_a_board_explains_agrees_and_says_so(occluded, monkeypatch):
    draw, end = occluded
    monkeypatch.setattr(replays, "on_board", lambda draw: end)
    one = replays.replayed(7, "", draw)
    assert one.agrees and one.verdict == "agrees in other phases"
    for other in (end._replace(steps=end.steps + 40), end._replace(fault=codes.DETACHED)):
        monkeypatch.setattr(replays, "on_board", lambda draw, other=other: other)
        assert not replays.replayed(7, "", draw).agrees


@pytest.mark.parametrize("kind", NOT_STAGED, ids=name_of)
def test_what_no_bench_stages_is_refused_with_the_reason(worst, kind):
    draw = worst[codes.PAIN].copy()
    draw["fault_kind"] = kind
    with pytest.raises(ValueError, match=f"{breaking.KINDS[kind]}: {NOT_STAGED[kind][:20]}"):
        stage(draw)


def test_what_a_bench_cannot_stage_is_refused(worst):
    other = worst[codes.PAIN].copy()
    other["mode"] = codes.SHAM
    with pytest.raises(ValueError, match="only an injection"):
        stage(other)
    other["mode"], other["fault_kind"] = codes.INJECT, breaking.STEP_EXTRA
    with pytest.raises(ValueError, match="step-extra: the core bench has no pins"):
        on_core(other)
