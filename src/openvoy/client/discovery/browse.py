"""Listens for announcements by mDNS. The only file of the client that names zeroconf."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence

from zeroconf import Error, InterfaceChoice, IPVersion, ServiceStateChange
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from openvoy.client.discovery.found import Announced
from openvoy.errors import ConfigError
from openvoy.ports.clock import Clock

SERVICE = "_enphase-envoy._tcp.local."
DETAILS_MS = 3000
"""How long a gateway that has announced itself gets to say the rest."""


async def browse(seconds: float, *, clock: Clock, interfaces: Sequence[str] = ()) -> tuple[Announced, ...]:
    """Listen for some seconds; raise ConfigError where this machine cannot. `interfaces` are addresses of its cards."""
    try:
        zeroconf = _open(interfaces)
    except (OSError, RuntimeError, ValueError, Error) as error:
        raise ConfigError(
            f"This machine cannot listen for mDNS: {error or type(error).__name__}.",
            hint="Multicast has to be allowed, which containers often are not. Look the gateway's address up in your"
            " router and give it with --host.",
        ) from error
    try:
        return await _listen(zeroconf, seconds, clock)
    finally:
        await zeroconf.async_close()


def _open(interfaces: Sequence[str]) -> AsyncZeroconf:
    if interfaces:
        # The library leaves a socket behind where a card cannot be used.
        _check_own(interfaces)
        return AsyncZeroconf(interfaces=list(interfaces))
    try:
        return AsyncZeroconf(interfaces=InterfaceChoice.All, ip_version=IPVersion.All)
    except OSError:
        # Machines without IPv6 refuse the whole.
        return AsyncZeroconf(interfaces=InterfaceChoice.All, ip_version=IPVersion.V4Only)


def _check_own(interfaces: Sequence[str]) -> None:
    for address in interfaces:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind((address, 0))
            except OSError as error:
                message = f"{address} is no address of this machine"
                raise ValueError(message) from error


async def _listen(zeroconf: AsyncZeroconf, seconds: float, clock: Clock) -> tuple[Announced, ...]:
    heard: dict[str, bool] = {}

    def hear(*, name: str, state_change: ServiceStateChange, **_: object) -> None:
        heard[name] = state_change is not ServiceStateChange.Removed

    browser = AsyncServiceBrowser(zeroconf.zeroconf, SERVICE, handlers=[hear])
    try:
        await clock.sleep(seconds)
    finally:
        await browser.async_cancel()
    present = [name for name, is_there in heard.items() if is_there]
    return tuple(await asyncio.gather(*(_describe(zeroconf, name) for name in present)))


async def _describe(zeroconf: AsyncZeroconf, name: str) -> Announced:
    info = AsyncServiceInfo(SERVICE, name)
    await info.async_request(zeroconf.zeroconf, DETAILS_MS)
    short = name.removesuffix(f".{SERVICE}")
    texts = {key: value.decode("utf-8", "replace") for key, value in info.properties.items() if value}
    return Announced(
        name=short,
        host=(info.server or f"{short}.local.").rstrip("."),
        port=info.port or 443,
        addresses=tuple(info.parsed_scoped_addresses()),
        serial=texts.get(b"serialnum"),
        version=texts.get(b"protovers"),
    )
