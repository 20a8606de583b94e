"""From counters that lie to counters that only grow.

`Counter` classifies each step of one raw counter, `Fleet` adds inverters up, `Chain` joins the sources of one quantity
to one series, `Accountant` has all of a site's. What counters add follows from the readings alone, so that energies can
be accounted again from raw whenever the rules improve (`RULES_VERSION`).
"""

from openvoy.model.accounting.accountant import QUANTITIES, Accountant, Accounted, is_of_site
from openvoy.model.accounting.chain import INTEGRATED, Chain
from openvoy.model.accounting.counter import Counter
from openvoy.model.accounting.devices import Devices
from openvoy.model.accounting.feed import FED, FeedMeter
from openvoy.model.accounting.fleet import Fleet
from openvoy.model.accounting.freshness import Freshness
from openvoy.model.accounting.integration import Integrator
from openvoy.model.accounting.replay import parse_moments, replay
from openvoy.model.accounting.steps import RULES_VERSION, Notice, Step

__all__ = [
    "FED",
    "INTEGRATED",
    "QUANTITIES",
    "RULES_VERSION",
    "Accountant",
    "Accounted",
    "Chain",
    "Counter",
    "Devices",
    "FeedMeter",
    "Fleet",
    "Freshness",
    "Integrator",
    "Notice",
    "Step",
    "is_of_site",
    "parse_moments",
    "replay",
]
