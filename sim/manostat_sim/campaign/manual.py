"""An injection by hand: a thumb, a manometer, somebody who calls its numbers, somebody who writes.

The plant and the patient are those of the pump's runs. Plain Python of the kind that `flatten`
takes, so that `by_hand` runs it compiled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from manostat_sim.campaign import generated
from manostat_sim.campaign.draw import run_of
from manostat_sim.campaign.flatten import flatten
from manostat_sim.plant.noise import gauss
from manostat_sim.plant.tables import PA_PER_PSI

TICK_US = 2000
STOPPED_BY = ("nothing", "pain", "pressure", "volume")
_NO_PAIN, _FOR_PAIN, _FOR_PRESSURE, _FOR_VOLUME = range(4)
_THUMB_US = 100_000  # how often the thumb changes its mind: well below `evens_s` (E)
_AFTER_US = (
    5_000_000  # the patient may still say that it hurts: the longest reaction, 3 s, and more
)


@dataclass(frozen=True)
class Person:
    """What a thumb, a manometer and two people do. E: a guess, to be swept.

    `rate_nl_s`: what the thumb aims at; "not over 0.05 mL/s" (M). `uneven`: sd of the rate as a
    part of it (E; that a hand is uneven: M), which lasts `evens_s` (E). `lag_s`: first-order lag of
    manometer and tubing (E). `called_s`: between two values called out (E), each rounded to
    `rounded_pa` (E). `reaction_s`: from hearing a number or a cry to a still thumb: recognition
    0.38 s (H, weak) and a hand. `seen_nl`: contrast in the disc from which on the next call is the
    opening (E; that the opening is taken where contrast is first seen: H).
    """

    rate_nl_s: float = 50_000.0
    uneven: float = 0.4
    evens_s: float = 1.0
    lag_s: float = 0.3
    called_s: float = 2.0
    rounded_pa: float = 5.0 * PA_PER_PSI
    reaction_s: float = 0.6
    seen_nl: float = 50_000.0


class Manual:
    """One injection by hand; Pa gauge, nL, us since its start, -1 for never.

    `opening_pa`, `written_pa`: what was written for opening and for pain; `written_us`: when the
    patient said so. `hurt_pa`: true disc pressure above the disc's own opening where pain began.
    `line_peak_pa`, `disc_peak_pa`: true. `gauge_pa`: error of the manometer's zero (E; nobody has
    published an accuracy sheet). `stopped_by` indexes `STOPPED_BY`.
    """

    def __init__(
        self,
        plant: Any,
        patient: Any,
        person: Person,
        seed: int,
        limit_above_pa: float,
        limit_line_pa: float,
        volume_nl: float,
    ) -> None:
        self.plant = plant
        self.patient = patient
        self.seed = seed
        self.limit_above_pa = float(limit_above_pa)
        self.limit_line_pa = float(limit_line_pa)
        self.volume_nl = float(volume_nl)
        self.rate_nl_s = float(person.rate_nl_s)
        self.uneven = float(person.uneven)
        self.evens_s = float(person.evens_s)
        self.lag_s = float(person.lag_s)
        self.gauge_pa = 0.0
        self.called_s = float(person.called_s)
        self.rounded_pa = float(person.rounded_pa)
        self.reaction_s = float(person.reaction_s)
        self.seen_nl = float(person.seen_nl)
        self.now_us = 0
        self.thumb_us = 0
        self.moods = 0
        self.mood = 0.0
        self.owed_nl = 0.0
        self.shown_pa = 0.0
        self.call_us = 0
        self.called_pa = 0.0
        self.stop_us = -1
        self.stopped_by = _NO_PAIN
        self.opening_pa = -1.0
        self.written_pa = -1.0
        self.written_us = -1
        self.hurt_pa = -1.0
        self.hurt_us = -1
        self.line_peak_pa = 0.0
        self.disc_peak_pa = 0.0

    def run(self) -> None:
        """The whole injection, and some seconds after it."""
        while self.stop_us < 0 or self.now_us < self.stop_us + _AFTER_US:
            self.tick()

    def tick(self) -> None:
        """2 ms: the thumb, the fluid, the manometer, the people."""
        self.now_us += TICK_US
        plant = self.plant
        if self.stop_us < 0 or self.now_us < self.stop_us:
            self._push()
        plant.advance(TICK_US)
        line_pa = plant.line_pa
        if line_pa > self.line_peak_pa:
            self.line_peak_pa = line_pa
        disc = plant.disc
        if disc.pressure_pa > self.disc_peak_pa:
            self.disc_peak_pa = disc.pressure_pa
        dt_s = TICK_US * 1e-6
        self.shown_pa += (line_pa + self.gauge_pa - self.shown_pa) * dt_s / (self.lag_s + dt_s)
        if self.now_us >= self.call_us:
            self._call()
        self._ask_patient()
        if self.stop_us < 0 and plant.syringe.driven_nl >= self.volume_nl:
            self.stop_us = self.now_us
            self.stopped_by = _FOR_VOLUME

    def _push(self) -> None:
        if self.now_us >= self.thumb_us:
            self.thumb_us += _THUMB_US
            self.moods += 1
            kept = self.evens_s / (self.evens_s + _THUMB_US * 1e-6)
            # As much spread as there was: a first-order process of unit variance.
            fresh = (1.0 - kept * kept) ** 0.5
            self.mood = kept * self.mood + fresh * gauss(self.seed, self.moods)
        part = 1.0 + self.uneven * self.mood
        if part > 0.0:
            self.owed_nl += self.rate_nl_s * part * TICK_US * 1e-6
        syringe = self.plant.syringe
        while self.owed_nl >= syringe.step_nl:
            self.owed_nl -= syringe.step_nl
            self.plant.step(1)

    def _call(self) -> None:
        self.call_us = self.now_us + int(self.called_s * 1e6)
        rounded = self.shown_pa / self.rounded_pa + 0.5
        if rounded < 0.0:
            rounded = 0.0
        self.called_pa = int(rounded) * self.rounded_pa
        if self.opening_pa < 0.0 and self.plant.disc.volume_nl >= self.seen_nl:
            self.opening_pa = self.called_pa
        reached = self.called_pa >= self.limit_line_pa
        if self.opening_pa >= 0.0 and self.called_pa - self.opening_pa >= self.limit_above_pa:
            reached = True
        if reached and self.stop_us < 0:
            self.stop_us = self.now_us + int(self.reaction_s * 1e6)
            self.stopped_by = _FOR_PRESSURE

    def _ask_patient(self) -> None:
        disc = self.plant.disc
        above_pa = disc.pressure_pa - disc.opening_pa if disc.volume_nl > 0.0 else 0.0
        says = self.patient.advance(self.now_us, above_pa, disc.volume_nl)
        if self.hurt_us < 0 and self.patient.crossed_us >= 0:
            self.hurt_us = self.now_us
            self.hurt_pa = above_pa
        if says and self.written_us < 0:
            self.written_us = self.now_us
            self.written_pa = self.called_pa
            if self.stop_us < 0 or self.stop_us > self.now_us + int(self.reaction_s * 1e6):
                self.stop_us = self.now_us + int(self.reaction_s * 1e6)
                self.stopped_by = _FOR_PAIN


KEPT = (
    "opening_pa",
    "written_pa",
    "written_us",
    "hurt_pa",
    "hurt_us",
    "stop_us",
    "stopped_by",
    "line_peak_pa",
    "disc_peak_pa",
)


def manual_of(draw: Any, person: Person) -> Manual:
    """The injection by hand of a record of `DRAW`: its plant, its patient and its prescription."""
    run = run_of(draw)
    rx = run.injector.rx
    return Manual(
        run.plant,
        run.patient,
        person,
        int(draw["seed"]),
        float(rx.limit_above_pa),
        float(rx.limit_line_pa),
        float(rx.volume_nl),
    )


def by_hand(draws: Any, person: Person, zeros_pa: Sequence[float] = ()) -> dict[str, Any]:
    """What is kept of these injections by hand, arrays by name of `KEPT`: 1 ms a run, compiled.

    `zeros_pa`: error of each manometer's zero; none where empty. The first call compiles, some
    seconds, when its sources are new.
    """
    flat, loop = _compiled()
    records = np.array([flat.layout.pack(manual_of(draw, person)) for draw in draws])
    if len(zeros_pa):
        records[flat.layout.field_of("gauge_pa")] = zeros_pa
    loop(records)
    return {name: records[flat.layout.field_of(name)] for name in KEPT}


@cache
def _compiled() -> tuple[Any, Any]:
    from manostat_sim.campaign.sampler import long_run

    flat = flatten(manual_of(long_run(1), Person()), ("run", "tick"))
    path = generated.stored(generated.text_with_loops(flat))
    return flat, generated.compiled(generated.loaded(path), flat.names)[0]
