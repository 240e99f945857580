"""The USB link of a pump, as a small Python API (docs/link-api.md).

with connect() as pump:
    print(pump.state().name)
"""

from manostat_sim.telemetry import TickFrame
from manostat_tools.link.errors import BrokenOffError, LinkError
from manostat_tools.link.pump import Pump, connect
from manostat_tools.link.settings import Settings
from manostat_tools.link.state import State
from manostat_tools.link.subscription import LinkBack, LinkLost, Subscription
from manostat_tools.link.unit import PUBLIC_KEY

__all__ = (
    "PUBLIC_KEY",
    "BrokenOffError",
    "LinkBack",
    "LinkError",
    "LinkLost",
    "Pump",
    "Settings",
    "State",
    "Subscription",
    "TickFrame",
    "connect",
)
