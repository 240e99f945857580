"""One run of a campaign looked at tick by tick."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

import numpy as np

from manostat_sim.campaign.draw import run_of


def trace(draw: Any, paths: Sequence[str]) -> dict[str, Any]:
    """What these attributes of `run.Run`, as `"injector.state"`, are after each tick.

    `draw`: one record of `draw.DRAW`. Made under CPython, which is equal to the kernel to the bit,
    a fraction of a second for a whole injection. AttributeError for a path that does not exist.
    """
    run = run_of(draw)
    read = [attrgetter(path) for path in paths]
    rows: list[list[Any]] = []
    while run.going():
        run.tick()
        rows.append([one(run) for one in read])
    columns = zip(*rows, strict=True) if rows else ([] for _ in paths)
    return {path: np.array(column) for path, column in zip(paths, columns, strict=True)}
