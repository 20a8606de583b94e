"""The inventory page: every device, and whether it is heard."""

from __future__ import annotations

from openvoy.codec import each
from openvoy.protocol.endpoints.inventory import INVENTORY_PAGE, INVENTORY_PRESENT, InventoryDevice, InventoryGroup
from openvoy.virtual.markup import Html, render_paragraph, render_section, render_table
from openvoy.virtual.ui.layout import render_view
from openvoy.virtual.ui.view import View
from openvoy.virtual.ui.words import render_answer, render_time

_KINDS = {
    "PCU": "Microinverters",
    "ACB": "AC Batteries",
    "NSRB": "Q Relays",
    "ESUB": "System controllers",
}
_HEADER = ("Serial number", "Part number", "Phase", "Status", "Heard", "Producing", "Last report", "Software")
_GOOD = "envoy.global.ok"


async def inventory_page(view: View) -> bytes:
    """Render the page."""
    groups = await view.fetch(INVENTORY_PRESENT)
    if groups is None:
        groups = await view.fetch(INVENTORY_PAGE)
    shown = [_render_group(group) for group in each(groups) if group.devices]
    if not shown:
        shown = [render_paragraph("The gateway tells no devices.", kind="hint")]
    return render_view(view, "Inventory", *shown)


def _render_group(group: InventoryGroup) -> Html:
    devices = tuple(each(group.devices))
    name = _KINDS.get(group.kind or "", group.kind or "Other devices")
    table = render_table(f"{len(devices)} in all", _HEADER, map(_row, devices))
    return render_section(name, table)


def _row(device: InventoryDevice) -> tuple[object, ...]:
    return (
        device.serial,
        device.part_number,
        device.phase,
        ", ".join("OK" if key == _GOOD else key.rpartition(".")[2] for key in each(device.status)) or None,
        render_answer(device.communicating),
        render_answer(device.producing),
        render_time(device.last_report_s),
        device.firmware,
    )
