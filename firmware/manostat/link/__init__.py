"""Frames and the console that carries them. The link asks and tells; it never moves."""
