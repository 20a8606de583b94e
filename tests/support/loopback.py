"""Tests reach this machine only: a connection or look-up that leaves it fails the test, whoever swallows the error.

An audit hook sees every socket of the process, also those of libraries, and nothing has to be replaced for it.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
from collections.abc import Iterator
from typing import Any

import pytest

LOCAL_NAMES = {"", "localhost", "ip6-localhost", "0.0.0.0", "::"}

_attempts: list[str] = []


class OutsideNetworkError(RuntimeError):
    """A test tried to leave this machine."""


def is_local(host: object) -> bool:
    """Whether `host`, a name or an address, is this machine."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host is None or host in LOCAL_NAMES or host == socket.gethostname():
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return str(host).endswith(".localhost")


def check_event(event: str, args: tuple[Any, ...]) -> None:
    """Refuse an audit event that would leave this machine; a name under .invalid has no address, as RFC 2606 says."""
    if event in {"socket.connect", "socket.sendto"}:
        wire, address = args[0], args[1]
        if not isinstance(address, tuple) or is_local(address[0]) or _is_kept_here(wire, address[0]):
            return
        _refuse(f"{event} to {address[0]}")
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        if is_local(args[0]):
            return
        if str(args[0]).rstrip(".").endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if not _is_address(args[0]):
            _refuse(f"look-up of {args[0]}")


def _is_kept_here(wire: socket.socket, host: object) -> bool:
    """Whether it goes to a group (multicast) by way of the loopback interface."""
    if wire.family != socket.AF_INET or not _is_address(host) or not ipaddress.ip_address(str(host)).is_multicast:
        return False
    interface = wire.getsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, 4)
    return ipaddress.IPv4Address(interface).is_loopback


def _is_address(host: object) -> bool:
    try:
        ipaddress.ip_address(str(host))
    except ValueError:
        return False
    return True


def _refuse(attempt: str) -> None:
    _attempts.append(attempt)
    raise OutsideNetworkError(f"tests use loopback only: {attempt}")


def pytest_configure() -> None:
    """Watch from before the first import of a test."""
    sys.addaudithook(check_event)


@pytest.fixture(autouse=True)
def loopback_only() -> Iterator[list[str]]:
    """Fail the test that tried to leave this machine; a test of this guard empties the list."""
    _attempts.clear()
    yield _attempts
    attempts = list(_attempts)
    _attempts.clear()
    assert not attempts, f"tests use loopback only: {attempts}"
