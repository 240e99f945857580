"""Stock MicroPython for the emulated board, from the tree that the pump's own images are built of.

What people download for a Pico, less the drivers of micropython-lib (Debian's sources have none of
it): prompt, file system, `rp2`, asyncio. Nothing of Manostat is in it.
"""

import hashlib
import os
import shutil
from pathlib import Path

from manostat_tools.boards import BOARDS, load_board
from manostat_tools.image import build, micropython, toolchain, uf2
from manostat_tools.image.log import Log

_MANIFEST = 'freeze("$(PORT_DIR)/modules")\ninclude("$(MPY_DIR)/extmod/asyncio")\n'


def ensure_stock(board: str = "RPI_PICO", tree: Path | None = None, say: bool = False) -> Path:
    """build/<board>-stock.uf2, built if out of date; some 40 s on two cores, else milliseconds.

    `tree` as for `manostat image`. Raises ImageError with what to do when it cannot be built.
    """
    name = f"{board}-stock"
    log = Log(build.BUILD / f"{name}.log", say)
    image, key_file = build.BUILD / f"{name}.uf2", build.BUILD / f"{name}.key"
    build.BUILD.mkdir(exist_ok=True)
    with build._alone(log):
        source = _tree(tree)
        if source and build._is_current(image, key_file, _key(board, source)):
            return image
        with log.open():
            toolchain.ensure(log, sources=source is None)
            source = source or micropython.assemble(build.BUILD, log)
            binary = _compile(name, board, source, log)
        key_file.unlink(missing_ok=True)
        build._replace(image, uf2.encode({uf2.FLASH_START: binary}))
        build._replace(key_file, (_key(board, source) + build._digest(image)).encode())
        log.say(f"build/{image.name}: stock MicroPython {source.version}")
    return image


def ensure_mpy_cross(tree: Path | None = None, say: bool = False) -> Path:
    """The compiler to .mpy of the same tree, built if it is not there. Raises ImageError."""
    log = Log(build.BUILD / "mpy-cross.log", say)
    build.BUILD.mkdir(exist_ok=True)
    with build._alone(log), log.open():
        source = _tree(tree)
        if source is None:
            toolchain.ensure(log, sources=True)
            source = micropython.assemble(build.BUILD, log)
        return build._build_mpy_cross(source, log)


def _tree(folder: Path | None) -> micropython.Tree | None:
    if folder is None and micropython.ENVIRONMENT in os.environ:
        folder = Path(os.environ[micropython.ENVIRONMENT])
    return micropython.given(folder) if folder else micropython.assembled(build.BUILD)


def _compile(name: str, board: str, tree: micropython.Tree, log: Log) -> bytes:
    mpy_cross = build._build_mpy_cross(tree, log)
    loaded = load_board(BOARDS / board)
    work = build.BUILD / "rp2" / name
    manifest = build.BUILD / "stage" / name / "manifest.py"
    manifest.parent.mkdir(parents=True, exist_ok=True)
    manifest.write_text(_MANIFEST, encoding="utf-8")
    env = {"MICROPY_MPYCROSS": str(mpy_cross), "SOURCE_DATE_EPOCH": build._RELEASED}
    if tree.own:
        env["MICROPY_GIT_TAG"] = f"v{tree.version}"
    shutil.rmtree(work, ignore_errors=True)
    with log.phase("configuring"):
        options = [
            "-DPICO_NO_PICOTOOL=1",
            f"-DMICROPY_BOARD={loaded.micropython_board}",
            f"-DMICROPY_FROZEN_MANIFEST={manifest}",
        ]
        log.run(["cmake", "-S", tree.path / "ports" / loaded.port, "-B", work, *options], env=env)
    with log.phase(f"compiling {name}"):
        log.run(["cmake", "--build", work, "--parallel", str(os.cpu_count() or 1)], env=env)
    return (work / "firmware.bin").read_bytes()


def _key(board: str, tree: micropython.Tree) -> str:
    recipe = Path(__file__).read_bytes()
    return hashlib.sha256(f"{board}\0{tree.identity}\0".encode() + recipe).hexdigest()
