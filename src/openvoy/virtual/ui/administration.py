"""Pages behind the menu: administration, the installer's set-up, and the list of what can be asked."""

from __future__ import annotations

from collections.abc import Iterator

from openvoy.codec import each
from openvoy.protocol.endpoint import Endpoint
from openvoy.protocol.endpoints.identity import INFO, Info
from openvoy.protocol.endpoints.inventory import HOME, INVENTORY_PRESENT
from openvoy.protocol.endpoints.meters import METERS
from openvoy.protocol.registry import REGISTRY
from openvoy.virtual.markup import Html, render_facts, render_link, render_paragraph, render_section, render_table
from openvoy.virtual.routes import least_role
from openvoy.virtual.ui.layout import render_view
from openvoy.virtual.ui.view import View
from openvoy.virtual.ui.words import render_time


async def administration_page(view: View) -> bytes:
    """Render what runs on the gateway."""
    info = await view.fetch(INFO)
    home = await view.fetch(HOME)
    facts = [
        ("Time zone", None if home is None else home.time_zone),
        ("Local time", None if home is None else f"{home.date} {home.time}"),
        ("Software", None if info is None else info.software),
        ("Built", None if info is None else render_time(info.build_time_s)),
    ]
    links = Html(f"<p>{render_link('/installer/setup/home', 'Set-up')} · {render_link('/doc/api.html', 'API')}</p>")
    packages = render_table("Installed packages", ("Name", "Part number", "Version", "Build"), _packages(info))
    return render_view(
        view,
        "Administration",
        render_section("Gateway", render_facts(facts), links),
        render_section("Software", packages),
    )


def _packages(info: Info | None) -> Iterator[tuple[object, ...]]:
    for package in each(None if info is None else info.packages):
        yield package.name, package.part_number, package.version, package.build


async def setup_page(view: View) -> bytes:
    """Render what is installed."""
    groups = await view.fetch(INVENTORY_PRESENT)
    meters = await view.fetch(METERS)
    devices = render_table(
        "Devices by kind",
        ("Kind", "Number"),
        ((group.kind, len(tuple(each(group.devices)))) for group in each(groups)),
        numbers=frozenset({"Number"}),
    )
    rows = ((meter.measurement, meter.state, meter.phase_mode, meter.phase_count) for meter in each(meters))
    table = render_table("Current transformers", ("Measures", "State", "Mode", "Phases"), rows)
    return render_view(view, "Set-up", render_section("Devices", devices), render_section("Meters", table))


async def api_page(view: View) -> bytes:
    """Render what can be asked of this firmware, and by whom."""
    firmware = view.identity.firmware
    known = sorted((row for row in REGISTRY.values() if row.exists_in(firmware)), key=lambda row: row.path)
    rows = ((row.path, ", ".join(row.methods), _role_for(row, view), row.summary) for row in known)
    table = render_table(f"Firmware {firmware}", ("Path", "Methods", "Least role", "What it says"), rows)
    note = render_paragraph("Not every system has all of them.", kind="hint")
    return render_view(view, "API", render_section("Endpoints", note, table))


def _role_for(endpoint: Endpoint[object], view: View) -> str:
    return least_role("GET", endpoint.path, view.identity).name.lower()
