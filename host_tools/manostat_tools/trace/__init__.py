"""What is required, why, which code does it, and which test showed it on which bench.

    from manostat_tools.trace import register, requirements
    for item in requirements():
        print(item.id, item.limit, item.unit, item.text)

The items are Doorstop's, in docs/requirements.
"""

from manostat_tools.trace.items import causes, faults, hazards, register, requirements
from manostat_tools.trace.model import Cause, Fault, Hazard, Limit, Register, Requirement
from manostat_tools.trace.rows import Row, matrix

__all__ = [
    "Cause",
    "Fault",
    "Hazard",
    "Limit",
    "Register",
    "Requirement",
    "Row",
    "causes",
    "faults",
    "hazards",
    "matrix",
    "register",
    "requirements",
]
