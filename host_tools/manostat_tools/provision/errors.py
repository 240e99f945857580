"""Why a unit was not provisioned."""


class ProvisionError(RuntimeError):
    """One line: what went wrong, and what is stored in the pump by then."""
