"""Host tools of Manostat: board data, image building, and the command `manostat`."""

__version__ = "0.1.0"
