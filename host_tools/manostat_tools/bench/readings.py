"""Figures of what is read and derived: opening pressure, pressure and volume of the disc."""

from manostat_tools.bench.figure import Figure

_DERIVED = (
    "On the core bench, 128 set-ups of a Sobol sequence over the plant's published ranges: grades "
    "0 to 5 with and without leak, all needles of the table, line, warming, stiction, rod, "
    "backlash, air; offset and span of the sensor each over the whole total error band, no zero "
    "taken. The host's picture of the circuit has the same parts as the plant; "
    "docs/derived-values.md says what that hides."
)

READINGS = (
    Figure(
        "opening_pressure_error_pa_p95",
        "Pa",
        6900.0,
        ("opening",),
        "reading against the disc at rest, 400 draws",
        "On the core bench. Grades 0 to 5 with their spread of elastance, opening, relaxation, "
        "leak (grade 5), line, warming and bore drawn from the plant's ranges, needles that take "
        "at most 25 psi, typical errors of both sensors. Mostly the line sensor's offset.",
    ),
    Figure(
        "opening_before_error_pa_p95",
        "Pa",
        None,
        ("opening",),
        "the same against the disc before the injection",
        "What flows into the disc until it is at rest raises it; this is that rise and the error.",
    ),
    Figure(
        "opening_not_read_percent",
        "%",
        None,
        ("opening",),
        "share of the draws without an opening pressure",
        "No bend found or not settled: the limit then counts from zero. Over 30 psi: it stops.",
    ),
    Figure(
        "disc_pressure_coverage",
        "%",
        95.0,
        ("derived",),
        "runs whose interval holds the disc's pressure at the stop",
        "A run without a value counts as missed. " + _DERIVED,
        at_least=True,
    ),
    Figure(
        "disc_pressure_halfwidth_pa_p50",
        "Pa",
        13790.0,
        ("derived",),
        "half of that interval at the press, median",
        "The bar is 2 psi. Of the runs that the press ended. Mostly the line sensor's offset, "
        "which a zero taken at the height of the disc removes.",
    ),
    Figure(
        "disc_pressure_error_pa_p95",
        "Pa",
        None,
        ("derived",),
        "derived disc pressure at the press against the disc",
        "The same runs. Mostly the line sensor's offset.",
    ),
    Figure(
        "disc_volume_coverage",
        "%",
        95.0,
        ("derived",),
        "runs whose interval holds the volume in the disc",
        "What passed the needle, whether or not it leaked out again. " + _DERIVED,
        at_least=True,
    ),
    Figure(
        "disc_volume_halfwidth_ppm_p50",
        "ppm",
        10000.0,
        ("derived",),
        "half of that interval at the press, median",
        "The bar is 1 % of the volume. Of the runs that the press ended.",
    ),
    Figure(
        "disc_volume_error_ppm_p95",
        "ppm",
        10000.0,
        ("derived",),
        "derived volume at the press against the disc",
        "The same runs; the bar is 1 % of the volume.",
    ),
)
"""Each against the plant, over draws of plant and sensors."""
