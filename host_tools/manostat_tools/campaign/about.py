"""What a campaign is about and what it does not show: the first and the last section."""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np

from manostat_sim.campaign.kernel import flat
from manostat_sim.plant import tables
from manostat_tools.campaign.blocks import blocks, files
from manostat_tools.campaign.columns import block_metadata
from manostat_tools.report.model import Cell, Facts, Lines, Notice, Section, Table, Weight

_DOES_NOT_SHOW = (
    "How often anything happens to patients: shares are of what was drawn, and what is drawn how "
    "often is an engineering guess (E).",
    "Pain: a patient here feels a pressure in the disc, and presses after a drawn time.",
    "Cervical and thoracic discs: nobody has published their curves; 100-200 psi/mL is a guess.",
    "The board: the kernel is equal to the core under CPython to the bit; MicroPython, pins, the "
    "step generator, the link and the journal are compared elsewhere.",
    "Two faults at once, and what people do about an alarm.",
    "Flow that goes on after a stop as a hazard of its own: what the line still holds enters the "
    "disc.",
    "Sterility, electrical isolation, a wrong syringe, a zero taken away from disc height.",
)


def about_section(folder: Path, runs: int) -> Section:
    """What was run, on what, and how to tell it again."""
    ticks, faultless = 0, 0
    for block in blocks(folder, ["out_ticks", "draw_fault_kind"]):
        ticks += int(np.sum(block["out_ticks"]))
        faultless += int(np.sum(block["draw_fault_kind"] == 0))
    return Section(
        "What this is",
        (
            Notice(
                Weight.CAUTION,
                "Informed by published sources; not medical advice and not a certified medical "
                "device. No patient, no disc and no needle was measured: the pump's own control "
                "code was run on a simulated line, disc and patient.",
            ),
            Facts(
                (
                    ("Runs", Cell(str(runs), strong=True)),
                    ("Of these with nothing broken", Cell(str(faultless))),
                    ("Virtual time", Cell(f"{ticks * 0.002 / 3600:.1f} h, {ticks} ticks of 2 ms")),
                    ("Files", Cell(str(len(files(folder))))),
                    *_identity(files(folder)[0]),
                    ("Kernel (SHA-256 of its text)", Cell(kernel_digest()[:32])),
                    ("numba, numpy", Cell(f"{version('numba')}, {version('numpy')}")),
                )
            ),
        ),
    )


def _identity(file: Path) -> list[tuple[str, Cell]]:
    """What the first block says of itself; nothing where it was not made by the command."""
    try:
        found = block_metadata(file)
    except ValueError:
        return []
    identity = found["identity"]
    return [
        ("Mix", Cell(f"{identity['mix']}, SHA-256 {identity['mix_sha256'][:16]}")),
        ("Seed", Cell(str(identity["seed"]))),
        ("Firmware's core (SHA-256)", Cell(identity["firmware_sha256"][:32])),
        ("Machine", Cell(found["machine"])),
    ]


@cache
def kernel_digest() -> str:
    """SHA-256 of the kernel's generated text: it changes with core, plant and run."""
    return hashlib.sha256(flat().text.encode()).hexdigest()


def limits_section() -> Section:
    """What the campaign does not show, and what it takes as given."""
    discs = tuple(
        (
            Cell(kind),
            Cell(f"{row.mean:g}, sd {row.sd:g} psi/mL"),
            Cell(row.source),
            Cell(row.letter),
        )
        for kind, row in tables.ELASTANCE.items()
    )
    ranges = tuple(
        (
            Cell(name.lower().replace("_", " ")),
            Cell(f"{row.low:g} to {row.high:g} {row.unit}"),
            Cell(row.source),
            Cell(row.letter),
        )
        for name, row in vars(tables).items()
        if isinstance(row, tables.Range)
    )
    return Section(
        "What it does not show, and what it takes as given",
        (
            Lines(_DOES_NOT_SHOW, "What it does not show"),
            Table(
                "Assumptions about discs, line and syringe",
                ("What", "Value", "Source", "Trust"),
                discs + ranges,
                (20, 24, 48, 8),
                note="H read in the source, M widely repeated, L weak, C computed, E an "
                "engineering guess that needs a measurement.",
            ),
        ),
    )
