"""Collects the facts about one gateway: reads it once, completely, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from openvoy.client.address import parse_address
from openvoy.client.connect import TransportFactory, fetch_identity
from openvoy.client.doctor.answerer import find_answerer
from openvoy.client.doctor.facts import Facts, TokenFacts
from openvoy.client.doctor.observing import Observer
from openvoy.client.gateway import Gateway
from openvoy.errors import ConfigError, CredentialRejected, GatewayUnreachable, OpenvoyError
from openvoy.ports.clock import Clock
from openvoy.protocol.endpoints.network import WIRELESS, WirelessSettings
from openvoy.protocol.firmware import Capabilities, LoginKind
from openvoy.protocol.login import TokenInfo, explain_token


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Patient:
    """Which gateway, and how to log in."""

    name: str
    host: str
    read_token: Callable[[str], str | None] = lambda _serial: None
    """Gives the token for a serial number; raises an OpenvoyError where it cannot, and asks no cloud."""
    token: TokenFacts = field(default_factory=TokenFacts)
    """What is known of the token apart from what it says itself."""
    find_trouble: Callable[[str, TokenInfo], OpenvoyError | None] = lambda _serial, _info: None
    """Says why the token of a serial number, which works, is not renewed."""
    user: str | None = None
    password: str | None = None
    wanted_role: str | None = None


async def examine(patient: Patient, *, open_transport: TransportFactory, clock: Clock) -> Facts:
    """Collect facts; what cannot be found out stays None with the reason in `failure`."""
    facts = Facts(name=patient.name, host=patient.host, now=clock.now(), wanted_role=patient.wanted_role)
    observer = Observer(open_transport, clock)
    try:
        address = parse_address(patient.host)
        facts = replace(facts, is_http_wanted=address.scheme == "http")
        found = await fetch_identity(address, observer.open)
        await found.transport.close()
    except OpenvoyError as error:
        is_elsewhere = isinstance(error, GatewayUnreachable)
        answerer = await find_answerer(parse_address(patient.host), clock) if is_elsewhere else None
        return replace(facts, failure=error, answerer=answerer)
    capabilities = found.capabilities
    facts = replace(facts, capabilities=capabilities, scheme=found.origin.scheme)
    token, token_facts = _look_at_token(patient, capabilities, facts.now)
    facts = replace(facts, token=token_facts)
    if capabilities.login is not LoginKind.TOKEN or token is not None:
        gateway = Gateway(
            patient.host,
            token=token,
            user=patient.user,
            password=patient.password,
            clock=clock,
            open_transport=observer.open,
        )
        facts = await _read(facts, gateway)
    seen = observer.seen
    return replace(
        facts, latencies_s=dict(seen.latencies_s), gateway_at=seen.gateway_at, asked_at=seen.asked_at, now=clock.now()
    )


def _look_at_token(patient: Patient, capabilities: Capabilities, now: datetime) -> tuple[str | None, TokenFacts | None]:
    """Find the token and what it says; a token that cannot work is not sent."""
    if capabilities.login is not LoginKind.TOKEN:
        return None, None
    try:
        token = patient.read_token(capabilities.serial)
        info = None if token is None else explain_token(token)
    except (ConfigError, CredentialRejected) as error:
        return None, replace(patient.token, problem=error)
    trouble = None if info is None else patient.find_trouble(capabilities.serial, info)
    is_usable = info is not None and info.is_for(capabilities.serial) and not info.is_expired(now)
    return token if is_usable else None, replace(patient.token, info=info, problem=trouble)


async def _read(facts: Facts, gateway: Gateway) -> Facts:
    try:
        async with gateway:
            snapshot = await gateway.snapshot()
            wireless = await _fetch_wireless(gateway)
    except OpenvoyError as error:
        return replace(facts, failure=error)
    return replace(facts, snapshot=snapshot, wireless=wireless)


async def _fetch_wireless(gateway: Gateway) -> WirelessSettings | None:
    try:
        return (await gateway.fetch(WIRELESS)).value
    except OpenvoyError:
        # Not every firmware and login has it, and the rest does not depend on it.
        return None
