"""`openvoy gateway`: a gateway in software, from a recording or a simulated site."""

from __future__ import annotations

import asyncio
import math
import signal
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlsplit

from openvoy import codec
from openvoy.cli.app import command, option
from openvoy.cli.extras import needing
from openvoy.cli.output import print_bytes, say
from openvoy.errors import ConfigError

if TYPE_CHECKING:
    from openvoy.virtual.clock import VirtualClock
    from openvoy.virtual.gateway import VirtualGateway
    from openvoy.virtual.source import Source

_MAX_PORT = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the replies come from."""

    capture: Annotated[Path | None, option("--capture", help="Recording of a gateway (HAR file) to replay.")] = None
    site: Annotated[str | None, option("--site", help="Simulated site: a shipped one by name, or a TOML file.")] = None
    firmware: Annotated[
        str | None, option("--firmware", help="Firmware of a simulated gateway, such as 7.6 or 8.2.4345.")
    ] = None
    seed: Annotated[
        int | None, option("--seed", help="What weather and habits of a simulated site are drawn from.")
    ] = None
    start: Annotated[str | None, option("--start", help="Time at which its clock starts (ISO 8601); default: now.")] = (
        None
    )
    speed: Annotated[float, option("--speed", help="Its seconds a real second; 0 stands still.")] = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Behaviour:
    """How it listens and answers."""

    listen: Annotated[
        str, option("--listen", help="host:port of HTTPS, of HTTP for firmware before 7; port 0 takes a free one.")
    ] = "127.0.0.1:8443"
    http_port: Annotated[
        int | None, option("--http-port", help="Port that redirects to HTTPS, as gateways before 8.3.5286 have it.")
    ] = None
    cloud_port: Annotated[
        int | None,
        option(
            "--cloud-port",
            help="Port of a virtual cloud that hands out tokens as the vendor's does, to programs and on a web page; "
            "0 takes a free one. Its accounts owner@, installer@ and self-installer@example.com have one password.",
        ),
    ] = None
    cloud_tls: Annotated[
        bool, option("--cloud-tls", help="The virtual cloud speaks HTTPS, with the gateway's certificate.")
    ] = False
    mdns: Annotated[
        bool,
        option(
            "--mdns",
            help="Announce it as _enphase-envoy._tcp and envoy.local to everybody on the network of --listen; "
            "with 127.0.0.1 to this machine only.",
        ),
    ] = False
    latency: Annotated[
        Literal["none", "capture", "8.3", "slow-link"],
        option("--latency", help="Answer at once, as long as recorded, or as measured on two systems."),
    ] = "none"
    fault: Annotated[list[str] | None, option("--fault", help="NAME[:key=value,…]; may be given several times.")] = None
    state: Annotated[
        Path | None, option("--state", help="Folder that keeps certificate and token key over restarts.")
    ] = None
    installer_password: Annotated[
        str | None,
        option(
            "--installer-password",
            env="OPENVOY_INSTALLER_PASSWORD",
            help="Of user installer before firmware 7; better in the environment. [default: random]",
        ),
    ] = None


@command("gateway")
async def gateway(*, origin: Origin, behaviour: Behaviour) -> None:
    """Be a gateway, until interrupted. Prints one JSON line with addresses and credentials once it can be asked."""
    clock = _clock(origin)
    virtual = _build(_source(origin, clock), clock, behaviour)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    async with virtual:
        if behaviour.http_port is not None and virtual.http_url is None:
            say(f"firmware {virtual.identity.firmware} has closed the port that led to HTTPS; it is not opened")
        if virtual.mdns_name is not None:
            say(f"announced as {virtual.mdns_name} to everybody on the network of {behaviour.listen}")
        print_bytes(codec.encode_json(virtual.describe()) + b"\n")
        await stopping.wait()


def _source(origin: Origin, clock: VirtualClock) -> Source:
    if (origin.capture is None) == (origin.site is None):
        raise ConfigError("one source of replies is needed", hint="Give either --capture FILE.har or --site NAME.")
    if origin.site is not None:
        return _simulated(origin, origin.site, clock)
    if origin.firmware is not None or origin.seed is not None:
        raise ConfigError("--firmware and --seed are for a simulated site", hint="A recording has its own firmware.")
    from openvoy.virtual.recording import open_recording  # noqa: PLC0415 - `--help` need not load it

    assert origin.capture is not None
    return open_recording(origin.capture)


def _simulated(origin: Origin, site: str, clock: VirtualClock) -> Source:
    with needing("virtual", "The virtual gateway"):
        from openvoy.virtual.api.versions import DEFAULT, parse_version  # noqa: PLC0415 - as above
        from openvoy.virtual.simulated import SiteSource  # noqa: PLC0415 - as above
        from openvoy.virtual.site import Site, read_site  # noqa: PLC0415 - as above

    definition = read_site(site)
    simulated = Site(definition) if origin.seed is None else Site(definition, seed=origin.seed)
    return SiteSource(simulated, clock, parse_version(origin.firmware or DEFAULT))


def _build(source: Source, clock: VirtualClock, behaviour: Behaviour) -> VirtualGateway:
    with needing("virtual", "The virtual gateway"):
        from openvoy.virtual.gateway import GatewaySettings, VirtualGateway  # noqa: PLC0415 - as above

        if behaviour.mdns:
            import openvoy.virtual.mdns  # noqa: F401, PLC0415 - so that a missing library is told now

    host, port = _parse_listen(behaviour.listen)
    for name, number in (("--http-port", behaviour.http_port), ("--cloud-port", behaviour.cloud_port)):
        if number is not None and not 0 <= number <= _MAX_PORT:
            raise ConfigError(f"{name} {number} is no port", hint="Give 0 (a free one) to 65535.")
    settings = GatewaySettings(
        host=host,
        port=port,
        http_port=behaviour.http_port,
        cloud_port=behaviour.cloud_port,
        has_secure_cloud=behaviour.cloud_tls,
        has_mdns=behaviour.mdns,
        latency=behaviour.latency,
        faults=tuple(behaviour.fault or ()),
        installer_password=behaviour.installer_password,
        folder=behaviour.state,
    )
    return VirtualGateway(source, clock=clock, settings=settings)


def _clock(origin: Origin) -> VirtualClock:
    from openvoy.client.clock import SystemClock  # noqa: PLC0415 - as above
    from openvoy.virtual.clock import VirtualClock  # noqa: PLC0415 - as above

    if not 0 <= origin.speed < math.inf:
        raise ConfigError(f"--speed {origin.speed} is no speed", hint="Give 1 for real time, 60 for a minute a second.")
    return VirtualClock(SystemClock(), start=_parse_start(origin.start), speed=origin.speed)


def _parse_start(text: str | None) -> datetime | None:
    """Parse an ISO time; one without zone is UTC."""
    try:
        start = None if text is None else datetime.fromisoformat(text)
    except ValueError as error:
        hint = "Write it as ISO 8601, such as 2026-06-21T12:00:00Z."
        raise ConfigError(f"--start {text!r} is no time", hint=hint) from error
    return start if start is None or start.tzinfo is not None else start.replace(tzinfo=UTC)


def _parse_listen(text: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or port is None:
        raise ConfigError(f"--listen {text!r} is no address", hint="Write host:port, such as 127.0.0.1:8443.")
    return host, port
