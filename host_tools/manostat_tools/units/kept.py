"""Which of the keys that this host keeps a pump's records are checked with."""

import os
import re
from collections.abc import Sequence

from manostat_tools.units.keys import KeyFileError, folder, key_named, key_of
from manostat_tools.units.place import check_serial

_FILE = re.compile(r"([A-Z0-9-]{1,8})\.([0-9a-f]{16})\.key")


def kept_key(serial: str | None, names: Sequence[str]) -> bytes | None:
    """A key of the unit of this serial number; None: none is kept here. ValueError if it is none.

    Of those that its seals name, in their order, the newest that is kept: it vouches for what an
    older one sealed too. Else the one that the unit has now, or any other: that nothing fits a key
    which is kept is to be found. `serial` None: of any unit, a key of one of these names, which no
    two share. KeyFileError if it cannot be read.
    """
    kept = _kept(serial and check_serial(serial))
    for name in reversed(names):
        if name in kept:
            return key_named(kept[name], name)
    if serial is None:
        return None
    return key_of(serial) or next((key_named(serial, name) for name in sorted(kept)), None)


def _kept(serial: str | None) -> dict[str, str]:
    """Names of the keys of which there is a file, of this unit or of all, and whose they are."""
    try:
        files = [_FILE.fullmatch(name) for name in os.listdir(folder())]
    except FileNotFoundError:
        return {}
    except OSError as problem:
        raise KeyFileError(f"{folder()}: {problem.strerror}") from None
    return {file[2]: file[1] for file in files if file and serial in (None, file[1])}
