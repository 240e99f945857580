"""From motor steps to fluid pushed: screw backlash, a springy rod, a sticking plunger."""


class Syringe:
    """A lead screw driving a plunger through a rod that gives a little.

    `step_nl`: volume of one microstep, nL. `barrel_nl`: fluid in the full barrel, nL.
    `backlash_steps`: steps lost at each reversal (E).
    `rod_nl_per_pa`: give of rod and plunger rubber, as volume per pressure; 0 is rigid, and then
    stiction moves no volume.
    `stiction_pa`: friction over barrel area that holds the plunger still; `sliding_pa`: what
    remains while it slides (at most `stiction_pa`). 2-5 N on the barrel (H) is 12-30 kPa at 10 mL.
    """

    def __init__(
        self,
        step_nl: float,
        barrel_nl: float,
        backlash_steps: int = 0,
        rod_nl_per_pa: float = 0.0,
        stiction_pa: float = 0.0,
        sliding_pa: float = 0.0,
    ) -> None:
        self.step_nl = float(step_nl)
        self.barrel_nl = float(barrel_nl)
        self.backlash_steps = backlash_steps
        self.rod_nl_per_pa = float(rod_nl_per_pa)
        self.stiction_pa = float(stiction_pa)
        self.sliding_pa = float(sliding_pa)
        self.stalled = 0
        self.reversed = 0
        self.slack_steps = 0
        self.carriage_steps = 0
        self.driven_nl = 0.0
        self.delivered_nl = 0.0

    def step(self, direction: int) -> None:
        """Turn the motor one microstep: `direction` > 0 presses, else retracts."""
        if self.stalled != 0:
            return
        presses = direction > 0
        if self.reversed != 0:
            presses = not presses
        if presses:
            if self.slack_steps > 0:
                self.slack_steps -= 1
                return
            self.carriage_steps += 1
        else:
            if self.slack_steps < self.backlash_steps:
                self.slack_steps += 1
                return
            self.carriage_steps -= 1
        # A product, not a sum: no rounding accumulates over many steps.
        self.driven_nl = self.carriage_steps * self.step_nl

    def slip(self, line_pa: float, line_nl_per_pa: float) -> float:
        """Move the plunger as far as rod and line allow; return the volume it pushed, nL."""
        if self.rod_nl_per_pa == 0.0:
            moved_nl = self.driven_nl - self.delivered_nl
            self.delivered_nl = self.driven_nl
            return moved_nl
        push_pa = (self.driven_nl - self.delivered_nl) / self.rod_nl_per_pa - line_pa
        if push_pa > self.stiction_pa:
            push_pa -= self.sliding_pa
        elif push_pa < -self.stiction_pa:
            push_pa += self.sliding_pa
        else:
            return 0.0
        moved_nl = push_pa / (1.0 / self.rod_nl_per_pa + 1.0 / line_nl_per_pa)
        self.delivered_nl += moved_nl
        return moved_nl

    def at_full(self) -> int:
        """1 when the plunger is drawn out to the full mark."""
        return 1 if self.driven_nl < 0.0 else 0

    def at_empty(self) -> int:
        """1 when the plunger has reached the bottom of the barrel."""
        return 1 if self.driven_nl >= self.barrel_nl else 0
