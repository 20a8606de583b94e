"""Changing what a reply says, through the same structs that clients read it with: for sites and recordings alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from inspect import isawaitable
from typing import Any, ClassVar, TypeVar

from openvoy.codec import changed
from openvoy.errors import BadPayload
from openvoy.protocol.endpoint import Endpoint
from openvoy.protocol.endpoints.production import (
    PRODUCTION_AGGREGATE,
    PRODUCTION_DETAILS,
    PRODUCTION_PAGE,
    ProductionLine,
    ProductionPage,
    ProductionRow,
    ProductionTotals,
)
from openvoy.protocol.http import Request
from openvoy.virtual.api.finding import endpoint_of
from openvoy.virtual.api.printing import print_like
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.source import Reply

Edit = Callable[[Any], Any]
Edits = Mapping[Endpoint[Any], Edit]
T = TypeVar("T")

PAGES: tuple[Endpoint[ProductionPage], ...] = (PRODUCTION_DETAILS, PRODUCTION_PAGE, PRODUCTION_AGGREGATE)
"""The production page in all its forms."""


@dataclass(frozen=True, kw_only=True)
class DataFault(Fault):
    """Base of the faults that change what replies say."""

    keeps_whole: ClassVar[bool] = True
    """Whether what was printed as a whole number still is."""

    def edits(self, stage: Stage) -> Edits:
        """Give what changes the value of each endpoint that is hit; it may await what else the source says."""
        raise AssertionError(f"{type(self).__name__} changes nothing at {stage.identity.serial}")

    async def spoil(self, reply: Reply, request: Request, stage: Stage) -> Reply:
        """Change a good reply whose endpoint has an edit; everything else stays as it is, to the byte."""
        firmware = stage.identity.firmware
        endpoint = endpoint_of(request.path, firmware)
        edit = None if endpoint is None else self.edits(stage).get(endpoint)
        if endpoint is None or edit is None or reply.status != 200:
            return reply
        try:
            value = endpoint.decode(reply.body).value
        except BadPayload:
            return reply
        edited = edit(value)
        if isawaitable(edited):
            edited = await edited
        if edited is value:
            return reply
        said = reply.body if self.keeps_whole else b""
        return replace(reply, body=print_like(endpoint, edited, firmware, said))


def edit_rows(edit: Callable[[ProductionRow], ProductionRow], *, measured: bool) -> Edits:
    """Build the edits that change rows of the production page: those of meters, or that of the inverters."""
    kind = "eim" if measured else "inverters"
    return dict.fromkeys(PAGES, lambda page: map_rows(page, edit, kind=kind))


def map_rows(page: ProductionPage, edit: Callable[[ProductionRow], ProductionRow], *, kind: str) -> ProductionPage:
    """Change the rows of one kind on a production page."""

    def edited(rows: tuple[ProductionRow, ...] | None) -> tuple[ProductionRow, ...] | None:
        return None if rows is None else tuple(edit(row) if row.kind == kind else row for row in rows)

    return changed(page, production=edited(page.production), consumption=edited(page.consumption))


def map_lines(row: ProductionRow, edit: Callable[[ProductionLine], ProductionLine]) -> ProductionRow:
    """Change the lines of a row, where it has any."""
    return row if row.lines is None else changed(row, lines=tuple(map(edit, row.lines)))


def map_each(rows: Iterable[T], edit: Callable[[T], T]) -> tuple[T, ...]:
    """Change every row of a list."""
    return tuple(map(edit, rows))


Counted = TypeVar("Counted", ProductionRow, ProductionLine, ProductionTotals)


def counted_from(now: Counted, base: Counted | None) -> Counted:
    """Count today and seven days from a base: what that had, and what the lifetime grew since; None is from 0."""
    if now.lifetime_wh is None:
        return now
    grown_wh = now.lifetime_wh - _said(None if base is None else base.lifetime_wh)
    return changed(
        now,
        today_wh=_rounded(_said(None if base is None else base.today_wh) + grown_wh, now.lifetime_wh),
        seven_days_wh=_rounded(_said(None if base is None else base.seven_days_wh) + grown_wh, now.lifetime_wh),
    )


def _said(value: float | None) -> float:
    return 0.0 if value is None else value


def _rounded(value: float, like: float) -> float:
    """Round as the gateway prints: whole numbers stay whole."""
    return int(value) if isinstance(like, int) else round(value, 3)
