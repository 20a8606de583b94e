"""Announcing a gateway by mDNS as the real one does. The only file that names zeroconf, and ifaddr that it brings.

What is announced is seen by everybody on the networks that the gateway listens on; on loopback only this machine is.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import ifaddr
from zeroconf import (  # type: ignore[attr-defined] # the resolvers are public, but not in its list of names
    AddressResolverIPv4,
    AddressResolverIPv6,
    DNSQuestionType,
    Error,
    InterfaceChoice,
    IPVersion,
    NonUniqueNameException,
)
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from openvoy.errors import ConfigError

SERVICE = "_enphase-envoy._tcp.local."

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_HOST = "envoy"
_MOST_NAMES = 20
_PATIENCE_MS = 1500
"""How long who has a name already gets to say so: nobody repeats an answer within a second (RFC 6762, 6)."""

_HINT = "Leave out --mdns, or listen on an address of a network card that may send to all (multicast)."


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What is said of a gateway."""

    serial: str
    version: str
    """Bare firmware version, TXT `protovers`."""
    address: str
    """Where it listens: an address of this machine, or all of them (`0.0.0.0`, `::`)."""
    port: int


class Announcer:
    """Announces from `start` to `stop`."""

    def __init__(self, announcement: Announcement) -> None:
        self._announcement = announcement
        self._zeroconf: AsyncZeroconf | None = None

    async def start(self) -> str:
        """Announce, and give the host name: envoy.local, or envoy-2.local and so on where that is taken.

        Raises ConfigError where this machine cannot.
        """
        try:
            name = await self._announce(ipaddress.ip_address(self._announcement.address))
        except (OSError, RuntimeError, ValueError, Error) as error:
            await self.stop()
            raise ConfigError(f"mDNS: {error or type(error).__name__}", hint=_HINT) from error
        if name is None:
            await self.stop()
            raise ConfigError(f"mDNS: {_HOST}.local to {_HOST}-{_MOST_NAMES}.local are taken", hint=_HINT)
        return f"{name}.local"

    async def stop(self) -> None:
        """Say goodbye."""
        zeroconf, self._zeroconf = self._zeroconf, None
        if zeroconf is not None:
            await zeroconf.async_unregister_all_services()
            await zeroconf.async_close()

    async def _announce(self, listening: Address) -> str | None:
        version = IPVersion.V4Only if listening.version == 4 else IPVersion.V6Only
        own = tuple(_addresses_of_machine(listening.version))
        if not listening.is_unspecified and not listening.is_loopback and listening not in own:
            raise ConfigError(f"mDNS: {listening} is no address of this machine", hint=_HINT)
        interfaces = InterfaceChoice.All if listening.is_unspecified else [str(listening)]
        zeroconf = self._zeroconf = AsyncZeroconf(interfaces=interfaces, ip_version=version)
        addresses = own if listening.is_unspecified else (listening,)
        for number in range(1, _MOST_NAMES + 1):
            name = _HOST if number == 1 else f"{_HOST}-{number}"
            if await _is_free(zeroconf, name, version) and await self._register(zeroconf, name, addresses):
                return name
        return None

    async def _register(self, zeroconf: AsyncZeroconf, name: str, addresses: Sequence[Address]) -> bool:
        """Announce under a name; False where somebody else has it."""
        info = AsyncServiceInfo(
            SERVICE,
            f"{name}.{SERVICE}",
            port=self._announcement.port,
            properties={
                "protovers": self._announcement.version,
                "serialnum": self._announcement.serial,
                "txtvers": "1",
            },
            server=f"{name}.local.",
            addresses=[address.packed for address in addresses],
        )
        try:
            await (await zeroconf.async_register_service(info))
        except NonUniqueNameException:
            return False
        return True


async def _is_free(zeroconf: AsyncZeroconf, name: str, version: IPVersion) -> bool:
    """Whether nobody answers to a host name; the library asks only whether a service of this name exists."""
    resolver = (AddressResolverIPv4 if version is IPVersion.V4Only else AddressResolverIPv6)(f"{name}.local.")
    # Answers to all: one meant for this machine alone may reach another program here that listens to the same port.
    return not await resolver.async_request(zeroconf.zeroconf, _PATIENCE_MS, DNSQuestionType.QM)


def _addresses_of_machine(version: int) -> Iterator[Address]:
    """Give the addresses that others reach this machine by, of IPv4 or IPv6."""
    for adapter in ifaddr.get_adapters():
        for found in adapter.ips:
            address = ipaddress.ip_address(found.ip if isinstance(found.ip, str) else found.ip[0])
            if address.version == version and not address.is_loopback and not address.is_link_local:
                yield address
