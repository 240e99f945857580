"""From power to the verdict of the self test, as the lamps show it."""

from collections.abc import Mapping
from pathlib import Path

from manostat.journal import EVENTS, Journal
from manostat_sim.benches.pico import PicoBench
from manostat_sim.scenarios import Scenario
from manostat_sim.unit_page import STORAGE_OFFSET

_BLOCK_BYTES = 4096


def boot_ms(
    of: Scenario, image: Path, pins: Mapping[str, int], journal: bytes = b"", offset: int = 0
) -> float:
    """Milliseconds from power to the fall of LAMP_HIGH, which is lit for the lamp test until the
    verdict. `journal` is what already stands in flash, at `offset` of the storage.

    AssertionError when there is no verdict in 3 s.
    """
    bench = PicoBench(of, None, image, pins)
    bench.pico.write_flash(STORAGE_OFFSET + offset, journal)
    bench.power_on()
    falls = [edge.at_us for edge in bench.edges("LAMP_HIGH") if not edge.level]
    if not falls:
        raise AssertionError("no verdict of the self test within 3 s of power")
    return falls[-1] / 1000


def full_journal(length_bytes: int) -> bytes:
    """A journal of this size without a page left, and no level in it: as long to read as it can
    be, for what counts of the newest level is looked for from the end to the beginning."""
    flash = _Flash(length_bytes)
    journal = Journal(flash, 0, length_bytes // _BLOCK_BYTES)
    journal.scan()
    for number in range(length_bytes // 256):
        journal.append(EVENTS, b"an event", number)
    return bytes(flash.memory)


class _Flash:
    """As much of `rp2.Flash` as the journal uses."""

    def __init__(self, length_bytes: int) -> None:
        self.memory = bytearray(b"\xff" * length_bytes)

    def readblocks(self, block: int, buf: bytearray, offset: int) -> None:
        at = block * _BLOCK_BYTES + offset
        buf[:] = self.memory[at : at + len(buf)]

    def writeblocks(self, block: int, buf: bytes, offset: int) -> None:
        at = block * _BLOCK_BYTES + offset
        self.memory[at : at + len(buf)] = buf
