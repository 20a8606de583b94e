"""The production page: what is produced and consumed, now and so far."""

from __future__ import annotations

from collections.abc import Iterator

from openvoy.codec import each
from openvoy.protocol.endpoints.production import (
    PRODUCTION_PAGE,
    PRODUCTION_V1,
    ProductionPage,
    ProductionRow,
    ProductionTotals,
)
from openvoy.virtual.markup import Html, render_facts, render_paragraph, render_section, render_table
from openvoy.virtual.ui.layout import render_view
from openvoy.virtual.ui.view import View
from openvoy.virtual.ui.words import render_quantity, render_time

_NAMES = {
    "production": "Production",
    "total-consumption": "Consumption, battery charging included",
    "net-consumption": "Grid: import less export",
}
_HEADER = ("What", "Now", "Today", "Past 7 days", "Since installation", "At")


async def production_page(view: View) -> bytes:
    """Render the page."""
    page = await view.fetch(PRODUCTION_PAGE)
    totals = await fetch_production(view)
    if totals is None:
        return render_view(view, "Production", render_paragraph("The gateway tells no production.", kind="alert"))
    facts = [
        ("Currently", render_quantity(totals.now_w, "W")),
        ("Today", render_quantity(totals.today_wh, "Wh")),
        ("Past 7 days", render_quantity(totals.seven_days_wh, "Wh")),
        ("Since installation", render_quantity(totals.lifetime_wh, "Wh")),
    ]
    parts = [render_section("System energy production", render_facts(facts))]
    if page is not None:
        parts.append(render_section("By source", _render_rows(page)))
    return render_view(view, "Production", *parts)


async def fetch_production(view: View) -> ProductionTotals | None:
    """Read what is produced: by the meter where it works, else by the inverters."""
    page = await view.fetch(PRODUCTION_PAGE)
    rows = [row for row in each(None if page is None else page.production) if row.active_count]
    measured = next((row for row in rows if row.kind == "eim"), None)
    totals = await view.fetch(PRODUCTION_V1)
    if measured is None:
        return totals
    return ProductionTotals(
        now_w=measured.now_w,
        today_wh=measured.today_wh,
        seven_days_wh=measured.seven_days_wh,
        lifetime_wh=measured.lifetime_wh,
    )


def _render_rows(page: ProductionPage) -> Html:
    numbers = frozenset(_HEADER[1:5])
    return render_table("Inverters, meters and AC Batteries", _HEADER, _rows(page), numbers=numbers)


def _rows(page: ProductionPage) -> Iterator[tuple[object, ...]]:
    for row in (*each(page.production), *each(page.consumption), *each(page.storage)):
        yield (
            _name_of(row),
            render_quantity(row.now_w, "W"),
            render_quantity(row.today_wh, "Wh"),
            render_quantity(row.seven_days_wh, "Wh"),
            render_quantity(row.lifetime_wh, "Wh"),
            render_time(row.reading_time_s),
        )


def _name_of(row: ProductionRow) -> str:
    if row.kind == "inverters":
        return "Microinverters"
    if row.kind == "acb":
        return "AC Batteries"
    name = _NAMES.get(row.measurement or "", row.measurement or row.kind or "?")
    return name if row.active_count else f"{name} (no meter)"
