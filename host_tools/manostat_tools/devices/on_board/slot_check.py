# mypy: ignore-errors
"""Stands in for manostat/image_check.py on a development board: no manifest of an image is there.

What is looked at instead is what runs: each file of the slot against the slot's own manifest.
"""

import json
import sys
from hashlib import sha256

_PIECE_BYTES = 2048


def is_whole(_manifest_address, feed):
    """Whether each file of the slot has the SHA-256 that was deployed. `feed(0)` often enough."""
    slot = sys.path[0]
    with open(slot + "/manifest.json") as file:
        files = json.load(file)["files"]
    piece = bytearray(_PIECE_BYTES)
    for name, wanted in files.items():
        digest = sha256()
        with open(slot + "/" + name, "rb") as file:
            while n := file.readinto(piece):
                digest.update(memoryview(piece)[:n])
        feed(0)
        if digest.digest().hex() != wanted:
            return False
    return True
