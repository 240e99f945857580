"""What `manostat deploy` puts on a development board besides the firmware. MicroPython, not host
code: read as text and compiled, never imported here.

Stock MicroPython has its file system where a pump's image keeps its records, no manifest of an
image, and a prompt that Ctrl-C gets back to. These files stand in for what depends on that.
"""
