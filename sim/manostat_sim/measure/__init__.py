"""Measures a bench from outside: pins, plant and emulated memory, never the firmware's own word.

Each module measures one thing and returns raw samples; what is the worst of them, and whether that
is good enough, is for the caller. A sweep runs one booted board forward and forks a child for each
phase (`manostat_sim.emulator.forked`), so that nothing is booted or armed twice.
"""
