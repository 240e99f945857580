"""Syringe, line, needle and disc as the host pictures them, run forward over a grid.

    pushed --> line (compliance, air) --> needle (warming) --> disc (two springs, leak)

The same parts as the simulated plant, written down on its own: it works in bins with the exact
solution of a line that drains through a needle, and its disc may bend, which the plant's does not.
"""

from typing import NamedTuple

import numba
import numpy as np

from manostat_tools.derive.recording import Floats

ATMOSPHERE_PA = 101325.0


class Circuit(NamedTuple):
    """Pa as the sensor reads it, nL, s. What is not there is 0.

    `warm_pa_s_nl` x (1 + `coldness` x exp(-t / `warming_s`)): the needle, t from the start.
    `line_nl_pa`, `air_nl`: line with syringe and rod, and air at the pressure of the start.
    `lost_nl`: what pushes nothing at first: backlash, a rod that gives until the plunger slides.
    `start_pa`: line at the start. `opening_pa`: disc before any fluid; none enters below it.
    `elastance_pa_nl`: of an instant; `share` of it relaxes with `relaxing_s`. `bend`: by how much
    of itself the lasting spring stiffens over `over_nl`.
    `leak_nl_s_pa` above `leak_pa` leaves the disc.
    """

    warm_pa_s_nl: float
    coldness: float
    warming_s: float
    line_nl_pa: float
    air_nl: float
    lost_nl: float
    start_pa: float
    opening_pa: float
    elastance_pa_nl: float
    share: float
    relaxing_s: float
    bend: float
    over_nl: float
    leak_nl_s_pa: float = 0.0
    leak_pa: float = 1e12


class Course(NamedTuple):
    """At each edge: line and disc, Pa; what has passed the needle and what of it has leaked, nL;
    flow through the needle, nL/s; its resistance, Pa s/nL; work done on the disc, Pa nL."""

    line_pa: Floats
    disc_pa: Floats
    entered_nl: Floats
    leaked_nl: Floats
    flow_nl_s: Floats
    needle_pa_s_nl: Floats
    work_pa_nl: Floats


def run(circuit: Circuit, edges_s: Floats, pushed_nl: Floats) -> Course:
    """The course of a circuit over even bins."""
    return Course(*_run(np.array(circuit, dtype=np.float64), edges_s, pushed_nl))


@numba.njit(cache=True)
def _line(held, line, air, at_start):  # type: ignore[no-untyped-def]
    """Rise of the line that holds `held` nL more than at the start, whose absolute pressure was
    `at_start`: `line` x rise + `air` x rise / (`at_start` + rise) = held."""
    if air <= 0.0:
        return held / line
    b = line * at_start + air - held
    root = np.sqrt(b * b + 4.0 * line * held * at_start)
    return 2.0 * held * at_start / (b + root) if b > 0.0 else (root - b) / (2.0 * line)


@numba.njit(cache=True)
def _run(c, edges, pushed):  # type: ignore[no-untyped-def]
    warm, coldness, warming, line, air, lost, start, opening = c[:8]
    elastance, share, relaxing, bend, over, leak, leak_at = c[8:]
    lasting, yielding = elastance * (1.0 - share), elastance * share
    at_start = ATMOSPHERE_PA + start
    n = len(edges)
    out = np.empty((7, n))
    entered, leaked, memory, work = 0.0, 0.0, 0.0, 0.0
    line_pa, disc_pa = start, opening
    for k in range(n):
        needle = warm * (1.0 + coldness * np.exp(-(edges[k] - edges[0]) / warming))
        flows = entered > 0.0 or line_pa > disc_pa
        out[0, k], out[1, k], out[2, k], out[3, k] = line_pa, disc_pa, entered, leaked
        out[4, k] = (line_pa - disc_pa) / needle if flows else 0.0
        out[5, k], out[6, k] = needle, work
        if k == n - 1:
            break
        dt = edges[k + 1] - edges[k]
        before = max(pushed[k] - lost, 0.0)
        after = max(pushed[k + 1] - lost, 0.0)
        absolute = ATMOSPHERE_PA + line_pa
        soft = line + air * at_start / (absolute * absolute)
        held = entered - leaked
        slope = lasting * (1.0 + bend * held / over) + yielding
        drop = line_pa - disc_pa
        climb = (after - before) / dt / soft + memory / relaxing
        open_s = dt
        if not flows:
            # Nothing enters below the opening pressure, which may be passed within this bin.
            open_s = dt + drop / climb if climb > 0.0 and drop + climb * dt > 0.0 else 0.0
            drop = 0.0
        if open_s > 0.0:
            rate = (1.0 / soft + slope) / needle
            end = climb / rate
            passed = (end * open_s + (drop - end) * (1.0 - np.exp(-rate * open_s)) / rate) / needle
        else:
            passed = 0.0
        gone = leak * max(disc_pa - leak_at, 0.0) * dt
        gone = min(gone, held + passed)
        entered += passed
        leaked += max(gone, 0.0)
        held = entered - leaked
        kept = np.exp(-dt / relaxing)
        memory = memory * kept + yielding * (passed - gone) * (1.0 - kept) * relaxing / dt
        disc_before = disc_pa
        disc_pa = opening + lasting * held * (1.0 + 0.5 * bend * held / over) + memory
        work += 0.5 * (disc_before + disc_pa) * passed
        line_pa = start + _line(after - entered, line, air, at_start)
    return out
