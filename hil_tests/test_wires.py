"""Cut wires and bouncing contacts: what is broken looks pressed, and a bounce moves nothing."""

from collections.abc import Callable

import pytest

from manostat.core import codes
from manostat_sim.benches.base import Bench
from manostat_sim.benches.pico import PicoBench
from manostat_sim.emulator.forked import run_in_fork
from manostat_sim.wiring import CHAIN_PLACES, PLACES, bounce

from .rig import (
    AT_ONCE_US,
    NEXT_TICK_US,
    acknowledge,
    again,
    before_a_step,
    begin,
    enabled,
    lamps,
    shown,
    steps_after,
    steps_us,
)

IN_HARDWARE = (*CHAIN_PLACES, "PERMIT")
"""Cut here PERMIT itself falls. Cut at a tap or an end switch, the processor has to see it."""
SEEN_BY_THE_PROCESSOR = ("STOP_OK", "PAIN_OK", "END_EMPTY")
UNSEEN = ("PAIN_NO", "END_FULL")
"""A second contact that is open and a syringe that is full are what they look like."""


def test_every_place_is_judged() -> None:
    assert {*IN_HARDWARE, *SEEN_BY_THE_PROCESSOR, *UNSEEN, "ENABLE_N"} == set(PLACES)


@pytest.mark.parametrize("place", [*IN_HARDWARE, *SEEN_BY_THE_PROCESSOR])
@pytest.mark.req("B-02")
def test_a_cut_wire_stops_the_moving_plunger_for_good(bench: Bench, place: str, figure) -> None:
    begin(bench)
    before_a_step(bench)
    cut_us = bench.now_us
    bench.cut(place)
    bench.advance(0.04)
    late_us = max(steps_us(bench)[-1] - cut_us, 0)
    if place in CHAIN_PLACES:
        figure("B-02", late_us, 10, "us", of=f"wire of the chain broken to last step, {place}")
    elif place == "PAIN_OK":
        figure("B-02", late_us / 1000, 6, "ms", of="wire of its tap broken to last step")
    within_us = AT_ONCE_US if place in IN_HARDWARE else NEXT_TICK_US
    assert steps_after(bench, cut_us + within_us) == 0
    before = bench.steps_made()
    again(bench)
    assert bench.steps_made() == before


@pytest.mark.parametrize("place", [*IN_HARDWARE, *SEEN_BY_THE_PROCESSOR])
@pytest.mark.req("B-02")
def test_nothing_starts_with_a_cut_wire(bench: Bench, place: str) -> None:
    bench.cut(place)
    bench.advance(0.03)
    bench.run()
    bench.advance(0.1)
    assert bench.edges("STEP") == []


@pytest.mark.parametrize("place", ["STOP_OK", "PAIN_OK", "PERMIT"])
def test_a_tap_that_contradicts_the_chain_is_a_wiring_fault(bench: Bench, place: str) -> None:
    """PERMIT cut looks like RUN let go: only the other two can be told from a switch."""
    begin(bench)
    bench.cut(place)
    bench.advance(0.06)
    if place == "PERMIT":
        assert (bench.last.state, bench.last.reason) == (codes.HOLDING, codes.RELEASE)
    else:
        assert (bench.last.reason, bench.last.fault) == (codes.FAULT, codes.WIRING)
        assert not enabled(bench)
        assert lamps(bench) == shown(bench, high=1, sounder=1)


@pytest.mark.parametrize("place", UNSEEN)
@pytest.mark.req("B-01")
def test_pain_still_stops_with_a_wire_cut_that_cannot_be_seen(bench: Bench, place: str) -> None:
    bench.cut(place)
    begin(bench)
    before_a_step(bench)
    pressed_us = bench.now_us
    bench.press("PAIN")
    bench.advance(0.05)
    assert steps_after(bench, pressed_us + AT_ONCE_US) == 0
    assert bench.last.reason == codes.PAIN


def test_contacts_of_the_button_that_contradict_each_other_alarm(bench: Bench) -> None:
    bench.cut("PAIN_NO")
    bench.press("PAIN")
    bench.advance(0.6)
    assert (bench.last.reason, bench.last.fault) == (codes.FAULT, codes.CONTACTS)
    assert not enabled(bench)


@pytest.mark.parametrize("place", ["stop-pain", "PAIN_OK", "PAIN_NO"])
@pytest.mark.req("B-03")
def test_a_cut_pain_button_cannot_be_proven(make_cold_bench, place: str, figure) -> None:
    bench = make_cold_bench("dallas-0")
    bench.cut(place)
    bench.power_on()
    bench.arm()
    bench.mend(place)
    bench.run()
    bench.advance(0.1)
    made = bench.steps_made()
    figure("B-03", made, 0, "steps", "=", of="steps of a level without the proof, one contact only")
    assert made == 0


@pytest.mark.req("T-04")
def test_a_cut_enable_wire_lets_go_of_the_motor(bench: Bench) -> None:
    begin(bench)
    bench.cut("ENABLE_N")
    delivered_nl = bench.world.plant.syringe.delivered_nl
    bench.advance(0.1)
    assert bench.world.plant.syringe.delivered_nl == delivered_nl


