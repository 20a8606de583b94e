"""For monitoring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from openvoy import codec
from openvoy.ports import GatewayStatus, HistoryStatus
from openvoy.ports.feed import GatewayState
from openvoy.web.access import Right
from openvoy.web.backend import Backend
from openvoy.web.operation import Operation
from openvoy.web.problems import NotReady


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayHealth:
    """Whether live values of one gateway arrive."""

    name: str
    state: GatewayState
    is_fresh: bool
    fresh_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """`status` is `ok`."""

    status: str
    gateways: Sequence[GatewayHealth]
    history: HistoryStatus


async def show_health(backend: Backend) -> Health:
    """200 only while the data of every gateway is fresh and is kept, else 503 with the reasons."""
    history = backend.feed.history()
    statuses = backend.feed.statuses()
    gateways = [
        GatewayHealth(name=one.name, state=one.state, is_fresh=one.is_fresh, fresh_at=one.fresh_at) for one in statuses
    ]
    stale = [status for status in statuses if not status.is_fresh]
    is_fresh = bool(statuses) and not stale
    if is_fresh and history.is_kept:
        return Health(status="ok", gateways=gateways, history=history)
    reasons = [] if is_fresh else [_reason(status) for status in stale] or ["no gateway is configured"]
    lead = "What arrives is not kept: " if is_fresh else "Not all data is fresh: "
    if not history.is_kept:
        waiting = f" {history.waiting_count} minutes wait in memory." if history.waiting_count else ""
        reasons.append(f"history: {history.problem}{waiting}")
    hints = [hint for hint in (*(status.hint for status in stale), history.hint) if hint]
    raise NotReady(
        lead + "; ".join(reasons),
        hint=" ".join(dict.fromkeys(hints)) or "See /api/v1/gateways, or run `openvoy doctor`.",
        details={
            "status": "not_kept" if is_fresh else "stale",
            "reasons": reasons,
            "gateways": codec.plain(gateways),
            "history": codec.plain(history),
        },
    )


def _reason(status: GatewayStatus) -> str:
    return f"{status.name}: {status.problem or f'no fresh values ({status.state})'}"


OPERATIONS = (Operation(path="/healthz", handler=show_health, tag="Service", right=Right.NOBODY),)
