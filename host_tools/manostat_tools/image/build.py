"""Builds images: one build folder a board, in which only the frozen content differs."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from manostat_tools.boards import BOARDS, REPOSITORY, Board, load_board
from manostat_tools.frozen import manifest_address
from manostat_tools.image import known, manifest, micropython, stage, toolchain, uf2
from manostat_tools.image.errors import ImageError
from manostat_tools.image.log import Log

BUILD = REPOSITORY / "build"
INERT = stage.FIRMWARE / "inert"

_RELEASED = "1744675200"  # 2025-04-15: one date for equal sources, so that images are equal too
_RECIPE = tuple(Path(str(module.__file__)) for module in (manifest, uf2)) + (Path(__file__),)
_NO_OVERRIDES: dict[str, Path | str] = {}


def ensure_images(
    board: str = "RPI_PICO", bench: bool = True, tree: Path | None = None, say: bool = False
) -> Path:
    """Path of the board's image, of the bench one if `bench`; both are built if out of date.

    `tree` is a ready MicroPython source tree (default: $MICROPYTHON_DIR, else Debian's packages).
    Takes milliseconds when nothing changed; safe to call from several processes at once. Raises
    ImageError, or RefusedError when the board folder is wrong.
    """
    loaded = load_board(BOARDS / board)
    log = Log(BUILD / "image.log", say)
    paths = {False: _build(board, loaded, False, _NO_OVERRIDES, tree, log)}
    if loaded.bench is not None:
        paths[True] = _build(f"{board}-bench", loaded, True, _NO_OVERRIDES, tree, log)
    if bench not in paths:
        raise ImageError(f"{loaded.folder}: no bench.json, so there is no bench image")
    return paths[bench]


def build_image(
    name: str,
    overrides: Mapping[str, Path | str],
    board: str = "RPI_PICO",
    bench: bool = True,
    say: bool = False,
) -> Path:
    """build/<name>.uf2, with files of the firmware replaced by frozen name: for tests.

    What replaces is a file or source text: build_image("quiet", {"main.py": "pass"}).
    """
    if not name or "/" in name or name in (board, f"{board}-bench"):
        raise ImageError(f"image name {name!r}: allowed any file name but those of the two images")
    log = Log(BUILD / f"{name}.log", say)
    return _build(name, load_board(BOARDS / board), bench, overrides, None, log)


def _build(
    name: str,
    board: Board,
    bench: bool,
    overrides: Mapping[str, Path | str],
    folder: Path | None,
    log: Log,
) -> Path:
    image, key_file = BUILD / f"{name}.uf2", BUILD / f"{name}.key"
    files = stage.collect(board, bench, overrides)
    if folder is None and micropython.ENVIRONMENT in os.environ:
        folder = Path(os.environ[micropython.ENVIRONMENT])
    BUILD.mkdir(exist_ok=True)
    with _alone(log):
        tree = micropython.given(folder) if folder else micropython.assembled(BUILD)
        if tree and _is_current(image, key_file, _key(files, board, tree)):
            known.remember(stage.image_hash(files), tree.version)
            log.say(f"{_short(image)} is up to date")
            return image
        with log.open():
            toolchain.ensure(log, sources=tree is None)
            tree = tree or micropython.assemble(BUILD, log)
            binary = _compile(name, files, board, tree, log)
        key_file.unlink(missing_ok=True)
        parts = manifest.parts(binary, uf2.FLASH_START, manifest_address(board))
        _replace(image, uf2.encode(parts))
        _replace(key_file, (_key(files, board, tree) + _digest(image)).encode())
        known.remember(stage.image_hash(files), tree.version)
        log.say(f"{_short(image)}: {len(binary) / 1024:.0f} KB for MicroPython {tree.version}")
    return image


def _compile(
    name: str, files: Mapping[str, bytes], board: Board, tree: micropython.Tree, log: Log
) -> bytes:
    """The flash content, from address 0x10000000 on."""
    mpy_cross = _build_mpy_cross(tree, log)
    suffix = "" if tree.own else "-" + hashlib.sha256(str(tree.path).encode()).hexdigest()[:8]
    work = BUILD / "rp2" / (board.micropython_board + suffix)
    frozen = BUILD / "stage" / board.name
    options = [
        "-DPICO_NO_PICOTOOL=1",
        f"-DMICROPY_BOARD={board.micropython_board}",
        f"-DUSER_C_MODULES={INERT}",
        f"-DMICROPY_FROZEN_MANIFEST={frozen / 'manifest.py'}",
    ]
    env = {"MICROPY_MPYCROSS": str(mpy_cross), "SOURCE_DATE_EPOCH": _RELEASED}
    if tree.own:
        env["MICROPY_GIT_TAG"] = f"v{tree.version}"  # or git would name this repository's commit
    configured = work / "configured"
    wanted = "\n".join([str(tree.path), tree.identity, *options])
    if not configured.is_file() or configured.read_text(encoding="utf-8") != wanted:
        with log.phase("configuring"):
            shutil.rmtree(work, ignore_errors=True)
            source = tree.path / "ports" / board.port
            log.run(["cmake", "-S", source, "-B", work, *options], env=env)
            configured.write_text(wanted, encoding="utf-8")
    if stage.write(files, frozen):
        (work / "frozen_content.c").unlink(missing_ok=True)  # its maker overlooks removed files
    with log.phase(f"compiling {name}"):
        log.run(["cmake", "--build", work, "--parallel", str(os.cpu_count() or 1)], env=env)
    return (work / "firmware.bin").read_bytes()


def _build_mpy_cross(tree: micropython.Tree, log: Log) -> Path:
    suffix = "" if tree.own else "-" + hashlib.sha256(tree.identity.encode()).hexdigest()[:8]
    work = BUILD / f"mpy-cross{suffix}"
    made_for, compiler = work / "made-for", work / "mpy-cross"
    if not made_for.is_file() or made_for.read_text(encoding="utf-8") != tree.identity:
        shutil.rmtree(work, ignore_errors=True)
        with log.phase("compiling mpy-cross"):
            jobs = f"-j{os.cpu_count() or 1}"
            env = {"MICROPY_GIT_TAG": f"v{tree.version}"} if tree.own else {}
            log.run(["make", "-C", tree.path / "mpy-cross", f"BUILD={work}", jobs], env=env)
        made_for.write_text(tree.identity, encoding="utf-8")
    return compiler


def _key(files: Mapping[str, bytes], board: Board, tree: micropython.Tree) -> str:
    """Changes with everything that an image is made of."""
    build = {path.name: path.read_bytes() for path in INERT.iterdir()}
    build |= {
        "board": f"{board.port} {board.micropython_board}".encode(),
        "tree": tree.identity.encode(),
    }
    build |= {recipe.name: recipe.read_bytes() for recipe in _RECIPE}
    digest = hashlib.sha256()
    for name, content in sorted({**files, **build}.items()):
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _is_current(image: Path, key_file: Path, key: str) -> bool:
    if not image.is_file() or not key_file.is_file():
        return False
    return key_file.read_text(encoding="utf-8") == key + _digest(image)


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _replace(file: Path, content: bytes) -> None:
    """All or nothing, also when interrupted half way."""
    temporary = file.with_suffix(file.suffix + ".part")
    temporary.write_bytes(content)
    temporary.replace(file)


@contextmanager
def _alone(log: Log) -> Iterator[None]:
    """One build at a time; the lock goes with the process that holds it."""
    with (BUILD / "image.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            log.say("another image is being built, waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _short(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))
