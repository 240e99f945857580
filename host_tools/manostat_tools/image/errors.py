"""What can go wrong on the way to an image, told with what to do about it."""


class ImageError(RuntimeError):
    """The image could not be built; the message says what to do next."""
