"""A million frames, most of them wrong in some way, against the parser on a MicroPython machine."""

import os
import random
import struct
import subprocess
from binascii import crc32
from collections.abc import Iterator
from pathlib import Path

import pytest

import manostat
from manostat.link import codes
from manostat.link.parser import MOST_BYTES
from manostat_sim import wire
from manostat_sim.benches.vm import find_micropython

FRAMES = 1_000_000
CHUNK = 20_000
SEED = 20_260
ARGUMENT = struct.Struct("<I")
ABOUT = struct.Struct("<BBBI")
LENGTHS = {
    codes.ASK_HELLO: 2,
    codes.ASK_JOURNAL: 6,
    codes.SET_UNIT: 78,
    codes.STOP: 2,
    codes.ASK_TRACE: 2,
    codes.ASK_RING: 6,
    codes.ASK_UNIT: 2,
}


def fuzzed(draw: random.Random) -> bytes:
    """One frame with its zero, as it was not meant."""
    how = draw.randrange(8)
    if how == 0:  # noise, which may hold zeros itself
        return draw.randbytes(draw.randrange(1, 16)) + b"\0"
    if how == 1:  # sound, and of any kind and length
        kind = draw.choice((*LENGTHS, draw.randrange(256)))
        return wire.frame(bytes([kind]) + draw.randbytes(draw.randrange(1, 11)))
    if how == 2:  # about as long as a frame may be
        return wire.frame(draw.randbytes(draw.randrange(84, 96)))
    requests = (wire.hello, wire.trace, wire.journal, wire.ring, wire.unit, setting)
    request = draw.choice(requests)(draw.randrange(256))
    if how == 3:
        return request
    at = draw.randrange(len(request) - 1)
    if how == 4:
        return request[:at] + request[at + 1 :]
    if how == 5:  # half a frame, and another
        return request[:at] + request
    spoilt = bytearray(request)
    spoilt[at] = draw.randrange(256)
    if how == 6:
        return bytes(spoilt)
    return draw.choice((wire.STOP, b"\0" + wire.STOP, wire.STOP[at:]))


def setting(sequence: int) -> bytes:
    """One that is whole, and as long as a request gets."""
    return wire.set_unit(sequence, 1, sequence, range(9), bytes(32))


def expected(stream: bytes) -> tuple[list[int], int]:
    """Frames by result and the CRC over those that can be believed, found by the host's code."""
    counts, seen = [0, 0, 0, 0], 0
    for coded in stream.split(b"\0"):
        if not coded:
            continue
        content = wire.content_of(coded) if len(coded) < MOST_BYTES else None
        if content is None:
            counts[3] += 1
            continue
        kind = content[0]
        result = codes.UNKNOWN
        if kind in LENGTHS:
            result = codes.DONE if len(content) == LENGTHS[kind] else codes.WRONG_LENGTH
        has_argument = kind in (codes.ASK_JOURNAL, codes.ASK_RING) and result == codes.DONE
        argument = ARGUMENT.unpack_from(content, 2)[0] if has_argument else 0
        counts[result] += 1
        seen = crc32(ABOUT.pack(result, kind, content[1], argument), seen)
        if kind == codes.SET_UNIT and result == codes.DONE:
            seen = crc32(content[2:], seen)
    return counts, seen


def chunks() -> Iterator[bytes]:
    draw = random.Random(SEED)
    for _ in range(FRAMES // CHUNK + 1):
        yield b"".join(fuzzed(draw) for _ in range(CHUNK))


@pytest.mark.req("S-01", "S-02")
def test_of_a_million_fuzzed_frames_only_whole_requests_are_taken(figure) -> None:
    firmware = Path(manostat.__file__).parents[1]
    machine = subprocess.Popen(
        [find_micropython(), str(Path(__file__).with_name("fuzz_driver.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "MICROPYPATH": f"{firmware}:.frozen"},
    )
    assert machine.stdin is not None and machine.stdout is not None
    total, wrong = [0, 0, 0, 0], 0
    for chunk in chunks():
        machine.stdin.write(len(chunk).to_bytes(4, "little") + chunk)
        machine.stdin.flush()
        counts, seen = expected(chunk)
        found = struct.unpack("<5I", machine.stdout.read(20))
        wrong += abs(found[0] - counts[0])
        assert found == (*counts, seen)
        total = [before + now for before, now in zip(total, counts, strict=True)]
    machine.stdin.close()
    assert machine.wait() == 0
    of = f"wrong frames that are not rejected, of {sum(total)} fuzzed ones"
    figure("S-02", wrong, 0, "frames", "=", of=of)
    assert sum(total) >= FRAMES
    assert min(total) > FRAMES // 50, "each kind of wrong is among them"
