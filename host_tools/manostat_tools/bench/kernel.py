"""Figures of campaigns: how fast and how large, and that the kernel is no other pump."""

from manostat_tools.bench.figure import Figure

_RUNS = (
    "Injector, guard, plant, sensors, lease, patient and hands, one tick being 2 ms. 5000 runs of "
    "up to two seconds with drawn faults and one whole injection with each kind of fault; the same "
    "runs for all of these figures, in one process. docs/campaigns.md says how, and what it does "
    "not show."
)

KERNEL = (
    Figure(
        "campaign_ticks_per_s_core",
        "ticks/s",
        10_000_000.0,
        ("campaign",),
        "ticks of `run_many` on one core, from draws to outcomes",
        "Processor time, the best of five passes; compiling is not in it. " + _RUNS,
        wall_clock=True,
        at_least=True,
    ),
    Figure(
        "campaign_speedup_vs_cpython",
        "times",
        100.0,
        ("campaign",),
        "the same over the same sources in CPython",
        "CPython made the runs once, digests included. " + _RUNS,
        wall_clock=True,
        at_least=True,
    ),
    Figure(
        "campaign_compared_runs",
        "runs",
        None,
        ("campaign",),
        "runs made on both sides",
        _RUNS,
    ),
    Figure(
        "campaign_bit_equal_runs",
        "runs",
        None,
        ("campaign",),
        "of these, equal to the bit",
        "In a digest of every tick's inputs, outputs and line pressure, and in every number that "
        "pump, plant, sensors and bench hold at the end.",
    ),
    Figure(
        "campaign_differing_runs",
        "runs",
        0.0,
        ("campaign",),
        "of these, not equal",
        "Compared less equal.",
    ),
    Figure(
        "campaign_million_s",
        "s",
        None,
        ("campaign-whole",),
        "a million whole injections of the default mix, all cores: scaled from the samples",
        "Not a million: 32 768 runs in blocks of 4096 are made by one process for each core, "
        "drawn, run and packed as Parquet, and the wall time of each block after a worker's first "
        "is scaled. What else the machine does is in it; other tasks of the bench beside it, too. "
        "`make campaign` makes the real million and writes what it took into its campaign.json.",
        wall_clock=True,
    ),
    Figure(
        "campaign_million_cpu_s",
        "s",
        None,
        ("campaign-whole",),
        "the same in processor time, of all workers in sum",
        "Scaled from the same samples. Over the number of cores it is what the first figure would "
        "be on a machine with nothing else to do.",
        wall_clock=True,
    ),
    Figure(
        "campaign_rss_mb",
        "MB",
        None,
        ("campaign-whole",),
        "resident memory of that command and its workers, in sum",
        "Each at its own worst moment, as the operating system counts it; libraries they share are "
        "counted in each. Blocks are streamed: it does not grow with the runs.",
        wall_clock=True,
    ),
)
