"""Least squares within bounds, for a few unknowns and thousands of residuals.

Levenberg and Marquardt on the normal equations. scipy's `least_squares` takes a singular value
decomposition of all residuals at each step, which takes some ten times as long as all else here.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from manostat_tools.derive.recording import Floats

_SLOPE_STEP = 1e-4
_MOST_ROUNDS = 60
_ENOUGH = 1e-6


class Found(NamedTuple):
    """Best vector, its residuals, and the normal matrix (J'J) there."""

    vector: Floats
    misses: Floats
    normal: Floats


def least_squares(
    misses: Callable[[Floats], Floats], first: Floats, low: Floats, high: Floats, scale: Floats
) -> Found:
    """Minimise the sum of squared `misses`. `scale`: what is a large change of each unknown."""
    vector = np.clip(first, low, high)
    now = misses(vector)
    damping = 1e-3
    for _ in range(_MOST_ROUNDS):
        slopes = _slopes(misses, vector, now, high, scale)
        normal, pull = slopes.T @ slopes, slopes.T @ now
        # An unknown that is at its bound and is pulled beyond it stays there.
        free = ~(((vector <= low) & (pull > 0.0)) | ((vector >= high) & (pull < 0.0)))
        better = None
        while better is None and damping < 1e10:
            step = _step(normal, pull, free, damping)
            tried = np.clip(vector + step, low, high)
            then = misses(tried)
            if then @ then < now @ now:
                better = then
            else:
                damping *= 6.0
        if better is None:
            break
        gain = 1.0 - (better @ better) / (now @ now)
        gained = now @ now - better @ better
        vector, now = tried, better
        damping = max(damping / 5.0, 1e-9)
        if gain < _ENOUGH or gained < 1e-3:
            break
    slopes = _slopes(misses, vector, now, high, scale)
    return Found(vector, now, slopes.T @ slopes)


def _slopes(
    misses: Callable[[Floats], Floats], vector: Floats, now: Floats, high: Floats, scale: Floats
) -> Floats:
    slopes = np.empty((len(now), len(vector)))
    for place in range(len(vector)):
        change = _SLOPE_STEP * scale[place]
        if vector[place] + change > high[place]:
            change = -change
        moved = vector.copy()
        moved[place] += change
        slopes[:, place] = (misses(moved) - now) / change
    return slopes


def _step(normal: Floats, pull: Floats, free: np.ndarray, damping: float) -> Floats:
    step = np.zeros(len(pull))
    if free.any():
        part = normal[np.ix_(free, free)]
        damped = part + damping * np.diag(np.diag(part))
        step[free] = -cho_solve(cho_factor(damped), pull[free])
    return step
