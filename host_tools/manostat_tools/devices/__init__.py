"""Boards that are attached, real or emulated: listed, flashed, deployed to, and diagnosed.

attached.py finds them, probe.py asks who answers, mpremote_child.py is the only file that knows
mpremote. What can go wrong is a `DeviceError`: one line that says what happened and what to do.
"""
