"""The key of a unit: a file, the host's own book of keys, or the public one of a bench image."""

from pathlib import Path

from manostat_tools.devices.errors import DeviceError
from manostat_tools.devices.probe import Hello
from manostat_tools.guide.options import BENCH
from manostat_tools.link import PUBLIC_KEY
from manostat_tools.units.keys import key_of, read_key


def key_for(asked: str | None, hello: Hello) -> bytes:
    """32 bytes. `asked`: a file, "bench", or None: the key that was stored when this unit was
    provisioned here, else the public one of a bench image. DeviceError if there is none."""
    if asked == BENCH:
        return PUBLIC_KEY
    serial = hello.unit
    try:
        if asked is not None:
            return read_key(Path(asked))
        known = key_of(serial) if serial else None
    except ValueError as wrong:
        raise DeviceError(f"key: {wrong}") from wrong
    if known is not None:
        return known
    if hello.bench:
        return PUBLIC_KEY
    raise DeviceError(
        f"unit {serial or 'without a serial number'}: its key is not known here: allowed "
        "--key FILE, as `manostat provision` has made it"
    )
