"""The key of each unit, in a file that its owner alone can read. A key is never printed.

In the folder `keys`, of each key `SERIAL.NAME.key`, 32 raw bytes, NAME being the 16 hex digits that
records are sealed with; `SERIAL.key` is another name of the one that the pump has now. None is ever
removed: what an older key has sealed can be verified with nothing else.
"""

import errno
import os
import secrets
from pathlib import Path

from manostat_tools.journal.seals import KEY_BYTES, name_of
from manostat_tools.journal.seals import read_key as decode
from manostat_tools.units.place import check_serial, data_folder, make_folder, sync_folder

_MOST_BYTES = 256  # of a key file: 64 digits with some white space
_OWNER_ALONE = 0o600


class KeyFileError(ValueError):
    """A file that holds no key, or cannot be read or written. The message has nothing of a key."""


def folder() -> Path:
    """Where the keys are. It may not exist."""
    return data_folder() / "keys"


def new_key() -> bytes:
    """32 bytes from the system's source of randomness."""
    return secrets.token_bytes(KEY_BYTES)


def read_key(path: Path) -> bytes:
    """The 32 bytes of a key file: raw, or as 64 hex digits with white space around them.

    KeyFileError, naming the file and what is allowed, for anything else.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as problem:
        raise KeyFileError(f"{path}: {problem.strerror}") from None
    try:
        return decode(content)
    except ValueError as wrong:
        raise KeyFileError(f"{path}: no key: {wrong}") from None


def key_of(serial: str) -> bytes | None:
    """The key that the unit of this serial number has now, as far as this host knows; else None.

    ValueError if it is no serial number, KeyFileError if there is a file that is no key.
    """
    file = folder() / f"{check_serial(serial)}.key"
    return read_key(file) if _is_there(file) else None


def key_named(serial: str, name: str) -> bytes | None:
    """The key of this serial number and this name (16 hex digits), old or new; None: not kept here.

    KeyFileError if it is not the key that its file's name says, or nobody may look.
    """
    file = _file(serial, name)
    if not _is_there(file):
        return None
    key = read_key(file)
    if name_of(key) != name:
        raise KeyFileError(f"{file}: holds the key {name_of(key)}")
    return key


def keep(serial: str, key: bytes) -> Path:
    """Keep the key, whole or not at all, before any pump has it; its file. KeyFileError if it
    cannot be written."""
    name = name_of(key)
    file = _file(serial, name)
    if key_named(serial, name) == key:
        return file
    try:
        make_folder(folder().parent)
        make_folder(folder())
        _replace(file, key)
    except OSError as problem:
        raise KeyFileError(f"{file}: {problem.strerror}") from None
    return file


def make_current(serial: str, name: str) -> None:
    """From now on `key_of` gives this key, which is kept already: the pump has said that it has it.
    KeyFileError if it is not kept, or nothing can be written."""
    key = key_named(serial, name)
    file = folder() / f"{serial}.key"
    if key is None:
        raise KeyFileError(f"{_file(serial, name)}: not there")
    if _is_there(file) and read_key(file) == key:
        return
    try:
        _replace(file, key)
    except OSError as problem:
        raise KeyFileError(f"{file}: {problem.strerror}") from None


def _file(serial: str, name: str) -> Path:
    return folder() / f"{check_serial(serial)}.{name}.key"


def _is_there(file: Path) -> bool:
    """KeyFileError if that cannot be told, as of a folder of another user."""
    try:
        return file.exists()
    except OSError as problem:
        raise KeyFileError(f"{file}: {problem.strerror}") from None


def _replace(file: Path, key: bytes) -> None:
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)  # of a process of this number that was killed
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ALONE)
    try:
        os.fchmod(handle, _OWNER_ALONE)
        if (written := os.write(handle, key)) != len(key):  # a disk that is full
            raise OSError(errno.ENOSPC, f"{written} of {len(key)} bytes written")
        os.fsync(handle)
        part.rename(file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    finally:
        os.close(handle)
    sync_folder(file.parent)
