"""A file system in the storage, with code that would run on a stock board: none of it runs, none of
it is formatted, nothing on record is touched, and the pump says what it found (S-03).

The file system is made by MicroPython's own littlefs, on the unix port.
"""

import subprocess

import pytest

from manostat.journal import BOOT
from manostat_sim.benches.pico import PicoBench
from manostat_sim.benches.vm import find_micropython
from manostat_sim.journal import JournalRecord
from manostat_sim.unit_page import COPIES, STORAGE_OFFSET, encode
from manostat_tools.boards import BOARDS, load_board

from .rig import UNIT, begin, enabled, lamps, old_trace_page, shown

pytestmark = [pytest.mark.pico, pytest.mark.req("S-03")]

BLOCK = 4096
BOARD = load_board(BOARDS / "RPI_PICO")
FOREIGN = 16  # docs/design.md, notices in the hello frame
FOREIGN_IN_BOOT = (5, 7)  # docs/journal.md, BOOT: blocks in the journal, blocks in the traces
UNIT_INVALID = 4
HOSTILE = """
from machine import Pin
Pin({step}, Pin.OUT, value=1)
Pin({enable}, Pin.OUT, value=0)
Pin({lamp}, Pin.OUT, value=1)
while True:
    pass
"""
MAKE = """
import sys, vfs
BLOCK = {block}
class Ram:
    def __init__(self, data):
        self.data = data
    def readblocks(self, block, buf, offset=0):
        at = block * BLOCK + offset
        buf[:] = self.data[at : at + len(buf)]
    def writeblocks(self, block, buf, offset=None):
        at = block * BLOCK + (offset or 0)
        self.data[at : at + len(buf)] = buf
    def ioctl(self, op, argument):
        if op == 4:
            return len(self.data) // BLOCK
        if op == 5:
            return BLOCK
        if op == 6:
            at = argument * BLOCK
            self.data[at : at + BLOCK] = b"\\xff" * BLOCK
        return 0
"""
WRITE = """
ram = Ram(bytearray(b"\\xff" * {size}))
vfs.VfsLfs2.mkfs(ram, progsize=256)
fs = vfs.VfsLfs2(ram, progsize=256)
code = {code!r}
def put(name):
    with fs.open(name, "w") as file:
        file.write(code)
for name in ("boot.py", "main.py", "manostat.py"):
    put(name)
for folder in ("manostat", "manostat/core"):
    fs.mkdir(folder)
    for name in ("__init__", "app", "pump", "injector", "guard"):
        put(folder + "/" + name + ".py")
fs.umount()
sys.stdout.buffer.write(ram.data)
"""
LIST = """
data = bytearray({size})
sys.stdin.buffer.readinto(data)
fs = vfs.VfsLfs2(Ram(data), progsize=256)
print(sorted(entry[0] for entry in fs.ilistdir("/")))
"""


