"""Telling gateways things: what is offered, what would be sent, doing it, taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

from openvoy.codec import doc
from openvoy.model.control import AuditEntry, Offer, Preview, Setting
from openvoy.ports.control import Desk
from openvoy.web.access import Right
from openvoy.web.backend import Backend
from openvoy.web.operation import GatewayName, Operation, Visit
from openvoy.web.problems import BadQuery, NothingThere
from openvoy.web.query import find_gateway

MAX_ENTRIES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Controls:
    """What a gateway can be told."""

    is_enabled: bool
    """False: nothing is changed until the configuration says `[control] enabled = true`."""
    offers: Sequence[Offer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A control and what to set."""

    control: str
    arguments: dict[str, Setting] = field(default_factory=dict)
    gateway: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoing:
    """The entry that is to be taken back."""

    id: str
    gateway: str | None = None


async def list_controls(backend: Backend, *, gateway: GatewayName = None) -> Controls:
    """What a gateway can be told, with current values and bounds; it is asked for them, so this takes a while."""
    desk, status = _desk(backend), find_gateway(backend.feed, gateway)
    offers = await backend.offers.fetch(desk, status)
    return Controls(is_enabled=desk.is_enabled, offers=offers)


async def preview_control(backend: Backend, *, body: Wish) -> Preview:
    """What would change and what exactly would be sent, without sending it."""
    return await _desk(backend).preview(find_gateway(backend.feed, body.gateway).name, body.control, body.arguments)


async def apply_control(backend: Backend, *, visit: Visit, body: Wish) -> AuditEntry:
    """Change it: sent once, read back, written down, and watched for a while."""
    name = find_gateway(backend.feed, body.gateway).name
    return await _desk(backend).apply(name, body.control, body.arguments, by=visit.caller.name)


async def preview_undo(backend: Backend, *, body: Undoing) -> Preview:
    """What would change and what exactly would be sent if an entry were taken back, without sending it."""
    return await _desk(backend).preview_undo(find_gateway(backend.feed, body.gateway).name, body.id)


async def undo_control(backend: Backend, *, visit: Visit, body: Undoing) -> AuditEntry:
    """Restore what was before an entry, as a change of its own."""
    name = find_gateway(backend.feed, body.gateway).name
    return await _desk(backend).undo(name, body.id, by=visit.caller.name)


async def list_audit(
    backend: Backend, *, limit: Annotated[int, doc("", "How many, 1 to 1000.")] = 200
) -> Sequence[AuditEntry]:
    """What was told to gateways, newest first, from the dashboard and from the command line."""
    if not 1 <= limit <= MAX_ENTRIES:
        raise BadQuery(f"limit is {limit}.", hint=f"Give a limit of 1 to {MAX_ENTRIES}.")
    return (await _desk(backend).read_entries())[:limit]


def _desk(backend: Backend) -> Desk:
    if backend.desk is None:
        raise NothingThere("This service tells gateways nothing.", hint="Start it with `openvoy run`.")
    return backend.desk


_PATH = "/api/v1/control"
OPERATIONS = (
    Operation(path=_PATH, handler=list_controls, tag="Control"),
    Operation(path=f"{_PATH}/preview", handler=preview_control, tag="Control", method="POST", right=Right.OWNER),
    Operation(path=f"{_PATH}/apply", handler=apply_control, tag="Control", method="POST", right=Right.OWNER),
    Operation(path=f"{_PATH}/undo/preview", handler=preview_undo, tag="Control", method="POST", right=Right.OWNER),
    Operation(path=f"{_PATH}/undo", handler=undo_control, tag="Control", method="POST", right=Right.OWNER),
    Operation(path=f"{_PATH}/audit", handler=list_audit, tag="Control"),
)
