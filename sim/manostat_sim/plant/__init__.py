"""The hydraulics and the sensors on the far side of the wires.

Pressures are in pascal, gauge; volumes in nanolitres; flows in nanolitres per second; times in
integer microseconds, or in float seconds where the name says `_s`. Everything is float64 and the
updates use only + - * / and sqrt, so that CPython and a compiler agree to the bit.
"""
