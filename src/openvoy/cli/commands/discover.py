"""`openvoy discover`: gateways on the local network."""

from __future__ import annotations

from typing import Annotated

from openvoy.cli.app import JsonFlag, command, option
from openvoy.cli.extras import needing
from openvoy.cli.output import print_json, print_table, say
from openvoy.errors import ConfigError, GatewayUnreachable

LONGEST_S = 300.0


@command("discover", also=("find", "scan", "search"))
async def discover(
    *,
    seconds: Annotated[float, option("--seconds", help="How long to listen.")] = 5.0,
    interface: Annotated[
        list[str] | None,
        option(
            "--interface", env="OPENVOY_INTERFACE", help="Listen at this address of this machine only; may be repeated."
        ),
    ] = None,
    as_json: JsonFlag = False,
) -> int:
    """Find the gateways that announce themselves on this network (mDNS).

    A gateway that announces itself over Wi-Fi and cable, or under several names, is one line.

    Examples:
        openvoy discover

        openvoy discover --seconds 30

        openvoy discover --json
    """
    if not 0 < seconds <= LONGEST_S:
        raise ConfigError(f"--seconds {seconds:g} is no time to listen.", hint=f"Give up to {LONGEST_S:g} seconds.")
    with needing("discover", "Finding gateways"):
        from openvoy.client.discovery.browse import browse  # noqa: PLC0415 - `--help` need not load it
    from openvoy.client.clock import SystemClock  # noqa: PLC0415 - as above
    from openvoy.client.discovery import merge  # noqa: PLC0415 - as above

    found = merge(await browse(seconds, clock=SystemClock(), interfaces=interface or ()))
    if as_json:
        print_json(found)
    elif found:
        rows = [
            (one.host or "no address", one.serial or "–", one.firmware or "–", ", ".join((*one.names, *one.addresses)))
            for one in found
        ]
        print_table("Gateways", ("--host", "serial number", "firmware", "names and addresses"), rows)
    if any(one.host is None for one in found):
        say("A gateway without address announces an old name; listen again, or look it up in your router.")
    if found:
        return 0
    raise GatewayUnreachable(
        "No gateway announces itself here.",
        hint="Listen longer with --seconds 30. Announcements stay within one network: from another, from a container"
        " or with multicast filtered, look the address up in your router.",
    )
