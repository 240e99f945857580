"""Requirements on the registry of units: only added to; killed, damaged or fought over it keeps
what it had, and says where it is damaged."""

import fcntl
import os
import signal
import time
from dataclasses import replace

import pytest

from manostat_tools.units import registry
from manostat_tools.units.registry import RegistryError, append, read

from ..devices.conftest import manostat
from .conftest import event


def serials(book):
    return [each.serial for each in book.events]


def fill(file, count):
    for number in range(count):
        append(file, event(f"M-{number}"))


def test_what_is_added_is_read_in_its_order(file):
    assert read(file).events == []
    for each in (event("M-1"), event("M-2"), event("M-1", "begun")):
        append(file, each)
    book = read(file)
    assert book.events == [event("M-1"), event("M-2"), event("M-1", "begun")]
    assert (book.damage, file.stat().st_mode & 0o777) == ([], 0o600)


def test_no_byte_of_an_older_line_is_touched(file):
    fill(file, 2)
    before = file.read_bytes()
    append(file, event("M-9"))
    assert file.read_bytes().startswith(before)


def killed_at(file, nth):
    """A child that adds one event and is killed at its nth operation; a write is cut in the middle.
    Whether it ended before it was done."""
    child = os.fork()
    if child == 0:
        left = [nth]

        def die(half=lambda: None):
            if left[0] == 0:
                half()
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1

        write, fsync = os.write, os.fsync

        def cut(handle, data):
            die(lambda: write(handle, data[: len(data) // 2]))
            return write(handle, data)

        def sync(handle):
            die()
            fsync(handle)

        os.write, os.fsync = cut, sync
        append(file, event("M-NEW"))
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("before", [0, 3])
def test_killed_at_any_operation_old_lines_stay_whole_and_the_next_is_taken(file, before):
    nth = 0
    old = [f"M-{number}" for number in range(before)]
    while True:
        file.unlink(missing_ok=True)
        fill(file, before)
        if not killed_at(file, nth):
            break
        assert serials(read(file)) in (old, [*old, "M-NEW"])
        append(file, event("M-NEXT"))
        book = read(file)
        assert serials(book) in ([*old, "M-NEXT"], [*old, "M-NEW", "M-NEXT"])
        assert [each.line for each in book.damage] in ([], [before + 1]), (
            "the cut line, and no other"
        )
        nth += 1
    assert nth >= 2, "a write and a sync"
    assert serials(read(file)) == [*old, "M-NEW"]


def test_any_spoilt_byte_costs_its_own_line_and_is_told_with_its_place(file):
    fill(file, 3)
    content = file.read_bytes()
    start = content.index(b"\n") + 1
    end = content.index(b"\n", start)
    for at in (*range(start, start + 40), *range(start, end, 7), *range(end - 30, end)):
        spoilt = bytearray(content)
        spoilt[at] ^= 1 << at % 8
        file.write_bytes(spoilt)
        book = read(file)
        assert serials(book) == ["M-0", "M-2"], at
        assert book.damage[0].line == 2


def test_a_lost_line_feed_loses_no_event(file):
    fill(file, 3)
    content = bytearray(file.read_bytes())
    content[content.index(b"\n")] = 0x0B
    file.write_bytes(content)
    append(file, event("M-NEXT"))
    book = read(file)
    assert serials(book) == ["M-0", "M-1", "M-2", "M-NEXT"]
    assert [each.line for each in book.damage] == [1]


def test_a_line_that_was_taken_out_is_missed(file):
    fill(file, 3)
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(lines[0] + lines[2])
    (damage,) = read(file).damage
    assert (damage.line, damage.what) == (2, "event 3 where 2 was expected")


def test_writers_wait_for_one_another(file):
    children = []
    for writer in range(4):
        if (child := os.fork()) == 0:
            for _ in range(20):
                append(file, event(f"W-{writer}"))
            os._exit(0)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 4
    book = read(file)
    assert book.damage == []
    assert sorted(serials(book)) == sorted(f"W-{writer}" for writer in range(4) for _ in range(20))


def test_a_writer_that_never_ends_is_told_and_nothing_is_written(file, monkeypatch):
    monkeypatch.setattr(registry, "LOCK_S", 0.1)
    fill(file, 1)
    with file.open() as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        begun_s = time.monotonic()
        with pytest.raises(RegistryError, match="another program has been writing"):
            append(file, event("M-2"))
        assert time.monotonic() - begun_s < 2
    assert serials(read(file)) == ["M-0"]


def test_a_full_disk_is_one_line_and_old_lines_stay(file, monkeypatch):
    fill(file, 2)
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, data[:10]))
    with pytest.raises(RegistryError, match="only a part"):
        append(file, event("M-9"))
    monkeypatch.undo()
    assert serials(read(file)) == ["M-0", "M-1"]


@pytest.mark.parametrize(
    "odd",
    [
        {"serial": 5},
        {"utc": None},
        {"unit": []},
        {"values": None},
        {"values": ["a"] * 9},
        {"values": [1] * 7 + [0, 1]},
        {"values": [10**400]},
        {"key": 7},
        {"stored": "unit"},
    ],
)
def test_an_event_that_cannot_be_is_damage_though_its_checksum_fits(file, odd):
    fill(file, 1)
    append(file, replace(event("M-1"), **odd))
    append(file, event("M-2"))
    book = read(file)
    assert serials(book) == ["M-0", "M-2"]
    assert [each.line for each in book.damage] == [2]
    assert "with 0 whole events" in book.damage[0].what


class TestTheCommand:
    def test_a_unit_that_was_provisioned_twice_has_both_in_its_history(self, file):
        append(file, event("M-017", "begun"))
        append(file, event("M-017", result="self test: passed"))
        append(file, event("M-018"))
        append(file, event("M-017", key="0123456789abcdef"))
        args = ("units", "--registry", str(file))
        listed = manostat(*args, "list")
        assert (listed.code, listed.out.count("\n")) == (0, 2)
        history = manostat(*args, "history", "M-017").out
        assert history.count("M-017  2026-11-28") == 3
        assert "4d8c8e7edb734ba4" in history
        shown = manostat(*args, "show", "M-017").out
        for word in ("0123456789abcdef", "50.0 psi (345 kPa) above opening", "-0.040 psi", "bd-10"):
            assert word in shown, word
        assert "4d8c8e7edb734ba4" not in shown

    def test_one_that_was_never_ended_says_so(self, file):
        append(file, event("M-017"))
        append(file, event("M-017", "begun"))
        args = ("units", "--registry", str(file))
        assert "begun and never ended" in manostat(*args, "list").out
        assert "begun and never ended" in manostat(*args, "show", "M-017").out

    def test_damage_is_told_and_the_rest_is_shown(self, file):
        fill(file, 3)
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
        done = manostat("units", "--registry", str(file), "list")
        assert done.code == 1
        assert done.out.count("\n") == 2
        assert f"{file}: line 2: " in done.err

    def test_a_serial_number_that_is_not_there_names_those_that_are(self, file):
        append(file, event("M-017"))
        done = manostat("units", "--registry", str(file), "show", "M-1")
        assert (done.code, done.out) == (1, "")
        assert "known: M-017" in done.err
        assert manostat("units", "--registry", str(file), "show", "../x").code == 2
