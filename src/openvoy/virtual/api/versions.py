"""Which firmware a simulated gateway can be, and what differs between builds in the replies of a site."""

from __future__ import annotations

from openvoy.errors import ConfigError
from openvoy.protocol.firmware import Firmware, parse_firmware

USUAL = {
    "7": "7.6.175",
    "7.3": "7.3.517",
    "7.6": "7.6.175",
    "8": "8.3.5169",
    "8.2": "8.2.4345",
    "8.3": "8.3.5169",
}
"""The build that is meant by a generation."""
DEFAULT = "8.3"
FIRST = Firmware((7,))

PHASES_IN_LIVEDATA = Firmware((7, 3))
"""Live values by phase; before, secondary control is told in short as well."""
EIGHT = Firmware((8,))
TRANSFER_RELAYS = Firmware((8, 2, 4))
"""The controller names its transfer relays."""
NO_PAGE_EXTRAS = Firmware((7, 6, 175))
"""The home page loses what later builds no longer say."""
TOTAL_IS_DIFFERENCE = Firmware((7, 6, 185))
"""Reactive energies of total consumption: net less production; before, their sum."""
EACH_WRAPS = Firmware((8, 2, 4264))
"""Lifetime of the inverters: each one wraps at 2^32 J; before, their sum does."""
EIGHT_THREE = Firmware((8, 3))
FOURTH_CHANNEL = Firmware((8, 3, 5169))
"""Meters have four channels in the device data."""


def parse_version(text: str) -> Firmware:
    """Read a generation such as 8.2, or a build such as 8.2.127; raise ConfigError for what is not served."""
    wanted = text.strip().lstrip("DRMdrm")
    firmware = parse_firmware(USUAL.get(wanted, wanted))
    if firmware < FIRST:
        raise ConfigError(
            f"{text!r} is no firmware that a simulated site can have",
            hint=f"Use a generation ({', '.join(USUAL)}) or a build such as 8.2.4345, from 7.0 on.",
        )
    return Firmware(firmware.numbers, "D")
