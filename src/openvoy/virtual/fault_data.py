"""Changing what a reply says, through the same structs that clients read it with: for sites and recordings alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from inspect import isawaitable
from typing import Any, TypeVar
from urllib.parse import parse_qs

from openvoy.codec import WireStruct, changed
from openvoy.errors import BadPayload
from openvoy.protocol.endpoint import Endpoint
from openvoy.protocol.endpoints.production import (
    PRODUCTION_AGGREGATE,
    PRODUCTION_DETAILS,
    PRODUCTION_PAGE,
    ProductionPage,
    ProductionRow,
)
from openvoy.protocol.firmware import Firmware
from openvoy.protocol.http import Request
from openvoy.protocol.registry import find_endpoint
from openvoy.virtual.api.printing import print_reply
from openvoy.virtual.fault import Fault, Stage
from openvoy.virtual.source import Reply

Edit = Callable[[Any], Any]
Edits = Mapping[Endpoint[Any], Edit]
StructT = TypeVar("StructT", bound=WireStruct)

ALIASES = {"/info.xml": "/info", "/home.json": "/home", "/admin/lib/tariff.json": "/admin/lib/tariff"}
PAGES: tuple[Endpoint[ProductionPage], ...] = (PRODUCTION_DETAILS, PRODUCTION_PAGE, PRODUCTION_AGGREGATE)
"""The production page in all its forms."""


def endpoint_of(path: str, firmware: Firmware) -> Endpoint[Any] | None:
    """Find the endpoint of a path under all its names."""
    page, _, query = path.partition("?")
    page = page.rstrip("/") or "/"
    known = ALIASES.get(page, page)
    endpoint = find_endpoint(f"{known}?{query}" if query else known, firmware)
    if endpoint is PRODUCTION_PAGE and parse_qs(query).get("details", ["0"])[-1] in {"1", "true"}:
        return PRODUCTION_DETAILS
    return endpoint


@dataclass(frozen=True, kw_only=True)
class DataFault(Fault):
    """Base of the faults that change what replies say."""

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
        return reply if edited is value else replace(reply, body=print_reply(endpoint, edited, firmware))


def edit_rows(edit: Callable[[ProductionRow], ProductionRow], *, measured: bool) -> Edits:
    """Build the edits that change rows of the production page: those of meters, or that of the inverters."""
    kind = "eim" if measured else "inverters"

    def edit_page(page: ProductionPage) -> ProductionPage:
        return changed(
            page,
            production=_edited(page.production, kind, edit),
            consumption=_edited(page.consumption, kind, edit),
        )

    return dict.fromkeys(PAGES, edit_page)


def _edited(
    rows: tuple[ProductionRow, ...] | None, kind: str, edit: Callable[[ProductionRow], ProductionRow]
) -> tuple[ProductionRow, ...] | None:
    return None if rows is None else tuple(edit(row) if row.kind == kind else row for row in rows)


def edit_each(edit: Callable[[StructT], StructT | None]) -> Callable[[Iterable[StructT]], tuple[StructT, ...]]:
    """Build the edit of a list from that of its rows; None drops a row."""

    def edit_list(rows: Iterable[StructT]) -> tuple[StructT, ...]:
        edited = (edit(row) for row in rows)
        return tuple(row for row in edited if row is not None)

    return edit_list
