"""What stands behind the numbers: preparation, versions and hashes, events, corrections, gaps."""

from collections.abc import Iterable, Sequence

from manostat_sim.plant.tables import PA_PER_PSI
from manostat_tools.report import cells
from manostat_tools.report.derived import derived_table
from manostat_tools.report.missing import gaps, not_derived_in
from manostat_tools.report.model import Facts, Lines, Part, Section, Table, plain
from manostat_tools.report.overview import by_order, clock
from manostat_tools.report.runs import run_table
from manostat_tools.report.tables import SCHEMA
from manostat_tools.report.units import Unit
from manostat_tools.session.calibration import Calibration
from manostat_tools.session.made_with import other_syringe, other_zero
from manostat_tools.session.model import Run, Session
from manostat_tools.words import serial


def preparation(session: Session, unit: Unit) -> Section:
    """Zero, priming, compliance, syringe."""
    done, syringe = session.preparation, session.syringe
    said = syringe and (
        f"{syringe.maker} {syringe.nominal_ml:g} mL, "
        f"inner diameter {syringe.inner_diameter_mm:g} mm"
    )
    from_unit = (done.zero_from.upper(),) if done.zero_from else ()
    parts: list[Part] = [
        _calibration(done.calibration, unit),
        Facts(
            (
                ("Syringe", cells.text(said, *_not_of(other_syringe(session)))),
                (
                    "Zero of the line sensor",
                    cells.text(unit.text(done.zero_pa), *from_unit, *_not_of(other_zero(session))),
                ),
                ("Zero taken at the height of the disc", _yes(done.zero_at_disc_height)),
                ("Line primed", _yes(done.primed)),
                ("Pain button proven", _yes(done.pain_button_proven)),
            )
        ),
    ]
    if done.runs:
        parts.append(run_table("Runs that belong to no level", done.runs, unit))
    if done.line_compliance is not None:
        parts.append(derived_table([("Line", done.line_compliance)], unit))
    else:
        parts.append(Lines(("Line compliance: not recorded.",)))
    return Section("Calibration and preparation", tuple(parts), new_page=True)


def _not_of(said: Iterable[str]) -> tuple[str, ...]:
    """Below what is stated: the first page says it in full."""
    return ("not what all runs were counted with: see the first page",) if any(said) else ()


def _calibration(held: Calibration | None, unit: Unit) -> Facts:
    """As service stored it in the unit."""
    line = held and f"{held.line_nl_mpa * PA_PER_PSI / 1e9:.3g} uL/psi"
    return Facts(
        (
            ("Unit calibrated", cells.text(held and f"{held.date} by {held.by}")),
            ("Zero as provisioned, in air", cells.text(held and unit.text(held.zero_pa))),
            ("Line compliance as provisioned", cells.text(line)),
        ),
        "The unit's own, as the pump told it",
    )


def _yes(truth: bool | None) -> cells.Cell:
    return cells.text(None if truth is None else "yes" if truth else "NO")


def versions(session: Session, program: str) -> Section:
    """From this the stored records can be found again."""
    unit = session.unit
    facts = Facts(
        (
            ("Pump, serial", cells.text(serial(unit.serial))),
            *cells.firmware(unit),
            ("Host tools", cells.text(program)),
            ("Schema of the tables", cells.text(SCHEMA)),
            ("Hash at the end of the store's chain (SHA-256)", cells.text(session.chain_head)),
        )
    )
    everywhere: list[tuple[str, Run]] = [("preparation", run) for run in session.preparation.runs]
    everywhere += [(level.name, run) for level in by_order(session.levels) for run in level.runs]
    parts: list[Part] = [facts]
    if everywhere:
        parts.append(_sources(everywhere))
    return Section("Versions and hashes", tuple(parts))


def _sources(everywhere: Sequence[tuple[str, Run]]) -> Table:
    rows = []
    for where, run in everywhere:
        source = run.source
        place = source and f"{serial(source.serial)}, boot {source.boot}, record {source.sequence}"
        rows.append(
            (
                cells.text(f"{where}, run {run.number}"),
                cells.text(place),
                cells.text(source and source.record_hash),
                cells.text(run.trace),
            )
        )
    return Table(
        "Where each run stands in the pump's journal",
        ("Run", "Unit, boot, record", "Record (SHA-256)", "Trace (SHA-256)"),
        tuple(rows),
        (16, 20, 32, 32),
    )


def events(session: Session) -> Section:
    """What the pump and the host did, in one list."""
    rows = tuple(
        (
            cells.text("-" if event.wall is None else clock(event.wall)),
            cells.text("-" if event.boot is None else event.boot),
            cells.text("-" if event.at_ms is None else f"{event.at_ms / 1e3:.3f}"),
            cells.text(event.origin),
            cells.text(event.text),
        )
        for event in session.events
    )
    if not rows:
        return Section("Events", (Lines(("No event is recorded.",)),))
    table = Table(
        "",
        ("Host's clock", "Boot", "Since power-on (s)", "From", "What"),
        rows,
        (22, 12, 14, 8, 44),
        "-: not recorded. The pump has no clock of day, and nobody checked the host's.",
    )
    return Section("Events", (table,))


def remarks(session: Session) -> Section:
    """Corrections and notes, in the words of whoever wrote them."""
    corrections = tuple(plain(text) for text in session.corrections)
    notes = tuple(plain(text) for text in session.notes)
    return Section(
        "Corrections and notes",
        (
            Lines(corrections or ("None.",), "Corrections: what was entered, and what stands"),
            Lines(notes or ("None.",), "Notes"),
        ),
    )


def not_recorded(session: Session) -> Section:
    """Everything that is None, and the derived values that are missing, with why."""
    said = [*(gap.said for gap in gaps(session)), *not_derived_in(session)]
    lines = tuple(plain(line) for line in said)
    return Section("Not recorded", (Lines(lines or ("Nothing is missing.",)),))
