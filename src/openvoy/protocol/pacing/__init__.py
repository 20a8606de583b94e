"""When to ask what: cadences, schedule, load, patience, nights. Pure, in seconds of a stopwatch of the caller."""

from openvoy.protocol.pacing.breaker import Breaker
from openvoy.protocol.pacing.cadence import CADENCE_S, LOAD_BUDGET, STALE_AFTER_S, lifetime_s
from openvoy.protocol.pacing.load import LoadMeter
from openvoy.protocol.pacing.quiet import Nights, Outage
from openvoy.protocol.pacing.schedule import Schedule

__all__ = [
    "CADENCE_S",
    "LOAD_BUDGET",
    "STALE_AFTER_S",
    "Breaker",
    "LoadMeter",
    "Nights",
    "Outage",
    "Schedule",
    "lifetime_s",
]
