"""A patient who feels pain at a pressure in the disc or at a volume, and presses PAIN."""

from dataclasses import dataclass
from typing import Literal

PA_PER_PSI = 6894.757

Kind = Literal["concordant", "discordant", "absent"]


@dataclass
class Patient:
    """`kind`: "concordant" (my usual pain), "discordant" (another pain) or "absent".

    `threshold_psi`: disc pressure above its opening at which it hurts (Derby 1999 grades: < 15 psi
    chemically sensitive, 15-50 mechanically sensitive, M); `threshold_nl`: volume in the disc at
    which it hurts, 0 for none. Whichever comes first.
    `reaction_s`: from pain to press, 0.5-3 s under light sedation (E; a simple reaction is
    0.14-0.2 s, H weak). `press_s`: how long the button is held (E).
    `intensity`: what the patient says, 0-10.
    """

    kind: Kind = "absent"
    threshold_psi: float = 1000.0
    threshold_nl: float = 0.0
    reaction_s: float = 1.0
    press_s: float = 1.0
    intensity: int = 7

    def __post_init__(self) -> None:
        if self.kind not in ("concordant", "discordant", "absent"):
            raise ValueError(
                f"kind is {self.kind!r}: it must be 'concordant', 'discordant' or 'absent'"
            )
        self.threshold_pa = self.threshold_psi * PA_PER_PSI
        self.reaction_us = round(self.reaction_s * 1_000_000)
        self.press_us = round(self.press_s * 1_000_000)
        self.hurts = False
        self.crossed_us = -1
        """When the pain began; -1: it has not. The truth a recorded mark is compared with."""

    def advance(self, now_us: int, disc_above_pa: float, volume_nl: float) -> bool:
        """Whether the patient presses at `now_us`, given pressure above opening and volume.

        One press for each onset of pain; pain ends below 90 % of the threshold (E).
        """
        if self.kind == "absent":
            return False
        if self._feels(disc_above_pa, volume_nl, 1.0) and not self.hurts:
            self.hurts = True
            self.crossed_us = now_us
        if self.crossed_us < 0:
            return False
        since_us = now_us - self.crossed_us - self.reaction_us
        if since_us >= self.press_us and not self._feels(disc_above_pa, volume_nl, 0.9):
            self.hurts = False
        return 0 <= since_us < self.press_us

    def _feels(self, disc_above_pa: float, volume_nl: float, share: float) -> bool:
        if disc_above_pa >= share * self.threshold_pa:
            return True
        return self.threshold_nl > 0.0 and volume_nl >= share * self.threshold_nl
