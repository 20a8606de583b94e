"""What follows from the identity page."""

from __future__ import annotations

from openvoy.protocol.endpoints.identity import Info
from openvoy.protocol.firmware import Capabilities, Firmware, LoginKind, parse_firmware

MANUFACTURER = "Enphase"
"""Who makes gateways, inverters, batteries and controllers."""
_FIRST_WITH_TOKENS = (7,)
_FIRST_WITH_DIGEST = (3, 9)
_FIRST_METERED = (4,)
_OLD_LINE = ((3, 10), (4,))
"""3.10 to 3.x belongs to the older hardware line, whatever its numbers say; it asks for no login."""


def build_capabilities(info: Info) -> Capabilities:
    """Derive what a gateway can do and how it wants to be asked."""
    firmware = parse_firmware(info.software)
    return Capabilities(
        serial=info.serial,
        part_number=info.part_number,
        firmware=firmware,
        metered=info.imeter is not False and firmware.numbers >= _FIRST_METERED,
        login=_login_kind(firmware, web_tokens=info.web_tokens),
    )


def _login_kind(firmware: Firmware, *, web_tokens: bool | None) -> LoginKind:
    numbers = firmware.numbers
    if web_tokens or numbers >= _FIRST_WITH_TOKENS:
        return LoginKind.TOKEN
    if numbers < _FIRST_WITH_DIGEST or _OLD_LINE[0] <= numbers < _OLD_LINE[1]:
        return LoginKind.NONE
    return LoginKind.DIGEST
