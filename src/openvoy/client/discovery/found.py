"""From what is announced to gateways: one each, however many cards, names and addresses it announces (quirk Q51)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from openvoy.client.address import DEFAULT_PORTS, Address
from openvoy.protocol.firmware import parse_firmware

_FIRST_WITH_TLS = 7
_SUFFIX = re.compile(r"-(\d+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """One announcement as it was heard."""

    name: str
    """Of the service, without its type: envoy, envoy-2 …"""
    host: str
    """Name that belongs to the addresses, such as envoy.local."""
    port: int
    addresses: tuple[str, ...] = ()
    """IPv4 and IPv6; link-local ones with the interface after %."""
    serial: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundGateway:
    """A gateway that can be given to --host."""

    serial: str | None
    """None where it does not announce one."""
    firmware: str | None
    host: str | None
    """What to give to --host: the best of its addresses; None where it announces none."""
    names: tuple[str, ...]
    addresses: tuple[str, ...]
    """The best first: IPv4, then IPv6, then link-local."""


def merge(announcements: Iterable[Announced]) -> tuple[FoundGateway, ...]:
    """Make one gateway of all announcements with the same serial number, or the same host name where there is none."""
    groups: dict[str, list[Announced]] = {}
    for one in announcements:
        groups.setdefault(one.serial or f"{one.host}:{one.port}", []).append(one)
    found = (_merged(group) for group in groups.values())
    return tuple(sorted(found, key=lambda one: (one.host is None, one.serial or "", one.addresses)))


def _merged(group: Sequence[Announced]) -> FoundGateway:
    # A name with a number at its end is often left over from a restart and has no address any more.
    ordered = sorted(group, key=lambda one: (not one.addresses, _number(one.name), one.name))
    best = ordered[0]
    addresses = sorted(dict.fromkeys(text for one in ordered for text in one.addresses), key=_rank)
    version = next((one.version for one in ordered if one.version), None)
    return FoundGateway(
        serial=best.serial,
        firmware=version,
        host=_render_host(addresses[0], best.port, version) if addresses else None,
        names=tuple(dict.fromkeys(one.host for one in ordered)),
        addresses=tuple(addresses),
    )


def _number(name: str) -> int:
    found = _SUFFIX.search(name)
    return 1 if found is None else int(found[1])


def _rank(text: str) -> tuple[int, str]:
    address = ipaddress.ip_address(text)
    if address.version == 4:
        return (1 if address.is_link_local else 0), text
    return (3 if address.is_link_local else 2), text


def _render_host(address: str, port: int, version: str | None) -> str:
    """Render what --host takes: the address alone where the port is the one that would be tried anyway."""
    numbers = parse_firmware(version or "").numbers
    scheme = "http" if numbers and numbers[0] < _FIRST_WITH_TLS else "https"
    return str(Address(host=address, port=None if port == DEFAULT_PORTS[scheme] else port))
