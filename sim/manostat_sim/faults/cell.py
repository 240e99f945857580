"""Runs one cell: a pump in a state, a fault, and a look at the pins, the plant and the flash."""

from itertools import pairwise

from manostat.core import codes
from manostat.journal import NOTE, OUTCOME
from manostat.record import unpack_level, unpack_note
from manostat_sim.benches.base import Bench
from manostat_sim.benches.pico import PicoBench
from manostat_sim.faults.judge import asked, judge
from manostat_sim.faults.leased import Renewals
from manostat_sim.faults.model import (
    HIGH,
    LOW,
    MEDIUM,
    PROBE,
    PROBE_VOLUME,
    SILENT,
    Cell,
    Fault,
    Reaction,
    Seen,
)
from manostat_sim.faults.opening import true_opening_pa
from manostat_sim.faults.states import (
    INJECTING,
    LIMIT_ABOVE_PA,
    LIMIT_LINE_PA,
    SETTLING,
    STEP_NL,
    WAITING,
)
from manostat_sim.faults.stored import (
    Pages,
    Reader,
    finished,
    lost,
    provisioned,
    sound,
    unreported,
    written,
)

_TICK_US = 2000
_AFTER_READING_US = 300
_PIECE_S = 0.02
_STILL_US = 60_000
"""Longer than between two steps at an eighth of the flow."""
_RESTS_US = 2_000_000
"""Longer than the plunger rests for an opening pressure, after which it goes on by itself; also
where the fault has disturbed the reading."""
_RISE_PA = 6894.757
"""1 psi: less is no rise (P-12)."""
_RUN_OPEN_S = 0.13
_RUN_CLOSED_S = 0.06
_MENDED_S = 0.1
_SETTLES_S = 0.4
"""From the last part of settling to where it would go on by itself."""


def run_cell(bench: Bench, fault: Fault, state: str, reader: Reader | None = None) -> Cell:
    """`bench` is in `state`, and is spent afterwards. `reader` says where a flash is damaged."""
    return judge(fault, state, _look(bench, fault, state, asked(fault, state), reader))


def _look(bench: Bench, fault: Fault, state: str, want: Reaction, reader: Reader | None) -> Seen:
    renewals = Renewals(bench)
    if state != WAITING:
        _behind_a_reading(bench)
    at_us = bench.now_us
    before = _steps(bench)
    plant = bench.world.plant
    from_nl = plant.syringe.delivered_nl
    had, was_provisioned = finished(bench), provisioned(bench)
    bench.world.peak_line_pa = plant.line_pa
    fault.inject(bench)
    alarm_from_us = bench.now_us if fault.boots else at_us
    still_us = _STILL_US if state == INJECTING else _RESTS_US
    least_nl, flat_nl = _watch(bench, at_us, want, from_nl, still_us)
    jitter_us = _jitter_us(bench, at_us)
    moves = _moved_since(bench, bench.now_us - _STILL_US)
    probed = bool(moves or want.figure in (PROBE, PROBE_VOLUME))
    probe_us, probe_nl = (0.0, 0.0)
    if probed:
        probe_us, probe_nl = _probe(bench, want)
    seen_us = [us - at_us for us in _steps(bench)[len(before) :]]
    leased_us = [us - renewals.last_us for us in _steps(bench) if us > renewals.last_us]
    pushed_nl = plant.syringe.delivered_nl - from_nl
    beyond_pa = bench.world.peak_line_pa - _limit_pa(bench)
    enabled, enable_low = _driver_enabled(bench), not bench.world.enable_n
    stop_seen = not bench.world.wiring.levels["STOP_OK"]
    recorded = _faults_on_record(bench, had)
    alarm = _alarm(bench, alarm_from_us)
    tried = want.try_run or fault.boots or alarm in (HIGH, MEDIUM)
    alarm_steps = _try_run(bench) if tried else 0
    if tried:
        enabled, enable_low = (
            enabled or _driver_enabled(bench),
            enable_low or not bench.world.enable_n,
        )
    mended = 0
    if fault.mend is not None:
        n_before = len(_steps(bench))
        fault.mend(bench)
        bench.advance(_SETTLES_S if state == SETTLING else _MENDED_S)
        mended = len(_steps(bench)) - n_before
    gone = lost(had, written(bench))
    return Seen(
        steps_us=tuple(us for us in seen_us if us >= 0),
        leased_us=max(leased_us, default=0.0),
        leased_nl=len(leased_us) * STEP_NL,
        pushed_nl=pushed_nl,
        least_pushed_nl=min(least_nl, pushed_nl),
        flat_nl=flat_nl,
        beyond_pa=beyond_pa,
        probed=probed,
        probe_last_us=probe_us,
        probe_nl=probe_nl,
        enabled=enabled,
        enable_low=enable_low,
        stop_seen=stop_seen,
        alarm=alarm,
        alarm_steps=alarm_steps,
        mended_steps=mended,
        codes=recorded,
        lost_records=len(gone),
        provisioned=provisioned(bench) == was_provisioned,
        jitter_us=jitter_us,
        unreported=len(unreported(gone, bench, reader)),
        still_moved=moves,
    )


