"""What goes wrong with boards, each told in one line."""


class DeviceError(RuntimeError):
    """A board could not be found, asked or written; the message says what happened, what to do."""
