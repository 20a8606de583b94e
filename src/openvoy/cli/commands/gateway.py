"""`openvoy gateway`: a gateway in software, from a recording, a simulated site, or a live gateway that it mirrors."""

from __future__ import annotations

import asyncio
import math
import signal
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlsplit

from openvoy import codec
from openvoy.cli.app import command, option
from openvoy.cli.extras import needing
from openvoy.cli.listening import check_free, choose_listen
from openvoy.cli.mirroring import Upstream, open_mirror
from openvoy.cli.output import print_bytes, say
from openvoy.errors import ConfigError
from openvoy.protocol.login import Credentials

if TYPE_CHECKING:
    from openvoy.virtual.clock import VirtualClock
    from openvoy.virtual.gateway import GatewaySettings
    from openvoy.virtual.source import Source

_LISTEN = "127.0.0.1:8443"
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
        str | None,
        option(
            "--listen",
            help="host:port of HTTPS, of HTTP for firmware before 7; port 0 takes a free one. "
            "[default: 127.0.0.1:8443]",
        ),
    ] = None
    port: Annotated[int | None, option("--port", help="Short for --listen 127.0.0.1:PORT.")] = None
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
        Literal["none", "capture", "8.3", "slow-link", "8.3.6086"],
        option("--latency", help="Answer at once, as long as recorded, or as measured on two systems or that build."),
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


@command("gateway", also=("virtual", "simulate", "simulator", "mirror", "serve"))
async def gateway(*, origin: Origin, upstream: Upstream, behaviour: Behaviour) -> None:
    """Be a gateway, until interrupted: a simulated site, a recording, or a mirror of a live gateway.

    Prints one JSON line with addresses and credentials once it can be asked.

    For example:

        openvoy gateway --site metered-split

        openvoy gateway --site full --firmware 7.6 --fault nightly-outage:minutes=5 --start 2026-06-21T22:55:00Z

        openvoy gateway --capture home.har

        openvoy gateway --mirror envoy.local --token-file home.jwt --listen 0.0.0.0:8443
    """
    credentials = upstream.credentials()
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    clock = _clock(origin)
    _check_one(origin, upstream)
    settings = _settings(behaviour, credentials)
    # Simulating the years of a site takes seconds, and what cannot be served is told before.
    _check_faults(settings.faults)
    ports = {"--listen": settings.port, "--http-port": settings.http_port, "--cloud-port": settings.cloud_port}
    check_free(settings.host, ports)
    if upstream.host:
        await _mirror(upstream, clock, settings, stopping)
    else:
        await _serve(_source(origin, clock), clock, settings, stopping)


async def _serve(source: Source, clock: VirtualClock, settings: GatewaySettings, *until: asyncio.Event) -> None:
    """Serve until one of the events is set."""
    from openvoy.virtual.gateway import VirtualGateway  # noqa: PLC0415 - `--help` need not load it

    virtual = VirtualGateway(source, clock=clock, settings=settings)
    async with virtual:
        if settings.http_port is not None and virtual.http_url is None:
            say(f"firmware {virtual.identity.firmware} has closed the port that led to HTTPS; it is not opened")
        if virtual.mdns_name is not None:
            say(f"announced as {virtual.mdns_name} to everybody on the network of {settings.host}")
        print_bytes(codec.encode_json(virtual.describe()) + b"\n")
        waiting = [asyncio.ensure_future(event.wait()) for event in until]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()


