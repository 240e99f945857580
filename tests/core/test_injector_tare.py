"""Requirements on the opening of a level: set by the operator, sought, read or never found."""

import pytest

from manostat.core import codes
from manostat.core.codes import INJECTING, READY, SEEKING, SETTLING, STOPPED

from .desk import PSI_PA, RUN_OPEN, Desk, unit_of
from .levels import decide, find_knee, in_state


@pytest.mark.req("P-14")
def test_set_opening_may_lower_the_limit_never_raise_it():
    desk = in_state(READY)
    assert desk.injector.set_opening(90_000) == 1
    assert desk.injector.set_opening(90_001) == 0
    assert desk.injector.set_opening(80_000) == 1
    assert desk.injector.opening_pa == 80_000
    assert desk.injector.opening_how == codes.OPENING_SET


def test_a_mark_of_the_operator_is_shown_and_counts():
    desk = in_state(READY)
    assert desk.injector.set_opening(70_000) == 1
    assert (desk.injector.opening_pa, desk.injector.opening_how) == (70_000, codes.OPENING_SET)
    assert desk.injector.limit_pa == 70_000 + 344_738
    assert desk.injector.set_opening(80_000) == 0
    assert desk.injector.limit_pa == 70_000 + 344_738


def test_an_opening_lowered_while_the_start_waits_for_its_intent_counts_at_once():
    desk = in_state(READY)
    assert desk.injector.set_opening(100_000)
    desk.intents_stored = 0
    desk.run()
    assert desk.injector.set_opening(0)
    desk.intents_stored = 1
    desk.pressure_pa = 25 * PSI_PA  # less than 30 psi to go: no occlusion
    desk.pa_a_step = 700.0
    desk.until(STOPPED)
    assert desk.reason == codes.PRESSURE_ABOVE
    assert desk.pressure_pa < 50 * PSI_PA + 1400


@pytest.mark.parametrize(("opening_pa", "taken"), [(-1, 0), (0, 1), (206_843, 1), (206_844, 0)])
@pytest.mark.req("P-14")
def test_an_opening_over_30_psi_is_refused(opening_pa, taken):
    assert in_state(READY).injector.set_opening(opening_pa) == taken


@pytest.mark.parametrize("state", [SEEKING, INJECTING])
@pytest.mark.req("P-14")
def test_no_opening_is_set_while_moving(state):
    assert in_state(state).injector.set_opening(1000) == 0


@pytest.mark.req("P-14")
def test_the_opening_is_read_at_rest_and_the_level_goes_on_by_itself():
    desk = in_state(SETTLING)
    desk.tick(3)
    made = desk.made
    desk.seconds(0.5)
    assert (desk.state, desk.made) == (SETTLING, made)
    desk.until(INJECTING)
    assert desk.made == made
    assert desk.injector.opening_how == codes.OPENING_READ
    assert abs(desk.injector.opening_pa - desk.pressure_pa) < 100
    desk.seconds(1)
    assert desk.made > made


@pytest.mark.req("P-14")
def test_an_opening_over_30_psi_ends_the_level():
    desk = Desk()
    desk.pressure_pa = 10 * PSI_PA  # a line that rises by 30 psi with no bend is occluded
    desk.started()
    find_knee(desk, 31 * PSI_PA)
    desk.until(STOPPED)
    assert desk.reason == codes.OPENING_HIGH
    assert desk.injector.opening_pa == -1


def test_a_line_that_does_not_settle_leaves_no_tare():
    desk = in_state(SETTLING)
    for _ in range(50_000):
        desk.pressure_pa += 3.0
        desk.tick()
        if desk.state != SETTLING:
            break
    assert desk.state == INJECTING
    assert (desk.injector.opening_how, desk.injector.opening_pa) == (codes.OPENING_UNSETTLED, -1)


def test_a_straight_line_leaves_no_tare_and_goes_on_after_300_microlitres():
    desk = Desk().started()
    desk.pa_a_step = 50.0
    desk.until(INJECTING)
    assert (desk.injector.opening_how, desk.injector.opening_pa) == (codes.OPENING_NO_KNEE, -1)
    assert desk.made == pytest.approx(300_000 * 4096 / 422_733, abs=3)


@pytest.mark.parametrize(
    ("steps", "state"), [(2905, SEEKING), (2906, INJECTING), (2907, INJECTING)]
)
def test_the_opening_is_sought_for_300_microlitres_to_the_step(steps, state):
    desk = in_state(SEEKING)
    desk.tick(5)
    desk.injector.steps = desk.injector.granted = steps
    decide(desk, 100)
    assert desk.state == state
    assert desk.injector.opening_how == (0 if state == SEEKING else codes.OPENING_NO_KNEE)


@pytest.mark.parametrize("step_nl", [3, 4, 13])
def test_the_opening_is_sought_for_whole_steps_within_300_microlitres(step_nl):
    """300 001 divides by 13, and 300 000 by 3 and by 4."""
    desk = Desk(unit_of(rate_nl_s=4000, volume_nl=100_000, nl=(step_nl, 1)))
    assert desk.injector.seek_steps == 300_000 // step_nl


@pytest.mark.parametrize("how", [codes.OPENING_LOST, codes.OPENING_NO_KNEE, codes.OPENING_SET])
def test_what_has_an_answer_to_its_opening_seeks_none(how):
    injector = Desk().injector
    injector.opening_how = how
    injector._go()
    assert injector.state == INJECTING


@pytest.mark.req("P-14")
def test_after_a_restart_the_tare_counts_as_zero_and_is_not_read_again():
    desk = Desk()
    desk.injector.resume_level(3, 400)
    desk.arm()
    desk.run()
    assert desk.state == INJECTING
    assert desk.injector.opening_how == codes.OPENING_LOST
    assert desk.injector.limit_pa == desk.injector.rx.limit_above_pa


def test_a_level_that_flowed_into_the_disc_and_rested_finds_no_knee():
    """After a rest the next bend is the needle's: it would take the disc's rise for the opening."""
    desk = Desk()
    desk.arm()
    desk.run()
    desk.seconds(0.5)
    desk.hold(RUN_OPEN, 0.5)
    desk.pressure_pa -= 5000
    desk.run()
    assert desk.injector.opening_how == codes.OPENING_NO_KNEE
    assert desk.injector.limit_pa == desk.injector.rx.limit_above_pa


@pytest.mark.parametrize(
    ("fell_pa", "how"), [(-5000, 0), (0, 0), (3446, 0), (3447, 0), (3448, codes.OPENING_NO_KNEE)]
)
@pytest.mark.parametrize("steps", [0, 1])
def test_a_line_that_fell_by_half_a_psi_at_rest_has_flowed_to_the_pascal(fell_pa, how, steps):
    injector = Desk().injector
    injector.steps = steps
    injector.rested_from_pa = 50_000
    injector.pressure_pa = 50_000 - fell_pa
    injector._prepare()
    assert injector.opening_how == (how if steps else codes.OPENING_NONE)
    assert injector.limit_pa == injector.rx.limit_above_pa
