"""Who answers where no gateway does: the dashboard on its port, or TLS where http:// was written."""

from __future__ import annotations

from openvoy import codec
from openvoy.client.address import Address
from openvoy.client.doctor.facts import Answerer
from openvoy.client.gateway import build_transport
from openvoy.client.pins import MemoryPinStore
from openvoy.codec import DecodeError
from openvoy.errors import OpenvoyError
from openvoy.ports.clock import Clock
from openvoy.protocol.http import Request, Response

TIMEOUT_S = 5.0
HEALTH = "/healthz"


async def find_answerer(address: Address, clock: Clock) -> Answerer | None:
    """Ask both ways for a page that only Openvoy has; None where nobody answers. Nothing is remembered of it."""
    plain = await _ask(address, "http", clock)
    secure = await _ask(address, "https", clock)
    if any(response is not None and _is_openvoy(response) for response in (plain, secure)):
        return Answerer.OPENVOY
    if address.scheme == "http" and secure is not None:
        return Answerer.TLS
    return None if plain is None and secure is None else Answerer.OTHER_WEB


async def _ask(address: Address, scheme: str, clock: Clock) -> Response | None:
    transport = build_transport(address.origin(scheme), pins=MemoryPinStore(), clock=clock)
    try:
        return await transport.send(Request(path=HEALTH), timeout_s=TIMEOUT_S)
    except OpenvoyError:
        return None
    finally:
        await transport.close()


def _is_openvoy(response: Response) -> bool:
    try:
        reply = codec.decoder(dict[str, object])(response.body)[0]
    except DecodeError:
        return False
    details = reply.get("details")
    return "gateways" in reply or (isinstance(details, dict) and "gateways" in details)
