"""The folder of a campaign: a file for each finished block, and what the campaign is."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from manostat_tools.campaign.block import Order
from manostat_tools.campaign.columns import block_metadata
from manostat_tools.campaign.identity import Identity, differences, machine
from manostat_tools.refusal import RefusedError

ABOUT = "campaign.json"
"""Identity, mix and machine, and what was measured when it was finished."""


class Folder:
    """`path` holds blocks of `identity`, and of no other campaign.

    `open` makes or checks it; then `missing` are the orders to do and `keep` stores what was made.
    """

    def __init__(self, path: Path, identity: Identity, mix_text: str) -> None:
        self.path = path
        self.identity = identity
        self.mix_text = mix_text
        self.blocks = -(-identity.runs // identity.block_runs)
        self.done: set[int] = set()

    def open(self) -> None:
        """RefusedError when it holds another campaign or a file that is no whole block."""
        about = self.path / ABOUT
        if about.exists():
            found = json.loads(about.read_text(encoding="utf-8"))["identity"]
            self._refuse_other(about, found)
        elif self.path.exists() and any(self.path.iterdir()):
            raise RefusedError(
                [f"{self.path}: no {ABOUT} in it, allowed a campaign's or no folder"]
            )
        self.path.mkdir(parents=True, exist_ok=True)
        for part in self.path.glob("*.part"):  # of a command that was killed
            part.unlink()
        if not about.exists():
            self.note({})
        for number in range(self.blocks):
            if self._whole(number):
                self.done.add(number)

    def missing(self) -> Iterator[Order]:
        """What is not there yet, in the order of the runs."""
        size = self.identity.block_runs
        for number in range(self.blocks):
            if number not in self.done:
                count = self._size(number)
                yield Order(number, number * size, count, self.mix_text, self.identity)

    @property
    def runs_done(self) -> int:
        """Runs in the blocks that are there."""
        return sum(self._size(number) for number in self.done)

    def _size(self, number: int) -> int:
        size = self.identity.block_runs
        return min(size, self.identity.runs - number * size)

    def keep(self, number: int, content: bytes) -> None:
        """Store a block: it is there whole, or not at all."""
        self._write(self.block(number), content)
        self.done.add(number)

    def block(self, number: int) -> Path:
        """The file of block `number`, from 0."""
        return self.path / f"block-{number:06d}.parquet"

    def note(self, measured: dict[str, Any]) -> None:
        """Say in ABOUT what was measured."""
        about = {
            "identity": self.identity.as_dict(),
            "mix_text": self.mix_text,
            "machine": machine(),
            "measured": measured,
        }
        self._write(self.path / ABOUT, (json.dumps(about, indent=2) + "\n").encode())

    def noted(self) -> dict[str, Any]:
        """What was measured up to now."""
        about = json.loads((self.path / ABOUT).read_text(encoding="utf-8"))
        measured: dict[str, Any] = about["measured"]
        return measured

    def _whole(self, number: int) -> bool:
        path = self.block(number)
        if not path.exists():
            return False
        try:
            found = block_metadata(path)["identity"]
            rows = pq.read_metadata(path).num_rows
        except (OSError, ValueError, KeyError, pa.ArrowInvalid) as broken:
            raise RefusedError([f"{path}: {broken}; allowed a whole block, delete it"]) from None
        self._refuse_other(path, found)
        if rows != self._size(number):
            raise RefusedError([f"{path}: {rows} runs, allowed {self._size(number)}; delete it"])
        return True

    def _refuse_other(self, path: Path, found: dict[str, Any]) -> None:
        different = differences(found, self.identity.as_dict())
        if different:
            raise RefusedError(
                [f"{path}: of another campaign; {line}" for line in different]
                + [f"{self.path}: move or delete it, or give another --folder"]
            )

    def _write(self, path: Path, content: bytes) -> None:
        part = path.with_name(path.name + ".part")
        try:
            with part.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:  # Ctrl-C comes anywhere
            part.unlink(missing_ok=True)