def _unix_port(program: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    source = MAKE.format(block=BLOCK) + program
    return subprocess.run(
        [find_micropython(), "-X", "heapsize=16m", "-c", source],
        input=stdin,
        capture_output=True,
        check=False,
    )


def _listing(file_system: bytes) -> str:
    """What a board that mounts it would see; the error if it cannot be mounted."""
    done = _unix_port(LIST.format(size=len(file_system)), file_system)
    return (done.stdout or done.stderr).decode()


@pytest.fixture(scope="module")
def file_system() -> bytes:
    """The whole storage as one littlefs, as a stock image lays it out."""
    pins = BOARD.pins
    code = HOSTILE.format(step=pins["STEP"], enable=pins["ENABLE_N"], lamp=pins["LAMP_READY"])
    made = _unix_port(WRITE.format(size=BOARD.pump.storage_flash_bytes, code=code))
    assert made.returncode == 0, made.stderr.decode()
    assert len(made.stdout) == BOARD.pump.storage_flash_bytes
    return made.stdout


@pytest.fixture(scope="module")
def damaged(file_system: bytes) -> bytes:
    """The same with both superblocks spoilt: a stock board would format it."""
    spoilt = bytearray(file_system)
    for block in (0, 1):
        for at in range(block * BLOCK, (block + 1) * BLOCK, 16):
            spoilt[at] ^= 0x55
    return bytes(spoilt)


def test_the_file_systems_are_what_they_should_be(file_system: bytes, damaged: bytes) -> None:
    assert "['boot.py', 'main.py', 'manostat', 'manostat.py']" in _listing(file_system)
    assert "OSError" in _listing(damaged)


def _boot_on(boards, storage: bytes, unit=None) -> PicoBench:
    bench: PicoBench = boards.cold("dallas-0", None)
    bench.pico.write_flash(STORAGE_OFFSET, storage)
    if unit is not None:
        for copy in COPIES:
            bench.pico.write_flash(STORAGE_OFFSET + copy, encode(unit))
    bench.power_on()
    return bench


def _notices(bench: PicoBench) -> tuple[int, int]:
    """(verdict of the self test, notices) of the hello frame."""
    said = bench.hello()
    assert said is not None
    return said.verdict, said.notices


def _boots(bench: PicoBench) -> list[JournalRecord]:
    return [record for record in bench.journal() if record.kind == BOOT]


def _changed_blocks(before: bytes, bench: PicoBench) -> dict[int, bytes]:
    """Blocks of the storage that are not as they were, with what they were."""
    now = bench.flash_image()[STORAGE_OFFSET:][: len(before)]
    return {
        at // BLOCK: before[at : at + BLOCK]
        for at in range(0, len(before), BLOCK)
        if before[at : at + BLOCK] != now[at : at + BLOCK]
    }


def _hostile_blocks(storage: bytes) -> int:
    """Blocks of the file system that lie where records belong."""
    first, end = BOARD.pump.journal_flash_offset_bytes, BOARD.pump.identity_flash_offset_bytes
    blocks = [storage[at : at + BLOCK] for at in range(first, end, BLOCK)]
    return sum(block != b"\xff" * BLOCK for block in blocks)


@pytest.mark.parametrize("which", ["file_system", "damaged"])
def test_nothing_of_it_runs_and_nothing_is_formatted(boards, request, which: str, figure) -> None:
    storage: bytes = request.getfixturevalue(which)
    bench = _boot_on(boards, storage)
    bench.arm()
    bench.run()
    bench.advance(0.1)
    of = "steps of a changed image, or with foreign code in the storage, the latter"
    figure("S-03", bench.steps_made(), 0, "steps", "=", of=of)
    assert bench.edges("STEP") == []
    assert not enabled(bench)
    assert {edge.level for edge in bench.edges("ENABLE_N")} <= {1}
    bench.release("RUN")
    verdict, notices = _notices(bench)
    assert verdict == UNIT_INVALID, "what lies where the unit page belongs is no unit"
    assert notices & FOREIGN
    payload = _boots(bench)[-1].payload
    assert sum(payload[at] for at in FOREIGN_IN_BOOT) == _hostile_blocks(storage)
    changed = _changed_blocks(storage, bench)
    written_over = sum(block != b"\xff" * BLOCK for block in changed.values())
    figure("S-03", written_over, 0, "blocks", "=", of="foreign blocks of flash that are changed")
    assert changed, "the boot itself is on record"
    assert all(block == b"\xff" * BLOCK for block in changed.values())


def test_under_a_sound_unit_page_it_changes_nothing_and_is_told(boards, damaged: bytes) -> None:
    storage = bytearray(damaged)
    ring = BOARD.pump.trace_flash_offset_bytes
    pages = b"".join(old_trace_page(sequence) for sequence in range(1, 16))
    storage[ring : ring + BLOCK] = pages.ljust(BLOCK, b"\xff")
    storage[ring + BLOCK : ring + 2 * BLOCK] = damaged[:BLOCK]  # in the way of the next trace
    bench = _boot_on(boards, bytes(storage), UNIT)
    assert lamps(bench) == shown(bench)
    _, notices = _notices(bench)
    assert notices & FOREIGN
    bench.arm()
    begin(bench, 0.4)
    bench.press("STOP")
    bench.advance(0.1)
    bench.release("STOP")
    bench.release("RUN")
    bench.advance(0.5)
    for copy in COPIES:
        storage[copy : copy + len(encode(UNIT))] = encode(UNIT)
    changed = _changed_blocks(bytes(storage), bench)
    assert changed.pop(ring // BLOCK).startswith(pages), "the ring goes on in its own block"
    assert max(changed) > ring // BLOCK + 1, "and behind what is in its way"
    assert all(block == b"\xff" * BLOCK for block in changed.values())


def test_a_record_from_before_is_still_there_behind_it(boards, damaged: bytes) -> None:
    """The journal was in use; then the file system was written to blocks that were still blank."""
    bench = boards.cold("dallas-0", UNIT)
    bench.power_on()
    bench.arm()
    begin(bench)
    bench.hold("PAIN", 0.1)
    bench.release("RUN")
    bench.advance(0.5)
    before = bench.journal()
    assert len(before) > 3
    bench.power_off()
    storage = bytearray(bench.flash_image()[STORAGE_OFFSET:][: len(damaged)])
    hostile = [damaged[at : at + BLOCK] for at in range(0, len(damaged), BLOCK)]
    hostile = [block for block in hostile if block != b"\xff" * BLOCK]
    first = BOARD.pump.journal_flash_offset_bytes + BLOCK
    for number, block in enumerate(hostile):
        at = first + number * BLOCK
        assert storage[at : at + BLOCK] == b"\xff" * BLOCK
        storage[at : at + BLOCK] = block
    bench.pico.write_flash(STORAGE_OFFSET, bytes(storage))
    bench.power_on()
    made = bench.steps_made()
    assert _notices(bench)[1] & FOREIGN
    now = bench.journal()
    assert now[: len(before)] == before
    assert now[-1].boot == before[-1].boot + 1
    assert bench.steps_made() == made
    assert all(
        bench.flash_image()[STORAGE_OFFSET + first + number * BLOCK :][:BLOCK] == block
        for number, block in enumerate(hostile)
    )
