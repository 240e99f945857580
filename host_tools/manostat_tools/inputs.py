"""What a person gives to a command, held to what can be."""

import argparse

MOST_S = 86_400.0


def seconds(text: str) -> float:
    """A duration, for argparse: 0 to a day. What is not finite would never be over."""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not 0 <= value <= MOST_S:
        raise argparse.ArgumentTypeError(f"{text}: allowed 0 to {MOST_S:g} s")
    return value
