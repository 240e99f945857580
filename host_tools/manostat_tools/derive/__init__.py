"""Values derived beside the raw ones, each with its rule, its inputs and a 95 % interval.

What the physician reads as pressure is the line's; what hurts is the disc's. This package says
what the disc's was, how sure that is, and why where it cannot be said. docs/derived-values.md has
the rules. Not a certified medical device.
"""
