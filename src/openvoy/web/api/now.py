"""What is now: gateways, their latest values, the site."""

from __future__ import annotations

from collections.abc import Sequence

from openvoy.model.view import SnapshotView, build_snapshot_view
from openvoy.ports import GatewayStatus
from openvoy.web.backend import Backend, SiteInfo
from openvoy.web.operation import GatewayName, Operation
from openvoy.web.problems import NothingThere
from openvoy.web.query import find_gateway


async def list_gateways(backend: Backend) -> Sequence[GatewayStatus]:
    """All gateways, in the order of the configuration, and how collection from them goes."""
    return backend.feed.statuses()


async def show_snapshot(backend: Backend, *, gateway: GatewayName = None) -> SnapshotView:
    """The latest values of one gateway, by default the first."""
    status = find_gateway(backend.feed, gateway)
    snapshot = backend.feed.latest(status.name)
    if snapshot is None:
        raise NothingThere(
            f"Gateway '{status.name}' has not been read yet." + (f" {status.problem}" if status.problem else ""),
            hint=status.hint or "Ask again in some seconds; /api/v1/gateways says how it goes.",
        )
    return build_snapshot_view(snapshot)


async def show_site(backend: Backend) -> SiteInfo:
    """Name and place of the site, and the version of Openvoy."""
    return backend.site


OPERATIONS = (
    Operation(path="/api/v1/gateways", handler=list_gateways, tag="Now"),
    Operation(path="/api/v1/snapshot", handler=show_snapshot, tag="Now"),
    Operation(path="/api/v1/site", handler=show_site, tag="Now"),
)
