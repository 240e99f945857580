"""Builds the images that a board runs: MicroPython with the firmware frozen in.

The phases, in this order: compiler (toolchain.py), signed sources (micropython.py), mpy-cross,
what to freeze (stage.py), compiling, UF2 (uf2.py). build.py ties them together.
"""

from manostat_tools.image.build import build_image, ensure_images
from manostat_tools.image.errors import ImageError

__all__ = ["ImageError", "build_image", "ensure_images"]
