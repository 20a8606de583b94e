"""`openvoy provision pairing` and `comm-check`: what installers look at; nothing is changed."""

from __future__ import annotations

from openvoy.cli.app import JsonFlag, command
from openvoy.cli.output import print_json, print_table, say
from openvoy.cli.target import Target
from openvoy.codec import each
from openvoy.errors import EndpointMissing, EndpointRefused
from openvoy.protocol.endpoints.ensemble_service import STORAGE_COMM_CHECK
from openvoy.protocol.endpoints.parameters import PCU_COMM_CHECK
from openvoy.protocol.endpoints.zigbee import PAIRING_STATUS

MOST_BARS = 5


@command("provision pairing")
async def pairing(*, target: Target, as_json: JsonFlag = False) -> None:
    """Show whether the gateway lets devices join by radio, and how far those are that were registered.

    For example:

        openvoy provision pairing --host envoy.local --token-file installer.jwt
    """
    async with target.open() as gateway:
        status = (await gateway.fetch(PAIRING_STATUS)).value
    rows = [(row.serial or "?", row.status or "not said") for row in each(status.devices)]
    if as_json:
        print_json({"mode": status.network_mode, "devices": dict(rows)})
        return
    print_table(status.network_mode or "Pairing", ("device", "status"), rows)
    if not rows:
        say("No device is being registered.")


@command("provision comm-check")
async def comm_check(*, target: Target, as_json: JsonFlag = False) -> None:
    """Ask how well the gateway hears every inverter over the power line, and the batteries by radio: 0 to 5 bars.

    It takes seconds for each inverter, and the gateway does little else meanwhile. It needs an installer's login.

    For example:

        openvoy provision comm-check --host envoy.local --token-file installer.jwt
    """
    async with target.open() as gateway:
        inverters = (await gateway.fetch(PCU_COMM_CHECK)).value
        try:
            average = (await gateway.fetch(STORAGE_COMM_CHECK)).value.average
        except (EndpointMissing, EndpointRefused):
            average = None
    radio = {} if average is None else {"sub_ghz": average.level_sub_ghz, "2_4_ghz": average.level_2_4_ghz}
    if as_json:
        print_json({"inverters": inverters, "batteries_average": radio})
        return
    rows = [(serial, f"{level} of {MOST_BARS}") for serial, level in sorted(inverters.items(), key=lambda row: row[1])]
    print_table("Inverters, weakest first", ("inverter", "level"), rows)
    for name, level in radio.items():
        say(f"batteries by radio, {name.replace('_', '.')}: {'not said' if level is None else level} of {MOST_BARS}")
