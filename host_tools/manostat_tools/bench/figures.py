"""What is measured: name, unit, bar, and in words how and what it does not show."""

from manostat_tools.bench.figure import Figure
from manostat_tools.bench.kernel import KERNEL
from manostat_tools.bench.readings import READINGS

_INJECTION = ("injection", "hung-bus", "silent-host")
_TICK = (
    "TICK is high from before the inputs are read until the frame has been handed to USB. While "
    "RUN is held, that is with the pause for the opening pressure, from the tick that starts the "
    "lease to the second tick after the last step. Of the first level after power-on; the longest "
    "of ten minutes of levels is in docs/evidence/campaigns.md, soak."
)

FIGURES = (
    Figure("tick_us_p50", "us", None, ("injection",), "TICK high, 10 s of injection", _TICK),
    Figure(
        "tick_us_max",
        "us",
        1200.0,
        _INJECTION,
        "the same, and with a hung bus and a silent host",
        "The bus hangs, or the host stops reading, in the middle of an injection. " + _TICK,
    ),
    Figure(
        "late_ticks",
        "ticks",
        0.0,
        _INJECTION,
        "rises of TICK more than 2.5 ms apart, same runs",
        "Counted while moving. At rest the journal is written, and a tick may wait for flash.",
    ),
    Figure(
        "tick_period_us_max",
        "us",
        4000.0,
        _INJECTION,
        "longest time between two rises of TICK, same runs",
        "The guard stops on a gap of more than 4 ms.",
    ),
    Figure(
        "tick_to_step_us_max",
        "us",
        None,
        ("injection",),
        "TICK rising to STEP rising in the same tick",
        "With the 0.46 ms of the sensor's own update this is the age of what a step was decided "
        "on.",
    ),
    Figure(
        "tick_at_rest_us_max",
        "us",
        None,
        ("hung-bus", "silent-host"),
        "TICK high after the stop, with the bus still hung",
        "Nothing moves then; journal pages are written between these ticks.",
    ),
    Figure(
        "heap_growth_bytes",
        "bytes",
        0.0,
        _INJECTION,
        "blocks in use in the allocation table, same runs",
        "Read from the emulated memory every 0.1 s, against what was in use at the first step. An "
        "allocation while moving would also end the program: the heap is locked.",
    ),
    Figure(
        "overshoot_pa_disc",
        "Pa",
        150.0,
        ("overshoot-disc",),
        "peak line over the limit, Dallas 0 disc",
        "0.05 mL/s, ideal sensor, limit 50 psi; the disc is filled to 8 kPa below it, and the "
        "pressure and the sensor's conversions are moved against ticks and steps for each phase. "
        "The firmware lowers the flow near the limit; a real sensor adds its error to this.",
    ),
    Figure(
        "undershoot_pa_disc",
        "Pa",
        1000.0,
        ("overshoot-disc",),
        "peak line below the limit at which it stopped",
        "The same runs; 0 when every peak was over the limit.",
    ),
    Figure(
        "overshoot_pa_blocked",
        "Pa",
        750.0,
        ("overshoot-blocked",),
        "the same, closed line of 1 uL/psi",
        "One step is 712 Pa there. From 25 kPa below the limit.",
    ),
    Figure(
        "undershoot_pa_blocked",
        "Pa",
        3500.0,
        ("overshoot-blocked",),
        "the same, closed line of 1 uL/psi",
        "The same runs.",
    ),
    Figure(
        "pain_to_last_step_us",
        "us",
        10.0,
        ("pain",),
        "PERMIT falling to the last STEP rising, PAIN pressed",
        "0 if no step rises after the fall. Phases 1 us apart from just before a step to just "
        "after the next, and every cycle of 8 ns within 0.4 us of a step. The processor runs "
        "meanwhile, and is not needed: see the test that spoils the lease.",
    ),
    Figure(
        "release_to_last_step_us",
        "us",
        10.0,
        ("release",),
        "the same, RUN let go",
        "The same phases.",
    ),
    Figure(
        "bounce_steps",
        "steps",
        0.0,
        ("bounce",),
        "steps after a low of 2 us on PERMIT",
        "The same phases; a step counts if it rises after the low is over.",
    ),
    Figure(
        "freeze_to_last_step_us",
        "us",
        5000.0,
        ("freeze",),
        "processor dead to the last STEP rising",
        "Times spread over 64 ms, in which steps and ticks meet in every way, 1 us apart around a "
        "step, and every cycle within 0.4 us of it. At 0.05 mL/s a tick grants at most one step, "
        "and it is made at once: little is ever queued.",
    ),
    Figure(
        "freeze_volume_nl",
        "nL",
        350.0,
        ("freeze",),
        "what the plunger pushed after it",
        "The same.",
    ),
    Figure(
        "freeze_to_last_step_us_fastest",
        "us",
        5000.0,
        ("freeze-fastest",),
        "the same at 0.15 mL/s, three steps a tick",
        "The fastest flow that the motor allows with this syringe.",
    ),
    Figure(
        "freeze_volume_nl_fastest",
        "nL",
        None,
        ("freeze-fastest",),
        "the same at 0.15 mL/s",
        "The same.",
    ),
    *READINGS,
    Figure(
        "boot_to_ready_ms",
        "ms",
        2000.0,
        ("boot",),
        "power to LAMP_HIGH falling, empty and full journal",
        "Reading flash costs time in the emulator, erasing and writing do not: on a real board "
        "add one page and, with a full journal, one erase (45 ms typical, 400 ms worst).",
    ),
    Figure(
        "core_ticks_per_s",
        "ticks/s",
        None,
        ("core-speed",),
        "injector, guard, plant and sensors in CPython",
        "Processor time.",
        wall_clock=True,
    ),
    *KERNEL,
    Figure(
        "wall_s_per_emulated_s",
        "s/s",
        None,
        ("injection",),
        "the pico bench while it injects",
        "Processor time of the one process that emulates, which is the time on the wall of a "
        "machine with nothing else to do.",
        wall_clock=True,
    ),
)

NAMES = tuple(figure.name for figure in FIGURES)
