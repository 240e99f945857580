"""Boots an image and prints what it says on its console: a debugging aid."""

import argparse
import sys
import time
from pathlib import Path

from manostat_sim.emulator import EmulatedPico


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m manostat_sim.emulator", description="Boots an image, prints its console."
    )
    parser.add_argument("image", type=Path, help="a UF2 file")
    parser.add_argument("--seconds", type=float, default=1.0, help="virtual time (default 1)")
    arguments = parser.parse_args()
    try:
        pico = EmulatedPico(arguments.image)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1

    def show(data: bytes) -> None:
        sys.stdout.write(data.decode("utf-8", "replace").replace("\r\n", "\n"))
        sys.stdout.flush()

    pico.usb.on_bytes(show)
    pico.on_reset(lambda cause, t_ns: print(f"[{t_ns / 1e6:.3f} ms: reset by {cause}]"))
    started_s = time.monotonic()
    pico.power_on()
    pico.run_until(round(arguments.seconds * 1e9))
    wall_s = time.monotonic() - started_s
    print(f"\n[{pico.now_ns / 1e9:.3f} s of virtual time in {wall_s:.1f} s]")
    return 0


if __name__ == "__main__":
    sys.exit(main())
