"""What goes wrong on the link, each told in one line."""

from manostat_tools.devices.errors import DeviceError


class LinkError(DeviceError):
    """The pump refused, did not answer in time, or is not there; the message says what to do."""


class BrokenOffError(LinkError):
    """A pull that could not be ended. `pages`: the whole pages of the journal that did come."""

    def __init__(self, text: str, pages: bytes = b"") -> None:
        super().__init__(text)
        self.pages = pages