def _behind_a_reading(bench: Bench) -> None:
    """To between a reading of the inputs and what is decided on it: the latest that can be known
    of a fault."""
    tick_us = 0
    if isinstance(bench, PicoBench):
        tick_us = round([edge for edge in bench.edges("TICK") if edge.level][-1].at_us)
    behind_us = (bench.now_us - tick_us) % _TICK_US
    bench.advance_to(bench.now_us - behind_us + _TICK_US + _AFTER_READING_US)


def _watch(
    bench: Bench, at_us: int, want: Reaction, from_nl: float, still_us: int
) -> tuple[float, float]:
    """Returns the least that was pushed at any look, and the most without a rise."""
    plant = bench.world.plant
    least_nl = flat_nl = flat_from_nl = 0.0
    flat_pa = plant.line_pa
    end_us = at_us + round(want.seconds * 1e6)
    limit_us = end_us
    if want.still_within_s:
        limit_us = at_us + round(want.still_within_s * 1e6) + still_us
    while bench.now_us < end_us or (
        bench.now_us < limit_us
        and (bench.now_us < at_us + still_us or _moved_since(bench, bench.now_us - still_us))
    ):
        bench.advance(_PIECE_S)
        pushed_nl = plant.syringe.delivered_nl - from_nl
        least_nl = min(least_nl, pushed_nl)
        rested = not _moved_since(bench, bench.now_us - _STILL_US)
        if rested or plant.line_pa >= flat_pa + _RISE_PA:
            flat_pa, flat_from_nl = plant.line_pa, pushed_nl  # a pause begins anew
        flat_nl = max(flat_nl, pushed_nl - flat_from_nl)
    return least_nl, flat_nl


def _probe(bench: Bench, want: Reaction) -> tuple[float, float]:
    """Press a switch just behind a reading; (us from the press to the last step, volume)."""
    _behind_a_reading(bench)
    pressed_us = bench.now_us
    delivered_nl = bench.world.plant.syringe.delivered_nl
    bench.press(want.probe)
    bench.advance(want.probe_s)
    volume_nl = bench.world.plant.syringe.delivered_nl - delivered_nl
    bench.release(want.probe)
    bench.advance(0.02)
    last_us = max([us for us in _steps(bench) if us > pressed_us], default=float(pressed_us))
    return last_us - pressed_us, volume_nl


def _try_run(bench: Bench) -> int:
    """Open RUN and close it again, as for a start; returns the steps of it."""
    before = len(_steps(bench))
    bench.release("RUN")
    bench.advance(_RUN_OPEN_S)
    before_closed = len(_steps(bench))
    bench.press("RUN")
    bench.advance(_RUN_CLOSED_S)
    return max(len(_steps(bench)) - before, len(_steps(bench)) - before_closed)


def _limit_pa(bench: Bench) -> float:
    """The limit truly in force, in Pa (gauge). What the pump read may be off by what the bound of
    the cell leaves: a twentieth of the fall at rest and the sensor's count (docs/design.md)."""
    return min(LIMIT_LINE_PA, LIMIT_ABOVE_PA + max(true_opening_pa(bench.world), 0.0))


def _jitter_us(bench: Bench, from_us: float) -> float:
    if not isinstance(bench, PicoBench):
        return 0.0
    ticks = [edge.at_us for edge in bench.edges("TICK") if edge.level and edge.at_us > from_us]
    return max((abs(b - a - _TICK_US) for a, b in pairwise(ticks)), default=0.0)


def _steps(bench: Bench) -> list[float]:
    return [edge.at_us for edge in bench.edges("STEP") if edge.level]


def _moved_since(bench: Bench, from_us: float) -> bool:
    return any(edge.at_us > from_us for edge in bench.edges("STEP")[-2:])


def _driver_enabled(bench: Bench) -> bool:
    return bool(bench.world.wiring.driver_enabled(bench.world.enable_n))


def _alarm(bench: Bench, from_us: float) -> str:
    """The highest that the pins showed since; a bench without pins has only its own word."""
    if not isinstance(bench, PicoBench):
        fault = bench.frames()[-1].fault
        return SILENT if fault == 0 else MEDIUM if fault in _MEDIUM_FAULTS else HIGH
    for signal, priority in (("LAMP_HIGH", HIGH), ("LAMP_MEDIUM", MEDIUM), ("SOUNDER", LOW)):
        edges = bench.edges(signal)
        before = [edge.level for edge in edges if edge.at_us <= from_us][-1:]
        after = [edge.level for edge in edges if edge.at_us > from_us]
        if 1 in before + after:
            return priority
    return SILENT


_MEDIUM_FAULTS = (codes.CONTACTS, codes.DETACHED, codes.END_EMPTY, codes.END_FULL)


def _faults_on_record(bench: Bench, had: Pages) -> tuple[int, ...]:
    if not isinstance(bench, PicoBench):
        fault = bench.frames()[-1].fault
        return (fault,) if fault else ()
    found = []
    now = written(bench)
    for at, record in sound(now).items():
        if now[at] == had.get(at) or record.kind not in (OUTCOME, NOTE):
            continue
        unpack = unpack_level if record.kind == OUTCOME else unpack_note
        stop = unpack(record.payload)
        if stop["reason"] == codes.FAULT:
            found.append(stop["fault"])
    return tuple(found)