async def _mirror(upstream: Upstream, clock: VirtualClock, settings: GatewaySettings, stopping: asyncio.Event) -> None:
    """Serve a live gateway, and anew when it turns out to be another or to have other firmware."""
    with ExitStack() as undo:
        if settings.folder is None:
            # Clients' tokens and the certificate they know outlive a change of the gateway's firmware.
            folder = undo.enter_context(TemporaryDirectory(prefix="openvoy-"))
            settings = replace(settings, folder=Path(folder))
        while not stopping.is_set():
            client, mirror = await open_mirror(upstream, clock)
            try:
                say(f"mirrors {client.address}: serial number {mirror.identity.serial}, {mirror.identity.firmware}")
                await _serve(mirror, clock, settings, stopping, mirror.replaced)
            finally:
                await mirror.close()
                await client.close()
            if mirror.replaced.is_set():
                say("the gateway is another one, or has other firmware: it is served anew, as the next line says")


def _check_faults(faults: Sequence[str]) -> None:
    from openvoy.virtual.faults import parse_fault  # noqa: PLC0415 - as above

    for text in faults:
        parse_fault(text)


def _check_one(origin: Origin, upstream: Upstream) -> None:
    """Check that there is one source of replies, and no options that mean nothing to it."""
    if [origin.capture is not None, origin.site is not None, bool(upstream.host)].count(True) != 1:
        hint = "Give one of --site NAME, --capture FILE.har and --mirror HOST."
        raise ConfigError("one source of replies is needed", hint=hint)
    if origin.site is None and (origin.firmware is not None or origin.seed is not None):
        raise ConfigError(
            "--firmware and --seed are for a simulated site", hint="A recording or a mirrored gateway has its own."
        )
    if upstream.host and (origin.start is not None or origin.speed != 1.0):
        raise ConfigError("--start and --speed are not for a mirror", hint="A live gateway has its own time.")


def _source(origin: Origin, clock: VirtualClock) -> Source:
    if origin.site is not None:
        return _simulated(origin, origin.site, clock)
    from openvoy.virtual.recording import open_recording  # noqa: PLC0415 - `--help` need not load it

    assert origin.capture is not None
    return open_recording(origin.capture)


def _simulated(origin: Origin, site: str, clock: VirtualClock) -> Source:
    with needing("virtual", "The virtual gateway"):
        from openvoy.virtual.api.versions import DEFAULT, parse_version  # noqa: PLC0415 - as above
        from openvoy.virtual.simulated import SiteSource  # noqa: PLC0415 - as above
        from openvoy.virtual.site import Site, read_site  # noqa: PLC0415 - as above

    definition = read_site(site)
    firmware = parse_version(origin.firmware or DEFAULT)
    say(f"{definition.name}: simulating every day since {definition.gateway.commissioned}")
    simulated = Site(definition) if origin.seed is None else Site(definition, seed=origin.seed)
    return SiteSource(simulated, clock, firmware)


def _settings(behaviour: Behaviour, credentials: Credentials) -> GatewaySettings:
    """Collect how it listens; a mirror's digest users have the passwords that it logs in with."""
    with needing("virtual", "The virtual gateway"):
        from openvoy.virtual.gateway import GatewaySettings  # noqa: PLC0415 - as above

        if behaviour.mdns:
            import openvoy.virtual.mdns  # noqa: F401, PLC0415 - so that a missing library is told now

    host, port = _parse_listen(choose_listen(behaviour.listen, behaviour.port) or _LISTEN)
    for name, number in (("--http-port", behaviour.http_port), ("--cloud-port", behaviour.cloud_port)):
        if number is not None and not 0 <= number <= _MAX_PORT:
            raise ConfigError(f"{name} {number} is no port", hint="Give 0 (a free one) to 65535.")
    is_installer = credentials.user == "installer"
    return GatewaySettings(
        host=host,
        port=port,
        http_port=behaviour.http_port,
        cloud_port=behaviour.cloud_port,
        has_secure_cloud=behaviour.cloud_tls,
        has_mdns=behaviour.mdns,
        latency=behaviour.latency,
        faults=tuple(behaviour.fault or ()),
        envoy_password=None if is_installer else credentials.password,
        installer_password=behaviour.installer_password or (credentials.password if is_installer else None),
        known_token=credentials.token,
        folder=behaviour.state,
    )


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
