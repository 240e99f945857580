"""An emulated Pico as a process of its own: its USB serial port behind a pty, its buttons behind a
control channel, its boot loader a folder. What real tools, mpremote among them, can talk to.

registry.py says which ones run, board.py is the board, process.py holds its time to wall time.
"""