def _bounce(bench: Bench, switch: str, pressed: bool, seed: int) -> int:
    """Returns when the contact first changed."""
    start_us = bench.now_us
    for at_us, closed in bounce(pressed, start_us, seed):
        bench.advance_to(at_us)
        (bench.press if closed else bench.release)(switch)
    return start_us


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(("switch", "pressed"), [("PAIN", True), ("STOP", True), ("RUN", False)])
@pytest.mark.req("B-01", "B-05", "B-06")
def test_a_bouncing_contact_stops_at_its_first_edge(
    bench: Bench, switch: str, pressed: bool, seed: int
) -> None:
    begin(bench)
    before_a_step(bench)
    first_us = _bounce(bench, switch, pressed, seed)
    bench.advance(0.06)
    assert steps_after(bench, first_us + AT_ONCE_US) == 0


@pytest.mark.parametrize(("switch", "reason"), [("PAIN", codes.PAIN), ("STOP", codes.STOP)])
def test_a_press_that_opens_once_more_is_one_press(bench: Bench, switch: str, reason: int) -> None:
    """A second edge of STOP would acknowledge the stop that the first one made."""
    begin(bench)
    bench.hold(switch, 0.003)
    bench.advance(0.016)
    bench.press(switch)
    bench.advance(0.05)
    assert bench.last.reason == reason
    assert bench.record()["presses"] == (switch == "PAIN")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_bouncing_press_of_run_starts_the_plunger(bench: Bench, seed: int) -> None:
    _bounce(bench, "RUN", True, seed)
    closed_us = bench.now_us
    bench.advance(0.12)
    assert steps_us(bench)[0] > closed_us + 20_000, "a contact is believed after 20 ms"
    assert steps_after(bench, closed_us) > 20


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.req("P-09")
def test_a_bouncing_release_of_stop_starts_nothing(bench: Bench, seed: int) -> None:
    """Held for longer than it takes to acknowledge: each bounce could be another press."""
    begin(bench)
    bench.press("STOP")
    bench.advance(0.4)
    before = bench.steps_made()
    _bounce(bench, "STOP", False, seed)
    bench.advance(0.15)
    assert bench.steps_made() == before
    assert bench.last.reason == codes.STOP


PHASES_US = range(0, 2100, 100)


def _pain_stops_at_every_phase(bench: PicoBench) -> None:
    """Each phase of the tick and of the step is a board of its own, forked from a moving one."""
    _at_every_phase(bench, lambda: bench.press("PAIN"))


def _a_2_us_bounce_stops_at_every_phase(bench: PicoBench) -> None:
    def touch() -> None:
        bench.release("RUN")
        bench.advance_to(bench.now_us + 2)
        bench.press("RUN")

    _at_every_phase(bench, touch)


def _at_every_phase(bench: PicoBench, act: Callable[[], None]) -> None:
    begin(bench)

    def late_steps(phase_us: int) -> int:
        bench.advance_to(bench.now_us + phase_us)
        acted_us = bench.now_us
        act()
        bench.advance(0.008)
        return steps_after(bench, acted_us + AT_ONCE_US)

    late = {us: run_in_fork(lambda us=us: late_steps(us)) for us in PHASES_US}
    assert not any(late.values()), late


REQUIREMENTS = [_pain_stops_at_every_phase, _a_2_us_bounce_stops_at_every_phase]


@pytest.mark.needs("pins")
@pytest.mark.parametrize("requirement", REQUIREMENTS)
@pytest.mark.req("B-01")
def test_the_lease_stops_with_no_processor_at_every_phase(bench: PicoBench, requirement) -> None:
    requirement(bench)


@pytest.mark.needs("pins")
@pytest.mark.parametrize("requirement", REQUIREMENTS)
def test_of_the_test_a_lease_without_its_permit_test_is_found_out(
    bench: PicoBench, requirement
) -> None:
    _take_the_permit_test_out(bench)
    with pytest.raises(AssertionError):
        requirement(bench)


JMP_PIN, IRQ_SET, NOP = 0b110 << 5, 0xC004, 0xA042


def _take_the_permit_test_out(bench: PicoBench) -> None:
    """In PIO memory: `jmp(pin, x)` becomes `jmp(x)`, the latch's `irq` becomes a `nop`."""
    memory = bench.pico._powered.chip.pio[0].instructions
    jumps = [at for at, word in enumerate(memory) if word >> 13 == 0 and word & 0xE0 == JMP_PIN]
    latches = [at for at, word in enumerate(memory) if word & 0xFFFF == IRQ_SET]
    assert (len(jumps), len(latches)) == (1, 1)
    memory[jumps[0]] &= ~0xE0
    memory[latches[0]] = NOP


@pytest.mark.req("P-09")
def test_acknowledging_with_run_held_does_not_start(bench: Bench) -> None:
    begin(bench)
    bench.hold("STOP", 0.05)
    bench.advance(0.4)
    bench.hold("STOP", 0.05)
    before = bench.steps_made()
    bench.advance(0.15)
    assert bench.steps_made() == before
    acknowledge(bench)
    begin(bench)
