"""Everything one tick knows of the world, in one record that is filled anew each tick."""


class Inputs:
    """Raw inputs of one tick; all integers. Ranges in docs/design.md, "Inputs"."""

    def __init__(self):
        self.elapsed_us = 2000
        self.line_raw = 1638
        self.line_status = 0
        self.second_raw = 6554
        self.switches = 0
        self.made = 0
        self.refused = 0
