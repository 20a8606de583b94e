"""Which firmware a simulated gateway can be, and what differs between builds in the replies of a site."""

from __future__ import annotations

from openvoy.errors import ConfigError
from openvoy.protocol.firmware import Firmware, parse_firmware

USUAL = {
    "3": "3.9.36",
    "3.9": "3.9.36",
    "4": "4.10.35",
    "4.10": "4.10.35",
    "5": "5.0.62",
    "5.0": "5.0.62",
    "7": "7.6.175",
    "7.3": "7.3.517",
    "7.6": "7.6.175",
    "8": "8.3.5169",
    "8.2": "8.2.4345",
    "8.3": "8.3.5169",
}
"""The build that is meant by a generation."""
DEFAULT = "8.3"
FIRST = Firmware((3, 9))
AFTER_LAST = Firmware((8, 4))
"""Nothing is known of firmware from here on."""

FIRST_METERED = Firmware((4,))
RELEASE_CLASS = ((Firmware((3, 9)), Firmware((3, 10))), (Firmware((4, 10)), Firmware((5,))))
"""Builds that were recorded with the class letter R, from the first to before the second."""
PAGE_IS_JSON = Firmware((4,))
"""The production page as JSON; before, a table for people, and no page beside it."""
FULL_PAGE = Firmware((3, 10))
"""From here on 3.x sends the table without the page around it."""
NO_TRIP_POINTS = Firmware((7,))
INVERTER_PROFILES_MOVED = Firmware((6,))
RELEASES = Firmware((7, 3))
"""The identity page names stage and version of the release."""
SPLIT_PRODUCTION_SWITCH = Firmware((8, 3, 5528))
PROVISIONED_FLAGS = Firmware((4, 3))
"""The inventory says what kind a device is and whether it is provisioned."""
AC_BATTERY_GROUP = Firmware((4, 5))
RELAY_GROUP = Firmware((4, 10))
SIZE_IN_BYTES = Firmware((6,))
BOARD_GROUP = Firmware((7,))
SEVEN_METERS = Firmware((8, 3, 5433))
"""Meters that are not there are listed too, as in a combiner."""
PHASES_IN_LIVEDATA = Firmware((7, 3))
"""Live values by phase; before, secondary control is told in short as well."""
EIGHT = Firmware((8,))
STORAGE_IN_TARIFF = Firmware((7,))
"""The tariff says what batteries do."""
FEED_IN_PRICES = Firmware((5,))
"""The tariff says what feeding in pays."""
CONTACTS_IN_LIVEDATA = Firmware((8, 2))
CLOUD_SCHEDULES = Firmware((8, 2, 4200))
"""The cloud may plan for the batteries."""
GENERATOR_TYPE = Firmware((8, 2, 127))
GENERATOR_PRESENT = Firmware((8, 2, 4))
"""The generator counts as present only where there is one."""
TRANSFER_RELAYS = Firmware((8, 2, 4000))
"""The controller names its transfer relays: builds 8.2.4xxx do, 8.2.127 does not."""
NO_PAGE_EXTRAS = Firmware((7, 6, 175))
"""The home page loses what later builds no longer say."""
TOTAL_IS_DIFFERENCE = Firmware((7, 6, 185))
"""Reactive energies of total consumption: net less production; before, their sum.

Reactive power is the other way round. Apparent power is added up line by line; before, it is all voltages added up
times all currents added up. Seen on 4.10.35, 7.3.130 and 7.6.175, and on 7.6.185, 8.2.127, 8.2.4382 and 8.3.5169.
"""
NAMED_ROWS = Firmware((4, 2, 28))
"""Rows of meters on the production page say what they measure; before, their place does."""
TARIFF_IS_SET = (Firmware((4, 5)), Firmware((4, 6)))
"""The home page says that there is a tariff, not which kind."""
EACH_WRAPS = Firmware((8, 2, 4264))
"""Lifetime of the inverters: each one wraps at 2^32 J; before, their sum does."""
EIGHT_THREE = Firmware((8, 3))
FOURTH_CHANNEL = Firmware((8, 3, 5169))
"""Meters have four channels in the device data."""


def parse_version(text: str) -> Firmware:
    """Read a generation such as 8.2, or a build such as 8.2.127; raise ConfigError for what is not served."""
    wanted = text.strip().lstrip("DRMdrm")
    firmware = parse_firmware(USUAL.get(wanted, wanted))
    if not FIRST <= firmware < AFTER_LAST:
        raise ConfigError(
            f"{text!r} is no firmware that a simulated site can have",
            hint=f"Use a generation ({', '.join(USUAL)}) or a build such as 8.2.4345; known are {FIRST} to 8.3.",
        )
    return Firmware(firmware.numbers, "D")
