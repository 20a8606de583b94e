"""Finding out how a gateway wants to be spoken to: https first, then http as firmware before 7 has it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from openvoy.client.address import Address, Origin, redirected
from openvoy.errors import (
    BadPayload,
    ConfigError,
    EndpointMissing,
    EndpointRefused,
    GatewayUnreachable,
    NoHttpReply,
    OpenvoyError,
)
from openvoy.ports.transport import Transport
from openvoy.protocol.endpoints.identity import INFO, breaks_off
from openvoy.protocol.firmware import Capabilities
from openvoy.protocol.http import Request, Response
from openvoy.protocol.identity import build_capabilities
from openvoy.protocol.status import check_status

IDENTITY_TIMEOUT_S = 8.0
"""The identity page takes 0.02 to 0.4 s, also of gateways whose other pages take 14; who needs longer than this is down
or no gateway."""

HEAD_START_S = 1.0
"""How long https is waited for alone: an address that says nothing is known for it in little more than one limit."""

_LEAVE_HTTP_OUT = (
    "Leave http:// out of the address: Openvoy then finds out by itself whether it is spoken to with https, as from"
    " firmware 7 on. If its firmware is older, try again later."
)
GIVE_ADDRESS = "Give the address of the gateway; `openvoy discover` lists those on this network."
_TRY_AGAIN = "Try again later; under load and shortly after 23:00 this is normal."
_WANTS_TLS = b"plain HTTP request was sent to HTTPS port"
"""What a port for https says to http (nginx)."""

TransportFactory = Callable[[Origin], Transport]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A gateway that answered and what it is."""

    transport: Transport
    origin: Origin
    capabilities: Capabilities


async def fetch_identity(
    address: Address, open_transport: TransportFactory, *, head_start_s: float = HEAD_START_S
) -> Found:
    """Ask the places that `address` can mean for the identity page; the first of them that answers counts.

    Raise what the last one said.
    """
    try:
        return await _fetch_first(address, open_transport, head_start_s)
    except NoHttpReply as error:
        if address.scheme != "http":
            raise
        raise NoHttpReply(error.message, hint=_LEAVE_HTTP_OUT) from error


async def _fetch_first(address: Address, open_transport: TransportFactory, head_start_s: float) -> Found:
    asked: list[asyncio.Task[Found]] = []
    chosen: Found | None = None
    try:
        for origin in address.origins():
            if asked:
                done, _ = await asyncio.wait(asked, timeout=head_start_s)
                if any(not isinstance(one.exception(), GatewayUnreachable) for one in done):
                    break
            asked.append(asyncio.create_task(_fetch_from(origin, open_transport)))
        chosen = await _first_found(asked)
        return chosen
    finally:
        for task in asked:
            task.cancel()
        for outcome in await asyncio.gather(*asked, return_exceptions=True):
            if isinstance(outcome, Found) and outcome is not chosen:
                await outcome.transport.close()


async def _first_found(asked: Sequence[asyncio.Task[Found]]) -> Found:
    unreachable: GatewayUnreachable | None = None
    for task in asked:
        try:
            return await task
        except GatewayUnreachable as error:
            unreachable = error if unreachable is None else _neither(unreachable, error)
    assert unreachable is not None
    raise unreachable


async def _fetch_from(origin: Origin, open_transport: TransportFactory) -> Found:
    async with AsyncExitStack() as undo:
        transport = open_transport(origin)
        undo.push_async_callback(transport.close)
        response = await transport.send(Request(path=INFO.path), timeout_s=IDENTITY_TIMEOUT_S)
        elsewhere = redirected(origin, response.headers.get("location", "")) if 300 <= response.status < 400 else None
        if elsewhere is None:
            found = Found(transport=transport, origin=origin, capabilities=_identify(response, origin))
            undo.pop_all()
            return found
    return await _fetch_from(elsewhere, open_transport)


def _identify(response: Response, origin: Origin) -> Capabilities:
    if response.status == 400 and _WANTS_TLS in response.body[:4096]:
        raise NoHttpReply(f"What answers at {origin.place} wants https.", hint=_LEAVE_HTTP_OUT)
    try:
        check_status(response, gateway=origin.place, path=INFO.path)
    except EndpointRefused as error:
        raise GatewayUnreachable(
            f"What answers at {origin.place} refuses {INFO.path} (HTTP {response.status}),"
            " which a gateway tells everybody.",
            hint="A gateway in trouble does that for a while; one that goes on begins anew when its power is off for a"
            " moment. A proxy does it too: give the gateway's own address.",
        ) from error
    except EndpointMissing as error:
        raise GatewayUnreachable(
            f"What answers at {origin.place} is no gateway: it has no page {INFO.path}.",
            hint=GIVE_ADDRESS,
        ) from error
    try:
        info = INFO.decode(response.body).value
    except BadPayload as error:
        raise _explain_page(response.body, origin, error) from error
    return build_capabilities(info)


def _explain_page(body: bytes, origin: Origin, error: BadPayload) -> OpenvoyError:
    """Tell a gateway's page that was cut from that of another web server."""
    if breaks_off(body):
        return BadPayload(
            f"The reply of {origin.place} to {INFO.path} breaks off.",
            endpoint=error.endpoint,
            json_path=error.json_path,
            hint=_TRY_AGAIN,
        )
    return GatewayUnreachable(
        f"At {origin.place} is a web server that is no gateway: its page {INFO.path} is not that of one.",
        hint=GIVE_ADDRESS,
    )


def check_no_downgrade(found: Found, address: Address) -> None:
    """Raise ConfigError where a token would cross the network in clear text without having been asked for."""
    if found.capabilities.secure and found.origin.scheme == "http" and address.scheme is None:
        raise ConfigError(
            f"{found.origin.place} answers without TLS, though its firmware has it: a token could be read on the way.",
            hint=f"If that is as it should be, say so with {found.origin.url}.",
        )


def _neither(first: GatewayUnreachable, second: GatewayUnreachable) -> GatewayUnreachable:
    if first.message == second.message:
        return first
    hint = GIVE_ADDRESS if GIVE_ADDRESS in (first.hint, second.hint) else second.hint
    return GatewayUnreachable(f"{first.message} {second.message}", hint=hint)
