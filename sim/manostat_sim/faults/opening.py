"""What a disc's opening pressure truly is, from the plant and the steps alone.

The limit above opening counts from the line at rest (P-14). Here the plant is looked at whenever
the plunger goes on after a rest, so that no cell has to believe what the firmware says it read.
"""

from manostat_sim.world import World

REST_US = 300_000
"""Shorter than the shortest reading at rest, longer than between two steps of one motion."""


class Rests:
    """Stands in front of `World.step`; `opening_pa` is -1 until the plunger has rested once.

    The first rest of a level that has moved is the one at which the opening pressure is read. What
    counts is the lower of line and disc at the end of it: the line falls towards the disc.
    """

    def __init__(self, world: World) -> None:
        self.opening_pa = -1.0
        self._world = world
        self._plain = world.step
        self._last_us = -1

    def __call__(self, direction: int = 1) -> None:
        """A rising edge on STEP."""
        world = self._world
        rested = self._last_us >= 0 and world.now_us - self._last_us > REST_US
        if rested and self.opening_pa < 0:
            self.opening_pa = min(world.plant.line_pa, world.plant.disc.pressure_pa)
        self._last_us = world.now_us
        self._plain(direction)


def watch_rests(world: World) -> None:
    """From now on `true_opening_pa` knows where this world's disc opened."""
    world.step = Rests(world)  # type: ignore[method-assign]


def true_opening_pa(world: World) -> float:
    """In Pa (gauge), -1 before a rest. LookupError for a world that is not watched."""
    if not isinstance(world.step, Rests):
        raise LookupError("the rests of this world are not watched")
    return world.step.opening_pa
